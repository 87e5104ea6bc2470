"""Columns that point into other tables.

Takes: the columns of tables.
Gives: `foreign_columns`, `linked_tables`, and `asked`, how cells of such columns are asked for.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from linkdata.objects.tables.ragged import VectorIndex

if TYPE_CHECKING:
    from linkdata.objects.tables.columns import VectorData
    from linkdata.objects.tables.layout import Columns
    from linkdata.objects.tables.region import DynamicTableRegion
    from linkdata.objects.tables.table import DynamicTable


class Foreign(NamedTuple):
    """A column that points into another table."""

    source_table: DynamicTable
    source_column: DynamicTableRegion
    target_table: DynamicTable


def foreign_columns(columns: Columns) -> list[DynamicTableRegion]:
    """The columns that are regions; of ragged ones, what is cut."""
    from linkdata.objects.tables.region import DynamicTableRegion

    return [one for one in columns.parts.values() if isinstance(one, DynamicTableRegion)]


def linked_tables(starts: Iterable[DynamicTable]) -> list[Foreign]:
    """All columns that lead to other tables, from these tables and from those they lead to."""
    tables, found = list(starts), list[Foreign]()
    for table in tables:  # grows meanwhile
        for column in foreign_columns(table._columns):
            target = column.table
            found.append(Foreign(table, column, target))
            if all(target.entity is not known.entity for known in tables):
                tables.append(target)
    return found


def asked(column: VectorData, df: bool, index: bool) -> dict[str, bool]:
    """How cells are asked for: of regions alone, numbers of rows or rows can be had."""
    from linkdata.objects.tables.region import DynamicTableRegion

    inner = column.get_target_data() if isinstance(column, VectorIndex) else column
    return {"df": df, "index": index} if isinstance(inner, DynamicTableRegion) else {}
