"""Where a finding about an object or a field belongs: a place in a text, or in a source file.

Takes: entities of the graph.
Gives: `Spot`; `of_object`, `of_field`, `of_value`, and whether a field is `is_written`.
Implements: `specs/linkdata-1.0.md`, section "Diagnostics", DIA-04.
"""

from __future__ import annotations

from typing import NamedTuple

from linkdata.graph.entity import IS_A, Entity, as_group
from linkdata.resolve.registry import Context
from linkdata.resolve.targets import FROM, entries
from linkdata.spans import Span
from linkdata.syntax import nodes
from linkdata.syntax.nodes import Mapping, Node


class Spot(NamedTuple):
    """A place: in a text, or for what has no text its file and path; both where there are both."""

    span: Span | None = None
    place: str | None = None


def of_object(entity: Entity) -> Spot:
    """Where an object is written: its key; without one, where it begins."""
    item = entity.item
    place = None if item is None else item.place
    if not entity.layers:
        return Spot(None, place)
    context, node = entity.layers[0]
    parent = node.parent
    if isinstance(parent, Mapping) and isinstance(node.slot, str):
        return Spot(context.document.key_span(parent, node.slot), place)
    return Spot(context.document.span(node), place)


def of_field(entity: Entity, key: str) -> Spot:
    """Where the name of a field is written."""
    found = _written(entity, key)
    if found is None:
        return Spot(None, _in_file(entity, key))
    context, mapping, _ = found
    if isinstance(mapping, nodes.Sequence):  # a named list: the keys are in its items
        for holder in mapping.items:
            if isinstance(holder, Mapping) and key in holder.entries:
                mapping = holder
    assert isinstance(mapping, Mapping)
    return Spot(context.document.key_span(mapping, key))


def of_value(entity: Entity, key: str, path: tuple[int, ...] = ()) -> Spot:
    """Where the value of a field is written, or a part of it; a reference for what it leads to."""
    found = _written(entity, key)
    if found is None:
        steps = "".join(f"[{step}]" for step in path)
        return Spot(None, _in_file(entity, key) + steps)
    context, _, node = found
    for step in path:
        if isinstance(node, nodes.Sequence) and step < len(node.items):
            node = node.items[step]
        else:
            break
    return Spot(context.document.span(node))


def of_class(entity: Entity | None, otherwise: Spot) -> Spot:
    """Where an object names its class, or else where it is written."""
    if entity is None or not entity.layers:
        return otherwise
    named = entity.named_class
    if named is None:
        return of_object(entity)
    context, node = named
    return Spot(context.document.span(node))


def name_of(entity: Entity) -> str | None:
    """The key or name under which an object stands, if it has one."""
    if entity.layers:
        slot = entity.layers[0][1].slot
        return slot if isinstance(slot, str) and slot else None
    item = entity.item
    return None if item is None else item.name.rpartition("/")[2] or None


def is_written(entity: Entity, key: str) -> bool:
    """Whether a field is written in a document, not only in a source file."""
    return _written(entity, key) is not None


def is_brought(entity: Entity) -> bool:
    """Whether an object is as it stands in a source file: nothing is laid over it."""
    if not entity.layers:
        return True
    if entity.external is None:
        return False
    return all(key in (FROM, IS_A) for _, mapping in entity.layers for key in entries(mapping))


def _written(entity: Entity, key: str) -> tuple[Context, Node, Node] | None:
    """The document, the mapping in it, and the node of a field."""
    for context, mapping in entity.layers:
        node = entries(mapping).get(key)
        if node is not None:
            return context, mapping, node
    return None


def _in_file(entity: Entity, key: str) -> str:
    item = entity.item
    if item is None:
        return entity.iri
    group = as_group(item)
    if group is not None and key in group.keys():  # noqa: SIM118 - not a mapping
        return f"{item.place.rstrip('/')}/{key}"
    return item.place if key == "value" else f"{item.place}@{key}"
