"""The arrays of a dataset as a Zarr store.

Takes: the graph of a document.
Gives: `zarr_store`.
Implements: `specs/linkdata-1.0.md`, section "Zarr and kerchunk".

What takes the store to another process opens the document there again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkdata.dataset.inputs import is_hdf5
from linkdata.dataset.trees import tree_of
from linkdata.errors import LinkdataError, UsageError, error
from linkdata.graph.graph import Graph
from linkdata.resolve.retrievers import file_path

if TYPE_CHECKING:
    from linkdata.arrays.zarr import ZarrStore


def zarr_store(graph: Graph, reference: str | None = None) -> ZarrStore:
    """The arrays below an object, the root object unless said otherwise, as a Zarr store.

    Raises `UsageError` without the library zarr, or for what is no object, and what following the
    references of the document raises.
    """
    try:
        from linkdata.arrays.zarr import ZarrStore
    except ImportError:
        raise UsageError(
            error("usage", "a Zarr store needs the library zarr",
                  hint="install it: pip install 'linkdata[zarr]'")
        ) from None  # fmt: skip
    return ZarrStore(tree_of(graph, reference), (_again, (*_recipe(graph), reference)))


def _recipe(graph: Graph) -> tuple[Any, ...]:
    """What opens the document again."""
    context = graph.context
    text: str | None = None
    path: str | None
    try:
        path = str(file_path(context.location))
    except LinkdataError:
        path = None
    if path is None or not (is_hdf5(Path(path)) or _is_file(path, context.document.source.text)):
        text = context.document.source.text
    position = graph.registry.root.contexts.index(context)
    authorities = {
        name: str(file_path(location)) for name, location in graph.registry.authorities.items()
    }
    roots = tuple(map(str, graph.files.binder.roots.folders))
    return path, text, position, roots, authorities, graph.stores.named


def _is_file(path: str, text: str) -> bool:
    """Whether a document is what lies in the file that it stands for."""
    try:
        return Path(path).read_text(encoding="utf-8") == text
    except (OSError, ValueError):
        return False


def _again(
    path: str | None,
    text: str | None,
    position: int,
    roots: tuple[str, ...],
    authorities: dict[str, str],
    stores: tuple[str, ...],
    reference: str | None,
) -> ZarrStore:
    """The same store, in another process."""
    from linkdata.dataset.opening import loads, open

    allowed: dict[str, Any] = {"roots": roots, "authorities": authorities, "stores": stores}
    if text is not None:
        made = loads(text, base=path, document=position, **allowed)
    else:
        assert path is not None
        made = open(path, document=position, **allowed)
    return made.zarr_store(reference)
