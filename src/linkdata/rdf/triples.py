"""Triples: the graph as RDF.

Takes: a graph.
Gives: statements about one subject after the other, and the same as triples.
Implements: `specs/linkdata-1.0.md`, section "RDF".

A subject is an object's identity. A predicate is a field's name under `urn:linkdata:term:`, a
class what its prefix says. Lists keep their order. An array outside the document is a resource of
its own, with dtype, shape and place; its values are not spelled out.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple, TypeAlias

from linkdata import iri
from linkdata.arrays.inline import InlineArray
from linkdata.graph.entity import IS_A, VALUE, Entity, Link
from linkdata.graph.expanded import Budget, describe, is_outside
from linkdata.graph.graph import Graph
from linkdata.rdf import terms
from linkdata.rdf.terms import IRI, Blank, Collection, Node, Term

Triple: TypeAlias = "tuple[Node, IRI, IRI | Blank | terms.Literal]"

#: The class of arrays that lie outside the document.
ARRAY = IRI(iri.TERMS + "Array")


class Statement(NamedTuple):
    """All that is said of one subject."""

    subject: IRI
    about: list[tuple[IRI, Term]]


def statements(graph: Graph) -> Iterator[Statement]:
    """What is said of the document and of each object, an object before those that stand in it.

    Raises `OutputError` (`iri-invalid`, `value-not-representable`), and what following the
    document's references raises.
    """
    budget = Budget(graph)
    arrays: list[Statement] = []
    about: list[tuple[IRI, Term]] = []
    for key, value in graph.top():
        term = _term(graph, value, arrays, budget)
        if term is not None:
            about.append((term_of(key), term))
    yield Statement(terms.resource(graph.document.iri), about)
    yield from arrays
    for entity in graph.walk():
        arrays, about = [], []
        kind = entity.class_iri
        if kind is not None:
            about.append((terms.TYPE, terms.resource(kind)))
        for key in entity:
            if key == IS_A and kind is not None:
                continue
            term = _term(graph, entity.link(key), arrays, budget)
            if term is not None:
                about.append((term_of(key), term))
        if entity.array is not None and VALUE not in entity:
            about += _values(graph, entity.array, arrays, budget)
        yield Statement(terms.resource(entity.iri), about)
        yield from arrays


def triples(graph: Graph) -> Iterator[Triple]:
    """The triples of a graph, one after the other. Raises what `statements` raises."""
    labels = (Blank(f"b{number}") for number in count())
    for statement in statements(graph):
        for predicate, term in statement.about:
            yield from _flat(statement.subject, predicate, term, labels)


def _flat(subject: Node, predicate: IRI, term: Term, labels: Iterator[Blank]) -> Iterator[Triple]:
    if not isinstance(term, Collection):
        yield subject, predicate, term
        return
    if not term.items:
        yield subject, predicate, terms.NIL
        return
    cell = next(labels)
    yield subject, predicate, cell
    for position, item in enumerate(term.items):
        yield from _flat(cell, terms.FIRST, item, labels)
        if position + 1 < len(term.items):
            following = next(labels)
            yield cell, terms.REST, following
            cell = following
    yield cell, terms.REST, terms.NIL


def term_of(key: str) -> IRI:
    """The predicate of a field."""
    return IRI(iri.TERMS + iri.encode(key))


def _term(graph: Graph, value: Any, arrays: list[Statement], budget: Budget) -> Term | None:
    """The term of a value; None for null, which says nothing."""
    if value is None:
        return None
    if isinstance(value, Link):
        return terms.resource(value.target.iri)
    if isinstance(value, Entity):
        return terms.resource(value.iri)
    if isinstance(value, InlineArray):
        return _term(graph, value.tolist(), arrays, budget)
    if isinstance(value, list | tuple):
        budget.spend(len(value))
        items = (_term(graph, item, arrays, budget) for item in value)
        return Collection(tuple(item for item in items if item is not None))
    if is_outside(value):
        identity = terms.resource(graph.array_iri(value))
        arrays.append(Statement(identity, _described(graph, value)))
        return identity
    if hasattr(value, "tolist") and getattr(value, "shape", ()) != ():
        return _term(graph, value.tolist(), arrays, budget)
    return terms.literal(value)


def _values(
    graph: Graph, array: Any, arrays: list[Statement], budget: Budget
) -> list[tuple[IRI, Term]]:
    """What an object that is a dataset says of its values."""
    if array.shape in ((), None):
        term = _term(graph, array[()], arrays, budget)
        return [] if term is None else [(term_of(VALUE), term)]
    return _described(graph, array)


def _described(graph: Graph, array: Any) -> list[tuple[IRI, Term]]:
    """What is said of an array outside the document."""
    about = describe(graph, array)
    shape = about["shape"] if isinstance(about["shape"], list) else []
    origin = about["from"]
    assert isinstance(origin, dict)
    return [
        (terms.TYPE, ARRAY),
        (term_of("dtype"), terms.literal(about["dtype"])),
        (term_of("shape"), Collection(tuple(terms.literal(length) for length in shape))),
        (term_of("source"), terms.literal(origin["source"])),
    ]
