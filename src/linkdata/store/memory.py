"""A store in memory: for tests, and for what is not to outlive the process.

Takes: object files with their digests.
Gives: `MemoryStore`, a `CollectableStore`.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from linkdata.store import contents
from linkdata.store.digests import Digest
from linkdata.store.framing import Fresh
from linkdata.store.protocols import KINDS, Kind


class MemoryStore:
    """A dictionary of object files. Threads may share it."""

    def __init__(self, name: str = "memory") -> None:
        self._name = name
        self._objects: dict[Kind, dict[Digest, tuple[bytes, float]]] = {kind: {} for kind in KINDS}
        self._aside: dict[Kind, list[tuple[Digest, bytes, float]]] = {kind: [] for kind in KINDS}
        self._guard = threading.RLock()

    @property
    def name(self) -> str:
        """The name that it was given."""
        return self._name

    def get(self, kind: Kind, digest: Digest, /) -> bytes:
        """The whole object file. Raises `StoreMissingError`."""
        return self._found(kind, digest)[0]

    def has(self, kind: Kind, digest: Digest, /) -> bool:
        """Whether there is an object of this digest."""
        return digest in self._objects[kind]

    def size(self, kind: Kind, digest: Digest, /) -> int:
        """How many bytes the object file has. Raises `StoreMissingError`."""
        return len(self._found(kind, digest)[0])

    def list(self, kind: Kind, /) -> Iterator[Digest]:
        """The digests of all objects of a kind."""
        return iter(list(self._objects[kind]))

    def age(self, kind: Kind, digest: Digest, /) -> float:
        """Seconds since an object was put or refreshed. Raises `StoreMissingError`."""
        return time.monotonic() - self._found(kind, digest)[1]

    def put(self, kind: Kind, digest: Digest, data: bytes | Fresh, /) -> bool:
        """Keep an object file; whether it is new. One that is there is verified and kept.

        Raises `StoreCorruptError`, `StoreMissingError` as a `FolderStore` does.
        """
        mentioned = set(contents.check_new(kind, digest, data, self.name))
        with self._guard:
            for chunk in mentioned - self._objects["chunks"].keys():
                raise contents.missing("chunks", chunk, self.name)
            objects = self._objects[kind]
            kept = objects.get(digest)
            if kept is not None and not contents.is_good(kind, digest, kept[0]):
                self._aside[kind].append((digest, *kept))
                objects[digest] = (bytes(data), time.monotonic())
                return False
            objects[digest] = (kept[0] if kept else bytes(data), time.monotonic())
            return kept is None

    def flush(self) -> None:
        """Nothing is durable, and nothing can be made so."""

    def refresh(self, kind: Kind, digest: Digest, /) -> None:
        """Make an object new again. None is no error."""
        with self._guard:
            kept = self._objects[kind].get(digest)
            if kept is not None:
                self._objects[kind][digest] = (kept[0], time.monotonic())

    def quarantine(self, kind: Kind, digest: Digest, /) -> None:
        """Put an object aside if it is corrupt."""
        with self._guard:
            kept = self._objects[kind].get(digest)
            if kept is not None and not contents.is_good(kind, digest, kept[0], deep=True):
                self._aside[kind].append((digest, *kept))
                del self._objects[kind][digest]

    def quarantined(self, kind: Kind, digest: Digest, /) -> Iterator[bytes]:
        """The corrupt object files that were put aside under a digest."""
        return iter([data for found, data, _ in self._aside[kind] if found == digest])

    def in_quarantine(self, kind: Kind, /) -> set[Digest]:
        """The digests of all corrupt objects that were put aside."""
        return {digest for digest, _, _ in self._aside[kind]}

    def delete(self, kind: Kind, digest: Digest, /) -> None:
        """Remove an object. One that is not there is no error."""
        with self._guard:
            self._objects[kind].pop(digest, None)

    def sweep(self, grace: float, /) -> int:
        """There is nothing that was begun and not finished."""
        return 0

    def forget(self, kind: Kind, digest: Digest, grace: float, /) -> int:
        """Remove what was put aside under a digest and is older than `grace` seconds."""
        limit = time.monotonic() - grace
        aside = self._aside[kind]
        self._aside[kind] = [found for found in aside if found[0] != digest or found[2] > limit]
        return len(aside) - len(self._aside[kind])

    @contextmanager
    def lock(self, *, exclusive: bool = False) -> Iterator[None]:
        """Hold the store. Each call is whole in itself, so that holding together needs nothing."""
        if not exclusive:
            yield
            return
        with self._guard:
            yield

    def _found(self, kind: Kind, digest: Digest) -> tuple[bytes, float]:
        try:
            return self._objects[kind][digest]
        except KeyError:
            raise contents.missing(kind, digest, self.name) from None
