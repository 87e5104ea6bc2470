"""Doing one thing to many objects, several at a time.

Takes: a function and its arguments.
Gives: `each`, its results in order.
Implements: nothing of the specification.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

Argument = TypeVar("Argument")
Result = TypeVar("Result")

_AHEAD = 4  # how many of them wait for each that runs: bounds what is held in memory


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(
    function: Callable[[Argument], Result], arguments: Iterable[Argument], workers: int
) -> Iterator[Result]:
    """The results of a function, in the order of its arguments, from so many threads; from this one
    where one is enough.

    What it raises goes through, when the ones that were begun have ended.
    """
    if workers <= 1:
        yield from map(function, arguments)
        return
    from concurrent.futures import ThreadPoolExecutor

    rest = iter(arguments)
    with ThreadPoolExecutor(workers) as pool:
        running = deque(pool.submit(function, one) for one in islice(rest, workers * _AHEAD))
        while running:
            result = running.popleft().result()
            running.extend(pool.submit(function, one) for one in islice(rest, 1))
            yield result
