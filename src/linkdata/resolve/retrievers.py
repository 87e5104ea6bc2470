"""Retrievers: from a location to bytes.

Takes: the location of a document, an absolute IRI.
Gives: its bytes. `FileRetriever` reads files below the allowed roots, `MapRetriever` a dictionary.
Implements: `specs/linkdata-1.0.md`, section "Resources, roots and authorities".
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

from linkdata.errors import RetrievalError, did_you_mean, error
from linkdata.resolve.registry import decoded_path, encode_path
from linkdata.roots import OpenFile, Roots
from linkdata.spans import Span
from linkdata.syntax import stream

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Bytes, the location they are from in the end, and their media type when known.

    `stamp` is what `Stamped.stamp` gives for the location while these are its bytes.
    """

    data: bytes
    location: str
    media_type: str | None = None
    stamp: Hashable = None


class Retriever(Protocol):
    """Gives the bytes at a location, or raises `RetrievalError` (at `span`, who asked)."""

    def retrieve(self, location: str, span: Span | None = None) -> Retrieved:
        """The bytes at `location`."""
        ...


@runtime_checkable
class Stamped(Protocol):
    """A retriever that can tell whether a location still has the bytes it had."""

    def stamp(self, location: str) -> Hashable:
        """What is another value once the bytes are others; None where that cannot be told."""
        ...


class FileRetriever:
    """Reads `file:` locations, below the allowed roots only; never anything from a network."""

    def __init__(self, roots: Roots) -> None:
        self.roots = roots

    def retrieve(self, location: str, span: Span | None = None) -> Retrieved:
        """The bytes of a file. Raises `RetrievalError`, `TextError` (`text-too-large`)."""
        path = file_path(location, span)
        with self.roots.open(path, span) as opened:
            stamp = _stamp(opened)
            try:
                data = _content(opened, str(path), span)
            except OSError as problem:
                raise RetrievalError(
                    error("resource-unreadable", f"cannot read {path}: {problem.strerror}", span)
                ) from problem
            return Retrieved(data, file_location(path), stamp=stamp)

    def stamp(self, location: str) -> Hashable:
        """The state of a file; None for one that cannot be had, or was changed just now."""
        try:
            with self.roots.open(file_path(location)) as opened:
                return _stamp(opened)
        except RetrievalError:
            return None


def _stamp(file: OpenFile) -> Hashable:
    found = file.stat
    if not file.is_settled:
        return None  # another change could have the same time
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _content(opened: OpenFile, name: str, span: Span | None) -> bytes:
    """The bytes of a file that may be a document; of what cannot be one no more than it takes."""
    size = opened.stat.st_size
    with open(opened.fd, "rb", closefd=False) as file:
        first = file.read(len(HDF5_SIGNATURE))
        refuse_hdf5(first, name, span)
        stream.check_size(size, name)
        data = first + file.read(max(size - len(first), 0) + 1)
        if len(data) > size:  # it has grown
            data += file.read(max(stream.MAX_BYTES - len(data), 0) + 1)
        return data


def refuse_hdf5(data: bytes, name: str, span: Span | None) -> None:
    """Raise `RetrievalError` (`resource-not-document`) if the bytes are those of an HDF5 file."""
    if data.startswith(HDF5_SIGNATURE):
        raise RetrievalError(
            error(
                "resource-not-document", f"`{name}` is an HDF5 file, not a document", span,
                hint="bring it with `from: {type: hdf5, source: ...}` or refer to `prefix:/path`",
            )
        )  # fmt: skip


class MapRetriever:
    """Reads texts from a dictionary; for tests, and for texts that are not files."""

    def __init__(self, texts: Mapping[str, str | bytes]) -> None:
        self.texts = texts

    def retrieve(self, location: str, span: Span | None = None) -> Retrieved:
        """The bytes under `location`. Raises `RetrievalError` (`resource-missing`)."""
        text = self.texts.get(location)
        if text is None:
            raise RetrievalError(
                error(
                    "resource-missing", f"there is no document at <{location}>", span,
                    hint=did_you_mean(location, self.texts),
                )
            )  # fmt: skip
        return Retrieved(text.encode() if isinstance(text, str) else text, location)


def file_location(path: Path) -> str:
    """The location of a local file: one, by whatever links its folder was reached.

    A link that is the file itself keeps its name, and what the document refers to is beside it:
    where a store of contents keeps the file that it leads to (as git-annex does) says nothing.
    """
    folder, name = os.path.split(os.path.abspath(path))
    return "file://" + encode_path(os.path.join(os.path.realpath(folder), name))


def file_path(location: str, span: Span | None = None) -> Path:
    """The path of a `file:` location. Raises `RetrievalError` (`network-refused`)."""
    parts = urlsplit(location)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise RetrievalError(
            error(
                "network-refused", f"<{location}> is not a local file", span,
                hint="download it and declare it as a `path`",
            )
        )  # fmt: skip
    return Path(decoded_path(location))
