"""The file that benchmarks read: 1 GiB of an electrical recording, as pynwb writes it.

    python benchmarks/big_file.py [FOLDER]

prints the path. The file is made once and kept in FOLDER (`linkdata-benchmarks` in the folder of
temporary files, or `LINKDATA_BENCHMARKS`): an NWB file with 1 GiB of int16 samples of 384 channels
(gzip 4, chunks of about 1 MiB, as noisy in their low bits as real ones are, so that they take about
half of that on disk), 1,000 units with ragged spike times, and 10,000 trials.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

CHANNELS = 384
ROWS = (1 << 30) // (2 * CHANNELS)
CHUNK_ROWS = (1 << 20) // (2 * CHANNELS)
UNITS, TRIALS = 1_000, 10_000
RATE = 30_000.0
NOISE = 4  # steps of the converter
NAME = "big-1.nwb"
SERIES = "/acquisition/ElectricalSeries"


def big_file(folder: Path | None = None) -> Path:
    """The path of the file, which is made if it is not there."""
    default = Path(tempfile.gettempdir()) / "linkdata-benchmarks"
    home = folder or Path(os.environ.get("LINKDATA_BENCHMARKS", default))
    path = home / NAME
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name("partial.nwb")
        _write(temporary)
        temporary.replace(path)
    return path


def _write(path: Path) -> None:
    import numpy
    from hdmf.backends.hdf5.h5_utils import H5DataIO
    from hdmf.data_utils import DataChunkIterator
    from pynwb import NWBHDF5IO, NWBFile
    from pynwb.ecephys import ElectricalSeries

    random = numpy.random.default_rng(7)
    nwb = NWBFile("a benchmark", "big-1", datetime(2024, 1, 1, tzinfo=UTC))
    device = nwb.create_device("probe")
    group = nwb.create_electrode_group("shank", "a shank", "CA1", device)
    for _ in range(CHANNELS):
        nwb.add_electrode(location="CA1", group=group)

    def rows() -> Iterator[numpy.ndarray]:
        phases = random.uniform(0, 6, CHANNELS)
        for start in range(0, ROWS, CHUNK_ROWS):
            count = min(CHUNK_ROWS, ROWS - start)
            time = numpy.arange(start, start + count)[:, None] / RATE
            waves = 60 * numpy.sin(40 * time + phases)
            yield from (waves + random.normal(0, NOISE, (count, CHANNELS))).astype("<i2")

    data = H5DataIO(
        DataChunkIterator(
            rows(), buffer_size=CHUNK_ROWS, dtype=numpy.dtype("<i2"), maxshape=(None, CHANNELS)
        ),
        compression="gzip",
        compression_opts=4,
        chunks=(CHUNK_ROWS, CHANNELS),
    )
    electrodes = nwb.create_electrode_table_region(list(range(CHANNELS)), "all of them")
    nwb.add_acquisition(
        ElectricalSeries(
            name="ElectricalSeries", data=data, electrodes=electrodes, rate=RATE, conversion=1e-6
        )
    )
    for count in random.integers(100, 2_000, UNITS):
        nwb.add_unit(spike_times=numpy.sort(random.uniform(0, ROWS / RATE, count)))
    for trial in range(TRIALS):
        nwb.add_trial(start_time=trial / 10, stop_time=trial / 10 + 0.08)
    with NWBHDF5IO(path, "w") as io:
        io.write(nwb)


if __name__ == "__main__":
    print(big_file(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
