"""A store in a local folder, as its readers see it.

Takes: kinds and digests.
Gives: `FolderReader`, a `ReadableStore` that never changes anything.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from linkdata.errors import StoreError, StoreMissingError, error
from linkdata.roots import Roots
from linkdata.store import contents, layout
from linkdata.store.digests import Digest
from linkdata.store.filesystem import FileSystem, Info, LocalFileSystem
from linkdata.store.protocols import Kind


class FolderReader:
    """A store in a folder, for reading. Nothing is held open.

    Symbolic links are followed below `roots` (the folder itself, if not given). `files` stands in
    for the folder in tests.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        roots: Roots | None = None,
        files: FileSystem | None = None,
    ) -> None:
        self._files: FileSystem = files or LocalFileSystem(folder, roots)
        self._recorded = False  # whether the record was seen
        self._skew = 0.0  # what the file system's clock is ahead of this machine's

    @property
    def name(self) -> str:
        """The folder's path."""
        return self._files.name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def get(self, kind: Kind, digest: Digest, /) -> bytes:
        """The whole object file, not verified.

        Raises `StoreMissingError`; `StoreError` (`store-unreadable`, `store-invalid`,
        `store-version-unknown`).
        """
        with self._looking(kind, digest):
            return self._files.read(layout.object_path(kind, digest), layout.OBJECT_LIMIT)

    def has(self, kind: Kind, digest: Digest, /) -> bool:
        """Whether there is an object of this digest."""
        try:
            self._info(kind, digest)
        except StoreMissingError:
            return False
        return True

    def size(self, kind: Kind, digest: Digest, /) -> int:
        """How many bytes the object file has."""
        return self._info(kind, digest).size

    def age(self, kind: Kind, digest: Digest, /) -> float:
        """Seconds since an object was put or refreshed, by the file system's clock."""
        return self._files.now() + self._skew - self._info(kind, digest).modified

    def list(self, kind: Kind, /) -> Iterator[Digest]:
        """The digests of all objects of a kind, in no order. What is no object is passed over."""
        with self._looking():
            for folder in self._folders(kind):
                for name in self._names(folder):
                    digest = layout.object_digest(f"{folder}/{name}")
                    if digest is not None:
                        yield digest

    def quarantined(self, kind: Kind, digest: Digest, /) -> Iterator[bytes]:
        """The corrupt object files that were put aside under a digest."""
        for name, found in self._quarantine(kind):
            if found == digest:
                with self._looking():
                    yield self._files.read(
                        f"{layout.QUARANTINE}/{kind}/{name}", layout.OBJECT_LIMIT
                    )

    def in_quarantine(self, kind: Kind, /) -> set[Digest]:
        """The digests of all corrupt objects that were put aside."""
        return {digest for _, digest in self._quarantine(kind)}

    def _quarantine(self, kind: Kind) -> Iterator[tuple[str, Digest]]:
        with self._looking():
            for name in self._names(f"{layout.QUARANTINE}/{kind}"):
                digest = layout.quarantined_digest(name)
                if digest is not None:
                    yield name, digest

    def _info(self, kind: Kind, digest: Digest) -> Info:
        with self._looking(kind, digest):
            return self._files.info(layout.object_path(kind, digest))

    def _folders(self, kind: Kind) -> Iterator[str]:
        """The folders that objects of a kind lie in."""
        for algorithm in filter(layout.is_algorithm, self._names(kind)):
            for fan in filter(layout.is_fan, self._names(f"{kind}/{algorithm}")):
                yield f"{kind}/{algorithm}/{fan}"

    def _names(self, folder: str) -> Sequence[str]:
        try:
            return self._files.names(folder)
        except (FileNotFoundError, NotADirectoryError):  # nothing, a file, a link
            return []

    @contextmanager
    def _looking(self, kind: Kind = "chunks", digest: Digest | None = None) -> Iterator[None]:
        """What the system says while reading, as errors of the one tree."""
        self._check_record()
        try:
            yield
        except FileNotFoundError:
            raise contents.missing(kind, digest, self.name) from None
        except OSError as problem:
            what = f"{contents.called(kind)} {digest}" if digest else "a folder"
            raise StoreError(
                error(
                    "store-unreadable",
                    f"{what} of the store `{self.name}` cannot be read: {reason(problem)}",
                    place=self.name,
                )
            ) from problem

    def _check_record(self) -> None:
        if self._recorded:
            return
        try:
            record = self._files.read(layout.RECORD, layout.RECORD_LIMIT)
        except (FileNotFoundError, NotADirectoryError):
            raise StoreError(
                error(
                    "store-invalid", f"there is no store at `{self.name}`", place=self.name,
                    hint=f"a store has a file {layout.RECORD}; `linkdata store add` makes one",
                )
            ) from None  # fmt: skip
        except OSError as problem:
            raise StoreError(
                error(
                    "store-unreadable",
                    f"the store `{self.name}` cannot be read: {reason(problem)}",
                    place=self.name,
                )
            ) from problem
        layout.check_record(record, self.name)
        self._recorded = True


def reason(problem: OSError) -> str:
    """What the system says is wrong."""
    return problem.strerror or str(problem)
