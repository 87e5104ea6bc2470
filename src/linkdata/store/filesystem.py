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
import resource
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

from linkdata.errors import RetrievalError
from linkdata.roots import Roots
from linkdata.store.parallel import each

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LOCK = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_TOGETHER = 8  # folders that are synced at a time
_KEPT = 512  # folders that are kept open at most: more than objects of one kind lie in
_SHARE = 3  # of the files that a process may have open, the part that these may be
_FORGETS = hasattr(os, "posix_fadvise")  # not on macOS


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
        """Open a new file for writing, which nobody else may change. Raises `FileExistsError`."""

    def open(self, path: str) -> int:
        """Open an object that is there, to sync or touch it."""

    def write(self, fd: int, parts: Sequence[memoryview]) -> int:
        """Write at the end, one part after the other; gives how many bytes were taken, perhaps
        not all."""

    def size(self, fd: int) -> int:
        """How many bytes an open file has."""

    def touch(self, fd: int) -> None:
        """Set an open file's time to now, by the file system's own clock."""

    def sync(self, fd: int) -> None:
        """Make an open file's bytes and time durable. After an error, do not try again."""

    def sync_folder(self, path: str) -> None:
        """Make the names in a folder durable. `""` is the store's folder itself."""

    def sync_folders(self, paths: Sequence[str]) -> None:
        """The same for several folders, in any order. When one fails the others may be not."""

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

    def keeping(self) -> AbstractContextManager[None]:
        """Until this ends, what leads to objects may be kept open, so that many are had faster."""

    def now(self) -> float:
        """The time in seconds."""

    def pause(self, seconds: float) -> None:
        """Let others go on."""


class _Open:
    """A descriptor, closed when nobody has it any more. Hold this as long as the number is used."""

    __slots__ = ("fd",)

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def __del__(self) -> None:
        os.close(self.fd)


class LocalFileSystem:
    """A folder of this machine. It holds nothing open, unless it is asked to (`keeping`)."""

    __slots__ = ("_folder", "_guard", "_keepers", "_kept", "_roots")

    def __init__(self, folder: Path | str, roots: Roots | None = None) -> None:
        self._folder = Path(os.path.realpath(folder))
        self._roots = roots or Roots([self._folder])
        self._guard = Lock()
        self._keepers = 0
        self._kept: dict[str, _Open] = {}

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
        folder, name = self._above(path)
        os.mkdir(name, dir_fd=folder.fd)

    def create(self, path: str) -> int:
        """Open a new file for writing; by its mode nobody may write to it again."""
        folder, name = self._above(path)
        return os.open(name, _NEW, 0o444, dir_fd=folder.fd)

    def open(self, path: str) -> int:
        """Open an object that is there."""
        folder, name = self._above(path)
        return os.open(name, _READ, dir_fd=folder.fd)

    def write(self, fd: int, parts: Sequence[memoryview]) -> int:
        """Write at the end."""
        return os.writev(fd, parts)

    def size(self, fd: int) -> int:
        """How many bytes an open file has."""
        return os.fstat(fd).st_size

    def touch(self, fd: int) -> None:
        """Set an open file's time to now. Raises `PermissionError` for a file of somebody else."""
        os.utime(fd)

    def sync(self, fd: int) -> None:
        """fsync. What is durable then leaves the memory of the system, which is for what is read.

        Whoever writes gigabytes would push all else out of it, and new memory for each file costs
        more than the writing.
        """
        os.fsync(fd)
        if _FORGETS:
            with suppress(OSError):  # it is only advice
                os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)

    def sync_folder(self, path: str) -> None:
        """fsync of a folder."""
        folder = self._folder_at(path)
        os.fsync(folder.fd)

    def sync_folders(self, paths: Sequence[str]) -> None:
        """fsync of each; several wait for the disk together."""
        for _ in each(self.sync_folder, paths, min(_TOGETHER, len(paths))):
            pass

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
        folder = self._folder_at(path)
        return os.listdir(folder.fd)

    def rename(self, old: str, new: str) -> None:
        """Rename; what has the new name is replaced."""
        (source, name), (target, other) = self._above(old), self._above(new)
        os.rename(name, other, src_dir_fd=source.fd, dst_dir_fd=target.fd)

    def link(self, old: str, new: str) -> None:
        """Make a hard link."""
        (source, name), (target, other) = self._above(old), self._above(new)
        os.link(name, other, src_dir_fd=source.fd, dst_dir_fd=target.fd, follow_symlinks=False)

    def unlink(self, path: str) -> None:
        """Remove a name."""
        folder, name = self._above(path)
        os.unlink(name, dir_fd=folder.fd)

    def lock(self, path: str, *, exclusive: bool) -> int | None:
        """flock, without waiting. It ends with the process, however that ends."""
        folder, name = self._above(path)
        fd = os.open(name, _LOCK, 0o666, dir_fd=folder.fd)
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
    def keeping(self) -> Iterator[None]:
        """Until this ends, folders stay open once opened, up to a number."""
        with self._guard:
            self._keepers += 1
        try:
            yield
        finally:
            with self._guard:
                self._keepers -= 1
                if not self._keepers:
                    self._kept = {}  # they are closed when the last user lets go of them

    def _folder_at(self, path: str) -> _Open:
        """A folder of the store; each part is opened below the one before it."""
        kept = self._kept  # that of now: what is put there after its end goes with it
        found = kept.get(path)
        if found is not None:
            return found
        if path:
            above, name = self._above(path)
            found = _Open(os.open(name, _FOLDER, dir_fd=above.fd))
        else:
            found = _Open(os.open(self._folder, _FOLDER))
        if self._keepers:
            if len(kept) >= _keepable():
                kept.clear()  # they are closed when the last user lets go of them
            kept[path] = found
        return found

    def _above(self, path: str) -> tuple[_Open, str]:
        """The folder above a path, and the last part of it."""
        folder, _, name = path.rpartition("/")
        return self._folder_at(folder), name

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


def _keepable() -> int:
    """How many folders may be kept open: on some systems a process may open few files."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _KEPT if allowed == resource.RLIM_INFINITY else min(_KEPT, allowed // _SHARE)


def _sync_path(folder: Path) -> None:
    fd = os.open(folder, _FOLDER & ~os.O_NOFOLLOW)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
