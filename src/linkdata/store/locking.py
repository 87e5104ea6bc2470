"""Locks of a folder store: many who write, or one who collects.

Takes: a file system.
Gives: `Locks`.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".

Two lock files. `locks/store` is held by all who write, together, or by one who collects, alone.
`locks/turn` is the queue before it: who wants to be alone holds it while the writers finish what
they are at, and new ones wait, so that a busy store can be collected too. Reading takes no lock.
The system lets go of the locks of a process that dies.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from linkdata.errors import StoreError, error
from linkdata.store.filesystem import FileSystem
from linkdata.store.layout import LOCKS

HELD = f"{LOCKS}/store"
TURN = f"{LOCKS}/turn"

WAIT = 600.0
"""How many seconds are waited for a lock before giving up."""

_FIRST_PAUSE = 0.0005
_LONGEST_PAUSE = 0.05


class Locks:
    """The locks of one store. Every hold is its own: threads hold as processes do."""

    def __init__(self, files: FileSystem, wait: float = WAIT) -> None:
        self._files = files
        self._wait = wait

    @contextmanager
    def hold(self, *, exclusive: bool = False, wait: float | None = None) -> Iterator[None]:
        """Hold the store, alone or with others.

        Raises `StoreError` (`store-locked`) after `wait` seconds, and `OSError`.
        """
        deadline = self._files.now() + (self._wait if wait is None else wait)
        with ExitStack() as queue, ExitStack() as room:
            queue.callback(self._let_go, self._take(TURN, exclusive, deadline))
            room.callback(self._let_go, self._take(HELD, exclusive, deadline))
            if not exclusive:  # in the room, so that the next one may come to the door
                queue.close()
            yield

    def _take(self, path: str, exclusive: bool, deadline: float) -> int:
        pause = _FIRST_PAUSE
        while True:
            fd = self._locked(path, exclusive)
            if fd is not None:
                return fd
            if self._files.now() >= deadline:
                raise StoreError(
                    error(
                        "store-locked",
                        f"the store `{self._files.name}` is held by another process",
                        hint="wait until it has finished, and try again", place=self._files.name,
                    )
                )  # fmt: skip
            self._files.pause(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _locked(self, path: str, exclusive: bool) -> int | None:
        try:
            return self._files.lock(path, exclusive=exclusive)
        except FileNotFoundError:  # copies of stores come without empty folders
            with suppress(FileExistsError):
                self._files.make_folder(LOCKS)
            return self._files.lock(path, exclusive=exclusive)

    def _let_go(self, fd: int) -> None:
        with suppress(OSError):  # whatever the system says, the lock is gone with the descriptor
            self._files.close(fd)
