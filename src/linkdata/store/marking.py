"""What a store's manifests name: the chunks that belong to arrays.

Takes: a store; texts that name arrays by their digests.
Gives: `mentions`, the digests in a text; `Marks`, what is reachable from manifests.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from linkdata.errors import DocumentError
from linkdata.store import contents
from linkdata.store.digests import Digest
from linkdata.store.protocols import ReadableStore

_DIGEST = re.compile(r"(?<![\w-])[a-z][a-z0-9-]*:[0-9a-f]{32,}(?![\w-])")


def mentions(text: str) -> Iterator[Digest]:
    """Every digest that stands in a text, wherever and whatever it is of.

    A text is not read as a document for this: what it mentions in a comment is kept as well, which
    is the safe side.
    """
    for found in _DIGEST.finditer(text):
        try:
            yield Digest.parse(found[0])
        except DocumentError:  # it only looks like one
            continue


def chunks_of(store: ReadableStore, manifest: Digest) -> tuple[Digest, ...]:
    """The chunks that a manifest of a store names, each once.

    Raises `StoreMissingError`, `StoreCorruptError`, `StoreError`.
    """
    return contents.check("manifests", manifest, store.get("manifests", manifest), store.name)


class Marks:
    """The chunks that manifests name, as they are added."""

    def __init__(self, store: ReadableStore) -> None:
        self._store = store
        self.manifests: set[Digest] = set()
        self.chunks: set[Digest] = set()

    def add(self, manifests: Iterable[Digest]) -> None:
        """Mark manifests and their chunks. Raises what `chunks_of` raises."""
        for manifest in manifests:
            if manifest not in self.manifests:
                self.chunks.update(chunks_of(self._store, manifest))
                self.manifests.add(manifest)
