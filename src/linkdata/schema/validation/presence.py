"""Presence: which fields must be there, and which a writer can work out.

Takes: a class, and the slots that the fields of an object fill.
Gives: `absent`, the required slots that are not filled; `may_be_absent`.
Implements: `specs/linkdata-1.0.md`, section "Validation", VAL-05 and VAL-06.

What stands in a file must be whole. An author may leave out what the schema fixes, what has a
default, what follows from the rest, and groups in which nothing has to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from linkdata.graph.entity import VALUE
from linkdata.schema.model import Class, RangeKind, Schema, Slot
from linkdata.schema.naming import Typed
from linkdata.schema.typing import CHILDREN
from linkdata.schema.validation import columns

#: Fields that follow from the others, or from writing, by the classes that have them.
WORKED_OUT: Mapping[str, frozenset[str]] = {
    "DynamicTable": frozenset(("colnames", "id")),
    "AlignedDynamicTable": frozenset(("categories",)),
    "VectorIndex": frozenset(("target", "description")),
    "DynamicTableRegion": frozenset(("table",)),
    "NWBFile": frozenset(("nwb_version", "file_create_date", "timestamps_reference_time")),
}

#: Those of them that follow only in objects of one name: there is one table of electrodes.
IN_ONE_NAME: Mapping[str, Mapping[str, str]] = {"DynamicTableRegion": {"table": "electrodes"}}


def absent(
    typed: Typed, filled: frozenset[str], *, as_stored: bool, name: str | None = None
) -> Iterator[Slot]:
    """The required slots of a class that no field fills, but for its values and its identifier.

    With `as_stored` nothing may be left out that a file has to have. Of an object whose `name` is
    not known all is thought to follow that follows in objects of some name.
    """
    worked_out = _worked_out(typed, name)
    within = columns.compound(typed)
    for key, slot in typed.cls.slots.items():
        is_value = key == VALUE and slot.facts.get("role") != CHILDREN
        if key in filled or slot.identifier or is_value or key in within:
            continue
        if as_stored:
            if slot.required or _is_group_of_many(slot):
                yield slot
        elif slot.required and key not in worked_out and not may_be_absent(slot, typed.schema):
            yield slot


def may_be_absent(slot: Slot, schema: Schema, within: frozenset[str] = frozenset()) -> bool:
    """Whether an author may leave out a required field of an object.

    `within` are the classes of the objects that would be left out with it.
    """
    if slot.fixed is not None or slot.default is not None or "fixed" in slot.facts:
        return True
    if slot.multivalued or len(slot.ranges) != 1 or slot.ranges[0].kind is not RangeKind.CLASS:
        return False
    found = schema.classes[slot.ranges[0].name]
    if found.name in within or not _has_fixed_name(found) or found.facts.get("role") == "dataset":
        return False
    inner = within | {found.name}
    return all(
        not one.required or one.identifier or may_be_absent(one, schema, inner)
        for one in found.slots.values()
    )


def _has_fixed_name(found: Class) -> bool:
    return any(slot.identifier and slot.fixed is not None for slot in found.slots.values())


def _is_group_of_many(slot: Slot) -> bool:
    """Whether a slot stands for a group that has to be there, however many it holds."""
    return bool(slot.facts.get("collection")) and slot.facts.get("quantity") in (None, "+", 1)


def _worked_out(typed: Typed, name: str | None) -> frozenset[str]:
    return frozenset(
        field
        for one in typed.lineage
        for field in WORKED_OUT.get(one.name, ())
        if name is None or IN_ONE_NAME.get(one.name, {}).get(field, name) == name
    )
