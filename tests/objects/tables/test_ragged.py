from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkdata
from linkdata import DynamicTable, VectorData, VectorIndex
from linkdata.arrays.hdf5.items import HDF5Dataset
from linkdata.errors import PositionError, UsageError
from linkdata.testing.strategies import written

ROWS = st.lists(st.lists(st.integers(-5, 5), max_size=5), min_size=1, max_size=8)
DEEP_ROWS = st.lists(ROWS, min_size=1, max_size=5)


def plain(value: Any) -> Any:
    if isinstance(value, list | numpy.ndarray):
        return [plain(one) for one in value]
    return value.item() if isinstance(value, numpy.generic) else value


def table_of(rows: Any, index: int) -> DynamicTable:
    table = DynamicTable("t", "d", id=range(len(rows)))
    table.add_column("c", "d", data=rows, index=index)
    return table


@settings(deadline=None)
@given(ROWS)
def test_what_goes_in_comes_out(rows: list[list[int]]) -> None:
    column = table_of(rows, 1)["c"]
    assert plain(column[:]) == rows
    assert [plain(column[n]) for n in range(len(rows))] == rows
    assert plain(column[::-1]) == rows[::-1]
    assert plain(column[-1]) == rows[-1]


@settings(deadline=None)
@given(DEEP_ROWS)
def test_what_goes_in_twice_nested_comes_out(rows: list[list[list[int]]]) -> None:
    column = table_of(rows, 2)["c"]
    assert [plain(column[n]) for n in range(len(rows))] == rows
    assert plain(column[:]) == rows


@settings(deadline=None)
@given(ROWS, ROWS)
def test_rows_that_are_added_come_behind(rows: list[list[int]], more: list[list[int]]) -> None:
    table = table_of(rows, 1)
    for row in more:
        table.add_row(c=row)
    assert plain(table["c"][:]) == rows + more
    assert table[:].c.map(plain).tolist() == rows + more


@settings(deadline=None)
@given(ROWS)
def test_nested_lists_of_a_document_are_the_same_column(rows: list[list[int]]) -> None:
    text = written({"data": {"is_a": "Units", "spike_times": rows}})
    found = linkdata.loads(text).data
    assert isinstance(found["spike_times"], VectorIndex)
    assert plain(found.spike_times[:]) == rows
    assert plain(table_of(rows, 1)["c"][:]) == plain(found["spike_times"][:])
    assert len(found) == len(rows)


def test_the_width_of_the_index_grows() -> None:
    index = VectorIndex("i", [1], target=VectorData("c", "d", [0.0]))
    assert index.data.dtype == "uint8"
    index.add_vector([0.0] * 300)
    assert index.data.dtype == "uint16"
    assert index.data.tolist() == [1, 301]


def test_an_index_needs_a_target() -> None:
    with pytest.raises(UsageError):
        VectorIndex("i", [1])


@pytest.mark.parametrize("row", [3, -4, 99])
def test_out_of_range(row: int) -> None:
    with pytest.raises(PositionError):
        table_of([[1], [2], [3]], 1)["c"][row]


def test_a_row_that_is_no_list() -> None:
    with pytest.raises(UsageError):
        table_of([[1], 2], 1)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        group = file.create_group("units")
        group.attrs["neurodata_type"], group.attrs["namespace"] = "Units", "core"
        group.attrs["colnames"] = ["spike_times", "waveforms"]
        group["id"] = numpy.arange(3)
        group["spike_times"] = numpy.arange(10.0)
        group["spike_times_index"] = numpy.array([2, 2, 10], "uint8")
        group["waveforms"] = numpy.arange(12).reshape(6, 2)
        group["waveforms_index"] = [2, 3, 6]
        group["waveforms_index_index"] = [1, 3, 3]
        for name, kind in (("spike_times", "VectorData"), ("waveforms", "VectorData")):
            group[name].attrs["neurodata_type"] = kind
        for name in ("spike_times_index", "waveforms_index", "waveforms_index_index"):
            group[name].attrs["neurodata_type"] = "VectorIndex"
            group[name].attrs["target"] = group[name.removesuffix("_index")].ref
    return tmp_path / "x.h5"


def test_of_a_file(units: Path) -> None:
    found = linkdata.open(units).data.units
    assert found.spike_times[0].tolist() == [0.0, 1.0]
    assert found.spike_times[1].tolist() == []
    assert found.spike_times[2].tolist() == [*range(2, 10)]
    assert found.spike_times.data[:].tolist() == [2, 2, 10]
    assert plain(found["waveforms"][1]) == [[[4, 5]], [[6, 7], [8, 9], [10, 11]]]
    assert [len(row) for row in found["waveforms"][:]] == [1, 2, 0]


def test_without_the_attribute_the_name_tells_the_target(units: Path) -> None:
    with h5py.File(units, "r+") as file:
        del file["units/spike_times_index"].attrs["target"]
        del file["units/spike_times_index"].attrs["neurodata_type"]
    assert linkdata.open(units).data.units.spike_times[0].tolist() == [0.0, 1.0]


def test_one_row_reads_two_ends_and_the_row(units: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[tuple[str, object]] = []
    original = HDF5Dataset.__getitem__

    def counted(self: HDF5Dataset, index: object) -> object:
        read.append((self.name, index))
        return original(self, index)

    column = linkdata.open(units).data.units.spike_times
    assert column[0].size == 2
    monkeypatch.setattr(HDF5Dataset, "__getitem__", counted)
    assert column[2].size == 8
    assert read == [
        ("/units/spike_times_index", slice(1, 3)),
        ("/units/spike_times", slice(2, 10)),
    ]


def test_a_file_that_is_held_and_one_that_is_not_give_the_same(units: Path) -> None:
    expected = [row.tolist() for row in linkdata.open(units).data.units.spike_times[:]]
    with linkdata.open(units) as ds:
        column = ds.data.units.spike_times
        for _ in range(3):
            assert [column[row].tolist() for row in range(3)] == expected
    assert [column[row].tolist() for row in range(3)] == expected  # closed, and opened again


def test_what_is_written_meanwhile_is_seen(units: Path) -> None:
    with linkdata.open(units, writable=True) as ds:
        column = ds.data.units.spike_times
        assert column[0].tolist() == [0.0, 1.0]
        column.target[0] = 9.0
        assert column[0].tolist() == [9.0, 1.0]
        column.data[0] = 1
        assert column[0].tolist() == [9.0]
