"""Fields of an object of the graph, for the slots of its class.

Takes: an object, its class, and what knows the classes of the graph.
Gives: `Bound`: for a slot, the value that the object has.
Implements: `specs/linkdata-1.0.md`, section "Models".
"""

from __future__ import annotations

from collections.abc import Container
from functools import cached_property
from typing import TYPE_CHECKING, Any

from linkdata.arrays.base import ArrayBase
from linkdata.graph.changes import Made
from linkdata.graph.entity import IS_A, VALUE, Entity, Link
from linkdata.objects.access import name_of
from linkdata.objects.tables.layout import COLNAMES, DESCRIPTION, ID, INDEX
from linkdata.objects.tables.ragged import VectorIndex
from linkdata.schema.model import Slot
from linkdata.schema.naming import Typed
from linkdata.schema.typing import Field, SchemaTypes
from linkdata.schema.validation.columns import is_column, is_table

if TYPE_CHECKING:
    from linkdata.objects.tables.table import DynamicTable

_MEMBERS = ("group", "dataset", "link")


class Bound:
    """An object with its class. Its fields are looked at when a slot is asked for."""

    def __init__(self, entity: Entity, typed: Typed, types: SchemaTypes) -> None:
        self.entity = entity
        self.typed = typed
        self.types = types

    def key(self, slot: Slot) -> str:
        """The name of the field that fills a slot."""
        if slot.facts.get("role") in _MEMBERS:
            return str(slot.facts.get("name", slot.name))
        return slot.name

    def has(self, slot: Slot) -> bool:
        """Whether the object has a value for a slot."""
        return bool(self.value(slot))

    def value(self, slot: Slot) -> tuple[Any, ...]:
        """The value for a slot, alone in a tuple; an empty one when there is none.

        Raises what following the references of the object raises.
        """
        role = slot.facts.get("role")
        if slot.identifier:
            return (self.name(slot),)
        if role == "field":
            return self._of_compound(str(slot.facts["name"]))
        if role == "value":
            return self._values()
        if slot in self._open:
            return self._gathered(slot)
        key = self.key(slot)
        if key not in self._keys and key not in self._ragged:
            return self._worked_out(key)
        value = self._ragged.get(key) or self.entity.link(key)
        field = Field(slot, self.typed.schema)
        if field.is_collection and isinstance(value, Link):
            return (_members(value.target),)
        if slot.multivalued and not isinstance(value, list):
            return ([value],)
        return (value if slot.classes else _bare(value),)

    def name(self, slot: Slot) -> str:
        """The name that the object goes by: its own field of that name, else its key."""
        if slot.fixed is not None:
            return str(slot.fixed)
        if slot.facts.get("role") != "name" and slot.name in self._keys:
            return str(self.entity.link(slot.name))
        return name_of(self.entity)

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(self.entity)

    def _worked_out(self, key: str) -> tuple[Any, ...]:
        """What follows for a field that a document need not write; nothing for other fields."""
        if self._table is not None and key == COLNAMES:
            return (list(self._table.colnames),)
        if self._table is not None and key == ID:
            return ([int(one) for one in self._table.id[:]],)
        if key == DESCRIPTION and isinstance(self.entity, Made) and is_column(self.typed):
            return (self.typed.cls.description,)  # of values that stand alone
        return ()

    @cached_property
    def _table(self) -> DynamicTable | None:
        """The object as a table, if it is one that is written in a document."""
        if not self.entity.layers or not is_table(self.typed):
            return None
        from linkdata.objects.tables.table import DynamicTable

        return DynamicTable.of(self.entity)

    @cached_property
    def _ragged(self) -> dict[str, Link]:
        """The columns that a document writes as nested lists, each with its indexes."""
        found: dict[str, Link] = {}
        for name, column in self._table._columns.outer.items() if self._table is not None else ():
            if f"{name}{INDEX}" not in self._keys:
                while isinstance(column, VectorIndex):
                    found[column.name] = Link(column.entity, owned=True)
                    column = column.target
                    found[column.name] = Link(column.entity, owned=True)
        return found

    @cached_property
    def _open(self) -> tuple[Slot, ...]:
        return self.types.slots(self.typed).open

    @cached_property
    def _items(self) -> dict[str, dict[str, Any]]:
        """The values of slots without fixed names, by the slots and their own names."""
        found: dict[str, dict[str, Any]] = {}
        attributes = _attributes(self.entity)
        for key in self.entity if self._open else ():
            field = None if key in attributes else self.types.field(self.entity, key)
            if key == IS_A or field is None or field.slot not in self._open:
                continue
            value = self.entity.link(key)
            members = found.setdefault(field.slot.name, {})
            if field.is_collection and isinstance(value, Link):
                members |= _members(value.target)
            else:
                members[key] = value
        return found

    def _gathered(self, slot: Slot) -> tuple[Any, ...]:
        members = self._items.get(slot.name)
        if not members:
            return ()
        if slot.multivalued:
            return (members if slot.inlined else list(members.values()),)
        return (next(iter(members.values())),)

    def _values(self) -> tuple[Any, ...]:
        return (self.entity.link(VALUE),) if self._has_values else ()

    @cached_property
    def _has_values(self) -> bool:
        return VALUE in self._keys or self.entity.array is not None

    def _of_compound(self, name: str) -> tuple[Any, ...]:
        if name in self._keys:  # written out in a document
            return (self.entity.link(name),)
        if not self._has_values:
            return ()
        values: Any = self.entity.link(VALUE)
        names = getattr(getattr(values, "dtype", None), "names", None) or ()
        if name not in names:
            return ()
        return (Column(values, name) if getattr(values, "shape", None) else values[name],)


class Column(ArrayBase):
    """One field of the elements of a compound array, read when indexed."""

    __slots__ = ("_name", "_values")

    def __init__(self, values: Any, name: str) -> None:
        self._values = values
        self._name = name

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The lengths of the axes: those of the whole."""
        found: tuple[int, ...] | None = self._values.shape
        return found

    @property
    def dtype(self) -> Any:
        """The dtype of the field."""
        return self._values.dtype[self._name]

    @property
    def chunks(self) -> tuple[int, ...] | None:
        """The shape of a stored chunk."""
        found: tuple[int, ...] | None = self._values.chunks
        return found

    def __getitem__(self, index: Any, /) -> Any:
        return self._values[index][self._name]


def _bare(value: Any) -> Any:
    """The values of a dataset that has more attributes than its slot knows of."""
    if isinstance(value, Link):
        entity = value.target
        if VALUE in entity or entity.array is not None:
            return entity.link(VALUE)
    return value


def _members(entity: Entity) -> dict[str, Any]:
    """The objects of a collection by their names."""
    attributes = _attributes(entity)
    return {key: entity.link(key) for key in entity if key != IS_A and key not in attributes}


def _attributes(entity: Entity) -> Container[str]:
    """The attributes of a group of a source file, which are none of its members."""
    return entity.item.attributes if entity.item is not None and not entity.layers else ()
