"""Datatypes of HDF5 as plain values, exact to the bit.

Takes: nothing.
Gives: the kinds of `Datatype`, each with the `size` of an element in memory and whether it `points`
(has references, or values that lie elsewhere, as those of variable length do).
Implements: `specs/linkdata-1.0.md`, section "Plans of HDF5 files".

Names are `str`; bytes of a name that are not UTF-8 are surrogates.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Literal, TypeAlias

Order: TypeAlias = Literal["<", ">", "vax"]
Charset: TypeAlias = Literal["ascii", "utf8"]
Padding: TypeAlias = Literal["term", "pad", "space"]
"""What follows a string that is shorter than its room: a NUL that ends it, NULs, or spaces."""


class Datatype(ABC):
    """What all datatypes have. `str` gives a text that `linkdata.nwb.typetext` reads back."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Bytes of an element in memory; of what lies elsewhere, of the pointer to it."""

    @property
    def points(self) -> bool:
        """Whether elements are, or have in them, references or pointers to what lies elsewhere."""
        return False

    def __str__(self) -> str:
        from linkdata.nwb.typetext import text

        return text(self)


@dataclass(frozen=True)
class Bits(Datatype):
    """Numbers of `precision` bits, `offset` bits up in `width` bytes.

    A `precision` of 0 stands for all bits. `pad` says what the unused bits are, those below and
    those above.
    """

    width: int
    order: Order = "<"
    precision: int = 0
    offset: int = 0
    pad: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        if not self.precision:
            object.__setattr__(self, "precision", 8 * self.width)

    @property
    def size(self) -> int:
        """Bytes of an element."""
        return self.width

    @property
    def whole(self) -> bool:
        """Whether every bit counts."""
        return self.precision == 8 * self.width and not self.offset and self.pad == (0, 0)


@dataclass(frozen=True)
class Integer(Bits):
    """An integer."""

    signed: bool = True


@dataclass(frozen=True)
class Bitfield(Bits):
    """A field of bits, which is no number."""


@dataclass(frozen=True)
class Float(Bits):
    """A floating point number. Places of bits count from the lowest.

    `exponent` and `mantissa` are place and number of their bits; `norm` says what is known of the
    mantissa's highest bit; `inner` is what bits are that nothing uses.
    """

    sign: int = 0
    exponent: tuple[int, int] = (0, 0)
    mantissa: tuple[int, int] = (0, 0)
    bias: int = 0
    norm: Literal["none", "msb", "implied"] = "implied"
    inner: int = 0


@dataclass(frozen=True)
class Time(Datatype):
    """A point in time, as very old files have it."""

    width: int
    order: Order
    precision: int

    @property
    def size(self) -> int:
        """Bytes of an element."""
        return self.width


@dataclass(frozen=True)
class String(Datatype):
    """A string in `length` bytes, or of any length (`None`)."""

    length: int | None = None
    charset: Charset = "utf8"
    padding: Padding = "term"

    @property
    def size(self) -> int:
        """Bytes of an element."""
        return 8 if self.length is None else self.length

    @property
    def points(self) -> bool:
        """Whether it is of any length."""
        return self.length is None


@dataclass(frozen=True)
class Opaque(Datatype):
    """Bytes that mean something to whoever knows the tag."""

    length: int
    tag: str = ""

    @property
    def size(self) -> int:
        """Bytes of an element."""
        return self.length


@dataclass(frozen=True)
class ReferenceType(Datatype):
    """A reference to an object, or to a `region` of a dataset."""

    region: bool = False

    @property
    def size(self) -> int:
        """Bytes of an element."""
        return 12 if self.region else 8

    @property
    def points(self) -> bool:
        """It does."""
        return True


@dataclass(frozen=True)
class Enum(Datatype):
    """Integers with names, in the order in which the names were given."""

    base: Integer
    members: tuple[tuple[str, int], ...]

    @property
    def size(self) -> int:
        """Bytes of an element."""
        return self.base.size

    @cached_property
    def names(self) -> dict[int, str]:
        """The name of each number; the first one where it has several."""
        return {number: name for name, number in reversed(self.members)}


@dataclass(frozen=True)
class Member:
    """A part of a compound, and where it begins."""

    name: str
    offset: int
    type: Datatype


@dataclass(frozen=True)
class Compound(Datatype):
    """A structure of `width` bytes."""

    width: int
    members: tuple[Member, ...]

    @property
    def size(self) -> int:
        """Bytes of an element."""
        return self.width

    @cached_property
    def _points(self) -> bool:
        return any(member.type.points for member in self.members)

    @property
    def points(self) -> bool:
        """Whether any member does."""
        return self._points


@dataclass(frozen=True)
class Sequence(Datatype):
    """Any number of elements of one type."""

    base: Datatype

    @property
    def size(self) -> int:
        """Bytes of an element: how many there are, and where."""
        return 16

    @property
    def points(self) -> bool:
        """It does."""
        return True


@dataclass(frozen=True)
class Array(Datatype):
    """A fixed number of elements of one type, along axes."""

    shape: tuple[int, ...]
    base: Datatype

    @property
    def size(self) -> int:
        """Bytes of an element, which is a whole array."""
        return self.count * self.base.size

    @property
    def count(self) -> int:
        """How many elements of the base are in one."""
        return prod(self.shape)

    @property
    def points(self) -> bool:
        """Whether its elements do."""
        return self.base.points


@dataclass(frozen=True)
class Complex(Datatype):
    """A complex number: two floating point numbers."""

    base: Float

    @property
    def size(self) -> int:
        """Bytes of an element."""
        return 2 * self.base.size


_IEEE = {2: (10, 5, 15), 4: (23, 8, 127), 8: (52, 11, 1023)}


def integer(width: int, signed: bool = True, order: Order = "<") -> Integer:
    """An integer all bits of which count."""
    return Integer(width, order, signed=signed)


def ieee(width: int, order: Order = "<") -> Float:
    """The IEEE floating point number of 2, 4 or 8 bytes. KeyError for others."""
    mantissa, exponent, bias = _IEEE[width]
    return Float(
        width,
        order,
        sign=8 * width - 1,
        exponent=(mantissa, exponent),
        mantissa=(0, mantissa),
        bias=bias,
    )


def is_ieee(kind: Datatype) -> bool:
    """Whether a datatype is one of IEEE's floating point numbers, in either byte order."""
    return isinstance(kind, Float) and kind.width in _IEEE and kind == ieee(kind.width, kind.order)


def packed(members: tuple[tuple[str, Datatype], ...]) -> Compound:
    """The compound whose members follow each other without gaps."""
    placed, at = [], 0
    for name, kind in members:
        placed.append(Member(name, at, kind))
        at += kind.size
    return Compound(at, tuple(placed))


BOOL = Enum(integer(1), (("FALSE", 0), ("TRUE", 1)))
"""What h5py, and with it pynwb, writes booleans as."""
