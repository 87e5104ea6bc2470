from __future__ import annotations

from typing import Any

import numpy
import pytest

import linkdata
from linkdata import DynamicTable, TimeSeriesReference, TimeSeriesReferenceVectorData
from linkdata.errors import PositionError

SERIES = "s: {is_a: TimeSeries, data: [0, 10, 20, 30], rate: 2.0, starting_time: 1.0}\n"


def series() -> Any:
    return linkdata.loads(f"data: {{}}\n{SERIES}")["#s"]


def column() -> TimeSeriesReferenceVectorData:
    one = series()
    return TimeSeriesReferenceVectorData("r", "d", [(1, 2, one), (-1, -1, one)])


def test_a_stretch() -> None:
    found = column()[0]
    assert isinstance(found, TimeSeriesReference)
    assert found.data.tolist() == [10, 20]
    assert found.timestamps.tolist() == [1.5, 2.0]
    assert found.isvalid()


def test_no_stretch() -> None:
    found = column()[1]
    assert found == (None, None, None)
    assert not found.isvalid()
    assert (found.data, found.timestamps) == (None, None)
    assert not TimeSeriesReference.empty(series()).isvalid()


@pytest.mark.parametrize(("first", "count"), [(3, 2), (4, 1), (0, 5), (-1, 2)])
def test_a_stretch_beyond_the_series(first: int, count: int) -> None:
    with pytest.raises(PositionError):
        TimeSeriesReference(first, count, series()).isvalid()


def test_the_parts_of_all_rows() -> None:
    found = column()
    assert found.idx_start == [1, -1]
    assert found.count == [2, -1]
    assert [one.name for one in found.timeseries] == ["s", "s"]
    assert len(found[:]) == len(list(found)) == 2


def test_growing_and_in_a_table() -> None:
    one = series()
    table = DynamicTable("t", "d")
    table.add_column("r", "d", col_cls=TimeSeriesReferenceVectorData)
    table.add_row(r=(0, 1, one))
    table.add_row(r=TimeSeriesReference(2, 2, one))
    assert table["r"][1].data.tolist() == [20, 30]
    assert table[:].r[0].data.tolist() == [0]
    assert numpy.asarray(table["r"]).shape == (2,)


def test_in_a_document() -> None:
    text = (
        "data: {is_a: DynamicTable, r: {is_a: TimeSeriesReferenceVectorData, value: ["
        '[1, 2, "#s"], {idx_start: -1, count: -1, timeseries: "#s"}]}}\n' + SERIES
    )
    found = linkdata.loads(text).data
    assert found.r[0].data.tolist() == [10, 20]
    assert found.r[1].timeseries is None
    assert found.r.timeseries[1].name == "s"
