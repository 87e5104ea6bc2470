"""The yaml-test-suite: what is refused, by which code. Takes the suite's folder."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from linkdata.spans import Source
from linkdata.syntax.reader import read


def main(folder: Path) -> None:
    refused: Counter[str] = Counter()
    must_fail = accepted_wrongly = valid = 0
    for path in sorted(folder.rglob("in.yaml")):
        if {"name", "tags"} & set(path.relative_to(folder).parts):
            continue
        found = read(Source(str(path), path.read_bytes().decode()))
        if (path.parent / "error").exists():
            must_fail += 1
            accepted_wrongly += not found.diagnostics
        else:
            valid += 1
            if found.diagnostics:
                refused[found.diagnostics[0].code] += 1
    print(f"must fail: {must_fail - accepted_wrongly} of {must_fail} refused")
    print(
        f"valid YAML: {valid - refused.total()} of {valid} read; refused by a rule of the format:"
    )
    for code, number in refused.most_common():
        print(f"  {number:4} {code}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
