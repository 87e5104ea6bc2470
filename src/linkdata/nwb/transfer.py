"""Values into the datasets and attributes of a file that is being written.

Takes: open datasets and attributes, and what a plan says of their values.
Gives: `Transfer`.
Implements: `specs/linkdata-1.0.md`, section "Plans of HDF5 files".

Chunks are moved as they are stored where the source has them so. Everything else is moved in
blocks of about a MiB, so that the size of an array does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from h5py import h5a, h5d, h5s
from numpy.typing import NDArray

from linkdata.arrays.hdf5.failures import Unsupported
from linkdata.nwb.memory import Form, Maker, form
from linkdata.nwb.plan import (
    Attribute,
    Chunk,
    Dataset,
    Entry,
    Inline,
    Packed,
    Source,
    Storage,
    Stored,
)
from linkdata.store.grids import Shape, counts, number_of_chunks, position, region, slab

Progress: TypeAlias = Callable[[int, int], None]
"""Told as values are written: how many bytes of values outside of the plan, of how many."""


class Transfer:
    """Writes values, and tells how far it is."""

    def __init__(self, makers: Maker, progress: Progress | None, entries: Iterable[Entry]) -> None:
        self._makers = makers
        self._progress = progress
        self._total = sum(map(_outside, entries))
        self._done = 0

    def attribute(self, made: h5a.AttrID, entry: Attribute) -> None:
        """Write the values of an attribute."""
        if entry.space.count:
            found = form(entry.type)
            made.write(self._array(found, entry.values, entry.space.shape or ()), found.kind)

    def dataset(self, made: h5d.DatasetID, entry: Dataset) -> None:
        """Write the values of a dataset, if it has any."""
        data = entry.data
        if data is None or not entry.space.count:
            return
        if isinstance(data, Inline):
            shape = entry.space.shape or ()
            self._block(made, form(entry.type), (0,) * len(shape), shape, data.values)
        elif isinstance(data, Stored):
            _write_chunks(made, data.chunks)
        else:
            self._from_source(made, entry, data)

    def _from_source(self, made: h5d.DatasetID, entry: Dataset, source: Source) -> None:
        start = self._done
        chunks = source.chunks(entry)
        if chunks is not None:
            _write_chunks(made, self._counted(chunks, entry))
        elif source.type == entry.type:
            self._slabs(made, entry, source)
        else:
            raise Unsupported(f"values of {source.type} for a dataset of {entry.type}")
        self._advance(start + _outside(entry) - self._done)

    def _counted(self, chunks: Iterable[Chunk], entry: Dataset) -> Iterable[Chunk]:
        size = entry.type.size
        for length in entry.storage.chunks or ():
            size *= length
        for chunk in chunks:
            yield chunk
            self._advance(size)

    def _slabs(self, made: h5d.DatasetID, entry: Dataset, source: Source) -> None:
        shape, found = entry.space.shape or (), form(entry.type)
        grid = _grid(shape, entry.storage, entry.type.size)
        counted = counts(shape, grid)
        for index in range(number_of_chunks(shape, grid)):
            parts = region(position(index, counted), shape, grid)
            start = tuple(part.start for part in parts)
            count = tuple(part.stop - part.start for part in parts)
            values = source.read(start, count)
            self._block(made, found, start, count, values)
            self._advance(len(values) if found.plain else len(values) * entry.type.size)

    def _block(
        self, made: h5d.DatasetID, found: Form, start: Shape, count: Shape, values: Packed
    ) -> None:
        there = made.get_space()
        if count:
            there.select_hyperslab(start, count)
        here = h5s.create_simple(count) if count else h5s.create(h5s.SCALAR)
        made.write(here, there, self._array(found, values, count), found.kind)

    def _array(self, found: Form, values: Packed, shape: Shape) -> NDArray[Any]:
        array = found.unpacked(values, self._makers)
        return array.reshape(shape + array.shape[1:])

    def _advance(self, size: int) -> None:
        self._done = min(self._done + size, self._total)
        if self._progress is not None and size > 0:
            self._progress(self._done, self._total)


def _write_chunks(made: h5d.DatasetID, chunks: Iterable[Chunk]) -> None:
    for chunk in chunks:
        made.write_direct_chunk(chunk.offset, chunk.data, chunk.skipped)


def _grid(shape: Shape, storage: Storage, nominal: int) -> Shape:
    """Blocks to move: of whole chunks, as many as come near to a slab."""
    if storage.chunks is None:
        return slab(shape, nominal)
    size = nominal
    for length in storage.chunks:
        size *= length
    many = slab(counts(shape, storage.chunks), size)
    return tuple(length * count for length, count in zip(storage.chunks, many, strict=True))


def _outside(entry: Entry) -> int:
    """How many bytes of values a plan itself does not have."""
    if not isinstance(entry, Dataset) or isinstance(entry.data, Inline | Stored | None):
        return 0
    return entry.space.count * entry.type.size
