"""Datatypes as HDF5 itself writes them down: the datatype message of the file format.

Takes: the bytes of a message (what `H5Tencode` gives), or a `Datatype`.
Gives: `decoded` and `encoded`, each the other's reverse.
Implements: `specs/linkdata-1.0.md`, section "Plans of HDF5 files".

The message has every property of a type, also those that h5py has no function for, and one call
of HDF5 gives it whole. Version 1 is written for what it can hold, 2 for arrays, 3 for
VAX numbers, 5 for complex ones; 1 to 5 are read. See "Datatype Message" in the HDF5 file format
specification.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from linkdata.nwb.datatypes import (
    Array,
    Bitfield,
    Bits,
    Complex,
    Compound,
    Datatype,
    Enum,
    Float,
    Integer,
    Member,
    Opaque,
    ReferenceType,
    Sequence,
    String,
    Time,
)

_HEAD = b"\x03\x00"  # "a datatype, in version 0 of the encoding"
_CHARSETS = ("ascii", "utf8")
_PADDINGS = ("term", "pad", "space")
_NORMS = ("none", "msb", "implied")
_ORDERS = {0b00: "<", 0b01: ">", 0b11: "vax"}  # bits 6 and 0 of a float's
_ORDER_BITS = {"<": 0, ">": 1, "vax": 1 | 1 << 6}


class UnknownTypeError(ValueError):
    """A message of a kind that there is no `Datatype` for."""


def decoded(message: bytes) -> Datatype:
    """The datatype of a message. Raises `UnknownTypeError`."""
    reader = _Reader(message, len(_HEAD))
    if message[:1] != _HEAD[:1]:
        raise UnknownTypeError("not a datatype message")
    try:
        return reader.datatype()
    except (IndexError, KeyError, struct.error) as problem:
        raise UnknownTypeError(f"a datatype message out of order ({problem})") from problem


class _Reader:
    """Reads messages one after the other; `at` is how far it has come."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def datatype(self) -> Datatype:
        head, size = self._take("<II")
        number, version, bits = head & 0xF, head >> 4 & 0xF, head >> 8
        if number not in _READERS:
            raise UnknownTypeError(f"a datatype of class {number}")
        return _READERS[number](self, version, bits, size)

    def _take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return found

    def _name(self, version: int) -> str:
        end = self._data.index(b"\0", self._at)
        name = self._data[self._at : end].decode("utf-8", "surrogateescape")
        length = end + 1 - self._at
        self._at += length if version >= 3 else _padded(length)
        return name

    def _bits(self, bits: int, size: int) -> dict[str, Any]:
        offset, precision = self._take("<HH")
        order = _ORDERS[bits & 1 | bits >> 5 & 0b10]
        pad = (bits >> 1 & 1, bits >> 2 & 1)
        return {
            "width": size,
            "order": order,
            "precision": precision,
            "offset": offset,
            "pad": pad,
        }

    def integer(self, version: int, bits: int, size: int) -> Datatype:
        return Integer(**self._bits(bits & 0b1111, size), signed=bool(bits >> 3 & 1))

    def bitfield(self, version: int, bits: int, size: int) -> Datatype:
        return Bitfield(**self._bits(bits & 0b111, size))

    def float(self, version: int, bits: int, size: int) -> Datatype:
        common = self._bits(bits, size)
        *places, bias = self._take("<BBBBI")
        return Float(
            **common,
            sign=bits >> 8 & 0xFF,
            exponent=(places[0], places[1]),
            mantissa=(places[2], places[3]),
            bias=bias,
            norm=_NORMS[bits >> 4 & 0b11],  # type: ignore[arg-type]
            inner=bits >> 3 & 1,
        )

    def time(self, version: int, bits: int, size: int) -> Datatype:
        return Time(size, _ORDERS[bits & 1], self._take("<H")[0])  # type: ignore[arg-type]

    def string(self, version: int, bits: int, size: int) -> Datatype:
        return String(size, _CHARSETS[bits >> 4 & 0xF], _PADDINGS[bits & 0xF])  # type: ignore[arg-type]

    def opaque(self, version: int, bits: int, size: int) -> Datatype:
        length = bits & 0xFF
        tag = self._take(f"<{length}s")[0].rstrip(b"\0")
        return Opaque(size, tag.decode("utf-8", "surrogateescape"))

    def compound(self, version: int, bits: int, size: int) -> Datatype:
        members = []
        for _ in range(bits & 0xFFFF):
            name = self._name(version)
            shape: tuple[int, ...] = ()
            if version >= 3:
                width = max(1, (size.bit_length() + 7) // 8)
                offset = int.from_bytes(self._take(f"<{width}s")[0], "little")
            else:
                offset = self._take("<I")[0]
            if version == 1:  # where arrays were a matter of members, before there was a type
                ndim, *dims = self._take("<B3xI4x4I")
                shape = tuple(dims[1 : 1 + ndim])
            base = self.datatype()
            members.append(Member(name, offset, Array(shape, base) if shape else base))
        return Compound(size, tuple(members))

    def reference(self, version: int, bits: int, size: int) -> Datatype:
        if bits & 0xF > 1:
            raise UnknownTypeError("references of the kind that came with HDF5 1.12")
        return ReferenceType(region=bool(bits & 0xF))

    def enum(self, version: int, bits: int, size: int) -> Datatype:
        base = self.datatype()
        if not isinstance(base, Integer) or base.order == "vax":
            raise UnknownTypeError("an enumeration of what is no integer")
        names = [self._name(version) for _ in range(bits & 0xFFFF)]
        values = [_number(base, self._take(f"<{base.width}s")[0]) for _ in names]
        return Enum(base, tuple(zip(names, values, strict=True)))

    def variable(self, version: int, bits: int, size: int) -> Datatype:
        base = self.datatype()
        if bits & 0xF == 0:
            return Sequence(base)
        return String(None, _CHARSETS[bits >> 8 & 0xF], _PADDINGS[bits >> 4 & 0xF])  # type: ignore[arg-type]

    def array(self, version: int, bits: int, size: int) -> Datatype:
        (ndim,) = self._take("<B" if version >= 3 else "<B3x")
        shape = self._take(f"<{ndim}I")
        if version < 3:
            self._take(f"<{ndim}I")  # a permutation, never used
        return Array(tuple(shape), self.datatype())

    def complex(self, version: int, bits: int, size: int) -> Datatype:
        base = self.datatype()
        if not isinstance(base, Float):
            raise UnknownTypeError("a complex number of what is no floating point number")
        return Complex(base)


_READERS: dict[int, Callable[[_Reader, int, int, int], Datatype]] = {
    0: _Reader.integer,
    1: _Reader.float,
    2: _Reader.time,
    3: _Reader.string,
    4: _Reader.bitfield,
    5: _Reader.opaque,
    6: _Reader.compound,
    7: _Reader.reference,
    8: _Reader.enum,
    9: _Reader.variable,
    10: _Reader.array,
    11: _Reader.complex,
}


def _padded(length: int) -> int:
    return (length + 7) // 8 * 8


def _number(base: Integer, data: bytes) -> int:
    """The value of a member, of whose bits those outside of the precision do not count."""
    raw = int.from_bytes(data, "little" if base.order == "<" else "big")
    value = raw >> base.offset & (1 << base.precision) - 1
    negative = base.signed and value >> base.precision - 1
    return value - (1 << base.precision) if negative else value


def encoded(kind: Datatype) -> bytes:
    """The message of a datatype."""
    return _HEAD + _message(kind, _version(kind))


def _version(kind: Datatype) -> int:
    """The oldest version that can hold a datatype and all that it is made of."""
    if isinstance(kind, Complex):
        return 5
    if isinstance(kind, Float) and kind.order == "vax":
        return 3
    if isinstance(kind, Array):
        return max(2, _version(kind.base))
    if isinstance(kind, Sequence):
        return _version(kind.base)
    if isinstance(kind, Compound):
        return max((_version(member.type) for member in kind.members), default=1)
    return 1


def _message(kind: Datatype, version: int) -> bytes:
    number, bits, properties = _WRITERS[type(kind)](kind, version)
    return struct.pack("<II", number | version << 4 | bits << 8, kind.size) + properties


_Parts = tuple[int, int, bytes]


def _name(name: str, version: int) -> bytes:
    data = name.encode("utf-8", "surrogateescape") + b"\0"
    return data if version >= 3 else data.ljust(_padded(len(data)), b"\0")


def _bits(kind: Bits) -> tuple[int, bytes]:
    low, high = kind.pad
    bits = _ORDER_BITS[kind.order] | low << 1 | high << 2
    return bits, struct.pack("<HH", kind.offset, kind.precision)


def _integer(kind: Integer, version: int) -> _Parts:
    bits, properties = _bits(kind)
    return 0, bits | kind.signed << 3, properties


def _float(kind: Float, version: int) -> _Parts:
    bits, properties = _bits(kind)
    bits |= kind.inner << 3 | _NORMS.index(kind.norm) << 4 | kind.sign << 8
    places = struct.pack("<BBBBI", *kind.exponent, *kind.mantissa, kind.bias)
    return 1, bits, properties + places


def _time(kind: Time, version: int) -> _Parts:
    return 2, _ORDER_BITS[kind.order], struct.pack("<H", kind.precision)


def _string(kind: String, version: int) -> _Parts:
    padding, charset = _PADDINGS.index(kind.padding), _CHARSETS.index(kind.charset)
    if kind.length is not None:
        return 3, padding | charset << 4, b""
    # Of any length: a sequence of bytes. (`H5T_VLEN_STRING` has just this base.)
    return 9, 1 | padding << 4 | charset << 8, _message(Integer(1, signed=False), version)


def _bitfield(kind: Bitfield, version: int) -> _Parts:
    return 4, *_bits(kind)


def _opaque(kind: Opaque, version: int) -> _Parts:
    tag = kind.tag.encode("utf-8", "surrogateescape")
    tag = tag.ljust(_padded(len(tag)), b"\0")
    return 5, len(tag), tag


def _compound(kind: Compound, version: int) -> _Parts:
    parts = []
    width = max(1, (kind.size.bit_length() + 7) // 8)
    for member in kind.members:
        parts.append(_name(member.name, version))
        parts.append(member.offset.to_bytes(width if version >= 3 else 4, "little"))
        if version == 1:
            parts.append(bytes(28))  # no axes, no permutation
        parts.append(_message(member.type, version))
    return 6, len(kind.members), b"".join(parts)


def _reference(kind: ReferenceType, version: int) -> _Parts:
    return 7, int(kind.region), b""


def _enum(kind: Enum, version: int) -> _Parts:
    names = b"".join(_name(name, version) for name, _ in kind.members)
    order = "little" if kind.base.order == "<" else "big"
    mask = (1 << kind.base.precision) - 1
    values = b"".join(
        ((number & mask) << kind.base.offset).to_bytes(kind.base.width, order)  # type: ignore[arg-type]
        for _, number in kind.members
    )
    return 8, len(kind.members), _message(kind.base, version) + names + values


def _sequence(kind: Sequence, version: int) -> _Parts:
    return 9, 0, _message(kind.base, version)


def _array(kind: Array, version: int) -> _Parts:
    axes = struct.pack(f"<{len(kind.shape)}I", *kind.shape)
    count = bytes([len(kind.shape)])
    if version < 3:
        count, axes = count + bytes(3), axes + bytes(len(axes))
    return 10, 0, count + axes + _message(kind.base, version)


def _complex(kind: Complex, version: int) -> _Parts:
    return 11, 1, _message(kind.base, version)


_WRITERS: dict[type[Datatype], Callable[[Any, int], _Parts]] = {
    Integer: _integer,
    Float: _float,
    Time: _time,
    String: _string,
    Bitfield: _bitfield,
    Opaque: _opaque,
    Compound: _compound,
    ReferenceType: _reference,
    Enum: _enum,
    Sequence: _sequence,
    Array: _array,
    Complex: _complex,
}
