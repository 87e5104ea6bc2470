"""What was fetched, kept by its digest in the user's cache.

Takes: files in a network, and the digests that they are to have.
Gives: `Cache.fetched`, the path of a file of that content, fetched now if it is not kept.
Implements: `specs/linkdata-1.0.md`, section "Remote files".
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from linkdata.errors import DigestMismatchError, RetrievalError, error
from linkdata.resolve.remote import RemoteFile
from linkdata.resolve.verified import VerifiedFiles, cache_folder, mismatch
from linkdata.roots import Roots
from linkdata.spans import Span
from linkdata.store.digests import Digest

_BLOCK = 8 << 20


class Cache:
    """Files by their digests. What is kept is verified when it is used, once for each state."""

    def __init__(self, verified: VerifiedFiles, folder: Path | None = None) -> None:
        self._verified = verified
        self._folder = folder

    def fetched(
        self, remote: Callable[[], RemoteFile], wanted: list[Digest], span: Span | None
    ) -> Path:
        """The path of a file with the wanted digests. Without it, `remote` is asked and read.

        Raises `DigestMismatchError`, `RetrievalError`.
        """
        for digest in wanted:
            path = self.path(digest)
            if self._is(path, wanted):
                return path
        return self._fetch(remote(), wanted, span)

    def path(self, digest: Digest) -> Path:
        """Where the content of a digest is kept."""
        folder = self._folder or cache_folder() / "fetched"
        return folder / digest.algorithm / digest.hex[:2] / digest.hex

    def _is(self, path: Path, wanted: list[Digest]) -> bool:
        try:
            with Roots([path.parent]).open(path) as file:
                return not self._verified.mismatches(file, wanted)
        except RetrievalError:
            return False

    def _fetch(self, remote: RemoteFile, wanted: list[Digest], span: Span | None) -> Path:
        import tempfile

        path = self.path(wanted[0])
        temporary: Path | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("wb", dir=path.parent, delete=False) as file:
                temporary = Path(file.name)
                for start in range(0, remote.size, _BLOCK):
                    file.write(remote.read(start, min(start + _BLOCK, remote.size)))
            with Roots([path.parent]).open(temporary) as opened:
                wrong = self._verified.mismatches(opened, wanted)
            if wrong:
                raise DigestMismatchError(mismatch(f"<{remote.name}>", wrong, span))
            os.replace(temporary, path)
            temporary = None
        except OSError as problem:
            raise RetrievalError(
                error("resource-unreadable", f"<{remote.name}> cannot be kept: {problem}", span,
                      place=None if span else remote.name)
            ) from problem  # fmt: skip
        finally:
            if temporary is not None:
                with contextlib.suppress(OSError):
                    temporary.unlink()
        return path
