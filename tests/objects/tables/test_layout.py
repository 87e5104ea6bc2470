"""Tables as documents write them, alone and over a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

import linkdata
from linkdata import DynamicTable, VectorData, VectorIndex
from linkdata.errors import FieldError, UsageError


def table(text: str) -> Any:
    return linkdata.loads(f"data: {{is_a: DynamicTable, {text}}}\n").data


def test_columns_are_the_fields_that_are_lists() -> None:
    found = table("description: d, a: [1, 2], b: [x, y], m: {value: [3, 4], description: e}, n: 5")
    assert isinstance(found, DynamicTable)
    assert found.colnames == ["a", "b", "m"]
    assert found.m.description == "e"
    assert found[:].to_dict("list") == {"a": [1, 2], "b": ["x", "y"], "m": [3, 4]}
    assert found[:].index.tolist() == [0, 1]


def test_colnames_decide_where_they_are_written() -> None:
    found = table("colnames: [b, a], a: [1, 2], b: [x, y], c: [5, 6]")
    assert found.colnames == ["b", "a"]
    assert list(found[:].columns) == ["b", "a"]
    assert found["c"][:].tolist() == [5, 6]  # a field still


def test_ids_that_are_written() -> None:
    found = table("id: [7, 9], a: [1, 2]")
    assert found[:].index.tolist() == [7, 9]
    assert found.id[:].tolist() == [7, 9]
    assert len(found) == 2


def test_lists_that_differ_in_length_are_ragged() -> None:
    found = table("a: [[1, 2], [3]], b: [[x], []], c: [[[1], [2, 3]], [[4]]], d: [[1, 2], [3, 4]]")
    assert isinstance(found["a"], VectorIndex)
    assert found.a[0].tolist() == [1, 2]
    assert found.b[0] == ["x"]
    assert [[*map(int, part)] for part in found.c[0]] == [[1], [2, 3]]
    assert found["d"].shape == (2, 2)


def test_the_class_says_what_is_ragged_where_lengths_do_not() -> None:
    found = linkdata.loads("data: {is_a: Units, spike_times: [[1.5, 2], [3, 4]]}\n").data
    assert isinstance(found["spike_times"], VectorIndex)
    assert found.spike_times_index.data.tolist() == [2, 4]
    assert isinstance(found, DynamicTable)


def test_an_index_beside_its_column() -> None:
    found = table("a_index: [2, 3], a: [1, 2, 3]")
    assert found.colnames == ["a"]
    assert found.a[1].tolist() == [3]


def test_references_as_cells() -> None:
    text = 'data: {is_a: DynamicTable, g: ["#x", "#y", "#x"]}\nx: {n: 1}\ny: {n: 2}\n'
    found = linkdata.loads(text).data
    assert [cell.n for cell in found["g"]] == [1, 2, 1]
    assert found["g"][1] == found[1, "g"]
    assert found[:].g.dtype == object


def test_columns_of_different_lengths() -> None:
    found = table("a: [1, 2], b: [1, 2, 3]")
    with pytest.raises(UsageError) as caught:
        found[:]
    assert "`a` has 2, `b` has 3" in caught.value.diagnostic.message
    assert caught.value.diagnostic.span is not None


def test_a_column_that_is_listed_and_not_there() -> None:
    with pytest.raises(UsageError, match="lists a column `b`"):
        table("colnames: [a, b], a: [1]")[:]


def test_a_missing_column_is_a_missing_field() -> None:
    with pytest.raises(FieldError):
        table("a: [1]")["nope"]
    with pytest.raises(AttributeError):
        _ = table("a: [1]").nope


def test_an_empty_table() -> None:
    found = table("description: d")
    assert (len(found), found.colnames, found[:].shape) == (0, [], (0, 0))


def test_a_region_in_a_document() -> None:
    text = (
        "data:\n  t: {is_a: DynamicTable, a: [5, 6, 7]}\n"
        '  r: {is_a: DynamicTableRegion, table: "#data.t", value: [2, 0], description: d}\n'
        '  u: {is_a: DynamicTable, e: {is_a: DynamicTableRegion, table: "#data.t",'
        " value: [[0, 1], [2]]}}\n"
    )
    found = linkdata.loads(text).data
    assert found.r[:].a.tolist() == [7, 5]
    assert found.r.table == found.t
    assert found.u.e[0].a.tolist() == [5, 6]
    assert found.u.to_dataframe().e[1].a.tolist() == [7]


def test_electrodes_of_units_are_rows_of_the_electrodes_of_the_file() -> None:
    text = (
        "data:\n  is_a: NWBFile\n  general: {extracellular_ephys: {electrodes: "
        "{is_a: DynamicTable, location: [a, b, c]}}}\n"
        "  units: {is_a: Units, electrodes: [[0, 1], [2]]}\n"
    )
    found = linkdata.loads(text).data
    assert found.units.electrodes[0].location.tolist() == ["a", "b"]
    assert found.units[:].electrodes.map(list).tolist() == [[0, 1], [2]]
    assert found.units["electrodes"].target.table == found.electrodes


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with h5py.File(tmp_path / "x.h5", "w") as made:
        group = made.create_group("t")
        group.attrs["neurodata_type"], group.attrs["namespace"] = "DynamicTable", "hdmf-common"
        group.attrs["colnames"] = ["a", "b"]
        group["id"] = [3, 4]
        group["a"], group["b"] = [1, 2], numpy.array(["x", "y"], object)
        group["other"] = [8, 9]
    return tmp_path / "x.h5"


def over(file: Path, text: str) -> Any:
    head = f"meta: {{prefixes: {{f: {{path: {file.name}}}}}}}\n"
    body = f"data: {{t: {{from: {{type: hdf5, source: 'f:/t'}}{text}}}}}\n"
    return linkdata.loads(head + body, base=file.with_name("x.yaml")).data.t


def test_a_document_adds_columns_to_a_table_of_a_file(file: Path) -> None:
    found = over(file, ", c: [1.5, 2.5], a: {description: mine}, note: hello")
    assert isinstance(found, DynamicTable)
    assert found.colnames == ["a", "b", "c"]
    assert found.a.description == "mine"
    assert found[:].to_dict("list") == {"a": [1, 2], "b": ["x", "y"], "c": [1.5, 2.5]}
    assert found[:].index.tolist() == [3, 4]


def test_a_table_of_a_type_that_nothing_knows(file: Path) -> None:
    with h5py.File(file, "r+") as made:
        made["t"].attrs["neurodata_type"] = "LabTable"
        made["t"].attrs["namespace"] = "ndx-lab"
    found = over(file, "")
    assert isinstance(found, DynamicTable)
    assert found.a[1] == 2


def test_what_is_no_table_can_be_seen_as_one(file: Path) -> None:
    with h5py.File(file, "r+") as made:
        made["plain/x"], made["plain/y"] = [1, 2], [3, 4]
    plain = linkdata.open(file).data.plain
    assert not isinstance(plain, DynamicTable)
    assert DynamicTable.of(plain)[:].to_dict("list") == {"x": [1, 2], "y": [3, 4]}
    assert plain.to_pandas().to_dict("list") == {"x": [1, 2], "y": [3, 4]}


def test_columns_are_columns_whatever_they_are(file: Path) -> None:
    assert all(isinstance(one, VectorData) for one in over(file, "").columns)
