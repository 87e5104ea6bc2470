"""Paths: from a path and the links on it to one object of one file.

Takes: an open file and a path.
Gives: `arrive`, and `Link`, what a link says without being followed.
Implements: `specs/linkdata-1.0.md`, section "HDF5 sources".

HDF5 is only ever asked for one name of one group, and only where the link is hard: it would
follow a link into any file of the machine, wherever on the path that link stands. Links are read,
checked and followed here.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Literal, NamedTuple

from h5py import h5g, h5l, h5o

from linkdata.arrays.hdf5.addresses import About, about, names
from linkdata.arrays.hdf5.failures import failure
from linkdata.errors import RetrievalError, SourceError, did_you_mean, error

if TYPE_CHECKING:
    from linkdata.arrays.hdf5.file import HDF5File

MAX_HOPS = 64
"""How many links one path may lead through; HDF5 itself allows 16."""


class Link(NamedTuple):
    """What a link says. `path` is where it leads, in `file` where it is external.

    Of a hard link, `path` is the canonical path of its object.
    """

    kind: Literal["hard", "soft", "external"]
    path: str
    file: str | None = None


class Arrival(NamedTuple):
    """Where a path led: the file, the canonical path in it, and the object, open."""

    file: HDF5File
    path: bytes
    id: h5o.ObjectID


def text(name: bytes) -> str:
    """A name of HDF5 as a string; what is not UTF-8 becomes surrogates, and can go back."""
    return name.decode("utf-8", "surrogateescape")


def encoded(path: str) -> bytes:
    """A string as HDF5 has it. The reverse of `text`."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte: no name has it
        return path.encode("utf-8", "surrogatepass")


def components(path: bytes) -> list[bytes]:
    """The names on a path, the last one first; `.` means nothing in HDF5, `..` is a name."""
    return [name for name in reversed(path.split(b"/")) if name not in (b"", b".")]


def join(path: bytes, name: bytes) -> bytes:
    """The path of a member of the group at `path`."""
    return (b"" if path == b"/" else path) + b"/" + name


def look(file: HDF5File, group: h5o.ObjectID, path: bytes, name: bytes) -> About:
    """What a group holds under a name. Raises `source-path-missing`."""
    place = file.place(join(path, name))
    if not isinstance(group, h5g.GroupID):
        raise failure(
            "source-path-missing", f"`{text(path)}` is not a group, it has no members", place
        )
    # Of a name with a slash HDF5 would make a path, and follow what links are on it.
    is_name = name not in (b"", b".") and b"/" not in name and b"\0" not in name
    if not is_name or not group.links.exists(name):
        near = did_you_mean(text(name), [text(found) for found in names(group)])
        raise failure(
            "source-path-missing", f"`{text(name)}` is not in `{text(path)}`", place, near
        )
    return about(group, name)


def read_link(file: HDF5File, group: h5g.GroupID, path: bytes, name: bytes) -> Link:
    """What one link of the group at `path` says."""
    found = look(file, group, path, name)
    if found.is_hard:
        return Link("hard", text(home(file, path, name, found)))
    kind = group.links.get_info(name).type
    if kind == h5l.TYPE_SOFT:
        return Link("soft", text(group.links.get_val(name)))
    if kind == h5l.TYPE_EXTERNAL:
        filename, target = group.links.get_val(name)
        return Link("external", text(target), os.fsdecode(filename))
    place = file.place(join(path, name))
    raise failure("source-unsupported", f"a link of a user's own kind ({kind})", place)


def home(file: HDF5File, path: bytes, name: bytes, found: About) -> bytes:
    """The canonical path of what a hard link in the group at the canonical `path` holds."""
    if found.links > 1:
        return file.addresses().path(found.address) or join(path, name)
    return join(path, name)


def arrive(file: HDF5File, path: bytes, stack: ExitStack) -> Arrival:
    """Follow a path to its object. The files it leads through are held open by `stack`.

    Raises `SourceError`: `source-path-missing`, `source-link-broken`, `source-link-refused`.
    """
    return _Walk(file, path, stack).arrive()


class _Walk:
    """One walk: where it is, what is left of the path, and the links it went through."""

    def __init__(self, file: HDF5File, path: bytes, stack: ExitStack) -> None:
        self._stack = stack
        self._left = components(path)
        # The outermost link being followed: its place, and what will be left once it has led
        # somewhere. What is missing until then, the link lacks; after that, the path.
        self._link: tuple[str, int] | None = None
        self._hops = 0
        self._enter(file)

    def _enter(self, file: HDF5File) -> None:
        self._file = file
        self._stack.enter_context(file.held())
        self._at = b"/"
        self._id: h5o.ObjectID = file.session.root

    def arrive(self) -> Arrival:
        while self._left:
            if self._link and len(self._left) <= self._link[1]:
                self._link = None
            name = self._left.pop()
            try:
                self._step(name)
            except SourceError as problem:
                if self._link is None or problem.code != "source-path-missing":
                    raise
                found = problem.diagnostic
                raise failure(
                    "source-link-broken",
                    f"the link leads to nothing: in {self._file.name}, {found.message}",
                    self._link[0],
                    found.hint,
                ) from problem
        return Arrival(self._file, self._at, self._id)

    def _step(self, name: bytes) -> None:
        found = look(self._file, self._id, self._at, name)
        if found.is_hard:
            self._at = home(self._file, self._at, name, found)
            self._id = self._file.session.open(self._id, name, found.kind, self._at)
            return
        place = self._file.place(join(self._at, name))
        self._link = self._link or (place, len(self._left))
        self._hops += 1
        if self._hops > MAX_HOPS:
            raise failure("source-link-broken", "links lead to links without end", self._link[0])
        link = read_link(self._file, self._id, self._at, name)
        target = encoded(link.path)
        self._left.extend(components(target))
        if link.file is not None:
            self._enter(sibling(self._file, link.file, place))
        elif target.startswith(b"/"):
            self._at, self._id = b"/", self._file.session.root


def sibling(file: HDF5File, filename: str, place: str) -> HDF5File:
    """The file that an external link at `place` names, relative to the folder of its own file.

    An absolute name below the roots that is not there is looked for beside the file, as HDF5 does.
    Raises `SourceError`: `source-link-refused`, `source-link-broken`.
    """
    try:
        return file.sibling(filename)
    except RetrievalError as problem:
        if problem.code == "resource-missing" and os.path.isabs(filename):
            with suppress(RetrievalError):
                return file.sibling(os.path.basename(filename))
        refused = problem.code in ("resource-outside-roots", "resource-not-regular")
        found = problem.diagnostic
        raise SourceError(
            error(
                "source-link-refused" if refused else "source-link-broken",
                f"the link leads to another file: {found.message}",
                place=place,
                hint=found.hint,
            )
        ) from problem


def strictly(file: HDF5File, path: bytes, reaching: bool = False) -> h5o.ObjectID:
    """Open the object at a canonical path, on which there are no links but hard ones.

    For `reaching` see `Session.open`.
    Raises `source-path-missing`, also where another link has come in meanwhile.
    """
    opened = file.session.objects
    if reaching:  # the first to open it decides that, so it must not be open
        opened.pop(path, None)
    elif path in opened:
        return opened[path]
    elif not file.writable and path in file.session.groups:
        return file.session.groups[path]
    at, _, name = path.rpartition(b"/")
    known = file.session.groups.get(at or b"/")
    # A group that was reached since the file was opened is still what it was.
    at, found, left = (b"/", file.session.root, components(path))
    if known is not None and name:
        at, found, left = (path[: -len(name) - 1] or b"/", known, [name])
    while left:
        name = left.pop()
        seen = look(file, found, at, name)
        at = join(at, name)
        if not seen.is_hard:
            raise failure("source-path-missing", "a link stands here now", file.place(at))
        found = file.session.open(found, name, seen.kind, at, reaching)
    return found
