"""Doing one thing to many objects, several at a time.

Takes: a function and its arguments.
Gives: `each`, its results as they come.
Implements: nothing of the specification.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
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
    """The results of a function, in any order, from so many threads.

    What it raises goes through, when the ones that were begun have ended.
    """
    rest = iter(arguments)
    with ThreadPoolExecutor(workers) as pool:
        running: set[Future[Result]] = set()
        while True:
            for argument in islice(rest, workers * _AHEAD - len(running)):
                running.add(pool.submit(function, argument))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
