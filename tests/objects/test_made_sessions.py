"""A session made in memory from nothing: as a document, as an NWB file, and as pynwb reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pynwb
import pytest

import linkdata
from linkdata.dataset.dataset import Dataset
from linkdata.errors import Severity

SESSION = """
meta:
  id: made
  base: https://example.org/lab/
  imports:
    core: {as: nwb, from: [{pypi: {package: pynwb}}]}
    hdmf-common: {as: hdmf, from: [{pypi: {package: hdmf}}]}
data:
  is_a: nwb:NWBFile
  identifier: made
  session_description: made in memory
  session_start_time: "2024-01-01T12:00:00+00:00"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("made")
    ds = linkdata.loads(SESSION, base=folder / "made.yaml")
    nwb = ds.data
    nwb.general = {
        "devices": {"probe": {"is_a": "nwb:Device", "description": "a probe"}},
        "extracellular_ephys": {
            "shank": {"is_a": "nwb:ElectrodeGroup", "description": "d", "location": "CA1"}
        },
    }
    ephys = nwb.general.extracellular_ephys
    ephys.shank.device = nwb.general.devices.probe
    electrodes = linkdata.DynamicTable("electrodes", "all of them")
    electrodes.add_column("location", "where", data=["CA1", "CA1", "CA3"])
    electrodes.add_column("group", "on which shank", data=[ephys.shank] * 3)
    electrodes.add_column("group_name", "its name", data=["shank"] * 3)
    ephys.electrodes = electrodes
    trials = linkdata.DynamicTable("trials", "the trials")
    for name in ("start_time", "stop_time"):
        trials.add_column(name, "in seconds")
    trials.add_column("tags", "what it was", index=True)
    trials.add_row(start_time=0.0, stop_time=1.0, tags=["a", "b"])
    trials.add_row(start_time=1.0, stop_time=2.0, tags=[])
    nwb.intervals = {"trials": trials}
    region = linkdata.DynamicTableRegion("electrodes", [0, 2], "some", table=ephys.electrodes)
    nwb.acquisition = {
        "trace": {
            "is_a": "nwb:ElectricalSeries",
            "data": np.arange(8, dtype="i2").reshape(4, 2),
            "starting_time": {"rate": 10.0, "value": 1.0},
            "electrodes": region,
        }
    }
    units = linkdata.DynamicTable("units", "the units")
    units.add_column("spike_times", "in seconds", index=True)
    units.add_row(spike_times=[0.5, 1.5])
    units.add_row(spike_times=[])
    nwb.units = units
    ds.save(folder / "made.yaml")
    ds.save(folder / "made.nwb")
    return ds


def folder(made: Dataset) -> Path:
    return Path(made.name).parent


def test_the_document_has_nothing_wrong_and_can_be_read(made: Dataset) -> None:
    path = folder(made) / "made.yaml"
    assert [one for one in linkdata.check(path) if one.severity is Severity.ERROR] == []
    text = path.read_text()
    assert text.startswith(SESSION)
    assert max(map(len, text.splitlines())) <= 120
    assert "  units:\n    is_a: Units\n" in text  # by the place that it was put into


@pytest.mark.parametrize("suffix", ["", ".yaml", ".nwb"], ids=["memory", "document", "file"])
def test_the_answers_are_the_same(made: Dataset, suffix: str) -> None:
    data = linkdata.open(folder(made) / f"made{suffix}").data if suffix else made.data
    assert list(data.units.spike_times[0]) == [0.5, 1.5]
    assert list(data.trials[:].tags.map(list)) == [["a", "b"], []]
    assert data.acquisition.trace.electrodes.to_dataframe().location.tolist() == ["CA1", "CA3"]
    assert data.electrodes["group"][2].device.description == "a probe"
    assert data.acquisition.trace.times().tolist() == [1.0, 1.1, 1.2, 1.3]
    assert data.acquisition.trace[1:3, 1].tolist() == [3, 5]


def test_the_file_is_valid_and_pynwb_reads_it(made: Dataset) -> None:
    path = folder(made) / "made.nwb"
    assert pynwb.validate(path=path) == []
    with pynwb.NWBHDF5IO(path, "r") as io:
        nwb = io.read()
        assert type(nwb.units).__name__ == "Units"
        assert nwb.units["spike_times"][0].tolist() == [0.5, 1.5]
        assert nwb.trials["tags"][0].tolist() == ["a", "b"]
        assert nwb.acquisition["trace"].electrodes.data[:].tolist() == [0, 2]
        assert nwb.electrodes["group"][2].device.description == "a probe"
