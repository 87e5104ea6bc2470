"""Streams: which documents of a stream may have a path, without trying all of them.

Takes: the documents of a stream and the path of a reference into it.
Gives: `Streams.having`, those in which the path has to be walked.
Implements: `specs/linkdata-1.0.md`, section "References", references into a stream.

The names that the documents have at a path are put together once, when the first reference goes
through there. So n references into n documents take time as n, not as n².
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from linkdata.errors import LinkdataError
from linkdata.resolve.registry import Context
from linkdata.syntax.nodes import Step

#: How many steps of a path narrow the choice.
MAX_STEPS = 8

#: The names at a path of a document; None where only walking there can tell.
Names = Callable[[Context, "tuple[Step, ...]"], "list[str] | None"]


@dataclass(slots=True)
class _Level:
    """Documents of a stream, by their position: by the names at a path, and where to look."""

    by_name: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    unsure: list[int] = field(default_factory=list)


class Streams:
    """Indices of the streams of one registry, made as far as references go through them."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._levels: dict[tuple[int, tuple[Step, ...]], _Level] = {}

    def having(self, contexts: Sequence[Context], path: tuple[Step, ...]) -> list[Context]:
        """The documents that have the path, and those that cannot be told without walking it."""
        numbers: Sequence[int] = range(len(contexts))
        for depth, step in enumerate(path[:MAX_STEPS]):
            if len(numbers) <= 1 or not isinstance(step, str):
                break
            level = self._level(contexts, path[:depth], numbers)
            numbers = level.by_name.get(step, [])
            if level.unsure:
                numbers = sorted([*numbers, *level.unsure])
        return [contexts[number] for number in numbers]

    def _level(
        self, contexts: Sequence[Context], path: tuple[Step, ...], numbers: Sequence[int]
    ) -> _Level:
        """The names at a path; `numbers` are all documents that may have the path."""
        key = (id(contexts), path)
        known = self._levels.get(key)
        if known is None:
            known = self._levels[key] = _Level()
            for number in numbers:
                names = self._told(contexts[number], path)
                if names is None:
                    known.unsure.append(number)
                else:
                    for name in names:
                        known.by_name[name].append(number)
        return known

    def _told(self, context: Context, path: tuple[Step, ...]) -> list[str] | None:
        try:
            return self._names(context, path)
        except LinkdataError:
            return None  # whoever walks there is told
