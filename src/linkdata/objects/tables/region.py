"""Regions: rows of another table.

Takes: row numbers and the table that they are of.
Gives: `DynamicTableRegion`, with hdmf.common's arguments and methods.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from typing import Any

from linkdata.errors import PositionError, UsageError, error
from linkdata.graph.entity import Entity
from linkdata.objects.access import view
from linkdata.objects.known import COMMON
from linkdata.objects.putting import unwrapped
from linkdata.objects.tables.columns import VectorData
from linkdata.objects.tables.picking import is_position, length_of, picked, position
from linkdata.objects.tables.table import DynamicTable

_TABLE = "table"


class DynamicTableRegion(VectorData):
    """Numbers of rows of another table; an index gives those rows, in the order of the numbers."""

    _TYPE = (COMMON, "DynamicTableRegion")

    def __init__(
        self,
        name: str,
        data: Any = (),
        description: str = "",
        table: DynamicTable | None = None,
        validate_data: bool = True,
        **fields: Any,
    ) -> None:
        """Make a region in memory. Raises `PositionError` for a row that `table` does not have."""
        super().__init__(name, description, data, **fields)
        if table is not None:
            self._aim(table, validate_data)

    def _aim(self, table: DynamicTable, validate: bool) -> None:
        if validate:
            self._check(self._kept, table)
        self._mention(_TABLE, table)

    def _only_one(self) -> Entity | None:
        """The table of electrodes of an NWB file, of which there is one: it need not be said."""
        if self.name != "electrodes" or self.entity.graph is None:
            return None
        found: Any = self.entity.graph.document
        for step in ("data", "general", "extracellular_ephys", "electrodes"):
            if not isinstance(found, Entity) or step not in found:
                return None
            found = found.get(step)
        return found if isinstance(found, Entity) else None

    @property
    def table(self) -> DynamicTable:
        """The table that the rows are of. Raises `UsageError` where nothing says which."""
        found: Any = self.entity.get(_TABLE) if _TABLE in self.entity else self._only_one()
        if found is None:
            raise UsageError(
                error("usage", f"nothing says of which table `{self.name}` is a region",
                      self.entity.span, hint="give it a field `table`")
            )  # fmt: skip
        seen = view(found)
        return seen if isinstance(seen, DynamicTable) else DynamicTable.of(seen)

    @table.setter
    def table(self, table: DynamicTable) -> None:
        self._aim(table, True)

    def _check(self, rows: Any, table: DynamicTable) -> None:
        import numpy

        numbers = numpy.asarray(rows[...] if hasattr(rows, "shape") else rows)
        length = len(table)
        outside = numbers[(numbers >= length) | (numbers < 0)] if numbers.size else numbers
        if outside.size:
            raise PositionError(
                error("usage", f"the region `{self.name}` has a row {int(outside.flat[0])}, but"
                      f" `{table.name}` has {length} rows", self.entity.span)
            )  # fmt: skip

    def get(
        self, key: Any, default: Any = None, index: bool = False, df: bool = True, **more: Any
    ) -> Any:
        """Rows of the other table, as it gives them; their numbers with `index`.

        A name is a column of the other table, a pair of an index and a name are cells of it. Raises
        `PositionError` for what is out of the region or of the table.
        """
        if isinstance(key, str):
            return super().get(key, default)
        if isinstance(key, tuple):
            numbers = self._numbers(key[0])
            return self.table[key[1]][numbers]
        numbers = self._numbers(key)
        return numbers if index else self.table.get(numbers, df=df, index=index, **more)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str) and key not in self.entity:
            return self.table[key]
        return super().__getitem__(key)

    def _numbers(self, arg: Any) -> Any:
        kept = self._kept
        if is_position(arg):
            return picked(kept, position(arg, length_of(kept)))
        return picked(kept, arg)

    def extend(self, arg: Any) -> None:
        """Put row numbers at the end, in memory. Raises `PositionError`."""
        rows = list(arg)
        if rows and _TABLE in self.entity:
            self._check(rows, self.table)
        self._grow(rows)

    def append(self, arg: Any) -> None:
        """Put one row number at the end, in memory. Raises `PositionError`."""
        self.extend([arg])

    def get_referenced_tables(self) -> list[DynamicTable]:
        """The tables that the rows are of: one."""
        return [self.table]

    def to_dataframe(self, **more: Any) -> Any:
        """The rows as a `pandas.DataFrame`; `more` is as for `DynamicTable.to_dataframe`."""
        return self.table.get(self._numbers(slice(None)), **{"index": False, **more})

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of rows, and of columns."""
        return (len(self), len(self.table.columns))

    def _set(self, key: str, value: Any) -> None:
        if key == _TABLE and isinstance(value, DynamicTable):
            self._aim(value, True)
        else:
            super()._set(key, value)

    def __iter__(self) -> Any:
        return (self[at] for at in range(len(self)))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        import numpy

        return numpy.asarray(unwrapped(self._kept), dtype=dtype)
