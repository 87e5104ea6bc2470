"""Stores: where the chunks of a document's arrays are.

Takes: a document, the stores that its user named, and the allowed roots.
Gives: `Stores`: the stores of a document, and its arrays in them.
Implements: `specs/linkdata-1.0.md`, section "Arrays in a store".

Chunks are looked for in the stores that the user named, then in the one that `meta.store` names,
then in the folder beside the document that has its name and `.chunks`. Nothing is opened before a
value, or a shape that the document does not say, is asked for; nothing is ever written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkdata.errors import (
    DocumentError,
    LinkdataError,
    RetrievalError,
    SourceError,
    StoreError,
    error,
)
from linkdata.graph.files import Files, located
from linkdata.resolve.bindings import Binder
from linkdata.resolve.registry import Context, join
from linkdata.resolve.retrievers import file_path
from linkdata.resolve.targets import External, Layer, entries
from linkdata.spans import Span
from linkdata.syntax import nodes
from linkdata.syntax.document import META
from linkdata.syntax.nodes import Node, Scalar

if TYPE_CHECKING:
    from linkdata.arrays.chunked import ChunkedArray
    from linkdata.arrays.chunking import Chunked, HasChunks
    from linkdata.store.manifest import Manifest
    from linkdata.store.protocols import ReadableStore

#: The field that names an array in a store, those that may describe it, and the key of `meta`.
CHUNKS, DTYPE, SHAPE, STORE = "chunks", "dtype", "shape", "store"
#: What is said of an array in a store, and is no field of the object.
ABOUT = frozenset((CHUNKS, DTYPE, SHAPE))
#: What the folder of a document's own store is called: the document's name, and this.
SUFFIX = ".chunks"


class Stores:
    """The stores of the documents of a graph."""

    def __init__(self, binder: Binder, given: Sequence[str | Path | ReadableStore] = ()) -> None:
        """`given` are stores, or the places of some, that the user named."""
        self._binder = binder
        self._given = tuple(given)
        self._known: dict[str, ReadableStore] = {}

    def of(self, context: Context) -> tuple[ReadableStore, ...]:
        """The stores of a document, in the order in which they are asked."""
        given = [str(one) if isinstance(one, str | Path) else one for one in self._given]
        places = dict.fromkeys((*given, *self._places(context)))
        return tuple(self._store(place) for place in places)

    @property
    def named(self) -> tuple[str, ...]:
        """The places of the stores that the user named."""
        return tuple(str(one) for one in self._given if isinstance(one, str | Path))

    def array(self, layers: Sequence[Layer], fallback: Sequence[HasChunks] = ()) -> ChunkedArray:
        """The array of an object that has `chunks`; nothing is read yet.

        Raises `DocumentError` (`chunks-invalid`, `digest-malformed`, `digest-unknown-algorithm`).
        """
        from linkdata.arrays.chunked import ChunkedArray, Declared, read_manifest
        from linkdata.store.digests import Digest

        where, named = stored(layers) or (None, None)
        assert where is not None
        assert named is not None
        span = where.document.span(named)
        digest = Digest.parse(named.text, span)
        place = f"{span}: the array {digest}"
        stores = self.of(where)

        def read() -> Manifest:
            try:
                return read_manifest(digest, stores, place)
            except LinkdataError as problem:
                raise located(problem, span) from problem

        return ChunkedArray(
            read,
            *stores,
            fallback=fallback,
            digest=digest,
            declared=Declared(*_declared(layers), span),
            place=place,
        )

    def _store(self, place: str | ReadableStore) -> ReadableStore:
        if not isinstance(place, str):
            return place
        from linkdata.store.opening import is_remote, open_store

        if place not in self._known:
            # Only a folder: what is corrupt there can be put aside, where it may be written.
            writable = not is_remote(place)
            made = open_store(place, writable=writable, roots=self._binder.roots)
            self._known[place] = made
        return self._known[place]

    def _places(self, context: Context) -> Iterator[str]:
        """The places of a document's stores. Those of what it extends come after its own."""
        named = _store_of(context)
        if named is not None:
            span = context.document.span(named)
            location = join(context.location, named.text, span)
            if "://" in named.text:
                self._binder.network.check(location, span)
                yield location
            else:
                yield self._folder(file_path(location, span), span)
        try:
            document = file_path(context.location)
        except LinkdataError:  # a text without a place
            document = None
        if document is not None:
            beside = document.with_name(document.name + SUFFIX)
            if beside.is_dir():  # nobody said that there is one
                yield self._folder(beside, None)
        for extended in context.extends:
            yield from self._places(extended)

    def _folder(self, folder: Path, span: Span | None) -> str:
        """The real path of a folder that comes with a document.

        Raises `RetrievalError` (`resource-outside-roots`).
        """
        if self._binder.roots.contains(folder):
            return os.path.realpath(folder)
        raise RetrievalError(
            error("resource-outside-roots", f"the store `{folder}` is outside the allowed folders",
                  span, place=None if span else str(folder),
                  hint="name it with --store, or allow its folder with --allow-root")
        )  # fmt: skip


class Brought:
    """The chunks of a dataset that a `from` brings. The file is opened when they are asked for."""

    def __init__(self, files: Files, external: External) -> None:
        self._files = files
        self._external = external

    @property
    def place(self) -> str:
        """File and path, as the document has them."""
        return f"{self._external.bound.prefix.name}:{self._external.path}"

    def opened_chunks(self) -> AbstractContextManager[Chunked]:
        """The chunks; see `linkdata.arrays.chunking.HasChunks`.

        Raises `SourceError` (`source-unsupported`) where this is no dataset.
        """
        from linkdata.arrays.chunking import HasChunks

        item = self._files.item(self._external)
        if not isinstance(item, HasChunks):
            raise SourceError(
                error("source-unsupported", f"`{self.place}` has no chunks", self._external.span)
            )
        return item.opened_chunks()


def stored(layers: Sequence[Layer]) -> tuple[Context, Scalar] | None:
    """Where an object says that it is an array in a store: the field `chunks`, a string."""
    for context, mapping in layers:
        node = entries(mapping).get(CHUNKS)
        if node is not None:
            text = isinstance(node, Scalar) and isinstance(node.value, str)
            return (context, node) if text and isinstance(node, Scalar) else None
    return None


def _declared(layers: Sequence[Layer]) -> tuple[Any, tuple[int, ...] | None]:
    """The element and the shape that the document says the array has."""
    from linkdata.store.elements import element

    dtype = shape = None
    said = _field(layers, DTYPE)
    if said is not None:
        try:
            dtype = element(nodes.plain(said[1]))
        except StoreError as problem:
            raise _invalid(said, f"this is no dtype: {problem.diagnostic.message}") from problem
    said = _field(layers, SHAPE)
    if said is not None:
        lengths = nodes.plain(said[1])
        if not isinstance(lengths, list) or not all(
            type(length) is int and length >= 0 for length in lengths
        ):
            raise _invalid(said, "a shape is a list of lengths")
        shape = tuple(length for length in lengths if isinstance(length, int))
    return dtype, shape


def _field(layers: Sequence[Layer], key: str) -> tuple[Context, Node] | None:
    for context, mapping in layers:
        node = entries(mapping).get(key)
        if node is not None:
            return context, node
    return None


def _invalid(said: tuple[Context, Node], reason: str) -> DocumentError:
    span: Span = said[0].document.span(said[1])
    return DocumentError(error("chunks-invalid", reason, span))


def _store_of(context: Context) -> Scalar | None:
    meta = entries(context.document.root).get(META)
    node = entries(meta).get(STORE) if meta is not None else None
    return node if isinstance(node, Scalar) and isinstance(node.value, str) else None
