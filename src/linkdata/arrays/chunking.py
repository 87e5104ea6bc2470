"""Chunks of an array wherever it is: what digests are worked out from.

Takes: an array.
Gives: the Protocols `Chunked` and `HasChunks`, `Raw`; `chunks_of`, the chunks of any array;
`form_of` and `read_chunk`, one of them.
Implements: `specs/linkdata-1.0.md`, sections "Chunks" and "Manifests".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from linkdata.arrays.protocols import Array
from linkdata.errors import SourceError, StoreError, error
from linkdata.store import codecs
from linkdata.store.codecs import Pipeline
from linkdata.store.elements import element_of
from linkdata.store.grids import Shape, counts, extent, position, region, slab
from linkdata.store.kinds import Damaged, Element, unsupported
from linkdata.store.objects import Form
from linkdata.store.packing import CANONICAL, Packing

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Raw(NamedTuple):
    """A chunk as it lies: its bytes, and the codecs that were not applied to it."""

    payload: bytes
    mask: int


class Chunked(Protocol):
    """The chunks of an array, while what they are in is open. May be used from several threads."""

    @property
    def place(self) -> str:
        """What messages call the array."""

    @property
    def element(self) -> Element:
        """What the elements are."""

    @property
    def shape(self) -> Shape:
        """The lengths of the axes."""

    @property
    def grid(self) -> Shape:
        """The shape of a chunk."""

    @property
    def packing(self) -> Packing:
        """How elements lie in raw chunks, once decoded; `CANONICAL` where there are no raw ones."""

    @property
    def codecs(self) -> tuple[codecs.Codec, ...]:
        """What raw chunks are encoded with."""

    @property
    def padded(self) -> bool:
        """Whether raw chunks at the edge are as large as the others."""

    def written(self, index: int) -> bool:
        """Whether there are bytes for a chunk; the elements of others have the fill value."""

    def raw(self, index: int) -> Raw | None:
        """A chunk that was written, as it lies; `None` where this one lies in another way.

        Only where packing is not `CANONICAL`.
        """

    def values(self, index: int) -> NDArray[Any]:
        """The elements of a chunk, whether it was written or not."""


@runtime_checkable
class HasChunks(Protocol):
    """An array that knows how it is stored."""

    def opened_chunks(self) -> AbstractContextManager[Chunked]:
        """Its chunks. Raises `StoreError` (`store-array-unsupported`) where they hold references
        or have no value, and what reading the array raises."""


@dataclass(frozen=True)
class Slabs:
    """The chunks of an array that is not stored in chunks."""

    array: Array
    element: Element
    shape: Shape
    grid: Shape
    place: str = "an array"
    packing: Packing = CANONICAL
    codecs: tuple[codecs.Codec, ...] = ()
    padded: bool = False

    def written(self, index: int) -> bool:
        """Every chunk has its values."""
        return True

    def raw(self, index: int) -> Raw:
        """There are none."""
        raise AssertionError("what is packed as canonical has no raw chunks")

    def values(self, index: int) -> NDArray[Any]:
        """The elements of a chunk."""
        import numpy

        at = position(index, counts(self.shape, self.grid))
        return numpy.asarray(self.array[region(at, self.shape, self.grid) or ...])


def form_of(chunks: Chunked, index: int, mask: int) -> Form:
    """What a raw chunk is and how it lies."""
    shape = extent(position(index, counts(chunks.shape, chunks.grid)), chunks.shape, chunks.grid)
    block = chunks.grid if chunks.padded else shape
    return Form(chunks.element, shape, chunks.packing, block, Pipeline(chunks.codecs, mask))


def read_chunk(chunks: Chunked, index: int) -> NDArray[Any]:
    """The elements of a chunk: decoded by us where we can, as several threads then may.

    Raises `SourceError` (`source-unreadable`), and what reading raises.
    """
    has_raw = chunks.packing != CANONICAL and chunks.written(index)
    raw = chunks.raw(index) if has_raw else None
    if raw is not None:
        form = form_of(chunks, index, raw.mask)
        if form.pipeline.is_plain:
            try:
                return form.values(raw.payload)
            except Damaged as problem:
                raise undecodable(chunks, index, problem) from problem
    return chunks.values(index)


def undecodable(chunks: Chunked, index: int, problem: Damaged) -> SourceError:
    """The error that a chunk is not what its codecs say."""
    reason = f"chunk {index} cannot be decoded: {problem}"
    return SourceError(error("source-unreadable", reason, place=chunks.place))


@contextmanager
def chunks_of(array: Array | Any, grid: Shape | None = None) -> Iterator[Chunked]:
    """The chunks of an array: as it is stored, or cut by `grid`, or into slabs.

    A grid is for arrays that are not stored in chunks; the others have theirs. Raises `StoreError`
    (`store-array-unsupported`) for what chunks cannot hold, and what reading raises.
    """
    if isinstance(array, HasChunks):
        with array.opened_chunks() as chunks:
            yield chunks
        return
    place = str(getattr(array, "place", "an array"))
    shape = array.shape
    if shape is None:
        raise unsupported("no value at all")
    try:
        found = element_of(array.dtype)
    except StoreError:
        import numpy

        # Only the values can say whether objects are strings.
        found = element_of(array.dtype, numpy.asarray(array))
    cut = grid if grid is not None else slab(shape, found.nominal)
    yield Slabs(array, found, tuple(shape), cut, place)
