"""Kinds: what a schema makes of objects that are read as they are written.

Takes: what the schemas of one document say; its objects, from the outside to the inside.
Gives: `Kinds`: the `ObjectKind` of an object, worked out once for all objects alike.
Implements: `specs/linkdata-1.0.md`, sections "Classes" and "RDF".

What an object is follows from the class that it names and the slot in which it stands. The same is
worked out for single objects in `linkdata.schema.typing`; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from linkdata.graph.entity import IS_A
from linkdata.rdf import terms
from linkdata.rdf.annotations import RESOURCES
from linkdata.rdf.coercion import Coercion
from linkdata.rdf.rules import Rule, Rules
from linkdata.rdf.tables import TABLE
from linkdata.resolve.registry import Context
from linkdata.resolve.targets import entries
from linkdata.schema.model import Slot
from linkdata.schema.naming import Typed
from linkdata.schema.typing import Field, Slots, settled
from linkdata.syntax.nodes import Candidate, Kind, Mapping, Scalar, Sequence

#: Classes of whose objects more is said than their fields.
_DESCRIBED = frozenset((TABLE, *RESOURCES))
#: How many names of classes are kept.
_READY = 1 << 12
Object: TypeAlias = "Mapping | Sequence"


class Said(NamedTuple):
    """How a field is said: its predicate, its step in identities, what its scalars become, and
    whether this is what they are by themselves.
    """

    predicate: str
    step: str
    coercion: Coercion | None
    is_natural: bool


@dataclass(slots=True, eq=False)
class ObjectKind:
    """What all objects of one class in one slot are. `classes` are terms: none where no schema
    gives a class. `fields` are filled by whoever says them.
    """

    typed: Typed | None = None
    classes: tuple[str, ...] = ()
    #: The slots of the class by their names; of a collection instead what all that it holds fill.
    slots: Map[str, Slot] = field(default_factory=dict)
    item: Field | None = None
    fields: dict[str, Said] = field(default_factory=dict)


class Kinds:
    """The kinds of the objects of one document."""

    def __init__(self, rules: Rules, context: Context, *, superclasses: bool) -> None:
        self._rules = rules
        self._context = context
        self._superclasses = superclasses
        self._names: dict[str, str] = {}  # plain scalars that are texts
        self._alone: dict[str | None, ObjectKind] = {}
        self._inside: dict[tuple[ObjectKind, str, str | None, bool], ObjectKind] = {}
        #: The kind of all objects where no schema says anything.
        self.only = None if context.imports else ObjectKind()

    def alone(self, node: Object) -> ObjectKind:
        """The kind of an object that stands in no slot."""
        if self.only is not None:
            return self.only
        name = self._name(node)
        found = self._alone.get(name)
        if found is None:
            found = self._alone[name] = self._made(name, None)
        return found

    def inside(self, around: ObjectKind, key: str, node: Object) -> ObjectKind:
        """The kind of an object that stands in a field of an object of a kind."""
        if self.only is not None:
            return self.only
        slot = around.slots.get(key)
        if slot is None and around.item is None:
            return self.alone(node)
        parent = node.parent
        in_list = type(parent) is Sequence and parent.named is None
        asked = (around, "" if slot is None else key, self._name(node), in_list)
        found = self._inside.get(asked)
        if found is None:
            place = around.item
            if slot is not None and around.typed is not None:
                place = Field(slot, around.typed.schema)
            if place is not None and place.is_collection and in_list:
                place = replace(place, item=True)
            found = self._inside[asked] = self._made(asked[2], place)
        return found

    def rule(self, kind: ObjectKind, key: str) -> Rule | None:
        """The rule of a field for which an object's class has a slot."""
        return None if kind.typed is None else self._rules.of_class(kind.typed).get(key)

    def _made(self, name: str | None, place: Field | None) -> ObjectKind:
        names = self._rules.types.names(self._context)
        typed = settled(None if name is None else names.find(name), place)
        if typed is None:
            is_collection = place is not None and place.is_collection
            return ObjectKind(item=replace(place, item=True) if place and is_collection else None)
        uris = [typed.named.uri]
        if self._superclasses:
            uris += [one.uri for one in typed.lineage]
        classes = tuple(terms.iri_term(one) for one in dict.fromkeys(uris))
        return ObjectKind(typed, classes, self._rules.types.slots(typed).named)

    def _name(self, node: Object) -> str | None:
        """The class that an object names; a reference there is a field like any other."""
        named = entries(node).get(IS_A)
        if not isinstance(named, Scalar):
            return None
        if type(named) is Scalar:
            known = self._names.get(named.text) if named.kind is Kind.PLAIN else None
            if known is not None:
                return known
        if not isinstance(named.value, str):
            return None
        if type(named) is Candidate:
            resolver = self._rules.graph.resolver
            if resolver.reference(self._context, named) is not None:
                return None
        elif named.kind is Kind.PLAIN and len(self._names) < _READY:
            self._names[named.text] = named.text
        return named.text


def is_certain(rules: Rules, context: Context) -> bool:
    """Whether the classes of a document's schemas say of a field by its name what it is, and of
    their objects nothing beyond their fields.
    """
    return not any(
        one.uri in _DESCRIBED or Slots.of(one).open
        for schema in rules.types.names(context).schemas.values()
        for one in schema.classes.values()
    )
