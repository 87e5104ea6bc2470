"""Two sessions that showed the same stimulus: how often a store keeps it.

    python benchmarks/store_shared.py

Both NWB files hold the stimulus template, one compressed and one not, and a recording of their own.
Printed is what each brings into the store, by `linkdata store add`, and what pushing the store to
another place moves, once and again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy
from hdmf.backends.hdf5.h5_utils import H5DataIO
from pynwb import NWBHDF5IO, NWBFile, TimeSeries
from pynwb.image import OpticalSeries

FRAMES, SIDE = 400, 256
SAMPLES, CHANNELS = 200_000, 64


def write(path: Path, number: int) -> None:
    """A session; the second one compresses its stimulus."""
    nwb = NWBFile("a session", f"session-{number}", datetime(2024, 1, number, tzinfo=UTC))
    frames = numpy.random.default_rng(0).integers(0, 64, (FRAMES, SIDE, SIDE), dtype="uint8")
    nwb.add_stimulus_template(
        OpticalSeries(
            name="movie",
            data=H5DataIO(
                frames, chunks=(16, SIDE, SIDE), compression="gzip" if number == 2 else None
            ),
            unit="n.a.",
            rate=30.0,
            distance=0.7,
            field_of_view=[0.2, 0.3],
            orientation="lower left",
        )
    )
    random = numpy.random.default_rng(number)
    samples = random.normal(0, 20, (SAMPLES, CHANNELS)).astype("int16")
    nwb.add_acquisition(
        TimeSeries(
            name="recording",
            data=H5DataIO(samples, chunks=(8192, CHANNELS), compression="gzip"),
            unit="volts",
            rate=30_000.0,
        )
    )
    with NWBHDF5IO(path, "w") as io:
        io.write(nwb)


def store(*arguments: str | Path) -> Any:
    """What a command of `linkdata store` says, as JSON."""
    command = [sys.executable, "-m", "linkdata", "store", *map(str, arguments), "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shared = 0
        for number in (1, 2):
            path = home / f"session{number}.nwb"
            write(path, number)
            for array in store("add", path, "--store", home / "chunks"):
                if array.get("chunks", 0) > 1:
                    print(
                        f"{path.name} {array['array']}: {array['chunks']} chunks,"
                        f" {array['new_chunks']} new, {array['new_bytes']:,} bytes new"
                    )
                    if number == 2 and "movie" in array["array"]:
                        shared = array["new_bytes"]
        size = sum(path.stat().st_size for path in home.glob("*.nwb"))
        kept = sum(path.stat().st_size for path in home.glob("chunks/**/*") if path.is_file())
        print(f"both files: {size:,} bytes; the store of both: {kept:,} bytes")
        print(f"the stimulus of the second session took {shared:,} bytes")
        for time in ("first", "again"):
            moved = store("push", home / "backup", "--store", home / "chunks")
            print(f"push, {time}: {moved['chunks']} chunks, {moved['chunk_bytes']:,} bytes of them")


if __name__ == "__main__":
    main()
