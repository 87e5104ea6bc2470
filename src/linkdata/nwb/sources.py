"""The values of a dataset in an HDF5 file, read when they are asked for.

Takes: an open dataset, or where one is.
Gives: `read_block`, `read_chunks`, and `InFile`, a `Source` of a plan.
Implements: `specs/linkdata-1.0.md`, section "Plans of HDF5 files".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy
from h5py import h5d, h5r, h5s

from linkdata.arrays.hdf5.addresses import address
from linkdata.arrays.hdf5.failures import Unsupported, translated
from linkdata.arrays.hdf5.walk import encoded, strictly, text
from linkdata.nwb.datatypes import Datatype
from linkdata.nwb.memory import Finder, Form, form
from linkdata.nwb.plan import Chunk, Dataset, Filter, Packed, Reference
from linkdata.nwb.spaces import selection_of

if TYPE_CHECKING:
    from linkdata.arrays.hdf5.file import HDF5File

_NULL = (0, 2**64 - 1)  # what HDF5 writes for a reference to nothing


class References:
    """What references in a file lead to, while it is held."""

    def __init__(self, file: HDF5File) -> None:
        self._file = file
        self._known: dict[int, Reference | None] = dict.fromkeys(_NULL)

    def at(self, address: int) -> Reference | None:
        """The reference that is stored as an address."""
        if address not in self._known:
            path = self._file.addresses().path(address)
            self._known[address] = Reference(text(path or b""))
        return self._known[address]

    def of(self, handle: Any) -> Reference | None:
        """The reference that h5py has an object for."""
        if not handle:
            return None
        here = self._file.session.handle.id
        try:
            target = h5r.dereference(handle, here)
        except (ValueError, RuntimeError, OSError):
            return Reference("")  # there is nothing at its address
        whole = self.at(address(target))
        if whole is None or not isinstance(handle, h5r.RegionReference):
            return whole
        return Reference(whole.path, selection_of(h5r.get_region(handle, here)))


def read_block(
    dataset: h5d.DatasetID,
    found: Form,
    start: tuple[int, ...],
    count: tuple[int, ...],
    finder: Finder,
) -> Packed:
    """A block of values, packed."""
    values = numpy.zeros(count, found.dtype)
    if values.size:
        there = dataset.get_space()
        here = h5s.create_simple(count) if count else h5s.create(h5s.SCALAR)
        if count:
            there.select_hyperslab(start, count)
        dataset.read(here, there, values, found.kind)
    return found.packed(values.reshape((-1, *values.shape[len(count) :])), finder)


def read_chunks(dataset: h5d.DatasetID) -> Iterator[Chunk]:
    """The chunks that there are, as they are stored. All are read into the same memory: to get new
    memory for each takes longer than to fill it.
    """
    found: list[tuple[tuple[int, ...], int, int]] = []
    if dataset.get_num_chunks():
        dataset.chunk_iter(
            lambda info: found.append(
                (tuple(map(int, info.chunk_offset)), info.filter_mask, info.size)
            )
        )
    data = numpy.empty(max((size for _, _, size in found), default=0), numpy.uint8)
    for offset, skipped, size in found:
        mask, filled = dataset.read_direct_chunk(offset, out=data)
        assert (mask, len(filled)) == (skipped, size)
        yield Chunk(offset, mask, filled)


@dataclass(frozen=True)
class InFile:
    """The values of the dataset at a canonical path of a file."""

    file: HDF5File
    path: str
    type: Datatype
    chunked: tuple[tuple[int, ...] | None, tuple[Filter, ...]] = field(compare=False)

    def read(self, start: tuple[int, ...], count: tuple[int, ...]) -> Packed:
        """A block of values."""
        place = self.file.place(encoded(self.path))
        with self.file.held(), translated(place):
            return read_block(self._dataset(), form(self.type), start, count, References(self.file))

    def chunks(self, dataset: Dataset) -> Iterator[Chunk] | None:
        """The chunks, for a dataset of the same type, chunk shape and filters."""
        storage = dataset.storage
        if self.type.points or self.chunked[0] is None or self.type != dataset.type:
            return None
        return self._chunks() if self.chunked == (storage.chunks, storage.filters) else None

    def _chunks(self) -> Iterator[Chunk]:
        place = self.file.place(encoded(self.path))
        with self.file.held(), translated(place):
            yield from read_chunks(self._dataset())

    def _dataset(self) -> h5d.DatasetID:
        found = strictly(self.file, encoded(self.path))
        if not isinstance(found, h5d.DatasetID):
            raise Unsupported("this was a dataset, and is none any more")
        return found
