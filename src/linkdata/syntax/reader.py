"""The reader: from text to nodes.

Takes: a `Source`.
Gives: the documents of the stream as trees of nodes, and what is wrong with the text.
Implements: `specs/linkdata-1.0.md`, section "Text".

A text is read to its end whatever is wrong with it, as far as that can be told apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linkdata import collector
from linkdata.errors import Diagnostic, Related, error
from linkdata.spans import Source
from linkdata.syntax.builder import Builder, Stop
from linkdata.syntax.stream import BYTE_ORDER_MARK, MAX_FINDINGS, Stream, forbidden_characters
from linkdata.syntax.strictness import directive_refused, unquoted

if TYPE_CHECKING:
    import yaml

_FLOW_COMMENT_REFERENCE = re.compile(r"[\[,{:][ \t]*(#(?=\S)[^\s,\]}]*)")
_LINE_BREAK = re.compile(r"[\r\n]")
_AT_REFERENCE = re.compile(r"@[^\s,\]}]*")


def read(source: Source) -> Stream:
    """Read all documents of a text.

    Never raises for what the text holds: all that is wrong is in the diagnostics. Places are those
    in the source of the stream, which is the one given but for a byte order mark.
    """
    import yaml  # not before there is a text to read

    if source.text.startswith(BYTE_ORDER_MARK):
        source = Source(source.name, source.text[1:])
    found = forbidden_characters(source)
    if found:
        return Stream(source, [], found)
    text = source.text
    unquoted: list[Diagnostic] = []
    while True:
        builder = Builder(source, text)
        try:
            with collector.paused():
                builder.run()
        except Stop:
            pass
        except yaml.MarkedYAMLError as problem:
            mark = problem.problem_mark or problem.context_mark
            at = mark.index if mark is not None else len(text)
            # A plain scalar cannot begin with `@`. Go on as if another letter stood there, so
            # that one run shows every such place.
            if text[at : at + 1] == "@" and len(unquoted) < MAX_FINDINGS:
                unquoted.append(_unquoted(source, at, _AT_REFERENCE))
                text = f"{text[:at]}_{text[at + 1 :]}"
                continue
            builder.diagnostics.append(_ill_formed(source, problem, at))
        found = sorted(unquoted + builder.diagnostics, key=_offset)
        return Stream(source, builder.documents, found)


def _unquoted(source: Source, at: int, pattern: re.Pattern[str]) -> Diagnostic:
    match = pattern.match(source.text, at)
    return unquoted(source, at, match.end() if match else at + 1)


def _ill_formed(source: Source, problem: yaml.MarkedYAMLError, at: int) -> Diagnostic:
    context = problem.context_mark
    if context is not None and problem.context and "flow" in problem.context:
        # In `[#a, #b]` the rest of the line is a comment, and the list never ends.
        line_end = _LINE_BREAK.search(source.text, context.index)
        match = _FLOW_COMMENT_REFERENCE.search(
            source.text, context.index, line_end.start() if line_end else len(source.text)
        )
        if match is not None:
            return unquoted(source, *match.span(1))
    if problem.context == "while scanning a directive" and context is not None:
        return directive_refused(source, context.index)
    if problem.problem == "found incompatible YAML document":
        return directive_refused(source, at)
    if problem.problem == "did not find expected key" and source.text[at : at + 1] == ":":
        return error("yaml-key-not-scalar", "a key is empty", source.span(at),
                     hint="name the field")  # fmt: skip
    parts = [part for part in (problem.context, problem.problem) if part]
    related = []
    if context is not None and context.index != at:
        related.append(Related("this is what was being read", source.span(context.index)))
    hint = None
    if source.text[at : at + 1] == "\t":
        hint = "indent with spaces, not tabs"
    elif source.text[at : at + 1] in ("`", "%"):
        hint = "quote the value"
    elif problem.problem and "mapping values are not allowed" in problem.problem:
        hint = "quote a value that holds `: `, or check the indentation"
    return error(
        "yaml-syntax", ": ".join(parts), source.span(min(at, len(source.text))),
        related=related, hint=hint,
    )  # fmt: skip


def _offset(diagnostic: Diagnostic) -> int:
    return diagnostic.span.start if diagnostic.span else 0
