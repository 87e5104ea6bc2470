"""Packed values in and out of HDF5: what numpy and h5py have to hold them meanwhile.

Takes: a `Datatype`.
Gives: its `Form`: the numpy dtype and HDF5 memory type to read into and write from, and how values
are packed and unpacked; `hdf5_type`, the HDF5 type itself.
Implements: `specs/linkdata-1.0.md`, section "Plans of HDF5 files".

What does not point is moved as the bytes it is, by asking HDF5 for just the stored type, so that
nothing is converted. Object references are moved as the addresses they are. Only what is of
variable length, and region references, go through h5py's objects.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from collections.abc import Sequence as Elements
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import h5py
import numpy
from h5py import h5t

from linkdata.arrays.hdf5.failures import Unsupported
from linkdata.arrays.hdf5.values import native
from linkdata.nwb.datatypes import (
    Array,
    Bitfield,
    Bits,
    Compound,
    Datatype,
    ReferenceType,
    Sequence,
    String,
    Time,
)
from linkdata.nwb.messages import encoded
from linkdata.nwb.plan import Packed, Reference

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Finder(Protocol):
    """What references in a file lead to."""

    def at(self, address: int) -> Reference | None:
        """The reference that is stored as an address."""

    def of(self, handle: Any) -> Reference | None:
        """The reference that h5py has an object for."""


class Maker(Protocol):
    """How references are stored in a file."""

    def address(self, reference: Reference | None) -> int:
        """The address that stands for a reference to an object."""

    def handle(self, reference: Reference | None) -> Any:
        """h5py's object for a reference to an object or region."""


def hdf5_type(kind: Datatype) -> h5t.TypeID:
    """The HDF5 type, not a named one, for a datatype."""
    return h5t.decode(encoded(kind))


class Form(ABC):
    """How values of one datatype stand in memory.

    `dtype` and `kind` are numpy's and HDF5's type of an element. Where an element is an array,
    numpy adds its axes to those of the values. Packed values of a `plain` one are bytes.
    """

    dtype: numpy.dtype[Any]
    kind: h5t.TypeID
    plain = False

    def packed(self, values: NDArray[Any], finder: Finder) -> Packed:
        """The packed values of an array of `dtype`, the first axis of which is the elements."""
        return tuple(self.elements(values, finder))

    def unpacked(self, values: Packed, maker: Maker) -> NDArray[Any]:
        """An array of `dtype` of packed values, along one axis."""
        assert not isinstance(values, bytes)
        return self.array(values, maker)

    @abstractmethod
    def elements(self, values: NDArray[Any], finder: Finder) -> Iterable[Any]:
        """The elements along the first axis, each packed."""

    @abstractmethod
    def array(self, elements: Elements[Any], maker: Maker) -> NDArray[Any]:
        """An array of packed elements, along one axis."""


@lru_cache(maxsize=1024)
def form(kind: Datatype) -> Form:
    """The form of a datatype. Raises `Unsupported` for what h5py cannot convert."""
    return _FORMS[type(kind)](kind) if kind.points else Plain(kind)


def as_bytes(values: Packed) -> bytes:
    """Packed values of a type that does not point. Raises `Unsupported` for other ones."""
    if isinstance(values, tuple):
        raise Unsupported("packed values that are elements, of a type that does not point")
    return values


class Plain(Form):
    """What does not point: its bytes."""

    plain = True

    def __init__(self, kind: Datatype) -> None:
        self.kind = hdf5_type(kind)
        self.dtype = numpy.dtype(f"V{kind.size}")

    def packed(self, values: NDArray[Any], finder: Finder) -> Packed:
        """The bytes."""
        return values.tobytes()

    def unpacked(self, values: Packed, maker: Maker) -> NDArray[Any]:
        """A view of the bytes."""
        return numpy.frombuffer(as_bytes(values), self.dtype)

    def elements(self, values: NDArray[Any], finder: Finder) -> Iterable[Any]:
        """The bytes of each element."""
        data, size = values.tobytes(), self.dtype.itemsize
        return (data[at : at + size] for at in range(0, len(data), size))

    def array(self, elements: Elements[Any], maker: Maker) -> NDArray[Any]:
        """A view of the bytes, joined."""
        return numpy.frombuffer(b"".join(elements), self.dtype)


class _Addresses(Form):
    """Object references, as addresses."""

    dtype = numpy.dtype("u8")
    kind = h5t.STD_REF_OBJ

    def elements(self, values: NDArray[Any], finder: Finder) -> Iterable[Any]:
        return map(finder.at, values.tolist())

    def array(self, elements: Elements[Any], maker: Maker) -> NDArray[Any]:
        return _filled(self.dtype, map(maker.address, elements), len(elements))


class _Handles(Form):
    """References, as h5py's objects."""

    def __init__(self, kind: ReferenceType) -> None:
        self.dtype = h5py.regionref_dtype if kind.region else h5py.ref_dtype
        self.kind = h5t.py_create(self.dtype)

    def elements(self, values: NDArray[Any], finder: Finder) -> Iterable[Any]:
        return map(finder.of, values.tolist())

    def array(self, elements: Elements[Any], maker: Maker) -> NDArray[Any]:
        return _filled(self.dtype, map(maker.handle, elements), len(elements))


def _reference(kind: ReferenceType) -> Form:
    return _Handles(kind) if kind.region else _Addresses()


class _Strings(Form):
    """Strings of any length, as bytes."""

    def __init__(self, kind: String) -> None:
        self.dtype = h5py.string_dtype("utf-8" if kind.charset == "utf8" else "ascii")
        self.kind = h5t.py_create(self.dtype)

    def elements(self, values: NDArray[Any], finder: Finder) -> Iterable[Any]:
        return (value or b"" for value in values.tolist())

    def array(self, elements: Elements[Any], maker: Maker) -> NDArray[Any]:
        return _filled(self.dtype, elements, len(elements))


class _Sequences(Form):
    """Values of variable length, as arrays in an array of objects."""

    def __init__(self, kind: Sequence) -> None:
        self._base = _element_of_sequence(kind.base)
        self._empty: Packed = () if kind.base.points else b""
        self.dtype = h5py.vlen_dtype(self._base.dtype)
        self.kind = h5t.py_create(self.dtype)

    def elements(self, values: NDArray[Any], finder: Finder) -> Iterable[Any]:
        for value in values:  # what was never written is no array
            written = isinstance(value, numpy.ndarray)
            yield self._base.packed(value, finder) if written else self._empty

    def array(self, elements: Elements[Any], maker: Maker) -> NDArray[Any]:
        arrays = (self._base.unpacked(element, maker) for element in elements)
        return _filled(self.dtype, arrays, len(elements))


class _Native(Plain):
    """Elements of sequences, which h5py converts to numpy dtypes of its choice alone."""

    def __init__(self, kind: Datatype) -> None:
        self.kind = hdf5_type(kind)
        self.dtype = native(self.kind)
        if not _survives(kind) or self.dtype.itemsize != kind.size:
            raise Unsupported(f"values of variable length of {kind}")
        if self.dtype.subdtype is not None:
            raise Unsupported("values of variable length of arrays, which h5py cannot write")

    def unpacked(self, values: Packed, maker: Maker) -> NDArray[Any]:
        """A view of the bytes."""
        return numpy.frombuffer(as_bytes(values), self.dtype)


def _element_of_sequence(kind: Datatype) -> Form:
    if isinstance(kind, ReferenceType) and not kind.region:
        return _Handles(kind)
    if isinstance(kind, String | Sequence) and kind.points:
        return form(kind)
    if kind.points:
        raise Unsupported(f"values of variable length with references or pointers in them: {kind}")
    return _Native(kind)


def _survives(kind: Datatype) -> bool:
    """Whether h5py's own dtype for a type keeps every bit of it."""
    if isinstance(kind, Compound):
        return all(_survives(member.type) for member in kind.members)
    if isinstance(kind, Array):
        return _survives(kind.base)
    if isinstance(kind, Bitfield | Time):
        return False
    return not isinstance(kind, Bits) or kind.whole


class _Arrays(Form):
    """Arrays of what points."""

    def __init__(self, kind: Array) -> None:
        self._shape = kind.shape
        self._base = form(kind.base)
        self.dtype = numpy.dtype((self._base.dtype, kind.shape))
        self.kind = h5t.array_create(self._base.kind, kind.shape)

    def elements(self, values: NDArray[Any], finder: Finder) -> Iterable[Any]:
        axes = len(self._shape)
        inner = values.shape[1 + axes :]  # those of an array of arrays
        for value in values:
            yield self._base.packed(value.reshape((-1, *inner)), finder)

    def array(self, elements: Elements[Any], maker: Maker) -> NDArray[Any]:
        found = numpy.zeros(len(elements), self.dtype)
        for position, element in enumerate(elements):
            values = self._base.unpacked(element, maker)
            found[position] = values.reshape(self._shape + values.shape[1:])
        return found


class _Compounds(Form):
    """Structures some member of which points."""

    def __init__(self, kind: Compound) -> None:
        self._members = [form(member.type) for member in kind.members]
        # Names of our own: numpy takes no bytes that are not UTF-8.
        self._names = [f"f{number}" for number in range(len(self._members))]
        pairs = list(zip(self._names, self._members, strict=True))
        self.dtype = numpy.dtype([(name, member.dtype) for name, member in pairs])
        assert self.dtype.fields is not None
        self.kind = h5t.create(h5t.COMPOUND, self.dtype.itemsize)
        for (name, member), stored in zip(pairs, kind.members, strict=True):
            label = stored.name.encode("utf-8", "surrogateescape")
            self.kind.insert(label, self.dtype.fields[name][1], member.kind)

    def elements(self, values: NDArray[Any], finder: Finder) -> Iterable[Any]:
        columns = [
            member.elements(numpy.ascontiguousarray(values[name]), finder)
            for name, member in zip(self._names, self._members, strict=True)
        ]
        return zip(*columns, strict=True)

    def array(self, elements: Elements[Any], maker: Maker) -> NDArray[Any]:
        found = numpy.zeros(len(elements), self.dtype)
        for number, (name, member) in enumerate(zip(self._names, self._members, strict=True)):
            column = [element[number] for element in elements]
            found[name] = member.array(column, maker)
        return found


def _filled(dtype: numpy.dtype[Any], elements: Iterable[Any], count: int) -> NDArray[Any]:
    """An array of elements one by one, as they may be arrays themselves."""
    found = numpy.zeros(count, dtype)
    for position, element in enumerate(elements):
        found[position] = element
    return found


_FORMS: dict[type[Datatype], Callable[[Any], Form]] = {
    ReferenceType: _reference,
    String: _Strings,
    Sequence: _Sequences,
    Compound: _Compounds,
    Array: _Arrays,
}
