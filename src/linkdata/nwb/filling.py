"""What an author need not write, because a schema or the writers of NWB files give it.

Takes: the class of an object.
Gives: `Filling`: its fixed and default attributes, the empty groups it must have, its type.
Implements: `specs/linkdata-1.0.md`, section "NWB and HDF5 files".

Used both ways: what is found here is left out of a document made of a file, and put into a file
made of a document.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from linkdata.schema.model import Class, Slot
from linkdata.schema.naming import Typed, is_part

#: Attributes by which a file names an object's type and identity.
TYPE, NAMESPACE, OBJECT_ID = "neurodata_type", "namespace", "object_id"
IDENTITY = (TYPE, NAMESPACE, OBJECT_ID)


@dataclass(frozen=True, slots=True)
class Filling:
    """What a class gives. `attributes` by name, with their dtypes; `groups` that may be empty."""

    attributes: dict[str, tuple[Any, str | None]] = field(default_factory=dict)
    groups: tuple[str, ...] = ()


def filling(typed: Typed | None) -> Filling:
    """What a class gives; nothing without a class."""
    if typed is None:
        return Filling()
    attributes: dict[str, tuple[Any, str | None]] = {}
    groups = []
    for name, slot in typed.cls.slots.items():
        role = slot.facts.get("role")
        if role == "attribute":
            value = given(slot)
            if value is not None:
                attributes[name] = (value, slot.facts.get("dtype"))
        elif role == "group" and "name" in slot.facts and _must_be(slot):
            inner = [typed.schema.classes.get(one.name) for one in slot.ranges]
            if slot.facts.get("collection") or all(one and _may_be_empty(one) for one in inner):
                groups.append(str(slot.facts["name"]))
    return Filling(attributes, tuple(groups))


def given(slot: Slot) -> Any:
    """The value that a slot has when none is written: the only one allowed, or the default."""
    for fact in ("fixed", "default"):
        text = slot.facts.get(fact)
        if text is not None:
            return json.loads(text) if isinstance(text, str) else text
    return slot.fixed if slot.fixed is not None else slot.default


def _must_be(slot: Slot) -> bool:
    return slot.facts.get("quantity", 1) in (1, "1", "+")


def _may_be_empty(cls: Class) -> bool:
    return is_part(cls) and not any(
        slot.required and slot.facts.get("role") not in ("name", "group")
        for slot in cls.slots.values()
    )


def namespace_of(cls: Class) -> str:
    """The namespace that a class belongs to; schemas are called by it and their source."""
    return cls.schema.partition(".")[0]


def object_id(identity: str) -> str:
    """The `object_id` of an object that has none: a UUID (version 5) of its identity."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, identity))
