"""Packing: how the elements of a chunk lie in its decoded bytes, before any codec.

Takes: numpy dtypes, and packings as objects name them.
Gives: `packing_of` and `dtype_of`, one to the other; `CANONICAL`, the packing that is no dtype.
Implements: `specs/linkdata-1.0.md`, section "Objects of a store".

A chunk is kept as it was found, so its bytes may be big-endian, or records with gaps. The packing
says so and has no part in the chunk's identity.

    "canonical"                                       the canonical bytes of the elements
    "<i2", ">f8", "|b1", "|S10", "|V8", "<c16"        a byte order, a kind, a size
    {"array": P, "shape": [2, 3]}                     small arrays, as fields of records
    {"fields": [["x", P, 0], ["y", Q, 8]], "size": 16}  records: fields and their offsets
"""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

from linkdata.errors import StoreError, error

if TYPE_CHECKING:
    import numpy

Packing: TypeAlias = "str | dict[str, Any]"

CANONICAL = "canonical"

_PLAIN = re.compile(r"[<>|]([biufcSV])([1-9][0-9]{0,9})")
_SIZES = {"b": (1,), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "f": (2, 4, 8), "c": (8, 16)}
_MAX_NESTED = 32
_MAX_SIZE = 2**32  # what a chunk may have in all


def packing_of(dtype: numpy.dtype[Any]) -> Packing | None:
    """The packing that a dtype is, or `None` for one that is none (objects, long doubles)."""
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        inner = packing_of(base)
        return None if inner is None else {"array": inner, "shape": list(shape)}
    if dtype.names is not None:
        assert dtype.fields is not None
        fields = []
        for name in dtype.names:
            field, offset = dtype.fields[name][:2]
            inner = packing_of(field)
            if inner is None:
                return None
            fields.append([name, inner, offset])
        return {"fields": fields, "size": dtype.itemsize}
    return dtype.str if _is_plain(dtype.str) else None


def dtype_of(packing: Any, depth: int = 0) -> numpy.dtype[Any]:
    """The dtype of a packing, which is not `CANONICAL`.

    Raises `StoreError` (`store-codec-unknown`) for what is no packing.
    """
    import numpy

    if depth <= _MAX_NESTED:
        if isinstance(packing, str) and _is_plain(packing):
            return numpy.dtype(packing)
        try:
            if isinstance(packing, dict) and packing.keys() == {"array", "shape"}:
                shape = tuple(map(_natural, packing["shape"]))
                base = dtype_of(packing["array"], depth + 1)
                if 0 < prod(shape) * base.itemsize < _MAX_SIZE:
                    return numpy.dtype((base, shape))
            elif isinstance(packing, dict) and packing.keys() == {"fields", "size"}:
                return _record(packing, depth)
        except (TypeError, ValueError):
            pass  # lists of other things than are meant
    raise StoreError(
        error("store-codec-unknown", f"elements that lie as `{str(packing)[:80]}`",
              hint="a newer linkdata may know it")
    )  # fmt: skip


def _record(packing: dict[str, Any], depth: int) -> numpy.dtype[Any]:
    import numpy

    names, formats, offsets = [], [], []
    for name, inner, offset in packing["fields"]:
        names.append(name)
        formats.append(dtype_of(inner, depth + 1))
        offsets.append(_natural(offset))
    # numpy checks that the fields lie in the size, and that the names differ.
    return numpy.dtype(
        {
            "names": names,
            "formats": formats,
            "offsets": offsets,
            "itemsize": _natural(packing["size"]),
        }
    )


def _is_plain(text: str) -> bool:
    found = _PLAIN.fullmatch(text)
    if found is None:
        return False
    kind, size = found[1], int(found[2])
    return size in _SIZES[kind] if kind in _SIZES else size < _MAX_SIZE


def _natural(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _MAX_SIZE:
        raise ValueError(f"{value!r} is no length")
    return value
