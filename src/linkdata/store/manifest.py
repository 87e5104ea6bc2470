"""Manifests: the list of an array's chunks, and the digests of the array.

Takes: what an array is, how it is cut into chunks, and the digests of these.
Gives: `Manifest`; `sealed` and `opened`, the file that a store keeps of it, and back.
Implements: `specs/linkdata-1.0.md`, section "Manifests".

An array has two digests. The *content* digest is of the canonical manifest: dtype, shape, grid and
the content digests of all chunks. The *stored* digest says how the array lies in one file: it is of
the same with the stored digests and the codecs, and cheap, as nothing is decoded for it. A manifest
may have either or both; it is kept under the content digest if it has one.

Digests of chunks are held as one string of hexadecimal digits, as there may be a million.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from linkdata.errors import LinkdataError
from linkdata.store import codecs
from linkdata.store.codecs import Pipeline
from linkdata.store.digests import Digest, algorithm, digest_bytes
from linkdata.store.elements import element
from linkdata.store.framing import canonical_json, corrupt, framed, parsed_digest, unframed
from linkdata.store.grids import Shape, counts, extent, number_of_chunks, position, region
from linkdata.store.kinds import Buffer, Element
from linkdata.store.objects import Form, placed
from linkdata.store.packing import CANONICAL, Packing, dtype_of

_CONTENT, _STORED = b"linkdata array 1\n", b"linkdata stored 1\n"
_HEX = re.compile(r"[0-9a-f]*")

MAX_CHUNKS = 1 << 24
"""An array of more chunks has no manifest: its chunks are too small for it."""


@dataclass(frozen=True)
class Storage:
    """How the chunks of an array lie in one file or store.

    `digests` are the stored ones, joined. A chunk that was never written (its elements have the
    fill value) has size 0, and its content digest there. `sizes` are those of the payloads.
    `padded` tells that chunks at the edge are stored as whole ones. `masks` are the filter masks
    that are not 0.
    """

    digests: str
    sizes: tuple[int, ...]
    packing: Packing = CANONICAL
    codecs: tuple[codecs.Codec, ...] = ()
    padded: bool = False
    masks: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """An array as the list of its chunks, in C order of the grid.

    `contents` are the content digests of all chunks, joined, or `None` where nobody decoded them;
    `storage` is `None` where nobody said how they lie.
    """

    element: Element
    shape: Shape
    grid: Shape
    contents: str | None
    storage: Storage | None = None
    algorithm: str = "blake3"

    def __len__(self) -> int:
        """How many chunks there are."""
        return number_of_chunks(self.shape, self.grid)

    # Digests

    @property
    def digest(self) -> Digest:
        """What the manifest is kept under: its content digest, or else its stored one."""
        found = self.content if self.contents is not None else self.stored
        assert found is not None, "a manifest has one of the two"
        return found

    @property
    def content(self) -> Digest | None:
        """The content digest of the array."""
        if self.contents is None:
            return None
        return digest_bytes(_CONTENT, canonical_json(self.identity()), by=self.algorithm)

    @property
    def stored(self) -> Digest | None:
        """The stored digest of the array."""
        if self.storage is None:
            return None
        facts = self.identity()
        facts["chunks"] = self._storage()
        return digest_bytes(_STORED, canonical_json(facts), by=self.algorithm)

    def identity(self) -> dict[str, Any]:
        """What the content digest is of, as JSON."""
        return {
            "algorithm": self.algorithm,
            "chunks": self.contents,
            "dtype": self.element.name,
            "grid": list(self.grid),
            "shape": list(self.shape),
        }

    def _storage(self) -> dict[str, Any] | None:
        how = self.storage
        if how is None:
            return None
        return {
            "codecs": list(how.codecs),
            "digests": how.digests,
            "masks": {str(number): mask for number, mask in how.masks.items()},
            "packing": how.packing,
            "padded": how.padded,
            "sizes": list(how.sizes),
        }

    # Chunks

    @property
    def counts(self) -> Shape:
        """How many chunks there are along each axis."""
        return counts(self.shape, self.grid)

    def chunk_content(self, index: int) -> Digest:
        """The content digest of a chunk. There must be content digests."""
        assert self.contents is not None, "the chunks were not decoded"
        return self._digest(self.contents, index)

    def chunk_stored(self, index: int) -> Digest | None:
        """The stored digest of a chunk; `None` for one that was never written, or is not known."""
        if self.storage is None or not self.storage.sizes[index]:
            return None
        return self._digest(self.storage.digests, index)

    def chunk_expected(self, index: int) -> Digest | None:
        """The content digest of a chunk; `None` for one that nobody decoded."""
        if self.contents is not None:
            return self.chunk_content(index)
        if self.storage is not None and not self.storage.sizes[index]:
            return self._digest(self.storage.digests, index)
        return None

    def chunk_digests(self) -> Iterator[Digest]:
        """The content digests of all chunks, each once, in order. None without contents."""
        digits = algorithm(self.algorithm).digits
        text = self.contents or ""
        once = dict.fromkeys(text[at : at + digits] for at in range(0, len(text), digits))
        return (Digest(self.algorithm, found) for found in once)

    def chunk_shape(self, index: int) -> Shape:
        """The shape of a chunk; at the edge it is less than the grid's."""
        return extent(position(index, self.counts), self.shape, self.grid)

    def chunk_region(self, index: int) -> tuple[slice, ...]:
        """What of the array a chunk holds."""
        return region(position(index, self.counts), self.shape, self.grid)

    def chunk_form(self, index: int) -> Form:
        """How a chunk lies. There must be a storage."""
        how = self.storage
        assert how is not None, "nothing is known of how the chunks lie"
        shape = self.chunk_shape(index)
        block = self.grid if how.padded else shape
        made = Pipeline(how.codecs, how.masks.get(index, 0))
        return Form(self.element, shape, how.packing, block, made)

    def _digest(self, joined: str, index: int) -> Digest:
        digits = algorithm(self.algorithm).digits
        assert 0 <= index < len(self), "there is no such chunk"
        return Digest(self.algorithm, joined[index * digits : (index + 1) * digits])


def sealed(manifest: Manifest) -> bytes:
    """The file of a manifest. It is always the same for the same manifest."""
    facts: dict[str, Any] = {"array": str(manifest.digest)}
    payload = canonical_json({"identity": manifest.identity(), "storage": manifest._storage()})
    return framed("manifest", facts, payload, digest_bytes(payload, by=manifest.algorithm))


def opened(data: Buffer, expected: Digest | None = None, place: str = "a manifest") -> Manifest:
    """The manifest of a file, every byte of it verified.

    `expected` is the digest under which it was found. Raises `StoreCorruptError`
    (`store-manifest-corrupt`), `StoreError` (`store-version-unknown`, `store-codec-unknown`,
    `store-array-unsupported`).
    """
    facts, payload, _ = unframed("manifest", data, place)
    try:
        made = _manifest(json.loads(bytes(payload).decode("utf-8", "surrogateescape")))
    except LinkdataError as problem:
        raise placed(problem, place) from problem
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        raise corrupt("manifest", "its second line is not that of a manifest", place) from problem
    named = parsed_digest("manifest", facts.get("array"), place)
    if made.digest != named or expected not in (None, named) or sealed(made) != bytes(data):
        raise corrupt("manifest", f"it is not that of the array {expected or named}", place)
    return made


def _manifest(found: Any) -> Manifest:
    """Read the JSON of a manifest. Raises what wrong forms make Python raise, and `LinkdataError`.

    What is read is written again and compared, so nothing can be in it that is not looked at here.
    """
    facts, how = found["identity"], found["storage"]
    digits = algorithm(facts["algorithm"]).digits
    shape, grid = _lengths(facts["shape"], 0), _lengths(facts["grid"], 1)
    if len(shape) != len(grid):
        raise ValueError("a grid of other axes")
    total = number_of_chunks(shape, grid)
    if total > MAX_CHUNKS:
        raise ValueError("too many chunks")
    if facts["chunks"] is not None:
        _check_digits(facts["chunks"], total * digits)
    elif how is None:
        raise ValueError("no digests")
    storage = None if how is None else _read_storage(how, total, digits)
    return Manifest(
        element(facts["dtype"]), shape, grid, facts["chunks"], storage, facts["algorithm"]
    )


def _read_storage(how: Any, total: int, digits: int) -> Storage:
    _check_digits(how["digests"], total * digits)
    sizes = _lengths(how["sizes"], 0)
    if len(sizes) != total or not isinstance(how["padded"], bool):
        raise ValueError("other sizes than chunks")
    if how["packing"] != CANONICAL:
        dtype_of(how["packing"])
    masks = {int(number): mask for number, mask in how["masks"].items()}
    made = codecs.pipeline(how["codecs"], 0).codecs
    for mask in masks.values():
        codecs.pipeline([], mask)
    return Storage(how["digests"], sizes, how["packing"], made, how["padded"], masks)


def _check_digits(text: Any, length: int) -> None:
    if not isinstance(text, str) or len(text) != length or not _HEX.fullmatch(text):
        raise ValueError("other digests than chunks")


def _lengths(found: Any, least: int) -> tuple[int, ...]:
    if not isinstance(found, list) or not all(type(n) is int and least <= n < 2**63 for n in found):
        raise ValueError("no lengths")
    return tuple(found)
