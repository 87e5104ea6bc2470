"""Decoding chunks as kerchunk refers to them.

Takes: what a `.zarray` says, and the bytes of a chunk.
Gives: `values_of`, its elements; `pipeline_of`, its codecs as ours; `fill_value`.
Implements: `specs/linkdata-1.0.md`, section "Zarr and kerchunk".

What our own codecs cannot decode is left to numcodecs, if that is installed (`linkdata[zarr]`).
"""

from __future__ import annotations

import base64
import struct
from math import prod
from typing import TYPE_CHECKING, Any

from linkdata.arrays.kerchunk.metadata import Described, ours
from linkdata.errors import LinkdataError, SourceError, error
from linkdata.store.codecs import Pipeline, decode, pipeline
from linkdata.store.kinds import TEXT, Buffer, Damaged

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SPECIAL = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def pipeline_of(found: Described) -> Pipeline | None:
    """The codecs of an array as ours; `None` where one of them is none of those decoded here."""
    made = [ours(codec) for codec in found.codecs]
    if None in made:
        return None
    try:
        known = pipeline(made, 0)
    except LinkdataError:
        return None
    return known if known.is_plain else None


def values_of(found: Described, data: bytes, place: str) -> NDArray[Any]:
    """The elements of a whole chunk. Raises `SourceError`."""
    import numpy

    known = pipeline_of(found)
    try:
        if found.is_text:
            return _strings(_numcodecs(found, data, place), found.chunks)
        if known is not None:
            plain = decode(data, known, found.dtype, found.chunks)
        else:
            plain = _numcodecs(found, data, place)
        size = prod(found.chunks) * found.dtype.itemsize
        if len(plain) != size:
            raise Damaged(f"{len(plain)} bytes where {size} are due")
    except Damaged as problem:
        raise SourceError(
            error("source-unreadable", f"the chunk cannot be decoded: {problem}", place=place)
        ) from problem
    return numpy.frombuffer(plain, found.dtype).reshape(found.chunks)


def fill_value(found: Described) -> Any:
    """What the elements of a chunk are that there is not."""
    fill = found.fill
    if found.is_text:
        return fill if isinstance(fill, str) else ""
    if fill is None:
        return "" if found.dtype.kind in "SU" else 0
    if found.dtype.kind == "f":
        return _number(fill)
    if isinstance(fill, str) and found.dtype.kind == "S":
        return base64.b64decode(fill).rstrip(b"\0").decode("utf-8", "surrogateescape")
    if isinstance(fill, list) and found.dtype.kind == "c":
        real, imaginary = map(_number, fill)
        return complex(real, imaginary)
    return fill


def _number(part: Any) -> float:
    """A number as JSON has it: some are strings."""
    return _SPECIAL[part] if isinstance(part, str) and part in _SPECIAL else float(part)


def _numcodecs(found: Described, data: Buffer, place: str) -> Buffer:
    if not found.codecs:
        return data
    try:
        from numcodecs import get_codec
    except ImportError:
        raise _unsupported("its codecs need numcodecs", place) from None
    for config in reversed(found.codecs):
        try:
            codec = get_codec(config)
        except (ValueError, TypeError) as problem:
            raise _unsupported(f"the codec `{config.get('id')}` is not known", place) from problem
        try:
            data = memoryview(codec.decode(data)).cast("B")
        except (ValueError, TypeError, RuntimeError, OSError, EOFError, struct.error) as problem:
            raise Damaged(str(problem)) from problem
    return data


def _strings(data: Buffer, shape: tuple[int, ...]) -> NDArray[Any]:
    """Strings as numcodecs packs them: how many, then each after its length."""
    import numpy

    view = memoryview(data)
    try:
        (count,) = struct.unpack_from("<I", view)
        at = 4
        result = numpy.empty(prod(shape), TEXT.dtype)
        if count != len(result):
            raise Damaged(f"{count} strings where {len(result)} are due")
        for number in range(count):
            (length,) = struct.unpack_from("<I", view, at)
            text = bytes(view[at + 4 : at + 4 + length])
            if len(text) != length:
                raise Damaged("a string goes beyond the end")
            result[number] = text.decode("utf-8", "surrogateescape")
            at += 4 + length
    except struct.error as problem:
        raise Damaged(str(problem)) from problem
    return result.reshape(shape)


def _unsupported(reason: str, place: str) -> SourceError:
    hint = "install it: pip install 'linkdata[zarr]'"
    return SourceError(error("source-unsupported", reason, place=place, hint=hint))
