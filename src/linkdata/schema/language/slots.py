"""Parts of groups and datasets as LinkML slots.

Takes: a place, the name of its slot, and the classes of nested parts.
Gives: `slot_of`, and the slots that have no spec of their own: `name_slot`, `value_slot`,
`children_slot`.
Errors: `schema-type-unknown`, through the catalog; anything stands in for an unknown type.
Source: HDMF specification language, the keys of "Groups", "Attributes", "Links" and "Datasets".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from linkdata.schema.language import constants
from linkdata.schema.language.arrays import array_of
from linkdata.schema.language.catalog import Place, Spec, unnamed_type
from linkdata.schema.language.dtypes import ANY, LANGUAGE, range_of
from linkdata.schema.language.facts import dtype_facts, facts, to_json
from linkdata.schema.language.kinds import Kind, kind_of
from linkdata.schema.language.specs import (
    AttributeSpec,
    DtypeSpec,
    FieldSpec,
    GroupSpec,
    Quantity,
    bounds,
)

SlotDict = dict[str, Any]


def slot_of(place: Place, uri: str, nested_class: Callable[[Place], str]) -> SlotDict:
    """The slot of a part of a group or dataset."""
    spec = place.spec
    slot: SlotDict = {} if spec.doc is None else {"description": spec.doc}
    slot |= {"slot_uri": uri, "annotations": _facts(spec)}
    kind = kind_of(place)
    if kind is Kind.COLLECTION:
        slot["annotations"]["collection"] = True
        return slot | _gathered(place.children, optional=not bounds(place.spec_quantity)[0])
    slot |= _presence(spec)
    if kind is Kind.VALUE:
        return slot | values(place)
    if kind is Kind.NESTED:
        return slot | {"range": nested_class(place), "inlined": True} | _as_mapping(slot)
    target = unnamed_type(spec) or place.type or ""
    found = _known(place, target)
    if kind is Kind.LINK:
        return slot | {"range": found, "inlined": False}
    return slot | {"range": found, "inlined": True} | _as_mapping(slot)


def name_slot(place: Place) -> SlotDict:
    """The slot for the name of an object, which is its key among its siblings."""
    slot: SlotDict = {
        "slot_uri": f"{LANGUAGE}:name",
        "annotations": {"role": "name"},
        "identifier": True,
        "range": "string",
        "required": True,
    }
    fixed, default = place.name, getattr(place.spec, "default_name", None)
    if fixed is not None:
        return slot | {"equals_string": fixed, "ifabsent": f"string({fixed})"}
    return slot | ({"ifabsent": f"string({default})"} if default is not None else {})


def value_slot(place: Place) -> SlotDict:
    """The slot for the values of a dataset, for a class that says what they are."""
    spec = place.spec
    said: SlotDict = {"role": "value"}
    if not (isinstance(dtype := getattr(spec, "dtype", None), DtypeSpec) and dtype.fields):
        said |= dtype_facts(dtype)
    for key in ("dims", "shape"):
        if getattr(spec, key, None) is not None:
            said[key] = to_json(getattr(spec, key))
    slot: SlotDict = {"slot_uri": f"{LANGUAGE}:value", "annotations": said}
    found = values(place)
    # A scalar is there or is not; an array that is not there is an empty one.
    scalar = place.inherited("dtype") is not None and not ({"array", "any_of"} & found.keys())
    return slot | found | ({"required": True} if scalar and not place.has_fields else {})


def children_slot(gathered: Iterable[Place]) -> SlotDict:
    """The slot for the children of a type that have a type but no name."""
    slot: SlotDict = {"slot_uri": f"{LANGUAGE}:children", "annotations": {"role": "children"}}
    return slot | _gathered(tuple(gathered), optional=False)


def values(place: Place) -> SlotDict:
    """The range of values, their array, and what they are fixed to or default to."""
    spec = place.spec
    dtype: DtypeSpec | None = place.inherited("dtype")
    target = range_of(dtype)
    slot: SlotDict = {}
    if dtype is not None and dtype.target_type is not None:
        target = _known(place, target)
        slot["inlined"] = False
    slot["range"] = target
    # The fields of a compound have the shape of the whole.
    whole = place.owner if isinstance(spec, FieldSpec) and place.owner else place
    slot |= array_of(whole, target)
    if not {"array", "any_of"} & slot.keys():
        slot |= constants.default(place.inherited("default_value"), dtype)
        slot |= constants.fixed(place.inherited("value"), dtype)
    return slot


def _facts(spec: Spec) -> dict[str, Any]:
    """The facts of a part; of a type that is defined in it, the name of the type too."""
    defined = getattr(spec, "type_def", None)
    return facts(spec) | ({} if defined is None else {"def": defined})


def _known(place: Place, target: str) -> str:
    return target if place.catalog.known(target, place) else ANY


def _presence(spec: Any) -> SlotDict:
    """How often a part is there."""
    if isinstance(spec, FieldSpec):
        return {"required": True}
    if isinstance(spec, AttributeSpec):
        return {"required": spec.is_required}
    return _counted(spec.quantity)


def _counted(quantity: Quantity) -> SlotDict:
    least, most = bounds(quantity)
    slot: SlotDict = {"required": least > 0}
    if most == 1:
        return slot
    slot["multivalued"] = True
    if least > 1:
        slot["minimum_cardinality"] = least
    return slot if most is None else slot | {"maximum_cardinality": most}


def _as_mapping(slot: SlotDict) -> SlotDict:
    return {"inlined_as_list": False} if slot.get("multivalued") else {}


def _gathered(gathered: tuple[Place, ...], *, optional: bool) -> SlotDict:
    """A slot with children of several types, each an alternative with its own facts."""
    required = not optional and any(bounds(child.spec_quantity)[0] for child in gathered)
    return {
        "required": required,
        "multivalued": True,
        "range": ANY,
        "inlined": True,
        "inlined_as_list": False,
        "any_of": [_alternative(child) for child in gathered],
    }


def _alternative(child: Place) -> SlotDict:
    spec = child.spec
    found: SlotDict = {"range": _known(child, unnamed_type(spec)), "inlined": True}
    if spec.doc is not None:
        found["description"] = spec.doc
    found["annotations"] = {**_facts(spec), "position": _position(child)}
    return found


def _position(child: Place) -> int:
    """Where a child stands among the groups, or among the datasets, of its owner."""
    siblings = child.owner.spec if child.owner else None
    if not isinstance(siblings, GroupSpec):
        return 0
    listed: tuple[Any, ...] = (
        siblings.groups if isinstance(child.spec, GroupSpec) else siblings.datasets
    )
    return next(number for number, spec in enumerate(listed) if spec is child.spec)
