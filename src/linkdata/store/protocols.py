"""What a store of chunks is to the rest of linkdata.

Takes: nothing.
Gives: the Protocols `ReadableStore`, `WritableStore`, `StagingStore` and `CollectableStore`, and
`Kind`.
Implements: `specs/linkdata-1.0.md`, section "Chunk store".

A store holds object files by the digest of what they mean: `chunks` (see `objects`) by the content
digest of the chunk, `manifests` (see `manifest`) by the digest of the array. What a store gives
back is not yet verified: `objects.opened` and `manifest.opened` do that, so that every kind of
store is checked in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from linkdata.store.digests import Digest
from linkdata.store.framing import Fresh

Kind: TypeAlias = Literal["chunks", "manifests"]
"""What an object file holds."""

KINDS: tuple[Kind, ...] = ("chunks", "manifests")
"""All kinds, in the order in which they are to be written."""


@runtime_checkable
class ReadableStore(Protocol):
    """A store to read from. Reading never writes."""

    @property
    def name(self) -> str:
        """What messages call it: its folder or URL."""

    def get(self, kind: Kind, digest: Digest, /) -> bytes:
        """The whole object file.

        Raises `StoreMissingError` where there is none, `StoreError` (`store-unreadable`) where it
        cannot be read.
        """

    def has(self, kind: Kind, digest: Digest, /) -> bool:
        """Whether there is an object of this digest. Its bytes are not looked at."""

    def size(self, kind: Kind, digest: Digest, /) -> int:
        """How many bytes the object file has. Raises what `get` raises."""

    def list(self, kind: Kind, /) -> Iterator[Digest]:
        """The digests of all objects of a kind, in no order."""


@runtime_checkable
class WritableStore(ReadableStore, Protocol):
    """A store to write to."""

    def put(self, kind: Kind, digest: Digest, data: bytes | Fresh, /) -> bool:
        """Keep an object file; whether it is new. One that is there is verified and kept.

        A manifest is kept only when its chunks that were put before are durable.
        Raises `StoreError` (`store-unwritable`).
        """

    def flush(self) -> None:
        """Make all that was put durable, also chunks that no manifest names.

        Raises `StoreError` (`store-unwritable`).
        """

    def quarantine(self, kind: Kind, digest: Digest, /) -> None:
        """Put an object aside whose bytes are not what they should be; never delete it.

        One that is not there, or a store that is for reading only, is no error.
        """

    def refresh(self, kind: Kind, digest: Digest, /) -> None:
        """Make an object new again, so that a collection under way leaves it, and durable as `put`
        does. None is no error."""


@runtime_checkable
class StagingStore(WritableStore, Protocol):
    """A store that puts an object in two steps, of which the second one waits for the disk."""

    def stage(self, kind: Kind, digest: Digest, data: bytes | Fresh, /) -> Callable[[], bool]:
        """Begin to keep an object file.

        What is given does the rest of `put`, and says whether the object is new; it must be called
        once, from any thread. Hold the store meanwhile (`lock`), and leave the bytes as they are.
        Both raise what `put` raises.
        """


@runtime_checkable
class CollectableStore(WritableStore, Protocol):
    """A store from which what nothing mentions can be removed."""

    def delete(self, kind: Kind, digest: Digest, /) -> None:
        """Remove an object. One that is not there is no error."""

    def age(self, kind: Kind, digest: Digest, /) -> float:
        """Seconds since an object was put or refreshed. Raises what `get` raises."""

    def lock(self, *, exclusive: bool = False) -> AbstractContextManager[None]:
        """Hold the store: exclusively to collect, or together with others to write."""

    def sweep(self, grace: float, /) -> int:
        """Remove what writers that died left unfinished, older than `grace` seconds; how many.

        To be called with the store held exclusively.
        """

    def in_quarantine(self, kind: Kind, /) -> set[Digest]:
        """The digests of all corrupt objects that were put aside."""

    def quarantined(self, kind: Kind, digest: Digest, /) -> Iterator[bytes]:
        """The corrupt object files that were put aside under a digest."""

    def forget(self, kind: Kind, digest: Digest, grace: float, /) -> int:
        """Remove what was put aside under a digest and is older than `grace` seconds; how many.

        To be called with the store held exclusively.
        """
