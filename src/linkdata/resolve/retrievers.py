"""Retrievers: from a location to bytes.

Takes: the location of a document, an absolute IRI.
Gives: its bytes. `FileRetriever` reads files below the allowed roots, `MapRetriever` a dictionary.
Implements: `specs/linkdata-1.0.md`, section "Resources".
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from linkdata.errors import RetrievalError, did_you_mean, error
from linkdata.resolve.registry import encode_path
from linkdata.roots import Roots
from linkdata.spans import Span


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Bytes, the location they are from in the end, and their media type when known."""

    data: bytes
    location: str
    media_type: str | None = None


class Retriever(Protocol):
    """Gives the bytes at a location, or raises `RetrievalError` (at `span`, who asked)."""

    def retrieve(self, location: str, span: Span | None = None) -> Retrieved:
        """The bytes at `location`."""
        ...


class FileRetriever:
    """Reads `file:` locations, below the allowed roots only; never anything from a network."""

    def __init__(self, roots: Roots) -> None:
        self.roots = roots

    def retrieve(self, location: str, span: Span | None = None) -> Retrieved:
        """The bytes of a file. Raises `RetrievalError`."""
        path = file_path(location, span)
        with self.roots.open(path, span) as opened:
            try:
                with open(opened.fd, "rb", closefd=False) as file:
                    return Retrieved(file.read(), location)
            except OSError as problem:
                raise RetrievalError(
                    error("resource-unreadable", f"cannot read {path}: {problem.strerror}", span)
                ) from problem


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
    """The location of a local file; not resolved, so that links keep their names."""
    return "file://" + encode_path(os.path.abspath(path))


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
    return Path(unquote(parts.path))
