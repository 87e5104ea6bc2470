"""SIGKILL during conversions: what is left is the old output or the new one, whole.

    python benchmarks/kill_conversion.py [KILLS] [FOLDER]

An NWB file to a document, to one with a store, and a document to an NWB file, again and again over
what an earlier run left; each conversion is a process that is killed at a random moment of the time
that one needs. Afterwards the output has to be equal, byte for byte, to one of the two that the
two sources give, and a document has to convert to the file that it came from.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path

import h5py
import numpy as np

import linkdata

ARRAYS = {"link": "linked.yaml", "store": "stored.yaml"}


def source(path: Path, seed: int) -> None:
    """A file of chunked arrays; two seeds give two files that differ everywhere."""
    chance = np.random.default_rng(seed)
    with h5py.File(path, "w") as file:
        for at in range(40):
            group = file.create_group(f"series_{at}")
            group.attrs["seed"] = seed
            group.create_dataset("data", data=chance.normal(size=4096), chunks=(512,))


def convert(begin: Path, end: Path, arrays: str = "link") -> None:
    with linkdata.open(begin) as dataset:
        if end.suffix == ".yaml":
            dataset.save(end, arrays=arrays, force=True)
        else:
            dataset.save(end, force=True)


def child(work: Callable[[], None]) -> int:
    """The process id of a copy of this process that does the work and ends."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    finally:
        os._exit(0)


def seconds(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    os.waitpid(child(work), 0)
    return time.perf_counter() - begin


def content(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def values(path: Path) -> dict[str, tuple[int, bytes]]:
    """All that the file of a source holds."""
    with h5py.File(path) as file:
        return {
            name: (int(group.attrs["seed"]), group["data"][:].tobytes())
            for name, group in file.items()
        }


def attack(kills: int, folder: Path, chance: random.Random) -> Counter[str]:
    """What was found how often; `bad` must not be among it."""
    sources = [folder / "a.h5", folder / "b.h5"]
    for seed, path in enumerate(sources):
        source(path, seed)
    held = [values(path) for path in sources]
    found: Counter[str] = Counter()
    for arrays, name in ARRAYS.items():
        out, back = folder / name, folder / f"{name}.h5"
        rebuild = partial(convert, out, back)
        good: list[str] = []
        spans: list[float] = []
        for path in sources:  # what the two sources give, undisturbed
            spans.append(seconds(partial(convert, path, out, arrays)))
            good.append(content(out))
        back_span = seconds(rebuild)
        for kill in range(kills):
            at = chance.randrange(2)
            left = strike(partial(convert, sources[at], out, arrays), chance.uniform(0, spans[at]))
            found[f"{arrays}: {'killed' if left else 'ended'}"] += 1
            now = content(out)
            if now not in good:
                found["bad"] += 1
                print(f"{arrays}, kill {kill}: the document is neither the old nor the new one")
                continue
            left = strike(rebuild, chance.uniform(0, back_span))
            found[f"{arrays}, back: {'killed' if left else 'ended'}"] += 1
            if values(back) not in held:
                found["bad"] += 1
                print(f"{arrays}, kill {kill}: the file is neither the old nor the new one")
            if kill % 10 == 0:
                seconds(rebuild)
                if values(back) != held[good.index(now)]:
                    found["bad"] += 1
                    print(f"{arrays}, kill {kill}: the document does not give its file back")
    return found


def strike(work: Callable[[], None], after: float) -> bool:
    """Whether the process was still at work when it was killed."""
    pid = child(work)
    time.sleep(after)
    os.kill(pid, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def main(kills: int, folder: Path) -> int:
    begin = time.perf_counter()
    found = attack(kills, folder, random.Random(0))
    for word, number in sorted(found.items()):
        print(f"{word:<20} {number:6}")
    left = [path.name for path in folder.iterdir() if path.name.endswith(".tmp")]
    print(f"{len(left)} temporary files left by killed processes")
    print(f"{time.perf_counter() - begin:.0f} s")
    return 1 if found["bad"] else 0


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    if len(sys.argv) > 2:
        raise SystemExit(main(number, Path(sys.argv[2])))
    place = Path(tempfile.mkdtemp())
    try:
        raise SystemExit(main(number, place))
    finally:
        shutil.rmtree(place, ignore_errors=True)
