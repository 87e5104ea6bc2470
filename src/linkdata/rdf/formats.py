"""Formats: the forms in which statements are written.

Takes: a graph, the name of a format, what is asked for.
Gives: `FORMATS`, and `written`: the text of the graph, piece by piece.
Implements: `specs/linkdata-1.0.md`, section "RDF formats".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from linkdata.graph.graph import Graph
from linkdata.rdf.canonical import canonical
from linkdata.rdf.jsonld import compact, expanded, yaml_ld
from linkdata.rdf.lines import lines
from linkdata.rdf.rdfxml import rdf_xml
from linkdata.rdf.statements import Options, Statement, statements
from linkdata.rdf.turtle import turtle
from linkdata.rdf.vocabulary import PREFIXES

Writer: TypeAlias = "Callable[[Iterable[Statement], Mapping[str, str]], Iterator[str]]"

#: Format -> what writes it.
FORMATS: dict[str, Writer] = {
    "ttl": turtle,
    "nt": lines,
    "nq": lines,
    "trig": turtle,
    "rdf": rdf_xml,
    "jsonld": compact,
    "jsonld-expanded": expanded,
    "yamlld": yaml_ld,
}
#: Prefixes that every format takes.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")


def written(graph: Graph, format: str, options: Options | None = None) -> Iterator[str]:
    """The text of a graph in one of `FORMATS`. Raises what `statements` raises."""
    return FORMATS[format](statements(graph, options), prefixes(graph))


def written_canonically(graph: Graph, options: Options | None = None) -> Iterator[str]:
    """Canonical N-Quads (RDFC-1.0). Raises what `statements` and `canonical` raise."""
    return canonical(lines(statements(graph, options), {}))


def prefixes(graph: Graph) -> dict[str, str]:
    """The prefixes that an output declares: those of the mapping, and those of the document."""
    found = dict(PREFIXES)
    for name, value in graph.context.iri_prefixes.items():
        if _NAME.match(name):
            found[name] = value
    return found
