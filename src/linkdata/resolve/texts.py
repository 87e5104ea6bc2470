"""Texts that were read, kept for as long as what they were read from stays as it is.

Takes: what a retriever gave for a location.
Gives: `Text`, the documents in it, and `Texts`, which gives the same one again while it is fresh.
Implements: `specs/linkdata-1.0.md`, section "Resources, roots and authorities".

A file is taken to be unchanged when its stamp (size, modification time, inode) is the same. The
documents of an unchanged file are those of before; what is laid over what, and what references
lead to, is always worked out anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from linkdata.errors import Diagnostic
from linkdata.resolve.retrievers import Retrieved, Retriever, Stamped, refuse_hdf5
from linkdata.spans import Source, Span
from linkdata.syntax.composed import composed
from linkdata.syntax.document import Document, documents
from linkdata.syntax.stream import BYTE_ORDER_MARK, decode


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """What was read at a location. `stamp` tells the state of the file, None when nothing does."""

    location: str
    source: Source
    documents: tuple[Document, ...]
    diagnostics: tuple[Diagnostic, ...]
    is_marked: bool = False
    stamp: object = None

    @property
    def data(self) -> bytes:
        """The bytes that it was read from."""
        mark = BYTE_ORDER_MARK if self.is_marked else ""
        return (mark + self.source.text).encode(errors="surrogatepass")


def parsed(source: Source, location: str, stamp: object = None, *, is_marked: bool = False) -> Text:
    """The text of a source. What is wrong with it is among its diagnostics."""
    from linkdata.syntax.reader import read  # not before there is a text to read

    made, found = documents(read(source))
    return Text(location, source, tuple(made), tuple(found), is_marked, stamp)


def made(fields: Mapping[str, Any], location: str, name: str) -> Text:
    """The text of a document that nobody wrote, of fields as `composed` takes them."""
    stream = composed(name, fields)
    found, wrong = documents(stream)
    return Text(location, stream.source, tuple(found), tuple(wrong))


@dataclass(slots=True)
class Texts:
    """Texts by location. Loaders may share one, one after the other."""

    _kept: dict[str, Text] = field(default_factory=dict)

    def fresh(self, location: str, retriever: Retriever) -> Text | None:
        """The text of a location, if it was read before and its file is still the same."""
        kept = self._kept.get(location)
        if kept is None or kept.stamp is None or not isinstance(retriever, Stamped):
            return None
        return kept if retriever.stamp(location) == kept.stamp else None

    def read(self, asked: str, retrieved: Retrieved, name: str, span: Span | None) -> Text:
        """The text of what was retrieved, kept.

        Raises `RetrievalError` for an HDF5 file, `TextError` for what is not UTF-8.
        """
        refuse_hdf5(retrieved.data, name, span)
        source = decode(retrieved.data, name)
        is_marked = retrieved.data.startswith(BYTE_ORDER_MARK.encode())
        text = parsed(source, retrieved.location, retrieved.stamp, is_marked=is_marked)
        self._kept[asked] = self._kept[retrieved.location] = text
        return text
