"""Keeping: arrays in memory that the text of a document does not hold.

Takes: a store, or what makes one when there is something to keep.
Gives: `kept_in`, `kept_beside`: what puts arrays there, and says what a document writes for them.
Implements: `specs/linkdata-1.0.md`, section "Changes in memory".
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkdata.graph.edited import Keep
from linkdata.graph.stores import CHUNKS, DTYPE, SHAPE, SUFFIX

if TYPE_CHECKING:
    from linkdata.store.protocols import WritableStore


def kept_in(store: WritableStore) -> Keep:
    """What keeps arrays in a store."""
    from linkdata.arrays.adding import add_array

    def keep(array: Any) -> dict[str, Any]:
        entry = add_array(array, store)
        return {CHUNKS: str(entry.digest), DTYPE: entry.dtype, SHAPE: list(entry.shape)}

    return keep


def kept_beside(path: Path) -> Keep:
    """What keeps arrays in the store of the document at a path, which is made if need be."""

    def keep(array: Any) -> dict[str, Any]:
        from linkdata.store.folder import FolderStore

        store = FolderStore(path.with_name(path.name + SUFFIX))
        entry = kept_in(store)(array)
        store.flush()  # before a document names it
        return entry

    return keep
