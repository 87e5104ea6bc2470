"""Make `test_nwb.nwb`: a small recording, the same values each time.

python make_nwb.py [FOLDER]
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
from pynwb import NWBHDF5IO, NWBFile
from pynwb.ecephys import ElectricalSeries

NAME = "test_nwb.nwb"


def make(folder: Path) -> Path:
    """Write the file into `folder`, over one that is there. Gives its path."""
    started = datetime(2024, 1, 1, 1, 1, 1, tzinfo=timezone(timedelta(hours=-8)))
    nwbfile = NWBFile(
        session_description="All that you touch, you change.",
        identifier="1111-1111-1111-1111",
        session_start_time=started,
        file_create_date=started,
    )
    array = nwbfile.create_device(name="array", description="old reliable")
    shanks = [
        nwbfile.create_electrode_group(
            name=f"shank{i}", description=f"shank {i}", location=location, device=array
        )
        for i, location in enumerate(["CA1", "CA3"])
    ]
    for shank in (shanks[0], shanks[0], shanks[1]):
        nwbfile.add_electrode(group=shank, location=shank.location)
    electrodes = nwbfile.create_electrode_table_region([0, 1, 2], "all electrodes")

    samples, channels = 1000, 3
    time = np.arange(samples)[:, np.newaxis] / 1000.0
    phase = np.arange(channels)[np.newaxis, :]
    values = np.round(200.0 * np.sin(2.0 * np.pi * 8.0 * time + phase)).astype("int16")
    nwbfile.add_acquisition(
        ElectricalSeries(
            name="cool_recording",
            description="a sine on three channels",
            data=values,
            electrodes=electrodes,
            rate=1000.0,
            conversion=1e-6,
        )
    )

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    with NWBHDF5IO(path, "w") as io:
        io.write(nwbfile)
    return path


if __name__ == "__main__":
    print(make(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
