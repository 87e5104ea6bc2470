"""Kinds of elements that are made of others: ragged values, blocks, records.

Takes: numpy arrays, and canonical bytes.
Gives: `List`, `Block`, `Compound`.
Implements: `specs/linkdata-1.0.md`, section "Elements".
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from linkdata.store.kinds import (
    LENGTH,
    LENGTH_BYTES,
    NOMINAL,
    Buffer,
    Element,
    as_bytes,
    read_lengths,
    unsupported,
)

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray


@dataclass(frozen=True)
class List(Element):
    """Ragged values: so many elements of one kind in each."""

    of: Element

    @property
    def name(self) -> dict[str, Any]:
        """Its name."""
        return {"list": self.of.name}

    @property
    def nominal(self) -> int:
        """A size for all."""
        return NOMINAL

    @property
    def least(self) -> int:
        """The length."""
        return LENGTH_BYTES

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """Object: each element is an array."""
        import numpy

        return numpy.dtype("O")

    def encode(self, values: NDArray[Any]) -> list[Buffer]:
        """The counts, then all elements."""
        import numpy

        # Of blocks each part has their axes too, behind its own.
        parts = [numpy.atleast_1d(value) for value in values.reshape(-1)]
        counts = numpy.fromiter(map(len, parts), LENGTH, len(parts))
        # Empty ones may have any dtype (h5py gives float where nothing was ever written).
        kept = [part for part in parts if len(part)]
        if not kept:
            return [as_bytes(counts)]
        # A list of strings, joined by numpy, would become fixed strings; of objects it does not.
        return [as_bytes(counts), *self.of.encode(numpy.concatenate(kept))]

    def decode(self, data: memoryview, count: int) -> tuple[NDArray[Any], memoryview]:
        """The arrays."""
        import numpy

        counts, rest = read_lengths(data, count, self.of.least)
        elements, rest = self.of.decode(rest, sum(counts))
        result = numpy.empty(count, object)
        at = 0
        for position, length in enumerate(counts):
            result[position] = elements[at : at + length]
            at += length
        return result, rest


@dataclass(frozen=True)
class Block(Element):
    """Small arrays of one shape, as fields of compounds have them."""

    of: Element
    shape: tuple[int, ...]

    @property
    def name(self) -> dict[str, Any]:
        """Its name."""
        return {"array": self.of.name, "shape": list(self.shape)}

    @property
    def nominal(self) -> int:
        """The size of all elements."""
        return prod(self.shape) * self.of.nominal

    @property
    def least(self) -> int:
        """That of all elements."""
        return prod(self.shape) * self.of.least

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """numpy's subarray."""
        import numpy

        return numpy.dtype((self.of.dtype, self.shape))

    def encode(self, values: NDArray[Any]) -> list[Buffer]:
        """All elements."""
        return self.of.encode(values)

    def decode(self, data: memoryview, count: int) -> tuple[NDArray[Any], memoryview]:
        """The arrays, as further axes."""
        found, rest = self.of.decode(data, count * prod(self.shape))
        return found.reshape(count, *self.shape, *found.shape[1:]), rest  # blocks of blocks too


@dataclass(frozen=True)
class Compound(Element):
    """Records with named fields."""

    fields: tuple[tuple[str, Element], ...]

    @property
    def name(self) -> dict[str, Any]:
        """Its name."""
        return {"fields": [[name, field.name] for name, field in self.fields]}

    @property
    def nominal(self) -> int:
        """The size of all fields."""
        return sum(field.nominal for _, field in self.fields)

    @property
    def least(self) -> int:
        """That of all fields."""
        return sum(field.least for _, field in self.fields)

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """A packed structure."""
        import numpy

        return numpy.dtype([(name, field.dtype) for name, field in self.fields])

    def encode(self, values: NDArray[Any]) -> list[Buffer]:
        """The values of the first field, then those of the second, and so on."""
        if values.dtype.names != tuple(name for name, _ in self.fields):
            raise unsupported(f"values of dtype {values.dtype} have other fields")
        return [part for name, field in self.fields for part in field.encode(values[name])]

    def decode(self, data: memoryview, count: int) -> tuple[NDArray[Any], memoryview]:
        """The records."""
        import numpy

        result = numpy.empty(count, self.dtype)
        for name, field in self.fields:
            result[name], data = field.decode(data, count)
        return result, data
