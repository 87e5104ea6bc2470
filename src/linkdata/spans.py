"""Places in source text.

Takes: the text of a document and offsets into it.
Gives: `Source`, `Position`, `Span`: who said something, and where, for every message.
Implements: `specs/linkdata-1.0.md`, section "Diagnostics".

Offsets count characters (Unicode code points) from 0; lines and columns count from 1.
Offsets are what nodes keep; lines and columns are worked out only when a person is told.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

# YAML 1.2 has exactly these line breaks.
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
# Controls, and marks that turn the direction of text round: a terminal would obey them.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def shown(text: str) -> str:
    """Text with nothing in it that a terminal would obey rather than show."""
    return _CONTROL.sub("\ufffd", text)


class Position(NamedTuple):
    """A line and a column, both counted from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True, eq=False)
class Source:
    """A text and the name by which its user knows it (a path as given, or an IRI)."""

    name: str
    text: str

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_BREAK.finditer(self.text))]

    def position(self, offset: int) -> Position:
        """The line and column of a character offset."""
        line = bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of line `number` (from 1), without its line break."""
        starts = self._starts
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def span(self, start: int, end: int | None = None) -> Span:
        """The span from `start` up to `end` (one character when not given)."""
        return Span(self, start, start + 1 if end is None else end)

    def __repr__(self) -> str:
        return f"Source({self.name!r}, {len(self.text)} characters)"

    def __reduce__(self) -> tuple[object, ...]:
        return (Source, (self.name, self.text))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source: offsets `start` up to, not including, `end`."""

    source: Source
    start: int
    end: int

    @property
    def position(self) -> Position:
        """Where the span begins."""
        return self.source.position(self.start)

    @property
    def end_position(self) -> Position:
        """Where the span ends (the first place after it)."""
        return self.source.position(self.end)

    @property
    def text(self) -> str:
        """The characters of the span."""
        return self.source.text[self.start : self.end]

    def snippet(self) -> str:
        """The span's first line with a mark below the place, for a person to read."""
        first, last = self.position, self.end_position
        line = self.source.line(first.line).replace("\t", " ")
        stop = last.column if last.line == first.line else len(line) + 1
        mark = " " * (first.column - 1) + "^" * max(1, min(stop, len(line) + 1) - first.column)
        gutter = str(first.line)
        return f"{gutter} | {line}\n{' ' * len(gutter)} | {mark}"

    def __str__(self) -> str:
        return f"{self.source.name}:{self.position}"
