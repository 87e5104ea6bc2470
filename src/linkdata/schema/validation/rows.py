"""Rows of compounds: the mappings in the list of a dataset whose elements have fields.

Takes: an entity that stands in an ordinary list, or a dataset with a compound dtype.
Gives: `row_class`, `row_findings`, `stored_findings`.
Implements: `specs/linkdata-1.0.md`, section "Validation", VAL-09.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from linkdata.errors import Diagnostic, LinkdataError, Severity, did_you_mean
from linkdata.graph.entity import VALUE, Entity, as_dataset
from linkdata.schema.naming import Typed
from linkdata.schema.typing import Field, SchemaTypes, is_in_list
from linkdata.schema.validation import columns, places
from linkdata.schema.validation.dtypes import Elements, of_dtype
from linkdata.schema.validation.fields import Filled, field_findings
from linkdata.schema.validation.looks import Kind, dtype_name
from linkdata.schema.validation.members import Member
from linkdata.schema.validation.problems import Problem, finding

_REFERENCE = Elements("a reference", frozenset((Kind.OBJECT,)), frozenset(("object",)))


def row_class(types: SchemaTypes, entity: Entity) -> Typed | None:
    """The class of the dataset whose row an object is; None for one that is no row."""
    if not is_in_list(entity):
        return None
    try:
        owner = types.graph.owner(entity)
    except LinkdataError:
        return None
    if owner is None:
        return None
    holder, key = owner
    around = types.of(holder)
    if key == VALUE and around is not None and columns.compound(around):
        return around
    field = types.field(holder, key)
    classes = () if field is None else field.classes
    return next((one for one in classes if columns.compound(one)), None)


def row_findings(types: SchemaTypes, typed: Typed, members: list[Member]) -> Iterator[Diagnostic]:
    """What is wrong with a row by the fields of its compound, but for those that are missing."""
    slots = columns.compound(typed)
    for member in members:
        slot = slots.get(member.key)
        if slot is None:
            problem = Problem(
                "slot-unknown", f"the rows have no field `{member.key}`",
                did_you_mean(member.key, slots), (), Severity.ERROR,
            )  # fmt: skip
            yield finding(problem, places.of_field(member.owner, member.key))
            continue
        single = replace(slot, ranges=tuple(replace(one, shape=None) for one in slot.ranges))
        yield from field_findings(types, Filled(member, Field(single, typed.schema)))


def lacking(entity: Entity, typed: Typed, members: list[Member]) -> Iterator[Diagnostic]:
    """The fields of a compound that a row lacks."""
    present = {member.key for member in members if member.value is not None}
    for name in columns.compound(typed):
        if name not in present:
            problem = Problem("field-required", f"the row lacks `{name}`")
            yield finding(problem, places.of_object(entity))


def stored_findings(entity: Entity, typed: Typed) -> Iterator[Diagnostic]:
    """What is wrong with the dtype of a dataset in a file whose elements should have fields."""
    slots = columns.compound(typed)
    item = entity.item
    dataset = None if item is None or not slots else as_dataset(item)
    if dataset is None:
        return
    spot = places.Spot(None, dataset.place)
    dtype = dataset.dtype
    if dtype.names is None:
        message = f"the elements should have the fields {', '.join(slots)}"
        yield finding(Problem("value-type", message), spot)
        return
    for name, slot in slots.items():
        if name not in dtype.names:
            yield finding(Problem("value-dtype", f"the elements lack the field `{name}`"), spot)
            continue
        elements = of_dtype(str(slot.facts.get("dtype")))
        stored = dtype_name(dtype[name])
        wanted = _REFERENCE if slot.classes else elements
        if wanted is not None and wanted.stored is not None and stored not in wanted.stored:
            message = f"the field `{name}` is stored as {stored}"
            yield finding(Problem("value-dtype", message, f"it should be {wanted.word}"), spot)
