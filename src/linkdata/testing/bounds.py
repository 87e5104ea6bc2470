"""Bounds: tests that fail where they would hang.

Takes: a number of seconds, generous: this is no measurement.
Gives: `deadline`, a context that raises `TooLateError` when it takes longer. POSIX, main thread.
Implements: nothing of the specification.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

#: What no bounded work of a test comes near to, on a slow and busy machine.
GENEROUS = 300.0


class TooLateError(Exception):
    """Not an OSError, as TimeoutError is: those are made into findings."""


@contextlib.contextmanager
def deadline(seconds: float = GENEROUS) -> Iterator[None]:
    """Raise `TooLateError` in what takes longer, again and again in case it is swallowed."""

    def late(*_: object) -> None:
        raise TooLateError(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
