"""Arrays in chunks that are named by their content.

Takes: a manifest, and stores or files that have its chunks.
Gives: `ChunkedArray`, a lazy array whose chunks are verified on every read; `read_manifest`.
Implements: `specs/linkdata-1.0.md`, section "Reading chunks".

Only the chunks that an index touches are read, several at a time. The last few that were decoded
are kept, so that reading row by row does not decode a chunk for each row.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple

from linkdata.arrays.assembling import assembled, over
from linkdata.arrays.base import ArrayBase, scalar
from linkdata.arrays.chunking import Chunked, HasChunks, Raw
from linkdata.arrays.fetching import Fetching, InFile, InStore, Place, put_aside
from linkdata.arrays.hdf5.selection import Plan, plan
from linkdata.arrays.protocols import Index
from linkdata.errors import DocumentError, StoreCorruptError, StoreMissingError, UsageError, error
from linkdata.spans import Span
from linkdata.store import manifest as manifests
from linkdata.store.codecs import Codec
from linkdata.store.digests import Digest
from linkdata.store.kinds import Element
from linkdata.store.manifest import Manifest, Storage
from linkdata.store.packing import Packing
from linkdata.store.protocols import ReadableStore

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

_KEPT = 16 << 20  # bytes of decoded chunks that an array keeps


@dataclass(frozen=True, slots=True)
class Declared:
    """What a document says of an array whose chunks are in a store; `None` where it does not."""

    element: Element | None = None
    shape: tuple[int, ...] | None = None
    span: Span | None = None

    def check(self, manifest: Manifest) -> None:
        """Raise `DocumentError` (`chunks-invalid`) unless the array is that."""
        for what, said, is_so in (
            ("dtype", self.element, manifest.element),
            ("shape", self.shape, manifest.shape),
        ):
            if said is not None and said != is_so:
                shown = [x.name if isinstance(x, Element) else list(x) for x in (said, is_so)]
                raise DocumentError(
                    error(
                        "chunks-invalid",
                        f"the array {manifest.digest} has the {what} {shown[1]}, not {shown[0]}",
                        self.span, hint=f"correct the {what} or leave it out",
                    )
                )  # fmt: skip


class RawChunk(NamedTuple):
    """A chunk as it lies: with the same codecs and packing, it can be moved without decoding."""

    payload: bytes | memoryview
    codecs: tuple[Codec, ...]
    mask: int
    packing: Packing


class ChunkedArray(ArrayBase):
    """An array by its manifest. Safe to use from several threads."""

    __slots__ = ("_declared", "_kept", "_lock", "_manifest", "_read", "digest", "place", "places")

    def __init__(
        self,
        manifest: Manifest | Callable[[], Manifest],
        *stores: ReadableStore,
        fallback: Sequence[HasChunks] = (),
        digest: Digest | None = None,
        declared: Declared | None = None,
        place: str | None = None,
    ) -> None:
        """Read nothing yet.

        Instead of a manifest, what reads it may be given, with its `digest`. Until then the array
        is what it was `declared` to be; that is compared when the manifest is read. Chunks come
        from the first of the `stores` that has them, then from the arrays in `fallback` that have
        the same content. `place` is what messages call the array.
        """
        self._manifest = manifest if isinstance(manifest, Manifest) else None
        self._read = None if isinstance(manifest, Manifest) else manifest
        found = self._manifest.digest if self._manifest is not None else digest
        assert found is not None, "a manifest that was not read needs its digest"
        self.digest = found
        files = [InFile(array, str(getattr(array, "place", "a file"))) for array in fallback]
        self.places: tuple[Place, ...] = (*map(InStore, stores), *files)
        self.place = place or f"the array {found}"
        self._declared = declared or Declared()
        self._kept: OrderedDict[int, NDArray[Any]] = OrderedDict()
        self._lock = RLock()

    @property
    def manifest(self) -> Manifest:
        """The manifest, read now if it was not yet.

        Raises `StoreError`, and `DocumentError` (`chunks-invalid`) for an array that is not what
        it was declared to be.
        """
        with self._lock:
            if self._manifest is None:
                assert self._read is not None
                found = self._read()
                self._declared.check(found)
                self._manifest = found
            return self._manifest

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes; `()` for a scalar."""
        declared = self._declared.shape
        return self.manifest.shape if declared is None else declared

    @property
    def element(self) -> Element:
        """What the elements are."""
        return self._declared.element or self.manifest.element

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """The dtype of what indexing gives; object for strings and ragged values."""
        return self.element.dtype

    @property
    def chunks(self) -> tuple[int, ...]:
        """The shape of a chunk."""
        return self.manifest.grid

    @property
    def described(self) -> dict[str, Any]:
        """What a document writes for the array."""
        return {
            "chunks": str(self.digest),
            "dtype": self.element.name,
            "shape": list(self.shape),
        }

    @property
    def value(self) -> ChunkedArray:
        """The array itself: what a document writes as `value`."""
        return self

    def __getitem__(self, index: Index, /) -> Any:
        if isinstance(index, str):
            return self._field(index)
        planned = plan(index, self.shape, self.chunks)
        block = self._block(planned)
        if self.shape:
            return block[planned.pick]
        return block if index is Ellipsis else scalar(block)

    def raw(self, index: int) -> RawChunk | None:
        """A chunk as it lies, verified; `None` for one that was never written.

        Raises `StoreError`, `SourceError`, `RetrievalError`.
        """
        how = self.manifest.storage
        if how is not None and not how.sizes[index]:
            return None
        with self._fetching() as fetch:
            form, data, _ = fetch(index)
        return RawChunk(data, form.pipeline.codecs, form.pipeline.mask, form.packing)

    @contextmanager
    def opened_chunks(self) -> Iterator[Chunked]:
        """Its chunks, verified; see `linkdata.arrays.chunking.HasChunks`."""
        with self._fetching() as fetch:
            yield _Chunks(self.place, self.manifest, fetch)

    def verify(self) -> None:
        """Read every chunk, and check its digest; nothing is decoded where it need not be.

        Raises `StoreError`, `SourceError`, `RetrievalError` for the first that is wrong.
        """
        with self._fetching() as fetch:
            over(lambda index: len(fetch(index).data), range(len(self.manifest)))

    def _field(self, name: str) -> Any:
        if name not in (self.dtype.names or ()):
            raise UsageError(error("usage", f"there is no field `{name}`", place=self.place))
        return self[...][name]

    def _block(self, planned: Plan) -> NDArray[Any]:
        """The block of a plan."""
        manifest = self.manifest
        with self._fetching() as fetch:
            return assembled(
                planned,
                manifest.shape,
                manifest.grid,
                self.dtype,
                lambda index: self._values(index, fetch),
            )

    def _values(self, index: int, fetch: Fetching) -> NDArray[Any]:
        """The elements of a chunk, perhaps from those that are kept."""
        with self._lock:
            kept = self._kept.get(index)
            if kept is not None:
                self._kept.move_to_end(index)
                return kept
        values = fetch(index).values()
        if values.nbytes <= _KEPT // 2:
            with self._lock:
                self._kept[index] = values
                size = sum(one.nbytes for one in self._kept.values())
                while size > _KEPT:
                    size -= self._kept.popitem(last=False)[1].nbytes
        return values

    @contextmanager
    def _fetching(self) -> Iterator[Fetching]:
        with ExitStack() as stack:
            yield Fetching(self.manifest, self.places, stack)

    def __repr__(self) -> str:
        return f"ChunkedArray({self.digest}, shape={self.shape}, dtype={self.dtype})"


class _Chunks:
    """The chunks of a manifest, as they lie in the places that have them."""

    def __init__(self, place: str, manifest: Manifest, fetch: Fetching) -> None:
        how = manifest.storage or Storage("", ())
        self.place = place
        self.element, self.shape, self.grid = manifest.element, manifest.shape, manifest.grid
        self.packing, self.codecs, self.padded = how.packing, how.codecs, how.padded
        self._sizes = how.sizes
        self._fetch = fetch

    def written(self, index: int) -> bool:
        """Whether the file that the manifest is of has bytes for a chunk."""
        return bool(self._sizes[index])

    def raw(self, index: int) -> Raw | None:
        """A chunk as it lies, if that is how the manifest says."""
        form, data, _ = self._fetch(index)
        padded = form.padded == self.grid if self.padded else form.padded == form.shape
        if (form.packing, form.pipeline.codecs) != (self.packing, self.codecs) or not padded:
            return None
        return Raw(bytes(data), form.pipeline.mask)

    def values(self, index: int) -> NDArray[Any]:
        """The elements of a chunk."""
        return self._fetch(index).values()


def read_manifest(digest: Digest, stores: Sequence[ReadableStore], array: str) -> Manifest:
    """The manifest of an array, from the first store that has it, verified.

    Raises `StoreMissingError` (`store-manifest-missing`), `StoreError`.
    """
    for store in stores:
        try:
            data = store.get("manifests", digest)
        except StoreMissingError:
            continue
        try:
            return manifests.opened(data, digest, f"{store.name}:manifest {digest}")
        except StoreCorruptError:
            put_aside(store, "manifests", digest)
            raise
    names = ", ".join(f"`{store.name}`" for store in stores)
    raise StoreMissingError(
        error(
            "store-manifest-missing", f"there is no array {digest} in {names or 'any store'}",
            place=array, hint="name the store with --store, or `store` in linkdata.toml",
        )
    )  # fmt: skip
