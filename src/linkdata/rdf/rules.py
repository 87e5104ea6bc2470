"""Rules: the predicate and the coercion of each field of each class.

Takes: a graph, and what its schemas say.
Gives: `Rules`: for an object, its classes and the `Rule` of each of its fields.
Implements: `specs/linkdata-1.0.md`, section "RDF".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from linkdata import iri
from linkdata.graph.entity import Entity
from linkdata.graph.graph import Graph
from linkdata.rdf import terms
from linkdata.rdf.coercion import Coercion
from linkdata.resolve.registry import Context
from linkdata.schema.naming import Typed
from linkdata.schema.typing import SchemaTypes, types_of

#: How many predicates of names, and IRIs of the like, are kept ready.
_READY = 1 << 12


class Rule(NamedTuple):
    """How a field is said: its predicate, and how its scalars become terms."""

    predicate: str
    coercion: Coercion | None = None


class Rules:
    """What is said in which words. Remembers what it worked out for each class."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.types: SchemaTypes = types_of(graph)
        self._named: dict[tuple[str, str], Mapping[str, Rule]] = {}
        self._prefixes: dict[int, tuple[Context, dict[str, str]]] = {}
        self._classes: dict[str, str] = {}
        self._descends: dict[tuple[str, str, str], bool] = {}

    def prefixes(self, context: Context) -> dict[str, str]:
        """The prefixes of the CURIEs of a document."""
        known = self._prefixes.get(id(context))
        if known is None:
            known = self._prefixes[id(context)] = (context, context.iri_prefixes)
        return known[1]

    def classes(self, entity: Entity, *, superclasses: bool = False) -> list[str]:
        """The classes of an object as terms; with `superclasses`, all that it is.

        Raises `OutputError` (`iri-invalid`), `ResolutionError` (`prefix-unknown`).
        """
        kind = entity.class_iri
        if kind is None:
            return []
        term = self._classes.get(kind)
        if term is None:
            term = self._classes[kind] = terms.iri_term(kind)
        found = [term]
        typed = self.types.of(entity) if superclasses else None
        if typed is not None:
            found += [terms.iri_term(one.uri) for one in typed.lineage]
        return list(dict.fromkeys(found))

    def is_a(self, entity: Entity, uri: str) -> bool:
        """Whether an object's class is, or descends from, the class of an IRI."""
        typed = self.types.of(entity)
        if typed is None:
            return False
        key = (*_key(typed), uri)
        known = self._descends.get(key)
        if known is None:
            known = self._descends[key] = typed.is_a(uri)
        return known

    def of(self, entity: Entity) -> Mapping[str, Rule]:
        """The rules of the fields for which an object's class has a slot, by their names."""
        typed = self.types.of(entity)
        return {} if typed is None else self.of_class(typed)

    def of_class(self, typed: Typed) -> Mapping[str, Rule]:
        """The rules of the fields for which a class has a slot, by their names."""
        key = _key(typed)
        found = self._named.get(key)
        if found is None:
            found = self._named[key] = _rules(typed, self.types)
        return found

    def predicate(self, context: Context, key: str) -> str:
        """The predicate of a field that no slot says more of."""
        if ":" in key:
            expanded = iri.expand(key, self.prefixes(context))
            if expanded is not None and iri.is_absolute(expanded):
                return f"<{expanded}>"
        return predicate_of(key)


def _key(typed: Typed) -> tuple[str, str]:
    return typed.schema.digest or typed.schema.uri, typed.name


@lru_cache(maxsize=_READY)
def predicate_of(key: str) -> str:
    """The predicate of a field by its name alone."""
    return f"<{iri.term(key)}>"


def _rules(typed: Typed, types: SchemaTypes) -> dict[str, Rule]:
    named: Mapping[str, Any] = types.slots(typed).named
    return {
        key: Rule(terms.iri_term(slot.uri), Coercion(slot, typed.schema))
        for key, slot in named.items()
    }
