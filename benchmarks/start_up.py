"""Start-up: importing linkdata, and `linkdata --help`, beside a bare Python."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

HEAVY = (
    "h5py", "numpy", "rdflib", "pyoxigraph", "linkml_runtime", "pandas", "pydantic", "ruamel",
    "rich", "yaml",
)  # fmt: skip
CHECK = f"import sys; print([name for name in {HEAVY} if name in sys.modules])"
COMMANDS = {
    "bare Python": [sys.executable, "-c", "pass"],
    "import linkdata": [sys.executable, "-c", "import linkdata"],
    "linkdata --help": [sys.executable, "-m", "linkdata", "--help"],
}


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(21):
        for name, command in COMMANDS.items():
            begin = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            times[name].append(time.perf_counter() - begin)
    bare = statistics.median(times["bare Python"])
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:16} {median:6.3f} s  {median - bare:+6.3f} s  x{median / bare:4.1f}")
    ask = "import sys; sys.argv = ['linkdata', '--help']\nfrom linkdata.cli.main import main\n"
    for name, code in {
        "import linkdata": "import linkdata",
        "linkdata --help": f"{ask}try: main()\nexcept SystemExit: pass",
    }.items():
        done = subprocess.run([sys.executable, "-c", f"{code}\n{CHECK}"], capture_output=True,
                              text=True, check=True)  # fmt: skip
        print(f"heavy libraries loaded by {name!r}: {done.stdout.splitlines()[-1]}")


if __name__ == "__main__":
    main()
