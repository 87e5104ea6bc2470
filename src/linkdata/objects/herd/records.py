"""Records: small tables of fixed columns that refer to each other by row number.

Takes: rows, of memory or of a compound dataset of a file.
Gives: `Records`, and `Record`, one of its rows.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from linkdata.errors import PositionError, UsageError, error
from linkdata.objects.frames import pandas

#: The tables of external resources, and their columns.
TABLES: dict[str, tuple[str, ...]] = {
    "keys": ("key",),
    "files": ("file_object_id",),
    "entities": ("entity_id", "entity_uri"),
    "objects": ("files_idx", "object_id", "object_type", "relative_path", "field"),
    "object_keys": ("objects_idx", "keys_idx"),
    "entity_keys": ("entities_idx", "keys_idx"),
}
#: The table that a column of row numbers refers to.
REFERS = {f"{name}_idx": name for name in ("keys", "files", "entities", "objects")}


class Record:
    """A row: its number, and its cells by name."""

    __slots__ = ("idx", "table")

    def __init__(self, table: Records, idx: int) -> None:
        self.table = table
        self.idx = idx

    def __getattr__(self, name: str) -> Any:
        if name not in self.table.columns:
            raise AttributeError(name)
        return self.table[name, self.idx]

    def todict(self) -> dict[str, Any]:
        """The cells by name."""
        return dict(zip(self.table.columns, self.table[self.idx], strict=True))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Record)
            and other.table.name == self.table.name
            and other.idx == self.idx
        )

    def __hash__(self) -> int:
        return hash((self.table.name, self.idx))

    def __repr__(self) -> str:
        cells = ", ".join(f"{key}={value!r}" for key, value in self.todict().items())
        return f"Record({self.table.name}[{self.idx}], {cells})"


class Records:
    """Rows of fixed columns. `records["key"]` is a column, `records[2]` a row."""

    def __init__(self, name: str, rows: Iterable[Iterable[Any]] = ()) -> None:
        self.name = name
        self.columns = TABLES[name]
        self.rows = [tuple(map(_plain, row)) for row in rows]

    def add(self, *cells: Any) -> Record:
        """Add a row; a record among the cells stands for its number."""
        self.rows.append(tuple(cell.idx if isinstance(cell, Record) else cell for cell in cells))
        return Record(self, len(self.rows) - 1)

    def which(self, **cell: Any) -> list[int]:
        """The numbers of the rows with a cell of this value: `which(key="x")`."""
        ((name, value),) = cell.items()
        at = self._column(name)
        return [number for number, row in enumerate(self.rows) if row[at] == value]

    def row(self, idx: int) -> Record:
        """A row by its number."""
        return Record(self, idx)

    def _column(self, name: str) -> int:
        if name not in self.columns:
            raise UsageError(error("usage", f"`{self.name}` has no column `{name}`"))
        return self.columns.index(name)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            at = self._column(key)
            return [row[at] for row in self.rows]
        if isinstance(key, tuple):
            return self[key[1]][self._column(key[0])]
        try:
            return self.rows[key]
        except IndexError:
            raise PositionError(error("usage", f"`{self.name}` has no row {key}")) from None

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.rows)

    def to_dataframe(self) -> Any:
        """All rows as a `pandas.DataFrame`."""
        return pandas().DataFrame({name: self[name] for name in self.columns})

    def __repr__(self) -> str:
        return f"Records({self.name}, {len(self)} rows)"


def _plain(cell: Any) -> Any:
    return cell.item() if hasattr(cell, "item") else cell
