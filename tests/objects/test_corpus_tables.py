"""Every table of every real NWB file, beside pynwb."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy
import pynwb
import pynwb.ecephys
import pytest
from hdmf.common import DynamicTable as Theirs

import linkdata
from linkdata import DynamicTable

CORPUS = os.environ.get("LINKDATA_CORPUS")
#: Files that pynwb itself cannot read.
UNREADABLE = {
    "matnwb__S1",
    "matnwb__ecephys_tutorial",
    "matnwb__link_test",
    "nwb-explorer__test_EventWaveform",
}
FOUND = sorted(Path(CORPUS, "nwb").glob("*.nwb")) if CORPUS else []
FILES = [path for path in FOUND if path.stem not in UNREADABLE]


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, linkdata.Object):
        return bool(ours.name == theirs.name)
    if isinstance(theirs, list | tuple | numpy.ndarray):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, bytes):  # pynwb has texts of fixed length as bytes
        return bool(ours == theirs.decode())
    return bool(ours == theirs) or (ours != ours and theirs != theirs)


@pytest.mark.skipif(not FILES, reason="LINKDATA_CORPUS is not set")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_tables_are_as_pynwb_has_them(path: Path) -> None:
    with pynwb.NWBHDF5IO(path, "r", load_namespaces=True) as io, linkdata.open(path) as ds:
        nwb = io.read()
        for table in nwb.all_children():
            if not isinstance(table, Theirs) or not hasattr(table.id.data, "parent"):
                continue
            found = ds[f"file:{table.id.data.parent.name}"]
            assert isinstance(found, DynamicTable)
            expected, frame = table[:], found[:]
            assert list(frame.columns) == list(expected.columns)
            assert frame.index.equals(expected.index)
            assert len(found) == len(table)
            for name in expected:
                assert same(frame[name].tolist(), expected[name].tolist()), (found, name)
            if len(table):
                last = found[len(table) - 1]
                assert last.index[0] == expected.index[-1]


@pytest.mark.skipif(not FILES, reason="LINKDATA_CORPUS is not set")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_series_are_as_pynwb_has_them(path: Path) -> None:
    with pynwb.NWBHDF5IO(path, "r", load_namespaces=True) as io, linkdata.open(path) as ds:
        nwb = io.read()
        for series in nwb.all_children():
            data = getattr(series, "data", None)
            if not isinstance(series, pynwb.TimeSeries) or not hasattr(data, "parent"):
                continue
            found = ds[f"file:{data.parent.name}"]
            assert isinstance(found, linkdata.TimeSeries)
            assert found._repr_html_()
            if not data.shape or data.dtype.kind not in "iuf" or data.size > 10_000_000:
                continue
            assert found.num_samples == series.num_samples
            if series.rate is not None or series.timestamps is not None:
                assert numpy.allclose(found.times(), series.get_timestamps(), equal_nan=True)
            if isinstance(series, pynwb.ecephys.SpikeEventSeries):
                continue  # pynwb drops `conversion` and `channel_conversion` of these
            assert numpy.allclose(found.in_units(), series.get_data_in_units(), equal_nan=True)
