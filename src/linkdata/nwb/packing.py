"""Values of a document as values of an HDF5 file.

Takes: scalars, nested lists, numpy arrays; the name of a dtype of the NWB specification language.
Gives: `Packing`: datatype, dataspace and packed values, in the type that a writer would choose.
Implements: `specs/linkdata-1.0.md`, section "NWB and HDF5 files"; HDMF specification language,
its dtypes.

A dtype of a specification is the least that is meant: numbers keep what precision they have.
References are `Reference`s here already; a text is `str`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy

from linkdata.arrays.inline import rectangular
from linkdata.errors import OutputError, error
from linkdata.nwb.datatypes import (
    BOOL,
    Compound,
    Datatype,
    Enum,
    Float,
    Integer,
    ReferenceType,
    Sequence,
    String,
    ieee,
    integer,
    is_ieee,
    packed,
)
from linkdata.nwb.plan import SCALAR, Fill, Packed, Reference, Space, Storage
from linkdata.schema.naming import Typed

TEXT = String()
ASCII = String(charset="ascii")
REFERENCE = ReferenceType()
DOUBLE = ieee(8)
LONG = integer(8)

_ASCII_NAMES = {"ascii", "bytes", "isodatetime", "datetime"}
_FLOATS = {"float", "float32", "double", "float64", "long double", "numeric"}
_UNSIGNED = {"uint8": 1, "uint16": 2, "uint": 4, "uint32": 4, "uint64": 8}


#: The datatypes of dtypes of the specification language, as fields of compounds have them.
_EXACT: dict[str, Datatype] = {
    **{f"int{8 * n}": integer(n) for n in (1, 2, 4, 8)},
    **{f"uint{8 * n}": integer(n, signed=False) for n in (1, 2, 4, 8)},
    **dict.fromkeys(("int", "short", "long"), integer(4)) | {"uint": integer(4, signed=False)},
    **dict.fromkeys(("float", "float32"), ieee(4)),
    **dict.fromkeys(("double", "float64"), DOUBLE),
    **dict.fromkeys(_ASCII_NAMES, ASCII),
    "bool": BOOL,
    "reference": REFERENCE,
}


@dataclass(frozen=True, slots=True)
class Packing:
    """Values with their datatype and dataspace."""

    type: Datatype
    space: Space
    values: Packed


class NotPackedError(ValueError):
    """Values that have no such type; the message says why."""


def pack(value: Any, expected: str | None = None, kind: Datatype | None = None) -> Packing:
    """The packing of a value. `kind` is the datatype to use when the value has it.

    Raises `NotPackedError`: lists that differ in length, mixtures, numbers that are too large.
    """
    if isinstance(value, numpy.ndarray | numpy.generic):
        return _array(numpy.asarray(value), expected, kind)
    if value is None:
        return _flat((), [None], kind or REFERENCE)
    if not isinstance(value, list | tuple):
        return _flat((), [value], kind or natural([value], expected))
    shape = _around(value, _depth(value) - 1) if isinstance(kind, Sequence) else rectangular(value)
    if shape is None and isinstance(kind, Compound):
        shape = (len(value),)
    if shape is None:
        raise NotPackedError("the lists differ in length")
    if isinstance(kind, Compound):  # the innermost lists are rows
        shape = shape[: _row_axes(value)]
    leaves = list(_leaves(value, len(shape)))
    return _flat(shape, leaves, kind or natural(leaves, expected))


def natural(leaves: Iterable[Any], expected: str | None = None) -> Datatype:
    """The datatype that a writer chooses for scalars. Raises `NotPackedError` for mixtures."""
    leaves = list(leaves)
    kinds = {type(leaf) for leaf in leaves}
    if not kinds:
        return _empty(expected)
    if kinds <= {Reference, type(None)}:
        return ReferenceType(region=any(leaf is not None and leaf.region for leaf in leaves))
    if kinds == {str}:
        return ASCII if expected in _ASCII_NAMES else TEXT
    if kinds == {bool}:
        return BOOL
    if kinds <= {int, float}:
        if float in kinds or (expected in _FLOATS and expected != "numeric"):
            return DOUBLE
        return _whole(min(leaves), max(leaves), expected)
    if kinds <= {int, float, complex}:
        return packed((("r", DOUBLE), ("i", DOUBLE)))
    raise NotPackedError("values of different kinds: " + ", ".join(sorted(map(_name, kinds))))


def smallest_index(largest: int) -> Integer:
    """The unsigned integer that HDMF's writers choose for an index up to `largest`."""
    return integer(next(w for w in (1, 2, 4, 8) if largest < 2 ** (8 * w)), signed=False)


def texts_in(value: Any) -> list[Any]:
    """The texts in nested lists or an array."""
    if isinstance(value, numpy.ndarray):
        return list(value.flat)
    if isinstance(value, list | tuple):
        return [text for item in value for text in texts_in(item)]
    return [value]


def compound_of(typed: Typed | None) -> Compound | None:
    """The compound that the values of a class are; None for a class that has no fields."""
    if typed is None:
        return None
    fields = [slot for slot in typed.cls.slots.values() if slot.facts.get("role") == "field"]
    if not fields:
        return None
    kinds = ((slot.name, _EXACT.get(str(slot.facts.get("dtype")), TEXT)) for slot in fields)
    return packed(tuple(kinds))


def storage_for(kind: Datatype) -> Storage:
    """How h5py stores values of a datatype when it is not told how.

    HDF5 writes the fill value at once where elements point to what lies elsewhere.
    """
    return Storage(fill=Fill(time="alloc")) if _reaches(kind) else Storage()


def _reaches(kind: Datatype) -> bool:
    if isinstance(kind, Compound):
        return any(_reaches(member.type) for member in kind.members)
    return isinstance(kind, String | Sequence) and kind.points


def dtype_of(kind: Datatype) -> numpy.dtype[Any] | None:
    """The numpy dtype of a datatype of plain numbers, in its byte order; None for all others."""
    if isinstance(kind, Enum):
        kind = kind.base
    if isinstance(kind, Integer) and kind.whole and kind.order != "vax":
        return numpy.dtype(f"{kind.order}{'i' if kind.signed else 'u'}{kind.width}")
    if isinstance(kind, Float) and is_ieee(kind):
        return numpy.dtype(f"{kind.order}f{kind.width}")
    return None


def of_dtype(dtype: numpy.dtype[Any]) -> Datatype:
    """The datatype that h5py chooses for a numpy dtype. Raises `NotPackedError`."""
    if dtype.names is not None and dtype.fields is not None:
        return packed(tuple((name, of_dtype(dtype.fields[name][0])) for name in dtype.names))
    order: Any = ">" if dtype.newbyteorder("=") != dtype and dtype.byteorder == ">" else "<"
    match dtype.kind:
        case "b":
            return BOOL
        case "i" | "u":
            return integer(dtype.itemsize, dtype.kind == "i", order)
        case "f" if dtype.itemsize in (2, 4, 8):
            return ieee(dtype.itemsize, order)
        case "c" if dtype.itemsize in (8, 16):
            half = ieee(dtype.itemsize // 2, order)
            return packed((("r", half), ("i", half)))
        case _:
            raise NotPackedError(f"there is no datatype for {dtype}")


def _array(array: Any, expected: str | None, kind: Datatype | None) -> Packing:
    if array.dtype.kind in "OUS":
        leaves = [leaf.decode() if isinstance(leaf, bytes) else leaf for leaf in array.flat]
        leaves = [str(leaf) if isinstance(leaf, numpy.str_) else leaf for leaf in leaves]
        return _flat(array.shape, leaves, kind or natural(leaves, expected))
    if kind is None:
        kind = of_dtype(array.dtype)
        if array.dtype.kind in "iu" and expected in _FLOATS and expected != "numeric":
            kind = DOUBLE
        elif array.dtype == numpy.int64 and array.size and expected in _UNSIGNED:
            kind = _whole(int(array.min()), int(array.max()), expected)
    target = dtype_of(kind)
    if target is None:
        if isinstance(kind, Sequence):
            return pack(array.tolist(), expected, kind)
        if isinstance(kind, Compound) and array.dtype.kind in "cV":
            return Packing(kind, _space(array.shape), array.tobytes())
        if isinstance(kind, Compound) and array.shape[-1:] == (len(kind.members),):
            rows = array.reshape(-1, len(kind.members)).tolist()  # lists of numbers as records
            return _flat(array.shape[:-1], rows, kind)
        return _flat(array.shape, array.ravel().tolist(), kind)
    return Packing(kind, _space(array.shape), _cast(array, target).tobytes())


def _cast(array: Any, target: numpy.dtype[Any]) -> Any:
    """The array in another dtype, if all that it says fits. Raises `NotPackedError`."""
    if array.dtype == target:
        return array
    if array.dtype.kind not in "biuf" or (array.dtype.kind == "f" and target.kind in "iu"):
        raise NotPackedError(f"{array.dtype} does not fit {target}")
    with numpy.errstate(all="ignore"):
        found = array.astype(target)
    if target.kind in "iu" and not numpy.array_equal(found, array):
        raise NotPackedError(f"a number is too large for {target}")
    return found


def _flat(shape: tuple[int, ...], leaves: list[Any], kind: Datatype) -> Packing:
    target = dtype_of(kind)
    if target is not None:
        try:
            numbers = numpy.array(leaves)
        except (ValueError, OverflowError) as problem:
            raise NotPackedError(str(problem)) from problem
        if leaves and numbers.dtype.kind not in "biuf":
            raise NotPackedError(f"{_name(type(leaves[0]))} is no {kind}")
        if isinstance(kind, Enum) and kind.names.keys() < set(numbers.astype(int).tolist()):
            raise NotPackedError("a number without a name")
        values: Packed = _cast(numbers.astype(target) if not leaves else numbers, target).tobytes()
        return Packing(kind, _space(shape), values)
    elements = tuple(element(leaf, kind) for leaf in leaves)
    return Packing(kind, _space(shape), elements if kind.points else b"".join(elements))


def element(leaf: Any, kind: Datatype) -> Any:
    """One packed element. Raises `NotPackedError`."""
    if isinstance(kind, String) and isinstance(leaf, str):
        return _text(leaf, kind)
    if isinstance(kind, ReferenceType) and (leaf is None or isinstance(leaf, Reference)):
        if leaf is not None and (leaf.region is not None) != kind.region:
            raise NotPackedError("a reference to an object is no reference to a region")
        return leaf
    if isinstance(kind, Compound):
        return _row(leaf, kind)
    if isinstance(kind, Sequence) and isinstance(leaf, list | tuple):
        return _flat((len(leaf),), list(leaf), kind.base).values
    target = dtype_of(kind)
    if target is not None and isinstance(leaf, bool | int | float):
        return _cast(numpy.array(leaf), target).tobytes()
    raise NotPackedError(f"{_name(type(leaf))} is no {kind}")


def _row(leaf: Any, kind: Compound) -> Any:
    if isinstance(leaf, complex):
        leaf = (leaf.real, leaf.imag)
    if isinstance(leaf, numpy.void):
        leaf = leaf.tolist()
    if isinstance(leaf, dict):
        leaf = [leaf.get(member.name) for member in kind.members]
    if not isinstance(leaf, list | tuple) or len(leaf) != len(kind.members):
        raise NotPackedError(f"a row of {len(kind.members)} values was expected")
    found = [element(one, member.type) for one, member in zip(leaf, kind.members, strict=True)]
    if kind.points:
        return tuple(found)
    room = bytearray(kind.width)
    for one, member in zip(found, kind.members, strict=True):
        room[member.offset : member.offset + len(one)] = one
    return bytes(room)


def _text(text: str, kind: String) -> bytes:
    try:
        data = text.encode("ascii" if kind.charset == "ascii" else "utf-8")
    except UnicodeEncodeError:
        data = text.encode("utf-8", "surrogateescape")  # as h5py does, charset or not
    if kind.length is None:
        return data
    if len(data) > kind.length:
        raise NotPackedError(f"a text of {len(data)} bytes does not fit {kind}")
    return data.ljust(kind.length, b" " if kind.padding == "space" else b"\0")


def _whole(low: int, high: int, expected: str | None) -> Datatype:
    width = _UNSIGNED.get(expected or "")
    if width is not None and low >= 0:
        return integer(max(width, smallest_index(high).width), signed=False)
    if low >= -(2**63) and high < 2**63:
        return LONG
    if low >= 0 and high < 2**64:
        return integer(8, signed=False)
    raise NotPackedError("a number that has more than 64 bits")


def _empty(expected: str | None) -> Datatype:
    """The datatype of no values at all."""
    if expected in ("text", "utf", "utf8", "utf-8", "ascii", "isodatetime", "datetime"):
        return natural([""], expected)
    if expected in _UNSIGNED:
        return integer(_UNSIGNED[expected], signed=False)
    if expected is not None and expected.startswith("int"):
        return LONG
    return BOOL if expected == "bool" else DOUBLE


def _depth(value: Any) -> int:
    """How many lists are in each other at the most."""
    if not isinstance(value, list | tuple):
        return 0
    return 1 + max(map(_depth, value), default=0)


def _around(value: Any, axes: int) -> tuple[int, ...]:
    """The lengths of the outer lists. Raises `NotPackedError` if they differ."""
    shape: list[int] = []
    level = [value]
    for _ in range(axes):
        lengths = {len(one) if isinstance(one, list | tuple) else -1 for one in level}
        if len(lengths) != 1 or -1 in lengths:
            raise NotPackedError("the lists differ in length")
        shape += lengths
        level = [item for one in level for item in one]
    return tuple(shape)


def _row_axes(value: Any) -> int:
    """How many axes of nested lists are not rows of a compound: all but the innermost list."""
    depth = 0
    while isinstance(value, list | tuple) and value:
        value, depth = value[0], depth + 1
    return max(depth - 1, 1)


def _leaves(value: Any, depth: int) -> Iterator[Any]:
    if depth == 0:
        yield value
        return
    for item in value:
        yield from _leaves(item, depth - 1)


def _space(shape: tuple[int, ...]) -> Space:
    return Space(tuple(shape)) if shape else SCALAR


def _name(kind: type) -> str:
    return {"str": "text", "Reference": "a reference", "NoneType": "null"}.get(
        kind.__name__, kind.__name__
    )


def refused(problem: NotPackedError, place: str) -> OutputError:
    """The finding that a value cannot be written."""
    return OutputError(
        error("value-not-representable", f"cannot be written: {problem}", place=place)
    )
