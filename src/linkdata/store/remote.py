"""A store in a bucket or on a web server.

Takes: a URL, or an object store of the library obstore.
Gives: `RemoteStore`, a `CollectableStore`; it needs the extra `linkdata[remote]`.
Implements: `specs/linkdata-1.0.md`, section "Stores in buckets and on web servers".

An object appears there at once and whole, or not at all, so nothing has a temporary name. Two
writers are kept apart by conditional puts. Nobody is told the time by an old object: what a writer
counts on is kept by its lock (`remote_locks`), which a collection waits for.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Self

from linkdata.errors import StoreError, error
from linkdata.store import contents, layout
from linkdata.store.digests import Digest
from linkdata.store.framing import Fresh
from linkdata.store.protocols import Kind
from linkdata.store.remote_calls import Bucket
from linkdata.store.remote_locks import RemoteLocks


class RemoteStore:
    """A store in a bucket (`s3:`, `gs:`, `az:`) or on a web server (`https:`, for reading only).

    Use it in a `with`, or `close` it, so that its lock is let go of; a lock that is left behind
    ends by itself after a while. Threads may share it.
    """

    def __init__(self, bucket: Any, name: str, *, writable: bool = True) -> None:
        self._bucket = Bucket(bucket, name)
        self._name = name
        self._writable = writable
        self._locks = RemoteLocks(self._bucket)
        self._guard = threading.Lock()
        self._recorded = False
        self._put: set[Digest] = set()

    @property
    def name(self) -> str:
        """The URL."""
        return self._name

    def __repr__(self) -> str:
        return f"RemoteStore({self._name!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the writers' lock, if it was taken."""
        self._locks.release()

    # Reading

    def get(self, kind: Kind, digest: Digest, /) -> bytes:
        """The whole object file, not verified. Raises `StoreMissingError`, `StoreError`."""
        self._check_record()
        found = self._bucket.get(layout.object_path(kind, digest))
        if found is None:
            raise contents.missing(kind, digest, self._name)
        return found

    def has(self, kind: Kind, digest: Digest, /) -> bool:
        """Whether there is an object of this digest."""
        self._check_record()
        return self._bucket.head(layout.object_path(kind, digest)) is not None

    def size(self, kind: Kind, digest: Digest, /) -> int:
        """How many bytes the object file has. Raises what `get` raises."""
        size: int = self._head(kind, digest)["size"]
        return size

    def age(self, kind: Kind, digest: Digest, /) -> float:
        """Seconds since an object was put, by the clock of the server."""
        return self._locks.age(self._head(kind, digest)["last_modified"])

    def list(self, kind: Kind, /) -> Iterator[Digest]:
        """The digests of all objects of a kind.

        Raises `StoreError` (`store-unreadable`) for a web server, which has no lists.
        """
        self._check_record()
        for found in self._bucket.list(kind):
            digest = layout.object_digest(found["path"])
            if digest is not None:
                yield digest

    def quarantined(self, kind: Kind, digest: Digest, /) -> Iterator[bytes]:
        """The corrupt object files that were put aside under a digest."""
        for aside, found in self._quarantine(kind):
            if found == digest:
                yield self._bucket.get(aside["path"]) or b""

    def in_quarantine(self, kind: Kind, /) -> set[Digest]:
        """The digests of all corrupt objects that were put aside."""
        return {digest for _, digest in self._quarantine(kind)}

    def _quarantine(self, kind: Kind) -> Iterator[tuple[Any, Digest]]:
        for found in self._bucket.list(f"{layout.QUARANTINE}/{kind}"):
            digest = layout.quarantined_digest(found["path"].rpartition("/")[2])
            if digest is not None:
                yield found, digest

    def _head(self, kind: Kind, digest: Digest) -> Any:
        self._check_record()
        found = self._bucket.head(layout.object_path(kind, digest))
        if found is None:
            raise contents.missing(kind, digest, self._name)
        return found

    def _check_record(self) -> None:
        if self._recorded:
            return
        record = self._bucket.get(layout.RECORD)
        if record is None:
            raise StoreError(
                error(
                    "store-invalid", f"there is no store at <{self._name}>", place=self._name,
                    hint=f"a store has an object {layout.RECORD}; `linkdata store push` makes one",
                )
            )  # fmt: skip
        layout.check_record(record, self._name)
        self._recorded = True

    # Writing

    def put(self, kind: Kind, digest: Digest, data: bytes | Fresh, /) -> bool:
        """Keep an object file; whether it is new.

        One that is there with the same number of bytes is kept: what the server has it has whole.
        Else it is read and verified. Raises what `FolderStore.put` raises.
        """
        mentioned = set(contents.check_new(kind, digest, data, self._name))
        path = layout.object_path(kind, digest)
        self._begin()
        if kind == "manifests":
            self._check_chunks(mentioned)
        new = self._bucket.create(path, bytes(data))
        if not new and not self._is_kept(kind, digest, len(data)):
            self._set_aside(kind, digest)
            self._bucket.replace(path, bytes(data))
        with self._guard:
            if kind == "chunks":
                self._put.add(digest)
            else:
                self._put -= mentioned
        return new

    def flush(self) -> None:
        """What was put is durable already."""

    def refresh(self, kind: Kind, digest: Digest, /) -> None:
        """Hold the writers' lock, which is what keeps a collection away here."""
        self._begin()

    def quarantine(self, kind: Kind, digest: Digest, /) -> None:
        """Put an object aside if it is corrupt. Nothing happens in a store for reading only."""
        if not self._writable:
            return
        data = self._bucket.get(layout.object_path(kind, digest))
        if data is not None and not contents.is_good(kind, digest, data, deep=True):
            self._begin()
            self._set_aside(kind, digest)
            self._bucket.delete(layout.object_path(kind, digest))

    def delete(self, kind: Kind, digest: Digest, /) -> None:
        """Remove an object; hold the store exclusively. One that is not there is no error."""
        self._begin()
        self._bucket.delete(layout.object_path(kind, digest))

    def sweep(self, grace: float, /) -> int:
        """There are no temporary objects; what was put in parts and broken off is the server's."""
        return 0

    def forget(self, kind: Kind, digest: Digest, grace: float, /) -> int:
        """Remove what was put aside under a digest more than `grace` seconds ago."""
        removed = 0
        for aside, found in self._quarantine(kind):
            if found == digest and self._locks.age(aside["last_modified"]) >= grace:
                self._bucket.delete(aside["path"])
                removed += 1
        return removed

    @contextmanager
    def lock(self, *, exclusive: bool = False) -> Iterator[None]:
        """Hold the store: exclusively to collect, or together with others to write.

        Raises `StoreError` (`store-locked`).
        """
        with ExitStack() as held:
            self._begin(locked=exclusive)
            if exclusive:
                held.enter_context(self._locks.alone())
            yield

    def _begin(self, *, locked: bool = False) -> None:
        """Make it a store, and hold it for writing unless it is held already."""
        if not self._writable:
            raise StoreError(
                error(
                    "store-unwritable", f"the store <{self._name}> is open for reading only",
                    place=self._name,
                )
            )  # fmt: skip
        if not self._recorded:
            self._bucket.create(layout.RECORD, layout.record())
            self._check_record()
        if not locked and self._locks.together():
            # A collection may have been here since the last time.
            with self._guard:
                self._put = {digest for digest in self._put if self.has("chunks", digest)}

    def _check_chunks(self, mentioned: set[Digest]) -> None:
        """Raise `StoreMissingError` unless all chunks of a manifest are here."""
        for digest in mentioned - self._put:
            if not self.has("chunks", digest):
                raise contents.missing("chunks", digest, self._name)

    def _is_kept(self, kind: Kind, digest: Digest, size: int) -> bool:
        path = layout.object_path(kind, digest)
        found = self._bucket.head(path)
        if found is not None and found["size"] == size:
            return True
        data = self._bucket.get(path)
        return data is not None and contents.is_good(kind, digest, data)

    def _set_aside(self, kind: Kind, digest: Digest) -> None:
        self._bucket.copy(layout.object_path(kind, digest), layout.quarantine_path(kind, digest))
