"""Locks in a bucket: objects that say who writes, and who collects.

Takes: a bucket.
Gives: `RemoteLocks`.
Implements: `specs/linkdata-1.0.md`, section "Stores in buckets and on web servers".

    locks/writing-<random>     one for each writer, made again every few minutes while it works
    locks/collecting           made on the condition that there is none

Who comes makes the object first and looks for the others then, so that of two who come at once at
least one sees the other. An object that was not made again for half an hour is of a writer that
died, and is passed over: by then the writer that made it, if it lives, knows that it has lapsed.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from linkdata.errors import StoreError, error
from linkdata.store.layout import LOCKS
from linkdata.store.remote_calls import Bucket

COLLECTING = f"{LOCKS}/collecting"
WRITING = f"{LOCKS}/writing-"

LAPSE = 1800.0
"""Seconds after which a lock that was not renewed counts no more."""
RENEW = 300.0
"""Seconds after which a writer renews its lock."""
_WAIT = 60.0  # how long a writer waits for a collection
_PAUSE = 1.0


class RemoteLocks:
    """The locks of one process on one store. Threads share the writers' lock."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._own = f"{WRITING}{secrets.token_hex(8)}"
        self._since: float | None = None  # when the lock was last made, by the monotonic clock
        self._alone = False
        self._guard = threading.Lock()
        self._skew = 0.0  # how far the server's clock is ahead of this machine's, in seconds

    def together(self) -> bool:
        """Hold the store with other writers, or go on to; whether it was not held just before.

        Raises `StoreError` (`store-locked`) when a collection does not end.
        """
        with self._guard:
            now = time.monotonic()
            if self._alone or (self._since is not None and now - self._since < RENEW):
                return False
            anew = self._since is None or now - self._since >= LAPSE / 2
            self._bucket.replace(self._own, b"")
            self._since = now
            self._read_clock(self._own)
            until = now + _WAIT
            while self._is_held(COLLECTING):
                if time.monotonic() >= until:
                    self._let_go()
                    raise self._locked("is being collected by another process")
                time.sleep(_PAUSE)
            return anew

    def release(self) -> None:
        """Let go of the writers' lock."""
        with self._guard:
            self._let_go()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the store alone. Raises `StoreError` (`store-locked`) while anybody writes."""
        with self._guard:
            self._let_go()
            if not self._bucket.create(COLLECTING, b""):
                if self._is_held(COLLECTING):
                    raise self._locked("is being collected by another process")
                self._bucket.replace(COLLECTING, b"")  # who made it has died
            self._read_clock(COLLECTING)
            self._alone = True
        try:
            for found in self._bucket.list(LOCKS):
                if found["path"].startswith(WRITING) and self.age(found["last_modified"]) < LAPSE:
                    raise self._locked("is being written by another process")
            yield
        finally:
            self._alone = False
            self._bucket.delete(COLLECTING)

    def _is_held(self, path: str) -> bool:
        found = self._bucket.head(path)
        return found is not None and self.age(found["last_modified"]) < LAPSE

    def age(self, modified: datetime) -> float:
        """Seconds since something was made, by the clock of the server, which has whole seconds."""
        return max(0.0, (datetime.now(UTC) - modified).total_seconds() + self._skew)

    def _read_clock(self, path: str) -> None:
        found = self._bucket.head(path)
        if found is not None:
            self._skew = -(datetime.now(UTC) - found["last_modified"]).total_seconds()

    def _let_go(self) -> None:
        if self._since is not None:
            self._bucket.delete(self._own)
            self._since = None

    def _locked(self, what: str) -> StoreError:
        return StoreError(
            error(
                "store-locked", f"the store <{self._bucket.name}> {what}",
                hint=f"wait until it has finished; a lock that was left behind ends after "
                f"{LAPSE / 60:.0f} minutes", place=self._bucket.name,
            )
        )  # fmt: skip
