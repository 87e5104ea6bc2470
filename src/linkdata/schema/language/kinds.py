"""What becomes of a spec in LinkML: a class with a slot, or a slot alone, and its name.

Takes: places. Gives: `Kind`, `kind_of`, `gathers`, `slot_names`.
Errors: none.
Source: HDMF specification language, sections "Groups" and "Datasets"; names and forms are those
of the established translation of NWB to LinkML, but for what that one loses.
"""

from __future__ import annotations

from enum import Enum, auto

from linkdata.schema.language import names
from linkdata.schema.language.catalog import Place, spec_role, unnamed_type
from linkdata.schema.language.specs import (
    AttributeSpec,
    DatasetSpec,
    FieldSpec,
    GroupSpec,
    LinkSpec,
    bounds,
)


class Kind(Enum):
    """What becomes of a part of a group or dataset."""

    VALUE = auto()
    """A slot with values: an attribute, a field, a dataset without attributes."""
    TYPED = auto()
    """A slot with objects of a type."""
    LINK = auto()
    """A slot with references to objects."""
    NESTED = auto()
    """A slot with an object of a class of its own."""
    COLLECTION = auto()
    """A slot with the children of a group that holds nothing else."""


def kind_of(place: Place) -> Kind:
    """What becomes of a part."""
    spec = place.spec
    if isinstance(spec, AttributeSpec | FieldSpec):
        return Kind.VALUE
    if isinstance(spec, LinkSpec):
        return Kind.LINK
    if spec.type_def is not None:
        return Kind.TYPED
    if isinstance(spec, GroupSpec):
        return _group_kind(place, spec)
    return _dataset_kind(place, spec)


def _group_kind(place: Place, spec: GroupSpec) -> Kind:
    refined = place.counterpart
    if refined and isinstance(refined.spec, GroupSpec) and kind_of(refined) is Kind.NESTED:
        return Kind.NESTED
    if place.type is not None:
        return Kind.NESTED if place.children else Kind.TYPED
    holds_only_children = bool(place.children) and all(map(is_many, place.children))
    return Kind.COLLECTION if holds_only_children else Kind.NESTED


def _dataset_kind(place: Place, spec: DatasetSpec) -> Kind:
    if place.children:
        return Kind.NESTED
    refined = place.counterpart
    if refined and isinstance(refined.spec, DatasetSpec) and kind_of(refined) is Kind.NESTED:
        return Kind.NESTED
    if place.type is None:
        return Kind.VALUE
    if spec.name is None or not _restates(place):
        return Kind.TYPED
    return Kind.VALUE if is_plain(place) else Kind.NESTED


def _restates(place: Place) -> bool:
    """Whether a use of a type says itself what its values are (or refines one that does)."""
    spec = place.spec
    if any(getattr(spec, key) is not None for key in ("dtype", "shape", "dims", "value")):
        return True
    return place.counterpart is not None and _restates(place.counterpart)


def is_plain(place: Place) -> bool:
    """Whether values alone stand for a dataset of this type: what else it has, can be worked out.

    The description of a column has a place of its own beside the values; any other required
    attribute, such as the table of a region, makes the values alone meaningless.
    """
    needed = {
        child.key[1]
        for step in place.lineage
        for child in step.children
        if isinstance(child.spec, AttributeSpec)
        and child.spec.is_required
        and child.spec.value is None
        and child.spec.default_value is None
    }
    return needed <= {"description"} and not any(
        isinstance(child.spec, FieldSpec) for step in place.lineage for child in step.children
    )


def is_many(place: Place) -> bool:
    """Whether a part stands for any number of children that have a type but no name."""
    spec = place.spec
    return (
        isinstance(spec, GroupSpec | DatasetSpec)
        and spec.name is None
        and (spec.type_def or spec.type_inc) is not None
        and bounds(spec.quantity)[1] is None
        and kind_of(place) is Kind.TYPED
    )


def gathers(place: Place) -> tuple[Place, ...]:
    """The children that a type gathers in one slot, `value`: of a group of which every group has a
    type but no name, those groups and the datasets of that kind."""
    spec = place.spec
    if place.owner is not None or not isinstance(spec, GroupSpec) or not spec.groups or spec.links:
        return ()
    groups = [child for child in place.children if isinstance(child.spec, GroupSpec)]
    if not all(map(is_many, groups)):
        return ()
    return tuple(child for child in place.children if is_many(child))


def slot_names(place: Place) -> dict[Place, str]:
    """The names of the slots of a class, by the parts that they stand for.

    They are the names in the file; where an attribute and a member, or two parts without names,
    would share one, the later is called `name__role`.
    """
    taken: dict[str, str] = {"name": "name"}
    if not isinstance(place.spec, GroupSpec):
        taken["value"] = "value"
    for ancestor in reversed(place.lineage[1:]):
        for child in ancestor.children:
            taken.setdefault(_wanted(child), _storage(child))
    gathered = set(gathers(place))
    own: dict[Place, str] = {}
    used: set[str] = {"name", "value"} if gathered else set()
    for child in place.children:
        if child in gathered:
            continue
        wanted, storage = _wanted(child), _storage(child)
        clash = {name for name, other in taken.items() if other != storage}
        later = f"{wanted}__{spec_role(child.spec)}"
        own[child] = names.unique((wanted, later), clash | used)
        used.add(own[child])
    return own


def _wanted(place: Place) -> str:
    return names.word(place.name) if place.name else names.snake(unnamed_type(place.spec))


def _storage(place: Place) -> str:
    role = spec_role(place.spec)
    return role if role in ("attribute", "field") else "member"
