"""Documents that nobody wrote: their text and its nodes, made together.

Takes: mappings of mappings and texts.
Gives: `composed`, what reading the text would give, without a reader of YAML.
Implements: `specs/linkdata-1.0.md`, section "Opening and checking".

An HDF5 file is opened as a document that brings it. A program that opens no other documents needs
no YAML library, and is not to wait for one to be imported.
"""

from __future__ import annotations

from collections.abc import Mapping as Fields
from typing import Any

from linkdata.spans import Source
from linkdata.syntax.edits import quoted
from linkdata.syntax.nodes import Candidate, Kind, Mapping
from linkdata.syntax.stream import Parsed, Stream, forbidden_characters

#: How many levels are in block style.
_BLOCKS = 2


def composed(name: str, fields: Fields[str, Any]) -> Stream:
    """A document of fields that are texts, or mappings of such; no mapping is empty.

    The names of fields are plain words.
    """
    composer = _Composer()
    root = composer.mapping(fields, None, "", 0)
    source = Source(name, "".join(composer.parts))
    found = forbidden_characters(source)
    return Stream(source, [] if found else [Parsed(root, composer.candidates)], found)


class _Composer:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.candidates: list[Candidate] = []

    def write(self, text: str) -> int:
        """Write a text. Gives its place."""
        start = self.length
        self.parts.append(text)
        self.length += len(text)
        return start << 32 | self.length

    def mapping(
        self, fields: Fields[str, Any], parent: Mapping | None, slot: str, depth: int
    ) -> Mapping:
        """Write a mapping. Gives its node."""
        block = depth < _BLOCKS
        start = self.length
        made = Mapping(0, parent, slot)
        before, between, after = ("", "  " * depth, "") if block else ("{", ", ", "}")
        self.write(before)
        for key, value in fields.items():
            if made.entries:
                self.write(between)
            made.key_places.append(self.write(key))
            inner = isinstance(value, Fields)
            lines = block and inner and depth + 1 < _BLOCKS
            self.write(":\n" + "  " * (depth + 1) if lines else ": ")
            made.entries[key] = (
                self.mapping(value, made, key, depth + 1) if inner else self.text(value, made, key)
            )
            if block and not lines:
                self.write("\n")
        self.write(after)
        made.at = start << 32 | self.length
        return made

    def text(self, text: str, parent: Mapping, slot: str) -> Candidate:
        """Write a text. Gives its node: it may be a reference, like any text."""
        node = Candidate(text, self.write(quoted(text)), Kind.STRING, parent, slot)
        self.candidates.append(node)
        return node
