"""A store in a local folder: atomic, durable, for several processes at once.

Takes: object files with their digests.
Gives: `FolderStore`, a `StagingStore` and a `CollectableStore`.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".

What a reader sees under a digest is whole and durable. What the promise of `put` is worth after a
power cut is shown by `tests/store/test_crashes.py`, which tries every state that may be left.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Self

from linkdata.errors import StoreError, error
from linkdata.roots import Roots
from linkdata.store import contents, layout
from linkdata.store.digests import Digest
from linkdata.store.filesystem import FileSystem
from linkdata.store.framing import Fresh
from linkdata.store.locking import HELD, WAIT, Locks
from linkdata.store.protocols import Kind
from linkdata.store.reading import FolderReader, reason
from linkdata.store.writing import Writer

_QUARANTINE_WAIT = 5.0  # seconds that a reader is willing to wait
_NO_WRITING = {errno.EROFS, errno.EACCES, errno.EPERM}
# What the system says of an object that cannot be had whole, ever: a bad sector, a size that no
# object has, something that is no file. Other errors are of the moment, and no reason to judge it.
_BAD = {errno.EIO, errno.EFBIG, errno.EINVAL, errno.EISDIR, errno.ELOOP}
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS}
_HINTS = {
    errno.ENOSPC: "the disk is full; what was stored before is whole",
    errno.EDQUOT: "your quota is used up; what was stored before is whole",
    errno.EROFS: "it is mounted for reading only",
    errno.EACCES: "may you write there?",
    errno.EPERM: "may you write there?",
    errno.ENOLCK: "its file system has no locks; keep the store on another one",
}


class FolderStore(FolderReader):
    """A store in a folder, made when something is first put. It holds nothing open.

    With `writable` false nothing in the folder is ever changed. Symbolic links are followed for
    reading below `roots` (the folder itself, if not given), and never for writing. `wait` is how
    many seconds to wait for a lock. Instances and processes share a folder safely.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        writable: bool = True,
        roots: Roots | None = None,
        files: FileSystem | None = None,
        wait: float = WAIT,
    ) -> None:
        super().__init__(folder, roots=roots, files=files)
        self._writable = writable
        self._writer = Writer(self._files)
        self._locks = Locks(self._files, wait)
        self._ready = False
        self._outer = 0  # how many hold the store through `lock`
        self._unsettled: set[str] = set()  # folders that chunks were put in
        self._here: set[Digest] = set()  # chunks put while the store is held, so none of them goes
        self._manifests_settled = False  # whether all removals of manifests are durable

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held open; a `RemoteStore` has something to let go of."""

    def put(self, kind: Kind, digest: Digest, data: bytes | Fresh, /) -> bool:
        """Keep an object file; whether it is new.

        What lies there already is verified: if it is good it is made new again and kept, else it
        is put aside and replaced. A chunk is whole and visible when this returns, and durable with
        the manifest that names it, or after `flush`. A manifest is durable when this returns, and
        all its chunks are so before it.

        Raises `StoreCorruptError` when `data` is not what the digest says, `StoreMissingError` when
        a chunk that a manifest names is not here, `StoreError` (`store-unwritable`, `store-locked`,
        `store-invalid`).
        """
        mentioned = contents.check_new(kind, digest, data, self.name)
        with self._changing(), self._held():
            return self._stage(kind, digest, data, mentioned)()

    def stage(self, kind: Kind, digest: Digest, data: bytes | Fresh, /) -> Callable[[], bool]:
        """Write an object file that is not there yet; what is given makes it durable and visible,
        or verifies what was there, and says whether it is new. Hold the store meanwhile (`lock`).

        Both raise what `put` raises.
        """
        mentioned = contents.check_new(kind, digest, data, self.name)
        with self._changing():
            return self._stage(kind, digest, data, mentioned)

    def _stage(
        self, kind: Kind, digest: Digest, data: bytes | Fresh, mentioned: Iterable[Digest]
    ) -> Callable[[], bool]:
        if kind == "manifests":
            self._writer.settle(self._folders_of(set(mentioned)))
        if self._lacks(kind, digest):
            # The bytes are written, and nobody holds them while the disk is waited for.
            return partial(self._new, kind, digest, self._begun(kind, digest, data))
        return partial(self._known, kind, digest, data)

    def _lacks(self, kind: Kind, digest: Digest) -> bool:
        try:
            self._files.info(layout.object_path(kind, digest))
        except FileNotFoundError:
            return True
        except OSError:
            pass  # there is something: whoever reads it says what
        return False

    def _begun(self, kind: Kind, digest: Digest, data: bytes | Fresh) -> Callable[[], None]:
        parts = (data.line, data.payload) if isinstance(data, Fresh) else (data,)
        return self._writer.begin(layout.object_path(kind, digest), *parts)

    def _new(self, kind: Kind, digest: Digest, begun: Callable[[], None]) -> bool:
        with self._changing():
            begun()
            self._named(kind, digest)
        return True

    def _known(self, kind: Kind, digest: Digest, data: bytes | Fresh) -> bool:
        with self._changing():
            found = self._freshened(kind, digest)
            if not found:
                self._begun(kind, digest, data)()
            self._named(kind, digest)
        return found is None

    def _named(self, kind: Kind, digest: Digest) -> None:
        """What holds when an object has its name."""
        self._settle(kind, digest)
        if kind == "chunks" and self._outer:
            self._here.add(digest)

    def _settle(self, kind: Kind, digest: Digest) -> None:
        """Make the name of a manifest durable; that of a chunk waits for a manifest, or `flush`."""
        folder = layout.folder_path(kind, digest)
        if kind == "manifests":
            self._writer.settle([folder])
        else:
            self._unsettled.add(folder)

    def flush(self) -> None:
        """Make all that was put durable. Raises `StoreError` (`store-unwritable`)."""
        with self._changing():
            folders = set(self._unsettled)
            self._writer.settle(folders)
            self._unsettled -= folders

    def refresh(self, kind: Kind, digest: Digest, /) -> None:
        """Make an object new again, so that a collection leaves it. None is no error.

        It is then as durable as one that was put: who wrote it may have died before it was.
        """
        with self._changing(), self._held(), suppress(FileNotFoundError):
            self._touch(kind, layout.object_path(kind, digest))
            self._settle(kind, digest)

    def quarantine(self, kind: Kind, digest: Digest, /) -> None:
        """Put an object aside whose bytes are not what they should be; never delete it.

        The object is verified here: what somebody has repaired meanwhile stays. Nothing happens
        where nothing may be written, or when the store is busy for long: whoever meets the object
        next finds it corrupt again.
        """
        if not self._writable or self._outer:
            return
        path = layout.object_path(kind, digest)
        try:
            with self._changing(), self._locks.hold(exclusive=True, wait=_QUARANTINE_WAIT):
                if self._state(kind, digest, deep=True) is False:
                    self._set_aside(kind, digest, path)
                    with suppress(FileNotFoundError):
                        self._files.unlink(path)
        except StoreError as problem:
            cause = problem.__cause__
            refused = isinstance(cause, OSError) and cause.errno in _NO_WRITING
            if problem.code != "store-locked" and not refused:
                raise

    def delete(self, kind: Kind, digest: Digest, /) -> None:
        """Remove an object; hold the store exclusively. One that is not there is no error.

        Before a chunk goes, all manifests that went are durably gone, whoever removed them.
        """
        with self._changing():
            if kind == "manifests":
                self._manifests_settled = False
            elif not self._manifests_settled:
                self._writer.settle(self._folders("manifests"))
                self._manifests_settled = True
            self._here.discard(digest)
            with suppress(FileNotFoundError):
                self._files.unlink(layout.object_path(kind, digest))

    def sweep(self, grace: float, /) -> int:
        """Remove temporary files older than `grace` seconds; hold the store exclusively.

        Gives how many there were. Only what has the name of one is touched.
        """
        with self._changing():
            names = filter(layout.is_temporary, self._names(layout.TEMPORARY))
            return self._remove((f"{layout.TEMPORARY}/{name}" for name in names), grace)

    def forget(self, kind: Kind, digest: Digest, grace: float, /) -> int:
        """Remove what was put aside under a digest and is older than `grace` seconds."""
        with self._changing():
            names = [name for name, found in self._quarantine(kind) if found == digest]
            return self._remove((f"{layout.QUARANTINE}/{kind}/{name}" for name in names), grace)

    def _remove(self, paths: Iterable[str], grace: float) -> int:
        removed = 0
        for path in paths:
            with suppress(FileNotFoundError):
                if self._files.now() + self._skew - self._files.info(path).modified >= grace:
                    self._files.unlink(path)
                    removed += 1
        return removed

    @contextmanager
    def lock(self, *, exclusive: bool = False) -> Iterator[None]:
        """Hold the store: exclusively to collect, or together with others to write.

        Raises `StoreError` (`store-locked`, `store-unwritable`).
        """
        with ExitStack() as held:
            with self._changing():
                held.enter_context(self._locks.hold(exclusive=exclusive))
                held.enter_context(self._files.keeping())
                if exclusive:
                    self._manifests_settled = False
                    self._read_clock()
            self._outer += 1
            try:
                yield
            finally:
                self._outer -= 1
                if not self._outer:
                    self._here = set()

    def _held(self) -> AbstractContextManager[None]:
        # Who holds the store through `lock` outlives what is put under it; waiting for a second
        # hold behind somebody who waits for the first to end would never end.
        return nullcontext() if self._outer else self._locks.hold()

    def _read_clock(self) -> None:
        fd = self._files.open(HELD)
        try:
            self._files.touch(fd)
        finally:
            self._files.close(fd)
        self._skew = self._files.info(HELD).modified - self._files.now()

    def _folders_of(self, mentioned: set[Digest]) -> Iterable[str]:
        """The folders of chunks. Raises `StoreMissingError` if one is not here."""
        for digest in mentioned:
            if digest not in self._here and not self.has("chunks", digest):
                raise contents.missing("chunks", digest, self.name)
        return {layout.folder_path("chunks", digest) for digest in mentioned}

    def _state(self, kind: Kind, digest: Digest, *, deep: bool = False) -> bool | None:
        """Whether an object is good; None if there is none."""
        try:
            found = self._files.read(layout.object_path(kind, digest), layout.OBJECT_LIMIT)
        except FileNotFoundError:
            return None
        except OSError as problem:
            if problem.errno not in _BAD:
                raise
            return False
        return contents.is_good(kind, digest, found, deep=deep)

    def _freshened(self, kind: Kind, digest: Digest) -> bool | None:
        """Verify an object and make it new again, or put it aside.

        Gives True if that is all there is to do, False if it must be written once more, None if
        there is none.
        """
        path = layout.object_path(kind, digest)
        state = self._state(kind, digest)
        if state is False:
            self._set_aside(kind, digest, path)
        if state is not True:
            return None if state is None else False
        try:
            self._touch(kind, path)
        except (PermissionError, FileNotFoundError):
            return False  # it is somebody else's, or gone: one of our own takes its place
        return True

    def _touch(self, kind: Kind, path: str) -> None:
        fd = self._files.open(path)
        try:
            self._files.touch(fd)
            if kind == "manifests":
                # The old time must not come back in a power cut. A chunk is kept by its manifest.
                self._files.sync(fd)
        finally:
            self._files.close(fd)

    def _set_aside(self, kind: Kind, digest: Digest, path: str) -> None:
        """Give a corrupt object a name in quarantine, durably; it keeps its own till replaced."""
        aside = layout.quarantine_path(kind, digest)
        folder = aside.rpartition("/")[0]
        self._writer.make_folders(folder)
        try:
            self._files.link(path, aside)
        except FileNotFoundError:
            return
        except OSError as problem:
            if problem.errno not in _NO_LINKS:
                raise
            self._files.rename(path, aside)
        self._writer.settle([folder])

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """The store, made if need be; what the system says as errors of the one tree."""
        if not self._writable:
            raise StoreError(
                error(
                    "store-unwritable", f"the store `{self.name}` is open for reading only",
                    place=self.name,
                )
            )  # fmt: skip
        try:
            self._prepare()
            yield
        except OSError as problem:
            raise StoreError(
                error(
                    "store-unwritable",
                    f"the store `{self.name}` cannot be written: {reason(problem)}",
                    hint=_HINTS.get(problem.errno or 0),
                    place=self.name,
                )
            ) from problem

    def _prepare(self) -> None:
        """Make the folder a store, if it is none yet.

        Raises `StoreError` (`store-invalid`) if it is something else.
        """
        if self._ready:
            return
        if not self._has_record():
            self._files.create_root()
            others = set(self._files.names("")) - {layout.TEMPORARY, layout.LOCKS, layout.RECORD}
            # Another may have made it a store meanwhile; its record comes before all else in it.
            if others and not self._has_record():
                raise StoreError(
                    error(
                        "store-invalid",
                        f"`{self.name}` is not a store, and not an empty folder",
                        hint="give a store, or a folder that is empty or not there yet",
                        place=self.name,
                    )
                )
            if not others:
                self._writer.write(layout.RECORD, layout.record())
                self._writer.settle([""])
        self._ready = self._recorded = True

    def _has_record(self) -> bool:
        """Whether the folder says that it is a store. Raises `StoreError` for another kind."""
        try:
            layout.check_record(self._files.read(layout.RECORD, layout.RECORD_LIMIT), self.name)
        except FileNotFoundError:
            return False
        return True
