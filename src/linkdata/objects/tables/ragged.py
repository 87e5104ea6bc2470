"""Ragged columns: rows of different lengths, as one long column and where each row ends.

Takes: ends of rows, and the column that they cut; or nested lists.
Gives: `VectorIndex`, with hdmf.common's arguments and methods; `flattened` for nested lists.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".

Of a file, no more is read than the rows asked for: two ends, and what lies between them.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, chain
from typing import Any

from linkdata.errors import UsageError, error
from linkdata.objects.access import wrap
from linkdata.objects.known import COMMON
from linkdata.objects.tables.columns import Data, VectorData
from linkdata.objects.tables.picking import is_position, length_of, position, positions

#: Rows are read in one go with what lies between them, unless that is this many times as much.
_WASTE = 4
#: As many ends of rows are kept in memory.
_KEPT = 1 << 20
_TARGET, _ENDS = "target", "ends"


class VectorIndex(VectorData):
    """Where the rows of a ragged column end; an index gives rows. It may cut another index."""

    _TYPE = (COMMON, "VectorIndex")

    def __init__(self, name: str, data: Any = (), target: Any = None, **fields: Any) -> None:
        """Make an index in memory: `data` are the ends of the rows of `target`, a column.

        Raises `UsageError` without a target.
        """
        if not isinstance(target, VectorData):
            raise UsageError(error("usage", f"the index `{name}` needs a column as its target"))
        description = fields.pop("description", f"Index for VectorData '{target.name}'")
        super().__init__(name, description, _unsigned(data), **fields)
        self._mention("target", target)

    @property
    def target(self) -> VectorData:
        """The column that it cuts; an index itself where rows are lists of lists."""
        found: VectorData | None = self.entity.memo.get(_TARGET)
        if found is None:
            found = as_column(super().__getitem__("target"))
            self.entity.memo[_TARGET] = found
        return found

    @target.setter
    def target(self, target: VectorData) -> None:
        self._mention("target", target)

    def cut(self, target: VectorData) -> None:
        """Say which column it cuts, where the table alone knows."""
        self.entity.memo[_TARGET] = target

    def _ends(self) -> Any:
        """Where the rows end. Those of a file that is held open are read once, if not too many."""
        kept = self._kept
        epoch = getattr(kept, "epoch", None)
        if epoch is None:
            return kept
        known = self.entity.memo.get(_ENDS)
        if known is None or known[0] is not epoch:
            if len(kept) > _KEPT:
                return kept
            known = self.entity.memo[_ENDS] = (epoch, kept[:])
        return known[1]

    def get_target_data(self) -> VectorData:
        """The column at the end of all indexes."""
        target = self.target
        while isinstance(target, VectorIndex):
            target = target.target
        return target

    def get(self, key: Any, default: Any = None, **more: Any) -> Any:
        """A row, for an integer; a list of rows for a slice, a list or a mask.

        What a row is, the target decides: an array, a list, or, of regions, a data frame or row
        numbers (see `DynamicTableRegion.get`). Raises `PositionError`.
        """
        if isinstance(key, str):
            return super().get(key, default)
        ends = self._ends()
        if getattr(self._kept, "epoch", None) is not None:  # of a file that is open
            return self._rows(ends, key, **more)
        with self.entity.held():
            return self._rows(ends, key, **more)

    def _rows(self, ends: Any, key: Any, **more: Any) -> Any:
        target = self.target
        if is_position(key):
            first, last = _bounds(ends, position(key, length_of(ends)))
            return target.get(slice(first, last), **more)
        if isinstance(key, tuple):
            row = self.get(key[0], **more)
            return row[key[1:] if len(key) > 2 else key[1]] if len(key) > 1 else row
        rows = positions(key, length_of(ends))
        if not rows:
            return []
        cuts = _cuts(ends, rows)
        low, high = min(first for first, _ in cuts), max(last for _, last in cuts)
        wanted = sum(last - first for first, last in cuts)
        if high - low > _WASTE * max(wanted, 1024):
            return [target.get(slice(first, last), **more) for first, last in cuts]
        read = target.get(slice(low, high), **more)
        rows_of = getattr(read, "iloc", read)  # of a data frame, rows and no columns
        return [rows_of[first - low : last - low] for first, last in cuts]

    def __iter__(self) -> Any:
        return iter(self.get(slice(None)))

    def add_vector(self, arg: Any, **_: Any) -> None:
        """Put a row at the end: its elements into the target, and where it ends here."""
        target = self.target
        if isinstance(target, VectorIndex):
            for row in arg:
                target.add_vector(row)
        elif hasattr(arg, "entity") and isinstance(arg, Data):
            target.extend(arg[:])
        else:
            for_rows = list(arg)
            if isinstance(target, VectorData) and type(target).add_row is not VectorData.add_row:
                for one in for_rows:
                    target.add_row(one)
            else:
                target.extend(for_rows)
        self._own()
        self.data = _unsigned([*map(int, self._kept), len(target)])

    def add_row(self, val: Any, **more: Any) -> None:
        """The same as `add_vector`."""
        self.add_vector(val, **more)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        import numpy

        return numpy.asarray(self._kept, dtype=dtype)


def as_column(found: Any) -> VectorData:
    """An object as a column, where it does not say itself that it is one."""
    return found if isinstance(found, VectorData) else VectorData.of(found)


def _bounds(ends: Any, at: int) -> tuple[int, int]:
    if at == 0:
        return 0, int(ends[0])
    first, last = ends[at - 1 : at + 1]  # of a file, both in one read
    return int(first), int(last)


def _cuts(ends: Any, rows: list[int]) -> list[tuple[int, int]]:
    low, high = min(rows), max(rows)
    before = max(low - 1, 0)
    read = [int(end) for end in ends[before : high + 1]]
    return [(read[row - before - 1] if row else 0, read[row - before]) for row in rows]


def _unsigned(ends: Any) -> Any:
    """Ends of rows in the narrowest unsigned integers that hold them; arrays of a file as are."""
    if not isinstance(ends, list | tuple) and type(ends).__module__ != "numpy":
        return ends
    import numpy

    last = int(ends[-1]) if len(ends) else 0
    return numpy.asarray(ends, dtype=numpy.min_scalar_type(last))


def flattened(values: Any, depth: int) -> tuple[Any, list[list[int]]]:
    """Nested lists, `depth` levels cut away, and the ends of rows of each level, outermost first.

    Raises `UsageError` where a row is no list.
    """
    levels: list[list[int]] = []
    for _ in range(depth):
        try:
            levels.append(list(accumulate(len(row) for row in values)))
        except TypeError:
            raise UsageError(
                error("usage", "a row of a ragged column is no list",
                      hint="each row of a ragged column is a list, be it of one element")
            ) from None  # fmt: skip
        values = joined(values)
    return values, levels


def joined(rows: Iterable[Any]) -> Any:
    """Rows one after the other: arrays as an array, all others as a list."""
    listed = [row for row in rows if len(row)]  # an empty list says nothing of the others
    if listed and all(getattr(row, "ndim", 0) for row in listed):
        import numpy

        return numpy.concatenate([numpy.asarray(row) for row in listed])
    return list(chain.from_iterable(wrap(row) if isinstance(row, list) else row for row in listed))
