"""An HDF5 file: opened when something is asked of it, let go of afterwards.

Takes: a way to the file, its name, the roots.
Gives: `HDF5File`, and `HDF5Source`, the entry point that makes them.
Implements: `specs/linkdata-1.0.md`, section "HDF5 sources".

h5py is imported when the first file is opened.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from linkdata import collector
from linkdata.arrays.protocols import Ranged
from linkdata.arrays.ranged import RangedFile
from linkdata.roots import OpenFile, Roots

if TYPE_CHECKING:
    import h5py

    from linkdata.arrays.hdf5.addresses import Addresses
    from linkdata.arrays.hdf5.items import HDF5Dataset, HDF5Datatype, HDF5Group
    from linkdata.arrays.hdf5.session import Session

_Stamp = tuple[int, int, int, int]
#: Where a file is that has no place on this machine: nothing can be beside it.
_NOWHERE = Path(os.devnull, "remote")


class HDF5Source:
    """The source of type `hdf5`."""

    def open(
        self,
        locate: Callable[[], Path | Ranged],
        name: str,
        roots: Roots,
        *,
        writable: bool = False,
        verify: Callable[[OpenFile], None] | None = None,
    ) -> HDF5File:
        """A file, not yet touched. See `linkdata.arrays.protocols.Source`."""
        return HDF5File(locate, name, roots, writable, verify)


class HDF5File:
    """A lazy HDF5 file. Safe to use from several threads (HDF5 itself runs one at a time).

    Every access opens the file and closes it again; `held` and `open` keep it open meanwhile.
    Raises `SourceError` (`source-not-hdf5`, `source-unreadable`) from any access, and whatever
    `locate` raises.
    """

    def __init__(
        self,
        locate: Callable[[], Path | Ranged],
        name: str,
        roots: Roots,
        writable: bool = False,
        verify: Callable[[OpenFile], None] | None = None,
        *,
        family: dict[Path, HDF5File] | None = None,
    ) -> None:
        """Touch nothing yet.

        `locate` gives the checked path, or a file that is read in ranges, whose links lead nowhere;
        it is called on first use and when the file has changed
        (size, time, inode), and may raise. `verify` is given the open file before anything is
        read from it, as another may have taken its place; it may raise. `name` is what messages
        call the file. The file's own links may lead below `roots`. `family` are the files that
        one led to from another, by path.
        """
        self.name = name
        self.roots = roots
        self.writable = writable
        self._locate = locate
        self._verify = verify
        self._family = {} if family is None else family
        self._lock = RLock()
        self._users = 0
        self._pins: set[Hashable] = set()
        self._session: Session | None = None
        self._path: Path | None = None
        self._stamp: _Stamp | None = None
        self._addresses: Addresses | None = None
        self._ranged: RangedFile | None = None

    def item(self, path: str) -> HDF5Group | HDF5Dataset | HDF5Datatype:
        """The object at an absolute path, links followed, external ones below the roots only.

        The same object has the same path and an equal item, however it was reached.
        Raises `SourceError`: `source-path-missing`, `source-link-broken`, `source-link-refused`.
        """
        with ExitStack() as stack:
            stack.enter_context(self.held())
            from linkdata.arrays.hdf5.failures import translated
            from linkdata.arrays.hdf5.items import item_of
            from linkdata.arrays.hdf5.walk import arrive, encoded

            asked = encoded(path)
            with translated(self.place(asked)):
                return item_of(arrive(self, asked, stack))

    @property
    def root(self) -> HDF5Group:
        """The root group. Nothing is opened."""
        from linkdata.arrays.hdf5.items import HDF5Group

        return HDF5Group(self, b"/")

    @contextmanager
    def held(self) -> Iterator[h5py.File]:
        """A context in which the file stays open; gives the h5py file. May be nested."""
        handle = self._enter()
        try:
            yield handle
        finally:
            self._leave()

    def open(self) -> h5py.File:
        """The h5py file, which stays open until `close`."""
        self.pin(self)
        return self.session.handle

    def close(self) -> None:
        """Let go of what `open` holds, here and of all datasets. The next access opens it again."""
        with self._lock:
            self._pins.clear()
            self._close_if_unused()

    def pin(self, holder: Hashable) -> None:
        """Keep the file open for `holder`, until `unpin` or `close`."""
        with self._lock, self.held():
            self._pins.add(holder)

    def unpin(self, holder: Hashable) -> None:
        """Take back a `pin`; one that there is not is no error."""
        with self._lock:
            self._pins.discard(holder)
            self._close_if_unused()

    @contextmanager
    def descriptor(self) -> Iterator[int]:
        """A descriptor of the file, which is held open, to read bytes by their addresses.

        Raises `SourceError` (`source-unreadable`) when another file has taken its place.
        """
        from linkdata.arrays.hdf5.failures import failure

        if self._is_ranged:
            reason = "the bytes of a remote file have no address on this machine"
            hint = "declare its `hash`, and it is fetched"
            raise failure("source-unsupported", reason, self.name, hint)
        with self.held(), self._open_file() as file:
            if _stamp(file) != self._stamp:
                raise failure("source-unreadable", "it changed while it was read", self.name)
            yield file.fd

    @contextmanager
    def addressed(self) -> Iterator[Callable[[int, int], bytes]]:
        """What reads bytes by address and number, past HDF5, while the file is held open.

        Several threads may use it. Raises what `descriptor` raises; what reads raises `OSError` or
        `RetrievalError`.
        """
        if self._is_ranged:
            with self.held():
                assert self._ranged is not None
                source = self._ranged.source
                yield lambda start, size: source.read(start, start + size)
        else:
            with self.descriptor() as fd:
                yield lambda start, size: os.pread(fd, size, start)

    @property
    def path(self) -> Path:
        """Where the file is; located now if it was not yet."""
        with self._lock:
            if self._path is None:
                self._locate_now()
            assert self._path is not None
            return self._path

    @property
    def folder(self) -> Path:
        """The folder that file names in the file are relative to."""
        return self.path.parent

    def place(self, path: bytes) -> str:
        """The name of a place in the file, for messages."""
        return f"{self.name}:{path.decode('utf-8', 'surrogateescape')}"

    @property
    def session(self) -> Session:
        """The open file, for the modules of this package, while it is held."""
        assert self._session is not None, "the file is not held"
        return self._session

    @property
    def open_session(self) -> Session | None:
        """The open file while somebody holds it, else None. It may be closed at any time."""
        return self._session

    def addresses(self) -> Addresses:
        """The canonical paths of all objects; worked out once, while the file is held."""
        from linkdata.arrays.hdf5.addresses import Addresses

        with self._lock:
            if self._addresses is None:
                self._addresses = Addresses(self.session.root)
            return self._addresses

    def sibling(self, filename: str) -> HDF5File:
        """Another file, by a name relative to this one's folder. It is for reading only.

        Raises `RetrievalError` where it is not below the roots, not there, not a file.
        """
        asked = self.folder / filename
        found = self.roots.locate(asked)
        with self._lock:
            if found == self.path:
                return self
            if found not in self._family:
                self._family[found] = HDF5File(
                    lambda: self.roots.locate(found), str(asked), self.roots, family=self._family
                )
            return self._family[found]

    def _enter(self) -> h5py.File:
        with self._lock:
            if self._session is None:
                self._session = self._opened()
            self._users += 1
            return self._session.handle

    def _leave(self) -> None:
        with self._lock:
            self._users -= 1
            self._close_if_unused()

    def _close_if_unused(self) -> None:
        if self._session is None or self._users or self._pins:
            return
        from linkdata.arrays.hdf5.failures import translated

        session, self._session = self._session, None
        with translated(self.name):
            session.close()
        if self.writable and self._path is not None:  # that it has changed is our own doing
            with self._open_file() as file:
                self._stamp = _stamp(file)
            self._addresses = None

    def _opened(self) -> Session:
        path = self.path
        if self._ranged is not None:
            return self._begun_ranged(self._ranged)
        with self._open_file() as file:
            if self._stamp in (None, _stamp(file)):
                return self._begun(file, path)
        path = self._locate_now()  # the file has changed
        with self._open_file() as file:
            return self._begun(file, path)

    def _begun(self, file: OpenFile, path: Path) -> Session:
        """A session on an open file, verified if it is not the one that was open before."""
        if self._stamp != _stamp(file):
            if self._verify is not None:
                self._verify(file)
            self._stamp = _stamp(file)
            self._addresses = None
        return _session(file.fd, path, self.name, self.writable)

    def _begun_ranged(self, file: RangedFile) -> Session:
        if self.writable:
            from linkdata.arrays.hdf5.failures import failure

            raise failure("source-read-only", "a remote file cannot be written", self.name)
        return _session(file, _NOWHERE, self.name, False)

    @property
    def _is_ranged(self) -> bool:
        """Whether the file is read in ranges; located now if it was not yet."""
        return self.path == _NOWHERE

    def _locate_now(self) -> Path:
        located = self._locate()
        if not isinstance(located, Path):
            self._ranged = RangedFile(located)
            self.roots = Roots()  # what its links name is not on this machine
            self._path = _NOWHERE
            return _NOWHERE
        found = Path(os.path.abspath(located))
        self._path = found
        self._family.setdefault(found, self)
        return found

    def _open_file(self) -> OpenFile:
        """The file itself. Its path is checked already and may be outside the roots (a cache)."""
        assert self._path is not None
        return Roots([self._path.parent]).open(self._path)

    def __repr__(self) -> str:
        state = "open" if self._session else "closed"
        return f"HDF5File({self.name!r}, {state})"


def _session(file: int | RangedFile, path: Path, name: str, writable: bool) -> Session:
    with collector.paused():  # h5py makes a great deal when it is imported
        from linkdata.arrays.hdf5.session import Session

    return Session(file, path, name, writable)


def _stamp(file: OpenFile) -> _Stamp:
    found = file.stat
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
