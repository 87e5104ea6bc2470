"""Fields of a mapping that no slot names: which slot without fixed names they fill.

Takes: fields, and the slots of a class.
Gives: `routed`: the same with such fields gathered under their slots.
Implements: `specs/linkdata-1.0.md`, section "Classes".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linkdata.graph.entity import IS_A, VALUE
from linkdata.schema.model import Slot
from linkdata.schema.naming import Typed
from linkdata.schema.typing import Field, Slots


def routed(fields: dict[str, Any], slots: Mapping[str, Slot], typed: Typed) -> dict[str, Any]:
    """Fields under the names of slots. What fills no slot stays as it is."""
    names = {slot.name: name for name, slot in slots.items()}
    in_file = {
        str(slot.facts["name"]): name
        for name, slot in slots.items()
        if "name" in slot.facts and slot.facts.get("role") not in (None, "name")
    }
    found: dict[str, Any] = {}
    free = Slots.of(typed.cls).open
    for key, value in fields.items():
        name = key if key in slots else names.get(key) or in_file.get(key)
        if name is not None:
            found[name] = value
            continue
        slot = _slot(value, [Field(slot, typed.schema, item=True) for slot in free])
        if slot is None:
            found[key] = value
        elif slot.multivalued:
            found[names[slot.name]] = {**found.get(names[slot.name], {}), key: value}
        else:
            found[names[slot.name]] = value
    return found


def _slot(value: Any, fields: list[Field]) -> Slot | None:
    """The slot without fixed names that a value fills, when there is one that certainly does."""
    named = value.get(IS_A) if isinstance(value, Mapping) else None
    if named is not None:
        for one in fields:
            local = str(named).rpartition(":")[2]
            if any(one.schema.is_a(local, name) for name in one.slot.classes):
                return one.slot
        return None
    has_values = not isinstance(value, Mapping) or VALUE in value
    fitting = [one.slot for one in fields if one.holds in ("dataset" if has_values else "group",
                                                           "link")]  # fmt: skip
    return fitting[0] if len(fitting) == 1 else None
