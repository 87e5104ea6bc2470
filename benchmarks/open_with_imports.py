"""What imports cost: a document that imports core and hdmf-common, beside one that imports nothing.

    python benchmarks/open_with_imports.py

Warm, the compiled schemas are in the cache; cold, the cache is empty. Measured is opening the
document and asking for the class of its root object. The aims are 0.15 s more warm, 3 s more cold.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from processes import side_by_side

WITH = """\
meta:
  imports:
    core: {as: nwb, from: [{pypi: {package: pynwb}}]}
    hdmf-common: {as: hdmf, from: [{pypi: {package: hdmf}}]}
data: {is_a: nwb:NWBFile}
"""
WITHOUT = "data: {is_a: NWBFile}\n"
AIMS = {"warm": 0.15, "cold": 3.0}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "with.yaml").write_text(WITH)
        (home / "without.yaml").write_text(WITHOUT)
        kept = f"import os; os.environ['LINKDATA_CACHE'] = {str(home / 'cache')!r}"
        empty = (
            "import os, tempfile; made = tempfile.TemporaryDirectory(); "
            "os.environ['LINKDATA_CACHE'] = made.name"
        )
        plain, imports = (
            f"import linkdata; linkdata.open({str(home / name)!r}).data.entity.class_iri"
            for name in ("without.yaml", "with.yaml")
        )
        found = side_by_side(
            {"without": (kept, plain), "warm": (kept, imports), "cold": (empty, imports)}
        )
    base = found["without"].seconds
    print(f"without imports {base:6.3f} s")
    for name, aim in AIMS.items():
        seconds = found[name].seconds
        print(f"{name:15} {seconds:6.3f} s  {seconds - base:+6.3f} s (aim: at most +{aim} s)")


if __name__ == "__main__":
    main()
