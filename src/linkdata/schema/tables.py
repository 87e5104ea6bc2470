"""What schemas say of tables: which fields are columns, and which of them are ragged.

Takes: the class of a table.
Gives: `is_table`, `is_column`, `is_index`, `declared_depth`; `nested_depth` for lists.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects"; hdmf-common, `table.yaml`.
"""

from __future__ import annotations

from typing import Any

from linkdata import iri
from linkdata.schema.naming import Typed

_COMMON = f"{iri.SCHEMAS}hdmf-common:"
TABLE, COLUMN, INDEX_CLASS, REGION = (
    _COMMON + name for name in ("DynamicTable", "VectorData", "VectorIndex", "DynamicTableRegion")
)
#: How the name of an index ends, after that of the column which it cuts.
INDEX = "_index"


def is_table(typed: Typed | None) -> bool:
    """Whether a class is a table."""
    return typed is not None and typed.is_a(TABLE)


def is_column(typed: Typed | None) -> bool:
    """Whether a class is a column of a table."""
    return typed is not None and typed.is_a(COLUMN)


def is_index(typed: Typed | None) -> bool:
    """Whether a class is an index of a ragged column."""
    return typed is not None and typed.is_a(INDEX_CLASS)


def declared_depth(typed: Typed | None, name: str) -> int | None:
    """How many indexes a table's class gives a column; None where it says nothing of it."""
    if typed is None:
        return None
    depth, outer = 0, name
    while outer + INDEX in typed.cls.slots:
        outer += INDEX
        depth += 1
    return depth or (0 if name in typed.cls.slots else None)


def nested_depth(values: Any) -> int:
    """How many levels of nested lists have rows that differ in length."""
    depth, level = 0, values
    while isinstance(level, list) and level and all(hasattr(row, "__len__") for row in level):
        if any(isinstance(row, str) for row in level) or not _differ(level):
            return depth
        depth += 1
        level = [item for row in level for item in (row if isinstance(row, list) else [])]
    return depth


def _differ(rows: list[Any]) -> bool:
    if len({len(row) for row in rows}) > 1:
        return True
    lists = [row for row in rows if isinstance(row, list) and row]
    return any(all(isinstance(one, list) for one in row) and _differ(row) for row in lists)
