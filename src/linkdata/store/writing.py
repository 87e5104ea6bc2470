"""Writing files so that a power cut leaves each of them whole or not there.

Takes: a file system, and whole contents.
Gives: `Writer`.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".

A name that is visible stands for bytes that are durable: they are synced before the file gets it.
The name itself is durable after `settle`, which is asked for many names at once.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial

from linkdata.store.filesystem import FileSystem
from linkdata.store.kinds import Buffer
from linkdata.store.layout import TEMPORARY, temporary_path


class Writer:
    """Writes files into one store. Threads may share it."""

    def __init__(self, files: FileSystem) -> None:
        self._files = files
        self._made: set[str] = set()  # folders that are there
        self._anchored: set[str] = set()  # folders whose own names are durable
        self._failed: OSError | None = None

    def write(self, path: str, *parts: Buffer) -> None:
        """Write a file under a temporary name, make it durable, give it its name.

        `parts` are its content, one after the other.

        A file of that name is replaced. Raises `OSError`; then no more is visible than before.
        """
        self.begin(path, *parts)()

    def begin(self, path: str, *parts: Buffer) -> Callable[[], None]:
        """Write a file under a temporary name; what this gives does the rest, from any thread.

        It must be called once, and mostly waits for the disk. `parts` are not needed any more.
        Both raise what `write` raises.
        """
        self._check()
        self.make_folders(TEMPORARY)
        self.make_folders(path.rpartition("/")[0])
        temporary = temporary_path()
        fd = self._files.create(temporary)
        filled = False
        try:
            self._fill(fd, parts)
            filled = True
        finally:
            if not filled:
                self._drop(temporary, fd)
        return partial(self._end, fd, sum(map(len, parts)), temporary, path)

    def _end(self, fd: int, length: int, temporary: str, path: str) -> None:
        named = False
        try:
            try:
                if self._files.size(fd) != length:
                    raise OSError(errno.EIO, "the file does not have the length that was written")
                # Should this fail, the system may have dropped the bytes and say "done" when asked
                # again: whoever tries again writes a new file.
                self._files.sync(fd)
            finally:
                self._files.close(fd)
            self._files.rename(temporary, path)
            named = True
        finally:
            if not named:
                self._drop(temporary)

    def _drop(self, temporary: str, fd: int | None = None) -> None:
        with suppress(OSError):
            if fd is not None:
                self._files.close(fd)
        with suppress(OSError):
            self._files.unlink(temporary)

    def make_folders(self, folder: str) -> None:
        """Make a folder and those above it, where they are not there."""
        if folder in self._made:
            return
        for path in reversed(list(_upward(folder))):
            if path not in self._made:
                with suppress(FileExistsError):
                    self._files.make_folder(path)
                self._made.add(path)

    def settle(self, folders: Iterable[str]) -> None:
        """Make the names in these folders durable, and the folders' own names.

        Raises `OSError`; after it nothing more can be written: what the folders hold is not known.
        """
        self._check()
        wanted = set(folders)
        anchors = set()
        for folder in list(wanted):
            for path in _upward(folder):
                if path not in self._anchored:  # perhaps another process has just made it
                    anchors.add(path)
                    wanted.add(path.rpartition("/")[0])
        try:
            self._files.sync_folders(sorted(wanted))
        except OSError as problem:
            self._failed = problem
            raise
        self._anchored |= anchors

    def _fill(self, fd: int, parts: tuple[Buffer, ...]) -> None:
        rest = [memoryview(part) for part in parts if len(part)]
        while rest:
            taken = self._files.write(fd, rest)
            if taken <= 0:
                raise OSError(errno.EIO, "the file takes no more bytes")
            while rest and taken >= len(rest[0]):
                taken -= len(rest.pop(0))
            if taken:
                rest[0] = rest[0][taken:]

    def _check(self) -> None:
        if self._failed is not None:
            raise OSError(
                self._failed.errno,
                f"a folder could not be made durable ({self._failed.strerror}); "
                "check the disk, then open the store anew",
            )


def _upward(folder: str) -> Iterator[str]:
    """A folder and those above it, without the store's own."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
