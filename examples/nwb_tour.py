"""Go through an extracellular and an intracellular recording, each answer compared with pynwb's.

    python nwb_tour.py [FOLDER]

The files are made by pynwb, in FOLDER or beside this file in `build/`. Every step is done with
linkdata and with pynwb; where the two did not agree, an assertion would fail.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
from pynwb import NWBHDF5IO, NWBFile
from pynwb.ecephys import ElectricalSeries
from pynwb.icephys import CurrentClampSeries, CurrentClampStimulusSeries

import linkdata

HERE = Path(__file__).resolve().parent


def empty(identifier: str) -> NWBFile:
    return NWBFile(
        session_description="a tour",
        identifier=identifier,
        session_start_time=datetime(2024, 1, 1, 12, tzinfo=UTC),
    )


def make_ecephys(path: Path) -> Path:
    """Four shanks of three electrodes, a recording of some of them, units with spikes, trials."""
    nwb = empty("ecephys")
    array = nwb.create_device(name="array", description="a probe", manufacturer="Probe Company")
    nwb.add_electrode_column(name="label", description="label of the electrode")
    for shank in range(4):
        group = nwb.create_electrode_group(
            name=f"shank{shank}", description=f"shank {shank}", device=array, location="CA1"
        )
        for electrode in range(3):
            nwb.add_electrode(
                group=group, label=f"shank{shank}elec{electrode}", location="CA1",
                x=float(shank), y=float(electrode), z=0.0,
            )  # fmt: skip
    region = nwb.create_electrode_table_region([11, 0, 4, 4], "not in order, one twice")
    rng = np.random.default_rng(1)
    nwb.add_acquisition(ElectricalSeries(
        name="ElectricalSeries", electrodes=region, rate=1000.0, starting_time=2.0,
        data=rng.integers(-500, 500, (200, 4)).astype("int16"), conversion=1e-6,
        channel_conversion=[1.0, 2.0, 1.0, 0.5], offset=0.25,
    ))  # fmt: skip
    nwb.add_unit_column(name="quality", description="what the sorter said")
    for unit in range(5):
        nwb.add_unit(
            spike_times=np.sort(rng.random(unit * 3)), quality="good" if unit % 2 else "noise",
            electrodes=[unit, unit + 1], waveform_mean=rng.random((30, 2)),
        )  # fmt: skip
    for trial in range(4):
        nwb.add_trial(start_time=trial * 0.05, stop_time=trial * 0.05 + 0.04, tags=["odd"] * trial)
    with NWBHDF5IO(path, "w") as io:
        io.write(nwb)
    return path


def make_icephys(path: Path) -> Path:
    """Three recordings of one cell, one without a stimulus, and the tables above them."""
    nwb = empty("icephys")
    device = nwb.create_device(name="amplifier")
    electrode = nwb.create_icephys_electrode(
        name="electrode", description="a pipette", device=device
    )
    rows = []
    for sweep in range(3):
        response = CurrentClampSeries(
            name=f"response{sweep}", data=np.arange(10.0) + sweep, electrode=electrode, gain=0.02,
            conversion=1e-3, rate=10e3, starting_time=sweep * 100.0, sweep_number=np.uint64(sweep),
        )  # fmt: skip
        stimulus = CurrentClampStimulusSeries(
            name=f"stimulus{sweep}", data=np.arange(10.0) * 2, electrode=electrode, gain=0.03,
            rate=10e3, starting_time=sweep * 100.0, sweep_number=np.uint64(sweep),
        )  # fmt: skip
        rows.append(nwb.add_intracellular_recording(
            electrode=electrode, response=response, response_start_index=2, response_index_count=5,
            **({} if sweep == 1 else {"stimulus": stimulus}), id=10 + sweep,
        ))  # fmt: skip
    nwb.intracellular_recordings.add_column(name="tag", description="a tag", data=["A", "B", "C"])
    nwb.add_icephys_simultaneous_recording(recordings=rows[:2], id=100)
    nwb.add_icephys_simultaneous_recording(recordings=rows[2:], id=101)
    nwb.add_icephys_sequential_recording(simultaneous_recordings=[0, 1], stimulus_type="square")
    nwb.add_icephys_repetition(sequential_recordings=[0], id=1000)
    nwb.add_icephys_experimental_condition(repetitions=[0], id=10000)
    with NWBHDF5IO(path, "w") as io:
        io.write(nwb)
    return path


def step(what: str) -> None:
    print(f"- {what}")


def same(ours: object, theirs: object) -> bool:
    """Whether two answers are the same: objects of one name, arrays and frames of one content."""
    if isinstance(theirs, pd.DataFrame):
        assert isinstance(ours, pd.DataFrame)
        return (
            list(ours.columns) == list(theirs.columns)
            and ours.index.equals(theirs.index)
            and all(same(a, b) for column in theirs.columns
                    for a, b in zip(ours[column], theirs[column], strict=True))
        )  # fmt: skip
    if isinstance(ours, linkdata.Object):
        return ours.name == theirs.name  # type: ignore[attr-defined]
    if isinstance(theirs, list | tuple | np.ndarray):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))  # type: ignore[arg-type]
    return ours == theirs or (ours != ours and theirs != theirs)


def ecephys(path: Path) -> None:
    print(f"\n{path.name}")
    ds = linkdata.open(path)
    with NWBHDF5IO(path, "r") as io:
        nwb = io.read()
        es, theirs = ds.data.acquisition["ElectricalSeries"], nwb.acquisition["ElectricalSeries"]
        step("print it, four levels deep")
        linkdata.pprint(es, max_depth=4)

        step("eseries.data.value.shape, eseries[0:3, 0:3]")
        assert es.data.value.shape == theirs.data.shape
        assert np.array_equal(es[0:3, 0:3], theirs.data[0:3, 0:3])
        assert es.data.unit == theirs.unit

        step("the time axis, values in their unit, a slice by time")
        assert np.allclose(es.times(), theirs.get_timestamps())
        assert np.allclose(es.in_units(), theirs.get_data_in_units())
        part = es.between(2.010, 2.015)
        assert part.times.tolist() == theirs.get_timestamps()[10:15].tolist()
        assert np.array_equal(part.data, theirs.data[10:15])

        electrodes, region = es.electrodes, theirs.electrodes
        step("electrodes.table[:]")
        assert same(electrodes.table[:], region.table[:])
        step('electrodes.table["group"][2].device')
        assert electrodes.table["group"][2].device.name == region.table["group"][2].device.name
        assert electrodes.table["group"][2].device.manufacturer == "Probe Company"
        step("electrodes[0:2], rows to pd.concat, electrodes.value[:]")
        assert same(electrodes[0:2], region[0:2])
        assert same(pd.concat([electrodes[0], electrodes[1]]), region[0:2])
        assert same(electrodes.to_dataframe(), region.to_dataframe())
        assert np.array_equal(electrodes.value[:], region.data[:])

        step("a column of (n, 10, 12), and row 0 with it")
        column = type(electrodes.table.group)
        assert column is linkdata.VectorData
        bonus = np.random.default_rng(0).random((len(electrodes.table), 10, 12))
        table = electrodes.table
        table.bonus = column(name="bonus", description="", value=bonus)
        table.colnames.append("bonus")
        region.table.add_column(name="bonus", description="", data=bonus)
        assert same(table[0], region.table[0])
        assert table[0].bonus.iloc[0].shape == (10, 12)
        assert "bonus" in electrodes.table.colnames  # the same table, reached again

        step("units.spike_times[3], units[:], trials[:], tags of trials")
        units, trials = ds.data.units, ds.data.trials
        assert all(
            np.array_equal(units.spike_times[i], nwb.units["spike_times"][i]) for i in range(5)
        )
        assert same(units[:], nwb.units[:])
        assert same(units.to_dataframe().electrodes[2], nwb.units.to_dataframe().electrodes[2])
        assert same(trials[:], nwb.trials[:])
        assert units.waveform_mean[1:3].shape == (2, 30, 2)


def icephys(path: Path) -> None:
    print(f"\n{path.name}")
    ds = linkdata.open(path)
    recordings = ds.data.general.intracellular_ephys.intracellular_recordings
    assert recordings == ds.data.intracellular_recordings
    with NWBHDF5IO(path, "r") as io:
        nwb = io.read()
        theirs = nwb.intracellular_recordings
        step("print it, three levels deep")
        linkdata.pprint(recordings, max_depth=3)
        step("ic_recordings[:2].transpose()")
        ours = recordings[:2].transpose()
        wanted = theirs[:2].transpose()
        assert list(ours.index) == list(wanted.index)
        assert list(ours.columns) == list(wanted.columns)
        assert same(ours, wanted)
        step("ic_recordings.responses.response[0], and by items")
        first = recordings.responses.response[0]
        wanted = theirs.category_tables["responses"]["response"][0]
        assert (first.idx_start, first.count) == (wanted.idx_start, wanted.count)
        assert first.timeseries.name == wanted.timeseries.name
        assert np.array_equal(first.data, wanted.data)
        assert np.allclose(first.timestamps, wanted.timestamps)
        assert recordings["responses"]["response"][0] == first
        assert recordings["responses", "response", 0] == first
        step("a recording without a stimulus")
        assert recordings.stimuli.stimulus[1] == (None, None, None)
        step("the tables above: simultaneous, sequential, repetitions, conditions")
        for name in (
            "simultaneous_recordings", "sequential_recordings", "repetitions",
            "experimental_conditions",
        ):  # fmt: skip
            assert same(getattr(ds.data, name)[:], getattr(nwb, f"icephys_{name}")[:])
        row = ds.data.simultaneous_recordings["recordings"][0]
        assert same(row, nwb.icephys_simultaneous_recordings["recordings"][0])
        nested = ds.data.experimental_conditions.to_dataframe().repetitions.iloc[0]
        assert nested.sequential_recordings.iloc[0].stimulus_type.tolist() == ["square"]

    step("values set through to the file")
    recordings = linkdata.open(path, writable=True).data.intracellular_recordings
    data = recordings.responses.response.timeseries[0].data
    data.value[:] = 5
    assert data.value[:].tolist() == [5.0] * 10
    handle = data.value.open()
    assert isinstance(handle, h5py.Dataset)
    assert handle[:].tolist() == [5.0] * 10
    data.value.close()
    with h5py.File(path) as file:
        assert file["acquisition/response0/data"][:].tolist() == [5.0] * 10


def main(folder: Path) -> None:
    """Make the files, and go through them."""
    folder.mkdir(parents=True, exist_ok=True)
    ecephys(make_ecephys(folder / "ecephys.nwb"))
    icephys(make_icephys(folder / "icephys.nwb"))
    print("\nevery answer was the same as pynwb's")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "build")
