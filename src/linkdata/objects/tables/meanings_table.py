"""Tables that say what the values of a column mean.

Takes: a column, its values and their meanings.
Gives: `MeaningsTable`, with hdmf.common's arguments and methods.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from linkdata.errors import UsageError, error
from linkdata.graph.entity import Link
from linkdata.objects.access import wrap
from linkdata.objects.known import COMMON
from linkdata.objects.tables.columns import VectorData
from linkdata.objects.tables.meanings import SUFFIX
from linkdata.objects.tables.ragged import as_column
from linkdata.objects.tables.table import DynamicTable


class MeaningsTable(DynamicTable):
    """A row for each value that a column may have: the `value`, and its `meaning`."""

    _TYPE: ClassVar[tuple[str, str]] = (COMMON, "MeaningsTable")
    __columns__ = (
        {"name": "value", "required": True,
         "description": "The value in the referenced VectorData object."},
        {"name": "meaning", "required": True, "description": "The meaning of the value."},
    )  # fmt: skip

    def __init__(
        self,
        target: VectorData,
        description: str | None = None,
        id: Any = None,
        columns: Sequence[Any] | None = None,
        colnames: Iterable[str] | None = None,
        **fields: Any,
    ) -> None:
        """Make the table of a column's values in memory; its name follows from the column's.

        Raises `UsageError` for a target that is no column.
        """
        if not isinstance(target, VectorData):
            raise UsageError(error("usage", "a table of meanings needs a column as its target"))
        super().__init__(
            target.name + SUFFIX,
            description or f"Meanings for values in '{target.name}'",
            id, columns, colnames, **fields,
        )  # fmt: skip
        self._mention("target", target)

    @property
    def target(self) -> VectorData:
        """The column whose values have the meanings."""
        found = self.entity.link("target")
        if isinstance(found, Link):
            return as_column(wrap(found))
        return VectorData(self.name.removesuffix(SUFFIX), "", found)  # a bare list
