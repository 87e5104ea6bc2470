"""Codecs: from the bytes of a chunk as they lie back to the bytes of its elements.

Takes: a payload, and the pipeline that made it, as objects of a store name it.
Gives: `decode`; `Pipeline`, a chain of codecs; `NAMES`, what the filters of HDF5 are called here.
Implements: `specs/linkdata-1.0.md`, section "Objects of a store".

A codec is plain JSON: `{"id": "shuffle", "size": 2}`, `{"id": "deflate", "level": 4}`,
`{"id": "fletcher32"}`. Any other one is `{"id": "lzf", "values": [...]}`, with the numbers by which
HDF5 keeps it, and is decoded by whoever is registered for that (`linkdata.codecs`). Codecs are
named in the order in which they were applied.

libdeflate (the extra `linkdata[fast]`) is used where it is installed: it is twice as fast as zlib.
Both work outside the interpreter's lock.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from linkdata import plugins
from linkdata.errors import StoreError, error
from linkdata.store.kinds import Buffer, Damaged

if TYPE_CHECKING:
    import numpy

Codec: TypeAlias = "dict[str, Any]"

GROUP = "linkdata.codecs"
"""The group of entry points of decoders. `hdf5` decodes what only HDF5's own library can."""

NAMES = {
    1: "deflate",
    2: "shuffle",
    3: "fletcher32",
    4: "szip",
    5: "nbit",
    6: "scaleoffset",
    307: "bzip2",
    32000: "lzf",
    32001: "blosc",
    32004: "lz4",
    32008: "bitshuffle",
    32013: "zfp",
    32015: "zstd",
    32026: "blosc2",
}
"""The filters of HDF5 that have a name here. Another one is `hdf5-` and its number."""

NUMBERS = {name: number for number, name in NAMES.items()}

_CHECKSUM = 4  # bytes that fletcher32 adds
_MAX_CODECS = 32  # as many as HDF5 allows
_MAX_VALUE = 2**32
_NUMBERED = re.compile(r"hdf5-[1-9][0-9]{0,4}")


class Decoder(Protocol):
    """What the entry point `hdf5` of `linkdata.codecs` is."""

    def __call__(
        self,
        payload: Buffer,
        pipeline: Pipeline,
        dtype: numpy.dtype[Any],
        shape: tuple[int, ...],
    ) -> bytes:
        """The bytes of a block of this dtype and shape.

        Raises `StoreError` (`store-codec-unknown`), `Damaged`.
        """


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The codecs of a chunk. Bit n of `mask` says that number n was not applied to this one."""

    codecs: tuple[Codec, ...] = ()
    mask: int = 0

    @property
    def applied(self) -> tuple[Codec, ...]:
        """The codecs that were."""
        return tuple(codec for n, codec in enumerate(self.codecs) if not self.mask >> n & 1)

    @property
    def is_plain(self) -> bool:
        """Whether it is decoded here, without a library of HDF5."""
        return _sizes(self.applied, 0) is not None

    def __hash__(self) -> int:
        return hash((len(self.codecs), self.mask))


def pipeline(codecs: Any, mask: Any) -> Pipeline:
    """A pipeline as an object or a manifest names it.

    Raises `StoreError` (`store-codec-unknown`) for what is none.
    """
    whole = isinstance(codecs, list) and len(codecs) <= _MAX_CODECS
    if not whole or not all(map(_is_codec, codecs)) or not _is_number(mask):
        raise unknown(f"the codecs `{str(codecs)[:80]}`")
    return Pipeline(tuple(codecs), mask)


def number(codec: Codec) -> int:
    """The number that HDF5 has for a codec."""
    name: str = codec["id"]
    return NUMBERS[name] if name in NUMBERS else int(name.removeprefix("hdf5-"))


def decode(
    payload: Buffer, pipeline: Pipeline, dtype: numpy.dtype[Any], shape: tuple[int, ...]
) -> Buffer:
    """The bytes of a block of elements of this dtype and shape, from those of its payload.

    Raises `Damaged` for a payload that is none, and `StoreError` (`store-codec-unknown`) for a
    codec that nothing here knows. Never gives, nor makes on the way, more than the block has.
    """
    applied = pipeline.applied
    size = dtype.itemsize
    for length in shape:
        size *= length
    sizes = _sizes(applied, size)
    if sizes is None:
        return _hdf5()(payload, pipeline, dtype, shape)
    data: Buffer = payload
    for codec, before in zip(reversed(applied), reversed(sizes), strict=True):
        data = _DECODERS[codec["id"]](data, codec, before)
    if len(data) != size:
        raise Damaged(f"{len(data)} bytes where {size} are due")
    return data


def unknown(what: str) -> StoreError:
    """The error that a codec is not known."""
    return StoreError(
        error("store-codec-unknown", f"{what} cannot be decoded here",
              hint="a plug-in of HDF5 may be missing; the package hdf5plugin has many")
    )  # fmt: skip


def _sizes(applied: tuple[Codec, ...], size: int) -> list[int] | None:
    """How long the bytes were before each codec, or `None` where that is not for us to say."""
    sizes: list[int] = []
    known: int | None = size
    for codec in applied:
        if known is None or codec["id"] not in _DECODERS:
            return None
        sizes.append(known)
        known = _AFTER[codec["id"]](known)
    return sizes


@cache
def _hdf5() -> Decoder:
    return cast("Decoder", plugins.load(GROUP, "hdf5"))


# The codecs that are known here: payload, codec, how many bytes come out


def _inflate(data: Buffer, codec: Codec, size: int) -> Buffer:
    try:
        return _library()(data, size)
    except ValueError as problem:
        raise Damaged(f"not what deflate wrote: {problem}") from problem


@cache
def _library() -> Callable[[Buffer, int], Buffer]:
    try:
        import deflate
    except ImportError:
        return _zlib

    def libdeflate(data: Buffer, size: int) -> Buffer:
        try:
            found: bytearray = deflate.zlib_decompress(data, max(size, 1))
        except deflate.DeflateError as problem:
            raise ValueError(str(problem)) from problem
        return memoryview(found)

    return libdeflate


def _zlib(data: Buffer, size: int) -> Buffer:
    stream = zlib.decompressobj()
    try:
        found = stream.decompress(data, size + 1)  # one more than there should be, never a bomb
    except zlib.error as problem:
        raise ValueError(str(problem)) from problem
    if not stream.eof and len(found) <= size:
        raise ValueError("it ends early")
    return found


def _unshuffle(data: Buffer, codec: Codec, size: int) -> Buffer:
    import numpy

    width = codec["size"]
    if width == 1 or len(data) < width:
        return data
    whole = len(data) // width * width
    planes = numpy.frombuffer(data, "u1", whole).reshape(width, -1)
    result = numpy.empty(len(data), "u1")
    elements = result[:whole].reshape(-1, width)
    for place, plane in enumerate(planes):
        elements[:, place] = plane
    result[whole:] = numpy.frombuffer(data, "u1")[whole:]  # HDF5 leaves these where they are
    return result.data


def _unchecked(data: Buffer, codec: Codec, size: int) -> Buffer:
    body, found = memoryview(data)[:-_CHECKSUM], bytes(memoryview(data)[-_CHECKSUM:])
    if len(data) < _CHECKSUM or fletcher32(body) != found:
        raise Damaged("its checksum (fletcher32) does not fit")
    return body


def fletcher32(data: Buffer) -> bytes:
    """The checksum that HDF5 puts behind a chunk.

    Two sums of big-endian words modulo 65535, the second one of the first one's steps; zero is
    written as 65535 unless all words are zero.
    """
    import numpy

    padded = bytes(data) + b"\0" if len(data) % 2 else data
    words = numpy.frombuffer(padded, ">u2")
    first = second = 0
    step = 1 << 16  # so that no sum outgrows 64 bits
    for start in range(0, len(words), step):
        part = words[start : start + step].astype("u8")
        weights = numpy.arange(len(part), 0, -1, dtype="u8")
        second += len(part) * first + int((part * weights).sum())
        first += int(part.sum())
    # HDF5 folds carries in instead of dividing: what is not zero never becomes zero.
    first, second = _folded(first), _folded(second)
    return (second << 16 | first).to_bytes(4, "little")


def _folded(total: int) -> int:
    return 0 if total == 0 else (total - 1) % 65535 + 1


_DECODERS: dict[str, Callable[[Buffer, Codec, int], Buffer]] = {
    "deflate": _inflate,
    "shuffle": _unshuffle,
    "fletcher32": _unchecked,
}
_AFTER: dict[str, Callable[[int], int | None]] = {
    "deflate": lambda size: None,
    "shuffle": lambda size: size,
    "fletcher32": lambda size: size + _CHECKSUM,
}


# What is a codec


def _is_codec(codec: Any) -> bool:
    if not isinstance(codec, dict) or not isinstance(codec.get("id"), str):
        return False
    name, rest = codec["id"], codec.keys() - {"id"}
    form = _FORMS.get(name)
    if form is not None:
        return rest == form.keys() and all(
            _is_number(codec[key]) and codec[key] in allowed for key, allowed in form.items()
        )
    values = codec.get("values")
    return (
        rest == {"values"}
        and (name in NUMBERS or _NUMBERED.fullmatch(name) is not None)
        and isinstance(values, list)
        and all(map(_is_number, values))
    )


_FORMS: dict[str, dict[str, range]] = {
    "deflate": {"level": range(10)},
    "shuffle": {"size": range(1, 2**31)},
    "fletcher32": {},
}


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MAX_VALUE
