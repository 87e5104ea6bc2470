"""Settling: the graph of a document as if what was changed in memory were written into it.

Takes: a graph, and the text of its document with what was changed.
Gives: `settled`, the graph of that text.
Implements: `specs/linkdata-1.0.md`, section "Changes in memory".

Output that is made from the text of documents and from the bytes of files, rather than by reading
entities, is made from this.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from linkdata.errors import LinkdataError
from linkdata.graph.graph import Graph
from linkdata.resolve.retrievers import file_path

if TYPE_CHECKING:
    from linkdata.store.protocols import ReadableStore


def settled(graph: Graph, text: str, store: ReadableStore) -> Graph:
    """The graph of `text`, the text of a graph's document with what was changed.

    `store` has arrays that the text only names. Raises what opening it raises.
    """
    from linkdata.dataset.opening import loads
    from linkdata.dataset.workspace import typed

    base: Path | None = None
    with suppress(LinkdataError):  # a text without a place
        base = file_path(graph.context.location)
    binder = graph.files.binder
    found = loads(
        text, base=base, document=graph.context.document.index, roots=binder.roots.folders
    ).graph
    stores: list[str | ReadableStore] = [store, *graph.stores.named]
    return Graph(found.registry, found.context, found.files.binder, types=typed, stores=stores)
