"""Tables as people write them: columns in order, ragged columns as nested lists.

Takes: the columns of a table as datasets have them, or as a document has them.
Gives: `folded`, from the first to the second; `unfolded` and `column_names` for the way back.
Implements: `specs/linkdata-1.0.md`, section "NWB and HDF5 files".
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, chain, pairwise
from typing import Any

from linkdata.arrays.inline import rectangular
from linkdata.graph.entity import VALUE
from linkdata.schema.naming import Typed
from linkdata.schema.tables import INDEX, declared_depth, is_column, is_index, nested_depth

ID, COLNAMES, SHAPE = "id", "colnames", "shape"


def column_names(kinds: Iterable[tuple[str, Typed | None]]) -> list[str]:
    """The names of the columns among the fields of a table, in their order."""
    return [name for name, kind in kinds if is_column(kind) and not is_index(kind)]


def folded(
    typed: Typed | None, fields: dict[str, Any], members: dict[str, Any], columns: list[str]
) -> None:
    """Make a table as it is in a file, `fields` its attributes and `members` its datasets, one as
    a person writes it: indexes of small columns go into nested lists, `colnames` and row numbers
    are left out where they follow from the rest. `columns` are the names of the columns there are.
    """
    listed = fields.get(COLNAMES)
    wanted = [name for name in listed if name in columns] if isinstance(listed, list) else columns
    for name in columns:
        _fold(typed, members, name)
    rest = [name for name in members if name not in wanted]
    ordered = {name: members[name] for name in [*wanted, *rest]}
    members.clear()
    members.update(ordered)
    if [name for name in members if name in columns] == listed:
        del fields[COLNAMES]
    identifiers = members.get(ID)
    if isinstance(identifiers, list) and identifiers == list(range(len(identifiers))):
        rows = _rows(members, wanted) if wanted else 0
        if rows == len(identifiers):
            del members[ID]


def _rows(members: dict[str, Any], columns: list[str]) -> int | None:
    for name in columns:
        values = _values(members[name])
        if values is not None and name + INDEX not in members:
            return len(values)
    return None


def _values(member: Any) -> list[Any] | None:
    found = member.get(VALUE) if isinstance(member, dict) else member
    return found if isinstance(found, list) else None


def _fold(typed: Typed | None, members: dict[str, Any], name: str) -> None:
    """Put the indexes of a column into it, if the lists then say how deep they are."""
    values = _values(members[name])
    if values is None:
        return
    nested, indexes = _nested(members, name, values)
    if indexes and _depth(typed, name, nested) == len(indexes):
        for index in indexes:
            del members[index]
        _put(members, name, nested)
    elif _depth(typed, name, values):  # lists that are no rows: the shape says so
        shape = list(rectangular(values) or (len(values),))
        kept = members[name] if isinstance(members[name], dict) else {}
        members[name] = {SHAPE: shape} | kept | {VALUE: values}


def _nested(members: dict[str, Any], name: str, values: list[Any]) -> tuple[list[Any], list[str]]:
    """The values cut by all indexes that there are, and their names; none if one is not here."""
    nested, indexes = values, []
    outer = name + INDEX
    while outer in members:
        ends = _values(members[outer])
        if ends is None or not _cuts(ends, len(nested)):
            return values, []
        nested = [nested[start:end] for start, end in pairwise([0, *ends])]
        indexes.append(outer)
        outer += INDEX
    return nested, indexes


def _put(members: dict[str, Any], name: str, nested: list[Any]) -> None:
    if isinstance(members[name], dict):
        members[name] = members[name] | {VALUE: nested}
    else:
        members[name] = nested


def _cuts(ends: list[Any], length: int) -> bool:
    if not all(type(end) is int for end in ends):
        return False
    return all(a <= b for a, b in pairwise([0, *ends])) and (ends[-1] if ends else 0) == length


def _depth(typed: Typed | None, name: str, values: list[Any]) -> int:
    """How many levels of lists are rows of a ragged column."""
    declared = declared_depth(typed, name)
    if declared is None:
        return nested_depth(values)
    level: Any = values
    for passed in range(declared):
        if not all(isinstance(row, list) for row in level):
            return passed
        level = list(chain.from_iterable(level))
    return declared


def unfolded(typed: Typed | None, name: str, values: Any) -> tuple[Any, list[list[int]]]:
    """The values of a column in one row, and where the rows of each index end, innermost last."""
    if not isinstance(values, list):
        return values, []
    ends = []
    for _ in range(_depth(typed, name, values)):
        ends.append(list(accumulate(len(row) for row in values)))
        values = list(chain.from_iterable(values))
    return values, ends
