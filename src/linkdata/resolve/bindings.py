"""Bindings: from a resource prefix to the file that it means.

Takes: a declared prefix with several locations and digests.
Gives: the first location whose content has all declared digests.
Implements: `specs/linkdata-1.0.md`, sections "Prefixes" and "Digests".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from linkdata.errors import (
    Diagnostic,
    DigestMismatchError,
    LinkdataError,
    Related,
    RetrievalError,
    error,
)
from linkdata.resolve.registry import Bound, join
from linkdata.resolve.retrievers import Retrieved, file_path
from linkdata.resolve.verified import VerifiedFiles
from linkdata.roots import OpenFile, Roots
from linkdata.spans import Span
from linkdata.store.digests import Digest, algorithm

Found = TypeVar("Found")


class Binder:
    """Finds the files of prefixes, below the allowed roots."""

    def __init__(self, roots: Roots, verified: VerifiedFiles | None = None) -> None:
        self.roots = roots
        self.verified = verified or VerifiedFiles()

    def file(self, bound: Bound) -> Path:
        """The real path of a prefix's file, verified if digests are declared.

        Raises `RetrievalError`, `DigestMismatchError`, or `DocumentError` for a malformed digest.
        """
        wanted = digests(bound)

        def attempt(location: str, span: Span) -> Path:
            with self.roots.open(file_path(location, span), span) as file:
                if wanted:
                    self.check(file, wanted, span)
                return file.path

        return first(bound, attempt)

    def verify(self, bound: Bound, file: OpenFile) -> None:
        """Raise `DigestMismatchError` unless an open file has the digests of a prefix."""
        wanted = digests(bound)
        if wanted:
            self.check(file, wanted, bound.prefix.span)

    def check(self, file: OpenFile, wanted: list[Digest], span: Span) -> None:
        """Raise `DigestMismatchError` unless the file has the digests."""
        wrong = self.verified.mismatches(file, wanted)
        if wrong:
            raise DigestMismatchError(mismatch(str(file.path), wrong, span))


def digests(bound: Bound) -> list[Digest]:
    """The digests declared for a prefix. Raises `DocumentError` for a malformed one."""
    return [Digest.parse(text, span) for text, span in bound.prefix.hashes]


def first(bound: Bound, attempt: Callable[[str, Span], Found]) -> Found:
    """What `attempt` gives for the first location that does not make it raise."""
    problems: list[Diagnostic] = []
    mismatched = False
    for location in bound.prefix.locations:
        try:
            if location.kind == "url":
                raise RetrievalError(
                    error(
                        "network-refused",
                        f"<{location.target}> is not fetched: there is no network access",
                        location.span,
                        hint="download it and declare it as a `path`",
                    )
                )
            return attempt(join(bound.location, location.target, location.span), location.span)
        except DigestMismatchError as problem:
            mismatched = True
            problems += problem.diagnostics
        except LinkdataError as problem:
            problems += problem.diagnostics
    # A file with the wrong content says more than one that is not there.
    problems.sort(key=lambda problem: problem.code != "digest-mismatch")
    if not problems:
        raise RetrievalError(
            error(
                "prefix-no-location",
                f"the prefix `{bound.prefix.name}` has no location",
                bound.prefix.span,
            )
        )
    kind = DigestMismatchError if mismatched else RetrievalError
    raise kind(tuple(problems) if len(problems) > 1 else problems[0])


def check_bytes(retrieved: Retrieved, wanted: list[Digest], span: Span) -> None:
    """Raise `DigestMismatchError` unless the bytes have the digests."""
    wrong = list(_wrong(retrieved.data, wanted))
    if wrong:
        raise DigestMismatchError(mismatch(file_name(retrieved.location), wrong, span))


def file_name(location: str) -> str:
    """How messages call a location."""
    try:
        return str(file_path(location))
    except RetrievalError:
        return f"<{location}>"


def mismatch(name: str, wrong: list[tuple[Digest, Digest]], span: Span) -> Diagnostic:
    """The finding that a file's content is not what was declared."""
    declared, actual = wrong[0]
    return error(
        "digest-mismatch",
        f"`{name}` has the digest {actual}, declared is {declared}",
        span,
        related=[Related(f"the same for {a}, declared is {d}") for d, a in wrong[1:]],
        hint="it is another file, or it was changed; declare its digest or find the right file",
    )


def _wrong(data: bytes, wanted: list[Digest]) -> Iterator[tuple[Digest, Digest]]:
    for digest in wanted:
        hasher = algorithm(digest.algorithm).new()
        hasher.update(data)
        actual = hasher.hexdigest()
        if actual != digest.hex:
            yield digest, Digest(digest.algorithm, actual)
