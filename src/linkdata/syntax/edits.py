"""Edits: replacing scalars in a text, everything else kept to the letter.

Takes: a text, places in it, and new strings.
Gives: the text with those scalars replaced.
Implements: `specs/linkdata-1.0.md`, section "Output".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

# What needs no escapes.
_SIMPLE = re.compile(r"[\w /:.#@-]*\Z", re.ASCII)
# What JSON writes as it is, and a text may not hold unescaped (TXT-04), or may lose (TXT-02).
_UNWRITABLE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
# The comment in the header of a block scalar; nothing in scalars of other styles.
_HEADER_COMMENT = re.compile(r"[|>][0-9+-]*([ \t]+#[^\r\n]*)")
_WHITE_SPACE = " \t\r\n"


class Edit(NamedTuple):
    """A stretch of a text and what to put there."""

    start: int
    end: int
    text: str


def quoted(text: str) -> str:
    """A string as a double-quoted scalar."""
    if _SIMPLE.match(text):
        return f'"{text}"'
    import json

    written = json.dumps(text, ensure_ascii=False)
    return _UNWRITABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", written)


def replacement(old: str, text: str) -> str:
    """A string as a double-quoted scalar, to stand where the scalar `old` is written.

    What is written of a block scalar ends with its line breaks. They stay, and so does the comment
    in its header.
    """
    comment = _HEADER_COMMENT.match(old)
    line_breaks = old[len(old.rstrip(_WHITE_SPACE)) :]
    return quoted(text) + (comment[1] if comment else "") + line_breaks


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made. They do not overlap; one that comes twice is made once."""
    parts: list[str] = []
    position = 0
    for edit in sorted(set(edits)):
        parts += (text[position : edit.start], edit.text)
        position = edit.end
    parts.append(text[position:])
    return "".join(parts)
