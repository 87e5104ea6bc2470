"""The one seam between a store and the operating system.

Takes: paths relative to a store's folder, their parts joined by `/`.
Gives: `FileSystem`, the calls that a folder store makes, and `LocalFileSystem`, which makes them.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".

Each method is one system call, or one and the opening of the folders on the way, so that a test
can let any of them fail, and can say what a power cut leaves behind (`linkdata.testing.disk`).
All raise `OSError` as the system does.

Nothing is written, moved or removed through a symbolic link: a store that came from somebody
else must not lead out of itself. Reading follows links below the allowed roots.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from linkdata.errors import RetrievalError
from linkdata.roots import Roots

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LOCK = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Info:
    """What is known of a file without reading it: its size in bytes, its time in seconds."""

    size: int
    modified: float


class FileSystem(Protocol):
    """The calls that a folder store makes. `fd`s are the file system's own numbers."""

    @property
    def name(self) -> str:
        """What messages call the store's folder."""

    def create_root(self) -> None:
        """Make the store's folder and those above it, durably. One that exists is fine."""

    def make_folder(self, path: str) -> None:
        """Make a folder. Raises `FileExistsError`."""

    def create(self, path: str) -> int:
        """Open a new file for writing. Raises `FileExistsError`."""

    def open(self, path: str) -> int:
        """Open an object that is there, to sync or touch it."""

    def write(self, fd: int, data: memoryview) -> int:
        """Write at the end; gives how many bytes were taken, perhaps not all."""

    def size(self, fd: int) -> int:
        """How many bytes an open file has."""

    def protect(self, fd: int) -> None:
        """Make an open file read-only for everybody."""

    def touch(self, fd: int) -> None:
        """Set an open file's time to now, by the file system's own clock."""

    def sync(self, fd: int) -> None:
        """Make an open file's bytes and time durable. After an error, do not try again."""

    def sync_folder(self, path: str) -> None:
        """Make the names in a folder durable. `""` is the store's folder itself."""

    def close(self, fd: int) -> None:
        """Let go of an open file, and of a lock on it."""

    def read(self, path: str, limit: int) -> bytes:
        """The whole content of a regular file; `OSError` (`EFBIG`) if it is over `limit` bytes."""

    def info(self, path: str) -> Info:
        """Size and time of a regular file."""

    def names(self, path: str) -> list[str]:
        """The names in a folder."""

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, at once and for good; a file of the new name is replaced."""

    def link(self, old: str, new: str) -> None:
        """Give a file a second name."""

    def unlink(self, path: str) -> None:
        """Remove a name."""

    def lock(self, path: str, *, exclusive: bool) -> int | None:
        """Hold a lock file (made if need be) until `close`; None if somebody else holds it."""

    def now(self) -> float:
        """The time in seconds."""

    def pause(self, seconds: float) -> None:
        """Let others go on."""


class LocalFileSystem:
    """A folder of this machine. Frozen; it holds nothing open."""

    __slots__ = ("_folder", "_roots")

    def __init__(self, folder: Path | str, roots: Roots | None = None) -> None:
        self._folder = Path(os.path.realpath(folder))
        self._roots = roots or Roots([self._folder])

    @property
    def name(self) -> str:
        """The folder's path."""
        return str(self._folder)

    def create_root(self) -> None:
        """Make the store's folder and those above it, each durable before the next."""
        missing = []
        at = self._folder
        while not at.is_dir():
            missing.append(at)
            at = at.parent
        for folder in reversed(missing):
            with suppress(FileExistsError):
                folder.mkdir()
            _sync_path(folder.parent)

    def make_folder(self, path: str) -> None:
        """Make a folder."""
        with self._above(path) as (folder, name):
            os.mkdir(name, dir_fd=folder)

    def create(self, path: str) -> int:
        """Open a new file for writing; nobody else may read it until it is protected."""
        with self._above(path) as (folder, name):
            return os.open(name, _NEW, 0o600, dir_fd=folder)

    def open(self, path: str) -> int:
        """Open an object that is there."""
        with self._above(path) as (folder, name):
            return os.open(name, _READ, dir_fd=folder)

    def write(self, fd: int, data: memoryview) -> int:
        """Write at the end."""
        return os.write(fd, data)

    def size(self, fd: int) -> int:
        """How many bytes an open file has."""
        return os.fstat(fd).st_size

    def protect(self, fd: int) -> None:
        """Mode 0444."""
        os.fchmod(fd, 0o444)

    def touch(self, fd: int) -> None:
        """Set an open file's time to now. Raises `PermissionError` for a file of somebody else."""
        os.utime(fd)

    def sync(self, fd: int) -> None:
        """fsync."""
        os.fsync(fd)

    def sync_folder(self, path: str) -> None:
        """fsync of a folder."""
        with self._folder_at(path) as folder:
            os.fsync(folder)

    def close(self, fd: int) -> None:
        """Let go of an open file."""
        os.close(fd)

    def read(self, path: str, limit: int) -> bytes:
        """The whole content of a regular file."""
        with self._reading(path) as fd:
            size = os.fstat(fd).st_size
            if size > limit:
                raise OSError(errno.EFBIG, f"it has {size} bytes, which no object has")
            parts = []
            # One byte more, to see that nothing is left without asking for much memory twice.
            while part := os.read(fd, size + 1):
                parts.append(part)
                size -= len(part)
                if size < 0:
                    raise OSError(errno.EIO, "it grew while it was read")
            return parts[0] if len(parts) == 1 else b"".join(parts)

    def info(self, path: str) -> Info:
        """Size and time of a regular file."""
        with self._reading(path) as fd:
            found = os.fstat(fd)
            return Info(found.st_size, found.st_mtime)

    def names(self, path: str) -> list[str]:
        """The names in a folder."""
        with self._folder_at(path) as folder:
            return os.listdir(folder)

    def rename(self, old: str, new: str) -> None:
        """Rename; what has the new name is replaced."""
        with self._above(old) as (source, name), self._above(new) as (target, other):
            os.rename(name, other, src_dir_fd=source, dst_dir_fd=target)

    def link(self, old: str, new: str) -> None:
        """Make a hard link."""
        with self._above(old) as (source, name), self._above(new) as (target, other):
            os.link(name, other, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)

    def unlink(self, path: str) -> None:
        """Remove a name."""
        with self._above(path) as (folder, name):
            os.unlink(name, dir_fd=folder)

    def lock(self, path: str, *, exclusive: bool) -> int | None:
        """flock, without waiting. It ends with the process, however that ends."""
        with self._above(path) as (folder, name):
            fd = os.open(name, _LOCK, 0o666, dir_fd=folder)
        try:
            fcntl.flock(fd, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        except OSError:
            os.close(fd)
            raise
        return fd

    def now(self) -> float:
        """The machine's clock."""
        return time.time()

    def pause(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)

    @contextmanager
    def _folder_at(self, path: str) -> Iterator[int]:
        """A folder of the store, open; each part is opened below the one before it."""
        fd = os.open(self._folder, _FOLDER)
        try:
            for part in filter(None, path.split("/")):
                inner = os.open(part, _FOLDER, dir_fd=fd)
                os.close(fd)
                fd = inner
            yield fd
        finally:
            os.close(fd)

    @contextmanager
    def _above(self, path: str) -> Iterator[tuple[int, str]]:
        """The open folder above a path, and the last part of it."""
        folder, _, name = path.rpartition("/")
        with self._folder_at(folder) as fd:
            yield fd, name

    @contextmanager
    def _reading(self, path: str) -> Iterator[int]:
        """A regular file, open for reading; through links where they stay below the roots."""
        try:
            fd = self.open(path)
        except OSError as problem:
            if problem.errno not in (errno.ELOOP, errno.ENOTDIR):  # a link is on the way
                raise
            fd = self._linked(path, problem)
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise OSError(errno.EINVAL, "it is not a regular file")
            yield fd
        finally:
            os.close(fd)

    def _linked(self, path: str, problem: OSError) -> int:
        try:
            return self._roots.open(self._folder / path).fd
        except RetrievalError as refused:
            if refused.code == "resource-missing":
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from refused
            raise OSError(problem.errno, refused.diagnostic.message) from refused


def _sync_path(folder: Path) -> None:
    fd = os.open(folder, _FOLDER & ~os.O_NOFOLLOW)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
