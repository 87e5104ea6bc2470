"""Triples in the stores of other libraries.

Takes: a graph.
Gives: an `rdflib.Graph`, or a `pyoxigraph.Store`.
Implements: `specs/linkdata-1.0.md`, section "RDF".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from linkdata.errors import UsageError, error
from linkdata.graph.graph import Graph
from linkdata.rdf.formats import prefixes
from linkdata.rdf.lines import lines
from linkdata.rdf.statements import Options, statements
from linkdata.rdf.terms import IRI, Blank, parsed
from linkdata.rdf.triples import texts

if TYPE_CHECKING:
    import rdflib


def to_rdflib(graph: Graph, options: Options | None = None) -> rdflib.Graph:
    """The triples as an `rdflib.Graph`, with the document's prefixes."""
    import rdflib

    known: dict[str, rdflib.term.Node] = {}

    def term(text: str) -> rdflib.term.Node:
        value = parsed(text)
        if isinstance(value, IRI):
            return rdflib.URIRef(value.value)
        if isinstance(value, Blank):
            return rdflib.BNode(value.label)
        if value.language is not None:
            return rdflib.Literal(value.lexical, lang=value.language)
        datatype = rdflib.URIRef(value.datatype) if value.datatype else None
        return rdflib.Literal(value.lexical, datatype=datatype, normalize=False)

    made = rdflib.Graph()
    for name, namespace in prefixes(graph).items():
        made.bind(name, namespace)
    for subject, predicate, object_ in texts(statements(graph, options)):
        if predicate not in known:
            known[predicate] = term(predicate)
        made.add((term(subject), known[predicate], term(object_)))
    return made


def to_oxigraph(graph: Graph, options: Options | None = None) -> Any:
    """The triples as a `pyoxigraph.Store`. Raises `UsageError` when pyoxigraph is missing."""
    store = pyoxigraph().Store()
    load(store, graph, options)
    return store


def load(store: Any, graph: Graph, options: Options | None = None) -> None:
    """Add the triples of a graph to a `pyoxigraph.Store`."""
    text = _Text(lines(statements(graph, options), {}))
    store.bulk_load(text, format=pyoxigraph().RdfFormat.N_TRIPLES)


def pyoxigraph() -> Any:
    """The library. Raises `UsageError` when it is not installed."""
    try:
        import pyoxigraph as found
    except ImportError:
        raise UsageError(
            error("usage", "pyoxigraph is not installed", hint="pip install 'linkdata[oxigraph]'")
        ) from None
    return found


class _Text:
    """Pieces of text as a file that is read: nothing is held but the piece in hand."""

    def __init__(self, parts: Iterator[str]) -> None:
        self._parts = parts
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size` of them."""
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return b""
            self._rest = part.encode()
        found, self._rest = self._rest[:size], self._rest[size:]
        return found
