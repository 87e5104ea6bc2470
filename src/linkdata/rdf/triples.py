"""Triples: statements taken apart.

Takes: statements.
Gives: triples as N-Triples text, and the same as values; lists become cells of `rdf:List`.
Implements: `specs/linkdata-1.0.md`, section "RDF".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from linkdata.graph.graph import Graph
from linkdata.rdf import vocabulary as v
from linkdata.rdf.statements import Options, Statement, statements
from linkdata.rdf.terms import IRI, Blank, Literal, Term, parsed

Triple: TypeAlias = "tuple[IRI | Blank, IRI, IRI | Blank | Literal]"
#: A triple whose terms are texts, as N-Triples has them.
Texts: TypeAlias = "tuple[str, str, str]"


class Labels:
    """Labels of blank nodes, one after the other."""

    def __init__(self) -> None:
        self.made = 0

    def next(self) -> str:
        """A label that was not used yet, as a term."""
        self.made += 1
        return f"_:b{self.made - 1}"


def triples(graph: Graph, options: Options | None = None) -> Iterator[Triple]:
    """The triples of a graph, one after the other. Raises what `statements` raises."""
    for subject, predicate, term in texts(statements(graph, options)):
        yield parsed(subject), parsed(predicate), parsed(term)  # type: ignore[misc]


def texts(said: Iterable[Statement]) -> Iterator[Texts]:
    """The triples of statements as texts."""
    labels = Labels()
    for subject, about in said:
        for predicate, term in about:
            if type(term) is str:
                yield subject, predicate, term
            else:
                yield from listed(subject, predicate, term, labels)


def listed(subject: str, predicate: str, term: Term, labels: Labels) -> Iterator[Texts]:
    """The triples of one pair of a predicate and a term; a list has two for each item."""
    waiting: list[tuple[str, str, Term]] = [(subject, predicate, term)]
    while waiting:
        subject, predicate, term = waiting.pop()
        if isinstance(term, str):
            yield subject, predicate, term
            continue
        if not term:
            yield subject, predicate, v.NIL
            continue
        cell = labels.next()
        yield subject, predicate, cell
        last = len(term) - 1
        for position, item in enumerate(term):
            if isinstance(item, str):
                yield cell, v.FIRST, item
            else:
                waiting.append((cell, v.FIRST, item))
            following = labels.next() if position < last else v.NIL
            yield cell, v.REST, following
            cell = following
