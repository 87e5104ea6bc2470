"""Doing one thing to many objects, several at a time.

Takes: a function and its arguments.
Gives: `each`, its results in order as they come; `every`, all of them at once; `Afterwards`, which
ends what others began.
Implements: nothing of the specification.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Self, TypeVar

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


def every(
    function: Callable[[Argument], Result],
    arguments: Sequence[Argument],
    workers: int,
    told: Callable[[int], None],
) -> list[Result]:
    """The results of a function, in the order of its arguments, when all are there.

    Each of so many threads takes the next argument when it is free: handing work out costs more
    than the work where this is small. `told` hears after each how many are done, from one thread at
    a time. What it raises goes through when what was begun has ended, and no more is begun.
    """
    from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

    results: dict[int, Result] = {}
    left = iter(enumerate(arguments))  # to take from it is one step of the interpreter
    guard = Lock()

    def work() -> None:
        for number, argument in left:
            found = function(argument)
            with guard:
                results[number] = found
                told(len(results))

    with ThreadPoolExecutor(max(workers, 1)) as pool:
        running = [pool.submit(work) for _ in range(max(workers, 1))]
        try:
            wait(running, return_when=FIRST_EXCEPTION)
        finally:
            deque(left, maxlen=0)  # so that the others end, also when somebody interrupts
        for one in running:
            one.result()
    return [results[number] for number in range(len(arguments))]


class Afterwards:
    """Threads that end what others began, which go on meanwhile.

    At most `room` things wait or are under way: whoever brings one more waits too. All are done
    when the `with` ends, also when it ends with an error. What one of them raises goes through to
    whoever brings another, and at the end.
    """

    def __init__(self, workers: int, room: int) -> None:
        # Queues of the interpreter's own: an executor takes longer to hand work on than it takes.
        self._tasks: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._free: SimpleQueue[None] = SimpleQueue()
        for _ in range(room):
            self._free.put(None)
        self._problem: BaseException | None = None
        self._threads = [Thread(target=self._work, daemon=True) for _ in range(workers)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, problem: object, *_: object) -> None:
        for _thread in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()
        if problem is None:
            self._check()

    def add(self, task: Callable[[], object]) -> None:
        """Have something done; it is, even if this raises."""
        self._free.get()
        self._tasks.put(task)
        self._check()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task()
            except BaseException as problem:  # raised again where somebody hears it
                self._problem = self._problem or problem
            finally:
                self._free.put(None)

    def _check(self) -> None:
        if self._problem is not None:
            raise self._problem
