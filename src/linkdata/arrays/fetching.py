"""Fetching: the bytes of one chunk, from whichever place has it, verified.

Takes: a manifest, and the places where its chunks may be: stores, and files with the same array.
Gives: `Place`, with `InStore` and `InFile`; `Payload`; `Fetching`, which goes from place to place.
Implements: `specs/linkdata-1.0.md`, section "Reading chunks".

What a store has is verified by its seal, size and stored digest; where that is not the one of the
manifest (the same content under another compression), by its content digest too. What a file has is
verified by the stored digest of the manifest or, where that is another one, by the content digest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

from linkdata.arrays.chunking import Chunked, HasChunks, form_of
from linkdata.errors import (
    DigestMismatchError,
    LinkdataError,
    Related,
    StoreCorruptError,
    StoreError,
    StoreMissingError,
    error,
)
from linkdata.store import canonical, objects
from linkdata.store.digests import Digest, digest_bytes
from linkdata.store.framing import corrupt
from linkdata.store.kinds import Damaged
from linkdata.store.manifest import Manifest
from linkdata.store.objects import Form
from linkdata.store.packing import CANONICAL
from linkdata.store.protocols import Kind, ReadableStore, WritableStore

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Payload(NamedTuple):
    """The bytes of a chunk, verified, how they lie, and the place they came from."""

    form: Form
    data: bytes | memoryview
    place: str

    def values(self) -> NDArray[Any]:
        """The elements; they may not be writable.

        Raises `StoreError` (`store-chunk-corrupt`, `store-codec-unknown`).
        """
        try:
            return self.form.values(self.data)
        except Damaged as problem:
            raise corrupt("chunk", str(problem), self.place) from problem


Fetch: TypeAlias = Callable[[int], Payload]
"""Gives the chunk of a number. Several threads may call it."""


class Place(Protocol):
    """Where the chunks of an array may be."""

    @property
    def name(self) -> str:
        """What messages call it."""

    def opened(self, manifest: Manifest, /) -> AbstractContextManager[Fetch]:
        """What fetches its chunks.

        That raises `StoreMissingError` where the place does not have the chunk, and other
        exceptions where what it has cannot be read, or is not the chunk.
        """


class InStore:
    """The chunks of a store."""

    def __init__(self, store: ReadableStore) -> None:
        self.store = store

    @property
    def name(self) -> str:
        """The name of the store."""
        return self.store.name

    @contextmanager
    def opened(self, manifest: Manifest) -> Iterator[Fetch]:
        """What fetches chunks; a corrupt one is put aside, where the store may be written."""
        yield lambda index: self._fetch(manifest, index)

    def _fetch(self, manifest: Manifest, index: int) -> Payload:
        if manifest.contents is None:
            raise StoreMissingError(
                error("store-chunk-missing", "chunks that nobody decoded are in no store",
                      place=self.name, hint="add the array with its content (`linkdata store add`)")
            )  # fmt: skip
        content = manifest.chunk_content(index)
        place = f"{self.name}:chunk {content}"
        data = self.store.get("chunks", content)
        try:
            found = objects.opened(data, content, place)
            if found.stored != manifest.chunk_stored(index):
                found.verified()
        except StoreCorruptError:
            put_aside(self.store, "chunks", content)
            raise
        return Payload(found.form, found.payload, place)


def put_aside(store: ReadableStore, kind: Kind, digest: Digest) -> None:
    """Put a corrupt object into quarantine, where the store may be written."""
    if isinstance(store, WritableStore):
        with suppress(StoreError):  # that the object is corrupt is what counts
            store.quarantine(kind, digest)


class InFile:
    """The chunks of an array in a file, which should be the one of the manifest."""

    def __init__(self, array: HasChunks, name: str) -> None:
        self.array = array
        self.name = name

    @contextmanager
    def opened(self, manifest: Manifest) -> Iterator[Fetch]:
        """What fetches chunks, while the file is held open.

        Raises `DigestMismatchError` (`digest-mismatch`) for an array of another form.
        """
        with self.array.opened_chunks() as chunks:
            theirs = (chunks.element, chunks.shape, chunks.grid)
            if theirs != (manifest.element, manifest.shape, manifest.grid):
                raise _changed("its dtype, shape or chunks are others", manifest, self.name)
            yield lambda index: self._fetch(chunks, manifest, index)

    def _fetch(self, chunks: Chunked, manifest: Manifest, index: int) -> Payload:
        shape = manifest.chunk_shape(index)
        has_raw = chunks.packing != CANONICAL and chunks.written(index)
        raw = chunks.raw(index) if has_raw else None
        if raw is None:
            found = self._read(chunks, index, shape)
        else:
            form = form_of(chunks, index, raw.mask)
            found = Payload(form, raw.payload, self.name)
            if not form.pipeline.is_plain and not _is_stored(manifest, index, raw.payload):
                found = self._read(chunks, index, shape)
        if not _is_stored(manifest, index, found.data) and not _is_content(manifest, index, found):
            raise _changed(f"chunk {index} has changed", manifest, self.name)
        return found

    def _read(self, chunks: Chunked, index: int, shape: tuple[int, ...]) -> Payload:
        """The elements as the file's library reads them."""
        pieces = chunks.element.encode(chunks.values(index))
        return Payload(Form(chunks.element, shape), b"".join(pieces), self.name)


class Fetching:
    """Fetches chunks from the first place that has them. Places are opened when they are needed."""

    def __init__(self, manifest: Manifest, places: Sequence[Place], stack: ExitStack) -> None:
        """What is opened is closed with the `stack`."""
        self._manifest = manifest
        self._places = places
        self._stack = stack
        self._fetches: dict[int, Fetch] = {}
        self._lock = Lock()

    def __call__(self, index: int) -> Payload:
        """The chunk of a number.

        Raises `StoreCorruptError`, and where all places fail what the only one raises, or
        `StoreMissingError` (`store-chunk-missing`).
        """
        failures: list[LinkdataError] = []
        for number in range(len(self._places)):
            try:
                return self._fetch(number)(index)
            except StoreCorruptError as problem:
                raise self._named(problem, index) from problem
            except LinkdataError as problem:
                failures.append(problem)
        if len(failures) == 1 and not isinstance(failures[0], StoreMissingError):
            raise failures[0]
        raise self._missing(index, failures)

    def _fetch(self, number: int) -> Fetch:
        with self._lock:
            if number not in self._fetches:
                place = self._places[number]
                self._fetches[number] = self._stack.enter_context(place.opened(self._manifest))
            return self._fetches[number]

    def _named(self, problem: StoreCorruptError, index: int) -> StoreCorruptError:
        """The same error, with the array and the chunk's number."""
        first = problem.diagnostic
        message = f"chunk {index} of the array {self._manifest.digest}: {first.message}"
        return StoreCorruptError(error(first.code, message, place=first.place, hint=first.hint))

    def _missing(self, index: int, failures: list[LinkdataError]) -> StoreMissingError:
        manifest = self._manifest
        name = f" ({manifest.chunk_content(index)})" if manifest.contents is not None else ""
        return StoreMissingError(
            error(
                "store-chunk-missing",
                f"chunk {index}{name} of the array {manifest.digest} is nowhere to be had",
                place=", ".join(place.name for place in self._places) or None,
                related=[Related(str(one.diagnostic)) for one in failures],
                hint="get it from another store or its source (`linkdata store repair --from`)",
            )
        )  # fmt: skip


def _is_stored(manifest: Manifest, index: int, data: bytes | memoryview) -> bool:
    """Whether the manifest says that the chunk is stored as these bytes."""
    stored = manifest.chunk_stored(index)
    return stored is not None and digest_bytes(data, by=stored.algorithm) == stored


def _is_content(manifest: Manifest, index: int, found: Payload) -> bool:
    """Whether these bytes decode to the content of the chunk."""
    expected = manifest.chunk_expected(index)
    if expected is None:
        return False
    form = found.form
    try:
        pieces = form.pieces(found.data)
    except Damaged:
        return False
    made = canonical.content_digest(form.element, form.shape, pieces, expected.algorithm)
    return made == expected


def _changed(reason: str, manifest: Manifest, name: str) -> DigestMismatchError:
    return DigestMismatchError(
        error(
            "digest-mismatch", f"`{name}` is not the array {manifest.digest}: {reason}", place=name,
            hint="it is another file, or it was changed",
        )
    )  # fmt: skip
