"""Values: what h5py gives, as numpy arrays of str, Pointer and plain numbers.

Takes: arrays as h5py reads them, and the h5py dtypes that say what they mean.
Gives: `native` (h5py's dtypes), `memory` (what to read into), `decoded` and `decoded_dtype` (what
users see).
Implements: `specs/linkdata-1.0.md`, section "HDF5 sources".

    string, variable or fixed     object array of str; bytes that are not UTF-8 as surrogates
    enumeration                   its integers; the one of FALSE and TRUE as bool
    compound                      structured array, each field as its own type would be
    object or region reference    object array of Pointer, None for a null reference
    variable length               object array of numpy arrays
    opaque                        void
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import h5py
import numpy
from h5py import h5t

from linkdata.arrays.base import pointer_dtype, text_dtype
from linkdata.arrays.hdf5.failures import Unsupported

if TYPE_CHECKING:
    from numpy.typing import NDArray

DType: TypeAlias = numpy.dtype[Any]
References: TypeAlias = "Callable[[NDArray[Any]], NDArray[Any]]"
"""Turns addresses (unsigned) or h5py references (object) into Pointers and None."""


def native(kind: h5t.TypeID) -> DType:
    """The h5py dtype of an HDF5 type. Raises `Unsupported` where numpy has none."""
    if isinstance(kind, h5t.TypeStringID) and kind.is_variable_str():
        return _texts(kind.get_cset())[0]
    try:
        found: DType = kind.dtype
    # By what is strange about it. Mistakes of our own are other exceptions.
    except (KeyError, ValueError, TypeError, RuntimeError) as problem:
        raise Unsupported(f"numpy has nothing like this datatype ({problem})") from problem
    return found


@cache
def _texts(charset: int) -> tuple[DType, h5t.TypeID]:
    """What `memory` says of texts of variable length, which are asked for most."""
    dtype: DType = h5py.string_dtype("utf-8" if charset == h5t.CSET_UTF8 else "ascii")
    return dtype, h5t.py_create(dtype)


def memory(kind: h5t.TypeID, addresses: bool = True) -> tuple[DType, h5t.TypeID]:
    """The numpy dtype to read values of an HDF5 type into, and the HDF5 type that fills it.

    Object references are read as the `addresses` they are: h5py would make an object of each, and
    could not tell where it leads without opening it. Raises `Unsupported`.
    """
    if isinstance(kind, h5t.TypeStringID) and kind.is_variable_str():
        return _texts(kind.get_cset())
    dtype = native(kind)
    if _region_in_vlen(dtype):
        # h5py writes 12 bytes for each into room for 8: the process may die of it.
        raise Unsupported("region references in values of variable length")
    if addresses and h5py.check_ref_dtype(dtype) is h5py.Reference:
        return numpy.dtype("u8"), h5t.STD_REF_OBJ
    if isinstance(kind, h5t.TypeBitfieldID | h5t.TypeOpaqueID):
        return dtype, kind  # HDF5 converts these to nothing but themselves
    if isinstance(kind, h5t.TypeArrayID):
        into, base = memory(kind.get_super(), addresses)
        shape = kind.get_array_dims()
        return numpy.dtype((into, shape)), h5t.array_create(base, shape)
    if dtype.names is None:
        return dtype, h5t.py_create(dtype)
    compound = h5t.create(h5t.COMPOUND, dtype.itemsize)
    formats, offsets = {}, {}
    for number in range(kind.get_nmembers()):
        member = kind.get_member_name(number)
        name = member.decode("utf-8")
        formats[name], field = memory(kind.get_member_type(number), addresses)
        offsets[name] = _field(dtype, name)[1]
        compound.insert(member, offsets[name], field)
    names = list(dtype.names)
    into = _structure(
        names, [formats[name] for name in names], [offsets[name] for name in names], dtype.itemsize
    )
    return into, compound


def decoded_dtype(dtype: DType) -> DType:
    """The dtype of what `decoded` gives for values of an h5py dtype."""
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return numpy.dtype((decoded_dtype(base), shape))
    if dtype.names is not None:
        if not _changes(dtype):
            return _plain_structure(dtype)
        return numpy.dtype([(name, decoded_dtype(dtype[name])) for name in dtype.names])
    text = h5py.check_string_dtype(dtype)
    if text is not None:
        return text_dtype(text.encoding)
    if h5py.check_ref_dtype(dtype) is not None:
        return pointer_dtype()
    if h5py.check_vlen_dtype(dtype) is not None:
        return pointer_dtype() if _refers(dtype) else numpy.dtype(object)
    return numpy.dtype(dtype.str)


def array_axes(kind: h5t.TypeID) -> tuple[int, ...]:
    """The axes that an array datatype (perhaps of arrays) adds to those of its dataset."""
    if not isinstance(kind, h5t.TypeArrayID):
        return ()
    return (*kind.get_array_dims(), *array_axes(kind.get_super()))


def element_dtype(dtype: DType) -> DType:
    """What `decoded_dtype` gives, of the elements of an array datatype."""
    return element_dtype(dtype.subdtype[0]) if dtype.subdtype else decoded_dtype(dtype)


def decoded(raw: NDArray[Any], dtype: DType, references: References) -> NDArray[Any]:
    """Values of an h5py dtype, read into what `memory` says, as users see them."""
    if dtype.subdtype is not None:
        return decoded(raw, dtype.subdtype[0], references)
    if dtype.names is not None:
        if not _changes(dtype):
            return raw.view(decoded_dtype(dtype))
        result = numpy.empty(raw.shape, decoded_dtype(dtype))
        for name in dtype.names:
            result[name] = decoded(raw[name], dtype[name], references)
        return result
    if dtype.kind == "S" or h5py.check_string_dtype(dtype) is not None:
        return _objects(raw, text_of)
    if h5py.check_ref_dtype(dtype) is not None:
        return references(raw)
    base = h5py.check_vlen_dtype(dtype)
    if base is not None:
        return _objects(raw, lambda item: _ragged(item, numpy.dtype(base), references))
    return raw.view(decoded_dtype(dtype))


def enumeration(dtype: DType) -> dict[str, int] | None:
    """Names and numbers of an enumerated type, or `None` for any other (bool too)."""
    found = h5py.check_enum_dtype(dtype)
    return None if found is None else {name: int(number) for name, number in found.items()}


def text_of(value: bytes | str | None) -> str:
    """A text as users see it; what is not UTF-8 becomes surrogates."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return value or ""


def _ragged(item: Any, base: DType, references: References) -> NDArray[Any]:
    if not isinstance(item, numpy.ndarray):  # never written
        return numpy.empty(0, decoded_dtype(base))
    return decoded(item, base, references)


def _objects(raw: NDArray[Any], make: Callable[[Any], Any]) -> NDArray[Any]:
    result = numpy.empty(raw.size, object)
    for position, item in enumerate(
        raw.reshape(-1).tolist() if raw.dtype.kind == "S" else raw.flat
    ):
        result[position] = make(item)
    return result.reshape(raw.shape)


def _region_in_vlen(dtype: DType, inside: bool = False) -> bool:
    """Whether values of variable length hold region references, at any depth."""
    if dtype.subdtype is not None:
        return _region_in_vlen(dtype.subdtype[0], inside)
    if dtype.names is not None:
        return any(_region_in_vlen(dtype[name], inside) for name in dtype.names)
    base = h5py.check_vlen_dtype(dtype)
    if base is not None:
        return _region_in_vlen(numpy.dtype(base), True)
    return inside and h5py.check_ref_dtype(dtype) is h5py.RegionReference


def _refers(dtype: DType) -> bool:
    """Whether the elements of values of variable length hold references."""
    base = numpy.dtype(h5py.check_vlen_dtype(dtype))
    return h5py.check_ref_dtype(base) is not None or base.kind == "O" or base.names is not None


def _changes(dtype: DType) -> bool:
    """Whether decoding makes something else of the values."""
    if dtype.subdtype is not None:
        return _changes(dtype.subdtype[0])
    if dtype.names is not None:
        return any(_changes(dtype[name]) for name in dtype.names)
    return dtype.kind in "OS"


def _plain_structure(dtype: DType) -> DType:
    """A structure without the notes that h5py pins to dtypes, laid out the same."""
    assert dtype.names is not None
    fields = [_field(dtype, name) for name in dtype.names]
    formats = [decoded_dtype(field) for field, _ in fields]
    return _structure(list(dtype.names), formats, [at for _, at in fields], dtype.itemsize)


def _structure(names: list[str], formats: list[DType], offsets: list[int], size: int) -> DType:
    return numpy.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": size})


def _field(dtype: DType, name: str) -> tuple[DType, int]:
    assert dtype.fields is not None
    field, offset = dtype.fields[name][:2]
    return field, offset
