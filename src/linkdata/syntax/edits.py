"""Edits: replacing scalars in a text, everything else kept to the letter.

Takes: a text, places in it, and new strings.
Gives: the text with those scalars replaced.
Implements: `specs/linkdata-1.0.md`, section "Output".
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple


class Edit(NamedTuple):
    """A stretch of a text and what to put there."""

    start: int
    end: int
    text: str


def quoted(text: str) -> str:
    """A string as a double-quoted scalar."""
    return json.dumps(text, ensure_ascii=False)


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made; they do not overlap."""
    parts: list[str] = []
    position = 0
    for edit in sorted(edits):
        parts += (text[position : edit.start], edit.text)
        position = edit.end
    parts.append(text[position:])
    return "".join(parts)
