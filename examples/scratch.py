"""Raw data, what processing adds to them, and a scratch analysis: three NWB files, made twice.

python scratch.py [FOLDER]

Once by pynwb, and once by documents that are derived from each other. Neither copies what it builds
on: the files link to each other. In the end both sets are compared.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from pynwb import NWBHDF5IO, H5DataIO, NWBFile, TimeSeries
from pynwb.core import ScratchData

import linkdata

NAMES = ("raw", "processed", "scratch")
FILTERED = "filtered_timeseries"
NOTES = "discrete Fourier transform of the filtered data"


def smooth(values: Any) -> Any:
    """A moving average of eight samples."""
    return np.convolve(values, np.ones(8) / 8, mode="same")


def spectrum(values: Any, path: Path) -> Path:
    """The transform of values, complex numbers, in an HDF5 file of its own."""
    with h5py.File(path, "w") as file:
        file["dft"] = np.fft.fft(values)
    return path


def by_pynwb(folder: Path) -> None:
    """The three files, each a copy in memory of the one before with something added."""
    times = np.linspace(0.0, 1.0, 256)
    noise = np.random.default_rng(1).normal(size=times.size)
    started = datetime(2024, 1, 1, tzinfo=UTC)
    file = NWBFile(session_description="a sine", identifier="s1", session_start_time=started)
    file.add_acquisition(
        TimeSeries(
            name="raw_timeseries",
            description="a sine with noise",
            data=np.sin(2 * np.pi * 8 * times) + noise,
            timestamps=times,
            unit="m",
        )
    )
    with NWBHDF5IO(folder / "raw.nwb", "w") as io:
        io.write(file)
    with NWBHDF5IO(folder / "raw.nwb", "r") as raw:
        series = (found := raw.read()).acquisition["raw_timeseries"]
        file = found.copy()
        module = file.create_processing_module("filtering_module", "results of filtering")
        module.add(
            TimeSeries(name=FILTERED, data=smooth(series.data[:]), unit="m", timestamps=series)
        )
        with NWBHDF5IO(folder / "processed.nwb", "w", manager=raw.manager) as io:
            io.write(file)
    with NWBHDF5IO(folder / "processed.nwb", "r") as processed:
        file = processed.read().copy()
        filtered = file.processing["filtering_module"][FILTERED]
        # hdmf refuses complex numbers in memory, and takes them from a file.
        with h5py.File(spectrum(filtered.data[:], folder / "spectrum.h5")) as kept:
            values = H5DataIO(kept["dft"], link_data=False)
            file.add_scratch(ScratchData(name="dft_filtered", data=values, description=NOTES))
            with NWBHDF5IO(folder / "scratch.nwb", "w", manager=processed.manager) as io:
                io.write(file)


PROCESSING = """\
  processing:
    filtering_module:
      is_a: nwb:ProcessingModule
      description: results of filtering
      {name}:
        is_a: nwb:TimeSeries
        data: {{unit: m, value: {values}}}
        timestamps: "raw:/acquisition/raw_timeseries/timestamps"
"""


def by_documents(folder: Path, raw: Path) -> None:
    """The same by documents: `processed.yaml` on `raw.nwb`, `scratch.yaml` on `processed.nwb`."""
    run(folder, "convert", "--arrays", "store", str(raw.resolve()), "raw.yaml")
    run(folder, "convert", "raw.yaml", "raw.nwb")
    run(folder, "derive", "raw.nwb", "processed.yaml")
    values = linkdata.open(folder / "raw.nwb").data.acquisition.raw_timeseries.data[:]
    with (folder / "processed.yaml").open("a") as file:
        file.write(PROCESSING.format(name=FILTERED, values=smooth(values).tolist()))
    run(folder, "convert", "processed.yaml", "processed.nwb")

    run(folder, "derive", "processed.nwb", "scratch.yaml")
    scratch = linkdata.open(folder / "scratch.yaml")
    filtered = scratch.data.processing.filtering_module[FILTERED]
    scratch.add_scratch(np.fft.fft(filtered.data[:]), "dft_filtered", NOTES)
    scratch.save(folder / "scratch.yaml", force=True)
    run(folder, "convert", "scratch.yaml", "scratch.nwb")


def run(folder: Path, *args: str) -> None:
    """Run a command of linkdata in a folder."""
    subprocess.run([sys.executable, "-m", "linkdata", *args], cwd=folder, check=True)


def content(path: Path) -> dict[str, Any]:
    """What pynwb reads of a file."""
    with NWBHDF5IO(path, "r") as io:
        file = io.read()
        series = list(file.acquisition.values())
        for module in file.processing.values():
            series += module.data_interfaces.values()
        found: dict[str, Any] = {
            one.name: [one.description, one.unit, one.data[:].tolist(), one.timestamps[:].tolist()]
            for one in series
        }
        found |= {name: one.description for name, one in file.processing.items()}
        for name, one in (file.scratch or {}).items():
            found[name] = [one.description, str(one.data.dtype), one.data[:].tolist()]
        return found


def links(path: Path) -> dict[str, tuple[str, str]]:
    """The links of a file to others: the file and the path in it that each says."""
    found: dict[str, tuple[str, str]] = {}

    def go(group: h5py.Group) -> None:
        for name in group:
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                found[f"{group.name.rstrip('/')}/{name}"] = (link.filename, link.path)
            elif isinstance(group[name], h5py.Group):
                go(group[name])

    with h5py.File(path) as file:
        go(file)
    return found


def main(folder: Path) -> None:
    """Make both sets, and compare them."""
    ours, theirs = folder / "documents", folder / "pynwb"
    for one in (ours, theirs):
        one.mkdir(parents=True)
    by_pynwb(theirs)
    by_documents(ours, theirs / "raw.nwb")
    for name in NAMES:
        paths = [one / f"{name}.nwb" for one in (ours, theirs)]
        contents, linked = [content(path) for path in paths], [links(path) for path in paths]
        assert contents[0] == contents[1], name
        assert linked[0] == linked[1], (name, *linked)
        print(f"{name}.nwb: equal content, {len(linked[0])} links to other files, the same")
    for one in (ours, theirs):
        values = linkdata.open(one / "scratch.nwb").get_scratch("dft_filtered")
        print(f"{one.name}: dft_filtered is {values.dtype}, {values.shape[0]} values")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/scratch"))
