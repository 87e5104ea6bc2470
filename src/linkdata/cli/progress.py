"""Progress of long work, on a terminal.

Takes: nothing.
Gives: `shown`, a context that gives what is to be told of progress.
Implements: `specs/linkdata-1.0.md`, section "Command line".
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Told what is worked on, how many bytes are done, and how many there are (0: not known).
Told = Callable[[str, int, int], None]


@contextmanager
def shown(*, quiet: bool) -> Iterator[Told]:
    """Show progress on standard error while the context lasts, if that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda path, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)

        def told(path: str, done: int, total: int) -> None:
            progress.update(task, description=path[-40:], completed=done, total=total or None)

        yield told
