"""Streams: what a text holds, and what text may be.

Takes: bytes.
Gives: `decode`, a `Source` of them; `Stream`, the documents that a reader or a composer makes of
one; `forbidden_characters`.
Implements: `specs/linkdata-1.0.md`, section "Text".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from linkdata.errors import Diagnostic, TextError, error
from linkdata.spans import Source
from linkdata.syntax.nodes import Candidate, Node

MAX_BYTES = 256 * 2**20
#: After so many findings of one kind a reader gives up counting them.
MAX_FINDINGS = 50

BYTE_ORDER_MARK = "\ufeff"

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(slots=True)
class Parsed:
    """One document of a stream, as nodes."""

    root: Node
    candidates: list[Candidate] = field(default_factory=list)
    nodes: int = 0


@dataclass(slots=True)
class Stream:
    """What a text holds. With an error among the `diagnostics` the documents are not whole."""

    source: Source
    documents: list[Parsed]
    diagnostics: list[Diagnostic]


def check_size(size: int, name: str) -> None:
    """Raise `TextError` (`text-too-large`) if a text of so many bytes cannot be a document."""
    if size > MAX_BYTES:
        raise TextError(
            error(
                "text-too-large",
                f"the text has {size} bytes; a document has at most {MAX_BYTES}",
                Source(name, "").span(0),
                hint="keep bulk data in HDF5 and bring them with `from`",
            )
        )


def decode(data: bytes, name: str) -> Source:
    """The text of a document's bytes: UTF-8, a byte order mark dropped.

    Raises `TextError` (`text-encoding`, `text-too-large`).
    """
    check_size(len(data), name)
    try:
        return Source(name, data.decode().removeprefix(BYTE_ORDER_MARK))
    except UnicodeDecodeError as problem:
        good = data[: problem.start].decode().removeprefix(BYTE_ORDER_MARK)
        source = Source(name, good + "\ufffd")
        raise TextError(
            error(
                "text-encoding",
                f"byte {data[problem.start]:#04x} at offset {problem.start} is not UTF-8",
                source.span(len(good)),
                hint="save the file as UTF-8",
            )
        ) from None


def forbidden_characters(source: Source) -> list[Diagnostic]:
    """The characters that no text may hold."""
    match = _SURROGATE.search(source.text)
    if match is not None:
        # The text itself could not even be printed with the message.
        where = Source(source.name, source.text[: match.start()] + "\ufffd").span(match.start())
        return [error("text-encoding", "the text holds half a surrogate pair", where)]
    return [
        error(
            "text-control-character",
            f"the character U+{ord(match[0]):04X} stands unescaped",
            source.span(match.start()),
            hint=f'write it as an escape in double quotes: "\\u{ord(match[0]):04x}"',
        )
        for match in islice(_FORBIDDEN.finditer(source.text), MAX_FINDINGS)
    ]
