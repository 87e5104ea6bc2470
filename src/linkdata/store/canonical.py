"""Canonical bytes of a chunk, and the digest of its content.

Takes: the elements of a chunk.
Gives: `body`, their canonical bytes; `content_digest`, which names the chunk; `values`, the way
back.
Implements: `specs/linkdata-1.0.md`, section "Chunks".

    linkdata chunk 1 LF
    {"dtype":"int16","shape":[2,3]} LF
    the elements, in C order

The first line keeps chunks apart from all else that is hashed, of this version and later ones. What
does not enter: compression, byte order, padding at the edge of an array, the file, the position.
"""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Any

from linkdata.store.digests import Digest, digest_bytes
from linkdata.store.framing import canonical_json
from linkdata.store.kinds import Buffer, Damaged, Element

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FIRST = b"linkdata chunk 1\n"


def body(element: Element, values: NDArray[Any]) -> list[Buffer]:
    """The canonical bytes of the elements of an array, as pieces to be joined.

    Raises `StoreError` (`store-array-unsupported`) for values that are not of this kind.
    """
    return element.encode(values)


def content_digest(
    element: Element, shape: tuple[int, ...], pieces: list[Buffer], by: str = "blake3"
) -> Digest:
    """The digest of a chunk of this shape whose canonical bytes these are."""
    return digest_bytes(_header(element, shape), *pieces, by=by)


@lru_cache(maxsize=64)  # of the chunks of an array, nearly all have one
def _header(element: Element, shape: tuple[int, ...]) -> bytes:
    return _FIRST + canonical_json({"dtype": element.name, "shape": list(shape)}) + b"\n"


def values(element: Element, shape: tuple[int, ...], data: Buffer) -> NDArray[Any]:
    """The elements whose canonical bytes these are; they may not be writable.

    Raises `Damaged`.
    """
    found, rest = element.decode(memoryview(data), prod(shape))
    if len(rest):
        raise Damaged(f"{len(rest)} bytes too many")
    inner = found.shape[1:]
    return found.reshape((*shape, *inner))
