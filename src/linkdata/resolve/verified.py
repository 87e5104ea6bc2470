"""Files whose content was checked against a digest, remembered.

Takes: an open file and the digests that were declared for it.
Gives: the declared digests that it does not have, and the finding that says so.
Implements: `specs/linkdata-1.0.md`, section "Digests", verification of resources.

A file is hashed once for each identity (real path, size, modification time in ns, inode). What
was found is kept in a folder of the user's cache, one small file for each identity and written
whole, so that processes do not need to take turns. Without a usable cache files are hashed again.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from linkdata.errors import Diagnostic, LinkdataError, Related, error
from linkdata.roots import OpenFile
from linkdata.spans import Span
from linkdata.store.digests import Digest, digest_file

#: Names a folder to be used instead of the user's cache folder.
CACHE_VARIABLE = "LINKDATA_CACHE"


def cache_folder() -> Path:
    """The folder for what can be worked out again."""
    folder = os.environ.get(CACHE_VARIABLE)
    if folder:
        return Path(folder)
    from platformdirs import user_cache_path

    return user_cache_path("linkdata", appauthor=False)


class VerifiedFiles:
    """Digests of files, worked out once."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._known: dict[str, dict[str, str]] = {}

    def mismatches(self, file: OpenFile, declared: Iterable[Digest]) -> list[tuple[Digest, Digest]]:
        """The declared digests that the file does not have, each with the one that it has.

        Raises `RetrievalError` when the file cannot be read or changes meanwhile.
        """
        wanted = list(declared)
        key = _identity(file)
        is_settled = file.is_settled  # else another change may leave its identity as it is
        known = self._known.get(key) or self._recall(key) if is_settled else {}
        missing = [digest.algorithm for digest in wanted if digest.algorithm not in known]
        if missing:
            made = digest_file(file.fd, missing, name=str(file.path))
            known = known | {name: digest.hex for name, digest in made.items()}
            if is_settled:
                self._remember(key, known)
        if is_settled:
            self._known[key] = known
        return [
            (digest, Digest(digest.algorithm, known[digest.algorithm]))
            for digest in wanted
            if known[digest.algorithm] != digest.hex
        ]

    def _path(self, key: str) -> Path:
        folder = self._folder or cache_folder() / "verified"
        return folder / key[:2] / key

    def _recall(self, key: str) -> dict[str, str]:
        import json

        try:
            found = json.loads(self._path(key).read_text())
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {name: digest for name, digest in found.items() if _is_digest(name, digest)}

    def _remember(self, key: str, digests: dict[str, str]) -> None:
        import json
        import tempfile

        path = self._path(key)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
                json.dump(digests, file)
            os.replace(file.name, path)


def mismatch(name: str, wrong: list[tuple[Digest, Digest]], span: Span | None) -> Diagnostic:
    """The finding that a file's content is not what was declared."""
    declared, actual = wrong[0]
    return error(
        "digest-mismatch",
        f"`{name}` has the digest {actual}, declared is {declared}",
        span,
        related=[Related(f"the same for {a}, declared is {d}") for d, a in wrong[1:]],
        hint="it is another file, or it was changed; declare its digest or find the right file",
    )


def _is_digest(name: str, digits: object) -> bool:
    """Whether an entry of the cache is what was once written there."""
    try:
        return Digest.parse(f"{name}:{digits}").algorithm == name
    except LinkdataError:  # what it is instead does not matter: the file is hashed again
        return False


def _identity(file: OpenFile) -> str:
    import hashlib

    stat = file.stat
    parts = (str(file.path), stat.st_size, stat.st_mtime_ns, stat.st_ino, stat.st_dev)
    return hashlib.sha256(repr(parts).encode()).hexdigest()
