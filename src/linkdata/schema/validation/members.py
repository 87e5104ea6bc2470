"""Members: the fields of an object with what is known of their values.

Takes: an entity.
Gives: `Member`; `members_of`, all fields, and what is wrong with those that cannot be had;
`held` and `values_of`, the values that an object or a field has.
Implements: `specs/linkdata-1.0.md`, section "Validation", VAL-01.

A group of a file is listed once, not once for each name in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from linkdata.arrays.protocols import Pointer
from linkdata.errors import Diagnostic, LinkdataError
from linkdata.graph.entity import VALUE, Entity, Link, Value, as_dataset, as_group
from linkdata.graph.files import located
from linkdata.resolve.targets import entries
from linkdata.schema.validation import places
from linkdata.schema.validation.looks import Look, look

if TYPE_CHECKING:
    import numpy

#: What a file says of itself rather than of the data.
SPECIFICATIONS, SPECLOC = "specifications", ".specloc"


@dataclass(frozen=True)
class Member:
    """A field of an object. `stored` is the dtype of a value that lies in a file, `is_attribute`
    tells that it is an attribute there, not a member of a group.
    """

    owner: Entity
    key: str
    value: Value
    is_written: bool
    stored: numpy.dtype[Any] | None = None
    is_attribute: bool = False

    @property
    def name(self) -> str:
        """What messages call it: the values of a dataset by the name of the dataset."""
        return places.name_of(self.owner) or self.key if self.key == VALUE else self.key

    @property
    def target(self) -> Entity | None:
        """The object that the field holds or mentions."""
        return self.value.target if isinstance(self.value, Link) else None

    @cached_property
    def look(self) -> Look:
        """What the value looks like."""
        return look(self.value, self.stored)

    def spot(self, path: tuple[int, ...] = ()) -> places.Spot:
        """Where the value is written, or a part of it."""
        return places.of_value(self.owner, self.key, path)


def members_of(entity: Entity) -> Iterator[Member | Diagnostic]:
    """The fields of an object; a finding for each that cannot be had and that a file brings.

    What is wrong with references in documents is found by others.
    """
    keys = entity.keys()
    above = {key for _, mapping in entity.layers for key in entries(mapping)}
    above.update(entity.changes or ())
    for key in keys:
        if key in above:
            try:
                yield Member(entity, key, entity.link(key), True)
            except LinkdataError:
                continue
    if entity.item is not None:
        yield from _from_file(entity, set(keys) - above)


def values_of(member: Member) -> Member | None:
    """The member that has the values of what a field holds: its own if it holds no object; None
    for an object that has none.
    """
    return member if member.target is None else held(member.target)


def held(entity: Entity) -> Member | None:
    """The values of an object: those that it says as its `value`, or those of its dataset."""
    if places.is_written(entity, VALUE):
        try:
            return Member(entity, VALUE, entity.link(VALUE), True)
        except LinkdataError:
            return None  # among the findings about references
    item = entity.item
    dataset = None if item is None else as_dataset(item)
    if dataset is None:
        return None
    try:
        value = dataset[()] if dataset.shape in ((), None) else entity.graph.array(dataset)
        return Member(entity, VALUE, value, False, dataset.dtype)
    except LinkdataError:
        return None


def _from_file(entity: Entity, wanted: set[str]) -> Iterator[Member | Diagnostic]:
    """The fields that an item of a source file brings."""
    item, graph = entity.item, entity.graph
    assert item is not None
    if item.name == "/":
        wanted.discard(SPECIFICATIONS)
    wanted.discard(SPECLOC)
    group = as_group(item)
    if group is not None:
        for key in group.keys():  # noqa: SIM118 - not a mapping
            if key not in wanted:
                continue
            wanted.discard(key)
            try:
                found = group.get(key)
                if isinstance(found, Pointer):
                    yield Member(entity, key, graph.pointed(found), False)
                    continue
                value = graph.item_value(found)
                dataset = None if isinstance(value, Link) else as_dataset(found)
                yield Member(entity, key, value, False, None if dataset is None else dataset.dtype)
            except LinkdataError as problem:
                yield from _placed(problem, entity)
    elif (values := held(entity)) is not None:
        yield values
    for attribute in item.attributes.stored():
        if attribute.name not in wanted:
            continue
        if attribute.problem is not None:
            yield from _placed(attribute.problem, entity)
            continue
        try:
            value = graph.attribute(attribute.value)
        except LinkdataError as problem:
            yield from _placed(problem, entity)
            continue
        # Empty lists are kept as whatever a writer chose.
        is_empty = value is None or 0 in getattr(value, "shape", ())
        dtype = None if is_empty else attribute.dtype
        yield Member(entity, attribute.name, value, False, dtype, is_attribute=True)


def _placed(problem: LinkdataError, entity: Entity) -> tuple[Diagnostic, ...]:
    return located(problem, places.of_object(entity).span).diagnostics
