from __future__ import annotations

import gc
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy
import pytest

import linkdata
from linkdata.errors import UsageError

pynwb = pytest.importorskip("pynwb")

TEXT = """\
meta:
  id: m
  imports:
    core: {as: nwb, from: [{pypi: {package: pynwb}}]}
    hdmf-common: {as: hdmf, from: [{pypi: {package: hdmf}}]}
data:
  is_a: nwb:NWBFile
  identifier: "1"
  session_description: d
  session_start_time: "2024-01-01T00:00:00+00:00"
  file_create_date: ["2024-01-01T00:00:00+00:00"]
  acquisition:
    s:
      is_a: TimeSeries
      data: {unit: V, value: [1.5, 2.5]}
      starting_time: {value: 0.0, rate: 2.0}
  units: {description: d, spike_times: [[0.5], [], [1.5, 2.5]]}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    return tmp_path


def nwbfile() -> "pynwb.NWBFile":  # noqa: UP037
    made = pynwb.NWBFile("d", "id", datetime(2024, 1, 1, tzinfo=UTC))
    series = pynwb.TimeSeries(name="s", data=numpy.arange(5.0), unit="V", rate=10.0)
    made.add_acquisition(series)
    made.add_unit(spike_times=[0.5, 1.5])
    return made


@pytest.mark.filterwarnings("ignore")
def test_a_document_for_analysis_code_that_wants_pynwb(folder: Path) -> None:
    found = linkdata.loads(TEXT).to_pynwb()
    assert isinstance(found, pynwb.NWBFile)
    assert found.acquisition["s"].data[:].tolist() == [1.5, 2.5]
    assert [row.tolist() for row in found.units["spike_times"][:]] == [[0.5], [], [1.5, 2.5]]
    assert list((folder / "tmp").iterdir())
    del found
    gc.collect()
    assert not list((folder / "tmp").iterdir())


@pytest.mark.filterwarnings("ignore")
def test_a_file_is_read_where_it_is(folder: Path) -> None:
    with pynwb.NWBHDF5IO(folder / "x.nwb", "w") as io:
        io.write(nwbfile())
    found = linkdata.open(folder / "x.nwb").to_pynwb()
    assert found.acquisition["s"].data.file.filename == str(folder / "x.nwb")
    assert not list((folder / "tmp").iterdir())


@pytest.mark.filterwarnings("ignore")
def test_of_pynwb(folder: Path) -> None:
    ds = linkdata.from_pynwb(nwbfile())
    assert ds.data.acquisition.s.in_units().tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert ds.data.units.spike_times[0].tolist() == [0.5, 1.5]
    ds.save(folder / "kept.nwb")
    ds.close()
    del ds
    gc.collect()
    assert not list((folder / "tmp").iterdir())
    with pynwb.NWBHDF5IO(folder / "kept.nwb", "r") as io:
        assert io.read().identifier == "id"


@pytest.mark.filterwarnings("ignore")
def test_of_a_file_that_pynwb_read_and_changed(folder: Path) -> None:
    with pynwb.NWBHDF5IO(folder / "x.nwb", "w") as io:
        io.write(nwbfile())
    with pynwb.NWBHDF5IO(folder / "x.nwb", "r") as io:
        found = io.read()
        found.add_trial(start_time=0.0, stop_time=1.0)
        ds = linkdata.from_pynwb(found)
    assert ds.data.trials[:].stop_time.tolist() == [1.0]


def test_what_is_no_nwbfile() -> None:
    with pytest.raises(UsageError):
        linkdata.from_pynwb("x")
