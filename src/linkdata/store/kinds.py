"""Kinds of elements of arrays, whatever file they come from, and their canonical bytes.

Takes: numpy arrays, and canonical bytes.
Gives: `Element` and its kinds: each gives the canonical bytes of an array, and the array again.
Implements: `specs/linkdata-1.0.md`, section "Elements".

    name in a manifest                     canonical bytes of n elements
    "bool", "int16", "float32" ...         n × itemsize, little-endian
    {"opaque": 8}                          n × 8, as they are
    "text"                                 n lengths (8 bytes each), then the UTF-8 of all of them
    {"list": E}                            n counts (8 bytes each), then all elements as E
    {"array": E, "shape": [2, 3]}          n × 6 elements as E
    {"fields": [["x", E], ["y", F]]}       the n values of x as E, then the n values of y as F

numpy is imported when the first element is asked for its bytes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from linkdata.errors import StoreError, error

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

Buffer: TypeAlias = "bytes | memoryview"

#: The names of plain elements, with their canonical numpy dtypes.
PLAIN = {
    "bool": "|b1",
    **{f"int{8 * size}": f"<i{size}" if size > 1 else "|i1" for size in (1, 2, 4, 8)},
    **{f"uint{8 * size}": f"<u{size}" if size > 1 else "|u1" for size in (1, 2, 4, 8)},
    **{f"float{8 * size}": f"<f{size}" for size in (2, 4, 8)},
    **{f"complex{8 * size}": f"<c{size}" for size in (8, 16)},
}
TEXT_NAME, EXTENDED_NAME = "text", "float80"

_EXTENDED_BYTES = 10  # of an x87 number; what pads it to 12 or 16 bytes is nobody's

LENGTH, LENGTH_BYTES = "<u8", 8
"""How the length of a string or list is written."""
NOMINAL = 16
"""What an element of no fixed size counts as, where arrays are cut into slabs."""


class Damaged(ValueError):
    """Bytes that are not those of so many elements. Whoever knows the place tells it."""


class Element(ABC):
    """One kind of element. Two are equal when their names are."""

    @property
    @abstractmethod
    def name(self) -> Any:
        """How manifests name it: plain JSON."""

    @property
    @abstractmethod
    def nominal(self) -> int:
        """How many bytes an element counts as where arrays are cut into slabs."""

    @property
    def least(self) -> int:
        """The fewest bytes that an element takes."""
        return self.nominal

    @property
    @abstractmethod
    def dtype(self) -> numpy.dtype[Any]:
        """The numpy dtype of decoded elements, in the byte order of this machine."""

    @abstractmethod
    def encode(self, values: NDArray[Any]) -> list[Buffer]:
        """The canonical bytes of an array of any shape, in C order, as pieces to be joined.

        Raises `StoreError` (`store-array-unsupported`) for values that are not of this kind.
        """

    @abstractmethod
    def decode(self, data: memoryview, count: int) -> tuple[NDArray[Any], memoryview]:
        """The first `count` elements, shape (count,), and the bytes behind them.

        Raises `Damaged`.
        """


@dataclass(frozen=True)
class Plain(Element):
    """Numbers and booleans."""

    kind: str

    @property
    def name(self) -> str:
        """Its name."""
        return self.kind

    @property
    def nominal(self) -> int:
        """Its size."""
        return _dtype(PLAIN[self.kind]).itemsize

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """The native numpy dtype."""
        return _dtype(PLAIN[self.kind]).newbyteorder("=")

    def encode(self, values: NDArray[Any]) -> list[Buffer]:
        """The elements in little-endian order."""
        import numpy

        wanted = _dtype(PLAIN[self.kind])
        if values.dtype.newbyteorder("<") != wanted:
            raise unsupported(f"values of dtype {values.dtype} where {self.kind} are meant")
        return [as_bytes(numpy.ascontiguousarray(values, wanted))]

    def decode(self, data: memoryview, count: int) -> tuple[NDArray[Any], memoryview]:
        """The elements."""
        found, rest = _taken(data, _dtype(PLAIN[self.kind]), count)
        return found.astype(self.dtype, copy=False), rest


@dataclass(frozen=True)
class Extended(Element):
    """Extended precision of the x87, where this machine has it."""

    @property
    def name(self) -> str:
        """Its name."""
        return EXTENDED_NAME

    @property
    def nominal(self) -> int:
        """Its size without padding."""
        return _EXTENDED_BYTES

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """The long double. Raises `StoreError` where that is another format."""
        import numpy

        if not is_extended(numpy.dtype("longdouble")):
            raise unsupported("this machine has no numbers of 80 bits")
        return numpy.dtype("longdouble")

    def encode(self, values: NDArray[Any]) -> list[Buffer]:
        """The ten bytes of each number."""
        import numpy

        native = numpy.ascontiguousarray(values, self.dtype).reshape(-1)
        octets = native.view("u1").reshape(len(native), self.dtype.itemsize)
        return [as_bytes(numpy.ascontiguousarray(octets[:, :_EXTENDED_BYTES]))]

    def decode(self, data: memoryview, count: int) -> tuple[NDArray[Any], memoryview]:
        """The numbers, padded with zeros."""
        import numpy

        found, rest = _taken(data, numpy.dtype(("u1", (_EXTENDED_BYTES,))), count)
        octets = numpy.zeros((count, self.dtype.itemsize), "u1")
        octets[:, :_EXTENDED_BYTES] = found
        return octets.reshape(-1).view(self.dtype), rest


@dataclass(frozen=True)
class Opaque(Element):
    """Bytes of one length that mean nothing to anybody here."""

    size: int

    @property
    def name(self) -> dict[str, Any]:
        """Its name."""
        return {"opaque": self.size}

    @property
    def nominal(self) -> int:
        """Its size."""
        return self.size

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """numpy's void."""
        return _dtype(f"|V{self.size}")

    def encode(self, values: NDArray[Any]) -> list[Buffer]:
        """The bytes."""
        import numpy

        return [as_bytes(numpy.ascontiguousarray(values, self.dtype))]

    def decode(self, data: memoryview, count: int) -> tuple[NDArray[Any], memoryview]:
        """The bytes."""
        return _taken(data, self.dtype, count)


@dataclass(frozen=True)
class Text(Element):
    """Strings of any length. Bytes that are no UTF-8 are kept, as Python's surrogates."""

    @property
    def name(self) -> str:
        """Its name."""
        return TEXT_NAME

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
        """Object, with the note that h5py makes."""
        import numpy

        return numpy.dtype("O", metadata={"vlen": str})

    def encode(self, values: NDArray[Any]) -> list[Buffer]:
        """The lengths, then the UTF-8."""
        import numpy

        parts = [_utf8(value) for value in values.reshape(-1).tolist()]
        lengths = numpy.fromiter(map(len, parts), LENGTH, len(parts))
        return [as_bytes(lengths), b"".join(parts)]

    def decode(self, data: memoryview, count: int) -> tuple[NDArray[Any], memoryview]:
        """The strings."""
        import numpy

        lengths, rest = read_lengths(data, count, 1)
        result = numpy.empty(count, self.dtype)
        at = 0
        for position, length in enumerate(lengths):
            result[position] = bytes(rest[at : at + length]).decode("utf-8", "surrogateescape")
            at += length
        return result, rest[at:]


TEXT = Text()


def unsupported(reason: str) -> StoreError:
    """The error that something is not kept in chunks."""
    return StoreError(
        error("store-array-unsupported", f"chunks cannot hold this: {reason}",
              hint="keep the array in its file or in the document")
    )  # fmt: skip


# Bytes


def _dtype(name: Any) -> numpy.dtype[Any]:
    import numpy

    found: numpy.dtype[Any] = numpy.dtype(name)
    return found


def is_extended(dtype: numpy.dtype[Any]) -> bool:
    """Whether a dtype is that of 80 bits, on this machine."""
    import sys

    import numpy

    if dtype.kind != "f" or dtype.itemsize <= 8 or sys.byteorder != "little":
        return False
    return bool(numpy.finfo(dtype).nmant == 63)


def as_bytes(array: NDArray[Any]) -> Buffer:
    """The bytes of a contiguous array, not copied where numpy lends them."""
    return array.reshape(-1).view("u1").data if array.size else b""


def _taken(
    data: memoryview, dtype: numpy.dtype[Any], count: int
) -> tuple[NDArray[Any], memoryview]:
    import numpy

    size = count * dtype.itemsize
    if len(data) < size:
        raise Damaged(f"{len(data)} bytes where {size} are due")
    base, inner = dtype.subdtype or (dtype, ())
    found = numpy.frombuffer(data[:size], base).reshape(count, *inner)
    return found, data[size:]


def read_lengths(data: memoryview, count: int, least: int) -> tuple[Sequence[int], memoryview]:
    """`count` lengths, whose sum the bytes behind them can be: each counts `least` or more."""
    found, rest = _taken(data, _dtype(LENGTH), count)
    lengths: list[int] = found.tolist()  # Python's integers do not overflow
    if sum(lengths) * least > len(rest):
        raise Damaged("lengths that go beyond the end")
    return lengths, rest


def _utf8(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise unsupported(f"{type(value).__name__} where strings are meant")
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise unsupported("a string that is not Unicode text") from None
