"""Tables: what HDMF says of columns, indexes, row numbers and regions beyond the schema.

Takes: tables, and their members.
Gives: `Tables`: the findings of a table, and of a column that is a region of one.
Implements: `specs/linkdata-1.0.md`, section "Validation", VAL-15 to VAL-18.

Lengths come from shapes. Of values only integers are read: row numbers, indexes and regions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from linkdata.errors import Diagnostic, LinkdataError, Severity, did_you_mean
from linkdata.graph.entity import Entity
from linkdata.schema.naming import Typed
from linkdata.schema.typing import SchemaTypes
from linkdata.schema.validation import columns, integers, places
from linkdata.schema.validation.fields import field_of
from linkdata.schema.validation.members import Member, held, members_of, values_of
from linkdata.schema.validation.problems import Problem, finding

_INDEX = "_index"
_IDS, _NAMES = "id", "colnames"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the member that has its values, and how many there are."""

    name: str
    member: Member
    values: Member
    is_index: bool

    @property
    def length(self) -> int | None:
        """The length of the first axis; None for what has none."""
        return _length(self.values)


class Tables:
    """The tables of one graph."""

    def __init__(self, types: SchemaTypes) -> None:
        self.types = types
        self._counts: dict[int, int | None] = {}

    def findings(self, members: list[Member]) -> Iterator[Diagnostic]:
        """Everything that is wrong with a table."""
        found = {column.name: column for column in self.columns(members)}
        ids = next((one for one in members if one.key == _IDS), None)
        yield from self._lengths(found, ids)
        # Columns that a document adds or takes away, a writer adds to and takes from the list.
        listed = next((one for one in members if one.key == _NAMES), None)
        if listed is not None and (listed.is_written or places.is_brought(listed.owner)):
            yield from _names(listed, members, found)
        if ids is not None and (values := values_of(ids)) is not None:
            problem = integers.first_duplicate(values.look.value)
            if problem is not None:
                position, number = problem
                message = f"the row number {number} comes twice"
                yield finding(
                    Problem("table-id-duplicate", message, "row numbers are unique"),
                    values.spot((position,)),
                )
        for column in found.values():
            if column.is_index:
                yield from self._index(column, found)

    def columns(self, members: list[Member]) -> Iterator[Column]:
        """The columns of a table, indexes too."""
        for member in members:
            if member.key in (_IDS, _NAMES):
                continue
            kind = self._class(member)
            values = None if kind is None else values_of(member)
            if kind is not None and values is not None:
                is_index = columns.descends(kind, columns.INDEX)
                yield Column(member.key, member, values, is_index)

    def _class(self, member: Member) -> Typed | None:
        """The class of a column; None for a member that is none."""
        target = member.target
        own = None if target is None else self.types.of(target)
        if own is None:
            field = field_of(self.types, member)
            if field is None:
                return None
            own = next(field.classes, None)
            declared = field.slot.facts.get("type")
            if (own is None or field.slot.is_array) and declared is not None:
                known = field.schema.classes.get(str(declared))
                own = None if known is None else Typed(known, field.schema)
        return own if own is not None and columns.is_column(own) else None

    # Rows

    def row_count(self, table: Entity) -> int | None:
        """How many rows a table has; None where nobody can tell."""
        if id(table) not in self._counts:
            self._counts[id(table)] = self._count(table)
        return self._counts[id(table)]

    def _count(self, table: Entity) -> int | None:
        try:
            members = [one for one in members_of(table) if isinstance(one, Member)]
        except LinkdataError:
            return None
        ids = next((one for one in members if one.key == _IDS), None)
        if ids is not None and (length := _length(ids)) is not None:
            return length
        found = {column.name: column for column in self.columns(members)}
        counts = [_rows(column, found) for column in found.values() if not column.is_index]
        return max((count for count in counts if count is not None), default=None)

    def _lengths(self, found: dict[str, Column], ids: Member | None) -> Iterator[Diagnostic]:
        """Columns of another length than the rest."""
        counts = {
            name: count
            for name, column in found.items()
            if not column.is_index and (count := _rows(column, found)) is not None
        }
        if not counts:
            return
        expected = None if ids is None else _length(ids)
        if expected is None:
            every = list(counts.values())
            expected = max(every, key=every.count)
            why = "the other columns have"
        else:
            why = "there are row numbers for"
        for name, count in counts.items():
            if count != expected:
                column = _outermost(found[name], found)
                message = f"the column `{name}` has {_some(count, 'row')}, and {why} {expected}"
                yield finding(Problem("table-lengths", message), column.member.spot())

    # Indexes and regions

    def _index(self, column: Column, found: dict[str, Column]) -> Iterator[Diagnostic]:
        target = found.get(column.name.removesuffix(_INDEX))
        length = None if target is None else target.length
        for fault in integers.index_faults(column.values.look.value, length):
            problem = Problem("table-index", fault.message, None, (), fault.severity)
            yield finding(problem, column.values.spot(fault.path))

    def region_findings(self, region: Entity) -> Iterator[Diagnostic]:
        """What is wrong with the row numbers of a region, by the table that it is of."""
        values = held(region)
        if values is None:
            return
        try:
            table = region.get("table")
        except LinkdataError:
            return
        count = self.row_count(table) if isinstance(table, Entity) else None
        if count is None:
            return
        for path, number in integers.out_of_range(values.look.value, count):
            message = f"there is no row {number}: the table has {_some(count, 'row')}"
            yield finding(Problem("table-region", message), values.spot(path))


def _names(member: Member, members: list[Member], found: dict[str, Column]) -> Iterator[Diagnostic]:
    """What is wrong with the list of the columns' names."""
    value: Any = member.value
    names = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(names, list):
        return
    there = {one.key for one in members}
    if not member.is_written:  # the list of a file says more than the document leaves of it
        there |= member.owner.dropped
    for position, name in enumerate(names):
        if isinstance(name, str) and name not in there:
            message = f"`{_NAMES}` lists `{name}`, and there is no such column"
            problem = Problem("table-colnames", message, did_you_mean(name, found))
            yield finding(problem, member.spot((position,)))
    for name, column in found.items():
        if name not in names and not column.is_index:
            message = f"the column `{name}` is not listed in `{_NAMES}`"
            problem = Problem("table-colnames", message, None, (), Severity.WARNING)
            yield finding(problem, places.of_field(column.member.owner, name))


def _rows(column: Column, found: dict[str, Column]) -> int | None:
    return _outermost(column, found).length


def _outermost(column: Column, found: dict[str, Column]) -> Column:
    """The last of the indexes on a column; the column itself if it has none."""
    while (index := found.get(column.name + _INDEX)) is not None and index.is_index:
        column = index
    return column


def _length(member: Member) -> int | None:
    """The length of the first axis of what a member holds; None for what has none."""
    values = values_of(member)
    if values is None:
        return None
    found = values.look
    if found.shape is None:
        return len(found.value)
    return found.shape[0] if found.shape else None


def _some(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
