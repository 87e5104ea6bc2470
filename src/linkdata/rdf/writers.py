"""Writers: triples as text, piece by piece.

Takes: a graph.
Gives: N-Triples and Turtle, without building a graph of triples.
Implements: `specs/linkdata-1.0.md`, section "RDF"; RDF 1.1 N-Triples and Turtle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from linkdata import iri
from linkdata.graph.graph import Graph
from linkdata.rdf import terms
from linkdata.rdf.terms import IRI, Collection, Literal, Term
from linkdata.rdf.triples import statements, triples

_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_INTEGER = re.compile(r"[+-]?[0-9]+\Z")
_INDENT = "    "


def ntriples(graph: Graph) -> Iterator[str]:
    """One triple a line. Raises what `triples` raises."""
    for subject, predicate, object_ in triples(graph):
        yield f"{terms.ntriples(subject)} <{predicate.value}> {terms.ntriples(object_)} .\n"


def turtle(graph: Graph) -> Iterator[str]:
    """Turtle: a paragraph a subject, prefixes declared, lists in brackets."""
    prefixes = {
        "rdf": terms.RDF,
        "xsd": terms.XSD,
        "term": iri.TERMS,
    }
    for name, value in graph.context.iri_prefixes.items():
        if re.match(r"[A-Za-z][A-Za-z0-9_-]*\Z", name):
            prefixes[name] = value
    writer = _Turtle(prefixes)
    for name, value in prefixes.items():
        yield f"@prefix {name}: <{value}> .\n"
    for statement in statements(graph):
        if statement.about:
            lines = [
                f"{_INDENT}{writer.predicate(predicate)} {writer.term(term)}"
                for predicate, term in statement.about
            ]
            yield f"\n{writer.term(statement.subject)}\n" + " ;\n".join(lines) + " .\n"


class _Turtle:
    def __init__(self, prefixes: Mapping[str, str]) -> None:
        # The longest namespace first: it leaves the shortest name.
        self.prefixes = sorted(prefixes.items(), key=lambda item: -len(item[1]))

    def predicate(self, predicate: IRI) -> str:
        return "a" if predicate == terms.TYPE else self.term(predicate)

    def term(self, term: Term) -> str:
        if isinstance(term, Collection):
            if not term.items:
                return "()"
            return f"( {' '.join(self.term(item) for item in term.items)} )"
        if isinstance(term, IRI):
            return self.shortened(term.value) or terms.ntriples(term)
        if isinstance(term, Literal) and term.datatype is not None:
            if term.datatype == terms.XSD + "boolean":
                return term.lexical
            if term.datatype == terms.XSD + "integer" and _INTEGER.match(term.lexical):
                return term.lexical
            return f"{terms.ntriples(Literal(term.lexical))}^^{self.term(IRI(term.datatype))}"
        return terms.ntriples(term)

    def shortened(self, value: str) -> str | None:
        for name, namespace in self.prefixes:
            if value.startswith(namespace):
                local = value[len(namespace) :]
                if _LOCAL.match(local):
                    return f"{name}:{local}"
        return None
