"""Trees of named arrays, for those who give them to other libraries.

Takes: arrays and attributes by name.
Gives: `Tree`; `element_in`, what the elements of any array are; `packed_strings`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from linkdata.arrays.protocols import Array
from linkdata.store.elements import element_of
from linkdata.store.kinds import Element

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass
class Tree:
    """A group: arrays and groups by name, and attributes that JSON can hold.

    The attributes of an array are in `described`, by the array's name.
    """

    arrays: dict[str, Array] = field(default_factory=dict)
    groups: dict[str, Tree] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    described: dict[str, dict[str, Any]] = field(default_factory=dict)


def element_in(array: Array) -> Element:
    """What the elements are. Raises `StoreError` (`store-array-unsupported`)."""
    known = getattr(array, "element", None)
    if isinstance(known, Element):
        return known
    import numpy

    dtype = array.dtype
    unknown = dtype.kind == "O" and not dtype.metadata
    return element_of(dtype, numpy.asarray(array) if unknown else None)


def packed_strings(values: NDArray[Any]) -> bytes:
    """Strings as Zarr's codec `vlen-utf8` has them: how many, then each after its length.

    Bytes that are no UTF-8 are replaced, as whoever reads them expects UTF-8.
    """
    parts = [_utf8(value) for value in values.reshape(-1).tolist()]
    packed = [struct.pack("<I", len(parts))]
    for part in parts:
        packed += (struct.pack("<I", len(part)), part)
    return b"".join(packed)


def _utf8(value: str) -> bytes:
    found = value.encode("utf-8", "surrogateescape")
    return found.decode("utf-8", "replace").encode("utf-8")
