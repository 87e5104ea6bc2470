"""Whether two datasets have the same values, however each of them is stored.

Takes: two datasets of plans, of the same datatype and shape.
Gives: `unequal`: how many values differ, and the first of them.
Implements: `specs/linkdata-1.0.md`, section "Differences of files".

Values are read block by block. Chunks that are stored the same are not decoded. What was never
written counts as its fill value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import prod
from typing import Any

import numpy

from linkdata.nwb.datatypes import Array, Compound, Datatype, ReferenceType, Sequence, String
from linkdata.nwb.plan import Chunk, Data, Dataset, Inline, Packed, Stored
from linkdata.store.grids import Shape, counts, number_of_chunks, position, region, slab


@dataclass(frozen=True, slots=True)
class Unequal:
    """How many values differ; where the first one is, and what it is in each, packed.

    Where chunks cannot be decoded, it is only known that they are `stored` otherwise.
    """

    count: int = 0
    at: tuple[int, ...] = ()
    before: Packed = b""
    after: Packed = b""
    stored: bool = False


def unequal(one: Dataset, other: Dataset) -> Unequal | None:
    """What differs in the values of two datasets; None where nothing does, or nothing is here.

    Raises what reading the values raises.
    """
    if is_elsewhere(one) or is_elsewhere(other):
        return None
    if one.data is None and other.data is None and one.storage.fill == other.storage.fill:
        return None
    if one.data == other.data and one.data is not None:
        return None
    if Stored in (type(one.data), type(other.data)):
        return Unequal(stored=True)
    if _same_chunks(one, other):
        return None
    return _by_value(one, other)


def is_elsewhere(dataset: Dataset) -> bool:
    """Whether values lie in other files, where they are not looked for."""
    return dataset.storage.layout == "virtual" or bool(dataset.storage.external)


def _same_chunks(one: Dataset, other: Dataset) -> bool:
    """Whether both are stored in just the same chunks."""
    if one.storage != other.storage:
        return False
    pair = [_chunks(dataset) for dataset in (one, other)]
    if pair[0] is None or pair[1] is None:
        return False
    return all(first == second for first, second in zip_longest(*pair))  # type: ignore[arg-type]


def _chunks(dataset: Dataset) -> Iterator[Chunk] | None:
    if dataset.data is None or isinstance(dataset.data, Inline | Stored):
        return None
    chunks = dataset.data.chunks(dataset)
    return None if chunks is None else (chunk.kept for chunk in chunks)


def _by_value(one: Dataset, other: Dataset) -> Unequal | None:
    shape, size = one.space.shape or (), one.type.size
    grid = _grid(shape, size, one.storage.chunks or other.storage.chunks)
    counted = counts(shape, grid)
    count = 0
    found: Unequal | None = None
    for index in range(number_of_chunks(shape, grid)):
        parts = region(position(index, counted), shape, grid)
        start = tuple(part.start for part in parts)
        block = tuple(part.stop - part.start for part in parts)
        before, after = (_read(dataset, start, block) for dataset in (one, other))
        places = _places(before, after, size)
        count += len(places)
        if len(places) and found is None:
            first = int(places[0])
            inner = numpy.unravel_index(first, block) if block else ()
            at = tuple(int(here) + there for here, there in zip(inner, start, strict=True))
            one_value, other_value = (_element(values, first, size) for values in (before, after))
            found = Unequal(0, at, one_value, other_value)
    return None if found is None else replace(found, count=count)


def _grid(shape: Shape, size: int, chunks: Shape | None) -> Shape:
    """Blocks of about a MiB, of whole chunks where there are any."""
    if chunks is None:
        return slab(shape, size)
    many = slab(counts(shape, chunks), size * prod(chunks))
    return tuple(length * count for length, count in zip(chunks, many, strict=True))


def _read(dataset: Dataset, start: Shape, count: Shape) -> Packed:
    data: Data | None = dataset.data
    if data is None:
        fill = dataset.storage.fill.value
        return (empty(dataset.type) if fill is None else fill) * prod(count)
    if not isinstance(data, Inline | Stored):
        return data.read(start, count)
    assert isinstance(data, Inline)
    whole = dataset.space.shape or ()
    if isinstance(data.values, tuple):
        array = numpy.empty(len(data.values), object)
        array[:] = [(value,) for value in data.values]  # boxed: an element may be a tuple
    else:
        array = numpy.frombuffer(data.values, f"V{dataset.type.size}")
    parts = tuple(slice(at, at + length) for at, length in zip(start, count, strict=True))
    picked = array.reshape(whole)[parts] if whole else array
    if isinstance(data.values, tuple):
        return tuple(value[0] for value in picked.reshape(-1))
    return picked.tobytes()


def empty(kind: Datatype) -> Packed:
    """One element that nobody wrote, packed."""
    if not kind.points:
        return bytes(kind.size)
    return (_empty_element(kind),)


def _empty_element(kind: Datatype) -> Any:
    if isinstance(kind, ReferenceType):
        return None
    if isinstance(kind, String):
        return b""
    if isinstance(kind, Sequence):
        return () if kind.base.points else b""
    if isinstance(kind, Array):
        return empty(kind.base) * kind.count
    assert isinstance(kind, Compound)
    types = (member.type for member in kind.members)
    return tuple(_empty_element(one) if one.points else bytes(one.size) for one in types)


def _places(before: Packed, after: Packed, size: int) -> Any:
    """The numbers of the elements that differ."""
    if isinstance(before, tuple) or isinstance(after, tuple):
        pairs = enumerate(zip(before, after, strict=True))
        return [number for number, (one, other) in pairs if one != other]
    one, other = (
        numpy.frombuffer(values, numpy.uint8).reshape(-1, size) for values in (before, after)
    )
    if numpy.array_equal(one, other):
        return ()
    return numpy.flatnonzero((one != other).any(axis=1))


def _element(values: Packed, number: int, size: int) -> Packed:
    """One element, packed as values."""
    if isinstance(values, tuple):
        return (values[number],)
    return bytes(values[number * size : (number + 1) * size])
