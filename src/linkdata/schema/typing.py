"""Classes of objects, and the slots that their fields fill.

Takes: a graph.
Gives: `SchemaTypes`: the class of an object, and for each field the slot of the schema it fills.
Implements: `specs/linkdata-1.0.md`, sections "Classes" and "Placement".

The class of an object is the one it names (`is_a`, or `neurodata_type` in a file); else the one
that the slot in which it stands asks for. Groups that only gather objects have no class: they
are collections of what a slot holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from linkdata.errors import LinkdataError
from linkdata.graph.entity import VALUE, Entity, Link
from linkdata.resolve.registry import Context
from linkdata.resolve.retrievers import Retriever
from linkdata.resolve.targets import FROM, entries
from linkdata.schema.carried import Carried
from linkdata.schema.imports import Imports
from linkdata.schema.model import Class, RangeKind, Schema, Slot
from linkdata.schema.naming import ClassNames, Typed, is_part
from linkdata.syntax import nodes

if TYPE_CHECKING:
    from linkdata.graph.graph import Graph

#: Roles of slots whose objects may have any name when the schema fixes none.
_MEMBERS = ("group", "dataset", "link")
CHILDREN = "children"
_SETTLED = "settled"  # where an object remembers its class


@dataclass(frozen=True, slots=True)
class Field:
    """The slot that a field fills; `item` when the field is one of the many that the slot holds.

    A collection is a field that is not an item of a slot that holds many objects.
    """

    slot: Slot
    schema: Schema
    item: bool = False

    @property
    def is_collection(self) -> bool:
        """Whether the field's value is a collection of objects by their names."""
        return not self.item and self.slot.multivalued and self.slot.inlined

    @property
    def classes(self) -> Iterator[Typed]:
        """The classes that an object in the field may have, or descend from."""
        return (Typed(self.schema.classes[name], self.schema) for name in self.slot.classes)

    @property
    def asked(self) -> Typed | None:
        """The class that it asks for of an object without a class of its own, if it is certain.

        A type that the NWB specification language includes counts before what the values are; a
        part that refines the type counts before the type.
        """
        if self.is_collection:
            return None
        classes = list(self.classes)
        included = self.schema.classes.get(str(self.slot.facts.get("type")))
        if included is not None:
            classes = [one for one in classes if one.is_a(included.uri)]
            classes = classes or [Typed(included, self.schema)]
        return classes[0] if len(classes) == 1 else None

    @property
    def anything(self) -> bool:
        """Whether the slot takes everything."""
        return any(one.kind is RangeKind.ANY for one in self.slot.ranges)

    @property
    def holds(self) -> str:
        """Whether a slot without a fixed name holds groups, datasets or links."""
        role = self.slot.facts.get("role")
        if role != CHILDREN:
            return str(role)
        first = next(iter(self.classes), None)
        return "group" if first is None else str(_class_role(first))

    def takes(self, typed: Typed) -> bool:
        """Whether an object of a class may stand in the field."""
        return any(typed.is_a(one.cls.uri) for one in self.classes)


@dataclass(frozen=True, slots=True)
class Slots:
    """The slots of a class: those with a fixed name in the file, and those that take any name."""

    named: dict[str, Slot]
    open: tuple[Slot, ...]

    @classmethod
    def of(cls, found: Class) -> Slots:
        """The slots of a class."""
        named: dict[str, Slot] = {}
        free: list[Slot] = []
        for name, slot in found.slots.items():
            role = slot.facts.get("role")
            if role == CHILDREN or (role in _MEMBERS and "name" not in slot.facts):
                free.append(slot)
            else:
                named[str(slot.facts.get("name", name)) if role in _MEMBERS else name] = slot
        return cls(named, tuple(free))


class _Settled(NamedTuple):
    """What is known of an object, and who worked it out."""

    by: SchemaTypes
    place: Field | None = None
    typed: Typed | None = None


class SchemaTypes:
    """The classes of the objects of one graph. What cannot be found is None; checks say why."""

    def __init__(self, graph: Graph, retriever: Retriever | None = None) -> None:
        """`retriever` gets the texts of schemas; without one, files below the allowed roots."""
        self.graph = graph
        self._retriever = retriever
        self.carried = Carried()
        self._names: dict[int, ClassNames] = {}
        self._imports: dict[int, Imports] = {}
        self._brings: dict[int, bool] = {}
        self._slots: dict[tuple[str, str], Slots] = {}

    # Classes

    def of(self, entity: Entity) -> Typed | None:
        """The class of an object, with its schema."""
        return self._settled(entity).typed

    def place(self, entity: Entity) -> Field | None:
        """The slot in which an object stands."""
        return self._settled(entity).place

    def _settled(self, entity: Entity) -> _Settled:
        """What is known of an object; found from the outside to the inside, without recursion."""
        known = self._known(entity)
        if known is not None:
            return known
        chain: list[tuple[Entity, str]] = []
        current, key = entity, ""
        while self._known(current) is None:
            known = current.memo[_SETTLED] = _Settled(self)
            owner = self._owner(current) if self._may_have_schema(current) else None
            if owner is None:
                known = current.memo[_SETTLED] = _Settled(self, None, self.declared(current))
                break
            chain.append((current, owner[1]))
            current, key = owner
        for inner, key in reversed(chain):
            place = self.field(current, key)
            if place is not None and place.is_collection and is_in_list(inner):
                place = replace(place, item=True)
            known = inner.memo[_SETTLED] = _Settled(self, place, self._find(inner, place))
            current = inner
        assert known is not None
        return known

    def _known(self, entity: Entity) -> _Settled | None:
        """What was found of an object before; the object itself remembers it."""
        found: _Settled | None = entity.memo.get(_SETTLED)
        return found if found is not None and found.by is self else None

    def _owner(self, entity: Entity) -> tuple[Entity, str] | None:
        try:
            return entity.graph.owner(entity)
        except LinkdataError:
            return None

    def class_of(self, entity: Entity) -> Class | None:
        """The class of an object."""
        found = self.of(entity)
        return None if found is None else found.cls

    def class_iri(self, entity: Entity) -> str | None:
        """The IRI of an object's class; None when no schema says what it is."""
        found = self.of(entity)
        return None if found is None else found.named.uri

    def declared(self, entity: Entity) -> Typed | None:
        """The class that an object names itself."""
        named = entity.named_class
        if named is not None:
            return self.names(named[0]).find(named[1].text)
        try:
            source = entity.source_class
            item = entity.item
        except LinkdataError:
            return None
        if source is None or source[1] is None:
            return None
        if item is None:  # made in memory
            return self.names(entity.context).find(source[0])
        schema = self.carried.schema(item.file, source[1])
        found = None if schema is None else schema.classes.get(source[0])
        return None if found is None or schema is None else Typed(found, schema)

    def _find(self, entity: Entity, place: Field | None) -> Typed | None:
        return settled(self.declared(entity), place)

    def _may_have_schema(self, entity: Entity) -> bool:
        """Whether a schema may speak of an object: its document imports one, or brings a file."""
        context = entity.context
        if context.imports or not entity.layers:
            return True
        found = self._brings.get(id(context))
        if found is None:  # the text is searched once
            found = self._brings[id(context)] = FROM in context.document.source.text
        return found

    # Slots

    def field(self, entity: Entity, key: str, target: Entity | None = None) -> Field | None:
        """The slot that a field of an object fills; None when the schema has none, or says none.

        Which of several slots without fixed names it is, the object in the field decides:
        `target`, or what is there.
        """
        typed = self.of(entity)
        if typed is None:
            around = self.place(entity)
            if around is None or not around.is_collection:
                return None
            return Field(around.slot, around.schema, item=True)
        slots = self.slots(typed)
        named = slots.named.get(key)
        if named is not None:
            return Field(named, typed.schema)
        if not slots.open or key == "is_a":
            return None
        return self._open(entity, key, target, slots.open, typed.schema)

    def slot_of(self, entity: Entity, key: str) -> Slot | None:
        """The slot that a field of an object fills."""
        found = self.field(entity, key)
        return None if found is None else found.slot

    def slots(self, typed: Typed) -> Slots:
        """The slots of a class, by how they are named."""
        key = (typed.schema.digest or typed.schema.uri, typed.name)
        found = self._slots.get(key)
        if found is None:
            found = self._slots[key] = Slots.of(typed.cls)
        return found

    def _open(
        self,
        entity: Entity,
        key: str,
        target: Entity | None,
        slots: tuple[Slot, ...],
        schema: Schema,
    ) -> Field | None:
        value = target if target is not None else self._value(entity, key)
        declared = self.declared(value) if isinstance(value, Entity) else None
        fields = [Field(slot, schema, item=True) for slot in slots]
        if declared is not None:
            return next((one for one in fields if one.takes(declared)), None)
        for one in fields:
            if one.slot.name == key and one.slot.multivalued and isinstance(value, Entity):
                return Field(one.slot, schema)  # the slot itself, written out
        return _fitting(fields, "dataset" if holds_values(value) else "group")

    def unnamed(self, entity: Entity, key: str, role: str) -> Field | None:
        """The slot that a field fills if what stands there, a group or a dataset by its `role`,
        names no class.
        """
        typed = self.of(entity)
        slots = None if typed is None else self.slots(typed)
        if typed is None or slots is None or key in slots.named:
            return self.field(entity, key)
        return _fitting([Field(slot, typed.schema, item=True) for slot in slots.open], role)

    def _value(self, entity: Entity, key: str) -> Any:
        try:
            found = entity.link(key)
        except LinkdataError:
            return None
        return found.target if isinstance(found, Link) else found

    # Placement

    def contains(self, entity: Entity, key: str, target: Entity) -> bool:
        """Whether a field of an object contains `target` when it refers to it, or mentions it."""
        found = self.field(entity, key, target)
        if found is None:
            return True
        return found.slot.inlined and found.slot.facts.get("role") != "link"

    # Schemas

    def names(self, context: Context) -> ClassNames:
        """The classes that a document's imports give."""
        found = self._names.get(id(context))
        if found is None:
            schemas: dict[str, Schema] = {}
            imports = self.imports(context)
            for item in context.imports.values():
                try:
                    schemas[item.alias] = imports.imported(item).schema
                except LinkdataError:
                    continue  # among the findings of a check
            found = self._names[id(context)] = ClassNames(schemas, context.iri_prefixes)
        return found

    def imports(self, context: Context) -> Imports:
        """The imports of a document."""
        found = self._imports.get(id(context))
        if found is None:
            found = self._imports[id(context)] = Imports(
                self.graph, context, retriever=self._retriever
            )
        return found


def settled(declared: Typed | None, place: Field | None) -> Typed | None:
    """The class of an object by the one that it names and the slot in which it stands."""
    asked = None if place is None else place.asked
    if declared is None or (
        asked is not None and is_part(asked.cls) and asked.is_a(declared.cls.uri)
    ):
        return asked
    return declared


def types_of(graph: Graph) -> SchemaTypes:
    """What knows the classes of a graph's objects."""
    found = graph.types
    return found if isinstance(found, SchemaTypes) else SchemaTypes(graph)


def is_in_list(entity: Entity) -> bool:
    """Whether an object stands in an ordinary list, where it has no name."""
    parent = entity.layers[0][1].parent if entity.layers else None
    return isinstance(parent, nodes.Sequence) and parent.named is None


def holds_values(value: Any) -> bool:
    """Whether a field's value is an array or a scalar, or an object that says its values."""
    if not isinstance(value, Entity):
        return True
    item = value.item if not value.layers or value.external is not None else None
    if item is not None:
        return item.kind == "dataset"
    return any(key in entries(mapping) for _, mapping in value.layers for key in (VALUE, "chunks"))


def _fitting(fields: list[Field], role: str) -> Field | None:
    """The field that holds a group or a dataset of which no class is known; else one for links."""
    fitting = [one for one in fields if one.holds == role]
    fitting = fitting or [one for one in fields if one.holds == "link"]
    return next((one for one in fitting if _most_general(one, fitting)), None)


def _most_general(field: Field, others: list[Field]) -> bool:
    """Whether the class that a field asks for is one that those of the others descend from."""
    if len(others) == 1:
        return True
    asked = field.asked
    return asked is not None and all(
        other.asked is not None and other.asked.is_a(asked.cls.uri) for other in others
    )


def _class_role(typed: Typed) -> Any:
    return next((one.facts["role"] for one in typed.lineage if "role" in one.facts), "group")
