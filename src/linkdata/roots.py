"""The allowed folders, and the only way to a file below them.

Takes: folders that the user allows, and paths that documents and files name.
Gives: `Roots`, which opens or locates a regular file below one of the folders, or raises.
Implements: `specs/linkdata-1.0.md`, section "Resources, roots and authorities".

A path is walked from a root downward, one component at a time, each relative to the open folder
before it and none through a symbolic link of the kernel's choosing: what was checked is what is
opened, however the folders are renamed meanwhile. Symbolic links are read and walked by us.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from linkdata.errors import RetrievalError, did_you_mean, error
from linkdata.spans import Span

MAX_SYMLINKS = 40
"""How many symbolic links one path may lead through, as in Linux."""

_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: should a FIFO take the file's place after the check, opening it must not wait.
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY
_MAX_NAMES = 10_000  # how many names of a folder are looked through for a near miss


#: How old a change must be (ns) for the file's time to tell the next one from it.
_SETTLED = 100_000_000


class OpenFile(NamedTuple):
    """A regular file, open for reading and checked. Close it, or use it in a `with`.

    `path` is the real path (no symbolic links), `stat` what `fstat` said when it was opened.
    """

    fd: int
    path: Path
    stat: os.stat_result

    @property
    def is_settled(self) -> bool:
        """Whether its time would tell the next change from the last one, and so is worth keeping.

        Ask before what is in the file is read.
        """
        return time.time_ns() - self.stat.st_mtime_ns >= _SETTLED

    def close(self) -> None:
        """Let go of the descriptor. Call it once."""
        os.close(self.fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class _Place(NamedTuple):
    """A name in an open folder: what walking a path arrives at."""

    folder_fd: int
    folder: str
    name: str

    @property
    def path(self) -> Path:
        return Path(self.folder, self.name)


class Roots:
    """The folders below which files may be opened. Frozen; `plus` gives a wider one.

    Folders are resolved once, when given: a root is where its path led at that moment.
    """

    __slots__ = ("_folders",)

    def __init__(self, folders: Iterable[Path | str] = ()) -> None:
        self._folders = tuple(dict.fromkeys(os.path.realpath(folder) for folder in folders))

    @property
    def folders(self) -> tuple[Path, ...]:
        """The allowed folders, as real paths, in the order given."""
        return tuple(Path(folder) for folder in self._folders)

    def plus(self, folder: Path | str) -> Roots:
        """These folders and one more."""
        return Roots((*self._folders, folder))

    def contains(self, path: Path | str) -> bool:
        """Whether `path` leads below one of the folders. It need not exist."""
        try:
            real = os.path.realpath(path)
        except (OSError, ValueError):
            return False
        return self._root_above(real) is not None

    def open(self, path: Path | str, span: Span | None = None) -> OpenFile:
        """Open a regular file for reading. A relative path is relative to the working directory.

        Raises `RetrievalError`: `resource-outside-roots`, `resource-missing`,
        `resource-not-regular`, `resource-unreadable`; at `span`, where the path was written.
        """
        with self._descended(path, span) as place:
            fd = os.open(place.name, _FILE, dir_fd=place.folder_fd)
            found = os.fstat(fd)
            if not stat.S_ISREG(found.st_mode):
                os.close(fd)
                raise _not_regular(path, span)
            return OpenFile(fd, place.path, found)

    def locate(self, path: Path | str, span: Span | None = None) -> Path:
        """The real path of a regular file below the folders. Raises what `open` raises."""
        with self._descended(path, span) as place:
            return place.path

    @contextmanager
    def _descended(self, path: Path | str, span: Span | None) -> Iterator[_Place]:
        """The place `path` leads to, known to be a regular file; all problems made our own."""
        given = os.fspath(path)
        try:
            with _Descent(self._root_above, given) as place:
                yield place
        except _Outside:
            raise RetrievalError(
                error(
                    "resource-outside-roots",
                    f"`{given}` lies outside the folders that files may be read from",
                    span,
                    hint="allow it with --allow-root FOLDER",
                    place=given,
                )
            ) from None
        except _Missing as missing:
            raise RetrievalError(
                error(
                    "resource-missing",
                    f"there is no file `{given}`: {missing.reason}",
                    span,
                    hint=missing.hint,
                    place=given,
                )
            ) from None
        except _NotRegular:
            raise _not_regular(path, span) from None
        except FileNotFoundError:  # the root itself, or what went away while we walked
            raise RetrievalError(
                error("resource-missing", f"there is no file `{given}`", span, place=given)
            ) from None
        except (OSError, ValueError) as problem:  # ValueError: a NUL or a lone surrogate in it
            reason = problem.strerror if isinstance(problem, OSError) else str(problem)
            raise RetrievalError(
                error(
                    "resource-unreadable", f"`{given}` cannot be read: {reason}", span, place=given
                )
            ) from problem

    def _root_above(self, real: str) -> str | None:
        """The first root that is `real` or a folder above it; `real` is absolute, without `..`."""
        for root in self._folders:
            if real == root or real.startswith(root if root == "/" else root + "/"):
                return root
        return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Roots) and set(self._folders) == set(other._folders)

    def __hash__(self) -> int:
        return hash(frozenset(self._folders))

    def __repr__(self) -> str:
        return f"Roots({list(self._folders)})"


class _Outside(Exception):
    """The path does not lead below a root."""


class _NotRegular(Exception):
    """The path leads to something that is not a regular file."""


class _Missing(Exception):
    """The path leads to nothing."""

    def __init__(self, reason: str, hint: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def _not_regular(path: Path | str, span: Span | None) -> RetrievalError:
    given = os.fspath(path)
    return RetrievalError(
        error("resource-not-regular", f"`{given}` is not a regular file", span, place=given)
    )


class _Descent:
    """One walk along one path. Used as a context: the open folders live as long as it does."""

    def __init__(self, root_above: Callable[[str], str | None], path: str) -> None:
        self._root_above = root_above
        self._start = os.path.join(os.getcwd(), path)
        self._hops = 0
        self._fds: list[int] = []  # the root and the folders below it, down to where we are
        self._names: list[str] = []  # their names below the root

    def __enter__(self) -> _Place:
        try:
            return self._walk()
        except BaseException:
            self._close()
            raise

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        while self._fds:
            os.close(self._fds.pop())
        self._names.clear()

    def _walk(self) -> _Place:
        root, rest = self._enter(self._start)
        while rest:
            name = rest.pop()
            if name == "..":
                if not self._names:  # out of this root; another one may lie there
                    root, rest = self._enter(_joined(os.path.dirname(root), rest))
                    continue
                os.close(self._fds.pop())
                self._names.pop()
                continue
            mode = self._mode(name)
            if stat.S_ISLNK(mode):
                target = self._read_link(name)
                folder = os.path.join(root, *self._names)
                root, rest = self._enter(_joined(os.path.join(folder, target), rest))
            elif not rest:
                if not stat.S_ISREG(mode):
                    raise _NotRegular
                return _Place(self._fds[-1], os.path.join(root, *self._names), name)
            elif not stat.S_ISDIR(mode):
                raise _Missing(f"`{name}` is not a folder")
            else:
                self._fds.append(os.open(name, _FOLDER, dir_fd=self._fds[-1]))
                self._names.append(name)
        raise _NotRegular  # the path ends at a folder

    def _enter(self, path: str) -> tuple[str, list[str]]:
        """Open the root that `path` leads into; gives it, and the components left, last one first.

        Above the roots nothing is opened. Names are only resolved there, so that a root is found
        by other names too (`/home/me` where that is a link to `/data/home/me`).
        """
        self._close()
        rest = _components(path)
        at = "/"
        while (root := self._root_above(at)) is None:
            if not rest:
                raise _Outside
            name = rest.pop()
            if name == "..":
                at = os.path.dirname(at)
                continue
            at = os.path.join(at, name)
            try:
                target = os.readlink(at)
            except (OSError, ValueError):
                continue  # not a link, or not there: what matters is whether a root comes
            self._hop()
            at = os.path.dirname(at)
            rest.extend(_components(target))
            if target.startswith("/"):
                at = "/"
        self._fds.append(os.open(root, _FOLDER))
        return root, rest

    def _hop(self) -> None:
        self._hops += 1
        if self._hops > MAX_SYMLINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))

    def _read_link(self, name: str) -> str:
        self._hop()
        return os.readlink(name, dir_fd=self._fds[-1])

    def _mode(self, name: str) -> int:
        try:
            return os.stat(name, dir_fd=self._fds[-1], follow_symlinks=False).st_mode
        except FileNotFoundError:
            hint = did_you_mean(name, _some_names(self._fds[-1]))
            raise _Missing(f"`{name}` is not in its folder", hint) from None


def _components(path: str) -> list[str]:
    """The names in a path, last one first, without `.` and empty ones."""
    return [name for name in reversed(path.split("/")) if name not in ("", ".")]


def _joined(path: str, rest: list[str]) -> str:
    return "/".join([path, *reversed(rest)])


def _some_names(folder_fd: int) -> list[str]:
    """Names in an open folder, as many as are worth comparing; none when it cannot be listed."""
    try:
        fd = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder_fd)
        try:
            return os.listdir(fd)[:_MAX_NAMES]
        finally:
            os.close(fd)
    except OSError:
        return []
