from __future__ import annotations

from typing import Any

import pytest

import linkdata
from linkdata import AlignedDynamicTable, DynamicTable, VectorData
from linkdata.errors import FieldError, UsageError


def category(name: str, rows: int = 2) -> DynamicTable:
    return DynamicTable(name, "d", columns=[VectorData("x", "d", list(range(rows)))])


def aligned(**fields: Any) -> AlignedDynamicTable:
    return AlignedDynamicTable(
        "all", "d", columns=[VectorData("t", "d", [0.5, 1.5])],
        category_tables=[category("a"), category("b")], **fields,
    )  # fmt: skip


def test_the_order_of_categories() -> None:
    assert aligned().categories == ["a", "b"]
    assert aligned(categories=["b", "a"]).categories == ["b", "a"]
    assert list(aligned(categories=["b", "a"])[:].columns.get_level_values(0).unique()) == [
        "all", "b", "a",
    ]  # fmt: skip


def test_attributes_are_tables_and_items_data_frames() -> None:
    table = aligned()
    assert isinstance(table.a, DynamicTable)
    assert table.a.x[1] == 1
    assert table["a"]["x"].tolist() == [0, 1]
    assert table[None].equals(table.to_dataframe())


def test_rows_have_an_upper_level() -> None:
    rows = aligned()[:1]
    assert rows[("a", "x")].tolist() == [0]
    assert rows.index.name == ("all", "id")
    assert aligned()[1][("all", "t")].tolist() == [1.5]


@pytest.mark.parametrize(
    "key", [(1, ("a", "x")), (1, "a", "x"), ("a", "x", 1)], ids=lambda key: str(key)
)
def test_cells(key: Any) -> None:
    assert aligned()[key] == 1


def test_what_does_not_fit() -> None:
    table = aligned()
    for wrong, said in (
        (category("c", 3), "3 rows, but the table has"),
        (category("a"), "already"),
        (aligned(), "aligned table itself"),
    ):
        with pytest.raises(UsageError, match=said):
            table.add_category(wrong)
    with pytest.raises(UsageError, match="do not name the same"):
        aligned(categories=["a"])
    with pytest.raises(UsageError, match="no values for the category `b`"):
        table.add_row(t=1.0, a={"x": 1})
    with pytest.raises(FieldError):
        table.get_category("nope")
    assert len(table) == 2


def test_growing() -> None:
    table = aligned()
    table.add_row(t=2.5, a={"x": 7}, b={"x": 8})
    assert table.b.x[2] == 8
    empty = table.add_category_table("c", "more")
    assert (len(empty), table.categories) == (3, ["a", "b", "c"])
    table.add_column("y", "d", [1, 2, 3], category="c")
    assert table[:][("c", "y")].tolist() == [1, 2, 3]
    table.d = category("d", 3)
    assert table.categories[-1] == "d"


def test_in_a_document() -> None:
    text = (
        "data: {is_a: AlignedDynamicTable, t: [1, 2],"
        " a: {is_a: DynamicTable, x: [3, 4]}, b: {is_a: DynamicTable, y: [[5], [6, 7]]}}\n"
    )
    found = linkdata.loads(text).data
    assert found.categories == ["a", "b"]
    assert found.colnames == ["t"]
    assert found[1:][("b", "y")].map(list).tolist() == [[6, 7]]
    assert ("a", "x") in found
    assert "a" in found
