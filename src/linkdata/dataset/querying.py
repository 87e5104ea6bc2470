"""Querying: SPARQL over datasets.

Takes: datasets, one or many, and a query.
Gives: `query`, the answer over all of them together.
Implements: `specs/linkdata-1.0.md`, section "Queries".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from linkdata.dataset.spoken import spoken

if TYPE_CHECKING:
    from linkdata.dataset.dataset import Dataset
    from linkdata.rdf.query import Answer


def query(
    datasets: Iterable[Dataset], text: str, *, superclasses: bool = False, rows: bool = False
) -> Answer:
    """The answer to a SPARQL query over the triples of all datasets; each is read once, in turn.

    The prefixes of the mapping and of the datasets are declared; where datasets disagree about
    one, the first counts. Raises `UsageError` for a query that is not well-formed or when
    pyoxigraph is missing, `RetrievalError` (`network-refused`) for one that asks another service,
    and what writing a dataset as RDF raises.
    """
    from linkdata.rdf.formats import prefixes
    from linkdata.rdf.libraries import load, pyoxigraph
    from linkdata.rdf.query import query as answer
    from linkdata.rdf.statements import Options

    store = pyoxigraph().Store()
    declared: dict[str, str] = {}
    for dataset in datasets:
        with spoken(dataset.graph) as graph:
            load(store, graph, Options(superclasses, rows))
            declared = prefixes(graph) | declared
    return answer(store, text, declared)
