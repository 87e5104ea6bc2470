"""The text of a reference file: keys, and where their bytes are.

Takes: kerchunk reference JSON, version 0 or 1.
Gives: `References`, with the bytes of a key.
Implements: `specs/linkdata-1.0.md`, section "Zarr and kerchunk".

Files that it names are read below the allowed roots only, and relative to the reference file;
nothing is fetched.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from linkdata.errors import RetrievalError, SourceError, error
from linkdata.roots import OpenFile, Roots

_INLINE = "base64:"
_TEXT_LIMIT = 1 << 28


class References:
    """The keys of a reference file. Its text is read once; what it names is read when asked for."""

    def __init__(self, path: Path, name: str, roots: Roots, data: bytes) -> None:
        """Raises `SourceError` (`source-unreadable`, `source-unsupported`) for another text."""
        self.path = path
        self.name = name
        self.roots = roots
        if len(data) > _TEXT_LIMIT:
            raise _unreadable("the reference file is too large", name)
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as problem:
            raise _unreadable(f"this is no JSON: {problem}", name) from problem
        if isinstance(found, dict) and isinstance(found.get("refs"), dict):
            if found.get("gen"):
                raise SourceError(
                    error("source-unsupported", "references that are generated (`gen`)", place=name)
                )
            templates = found.get("templates") or {}
            self._refs: dict[str, Any] = found["refs"]
        else:
            templates, self._refs = {}, found if isinstance(found, dict) else {}
        if not isinstance(templates, dict) or not any(
            key.endswith(".zgroup") for key in self._refs
        ):
            raise _unreadable("this is no kerchunk reference file", name)
        self._templates = templates

    def __contains__(self, key: str) -> bool:
        return key in self._refs

    def keys(self) -> Iterator[str]:
        """All keys."""
        return iter(self._refs)

    def json(self, key: str) -> Any:
        """The JSON behind a key; `None` where there is no such key."""
        if key not in self._refs:
            return None
        found = self._refs[key]
        if isinstance(found, dict):  # as kerchunk may leave it
            return found
        try:
            return json.loads(self.read(key))
        except (ValueError, RecursionError) as problem:
            raise _unreadable(f"`{key}` is no JSON", self.name) from problem

    def read(self, key: str, limit: int = 1 << 30) -> bytes:
        """The bytes behind a key.

        Raises `SourceError` (`source-unreadable`), `RetrievalError` for a file that cannot be had.
        """
        found = self._refs[key]
        if isinstance(found, str):
            return self._inline(found, key)
        if not isinstance(found, list) or len(found) not in (1, 3) or not isinstance(found[0], str):
            raise _unreadable(f"`{key}` refers to nothing", self.name)
        start, size = (0, None) if len(found) == 1 else found[1:]
        numbers = [start] if size is None else [start, size]
        if not all(type(one) is int and 0 <= one < 2**63 for one in numbers):
            raise _unreadable(f"`{key}` refers to nothing", self.name)
        return self._read(self._target(found[0]), start, size, min(limit, 1 << 32))

    def _inline(self, text: str, key: str) -> bytes:
        if not text.startswith(_INLINE):
            return text.encode("utf-8", "surrogateescape")
        try:
            return base64.b64decode(text[len(_INLINE) :], validate=True)
        except (binascii.Error, ValueError) as problem:
            raise _unreadable(f"`{key}` is not in base64", self.name) from problem

    def _target(self, url: str) -> Path:
        """The file of a URL, beside the reference file unless it says otherwise."""
        for name, value in self._templates.items():
            url = url.replace("{{" + str(name) + "}}", str(value))
        parts = urlsplit(url) if "://" in url else None
        if parts is not None and parts.scheme not in ("file", "local"):
            raise RetrievalError(
                error("network-refused", f"<{url}> is not fetched", place=self.name,
                      hint="download it, and name the file in the references")
            )  # fmt: skip
        target = unquote(parts.path) if parts is not None else url
        return self.path.parent / target

    def _read(self, path: Path, start: int, size: int | None, limit: int) -> bytes:
        with self.roots.open(path) as file:
            wanted = file.stat.st_size - start if size is None else size
            if wanted > limit or wanted < 0:
                raise _unreadable(f"{wanted} bytes of `{path}`, which no chunk has", self.name)
            data = os.pread(file.fd, wanted, start)
        if len(data) != wanted:
            raise _unreadable(f"`{path}` ends before byte {start + wanted}", self.name)
        return data


def read_references(
    path: Path, name: str, roots: Roots, verify: Callable[[OpenFile], None] | None
) -> References:
    """The references of a file. Raises `RetrievalError`, `SourceError`."""
    with roots.open(path) as file:
        if verify is not None:
            verify(file)
        data = os.pread(file.fd, min(file.stat.st_size, _TEXT_LIMIT + 1), 0)
    return References(path, name, roots, data)


def _unreadable(reason: str, place: str) -> SourceError:
    return SourceError(error("source-unreadable", reason, place=place))
