"""Workers: Python processes that do a part of a long work.

Takes: a function of a module, and the arguments of each call.
Gives: `each`: the results, in order.
Implements: `specs/linkdata-1.0.md`, section "Collections", reading in parallel.

A worker is a fresh process that imports linkdata, never a copy of this one: HDF5 and threads do
not survive being copied, and the caller's script need not be importable. This process works too.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from types import TracebackType
from typing import Any, Self

from linkdata.errors import UsageError, error

_SERVE = "import sys; sys.path[:] = {path!r}; from linkdata.dataset.workers import serve; serve()"


def each(
    work: Callable[..., Any],
    calls: Sequence[tuple[Any, ...]],
    workers: int,
    done: Callable[[Any], None] = lambda result: None,
) -> list[Any]:
    """`[work(*call) for call in calls]`, by so many processes with this one among them.

    `work` is a function of a module; arguments and results can be pickled. `done` gets each result
    in this thread, those from its end first. Raises what a call raises, and `UsageError` when a
    process is killed.
    """
    results: list[Any] = [None] * len(calls)
    if workers <= 1:
        for number, call in enumerate(calls):
            results[number] = work(*call)
            done(results[number])
        return results
    with _Workers(workers - 1) as others:
        futures = [others.submit(work, call) for call in calls]
        # From the end: what the others have not begun is done here.
        for number in reversed(range(len(calls))):
            mine = futures[number].cancel()
            results[number] = work(*calls[number]) if mine else futures[number].result()
            done(results[number])
    return results


class _Workers:
    """Processes, each driven by a thread of its own."""

    def __init__(self, count: int) -> None:
        self._own = threading.local()
        self._all: list[_Worker] = []
        self._threads = ThreadPoolExecutor(count, initializer=self._begin)

    def _begin(self) -> None:
        self._own.worker = _Worker()
        self._all.append(self._own.worker)

    def submit(self, work: Callable[..., Any], call: tuple[Any, ...]) -> Future[Any]:
        """Let one of the processes make a call."""
        return self._threads.submit(lambda: self._own.worker.call(work, call))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:  # nobody waits for what is being done
            for worker in self._all:
                worker.process.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._all:
            worker.close()


class _Worker:
    """One process: it takes calls on its standard input and gives results on its output."""

    def __init__(self) -> None:
        serve = _SERVE.format(path=sys.path)
        self.process = subprocess.Popen(
            [sys.executable, "-c", serve], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def call(self, work: Callable[..., Any], call: tuple[Any, ...]) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            pickle.dump((work.__module__, work.__qualname__, call), self.process.stdin)
            self.process.stdin.flush()
            value, problem = pickle.load(self.process.stdout)
        except (EOFError, BrokenPipeError):
            raise UsageError(
                error("usage", f"a worker process ended by itself ({self.process.wait()})",
                      hint="it may lack memory; with workers=1 all is done in this process")
            ) from None  # fmt: skip
        if problem is not None:
            raise problem
        return value

    def close(self) -> None:
        self.process.communicate()  # the end of its input is the end of its work


def serve() -> None:
    """What a worker does: calls from standard input, until that ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed must not come between the answers
    with ThreadPoolExecutor(1) as thread:
        while True:
            try:
                module, name, call = pickle.load(sys.stdin.buffer)
            except EOFError:
                return
            made = thread.submit(getattr(import_module(module), name), *call)
            problem = made.exception()
            pickle.dump((None if problem else made.result(), problem), answers)
            answers.flush()
