"""What differs between two HDF5 files, in words.

Takes: two plans.
Gives: `changes`, a `Change` for each difference.
Implements: `specs/linkdata-1.0.md`, section "Differences of files".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from linkdata.nwb.datatypes import Datatype
from linkdata.nwb.equality import Unequal, is_elsewhere, unequal
from linkdata.nwb.names import parent, place
from linkdata.nwb.plan import (
    Attribute,
    Dataset,
    Entry,
    ExternalLink,
    Fill,
    Group,
    HardLink,
    Link,
    NamedType,
    Plan,
    Reference,
    SoftLink,
    Space,
    attribute_order,
)
from linkdata.nwb.wording import said, said_storage

Section: TypeAlias = Literal["content", "storage", "detail"]
"""What is compared: what a reader sees; how values are stored; what only HDF5 itself sees."""

_STORAGE = ("layout", "chunks", "filters", "external", "virtual")
_MAX_WORDS = 60


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. Without `before` the place is only in the second file, and so on."""

    place: str
    section: Section
    what: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.after is None:
            return f"{self.place}: only in the first: {self.before}"
        if self.before is None:
            return f"{self.place}: only in the second: {self.after}"
        return f"{self.place}: {self.what}: {self.before} -> {self.after}"


def changes(first: Plan, second: Plan) -> Iterator[Change]:
    """All differences, in the order of the first file's objects, then of the second's.

    Of what is only in one file as a group, its members are not told. Raises what reading the
    values raises.
    """
    for path, entry in first.entries.items():
        other = second.entries.get(path)
        if other is None:
            if parent(path) in second.entries or not path.startswith("/"):
                yield Change(place(path), "content", "object", _words(entry, first, path), None)
        else:
            yield from _entry(path, entry, other)
    for path, entry in second.entries.items():
        if path not in first.entries and (parent(path) in first.entries or path[0] != "/"):
            yield Change(place(path), "content", "object", None, _words(entry, second, path))
    yield from _orders(first, second)
    if first.userblock != second.userblock:
        sizes = (f"{len(plan.userblock)} bytes" for plan in (first, second))
        yield Change("/", "detail", "user block", *sizes)


def _words(entry: Entry, plan: Plan, path: str) -> str:
    """An entry in a few words."""
    if isinstance(entry, HardLink):
        return f"another name of {place(entry.target)}"
    if isinstance(entry, SoftLink):
        return f"a soft link to {place(entry.target)}"
    if isinstance(entry, ExternalLink):
        return f"a link to {place(entry.target)} in {place(entry.file)}"
    if isinstance(entry, NamedType):
        return f"a named datatype, {entry.type}"
    if isinstance(entry, Dataset):
        return f"a dataset, {entry.type}, {_axes(entry.space)}"
    below = sum(other.startswith(f"{path}/") for other in plan.entries)
    return f"a group with {below} things in it" if below else "an empty group"


def _axes(space: Space) -> str:
    if space.shape is None:
        return "no value"
    if not space.shape:
        return "scalar"
    lengths = " x ".join(map(str, space.shape))
    if space.maxshape == space.shape:
        return lengths
    limits = (str(limit or "any") for limit in space.maxshape or ())
    return f"{lengths} (up to {' x '.join(limits)})"


def _entry(path: str, one: Entry, other: Entry) -> Iterator[Change]:
    at = place(path)
    if isinstance(one, Link) or isinstance(other, Link) or type(one) is not type(other):
        if one != other:
            words = (_words(entry, Plan(), path) for entry in (one, other))
            yield Change(at, "content", "link" if isinstance(one, Link) else "object", *words)
        return
    yield from _attributes(path, one.attributes, other.attributes)
    if isinstance(one, Group) and isinstance(other, Group):
        yield from _if(at, "content", "order of members", one.members, other.members)
    if isinstance(one, Dataset) and isinstance(other, Dataset):
        yield from _dataset(at, one, other)
    if isinstance(one, NamedType) and isinstance(other, NamedType):
        yield from _if(at, "content", "datatype", str(one.type), str(other.type))
    yield from _if(at, "detail", "comment", one.comment, other.comment)
    yield from _if(at, "detail", "order of attributes", one.tracking, other.tracking)
    names = [", ".join(attribute_order(entry)) for entry in (one, other)]
    if one.tracking == other.tracking and set(one.attributes) == set(other.attributes):
        yield from _if(at, "detail", "attributes in order", *names)


def _if(at: str, section: Section, what: str, before: Any, after: Any) -> Iterator[Change]:
    """A change, where there is one."""
    if before != after:
        yield Change(at, section, what, _short(before), _short(after))


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else "none" if value in (None, []) else repr(value)
    return text if len(text) <= _MAX_WORDS else f"{text[: _MAX_WORDS - 3]}..."


def _attributes(path: str, one: Any, other: Any) -> Iterator[Change]:
    for name in {**one, **other}:
        at, before, after = place(path, name), one.get(name), other.get(name)
        if before is None or after is None:
            words = (None if found is None else _value(found) for found in (before, after))
            yield Change(at, "content", "attribute", *words)
        else:
            yield from _typed(at, before, after)
            alike = before.type == after.type and before.space.shape == after.space.shape
            if alike and before.values != after.values:
                yield Change(at, "content", "value", _value(before), _value(after))


def _value(found: Attribute) -> str:
    return _readable(found.values, found.type, found.space.shape)


def _readable(values: Any, kind: Datatype, shape: tuple[int, ...] | None) -> str:
    """Values in a few words."""
    if shape is None:
        return "no value"
    if isinstance(values, tuple) and len(values) == 1 and isinstance(values[0], Reference):
        return f"a reference to {place(values[0].path)}"
    return _short(said(values, kind, shape))


def _typed(at: str, one: Dataset | Attribute, other: Dataset | Attribute) -> Iterator[Change]:
    """Differences of datatype and axes."""
    yield from _if(at, "content", "datatype", _named(one), _named(other))
    yield from _if(at, "content", "shape", _axes(one.space), _axes(other.space))
    if one.named and other.named:
        yield from _if(at, "detail", "name of the datatype", one.named, other.named)


def _named(found: Dataset | Attribute) -> str:
    return f"{found.type}, a named one" if found.named else str(found.type)


def _dataset(at: str, one: Dataset, other: Dataset) -> Iterator[Change]:
    yield from _typed(at, one, other)
    alike = one.type == other.type and one.space.shape == other.space.shape
    if alike and (found := unequal(one, other)) is not None:
        yield _values(at, one, found)
    if is_elsewhere(one) or is_elsewhere(other):
        yield Change(at, "detail", "values in other files", "not compared", "not compared")
    words = [said_storage(found.storage, found.space, found.type) for found in (one, other)]
    for name in _STORAGE:
        if getattr(one.storage, name) != getattr(other.storage, name):
            yield Change(at, "storage", name, *(_short(found[name]) for found in words))
    fills = [found.storage.fill for found in (one, other)]
    if (fills[0].value, fills[0].defined) != (fills[1].value, fills[1].defined):
        yield Change(at, "storage", "fill value", *(_fill(fill, one.type) for fill in fills))
    yield from _if(at, "detail", "time of filling", fills[0].time, fills[1].time)
    yield from _if(at, "detail", "allocation", one.storage.allocation, other.storage.allocation)


def _fill(found: Fill, kind: Datatype) -> str:
    if not found.defined:
        return "undefined"
    return "default" if found.value is None else _readable(found.value, kind, ())


def _values(at: str, one: Dataset, found: Unequal) -> Change:
    if found.stored:
        return Change(at, "content", "stored chunks (not decoded)", "some", "other ones")
    before, after = (_readable(value, one.type, ()) for value in (found.before, found.after))
    what = "value"
    if one.space.shape:
        where = ", ".join(map(str, found.at))
        what = f"{found.count} of {one.space.count} values, the first at [{where}]"
    return Change(at, "content", what, before, after)


def _orders(first: Plan, second: Plan) -> Iterator[Change]:
    """Groups that have the same members in another order."""
    theirs = second.members()
    for path, members in first.members().items():
        others = theirs.get(path)
        if others is not None and others != members and set(others) == set(members):
            words = (
                ", ".join(one.rpartition("/")[2] for one in names) for names in (members, others)
            )
            yield from _if(place(path), "storage", "members in order", *words)
