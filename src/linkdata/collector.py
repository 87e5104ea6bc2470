"""The garbage collector, paused while a great deal is made and nothing of it is garbage.

Takes: nothing.
Gives: `paused`.
Implements: nothing of the specification.

Nodes of a document, and what modules define, stay: to look for garbage among them takes up to a
quarter of the time that they take themselves.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Collect nothing meanwhile."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
