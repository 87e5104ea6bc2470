"""A disk in memory that knows what of it is durable.

Takes: the calls of `linkdata.store.filesystem.FileSystem`.
Gives: `ModelFileSystem`, made of `ModelFile`s and `ModelFolder`s; `linkdata.testing.crashes` tells
what may be left of it after a power cut.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".

Syncing a file says nothing about its name, and making a folder nothing about the folder's. What a
failed sync was to save is never saved by a later one.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TypeAlias

from linkdata.store.filesystem import Info

Hook: TypeAlias = Callable[[str, str], int | None]
"""Called before each call with its name and path. It may raise, or give a limit to a write."""


@dataclass(eq=False, slots=True)
class ModelFile:
    """A file: its bytes and time, and those that are durable."""

    live: bytes = b""
    modified: float = 0.0
    durable: bytes | None = None  # None: never synced
    durable_modified: float = 0.0
    spoilt: bool = False  # a sync failed: the system believes it is done

    def contents(self) -> list[bytes]:
        """What may be in it after a power cut."""
        if self.durable == self.live:
            return [self.live]
        half = len(self.live) // 2
        return list(
            dict.fromkeys(
                (
                    self.durable or b"",
                    self.live[:half],
                    bytes(len(self.live)),
                    bytes(half) + self.live[half:],
                    self.live,
                )
            )
        )

    def times(self) -> list[float]:
        """What its time may be after a power cut."""
        if self.durable is None:
            return [self.modified]
        return list(dict.fromkeys((self.durable_modified, self.modified)))


@dataclass(eq=False, slots=True)
class ModelFolder:
    """A folder: its names, and what each of them may stand for after a power cut."""

    live: dict[str, Node] = field(default_factory=dict)
    #: What each name may stand for after a crash; a name that is not here is what it is.
    possible: dict[str, list[Node | None]] = field(default_factory=dict)

    def set(self, name: str, node: Node | None) -> None:
        """Let a name stand for something else, or for nothing."""
        history = self.possible.setdefault(name, [self.live.get(name)])
        if node not in history:
            history.append(node)
        if node is None:
            del self.live[name]
        else:
            self.live[name] = node


Node: TypeAlias = "ModelFile | ModelFolder"


class ModelFileSystem:
    """A file system in memory. `view` gives another process's; it shares the files and the locks.

    `hook` is called before each call, `observe` with the path after each that changed something.
    """

    def __init__(self, hook: Hook | None = None) -> None:
        self.root = ModelFolder()
        self.clock = [1000.0]
        self.locks: dict[str, dict[tuple[int, int], bool]] = {}
        self.hook = hook
        self.observe: Callable[[str], None] | None = None
        self.process = 0
        self.processes = [0]
        self._open: dict[int, tuple[str, ModelFile | tuple[int, int]]] = {}
        self._next = 0

    def view(self) -> ModelFileSystem:
        """The same file system, seen from a new process. It begins with the same hooks."""
        other = type(self)(self.hook)
        other.root, other.clock, other.locks = self.root, self.clock, self.locks
        other.observe, other.processes = self.observe, self.processes
        self.processes[0] += 1
        other.process = self.processes[0]
        return other

    def kill(self) -> None:
        """End this process: its locks are free."""
        for holders in self.locks.values():
            for holder in [holder for holder in holders if holder[0] == self.process]:
                del holders[holder]

    @property
    def name(self) -> str:
        """What messages call it."""
        return "model"

    def create_root(self) -> None:
        """It is always there."""
        self._call("create_root", "")

    def make_folder(self, path: str) -> None:
        """Make a folder."""
        self._call("make_folder", path)
        folder, name = self._above(path)
        if name in folder.live:
            raise _problem(errno.EEXIST)
        folder.set(name, ModelFolder())
        self._changed(path)

    def create(self, path: str) -> int:
        """Open a new file."""
        self._call("create", path)
        folder, name = self._above(path)
        if name in folder.live:
            raise _problem(errno.EEXIST)
        file = ModelFile(modified=self._tick())
        folder.set(name, file)
        self._changed(path)
        return self._opened(path, file)

    def open(self, path: str) -> int:
        """Open a file that is there."""
        self._call("open", path)
        return self._opened(path, self._file(path))

    def write(self, fd: int, parts: Sequence[memoryview]) -> int:
        """Write at the end."""
        path, file = self._at(fd)
        limit = self._call("write", path)
        taken = b"".join(parts)[:limit]
        file.live += taken
        file.modified = self._tick()
        self._changed(path)
        return len(taken)

    def size(self, fd: int) -> int:
        """How many bytes an open file has."""
        path, file = self._at(fd)
        self._call("size", path)
        return len(file.live)

    def touch(self, fd: int) -> None:
        """Set the time to now."""
        path, file = self._at(fd)
        self._call("touch", path)
        file.modified = self._tick()
        self._changed(path)

    def sync(self, fd: int) -> None:
        """Make a file durable. An error of the hook spoils it."""
        path, file = self._at(fd)
        try:
            self._call("sync", path)
        except OSError:
            file.spoilt = True
            raise
        if not file.spoilt:
            file.durable, file.durable_modified = file.live, file.modified
        self._changed(path)

    def sync_folder(self, path: str) -> None:
        """Make the names in a folder durable."""
        self._call("sync_folder", path)
        self._folder(path).possible.clear()
        self._changed(path)

    def keeping(self) -> AbstractContextManager[None]:
        """There is nothing to open."""
        return nullcontext()

    def sync_folders(self, paths: Sequence[str]) -> None:
        """One after the other."""
        for path in paths:
            self.sync_folder(path)

    def close(self, fd: int) -> None:
        """Let go of a file or lock; this happens even if the hook raises."""
        path, found = self._open.pop(fd)
        if isinstance(found, tuple):
            self.locks[path].pop(found, None)
        self._call("close", path)

    def read(self, path: str, limit: int) -> bytes:
        """The content of a file."""
        self._call("read", path)
        found = self._file(path).live
        if len(found) > limit:
            raise _problem(errno.EFBIG)
        return found

    def info(self, path: str) -> Info:
        """Size and time."""
        self._call("info", path)
        file = self._file(path)
        return Info(len(file.live), file.modified)

    def names(self, path: str) -> list[str]:
        """The names in a folder."""
        self._call("names", path)
        return list(self._folder(path).live)

    def rename(self, old: str, new: str) -> None:
        """Rename a file."""
        self._call("rename", new)
        file = self._file(old)
        target, name = self._above(new)
        source, former = self._above(old)
        target.set(name, file)
        source.set(former, None)
        self._changed(new)

    def link(self, old: str, new: str) -> None:
        """Make a second name."""
        self._call("link", new)
        file = self._file(old)
        target, name = self._above(new)
        if name in target.live:
            raise _problem(errno.EEXIST)
        target.set(name, file)
        self._changed(new)

    def unlink(self, path: str) -> None:
        """Remove a name."""
        self._call("unlink", path)
        self._file(path)
        folder, name = self._above(path)
        folder.set(name, None)
        self._changed(path)

    def lock(self, path: str, *, exclusive: bool) -> int | None:
        """Hold a lock, if nobody else does."""
        self._call("lock", path)
        folder, name = self._above(path)
        if name not in folder.live:
            folder.set(name, ModelFile(modified=self._tick(), durable=b""))
        holders = self.locks.setdefault(path, {})
        if holders and (exclusive or any(holders.values())):
            return None
        self._next += 1
        holder = (self.process, self._next)
        holders[holder] = exclusive
        self._open[self._next] = (path, holder)
        return self._next

    def now(self) -> float:
        """The model's clock."""
        return self.clock[0]

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        self._call("pause", "")
        self.clock[0] += seconds

    def _call(self, name: str, path: str) -> int | None:
        return self.hook(name, path) if self.hook is not None else None

    def _changed(self, path: str) -> None:
        if self.observe is not None:
            self.observe(path)

    def _tick(self) -> float:
        self.clock[0] += 1e-3
        return self.clock[0]

    def _opened(self, path: str, file: ModelFile) -> int:
        self._next += 1
        self._open[self._next] = (path, file)
        return self._next

    def _at(self, fd: int) -> tuple[str, ModelFile]:
        path, found = self._open[fd]
        # A lock file is opened anew to be touched, as in `FolderStore`.
        assert isinstance(found, ModelFile)
        return path, found

    def _node(self, path: str) -> Node:
        node: Node = self.root
        for part in filter(None, path.split("/")):
            if not isinstance(node, ModelFolder):
                raise _problem(errno.ENOTDIR)
            found = node.live.get(part)
            if found is None:
                raise _problem(errno.ENOENT)
            node = found
        return node

    def _folder(self, path: str) -> ModelFolder:
        node = self._node(path)
        if not isinstance(node, ModelFolder):
            raise _problem(errno.ENOTDIR)
        return node

    def _file(self, path: str) -> ModelFile:
        node = self._node(path)
        if not isinstance(node, ModelFile):
            raise _problem(errno.EISDIR)
        return node

    def _above(self, path: str) -> tuple[ModelFolder, str]:
        folder, _, name = path.rpartition("/")
        return self._folder(folder), name


def _problem(code: int) -> OSError:
    return OSError(code, os.strerror(code))
