"""Patches: fields of mappings set in a text and taken away, everything else kept to the letter.

Takes: a text, mappings in it with their places, and plain data.
Gives: `Patches`, which collects what is to change and gives it as edits; `flow`, data in one line.
Implements: `specs/linkdata-1.0.md`, sections "Output" and "Changes in memory".

A new field comes behind the last one, in the style of its mapping. Comments stay, but for those
inside a value that is replaced.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from linkdata.syntax.edits import Edit, quoted, replacement
from linkdata.syntax.nodes import Mapping, Node, Scalar, Sequence, end, start
from linkdata.syntax.references import escape, needs_tag
from linkdata.syntax.scalars import is_plain_safe

#: What stands for a field that is taken away.
REMOVED: Final = object()

_PLAIN = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_./()-]| (?! ))*[A-Za-z0-9_.()/-]\Z|[A-Za-z_]\Z")
_SPACE = " \t\r\n"
#: How long a line may be that has a mapping.
_WIDTH = 100


class Raw(str):
    """A text that is a reference, written as it is."""

    __slots__ = ()


def flow(value: Any) -> str:
    """Plain data as YAML in one line; texts are never references, but those that are `Raw`."""
    if isinstance(value, Raw):
        return quoted(value)
    if isinstance(value, str):
        text = escape(value)
        if needs_tag(text):
            return f"!!str {quoted(text)}"
        return text if _PLAIN.match(text) and is_plain_safe(text) else quoted(text)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return ".nan" if math.isnan(value) else (".inf" if value > 0 else "-.inf")
        return repr(value)
    return str(int(value))


def _key(key: str) -> str:
    return key if _PLAIN.match(key) and is_plain_safe(key) else quoted(key)


def _lines(indent: str, key: str, value: Any) -> Iterator[str]:
    """A field of a block mapping: one line, and where that would be too long, several."""
    line = f"{indent}{_key(key)}: {flow(value)}"
    if len(line) <= _WIDTH or not isinstance(value, dict | list):
        yield line
    elif isinstance(value, list):
        yield from _filled(f"{indent}{_key(key)}: [", indent + "  ", [flow(one) for one in value])
    else:
        yield f"{indent}{_key(key)}:"
        for name, inner in value.items():
            yield from _lines(indent + "  ", name, inner)


def _filled(line: str, indent: str, items: list[str]) -> Iterator[str]:
    """The elements of a list, as many on a line as there is room for."""
    for at, item in enumerate(items):
        piece = item + ("," if at < len(items) - 1 else "]")
        if at and len(line) + 1 + len(piece) > _WIDTH:
            yield line
            line = indent + piece
        else:
            line += " " + piece if at else piece
    yield line


@dataclass(slots=True)
class _Mapping:
    """A mapping of the text, and the fields that change."""

    node: Mapping
    fields: dict[str, Any] = field(default_factory=dict)


class Patches:
    """What changes in a text. Mappings that are new are made on the way."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._mappings: dict[int, _Mapping] = {}

    def set(self, mapping: Mapping, path: list[str], value: Any) -> None:
        """Set a field at a path below a mapping; `REMOVED` takes it away."""
        node: Mapping = mapping
        while len(path) > 1:
            below = node.entries.get(path[0])
            if type(below) is not Mapping or below.is_null:
                break
            node, path = below, path[1:]
        fields = self._mappings.setdefault(id(node), _Mapping(node)).fields
        for step in path[:-1]:
            inner = fields.get(step)
            fields = (
                fields.setdefault(step, {}) if isinstance(inner, dict) else _fresh(fields, step)
            )
        fields[path[-1]] = value

    def edits(self) -> Iterator[Edit]:
        """The edits, which do not overlap as long as no path leads into a value that is set."""
        for one in self._mappings.values():
            new = {}
            for key, value in one.fields.items():
                if key not in one.node.entries:
                    if value is not REMOVED:
                        new[key] = value
                elif value is REMOVED:
                    yield self._without(one.node, key)
                else:
                    yield self._replaced(one.node, key, flow(value))
            if new:
                yield self._added(one.node, new)

    def _is_flow(self, mapping: Mapping) -> bool:
        return self.text[start(mapping.at) : start(mapping.at) + 1] == "{"

    def _replaced(self, mapping: Mapping, key: str, text: str) -> Edit:
        """The value of a field, with another one in its place."""
        node = mapping.entries[key]
        first, last = start(node.at), end(node.at)
        old = self.text[first:last]
        last = _end(self.text, node, first)
        if isinstance(node, Scalar):
            gap = " " if not old and self.text[first - 1 : first] == ":" else ""
            # `replacement` keeps the comment in the header of a block scalar.
            return Edit(
                first, last, gap + replacement(old.rstrip(_SPACE), "").replace('""', text, 1)
            )
        key_end = end(mapping.key_place(key))
        gap = self.text[key_end:first]
        if gap.strip(_SPACE) == ":":
            return Edit(key_end, last, f": {text}")
        indent = "" if self._column(first) > self._column(start(mapping.key_place(key))) else "  "
        return Edit(first, last, f"{indent}{text}")

    def _added(self, mapping: Mapping, fields: dict[str, Any]) -> Edit:
        """New fields behind the last one."""
        inside = flow(fields)
        if self._is_flow(mapping):
            at = end(mapping.at) - 1
            before = ", " if mapping.entries else ""
            return Edit(at, at, before + inside[1:-1])
        if not mapping.entries:  # a null, as a named list has it
            at = start(mapping.at)
            gap = " " if self.text[at - 1 : at] == ":" else ""
            return Edit(at, end(mapping.at), gap + inside)
        line_break = "\r\n" if "\r\n" in self.text else "\n"
        indent = " " * self._column(start(mapping.key_places[0]))
        at = self._line_end(_last(self.text, mapping))
        lines = [line for key, value in fields.items() for line in _lines(indent, key, value)]
        return Edit(at, at, "".join(line_break + line for line in lines))

    def _without(self, mapping: Mapping, key: str) -> Edit:
        """A field taken away: of a block, its lines; of a flow mapping, it becomes null."""
        begin = start(mapping.key_place(key))
        line = self.text.rfind("\n", 0, begin) + 1
        if self._is_flow(mapping) or self.text[line:begin].strip() or len(mapping.entries) == 1:
            return self._replaced(mapping, key, "null")
        last = self._line_end(_end(self.text, mapping.entries[key], end(mapping.key_place(key))))
        return Edit(line, min(last + 1, len(self.text)), "")

    def _column(self, at: int) -> int:
        return at - (self.text.rfind("\n", 0, at) + 1)

    def _line_end(self, at: int) -> int:
        found = self.text.find("\n", at)
        if found < 0:
            return len(self.text)
        return found - 1 if self.text[found - 1 : found] == "\r" else found


def _fresh(fields: dict[str, Any], step: str) -> dict[str, Any]:
    fields[step] = {}
    found: dict[str, Any] = fields[step]
    return found


def _last(text: str, mapping: Mapping) -> int:
    """Where the last field of a mapping ends."""
    key = next(reversed(mapping.entries))
    return _end(text, mapping.entries[key], end(mapping.key_places[-1]))


def _end(text: str, node: Node, key_end: int) -> int:
    """Where a value ends, without the white space, and the comments, behind it."""
    while True:
        flow = text[start(node.at) : start(node.at) + 1] in "{["
        if type(node) is Mapping and node.entries and not flow:
            key_end, node = end(node.key_places[-1]), next(reversed(node.entries.values()))
        elif type(node) is Sequence and node.items and not flow:
            node = node.items[-1]
        else:
            return max(len(text[: end(node.at)].rstrip(_SPACE)), key_end)
