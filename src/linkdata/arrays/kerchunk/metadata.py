"""Metadata of arrays as kerchunk has them: Zarr version 2.

Takes: elements and codecs of ours; `.zarray` documents of others.
Gives: `zarray`, one as the other; `Described`, what a `.zarray` says.
Implements: `specs/linkdata-1.0.md`, section "Zarr and kerchunk".

All codecs stand under `filters`, in the order in which they were applied, as HDF5 does not tell a
compressor from a filter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkdata.errors import SourceError, error
from linkdata.store.codecs import Codec

if TYPE_CHECKING:
    import numpy

FILTERS, COMPRESSOR, DTYPE = "filters", "compressor", "dtype"
_TEXT = {"id": "vlen-utf8"}

#: Our codecs as numcodecs calls them, and back; the name of the one parameter too.
_NAMES = {
    "deflate": ("zlib", "level", "level"),
    "shuffle": ("shuffle", "size", "elementsize"),
    "fletcher32": ("fletcher32", None, None),
}


@dataclass(frozen=True)
class Described:
    """An array of a reference file."""

    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: numpy.dtype[Any]
    #: The codecs in the order in which they were applied, as numcodecs has them.
    codecs: tuple[dict[str, Any], ...]
    is_text: bool
    fill: Any
    separator: str
    order: str


def theirs(codecs: Sequence[Codec]) -> list[dict[str, Any]] | None:
    """Codecs of ours as numcodecs has them; `None` where it has no such codec."""
    found = []
    for codec in codecs:
        if codec["id"] not in _NAMES:
            return None
        name, ours, their = _NAMES[codec["id"]]
        made: dict[str, Any] = {"id": name}
        if ours is not None and their is not None:
            made[their] = codec[ours]
        found.append(made)
    return found


def ours(codec: dict[str, Any]) -> Codec | None:
    """A codec of numcodecs as one of ours; `None` where that is not the same."""
    for name, (their_name, mine, their) in _NAMES.items():
        if codec.get("id") == their_name:
            if mine is None or their is None:
                return {"id": name}
            value = codec.get(their, 1)
            return {"id": name, mine: value if isinstance(value, int) and value >= 0 else 1}
    return None


def zarray(
    shape: Sequence[int],
    chunks: Sequence[int],
    dtype: str,
    filters: list[dict[str, Any]],
    fill: Any,
) -> dict[str, Any]:
    """The `.zarray` of an array. `dtype` is `text` for strings."""
    is_text = dtype == "text"
    return {
        "zarr_format": 2,
        "shape": [int(length) for length in shape],
        "chunks": [int(length) for length in chunks],
        DTYPE: "|O" if is_text else dtype,
        COMPRESSOR: None,
        FILTERS: ([_TEXT] if is_text else filters) or None,
        "fill_value": "" if is_text else fill,
        "order": "C",
    }


def described(found: Any, place: str) -> Described:
    """What a `.zarray` says. Raises `SourceError` (`source-unsupported`, `source-unreadable`)."""
    import numpy

    try:
        filters = [dict(codec) for codec in found.get(FILTERS) or ()]
        if found.get(COMPRESSOR) is not None:
            filters.append(dict(found[COMPRESSOR]))
        is_text = filters[:1] == [_TEXT]
        name = found[DTYPE]
        dtype = numpy.dtype([tuple(field) for field in name] if isinstance(name, list) else name)
        shape, chunks = tuple(map(int, found["shape"])), tuple(map(int, found["chunks"]))
        if not shape or 0 in shape:  # kerchunk has chunks of no length for these
            chunks = tuple(max(1, length) for length in chunks)
        if len(shape) != len(chunks) or min((*shape, *chunks, 0)) < 0 or 0 in chunks:
            raise ValueError("the chunks do not fit the shape")
        order = str(found.get("order", "C"))
        separator = str(found.get("dimension_separator", "."))
        made = Described(
            shape,
            chunks,
            dtype,
            tuple(filters[1:] if is_text else filters),
            is_text,
            found.get("fill_value"),
            separator,
            order,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise SourceError(
            error(
                "source-unreadable", f"this is no array of Zarr version 2: {problem}", place=place
            )
        ) from problem
    if made.order != "C" or (dtype.hasobject and not is_text):
        raise SourceError(
            error("source-unsupported", "an array in column order, or of Python objects",
                  place=place)
        )  # fmt: skip
    return made
