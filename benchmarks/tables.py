"""Tables of an NWB file, beside pynwb.

    python benchmarks/tables.py [FILE]

On the file of `big_file.py`, or on FILE: one cell of a ragged column, whole processes, import and
opening included; and the same cell, rows and whole tables on a file that is open. A ratio above 1
says how many times as long pynwb takes.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median

from big_file import big_file

ROW = 500
OURS = "import linkdata\nwith linkdata.open({path!r}) as ds: ds.data.units.spike_times[{row}]"
THEIRS = (
    "from pynwb import NWBHDF5IO\n"
    "with NWBHDF5IO({path!r}, 'r') as io: io.read().units['spike_times'][{row}]"
)
RUNS = 7


def processor() -> float:
    """Seconds of processor time that processes have taken which this one began."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def processes(path: Path) -> dict[str, tuple[float, float]]:
    """Seconds of whole processes, in turn, and of their processor time.

    Both have compiled code in a cache of their own.
    """
    codes = {"linkdata": OURS, "pynwb": THEIRS}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in codes}
    with tempfile.TemporaryDirectory() as cache:
        environment = dict(os.environ) | {"PYTHONPYCACHEPREFIX": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for run in range(RUNS + 1):
            for name, code in codes.items():
                command = [sys.executable, "-W", "ignore", "-c",
                           code.format(path=str(path), row=ROW)]  # fmt: skip
                begin, used = time.perf_counter(), processor()
                subprocess.run(command, check=True, env=environment)
                if run:  # the first one fills the cache
                    found[name].append((time.perf_counter() - begin, processor() - used))
    return {
        name: (median(one for one, _ in values), median(other for _, other in values))
        for name, values in found.items()
    }


def seconds(call: Callable[[], object], times: int) -> float:
    """Seconds of one call: the median of several loops."""
    call()
    loops = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        for _ in range(times):
            call()
        loops.append((time.perf_counter() - begin) / times)
    return median(loops)


def told(what: str, ours: float, theirs: float) -> None:
    print(f"{what:<34} {ours * 1e3:10.3f} {theirs * 1e3:10.3f} {theirs / ours:8.1f}")


def main(path: Path) -> None:
    warnings.simplefilter("ignore")
    from pynwb import NWBHDF5IO

    import linkdata

    print(f"{path.name}, {path.stat().st_size / 1e6:.0f} MB")
    print(f"{'':<34} {'linkdata':>10} {'pynwb':>10} {'ratio':>8}   (ms)")
    whole = processes(path)
    for number, what in enumerate(("process: open, one cell", "  processor time alone")):
        told(what, whole["linkdata"][number], whole["pynwb"][number])
    with NWBHDF5IO(path, "r") as io, linkdata.open(path) as ds:
        nwb, data = io.read(), ds.data
        units, column = data.units, nwb.units["spike_times"]
        told(f"open file: units.spike_times[{ROW}]", seconds(lambda: units.spike_times[ROW], 1000),
             seconds(lambda: nwb.units["spike_times"][ROW], 1000))  # fmt: skip
        told("  all cells, one after the other",
             seconds(lambda: [units.spike_times[row] for row in range(len(units))], 1),
             seconds(lambda: [column[row] for row in range(len(units))], 1))  # fmt: skip
        told("units[:]", seconds(lambda: units[:], 1), seconds(lambda: nwb.units[:], 1))
        told("units[500]", seconds(lambda: units[500], 20), seconds(lambda: nwb.units[500], 20))
        trials = data.trials
        told("trials[:]", seconds(lambda: trials[:], 5), seconds(lambda: nwb.trials[:], 5))
        told("trials[200:300]", seconds(lambda: trials[200:300], 20),
             seconds(lambda: nwb.trials[200:300], 20))  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else big_file())
