"""Verified arrays: datasets of files that must be what a document says.

Takes: a dataset, the digest that was declared for it, and stores that may have the manifest.
Gives: `VerifiedArray`, whose every read checks the chunks that it touches.
Implements: `specs/linkdata-1.0.md`, section "Verified sources".

With the manifest at hand only the chunks of a read are looked at. Without it all of the dataset is
gone through on the first read: as it lies, which is cheap, and decoded if that is not what the
digest is of. From then on the chunks are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from threading import RLock
from typing import TYPE_CHECKING, Any

from linkdata.arrays.adding import Depth, add_array
from linkdata.arrays.chunked import ChunkedArray, read_manifest
from linkdata.arrays.chunking import Chunked, HasChunks
from linkdata.arrays.over import OverDataset
from linkdata.arrays.protocols import Dataset, Index
from linkdata.errors import DigestMismatchError, LinkdataError, StoreMissingError, error
from linkdata.spans import Span
from linkdata.store.digests import Digest
from linkdata.store.protocols import ReadableStore

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DEPTHS: tuple[Depth, ...] = ("stored", "content")  # the cheap one first


class VerifiedArray(OverDataset):
    """The values of a dataset, verified. Safe to use from several threads."""

    __slots__ = ("_chunked", "_lock", "_span", "_stores", "digest")

    def __init__(
        self,
        dataset: Dataset,
        digest: Digest,
        stores: Sequence[ReadableStore] = (),
        span: Span | None = None,
    ) -> None:
        """Read nothing yet. `digest` is the content or the stored digest of the array; `span` is
        where it is written."""
        super().__init__(dataset)
        self.digest = digest
        self._stores = tuple(stores)
        self._span = span
        self._chunked: ChunkedArray | None = None
        self._lock = RLock()

    def __getitem__(self, index: Index, /) -> Any:
        try:
            found = self.verified()[index]
        except DigestMismatchError as problem:
            raise self._placed(problem) from problem
        # The dataset has the byte order of its file, so that is what indexing gives.
        is_array = hasattr(found, "dtype") and found.dtype.kind in "iufcV" and found.ndim
        return found.astype(self.dtype, copy=False) if is_array else found

    def verified(self) -> ChunkedArray:
        """The array by its manifest.

        Raises `DigestMismatchError` (`digest-mismatch`) for a dataset that has not the digest, and
        what reading it raises.
        """
        with self._lock:
            if self._chunked is None:
                self._chunked = self._by_manifest() or self._by_reading()
            return self._chunked

    def opened_chunks(self) -> AbstractContextManager[Chunked]:
        """Its chunks, verified; see `linkdata.arrays.chunking.HasChunks`."""
        return self.verified().opened_chunks()

    def verify(self) -> None:
        """Check all chunks. Raises what `verified` raises."""
        with self._lock:
            known = self._chunked or self._by_manifest()
            if known is None:
                self._chunked = self._by_reading()
                return
            self._chunked = known
        try:
            known.verify()
        except DigestMismatchError as problem:
            raise self._placed(problem) from problem

    def _by_manifest(self) -> ChunkedArray | None:
        try:
            found = read_manifest(self.digest, self._stores, self.dataset.place)
        except StoreMissingError:
            return None
        return self._array(found)

    def _by_reading(self) -> ChunkedArray:
        for depth in _DEPTHS:
            found = add_array(self.dataset, digest=depth, by=self.digest.algorithm)
            if self.digest in (found.manifest.content, found.manifest.stored):
                return self._array(found.manifest)
        raise DigestMismatchError(
            error(
                "digest-mismatch",
                f"`{self.dataset.place}` has the digest {found.digest}, declared is {self.digest}",
                self._span, hint="it is another file, or it was changed",
                place=self.dataset.place,
            )
        )  # fmt: skip

    def _array(self, manifest: Any) -> ChunkedArray:
        assert isinstance(self.dataset, HasChunks)
        return ChunkedArray(manifest, fallback=[self.dataset], place=self.dataset.place)

    def _placed(self, problem: LinkdataError) -> LinkdataError:
        """The same error, at the digest."""
        return type(problem)(
            [replace(one, span=one.span or self._span) for one in problem.diagnostics]
        )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        import numpy

        return numpy.asarray(self[...], dtype=dtype)

    def __repr__(self) -> str:
        return f"VerifiedArray({self.dataset!r}, {self.digest})"
