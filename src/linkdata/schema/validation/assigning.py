"""Assigning: whether a field may have a value that somebody is about to set.

Takes: an object, the name of a field, and a value as changes in memory keep it.
Gives: `refused`, the errors that checking would find there; none where no schema speaks of it;
`narrow`, the class that an object made in memory gets by where it is put.
Implements: `specs/linkdata-1.0.md`, section "Changes in memory", MEM-07 and MEM-08.

What a schema that only stands in says, and that a name is unknown, refuses nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from linkdata.errors import Diagnostic, LinkdataError, Severity
from linkdata.graph.changes import Made, below
from linkdata.graph.entity import IS_A, Entity
from linkdata.graph.graph import links
from linkdata.schema.naming import is_part
from linkdata.schema.typing import types_of
from linkdata.schema.validation import columns
from linkdata.schema.validation.fields import Filled, field_findings, field_of
from linkdata.schema.validation.members import Member


def refused(entity: Entity, key: str, value: Any) -> list[Diagnostic]:
    """Why a field of an object cannot have a value: the errors, at the place of the field."""
    if entity.graph is None or any(_is_loose(link.target) for link in links(value)):
        return []
    types = types_of(entity.graph)
    try:
        typed = types.of(entity)
        if typed is None or types.carried.is_stand_in(typed.schema):
            return []
        member = Member(entity, key, value, True)
        field = field_of(types, member)
        if field is None:
            return []
        filled = Filled(member, field, columns.ragged(types, entity, typed, key))
        found = list(field_findings(types, filled))
    except LinkdataError:
        return []  # of the schema or of another object: checking tells it
    return [_placed(one, entity, key) for one in found if one.severity is Severity.ERROR]


def _placed(found: Diagnostic, entity: Entity, key: str) -> Diagnostic:
    """A finding about a field that is nowhere yet, at the identity that it would have."""
    place = found.place or ""
    if found.span is not None or not place.startswith(entity.iri):
        return found
    return replace(found, place=below(entity.iri, key) + place.removeprefix(entity.iri))


def narrow(entity: Entity, key: str) -> None:
    """Give an object made in memory the class that the field asks for of what has none.

    Where that descends from its own: a `DynamicTable` that is put where a schema wants `Units`
    becomes one, unless it names its class itself. The same for all that stands in it.
    """
    changes = entity.changes or {}
    for link in links(changes.get(key)):
        made = link.target
        if link.owned and isinstance(made, Made) and made.graph is not None:
            if made.kind is not None and IS_A not in made.fields:
                made.kind = _narrower(entity, key, made) or made.kind
            for inner in made.fields:
                narrow(made, inner)


def _narrower(entity: Entity, key: str, made: Made) -> str | None:
    types = types_of(made.graph)
    try:
        field = types.field(entity, key, made)
        asked = None if field is None else field.asked
        declared = types.declared(made)
    except LinkdataError:
        return None
    if asked is None or declared is None or is_part(asked.cls):
        return None  # a part of a type has no name that a document would write
    return asked.name if asked.is_a(declared.cls.uri) else None


def _is_loose(entity: Entity) -> bool:
    """Whether an object is in no document yet, so that no schema says what it is."""
    return isinstance(entity, Made) and entity.graph is None
