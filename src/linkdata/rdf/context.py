"""The JSON-LD context of a document: with it, its expanded JSON is JSON-LD.

Takes: a graph.
Gives: `context`, plain data, and `document`, the expanded JSON that it is for.
Implements: `specs/linkdata-1.0.md`, sections "JSON-LD contexts" and "Expanded form"; JSON-LD 1.1.

Names mean what the class of their object makes of them, so each class has a context of its own,
and names of objects without a class stand at the top. What has to be said of a name, such as that
its value is a list or a date, follows from the values that the document has.
"""

from __future__ import annotations

from typing import Any

from linkdata import iri
from linkdata.errors import OutputError
from linkdata.graph.expanded import ARRAY, Json, expanded_document
from linkdata.graph.graph import Graph
from linkdata.graph.passing import passing
from linkdata.rdf import vocabulary as v
from linkdata.rdf.formats import prefixes
from linkdata.rdf.jsonld import DELIMITERS, included, unambiguous
from linkdata.rdf.statements import Options, statements
from linkdata.rdf.uses import Uses

_ARRAY = {
    "from": None,
    "dtype": {"@id": v.DTYPE[1:-1]},
    "shape": {"@id": v.SHAPE[1:-1], "@container": "@list"},
    "chunks": {"@id": v.CHUNKS[1:-1]},
}


def context(graph: Graph) -> dict[str, Any]:
    """The context of a document. Raises what `statements` raises."""
    made: dict[str, Any] = {"@version": 1.1, "@vocab": iri.TERMS}
    declared = unambiguous(prefixes(graph))
    for name, namespace in declared.items():
        # Others have to be said to be prefixes.
        ends = namespace.endswith(DELIMITERS)
        made[name] = namespace if ends else {"@id": namespace, "@prefix": True}
    uses = Uses(passing(graph), declared).of
    for name, use in sorted(uses.pop(None, {}).items()):
        definition = use.definition()
        if definition not in ({"@id": iri.TERMS + name}, {"@id": name}):
            made[name] = definition
    for kind in sorted(uses, key=str):
        scoped = {name: use.definition() for name, use in sorted(uses[kind].items())}
        made[str(kind)] = {"@id": kind, "@context": scoped}
    made[ARRAY] = {"@id": ARRAY, "@context": _ARRAY}
    return {"@context": made}


def document(graph: Graph) -> dict[str, Json]:
    """The expanded form of a document, which with its context says all its triples.

    What RDF refuses to say, plain data still says: then it is the fields alone. Raises what
    `expanded_document` raises.
    """
    declared = prefixes(graph)
    try:
        uses = Uses(graph, unambiguous(declared))
        beyond = included(statements(graph, Options(fields=False)), declared)
    except OutputError:
        return expanded_document(graph)
    return {**expanded_document(graph, uses.spelled), "@included": [beyond]}
