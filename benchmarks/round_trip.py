"""An NWB file to a document and back, beside pynwb, LINDI and kerchunk, in whole processes.

    python benchmarks/round_trip.py [FILE]

On the file of `big_file.py`, or on FILE. LINDI and kerchunk describe the file as JSON so that its
chunks can be fetched; pynwb reads it, and exports it to another file. Peers that are not installed
are left out; PEERS_PYTHON may name the interpreter of another environment, for those that cannot be
installed beside linkdata. A ratio above 1 says how many times as long, or as much memory, the peer
takes.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from big_file import big_file
from processes import ENVIRONMENT

RUNS = 5

TO_YAML = """
import linkdata
with linkdata.open({source!r}) as ds: ds.save({folder!r} + '/link.yaml', force=True)
"""
TO_NWB = """
import linkdata
with linkdata.open({folder!r} + '/link.yaml', roots=[{home!r}]) as ds:
    ds.save({folder!r} + '/back.nwb', force=True)
"""
TO_STORE = """
import linkdata, shutil
shutil.rmtree({folder!r} + '/store.yaml.chunks', ignore_errors=True)
with linkdata.open({source!r}) as ds:
    ds.save({folder!r} + "/store.yaml", arrays="store", force=True)
"""
READ = """
from pynwb import NWBHDF5IO
with NWBHDF5IO({source!r}, 'r') as io: io.read()
"""
EXPORT = """
from pynwb import NWBHDF5IO
with NWBHDF5IO({source!r}, 'r') as io, NWBHDF5IO({folder!r} + '/export.nwb', 'w') as out:
    out.export(src_io=io)
"""
H5PY = """
import h5py
with h5py.File({source!r}) as file:
    for name in {series!r}:
        data = file[name]
        step = (data.chunks or (len(data),))[0]
        for at in range(0, len(data), step): data[at:at + step]
"""
LINDI = """
import lindi
file = lindi.LindiH5pyFile.from_hdf5_file({source!r}, url={source!r})
file.write_lindi_file({folder!r} + '/lindi.nwb.lindi.json')
"""
KERCHUNK = """
import json
from kerchunk.hdf import SingleHdf5ToZarr
with open({folder!r} + '/kerchunk.json', 'w') as out:
    json.dump(SingleHdf5ToZarr({source!r}).translate(), out)
"""
H5JSON = """
import contextlib, sys
from h5json.apps.h5tojson import main
sys.argv = ['h5tojson', '--nodata', {source!r}]
with open({folder!r} + '/h5.json', 'w') as out, contextlib.redirect_stdout(out): main()
"""


class Task(NamedTuple):
    """What is compared: ours, and those of peers by name; the package that each needs."""

    ours: str
    peers: dict[str, tuple[str, str]]


TASKS = {
    "NWB to YAML, arrays linked": Task(
        TO_YAML, {"pynwb read": (READ, "pynwb"), "LINDI": (LINDI, "lindi"),
                  "kerchunk": (KERCHUNK, "kerchunk"), "h5json, no values": (H5JSON, "h5json")}
    ),
    "YAML to NWB": Task(TO_NWB, {"pynwb export": (EXPORT, "pynwb")}),
    "NWB to YAML and a store": Task(TO_STORE, {"h5py, reading it once": (H5PY, "h5py")}),
}  # fmt: skip


def interpreter(package: str) -> str | None:
    """What can import a package: this Python, the one that PEERS_PYTHON names, or nothing."""
    if importlib.util.find_spec(package) is not None:
        return sys.executable
    other = os.environ.get("PEERS_PYTHON")
    if other is None or subprocess.run([other, "-c", f"import {package}"], check=False).returncode:
        return None
    return other


def measure(code: str, folder: str, python: str) -> tuple[float, float] | None:
    """Seconds of a whole process in a folder, where some peers leave files, and its peak memory in
    MiB; None for one that failed.
    """
    begin = time.perf_counter()
    command = [python, "-W", "ignore", "-c", code]
    child = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        return None
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def datasets(path: Path) -> list[str]:
    """The datasets that hold nearly all of a file."""
    import h5py

    found: list[tuple[int, str]] = []
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: (
                found.append((item.nbytes, name)) if hasattr(item, "nbytes") else None
            )
        )
    return [name for size, name in found if size > 1 << 24] or [max(found)[1]]


def main(path: Path) -> None:
    print(f"{path.name}, {path.stat().st_size / 1e6:.0f} MB; medians of {RUNS} whole processes")
    print(f"{'':<46} {'s':>7} {'ratio':>6} {'MiB':>6} {'ratio':>6}")
    with tempfile.TemporaryDirectory(dir=path.resolve().parent) as folder:
        known = {
            "source": str(path.resolve()),
            "folder": folder,
            "home": str(path.resolve().parent),
        }
        known |= {"series": datasets(path)}  # type: ignore[dict-item]
        for name, task in TASKS.items():
            codes = {name: (task.ours, sys.executable)}
            for peer, (code, package) in task.peers.items():
                python = interpreter(package)
                if python is not None:
                    codes[peer] = code, python
            found: dict[str, list[tuple[float, float]]] = {one: [] for one in codes}
            for run in range(RUNS + 1):  # the first one warms the caches
                for one, (code, python) in codes.items():
                    measured = measure(code.format(**known), folder, python)
                    if run and measured is not None:
                        found[one].append(measured)
            if not found[name]:
                raise SystemExit(f"it failed:\n{task.ours.format(**known)}")
            ours = [median(one[i] for one in found[name]) for i in (0, 1)]
            for one, values in found.items():
                if not values:
                    print(f"  {one:<44} fails")
                    continue
                seconds, peak = (median(value[i] for value in values) for i in (0, 1))
                shown = one if one == name else f"  {one}"
                print(f"{shown:<46} {seconds:7.2f} {seconds / ours[0]:6.2f} "
                      f"{peak:6.0f} {peak / ours[1]:6.2f}")  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else big_file())
