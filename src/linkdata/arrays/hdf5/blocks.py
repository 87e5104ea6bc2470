"""Blocks: the values of an open dataset, in and out.

Takes: an open dataset and an index.
Gives: `read` and `write`, as numpy arrays in the dtypes that users see.
Implements: `specs/linkdata-1.0.md`, section "HDF5 sources".
"""

from __future__ import annotations

from itertools import compress, product
from typing import TYPE_CHECKING, Any

import h5py
import numpy
from h5py import h5d, h5s, h5t

from linkdata.arrays.hdf5.references import pointers, reference
from linkdata.arrays.hdf5.selection import Plan, Stretch, plan
from linkdata.arrays.hdf5.values import DType, array_axes, decoded, element_dtype, memory, native
from linkdata.arrays.protocols import Index
from linkdata.errors import OutputError, UsageError, error

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linkdata.arrays.hdf5.file import HDF5File


def inner(dataset: h5d.DatasetID) -> tuple[int, ...]:
    """The axes that an array datatype adds after those of the dataset."""
    return array_axes(dataset.get_type())


def chunk_shape(dataset: h5d.DatasetID) -> tuple[int, ...] | None:
    """The shape of a chunk, or `None` where the values are not stored in chunks."""
    created = dataset.get_create_plist()
    if created.get_layout() != h5d.CHUNKED:
        return None
    return (*map(int, created.get_chunk()), *inner(dataset))


def read(file: HDF5File, dataset: h5d.DatasetID, index: Index) -> NDArray[Any]:
    """The values at an index, as an array, of shape () for one value."""
    planned, pick, single = _planned(dataset, index, chunk_shape(dataset))
    picked: NDArray[Any] = _decoded(file, dataset, planned)[pick]
    if not single:
        return picked
    # In a box, as the element may be an array itself (of a ragged dataset).
    boxed = numpy.empty(1, element_dtype(native(dataset.get_type())))
    boxed[0] = picked
    return boxed.reshape(())


def write(file: HDF5File, dataset: h5d.DatasetID, index: Index, value: Any) -> None:
    """Put values at an index; they are spread over it as numpy spreads them.

    Raises `OutputError` (`value-not-representable`) for what the datatype cannot hold.
    """
    planned, pick, single = _planned(dataset, index)
    dtype = native(dataset.get_type())
    if pick is planned.pick and planned.is_block:
        kept = [part != 0 for part in pick]
        shape = tuple(compress(planned.shape, kept))
        turned = (*compress(pick, kept), ...)  # a slice turned round is its own reverse
        block = _spread(value, shape, dtype)[turned].reshape(planned.shape)
    else:
        block = _decoded(file, dataset, planned).copy()
        block[pick] = _spread(value, () if single else block[pick].shape, dtype)
    encoded = _encoded(file, block, dtype)
    for parts, place in _parts(planned):
        here: tuple[Any, ...] = (*place, ...)  # `...`: of no axes too, an array and no scalar
        _write_part(dataset, parts, encoded[here])


def _planned(
    dataset: h5d.DatasetID, index: Index, chunks: tuple[int, ...] | None = None
) -> tuple[Plan, Any, bool]:
    """What to read, what to pick of it, and whether that is one single element."""
    more = inner(dataset)
    planned = plan(index, (*dataset.shape, *more), chunks)
    single = all(isinstance(part, int) for part in planned.pick)
    if not more:
        return planned, planned.pick, single
    # HDF5 reads an array datatype whole; so rare that all of it may be read, and picked from.
    return plan(..., dataset.shape), index, single


def _decoded(file: HDF5File, dataset: h5d.DatasetID, planned: Plan) -> NDArray[Any]:
    kind = dataset.get_type()
    return decoded(_raw(dataset, planned, kind), native(kind), lambda raw: pointers(file, raw))


def _raw(dataset: h5d.DatasetID, planned: Plan, stored: h5t.TypeID) -> NDArray[Any]:
    """The stretches of a plan, joined, read as `memory` says."""
    into, kind = memory(stored)
    block = numpy.zeros(planned.shape, into)
    if not block.size:
        return block
    if all(len(axis) == 1 for axis in planned.axes):
        _read_part(dataset, [axis[0] for axis in planned.axes], block, kind)
        return block
    for parts, place in _parts(planned):
        part = numpy.zeros([stretch.count for stretch in parts], into)
        _read_part(dataset, parts, part, kind)
        block[place] = part
    return block


def _parts(planned: Plan) -> list[tuple[list[Stretch], tuple[slice, ...]]]:
    """The blocks that a plan reads, each with its place in what they make up together."""
    placed: list[list[tuple[Stretch, slice]]] = []
    for axis in planned.axes:
        at = 0
        placed.append([])
        for stretch in axis:
            placed[-1].append((stretch, slice(at, at + stretch.count)))
            at += stretch.count
    return [
        ([stretch for stretch, _ in parts], tuple(place for _, place in parts))
        for parts in product(*placed)
    ]


def _spaces(dataset: h5d.DatasetID, parts: list[Stretch]) -> tuple[h5s.SpaceID, h5s.SpaceID]:
    """The dataspaces of a block, in memory and in the file."""
    there = dataset.get_space()
    if not parts:
        return h5s.create(h5s.SCALAR), there
    counts = tuple(stretch.count for stretch in parts)
    starts = tuple(stretch.start for stretch in parts)
    there.select_hyperslab(starts, counts, tuple(stretch.step for stretch in parts))
    return h5s.create_simple(counts), there


def _read_part(
    dataset: h5d.DatasetID, parts: list[Stretch], into: NDArray[Any], kind: h5t.TypeID
) -> None:
    here, there = _spaces(dataset, parts)
    dataset.read(here, there, into, kind)


def _write_part(dataset: h5d.DatasetID, parts: list[Stretch], values: NDArray[Any]) -> None:
    if values.size:
        here, there = _spaces(dataset, parts)
        kept = numpy.ascontiguousarray(values).reshape(values.shape)
        dataset.write(here, there, kept, memory(dataset.get_type(), addresses=False)[1])


def _spread(value: Any, shape: tuple[int, ...], dtype: DType) -> NDArray[Any]:
    """A value as an array of this shape."""
    ragged = h5py.check_vlen_dtype(dtype) is not None
    whole = isinstance(value, numpy.ndarray) and not (ragged and value.dtype != object)
    if element_dtype(dtype).kind in "OS" and not whole:
        array = _boxed(value, len(shape))
    else:
        try:
            array = numpy.asarray(value)
        except (TypeError, ValueError) as problem:
            raise UsageError(error("usage", f"not an array: {problem}")) from problem
    try:
        return numpy.broadcast_to(array, shape)
    except ValueError as problem:
        raise UsageError(
            error("usage", f"values of shape {array.shape} do not fit into shape {shape}")
        ) from problem


def _boxed(value: Any, depth: int) -> NDArray[Any]:
    """An object array of strings, Pointers or arrays, from lists nested at most so deep."""
    if not isinstance(value, list | tuple) or not depth:
        boxed = numpy.empty((), object)
        boxed[()] = value
        return boxed
    below = [_boxed(item, depth - 1) for item in value]
    if any(item.shape != below[0].shape for item in below):
        raise UsageError(error("usage", "the lists of the values differ in length or depth"))
    result = numpy.empty((len(below), *(below[0].shape if below else ())), object)
    for position, item in enumerate(below):
        result[position] = item[()] if item.ndim == 0 else item
    return result


def _encoded(file: HDF5File, values: NDArray[Any], dtype: DType) -> NDArray[Any]:
    """Values as users see them, as h5py writes them."""
    if dtype.subdtype is not None:
        return _encoded(file, values, dtype.subdtype[0])
    if dtype.names is not None:
        if values.dtype.names != dtype.names:
            raise _lost(f"{values.dtype} has not the fields {', '.join(dtype.names)}")
        result = numpy.zeros(values.shape, dtype)
        for name in dtype.names:
            result[name] = _encoded(file, values[name], dtype[name])
        return result
    if dtype.kind == "S" or h5py.check_string_dtype(dtype) is not None:
        return _strings(values, dtype)
    if h5py.check_ref_dtype(dtype) is not None:
        return _objects(values, dtype, lambda item: reference(file, item))
    base = h5py.check_vlen_dtype(dtype)
    if base is not None:
        plain = numpy.dtype(base)
        return _objects(values, dtype, lambda item: _encoded(file, numpy.asarray(item), plain))
    return _numbers(values, dtype)


def _objects(values: NDArray[Any], dtype: DType, make: Any) -> NDArray[Any]:
    result = numpy.empty(values.size, dtype)
    for position, item in enumerate(values.reshape(-1)):
        result[position] = make(item)
    return result.reshape(values.shape)


def _strings(values: NDArray[Any], dtype: DType) -> NDArray[Any]:
    def bytes_of(item: Any) -> bytes:
        if not isinstance(item, str | bytes):
            raise _lost(f"{item!r} is not a string")
        try:
            encoded = item.encode("utf-8", "surrogateescape") if isinstance(item, str) else item
        except UnicodeEncodeError as problem:
            raise _lost(f"{item!r} is not Unicode text") from problem
        if dtype.kind == "S" and len(encoded) > dtype.itemsize:
            raise _lost(f"{item!r} is longer than {dtype.itemsize} bytes")
        if b"\0" in encoded:
            raise _lost(f"{item!r} has a NUL in it")
        return encoded

    return _objects(values, dtype, bytes_of)


def _numbers(values: NDArray[Any], dtype: DType) -> NDArray[Any]:
    """Numbers in the file's dtype; HDF5 itself would clip in silence what does not fit."""
    if values.dtype.kind in "US" or (values.dtype.kind == "c" and dtype.kind in "biuf"):
        raise _lost(f"{values.dtype} values do not fit into {dtype}")
    try:
        with numpy.errstate(all="ignore"):
            result = values.astype(dtype)
    except (TypeError, ValueError, OverflowError) as problem:
        raise _lost(f"{values.dtype} values do not fit into {dtype}: {problem}") from problem
    whole = dtype.kind in "biu" and not numpy.array_equal(result, values)
    if whole or (
        dtype.kind in "fc"
        and values.dtype.kind in "biufc"
        and not numpy.array_equal(numpy.isfinite(result), numpy.isfinite(values))
    ):
        raise _lost(f"{values.dtype} values do not fit into {dtype} without loss")
    return result


def _lost(reason: str) -> OutputError:
    return OutputError(error("value-not-representable", reason))
