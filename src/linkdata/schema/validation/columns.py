"""What classes are to a file: datasets, compounds, tables and their columns.

Takes: classes, and entities that have them.
Gives: `is_dataset`, `role_of`, `compound`; `is_table`, `is_column`, `descends`; `ragged`.
Implements: `specs/linkdata-1.0.md`, section "Validation", VAL-11 and VAL-15.

Schemas that others have translated from the NWB language do not say what is a dataset: there a
class with a `value` is taken for one.
"""

from __future__ import annotations

from linkdata.errors import LinkdataError
from linkdata.graph.entity import VALUE, Entity
from linkdata.schema.model import Slot
from linkdata.schema.naming import Typed
from linkdata.schema.typing import SchemaTypes

TABLE, COLUMN, INDEX, REGION = (
    "DynamicTable", "VectorData", "VectorIndex", "DynamicTableRegion",
)  # fmt: skip
#: How many indexes, one on the other, a column without a place in the schema may have.
MAX_INDEXES = 2


def descends(typed: Typed, name: str) -> bool:
    """Whether a class is, or descends from, the class of HDMF that has this name."""
    return any(one.name == name for one in typed.lineage)


def is_column(typed: Typed) -> bool:
    """Whether objects of a class are columns, or indexes on them (once a kind of their own)."""
    return descends(typed, COLUMN) or descends(typed, INDEX)


def is_table(typed: Typed) -> bool:
    """Whether objects of a class are tables."""
    return descends(typed, TABLE)


def is_dataset(typed: Typed) -> bool:
    """Whether objects of a class are datasets: the schema says so, or that they have a `value`."""
    role = role_of(typed)
    if role is not None:
        return role == "dataset"
    slots = typed.cls.slots
    named = slots.get("name")
    return VALUE in slots and not slots[VALUE].classes and named is not None and named.identifier


def role_of(typed: Typed) -> str | None:
    """Whether objects of a class are groups or datasets in a file, where the schema says so."""
    found = next((one.facts["role"] for one in typed.lineage if "role" in one.facts), None)
    return None if found is None else str(found)


def compound(typed: Typed) -> dict[str, Slot]:
    """The slots of a dataset's class that are the fields of its elements."""
    slots = typed.cls.slots.items()
    if role_of(typed) is not None or not is_dataset(typed):
        return {name: slot for name, slot in slots if slot.facts.get("role") == "field"}
    return {name: slot for name, slot in slots if slot.is_array and name != VALUE}


def ragged(types: SchemaTypes, entity: Entity, typed: Typed, key: str) -> int:
    """How many levels of lists more than its shape says the value of a field may have."""
    if is_table(typed):
        return _indexes(types, typed, key)
    if key == VALUE and descends(typed, COLUMN) and not descends(typed, INDEX):
        try:
            owner = types.graph.owner(entity)
        except LinkdataError:
            return 0
        table = None if owner is None else types.of(owner[0])
        if owner is not None and table is not None and is_table(table):
            return _indexes(types, table, owner[1])
    return 0


def _indexes(types: SchemaTypes, table: Typed, key: str) -> int:
    named = types.slots(table).named
    if key not in named:
        return MAX_INDEXES
    count = 0
    while f"{key}{'_index' * (count + 1)}" in named:
        count += 1
    return count
