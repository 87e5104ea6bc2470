"""The grammar of references.

Takes: a string of a document, or of the API.
Gives: `Reference`, `parse_reference`, `parse_path`, `format_path`.
Implements: `specs/linkdata-1.0.md`, section "References".

Whether a prefix is declared, and what is at the end of a path, is not the grammar's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple, TypeAlias

#: A step of a path: a key, or a position in a list.
Step: TypeAlias = "str | int"


class Form(Enum):
    """The forms of references."""

    LOCAL = "#path"
    LEXICAL = "@name"
    FILE = "./file#path"
    AUTHORITY = "//authority/file#path"
    DOCUMENT = "prefix:#path"
    SOURCE = "prefix:/path"


class Reference(NamedTuple):
    """A parsed reference.

    `target` is the file of FILE and AUTHORITY (of the latter without the authority), and the path
    inside the file of SOURCE; `name` is the prefix or the authority.
    """

    form: Form
    path: tuple[Step, ...] = ()
    name: str = ""
    target: str = ""

    def __str__(self) -> str:
        path = format_path(self.path)
        match self.form:
            case Form.LOCAL:
                return f"#{path}"
            case Form.LEXICAL:
                return f"@{path}"
            case Form.FILE:
                return f"{self.target}#{path}"
            case Form.AUTHORITY:
                return f"//{self.name}/{self.target}#{path}"
            case Form.DOCUMENT:
                return f"{self.name}:#{path}"
            case Form.SOURCE:
                return f"{self.name}:{self.target}"


_SIMPLE = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\Z")
_STEP = re.compile(
    r"""
    (?P<dot>\.)?
    (?: (?P<bare>[\w-]+)
      | "(?P<quoted>(?:[^"\\]|\\["\\])*)"
      )
  | \[(?P<index>0|[1-9][0-9]{0,17})\]
    """,
    re.VERBOSE,
)
_ASCII_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")
_ESCAPE = re.compile(r"\\(.)")
_NAME = r"[^#\x00-\x1f\x7f-\x9f]*[^#/\x00-\x1f\x7f-\x9f]"  # of a file: not a folder
_FILE = re.compile(rf"(?P<file>\.\.?/{_NAME})#(?P<path>.*)\Z", re.DOTALL)
_AUTHORITY = re.compile(
    rf"//(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)/(?P<file>{_NAME})#(?P<path>.*)\Z",
    re.DOTALL,
)
_PREFIXED = re.compile(
    r"(?P<name>[A-Za-z_][A-Za-z0-9_.-]*):(?:#(?P<path>.*)|(?P<target>/.*))\Z", re.DOTALL
)


def is_bare(key: str) -> bool:
    """Whether a key needs no quotes in a path: letters of any script, digits, `_` and `-`."""
    if key.isascii():
        return _ASCII_BARE.match(key) is not None
    return all(char.isalpha() or char in "0123456789_-" for char in key)


def parse_path(text: str) -> tuple[Step, ...] | None:
    """The steps of a path, none for the empty path, or None when `text` is no path."""
    if _SIMPLE.match(text):
        return tuple(text.split("."))
    steps: list[Step] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            return None
        if match["index"] is not None:
            if not steps:
                return None
            steps.append(int(match["index"]))
        else:
            if (match["dot"] is None) != (not steps):
                return None
            bare, quoted = match["bare"], match["quoted"]
            if bare is not None and not is_bare(bare):
                return None
            steps.append(_ESCAPE.sub(r"\1", quoted) if bare is None else bare)
        position = match.end()
    return tuple(steps)


def format_path(steps: Iterable[Step]) -> str:
    """The canonical text of a path."""
    parts: list[str] = []
    for step in steps:
        if isinstance(step, int):
            parts.append(f"[{step}]")
            continue
        if parts:
            parts.append(".")
        if is_bare(step):
            parts.append(step)
        else:
            escaped = step.replace("\\", "\\\\").replace('"', '\\"')
            parts.append(f'"{escaped}"')
    return "".join(parts)


def parse_reference(text: str) -> Reference | None:
    """The reference that a whole string is, or None when it has none of the forms."""
    first = text[:1]
    if first == "#":
        path = parse_path(text[1:])
        return None if path is None else Reference(Form.LOCAL, path)
    if first == "@":
        path = parse_path(text[1:])
        return Reference(Form.LEXICAL, path) if path else None
    if first == ".":
        match = _FILE.match(text)
        if match is None:
            return None
        path = parse_path(match["path"])
        return None if path is None else Reference(Form.FILE, path, target=match["file"])
    if first == "/":
        match = _AUTHORITY.match(text)
        if match is None:
            return None
        path = parse_path(match["path"])
        if path is None:
            return None
        return Reference(Form.AUTHORITY, path, match["name"], match["file"])
    match = _PREFIXED.match(text)
    if match is None:
        return None
    if match["target"] is not None:
        return Reference(Form.SOURCE, name=match["name"], target=match["target"])
    path = parse_path(match["path"])
    return None if path is None else Reference(Form.DOCUMENT, path, match["name"])


def is_escaped(text: str) -> bool:
    """Whether `text` is written with a doubled `#` or `@`, to be a plain string."""
    return text[:2] in ("##", "@@")


def unescape(text: str) -> str:
    """The plain string that a string of a document means."""
    return text[1:] if is_escaped(text) else text


def escape(text: str) -> str:
    """The string to write into a document so that it means the plain string `text`.

    Strings that would be references of another form than `#` and `@` need the tag `!!str`
    instead; `needs_tag` tells.
    """
    return text[0] + text if text[:1] in ("#", "@") else text


def needs_tag(text: str) -> bool:
    """Whether `text` would be taken for a reference that no doubled sign can escape."""
    return text[:1] not in ("#", "@") and parse_reference(text) is not None
