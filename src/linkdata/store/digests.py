"""Digests: what content is called, and how the name is worked out.

Takes: digests as documents write them (`blake3:8f0c…`), bytes and files.
Gives: `Digest`, the algorithms, `digest_bytes` and `digest_file`.
Implements: `specs/linkdata-1.0.md`, section "Digests".

    digest    = algorithm ":" hex              ; lowercase, exactly the algorithm's length
    algorithm = "blake3" / "blake2b-512" / "blake2b-256" / "blake2b" / "sha256" / plug-in

A bare `blake2b` is read by its length and kept under its full name. Further algorithms come from
entry points of the group `linkdata.digests`; none can take the place of a built-in one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol, cast, runtime_checkable

from linkdata import plugins
from linkdata.errors import DocumentError, RetrievalError, UsageError, did_you_mean, error
from linkdata.spans import Span

GROUP = "linkdata.digests"
"""The group of entry points that algorithms are registered in."""

_HEX = re.compile(r"[0-9a-f]+")
# Large enough that BLAKE3 keeps several threads busy, small enough to stay in the cache.
_BLOCK = 4 << 20


class Hasher(Protocol):
    """A digest being worked out. What `hashlib` and `blake3` give has this form."""

    def update(self, data: bytes | memoryview, /) -> object:
        """Take in more content."""

    def hexdigest(self) -> str:
        """The digest of what was taken in, in lowercase hexadecimal."""


@runtime_checkable
class Algorithm(Protocol):
    """What an entry point of `linkdata.digests` is: a name, a length, and a maker of hashers."""

    @property
    def name(self) -> str:
        """The name before the colon; lowercase."""

    @property
    def digits(self) -> int:
        """How many hexadecimal digits a digest has."""

    def new(self) -> Hasher:
        """A hasher that has taken in nothing."""


@dataclass(frozen=True, slots=True)
class _BuiltIn:
    name: str
    digits: int
    make: Callable[[], Hasher]

    def new(self) -> Hasher:
        """A hasher that has taken in nothing."""
        return self.make()


def _blake3() -> Hasher:
    from blake3 import blake3

    return blake3(max_threads=blake3.AUTO)


def _blake2b_512() -> Hasher:
    import hashlib

    return hashlib.blake2b(digest_size=64)


def _blake2b_256() -> Hasher:
    import hashlib

    return hashlib.blake2b(digest_size=32)


def _sha256() -> Hasher:
    import hashlib

    return hashlib.sha256()


BLAKE3: Algorithm = _BuiltIn("blake3", 64, _blake3)
"""BLAKE3 with 256 bits, the default; uses all cores."""
BLAKE2B_512: Algorithm = _BuiltIn("blake2b-512", 128, _blake2b_512)
"""BLAKE2b with 512 bits."""
BLAKE2B_256: Algorithm = _BuiltIn("blake2b-256", 64, _blake2b_256)
"""BLAKE2b with 256 bits (its own parameter block, not 512 bits cut short)."""
SHA256: Algorithm = _BuiltIn("sha256", 64, _sha256)
"""SHA-256."""

_BUILT_IN = {found.name: found for found in (BLAKE3, BLAKE2B_512, BLAKE2B_256, SHA256)}
_BARE_BLAKE2B = {128: "blake2b-512", 64: "blake2b-256"}


def algorithm_names() -> list[str]:
    """The names of all algorithms, the built-in ones first."""
    return list(dict.fromkeys([*_BUILT_IN, *plugins.names(GROUP)]))


def algorithm(name: str) -> Algorithm:
    """The algorithm of a name.

    Raises `UsageError` (`usage`): unknown, or a plug-in that is not an algorithm.
    """
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    found = plugins.load(GROUP, name)
    if not isinstance(found, Algorithm):
        raise UsageError(error("usage", f"the plug-in `{name}` is not a digest algorithm"))
    return found


@dataclass(frozen=True, slots=True)
class Digest:
    """The name of a content: `algorithm` is a full name, `hex` lowercase digits."""

    algorithm: str
    hex: str

    @classmethod
    def parse(cls, text: str, span: Span | None = None) -> Digest:
        """Read a digest as a document writes it.

        Raises `DocumentError` at `span`: `digest-malformed`, `digest-unknown-algorithm`.
        """
        name, colon, digits = text.partition(":")
        if not colon or not name:
            raise _malformed(text, "it is written `algorithm:hex`", span)
        if name == "blake2b":
            if len(digits) not in _BARE_BLAKE2B:
                raise _malformed(text, f"blake2b has 128 or 64 digits, not {len(digits)}", span)
            name = _BARE_BLAKE2B[len(digits)]
        if name not in _BUILT_IN and name not in plugins.names(GROUP):
            raise DocumentError(
                error(
                    "digest-unknown-algorithm",
                    f"the digest algorithm `{name}` is not known",
                    span,
                    hint=did_you_mean(name.lower(), algorithm_names()),
                )
            )
        length = algorithm(name).digits
        if len(digits) != length:
            raise _malformed(text, f"{name} has {length} digits, not {len(digits)}", span)
        if not _HEX.fullmatch(digits):
            raise _malformed(text, "its digits are 0-9 and a-f, in lower case", span)
        return cls(name, digits)

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"


def _malformed(text: str, reason: str, span: Span | None) -> DocumentError:
    shown = text if len(text) <= 160 else text[:160] + "…"
    return DocumentError(error("digest-malformed", f"`{shown}` is not a digest: {reason}", span))


def digest_bytes(*parts: bytes | memoryview, by: str = "blake3") -> Digest:
    """The digest of bytes in memory, given in pieces, by the algorithm of that name.

    Uses one thread, outside the interpreter's lock: whoever has many contents hashes several at a
    time. Raises `UsageError` for an unknown algorithm.
    """
    hasher = _one_thread()() if by == BLAKE3.name else algorithm(by).new()
    for part in parts:
        hasher.update(part)
    return Digest(by, hasher.hexdigest())


@cache
def _one_thread() -> Callable[[], Hasher]:
    from blake3 import blake3

    return cast("Callable[[], Hasher]", blake3)


def digest_file(
    file: int | str | Path, algorithms: Iterable[str] = ("blake3",), name: str | None = None
) -> dict[str, Digest]:
    """The digests of a whole file, by the algorithms' names, in one pass.

    `file` is a path, or a descriptor open for reading, whose position is neither used nor moved;
    `name` is what messages call it. The file is read, never mapped: one that is cut short meanwhile
    is an error, not a dead process.

    Raises `RetrievalError` (`resource-missing`, `resource-unreadable`: also when the file changed
    while it was read) and `UsageError` for an unknown algorithm.
    """
    hashers = {found: algorithm(found).new() for found in algorithms}
    called = name or str(file)
    try:
        with _descriptor(file) as fd:
            before = os.fstat(fd)
            size = _feed(fd, list(hashers.values()))
            after = os.fstat(fd)
    except FileNotFoundError:
        raise RetrievalError(
            error("resource-missing", f"there is no file `{called}`", place=called)
        ) from None
    except (OSError, ValueError) as problem:
        raise _unreadable(called, f"cannot be read: {problem}") from problem
    if size != after.st_size or _stamp(before) != _stamp(after):
        raise _unreadable(called, "changed while it was read")
    return {found: Digest(found, hasher.hexdigest()) for found, hasher in hashers.items()}


def _unreadable(called: str, reason: str) -> RetrievalError:
    return RetrievalError(error("resource-unreadable", f"`{called}` {reason}", place=called))


@contextmanager
def _descriptor(file: int | str | Path) -> Iterator[int]:
    if isinstance(file, int):
        yield file
        return
    fd = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    try:
        yield fd
    finally:
        os.close(fd)


def _feed(fd: int, hashers: list[Hasher]) -> int:
    """Give the whole content to every hasher; gives how many bytes there were."""
    buffer = bytearray(_BLOCK)
    view = memoryview(buffer)
    offset = 0
    while count := os.preadv(fd, [buffer], offset):
        for hasher in hashers:
            hasher.update(view[:count])
        offset += count
    return offset


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    return (found.st_size, found.st_mtime_ns, found.st_ctime_ns)
