"""Objects: a chunk as a store keeps it, with all that is needed to read it again.

Takes: a chunk's payload as it was found (compressed or not), and how it lies.
Gives: `sealed` and `fresh`, the file that a store keeps; `opened`, the `Object` again, verified.
Implements: `specs/linkdata-1.0.md`, section "Objects of a store".

Two stores may keep one chunk in different ways: it has one content digest, and as many stored
digests. `opened` verifies the stored one, which is cheap; `Object.values` decodes;
`Object.verified` decodes and verifies the content too.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any

from linkdata.errors import LinkdataError
from linkdata.store import canonical, codecs
from linkdata.store.codecs import Pipeline
from linkdata.store.digests import Digest, digest_bytes
from linkdata.store.elements import element
from linkdata.store.framing import FirstLine, Fresh, corrupt, parsed_digest, unframed
from linkdata.store.kinds import PLAIN, Buffer, Damaged, Element
from linkdata.store.packing import CANONICAL, Packing, dtype_of

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

_KEYS = {"content", "dtype", "shape", "packing", "block", "codecs", "mask"}
_MAX_BYTES = 2**32  # of one chunk, decoded; as HDF5 has it
_MAX_AXES = 64


@dataclass(frozen=True)
class Form:
    """What a chunk is and how it lies.

    `shape` is the chunk's own: at the edge of an array, what is left of the grid. `block` is the
    shape of what the payload holds, which may be padded up to the grid. `packing` is how elements
    lie there, and `pipeline` what was done to them. What is packed as `canonical` is not padded.
    """

    element: Element
    shape: tuple[int, ...]
    packing: Packing = CANONICAL
    block: tuple[int, ...] = ()
    pipeline: Pipeline = field(default_factory=Pipeline)

    @property
    def padded(self) -> tuple[int, ...]:
        """The shape of what the payload holds."""
        return self.block or self.shape

    @cached_property
    def first_line(self) -> FirstLine:
        """The first lines of chunks of this form."""
        facts: dict[str, Any] = {
            "dtype": self.element.name,
            "shape": list(self.shape),
            "packing": self.packing,
            "codecs": list(self.pipeline.codecs),
        }
        if self.padded != self.shape:
            facts["block"] = list(self.block)
        if self.pipeline.mask:
            facts["mask"] = self.pipeline.mask
        return FirstLine("chunk", facts, ["content"])

    def pieces(self, payload: Buffer) -> list[Buffer]:
        """The canonical bytes of a payload, not copied where they lie in it as they are.

        Raises `Damaged`, and `StoreError` (`store-codec-unknown`).
        """
        data = self._unpacked(payload)
        if self.packing == CANONICAL or self._is_plain:
            return [data]
        import numpy

        block = numpy.frombuffer(data, self._dtype).reshape(self.padded)
        return canonical.body(self.element, block[tuple(slice(length) for length in self.shape)])

    def values(self, payload: Buffer) -> NDArray[Any]:
        """The elements of a payload, as users see them; they may not be writable.

        Raises `Damaged`, and `StoreError` (`store-codec-unknown`).
        """
        pieces = self.pieces(payload)
        whole = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return canonical.values(self.element, self.shape, whole)

    @cached_property
    def _dtype(self) -> numpy.dtype[Any]:
        """How elements lie in the payload, which is not packed as canonical."""
        return dtype_of(self.packing)

    @cached_property
    def _is_plain(self) -> bool:
        """Whether the bytes of the block are the canonical ones."""
        name = self.element.name
        plain = isinstance(name, str) and PLAIN.get(name) == self.packing
        return plain and self.padded == self.shape

    def _unpacked(self, payload: Buffer) -> Buffer:
        if self.packing == CANONICAL:
            # Nothing says how long they are, so there is nothing that a codec could rely on.
            if self.pipeline.codecs:
                raise codecs.unknown("canonical bytes with codecs")
            return payload
        return codecs.decode(payload, self.pipeline, self._dtype, self.padded)


@dataclass(frozen=True)
class Object:
    """A chunk out of a store. `content` is its name, `stored` the digest of the `payload`."""

    content: Digest
    stored: Digest
    form: Form
    payload: memoryview
    place: str

    def values(self) -> NDArray[Any]:
        """The elements; they may not be writable.

        Raises `StoreError`: `store-chunk-corrupt` where they are none, `store-codec-unknown`.
        """
        try:
            return self.form.values(self.payload)
        except Damaged as problem:
            raise corrupt("chunk", str(problem), self.place) from problem

    def verified(self) -> Object:
        """The object itself, when its content has the digest that names it.

        Raises `StoreError`: `store-chunk-corrupt` where it has not, `store-codec-unknown`.
        """
        try:
            pieces = self.form.pieces(self.payload)
        except Damaged as problem:
            raise corrupt("chunk", str(problem), self.place) from problem
        form = self.form
        found = canonical.content_digest(form.element, form.shape, pieces, self.content.algorithm)
        if found != self.content:
            raise corrupt("chunk", f"its content is that of {found}", self.place)
        return self


def sealed(content: Digest, form: Form, payload: Buffer, stored: Digest | None = None) -> bytes:
    """The file of a chunk. `stored` is the payload's digest where it is known already."""
    return bytes(fresh(content, form, payload, stored))


def fresh(content: Digest, form: Form, payload: Buffer, stored: Digest | None = None) -> Fresh:
    """The file of a chunk whose digests were just worked out, for a store to keep as it is."""
    known = stored or digest_bytes(payload, by=content.algorithm)
    return Fresh(content, form.first_line.of(payload, known, content=str(content)), payload)


def opened(data: Buffer, expected: Digest | None = None, place: str = "a chunk") -> Object:
    """The chunk of a file: the line's seal, the size and the stored digest are verified.

    The content is not: see `Object.verified`. `expected` is the digest under which it was found.
    Raises `StoreCorruptError` (`store-chunk-corrupt`), `StoreError` (`store-version-unknown`,
    `store-codec-unknown`, `store-array-unsupported`).
    """
    facts, payload, stored = unframed("chunk", data, place)
    content = parsed_digest("chunk", facts.get("content"), place)
    if expected not in (None, content):
        raise corrupt("chunk", f"it is the chunk {content}, kept under {expected}", place)
    try:
        form = _form(facts)
    except Damaged as problem:
        raise corrupt("chunk", str(problem), place) from problem
    except LinkdataError as problem:
        raise placed(problem, place) from problem
    return Object(content, stored, form, payload, place)


def placed(problem: LinkdataError, place: str) -> LinkdataError:
    """The same error, at a place if it has none."""
    return type(problem)([replace(one, place=one.place or place) for one in problem.diagnostics])


def _form(facts: dict[str, Any]) -> Form:
    if facts.keys() - _KEYS:
        raise Damaged("its first line has more than it should")
    kind = element(facts.get("dtype"))
    shape = _shape(facts.get("shape"))
    block = _shape(facts["block"]) if "block" in facts else shape
    packing: Any = facts.get("packing")
    itemsize = kind.least if packing == CANONICAL else dtype_of(packing).itemsize
    if len(block) != len(shape) or any(a < b for a, b in zip(block, shape, strict=True)):
        raise Damaged("its block is smaller than it")
    if prod(block) * itemsize > _MAX_BYTES:
        raise codecs.unknown(f"a chunk of shape {list(block)}")
    made = codecs.pipeline(facts.get("codecs"), facts.get("mask", 0))
    return Form(kind, shape, packing, block, made)


def _shape(lengths: Any) -> tuple[int, ...]:
    if (
        not isinstance(lengths, list)
        or len(lengths) > _MAX_AXES
        or not all(type(length) is int and 0 <= length < 2**63 for length in lengths)
    ):
        raise Damaged(f"`{str(lengths)[:80]}` is no shape")
    return tuple(lengths)
