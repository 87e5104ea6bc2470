"""Bindings: from a resource prefix to the file that it means.

Takes: a declared prefix with several locations and digests.
Gives: the first location whose content has all declared digests.
Implements: `specs/linkdata-1.0.md`, sections "Prefixes" and "Digests".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TypeVar

from linkdata.errors import (
    Diagnostic,
    DigestMismatchError,
    LinkdataError,
    RetrievalError,
    error,
)
from linkdata.resolve.cached import Cache
from linkdata.resolve.network import Network
from linkdata.resolve.registry import Bound, join
from linkdata.resolve.remote import RemoteFile, is_remote, open_remote
from linkdata.resolve.retrievers import Retrieved, file_path
from linkdata.resolve.searching import candidates
from linkdata.resolve.verified import VerifiedFiles, mismatch
from linkdata.roots import OpenFile, Roots
from linkdata.spans import Span
from linkdata.store.digests import Digest, algorithm

Found = TypeVar("Found")


class Binder:
    """Finds the files of prefixes, below the allowed roots."""

    def __init__(
        self,
        roots: Roots,
        verified: VerifiedFiles | None = None,
        network: Network | None = None,
    ) -> None:
        self.roots = roots
        self.network = network or Network()
        self.verified = verified or VerifiedFiles()
        self.cache = Cache(self.verified)
        #: Files that were found by their digests, at none of the places that are declared.
        self.moved: dict[Bound, Path] = {}

    def file(self, bound: Bound) -> Path:
        """The real path of a prefix's file, verified if digests are declared.

        Raises `RetrievalError`, `DigestMismatchError`, or `DocumentError` for a malformed digest.
        A file in a network without digests has no path: `RetrievalError` (`network-refused`).
        """
        found = self.source(bound)
        if isinstance(found, Path):
            return found
        raise RetrievalError(
            error("network-refused", f"<{found.name}> is not on this machine", bound.prefix.span,
                  hint="declare its `hash`, and it is fetched and kept")
        )  # fmt: skip

    def source(self, bound: Bound) -> Path | RemoteFile:
        """The same, or a file in a network that is read in ranges.

        With digests a file is fetched as a whole and kept. Where no location has the content that
        they declare, it is looked for below the allowed roots.
        """
        wanted = digests(bound)

        def attempt(location: str, span: Span) -> Path | RemoteFile:
            if is_remote(location):
                remote = partial(open_remote, location, self.network, span)
                return self.cache.fetched(remote, wanted, span) if wanted else remote()
            with self.roots.open(file_path(location, span), span) as file:
                if wanted:
                    self.check(file, wanted, span)
                return file.path

        try:
            return first(bound, attempt, self.network)
        except RetrievalError:
            found = self._elsewhere(bound, wanted) if wanted else None
            if found is None:
                raise
            self.moved[bound] = found
            return found

    def _elsewhere(self, bound: Bound, wanted: list[Digest]) -> Path | None:
        """A file below the allowed roots that has the digests."""
        names = {PurePosixPath(one.target).name for one in bound.prefix.locations}
        for path in candidates(self.roots, names):
            try:
                with self.roots.open(path) as file:
                    if not self.verified.mismatches(file, wanted):
                        return file.path
            except RetrievalError:
                continue  # it went away, or may not be read
        return None

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


def first(bound: Bound, attempt: Callable[[str, Span], Found], network: Network) -> Found:
    """What `attempt` gives for the first location that does not make it raise."""
    problems: list[Diagnostic] = []
    mismatched = False
    for location in bound.prefix.locations:
        try:
            if location.kind == "url":
                network.check(location.target, location.span)
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


def _wrong(data: bytes, wanted: list[Digest]) -> Iterator[tuple[Digest, Digest]]:
    for digest in wanted:
        hasher = algorithm(digest.algorithm).new()
        hasher.update(data)
        actual = hasher.hexdigest()
        if actual != digest.hex:
            yield digest, Digest(digest.algorithm, actual)
