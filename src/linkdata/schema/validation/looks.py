"""Looks: what can be said of a value without reading it.

Takes: a value of the graph: a scalar, an array, a list, a link.
Gives: `Look`: kinds of its elements, shape, stored dtype; `leaves`, the elements of a list.
Implements: `specs/linkdata-1.0.md`, section "Validation", VAL-10.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from linkdata.arrays.base import charset_of, holds_pointers, is_text
from linkdata.graph.entity import Entity, Link

if TYPE_CHECKING:
    import numpy


class Kind(StrEnum):
    """What an element of a value is. The values are words for messages."""

    NULL = "null"
    BOOLEAN = "a boolean"
    INTEGER = "an integer"
    FLOAT = "a float"
    TEXT = "text"
    OBJECT = "an object"
    COMPOUND = "a compound"
    OTHER = "something else"


_BY_LETTER = {"b": Kind.BOOLEAN, "i": Kind.INTEGER, "u": Kind.INTEGER, "f": Kind.FLOAT}
_BY_TYPE = {
    type(None): Kind.NULL,
    bool: Kind.BOOLEAN,
    int: Kind.INTEGER,
    float: Kind.FLOAT,
    str: Kind.TEXT,
    Link: Kind.OBJECT,
    Entity: Kind.OBJECT,
}

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What a value looks like.

    `shape` is None for lists of unequal lengths, `depth` how deep they are nested. `stored` is the
    dtype of a value that lies in a file, and None for one that is written.
    """

    value: Any
    kinds: frozenset[Kind]
    shape: tuple[int, ...] | None
    depth: int
    stored: numpy.dtype[Any] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there are no elements."""
        return self.shape is not None and 0 in self.shape

    @property
    def is_scalar(self) -> bool:
        """Whether it is a single value."""
        return self.shape == ()

    def elements(self) -> Iterator[tuple[Path, Any]]:
        """The elements of what is written, each with where it stands."""
        value = self.value.tolist() if hasattr(self.value, "tolist") else self.value
        return leaves(value)


def look(value: Any, stored: numpy.dtype[Any] | None = None) -> Look:
    """The look of a value; `stored` is its dtype if it lies in a file."""
    if isinstance(value, list):
        value = _unpacked(value)
        kinds = frozenset(kind_of(element) for _, element in leaves(value))
        return Look(value, kinds, shape_of(value), _depth(value))
    if stored is not None or (hasattr(value, "dtype") and hasattr(value, "shape")):
        shape = getattr(value, "shape", ())
        shape = (0,) if shape is None else shape  # without a value it has no elements
        dtype = value.dtype if stored is None else stored
        return Look(value, frozenset((dtype_kind(dtype),)), shape, len(shape), stored)
    return Look(value, frozenset((kind_of(value),)), (), 0, stored)


def kind_of(value: Any) -> Kind:
    """What a single value is."""
    known = _BY_TYPE.get(type(value))
    if known is not None:
        return known
    return dtype_kind(value.dtype) if hasattr(value, "dtype") else Kind.OTHER


def dtype_kind(dtype: numpy.dtype[Any]) -> Kind:
    """What the elements of an array of this dtype are."""
    if dtype.names is not None:
        return Kind.COMPOUND
    if holds_pointers(dtype):
        return Kind.OBJECT
    if is_text(dtype) or dtype.kind in "US":
        return Kind.TEXT
    return _BY_LETTER.get(dtype.kind, Kind.OTHER)


def dtype_name(dtype: numpy.dtype[Any]) -> str:
    """The name of a stored dtype in the words of the NWB specification language."""
    kind = dtype_kind(dtype)
    if kind is Kind.TEXT:
        return "ascii" if charset_of(dtype) == "ascii" else "utf"
    if kind is Kind.OBJECT:
        return "object"
    return dtype.name


def _unpacked(value: Any) -> Any:
    """Nested lists with the arrays in them as lists: rows of numbers come as arrays."""
    if isinstance(value, list):
        return [_unpacked(item) for item in value]
    is_row = getattr(value, "shape", None) and hasattr(value, "tolist")
    return value.tolist() if is_row else value


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The elements of nested lists, each with the positions that lead to it."""
    if not isinstance(value, list):
        yield path, value
        return
    for position, item in enumerate(value):
        yield from leaves(item, (*path, position))


def shape_of(value: Any) -> tuple[int, ...] | None:
    """The shape of nested lists; None where those of one depth differ. Links are elements."""
    if not isinstance(value, list):
        return ()
    inner = {shape_of(item) for item in value}
    if not inner:
        return (0,)
    first = inner.pop()
    return None if inner or first is None else (len(value), *first)


def _depth(value: Any) -> int:
    if not isinstance(value, list):
        return 0
    return 1 + max((_depth(item) for item in value), default=0)
