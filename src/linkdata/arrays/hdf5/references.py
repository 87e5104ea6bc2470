"""References: from what HDF5 stores to Pointers.

Takes: addresses, and h5py's references where those cannot be had.
Gives: `pointers`, arrays of `Pointer`, with `None` for null references; `reference`, the way back.
Implements: `specs/linkdata-1.0.md`, section "HDF5 sources".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py
import numpy
from h5py import h5r, h5s

from linkdata.arrays.hdf5.addresses import address
from linkdata.arrays.hdf5.failures import failure
from linkdata.arrays.hdf5.walk import encoded, strictly, text
from linkdata.arrays.protocols import Pointer, Region
from linkdata.errors import OutputError, error

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linkdata.arrays.hdf5.file import HDF5File

_NOWHERE = (0, 2**64 - 1)  # what HDF5 writes for a reference to nothing
_MAX_POINTS = 10_000_000


def pointers(file: HDF5File, raw: NDArray[Any]) -> NDArray[Any]:
    """An object array of Pointers and None, from addresses or from h5py's references.

    A reference to what no path leads to any more gives a Pointer without a path.
    """
    result = numpy.empty(raw.shape, object)
    if raw.dtype.kind == "u":
        unique, which = numpy.unique(raw.reshape(-1), return_inverse=True)
        made = numpy.empty(len(unique), object)
        for position, where in enumerate(unique.tolist()):
            made[position] = None if where in _NOWHERE else _to(file, where)
        result[...] = made[which].reshape(raw.shape)
        return result
    flat = result.reshape(-1)
    for position, item in enumerate(raw.reshape(-1)):
        flat[position] = _from_h5py(file, item)
    return result


def _to(file: HDF5File, where: int, region: Region | None = None) -> Pointer:
    return Pointer(file, text(file.addresses().path(where) or b""), region)


def _from_h5py(file: HDF5File, item: Any) -> Pointer | None:
    if not isinstance(item, h5r.Reference) or not item:
        return None
    here = file.session.handle.id
    try:
        target = h5r.dereference(item, here)
    except (ValueError, RuntimeError, OSError):
        return Pointer(file, "")  # there is nothing at its address
    if target is None:
        return None
    region = None
    if isinstance(item, h5r.RegionReference):
        region = _region(file, h5r.get_region(item, here))
    return _to(file, address(target), region)


def _region(file: HDF5File, space: h5s.SpaceID) -> Region:
    """What a dataspace has selected."""
    kind = space.get_select_type()
    if kind == h5s.SEL_ALL:
        return Region(tuple(slice(0, length, 1) for length in space.shape))
    if kind == h5s.SEL_NONE:
        return Region(points=())
    count = space.get_select_npoints()
    if kind == h5s.SEL_HYPERSLABS and space.is_regular_hyperslab():
        slices = tuple(map(_axis, *space.get_regular_hyperslab()))
        if None not in slices:
            return Region(tuple(part for part in slices if part is not None))
    if count > _MAX_POINTS:
        reason = f"a region reference selects {count} scattered points"
        raise failure("source-unsupported", reason, file.name)
    if kind == h5s.SEL_POINTS:
        listed = space.get_select_elem_pointlist()
        return Region(points=tuple(tuple(int(at) for at in point) for point in listed))
    mask = numpy.zeros(space.shape, bool)
    for low, high in space.get_select_hyper_blocklist():
        block = zip(low, high, strict=True)
        mask[tuple(slice(int(first), int(last) + 1) for first, last in block)] = True
    return Region(points=tuple(map(tuple, numpy.argwhere(mask).tolist())))


def _axis(start: int, stride: int, count: int, block: int) -> slice | None:
    """One axis of a regular hyperslab as a slice, where it is one."""
    start, stride, count, block = int(start), int(stride), int(count), int(block)
    if count == 1:
        return slice(start, start + block, 1)
    if block == stride:
        return slice(start, start + count * block, 1)
    return slice(start, start + (count - 1) * stride + 1, stride) if block == 1 else None


def reference(file: HDF5File, target: Any) -> Any:
    """The h5py reference for a Pointer into this very file, or for None.

    Raises `OutputError` (`value-not-representable`) for anything else.
    """
    if target is None:
        return h5py.Reference()
    whole = isinstance(target, Pointer) and target.region is None and target.path
    if whole and target.file is file:
        strictly(file, encoded(target.path))
        return h5r.create(file.session.handle.id, encoded(target.path), h5r.OBJECT)
    reason = f"{target!r} is not an object of this file that can be referred to"
    raise OutputError(error("value-not-representable", reason, place=file.name))
