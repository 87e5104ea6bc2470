"""Putting: the chunks of an array into a store, while others are still worked out.

Takes: chunks with their digests, as they are ready, from several threads.
Gives: `Putting`, and how much of it the store did not have.
Implements: `specs/linkdata-1.0.md`, section "Chunk store".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import Self

from linkdata.store import objects
from linkdata.store.digests import Digest
from linkdata.store.framing import Fresh
from linkdata.store.kinds import Buffer
from linkdata.store.objects import Form
from linkdata.store.parallel import Afterwards
from linkdata.store.protocols import Kind, StagingStore, WritableStore

_WAITING = 8  # threads that wait for the disk or the network, at most
_BEGUN = 32  # chunks that they have begun or are to begin, at most
_ROOM = 64 << 20  # bytes of these, unless one alone has more


class Putting:
    """Chunks on their way into a store: each is put once, however often it comes.

    `new_chunks` and `new_bytes` are what the store did not have before, when all is done.
    """

    def __init__(self, store: WritableStore, afterwards: Afterwards) -> None:
        self.new_chunks = self.new_bytes = 0
        self._stage = store.stage if isinstance(store, StagingStore) else partial(_whole, store)
        self._afterwards = afterwards
        self._lock = Lock()
        self._put: set[Digest] = set()

    @classmethod
    @contextmanager
    def into(cls, store: WritableStore, size: int) -> Iterator[Self]:
        """Chunks of at most about `size` bytes go into a store, and are there when this ends.

        Raises what putting them raises.
        """
        room = min(_BEGUN, max(1, _ROOM // max(1, size)))
        with Afterwards(min(_WAITING, room), room) as afterwards:
            yield cls(store, afterwards)

    def chunk(self, content: Digest, form: Form, payload: Buffer, stored: Digest | None) -> None:
        """Put a chunk, unless it was put before. `stored` is its stored digest, where known.

        Raises what putting one of the chunks raises.
        """
        with self._lock:
            if content in self._put:
                return
            self._put.add(content)
        data = objects.fresh(content, form, payload, stored)
        end = self._stage("chunks", content, data)
        self._afterwards.add(partial(self._end, end, len(data)))

    def _end(self, end: Callable[[], bool], size: int) -> None:
        if end():
            with self._lock:
                self.new_chunks += 1
                self.new_bytes += size


def _whole(store: WritableStore, kind: Kind, digest: Digest, data: Fresh) -> Callable[[], bool]:
    """The one step of a store that puts in one."""
    return partial(store.put, kind, digest, data)
