"""Export: where the chunks of arrays are, as kerchunk reference JSON.

Takes: a tree of arrays.
Gives: `references_to`.
Implements: `specs/linkdata-1.0.md`, section "Zarr and kerchunk".

A chunk that lies in one piece of a file, encoded as numcodecs can decode it, is referred to. What
lies in another way is written into the references, if it is small; else it is left out, and told.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from math import prod
from typing import Any, TypeAlias

from linkdata.arrays.chunking import Chunked, chunks_of
from linkdata.arrays.kerchunk.metadata import theirs, zarray
from linkdata.arrays.protocols import Array
from linkdata.arrays.trees import Tree, packed_strings
from linkdata.errors import StoreError
from linkdata.store.grids import counts, number_of_chunks, position
from linkdata.store.kinds import PLAIN, TEXT_NAME, unsupported
from linkdata.store.packing import CANONICAL

#: How many bytes an array may have that is written into the references.
INLINE = 1 << 20

#: The attribute that tells what is not among the references.
LEFT_OUT = "linkdata_left_out"

Named: TypeAlias = Callable[[Any], str]


def references_to(tree: Tree, named: Named) -> dict[str, Any]:
    """The references to all arrays of a tree, as JSON. `named` gives the URL of an array's file.

    What cannot be referred to is in the attributes of the root, under `linkdata_left_out`, with
    the reasons. Raises what reading the arrays raises.
    """
    refs: dict[str, Any] = {}
    left_out: dict[str, str] = {}
    _group(tree, "", refs, left_out, named)
    if left_out:
        refs[".zattrs"] = _json({**tree.attributes, LEFT_OUT: left_out})
    return {"version": 1, "refs": refs}


def _group(
    tree: Tree, path: str, refs: dict[str, Any], left_out: dict[str, str], named: Named
) -> None:
    refs[f"{path}.zgroup"] = _json({"zarr_format": 2})
    refs[f"{path}.zattrs"] = _json(tree.attributes)
    for name, array in tree.arrays.items():
        try:
            found = dict(_array(array, f"{path}{name}/", named))
        except StoreError as problem:
            if problem.code != "store-array-unsupported":
                raise
            left_out[f"/{path}{name}"] = problem.diagnostic.message
            continue
        refs.update(found)
        axes = [f"{name}_{axis}" for axis in range(len(array.shape or ()))]
        refs[f"{path}{name}/.zattrs"] = _json(
            {**tree.described.get(name, {}), "_ARRAY_DIMENSIONS": axes}
        )
    for name, inner in tree.groups.items():
        _group(inner, f"{path}{name}/", refs, left_out, named)


def _array(array: Array, path: str, named: Named) -> Iterator[tuple[str, Any]]:
    """The references of one array. Raises `StoreError` (`store-array-unsupported`)."""
    source = getattr(array, "dataset", array)
    with chunks_of(source) as chunks:
        where, filters = _ranges(chunks), theirs(chunks.codecs)
        if where is not None and filters is not None:
            yield from _referred(chunks, path, where, filters, named(source))
        else:
            yield from _inlined(array, chunks, path)


def _ranges(chunks: Chunked) -> Any:
    """What knows where chunks lie in a file, if all lie as one packing says."""
    where = getattr(chunks, "extents", None)
    if where is None or chunks.packing == CANONICAL or not isinstance(chunks.packing, str):
        return None
    return None if any(extent.mask for extent in where.values()) else where


def _referred(
    chunks: Chunked, path: str, where: Any, filters: list[dict[str, Any]], url: str
) -> Iterator[tuple[str, Any]]:
    grid = chunks.grid if chunks.padded else chunks.shape
    grid = tuple(max(1, length) for length in grid)
    assert isinstance(chunks.packing, str)
    fill = _fill(chunks, where)
    yield f"{path}.zarray", _json(zarray(chunks.shape, grid, chunks.packing, filters, fill))
    if chunks.padded:
        counted = counts(chunks.shape, chunks.grid)
        for index, extent in where.items():
            at = ".".join(map(str, position(index, counted))) or "0"
            yield f"{path}{at}", [url, extent.offset, extent.size]
    elif where:  # slabs, one behind the other
        first, size = where[0], sum(extent.size for extent in where.values())
        yield f"{path}{'.'.join('0' * len(grid)) or '0'}", [url, first.offset, size]


def _fill(chunks: Chunked, where: Any) -> Any:
    """What a chunk that was never written is full of: the same everywhere."""
    for index in range(number_of_chunks(chunks.shape, chunks.grid)):
        if index not in where:
            value = chunks.values(index).reshape(-1)[:1].tolist()[0]
            return value if isinstance(value, bool | int | float) and value == value else None
    return None


def _inlined(array: Array, chunks: Chunked, path: str) -> Iterator[tuple[str, Any]]:
    """An array in one chunk, among the references."""
    import numpy

    name = chunks.element.name
    if not isinstance(name, str) or (name != TEXT_NAME and name not in PLAIN):
        raise unsupported("Zarr has no such elements")
    if prod(chunks.shape) * chunks.element.nominal > INLINE:
        raise unsupported("its chunks lie in no one piece, or encoded in a way of HDF5's own")
    values = numpy.asarray(array[...])
    data = packed_strings(values) if name == TEXT_NAME else b"".join(chunks.element.encode(values))
    grid = tuple(max(1, length) for length in chunks.shape)
    dtype = name if name == TEXT_NAME else PLAIN[name]
    yield f"{path}.zarray", _json(zarray(chunks.shape, grid, dtype, [], None))
    if values.size:
        key = ".".join("0" * len(grid)) or "0"
        yield f"{path}{key}", "base64:" + base64.b64encode(data).decode("ascii")


def _json(found: dict[str, Any]) -> str:
    return json.dumps(found, allow_nan=False)  # a tree has no attributes that JSON cannot hold
