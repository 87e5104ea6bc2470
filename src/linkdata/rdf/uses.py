"""Uses: what the names of fields stand for in the objects of each class.

Takes: a graph.
Gives: `Uses`: for each class and name a `Use`, and `spelled`, which writes out what no definition
of a name would say.
Implements: `specs/linkdata-1.0.md`, section "JSON-LD contexts"; JSON-LD 1.1.

A definition says of a name that its value is a list, or a date. Where a class has values of several
kinds under one name, the definition says neither, and each value says by itself what it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from linkdata import iri
from linkdata.graph.entity import IS_A, VALUE, Entity, Link, Value
from linkdata.graph.expanded import Json, field_name, name_in
from linkdata.graph.graph import Graph
from linkdata.graph.literals import literal_of
from linkdata.rdf import vocabulary as v
from linkdata.rdf.identities import place_of
from linkdata.rdf.rules import Rules
from linkdata.rdf.statements import unsaid
from linkdata.rdf.terms import Literal, Term, parsed
from linkdata.rdf.values import Met, Values

#: Datatypes that values of JSON have by themselves.
NATURAL = frozenset((None, v.XSD + "integer", v.XSD + "boolean"))
#: Datatypes whose numbers and bytes JSON writes otherwise.
_WRITTEN_OTHERWISE = frozenset((v.XSD + "decimal", v.XSD + "hexBinary"))
#: From this on JSON-LD makes floats of integers.
_LARGE = 10**21
_ID, _LIST, _TEXT, _DATATYPE = "@id", "@list", "@value", "@type"


class _Field(NamedTuple):
    """What a field says: None as its predicate when it says nothing in RDF."""

    predicate: str | None
    value: Value
    term: Term


@dataclass(slots=True)
class Use:
    """How a name is used in the objects of one class."""

    predicates: set[str] = field(default_factory=set)
    lists: set[bool] = field(default_factory=set)
    datatypes: set[str | None] = field(default_factory=set)
    is_silent: bool = False
    #: Whether some are null, which processors take for an empty list where lists are expected.
    is_null: bool = False
    #: Whether some values cannot be told by a definition.
    is_odd: bool = False

    @property
    def is_one(self) -> bool:
        """Whether the name always means the same predicate."""
        return len(self.predicates) + self.is_silent <= 1

    @property
    def is_clear(self) -> bool:
        """Whether one definition fits all uses."""
        alike = len(self.datatypes) <= 1 or self.datatypes <= NATURAL
        kinds = len(self.lists) + (self.is_null and True in self.lists)
        return self.is_one and kinds <= 1 and alike and not self.is_odd

    def definition(self) -> dict[str, Any] | None:
        """What a context says of the name; None for what is no statement."""
        if not self.predicates or not self.is_one:
            return None
        made: dict[str, Any] = {"@id": min(self.predicates)}
        if not self.is_clear:
            return made
        if self.lists == {True}:
            made["@container"] = _LIST
        if len(self.datatypes) == 1 and not self.datatypes <= NATURAL:
            made["@type"] = min(one for one in self.datatypes if one is not None)
        return made


class Uses:
    """The uses of all names in a graph; None stands for objects without a class."""

    def __init__(self, graph: Graph, prefixes: Mapping[str, str]) -> None:
        """`prefixes` are those that the context declares. Raises what `statements` raises."""
        self._graph = graph
        self._prefixes = prefixes
        self._rules = Rules(graph)
        self._values = Values(graph, self._rules)
        self.of: defaultdict[str | None, dict[str, Use]] = defaultdict(dict)
        for key, value in graph.top():
            term = self._values.field(graph.document, key, None, "", Met([], []))
            predicate = self._rules.predicate(graph.context, key)
            said = None if term is None else _Field(predicate, value, term)
            self._count(None, field_name(key), said)
        for entity in graph.walk():
            if literal_of(entity) is None:
                kind = entity.class_iri
                silent = unsaid(entity)
                array = entity.array
                own = (VALUE,) if array is not None and VALUE not in entity else ()
                for key in (*entity, *own):
                    if key != IS_A or kind is None:
                        found = self._field(entity, key, silent)
                        self._count(kind, name_in(entity, key), found)
        self._unclear = {
            (kind, name): use
            for kind, uses in self.of.items()
            for name, use in uses.items()
            if not use.is_clear
        }

    def spelled(self, entity: Entity, key: str, name: str, value: Json) -> tuple[str, Json]:
        """The name and the value of a field as a context of these uses makes statements of them."""
        kind = None if entity is self._graph.document else entity.class_iri
        use = self._unclear.get((kind, name))
        found = self._field(entity, key, unsaid(entity)) if use is not None else None
        if use is None or found is None or found.predicate is None:
            return name, value
        return (name if use.is_one else found.predicate[1:-1]), _explicit(value, found.term)

    def _field(self, entity: Entity, key: str, silent: frozenset[str]) -> _Field | None:
        """What a field says; None for null."""
        if key in silent:
            return _Field(None, None, v.NIL)
        rule = self._rules.of(entity).get(key)
        coercion = None if rule is None else rule.coercion
        predicate = rule.predicate if rule else self._rules.predicate(entity.context, key)
        place = f"{entity.iri}.{place_of(key)}"
        met = Met([], [])
        if key == VALUE and VALUE not in entity:  # of a dataset of a file
            array: Any = entity.array
            if array.shape not in ((), None):
                return _Field(predicate, array, f"<{place}>")
            value = array[()]
            term = self._values.value(value, coercion, place, met)
        else:
            term = self._values.field(entity, key, coercion, place, met)
            value = None if term is None else entity.link(key)
        return None if term is None else _Field(predicate, value, term)

    def _count(self, kind: str | None, name: str, found: _Field | None) -> None:
        use = self.of[kind].setdefault(name, Use())
        if found is None:
            use.is_null = True
            return
        if found.predicate is None:
            use.is_silent = True
            return
        use.predicates.add(found.predicate[1:-1])
        use.lists.add(isinstance(found.term, list))
        for datatype in self._datatypes(found.value, found.term):
            use.datatypes.add(datatype)
            use.is_odd |= datatype == ""

    def _datatypes(self, value: Any, term: Term) -> Iterator[str | None]:
        """The datatypes of literals in a term; `@id` for what is a string in the expanded form and
        an IRI here, empty where it would not become the term. What has an identity there says by
        itself that it is an IRI.
        """
        if isinstance(term, list):
            items = value.tolist() if hasattr(value, "tolist") else value
            kept = [one for one in items if one is not None] if isinstance(items, list) else []
            for number, inner in enumerate(term):
                yield from self._datatypes(kept[number] if number < len(kept) else None, inner)
            return
        if isinstance(value, Link):
            return
        found = parsed(term)
        if isinstance(found, Literal):
            yield found.datatype if _is_told(value, found) else ""
        elif isinstance(value, str):
            yield _ID if f"<{iri.resolved(value, self._prefixes)}>" == term else ""


def _explicit(value: Json, term: Term) -> Json:
    """A value that says by itself what it is."""
    if isinstance(term, list):
        items = value if isinstance(value, list) else []
        kept = [one for one in items if one is not None]
        return {_LIST: [_explicit(one, inner) for one, inner in zip(kept, term, strict=True)]}
    if isinstance(value, dict):
        return value
    found = parsed(term)
    if not isinstance(found, Literal):
        return {_ID: term[1:-1]}
    if found.datatype is None:
        return value
    told = _is_told(value, found)
    if told and found.datatype in NATURAL:
        return value
    return {_TEXT: value if told else found.lexical, _DATATYPE: found.datatype}


def _is_told(value: Any, literal: Literal) -> bool:
    """Whether a value of JSON with the datatype is the literal."""
    if literal.datatype in _WRITTEN_OTHERWISE:
        return False
    return not isinstance(value, int) or abs(value) < _LARGE
