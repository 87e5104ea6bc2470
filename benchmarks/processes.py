"""Measuring: Python code in processes of their own, side by side."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass

#: Modules are compiled once, as where a library is used, whatever the shell of who measures says.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}

_FRAME = """
import json, resource, time
{setup}
begin = time.perf_counter()
{code}
end = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([end - begin, peak]))
"""


@dataclass
class Measured:
    """Seconds of the measured code, whole-process seconds, and peak memory in MiB: medians."""

    seconds: float
    peak: float


def run(code: str, setup: str = "") -> tuple[float, float]:
    """Seconds and peak MiB of one run."""
    frame = _FRAME.format(setup=setup, code=code)
    command = [sys.executable, "-c", frame]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=ENVIRONMENT)
    seconds, peak = json.loads(done.stdout.splitlines()[-1])
    return seconds, peak


def side_by_side(codes: dict[str, tuple[str, str]], runs: int = 5) -> dict[str, Measured]:
    """Run each of the (setup, code) pairs in turn, `runs` times over; medians."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in codes}
    for setup, code in codes.values():  # a warm-up that is not counted
        run(code, setup)
    for _ in range(runs):
        for name, (setup, code) in codes.items():
            found[name].append(run(code, setup))
    return {
        name: Measured(
            statistics.median(seconds for seconds, _ in values),
            statistics.median(peak for _, peak in values),
        )
        for name, values in found.items()
    }
