"""Where the arrays of a dataset are, as kerchunk reference JSON.

Takes: the graph of a document.
Gives: `kerchunk_references`.
Implements: `specs/linkdata-1.0.md`, section "Zarr and kerchunk".
"""

from __future__ import annotations

from typing import Any

from linkdata.arrays.kerchunk.export import references_to
from linkdata.dataset.trees import tree_of
from linkdata.graph.graph import Graph


def kerchunk_references(graph: Graph, reference: str | None = None) -> dict[str, Any]:
    """The references to the arrays below an object, the root object unless said otherwise.

    Files are named by their absolute `file:` URLs. Raises `UsageError` for what is no object, and
    what reading the arrays' places raises.
    """
    with graph.files.held():
        return references_to(tree_of(graph, reference), _url)


def _url(dataset: Any) -> str:
    url: str = dataset.file.path.as_uri()
    return url
