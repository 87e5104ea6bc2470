"""Adding: the digests of an array, and its chunks into a store. All cores are used.

Takes: any array, and a store to put it in, or none.
Gives: `add_array`; `ArrayEntry`, what a document says of the array.
Implements: `specs/linkdata-1.0.md`, sections "Chunks" and "Manifests".

Chunks are kept as they were found, still compressed. On each core a thread reads, decodes, hashes
and writes one at a time, and none of that holds the interpreter's lock. Other threads wait for the
disk, or for the network: it takes milliseconds until a file is durable. Only so many chunks are in
memory. Chunks are put first, the manifest last.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, NamedTuple, TypeAlias

from linkdata.arrays.chunking import Chunked, Raw, chunks_of, form_of, undecodable
from linkdata.arrays.putting import Putting
from linkdata.errors import LinkdataError, UsageError, error
from linkdata.store import canonical, manifest
from linkdata.store.digests import Digest, digest_bytes
from linkdata.store.grids import Shape, counts, extent, number_of_chunks, position
from linkdata.store.kinds import Buffer, Damaged
from linkdata.store.manifest import MAX_CHUNKS, Manifest, Storage
from linkdata.store.objects import Form, placed
from linkdata.store.packing import CANONICAL
from linkdata.store.parallel import cores, every
from linkdata.store.protocols import CollectableStore, WritableStore

Depth: TypeAlias = Literal["content", "stored"]
Progress: TypeAlias = Callable[[int, int], None]
"""Told after each chunk: how many are done, of how many."""


@dataclass(frozen=True)
class ArrayEntry:
    """An array whose digests are known.

    `digest` is what a document names it by: the content digest, or the stored one where that alone
    was asked for. `new_chunks` and `new_bytes` are what the store did not have before.
    """

    manifest: Manifest
    digest: Digest
    new_chunks: int = 0
    new_bytes: int = 0

    @property
    def dtype(self) -> Any:
        """The element's name, as in a manifest."""
        return self.manifest.element.name

    @property
    def described(self) -> dict[str, Any]:
        """What a document writes for the array when its chunks are in a store."""
        return {"chunks": str(self.digest), "dtype": self.dtype, "shape": list(self.shape)}

    @property
    def shape(self) -> Shape:
        """The lengths of the axes."""
        return self.manifest.shape

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return len(self.manifest)


def _unheard(done: int, total: int) -> None:
    """Progress that nobody asked for."""


class _Done(NamedTuple):
    """What became of one chunk."""

    content: str
    stored: str
    size: int
    mask: int


def add_array(
    array: Any,
    store: WritableStore | None = None,
    *,
    digest: Depth = "content",
    by: str = "blake3",
    grid: Shape | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
) -> ArrayEntry:
    """Work out the digests of an array, and put its chunks and manifest into a store, if given.

    With `digest="stored"` only the manifest is put, which names the chunks of a file that keeps
    them, and nothing is decoded but what has no raw chunks. `by` is the algorithm; `grid` cuts an
    array that is not stored in chunks, otherwise slabs of at most 1 MiB do. `threads` is the number
    of cores unless given, and some more that wait for the store. `progress` is called from one
    thread at a time.

    Raises `StoreError` (`store-array-unsupported` for references and the like,
    `store-unwritable`), and what reading the array raises.
    """
    if digest not in ("content", "stored"):
        raise UsageError(error("usage", f"`{digest}` is neither `content` nor `stored`"))
    with chunks_of(array, grid) as chunks:
        if number_of_chunks(chunks.shape, chunks.grid) > MAX_CHUNKS:
            raise UsageError(error("usage", "the grid cuts the array into too many chunks"))
        with ExitStack() as held:
            if isinstance(store, CollectableStore):
                # Once, and not for each chunk; who wants to collect waits.
                held.enter_context(store.lock())
            adding = _Adding(chunks, digest, by)
            if store is None or digest == "stored":
                found = adding.run(threads or cores(), progress)
            else:
                size = prod(chunks.grid) * chunks.element.nominal
                with Putting.into(store, size) as adding.putting:
                    found = adding.run(threads or cores(), progress)
            made = adding.manifest(found)
            if store is not None:
                store.put("manifests", made.digest, manifest.sealed(made))
    putting = adding.putting
    new = (putting.new_chunks, putting.new_bytes) if putting is not None else (0, 0)
    return ArrayEntry(made, made.digest, *new)


class _Adding:
    """The chunks of one array, on their way."""

    def __init__(self, chunks: Chunked, depth: Depth, by: str) -> None:
        self.chunks = chunks
        self.by = by
        self.putting: Putting | None = None
        self.has_raw = chunks.packing != CANONICAL
        self.decodes = depth == "content"
        self._counts = counts(chunks.shape, chunks.grid)
        self._filled: dict[Shape, _Done] = {}
        self._forms: dict[tuple[Shape, int], Form] = {}
        self._plain: dict[Shape, Form] = {}

    def run(self, threads: int, progress: Progress | None) -> list[_Done]:
        """All chunks, in order."""
        total = number_of_chunks(self.chunks.shape, self.chunks.grid)
        told = progress or _unheard
        return every(self._chunk, range(total), threads, lambda done: told(done, total))

    def manifest(self, found: list[_Done]) -> Manifest:
        """The manifest of all chunks."""
        chunks = self.chunks
        storage = Storage(
            "".join(one.stored for one in found),
            tuple(one.size for one in found),
            chunks.packing,
            chunks.codecs,
            chunks.padded,
            {index: one.mask for index, one in enumerate(found) if one.mask},
        )
        contents = "".join(one.content for one in found) if self.decodes else None
        return Manifest(chunks.element, chunks.shape, chunks.grid, contents, storage, self.by)

    def _chunk(self, index: int) -> _Done:
        chunks = self.chunks
        try:
            if self.has_raw and chunks.written(index):
                raw = chunks.raw(index)
                return self._values(index) if raw is None else self._raw(index, raw)
            return self._unwritten(index) if self.has_raw else self._values(index)
        except LinkdataError as problem:
            raise placed(problem, chunks.place) from problem

    def _raw(self, index: int, raw: Raw) -> _Done:
        """A chunk that is kept as it lies."""
        stored = digest_bytes(raw.payload, by=self.by)
        content = ""
        if self.decodes:
            form = self._form(index, raw.mask)
            if form.pipeline.is_plain:
                found = self._decoded(form, index, raw.payload)
                self._keep(found, form, raw.payload, stored)
            else:
                found = self._through_library(index, form, raw.payload, stored)
            content = found.hex
        return _Done(content, stored.hex, len(raw.payload), raw.mask)

    def _decoded(self, form: Form, index: int, payload: Buffer) -> Digest:
        """The content of a chunk that we decode; its bytes are gone when this returns."""
        try:
            return self._content(form, form.pieces(payload))
        except Damaged as problem:
            raise undecodable(self.chunks, index, problem) from problem

    def _through_library(self, index: int, form: Form, payload: bytes, stored: Digest) -> Digest:
        """The content of a chunk that we cannot decode ourselves, as its file's library reads it.

        It is kept as it lies only if it can be decoded out of its file too.
        """
        pieces = self.chunks.element.encode(self.chunks.values(index))
        content = self._content(form, pieces)
        if self.putting is None:
            return content
        try:
            alone = self._content(form, form.pieces(payload)) == content
        except (Damaged, LinkdataError):
            alone = False
        if alone:
            self._keep(content, form, payload, stored)
        else:
            self._keep_values(content, form.shape, pieces)
        return content

    def _unwritten(self, index: int) -> _Done:
        """A chunk of fill values, which is worked out once for each shape."""
        shape = self._shape(index)
        done = self._filled.get(shape)
        if done is None:
            found = self._values(index)
            # There are no bytes to digest.
            done = self._filled[shape] = found._replace(stored=found.content, size=0)
        return done

    def _values(self, index: int) -> _Done:
        """A chunk without bytes of its own: its elements are kept in their canonical form."""
        shape = self._shape(index)
        pieces = self.chunks.element.encode(self.chunks.values(index))
        content = canonical.content_digest(self.chunks.element, shape, pieces, self.by)
        stored = digest_bytes(*pieces, by=self.by)
        self._keep_values(content, shape, pieces)
        return _Done(content.hex, stored.hex, sum(map(len, pieces)), 0)

    def _keep_values(self, content: Digest, shape: Shape, pieces: list[Buffer]) -> None:
        if self.putting is not None:
            form = self._plain.setdefault(shape, Form(self.chunks.element, shape))
            self._keep(content, form, b"".join(pieces), None)

    def _keep(self, content: Digest, form: Form, payload: Buffer, stored: Digest | None) -> None:
        if self.putting is not None:
            self.putting.chunk(content, form, payload, stored)

    def _content(self, form: Form, pieces: list[Buffer]) -> Digest:
        return canonical.content_digest(form.element, form.shape, pieces, self.by)

    def _form(self, index: int, mask: int) -> Form:
        key = (self._shape(index), mask)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = form_of(self.chunks, index, mask)
        return form

    def _shape(self, index: int) -> Shape:
        return extent(position(index, self._counts), self.chunks.shape, self.chunks.grid)
