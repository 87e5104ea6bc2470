from __future__ import annotations

from typing import Any

import numpy
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkdata
from linkdata import DynamicTable, DynamicTableRegion, EnumData, VectorData, VectorIndex
from linkdata.errors import FieldError, PositionError, UsageError


def subjects() -> DynamicTable:
    table = DynamicTable("subjects", "who")
    table.add_column("name_", "d")
    table.add_column("age", "d")
    table.add_row(name_="a", age=8)
    table.add_row(name_="b", age=10)
    table.add_row(name_="c", age=9)
    return table


# Making


def test_colnames_are_as_good_as_a_tuple_and_a_list() -> None:
    names = subjects().colnames
    assert names == ("name_", "age")
    assert names == ["name_", "age"]
    assert names != ["age", "name_"]
    assert names != 5


def test_a_name_can_be_appended_that_is_there() -> None:
    table = subjects()
    table.bonus = VectorData("bonus", "", numpy.zeros((3, 10, 12)))
    table.colnames.append("bonus")
    assert table.colnames == ("name_", "age", "bonus")
    assert table[0].bonus.iloc[0].shape == (10, 12)
    assert table.bonus.entity.iri == "urn:linkdata:memory#subjects.bonus"


def test_columns_are_aligned_or_an_error_with_the_lengths() -> None:
    short = [VectorData("a", "d", [1, 2]), VectorData("b", "d", [1])]
    with pytest.raises(UsageError, match="`a` has 2, `b` has 1"):
        DynamicTable("t", "d", columns=short)
    with pytest.raises(UsageError, match="2 rows, but the table has 3"):
        subjects().add_column("x", "d", data=[1, 2])
    with pytest.raises(UsageError, match="has 1 rows, but the table has 3"):
        subjects().x = VectorData("x", "d", [1])
    with pytest.raises(UsageError, match="1 as its ids, but `a` has 2"):
        DynamicTable("t", "d", id=[1], columns=short[:1])


@pytest.mark.parametrize(
    ("columns", "colnames", "said"),
    [
        ([VectorData("a", "d"), VectorData("a", "d")], None, "given twice"),
        ([VectorIndex("i", [], target=VectorData("a", "d"))], None, "without `a`"),
        ([VectorData("a", "d")], ["b"], "no column `b`"),
        ([5], None, "VectorData"),
    ],
)
def test_columns_that_do_not_go_together(columns: Any, colnames: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        DynamicTable("t", "d", columns=columns, colnames=colnames)


def test_dtypes_of_columns() -> None:
    table = subjects()
    table.add_column("x", "d", data=[1, 2, 3], dtype="uint8")
    assert table.x.dtype == "uint8"
    assert table[:].x.dtype == "uint8"
    with pytest.raises(UsageError, match="not of dtype"):
        table.add_column("y", "d", data=["a", "b", "c"], dtype="float")


def test_a_list_of_different_lengths_is_what_it_looks_like() -> None:
    table = subjects()
    table.add_column("x", "d", data=[[1], [2, 3], []])
    assert isinstance(table["x"], VectorIndex)
    assert table[:].x.map(list).tolist() == [[1], [2, 3], []]


@pytest.mark.parametrize(
    ("row", "said"),
    [({"name_": "x"}, "no value for the column `age`"),
     ({"name_": "x", "age": 1, "agee": 2}, "no column `agee`")],
)  # fmt: skip
def test_rows_that_do_not_fit_change_nothing(row: dict[str, Any], said: str) -> None:
    table = subjects()
    with pytest.raises(UsageError, match=said):
        table.add_row(row)
    assert table[:].equals(subjects()[:])


def test_a_near_miss_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        subjects().add_row(name_="x", ag=1)
    assert caught.value.diagnostic.hint == "did you mean `age`?"


def test_ids() -> None:
    table = subjects()
    table.add_row(name_="d", age=1, id=99)
    assert table[:].index.tolist() == [0, 1, 2, 99]
    with pytest.raises(UsageError, match="99 is already"):
        table.add_row(name_="e", age=1, id=99, enforce_unique_id=True)
    assert len(table) == 4


def test_columns_that_a_class_foresees() -> None:
    class Trials(DynamicTable):
        __columns__ = (
            {"name": "start", "description": "when", "required": True},
            {"name": "tags", "description": "d", "index": True},
            {"name": "state", "description": "d", "enum": True},
            {"name": "who", "description": "d", "table": True},
        )

    class More(Trials):
        __columns__ = ({"name": "extra", "description": "d", "required": True},)

    table = Trials("t", "d", target_tables={"who": subjects()})
    assert table.colnames == ["start", "who"]
    assert table.tags is None
    table.add_row(start=1.0, who=2, tags=["x"], state="rest")
    table.add_row(start=2.0, who=0, tags=[], state="run")
    assert isinstance(table["state"], EnumData)
    assert table.who[1].name_.tolist() == ["a"]
    assert list(table[:].state) == ["rest", "run"]
    assert More("t", "d").colnames == ["start", "extra"]
    empty = Trials("t", "d")
    empty.add_row(start=1.0)
    empty.add_row(start=2.0)
    with pytest.raises(UsageError, match="no values for the 2 rows"):
        empty.add_row(start=3.0, tags=["late"])


# Reading


def test_a_column_named_as_a_method_is_an_item() -> None:
    table = DynamicTable(
        "t", "d", columns=[VectorData("keys", "d", [1]), VectorData("id_", "d", [2])]
    )
    assert table["keys"][0] == 1
    assert callable(table.keys)


@pytest.mark.parametrize("row", [3, -4, [0, 3], numpy.array([5]), [True, False]])
def test_rows_that_there_are_not(row: Any) -> None:
    with pytest.raises(PositionError):
        subjects()[row]


def test_rows_from_the_end() -> None:
    assert subjects()[-1].age.tolist() == [9]
    assert subjects()[numpy.int64(1)].age.tolist() == [10]
    assert [row.age.iloc[0] for row in subjects()] == [8, 10, 9]


def test_rows_are_not_set() -> None:
    with pytest.raises(UsageError):
        subjects()[0] = 5
    table = subjects()
    table["age"][0] = 80
    assert table[0, "age"] == 80


def test_a_column_is_replaced() -> None:
    table = subjects()
    table.age = VectorData("age", "d", [1, 2, 3])
    table.add_row(name_="d", age=4)
    assert table[:].age.tolist() == [1, 2, 3, 4]
    assert table.colnames == ["name_", "age"]


def test_get_column() -> None:
    assert subjects().get_column("age")[0] == 8
    with pytest.raises(FieldError) as caught:
        subjects().get_column("agee")
    assert caught.value.diagnostic.hint == "did you mean `age`?"


# Data frames


def test_dtypes_in_data_frames() -> None:
    one = linkdata.loads("data: {a: {x: 1}}\n").data.a
    table = DynamicTable("t", "d", id=[0, 1])
    table.add_column("number", "d", data=[1, 2])
    table.add_column("text", "d", data=["a", "b"])
    table.add_column("state", "d", data=["run", "rest"], enum=["rest", "run"])
    table.add_column("object", "d", data=[one, one])
    table.add_column("ragged", "d", data=[[1.0], []], index=True)
    table.add_column("wide", "d", data=numpy.zeros((2, 3)))
    frame = table.to_dataframe()
    assert frame.number.dtype == "int64"
    assert pandas.api.types.is_string_dtype(frame.text)
    assert isinstance(frame.state.dtype, pandas.CategoricalDtype)
    assert list(frame.state.cat.categories) == ["rest", "run"]
    assert frame.object[0] == one
    assert [list(cell) for cell in frame.ragged] == [[1.0], []]
    assert frame.wide[1].shape == (3,)
    assert frame.index.name == "id"
    row = table[1]
    assert row.object.iloc[0] == one
    assert list(row.ragged.iloc[0]) == []


CELLS = st.one_of(st.integers(-9, 9), st.floats(allow_nan=False), st.text("ab", max_size=3))


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from("abcd"), st.lists(CELLS, min_size=3, max_size=3), min_size=1)
)
def test_a_data_frame_there_and_back(columns: dict[str, list[Any]]) -> None:
    frame = pandas.DataFrame(columns)
    table = DynamicTable.from_dataframe(frame, "t", table_description="d")
    again = table.to_dataframe()
    assert list(again.columns) == list(frame.columns)
    assert [again[name].tolist() for name in again] == [frame[name].tolist() for name in frame]


def test_categories_of_a_data_frame_are_a_fixed_set() -> None:
    frame = pandas.DataFrame({"s": pandas.Categorical(["b", "a", "b"], categories=["a", "b", "c"])})
    table = DynamicTable.from_dataframe(frame, "t")
    assert isinstance(table["s"], EnumData)
    assert list(table["s"].elements) == ["a", "b", "c"]
    assert table.to_dataframe().s.equals(frame.s.rename_axis("id"))


def test_columns_that_a_data_frame_lacks() -> None:
    with pytest.raises(UsageError, match="no column `b`"):
        DynamicTable.from_dataframe(
            pandas.DataFrame({"a": [1]}), "t", columns=[{"name": "b", "description": "d"}]
        )


def test_polars() -> None:
    polars = pytest.importorskip("polars")
    table = subjects()
    table.add_column("x", "d", data=[[1], [2, 3], []], index=True)
    frame = table.to_polars()
    assert frame.columns == ["id", "name_", "age", "x"]
    assert frame["x"].to_list() == [[1], [2, 3], []]
    assert frame["age"].dtype == polars.Int64


def test_without_pandas_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(UsageError) as caught:
        subjects()[:]
    assert caught.value.diagnostic.hint == "pip install 'linkdata[tables]'"
    assert subjects()["age"][:] == [8, 10, 9]  # cells need no pandas


# Regions


def test_tables_that_lead_to_tables() -> None:
    inner = subjects()
    middle = DynamicTable("m", "d", columns=[DynamicTableRegion("r", [0], "d", inner)])
    outer = DynamicTable("o", "d", columns=[DynamicTableRegion("q", [0], "d", middle)])
    found = outer.get_linked_tables()
    assert [(one.source_table.name, one.target_table.name) for one in found] == [
        ("o", "m"), ("m", "subjects"),
    ]  # fmt: skip
    nested = outer.to_dataframe().q[0].r.iloc[0]
    assert nested.name_.tolist() == ["a"]
