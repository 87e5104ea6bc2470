"""Raw chunks: the bytes of a dataset as they lie in its file.

Takes: an open dataset, checked by `items`.
Gives: `layout_of`, where its chunks lie; `RawDataset`, the chunks of a dataset (see
`linkdata.arrays.chunking.Chunked`).
Implements: `specs/linkdata-1.0.md`, sections "Chunks" and "Manifests".

Chunks are read from the file by their addresses, past HDF5, whose lock would let one thread read at
a time. A contiguous dataset is cut into slabs, each of which lies in one piece. What lies elsewhere
(in other files, in the heap, in the header) or in a datatype that numpy lays out in another way has
no raw chunks; its values are read through HDF5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy
from h5py import h5d, h5s, h5t

from linkdata.arrays.chunking import Raw
from linkdata.arrays.hdf5 import blocks
from linkdata.arrays.hdf5.failures import failure
from linkdata.arrays.hdf5.filters import codecs_of
from linkdata.arrays.hdf5.values import native
from linkdata.errors import StoreError
from linkdata.store import codecs
from linkdata.store.elements import element_of
from linkdata.store.grids import Shape, counts, position, region, slab
from linkdata.store.kinds import Element, unsupported
from linkdata.store.manifest import MAX_CHUNKS
from linkdata.store.objects import placed
from linkdata.store.packing import CANONICAL, Packing, packing_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linkdata.arrays.hdf5.items import HDF5Dataset

_MAX_RAW = 1 << 32  # bytes of a chunk; HDF5 has no larger ones


class Extent(NamedTuple):
    """Where in its file a chunk lies."""

    offset: int
    size: int
    mask: int = 0


@dataclass(frozen=True)
class Layout:
    """What a dataset is and where its chunks lie, by their numbers."""

    element: Element
    shape: Shape
    grid: Shape
    packing: Packing = CANONICAL
    codecs: tuple[codecs.Codec, ...] = ()
    padded: bool = False
    extents: dict[int, Extent] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class RawDataset:
    """The chunks of a dataset, while its file is held open."""

    item: HDF5Dataset
    read: Callable[[int, int], bytes]
    layout: Layout

    @property
    def element(self) -> Element:
        """What the elements are."""
        return self.layout.element

    @property
    def shape(self) -> Shape:
        """The lengths of the axes."""
        return self.layout.shape

    @property
    def grid(self) -> Shape:
        """The shape of a chunk."""
        return self.layout.grid

    @property
    def packing(self) -> Packing:
        """How elements lie in raw chunks, once decoded."""
        return self.layout.packing

    @property
    def codecs(self) -> tuple[codecs.Codec, ...]:
        """The filters of the dataset."""
        return self.layout.codecs

    @property
    def padded(self) -> bool:
        """Whether raw chunks at the edge are as large as the others."""
        return self.layout.padded

    @property
    def extents(self) -> dict[int, Extent]:
        """Where raw chunks lie in the file, by their numbers."""
        return self.layout.extents

    @property
    def place(self) -> str:
        """File and path."""
        return self.item.place

    def written(self, index: int) -> bool:
        """Whether the file has bytes for a chunk."""
        return self.packing == CANONICAL or index in self.extents

    def raw(self, index: int) -> Raw:
        """The bytes of a chunk. Raises `SourceError` (`source-unreadable`)."""
        where = self.extents[index]
        try:
            payload = self.read(where.offset, where.size)
        except (OSError, OverflowError) as problem:
            raise failure("source-unreadable", f"cannot be read: {problem}", self.place) from None
        if len(payload) != where.size:
            raise failure("source-unreadable", "a chunk lies beyond the file's end", self.place)
        return Raw(payload, where.mask)

    def values(self, index: int) -> NDArray[Any]:
        """The elements of a chunk, read through HDF5."""
        at = position(index, counts(self.shape, self.grid))
        where = region(at, self.shape, self.grid)
        return numpy.asarray(self.item[(*where, ...) if where else ...])


def layout_of(item: HDF5Dataset, dataset: h5d.DatasetID) -> Layout:
    """What an open dataset is, and where its chunks lie.

    Raises `StoreError` (`store-array-unsupported`), `SourceError`.
    """
    if dataset.get_space().get_simple_extent_type() == h5s.NULL:
        raise placed(unsupported("no value at all"), item.place)
    kind = dataset.get_type()
    whole = dtype = native(kind)
    while dtype.subdtype is not None:
        dtype = dtype.subdtype[0]
    try:
        element = element_of(dtype)
    except StoreError as problem:
        raise placed(problem, item.place) from problem
    shape = (*map(int, dataset.shape), *blocks.inner(dataset))
    chunked = blocks.chunk_shape(dataset)
    grid = chunked or slab(shape, element.nominal)
    if prod(counts(shape, grid)) > MAX_CHUNKS:
        raise failure("source-unsupported", "it has too many chunks to list", item.place)
    packing = _packing(kind, whole, dtype)
    extents = None
    if packing != CANONICAL:
        extents = _extents(dataset, shape, grid, chunked is not None, dtype.itemsize)
    if extents is None:
        return Layout(element, shape, grid)
    filters = codecs_of(dataset.get_create_plist())
    return Layout(element, shape, grid, packing, filters, chunked is not None, extents)


def _packing(kind: h5t.TypeID, whole: Any, element: numpy.dtype[Any]) -> Packing:
    """How elements lie, where that is just as numpy lays them out; else `CANONICAL`."""
    packing = packing_of(element)
    if packing is None:
        return CANONICAL
    try:
        same = h5t.py_create(whole, logical=True) == kind
    except (TypeError, ValueError):
        same = False
    return packing if same else CANONICAL


def _extents(
    dataset: h5d.DatasetID, shape: Shape, grid: Shape, chunked: bool, itemsize: int
) -> dict[int, Extent] | None:
    """Where chunks lie, by their numbers; `None` where they lie in no one place of the file."""
    if chunked:
        return _chunk_extents(dataset, shape, grid)
    created = dataset.get_create_plist()
    if created.get_layout() != h5d.CONTIGUOUS or created.get_external_count():
        return None
    start = dataset.get_offset()
    if start is None:  # nothing was ever written
        return {}
    counted = counts(shape, grid)
    found: dict[int, Extent] = {}
    for index in range(prod(counted)):
        # A slab lies in one piece, so they follow one another.
        stop = region(position(index, counted), shape, grid)
        size = prod(part.stop - part.start for part in stop) * itemsize
        found[index] = Extent(start, size)
        start += size
    return found


def _chunk_extents(dataset: h5d.DatasetID, shape: Shape, grid: Shape) -> dict[int, Extent]:
    # The axes of an array datatype, which come last, lie in a chunk whole.
    axes = list(zip(grid, counts(shape, grid), strict=True))[: len(dataset.shape)]
    listed: list[h5d.StoreInfo] = []
    dataset.chunk_iter(listed.append)  # which gives None, so the iteration goes on
    found: dict[int, Extent] = {}
    for chunk in listed:
        index = 0
        for offset, (step, count) in zip(chunk.chunk_offset, axes, strict=True):
            here = offset // step
            if here >= count:  # a dataset that was made smaller may keep chunks beyond its end
                break
            index = index * count + here
        else:
            if 0 < chunk.size < _MAX_RAW and chunk.byte_offset is not None:
                found[index] = Extent(chunk.byte_offset, chunk.size, chunk.filter_mask)
    return found
