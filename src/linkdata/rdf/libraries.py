"""Triples in the stores of other libraries.

Takes: a graph.
Gives: an `rdflib.Graph`, or a `pyoxigraph.Store`.
Implements: `specs/linkdata-1.0.md`, section "RDF".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkdata.errors import UsageError, error
from linkdata.graph.graph import Graph
from linkdata.rdf.terms import IRI, Blank, Literal
from linkdata.rdf.triples import triples
from linkdata.rdf.writers import ntriples

if TYPE_CHECKING:
    import rdflib


def to_rdflib(graph: Graph) -> rdflib.Graph:
    """The triples as an `rdflib.Graph`, with the document's prefixes."""
    import rdflib

    def term(value: IRI | Blank | Literal) -> rdflib.term.Node:
        if isinstance(value, IRI):
            return rdflib.URIRef(value.value)
        if isinstance(value, Blank):
            return rdflib.BNode(value.label)
        datatype = rdflib.URIRef(value.datatype) if value.datatype else None
        return rdflib.Literal(value.lexical, datatype=datatype, normalize=False)

    made = rdflib.Graph()
    for name, namespace in graph.context.iri_prefixes.items():
        made.bind(name, namespace)
    for subject, predicate, object_ in triples(graph):
        made.add((term(subject), term(predicate), term(object_)))
    return made


def to_oxigraph(graph: Graph) -> Any:
    """The triples as a `pyoxigraph.Store`. Raises `UsageError` when pyoxigraph is missing."""
    try:
        import pyoxigraph
    except ImportError:
        raise UsageError(
            error("usage", "pyoxigraph is not installed", hint="pip install 'linkdata[oxigraph]'")
        ) from None
    store = pyoxigraph.Store()
    text = "".join(ntriples(graph)).encode()
    store.bulk_load(text, format=pyoxigraph.RdfFormat.N_TRIPLES)
    return store
