"""Arrays that lie elsewhere, as the values of a dataset in a plan.

Takes: arrays in the store, or any others that are lazy.
Gives: `array_data`, the dataset that an array makes; `InArray`, its `Source`.
Implements: `specs/linkdata-1.0.md`, section "NWB and HDF5 files".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from linkdata.arrays.chunked import ChunkedArray
from linkdata.nwb.datatypes import Datatype
from linkdata.nwb.packing import dtype_of, natural, of_dtype, pack
from linkdata.nwb.plan import Chunk, Dataset, Filter, Packed, Space, Storage
from linkdata.store import codecs
from linkdata.store.grids import position


@dataclass(frozen=True)
class InArray:
    """The values of an array in a store, in a datatype."""

    array: ChunkedArray
    type: Datatype

    def read(self, start: tuple[int, ...], count: tuple[int, ...]) -> Packed:
        """A block of values."""
        index = tuple(slice(at, at + length) for at, length in zip(start, count, strict=True))
        values = self.array[index] if index else self.array[()]
        return pack(values, kind=self.type).values

    def chunks(self, dataset: Dataset) -> Iterator[Chunk] | None:
        """The chunks, if the store keeps them just as the dataset does."""
        how = self.array.manifest.storage
        target = dtype_of(dataset.type)
        if how is None or target is None or dataset.storage.chunks != self.array.chunks:
            return None
        same_filters = [(f.code, f.values) for f in dataset.storage.filters] == [
            (codecs.number(codec), _values(codec)) for codec in how.codecs
        ]
        packing = str(how.packing).replace("|b1", "|i1")
        return self._chunks() if same_filters and packing == target.str and how.padded else None

    def _chunks(self) -> Iterator[Chunk]:
        manifest = self.array.manifest
        for index in range(len(manifest)):
            raw = self.array.raw(index)
            if raw is not None:
                at = position(index, manifest.counts)
                offset = tuple(n * step for n, step in zip(at, manifest.grid, strict=True))
                yield Chunk(offset, raw.mask, bytes(raw.payload))


def array_data(value: Any) -> Dataset | None:
    """The dataset that an array in a store makes; None for everything else."""
    if not isinstance(value, ChunkedArray):
        return None
    kind = of_dtype(value.dtype) if value.dtype.kind != "O" else natural([""])
    how = value.manifest.storage
    storage = Storage()
    if how is not None and how.codecs and value.shape:
        filters = tuple(Filter(codecs.number(c), True, _values(c)) for c in how.codecs)
        storage = Storage("chunked", value.chunks, filters, allocation="incremental")
    return Dataset(kind, Space(value.shape), InArray(value, kind), storage)


def _values(codec: codecs.Codec) -> tuple[int, ...]:
    plain = [value for key, value in codec.items() if key in ("level", "size")]
    return tuple(codec.get("values", plain))
