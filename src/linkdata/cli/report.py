"""Reports: findings as text for people and in formats for programs.

Takes: diagnostics.
Gives: text with snippets, JSON, SARIF, GitHub's workflow commands, and a summary in one line.
Implements: `specs/linkdata-1.0.md`, section "Command line".
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TextIO

import click

from linkdata.errors import Diagnostic, Related, Severity
from linkdata.spans import Span, shown

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}


def wants_colour(stream: TextIO) -> bool:
    """Whether colours may be written: only to a terminal, and if the user does not mind."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def write_text(diagnostics: Iterable[Diagnostic], stream: TextIO) -> None:
    """Write findings for a person to read."""
    colour = wants_colour(stream)
    for diagnostic in diagnostics:
        click.echo(text(diagnostic, colour=colour), file=stream, color=colour)


def text(diagnostic: Diagnostic, *, colour: bool = False) -> str:
    """One finding: `path:line:column: severity[code]: message`, and what belongs to it."""

    def paint(words: str, **style: Any) -> str:
        return click.style(words, **style) if colour else words

    severity = paint(
        f"{diagnostic.severity}[{diagnostic.code}]", fg=COLOURS[diagnostic.severity], bold=True
    )
    where = f"{shown(diagnostic.where)}: " if diagnostic.where else ""
    lines = [f"{paint(where, bold=True)}{severity}: {shown(diagnostic.message)}"]
    lines += snippet(diagnostic.span, "  ")
    for related in diagnostic.related:
        lines.append(f"  {shown(str(related))}")
        lines += snippet(related.span, "    ")
    if diagnostic.hint:
        lines.append(f"  {paint('= hint:', fg='cyan')} {shown(diagnostic.hint)}")
    return "\n".join(lines)


def snippet(span: Span | None, margin: str) -> list[str]:
    """The line of a span with a mark below the place, each behind a margin."""
    if span is None or not span.source.text:
        return []
    return [f"{margin}{shown(line)}".rstrip() for line in span.snippet().split("\n")]


def summary(diagnostics: Sequence[Diagnostic], documents: int) -> str:
    """How many findings there are, in one line."""
    counts = Counter(diagnostic.severity for diagnostic in diagnostics)
    where = _counted(documents, "document")
    if not counts:
        return f"{where}, nothing wrong"
    parts = (_counted(counts[severity], severity) for severity in Severity if counts[severity])
    return f"{', '.join(parts)} in {where}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def as_text(diagnostics: Sequence[Diagnostic]) -> str:
    """Findings for a person to read, without colours."""
    return "\n".join(map(text, diagnostics))


def as_json(diagnostics: Sequence[Diagnostic]) -> str:
    """Findings as a list of JSON objects."""
    found = [
        {
            "severity": str(diagnostic.severity),
            "code": diagnostic.code,
            "message": diagnostic.message,
            **place(diagnostic.span),
            "place": diagnostic.place,
            "hint": diagnostic.hint,
            "related": [_related(related) for related in diagnostic.related],
        }
        for diagnostic in diagnostics
    ]
    return json.dumps(found, indent=2, ensure_ascii=False)


def _related(related: Related) -> dict[str, Any]:
    return {"message": related.message, **place(related.span)}


def place(span: Span | None) -> dict[str, Any]:
    """A span as the fields of a JSON object."""
    if span is None:
        return dict.fromkeys(("file", "line", "column", "end_line", "end_column"))
    first, last = span.position, span.end_position
    return {
        "file": span.source.name,
        "line": first.line,
        "column": first.column,
        "end_line": last.line,
        "end_column": last.column,
    }


def as_github(diagnostics: Sequence[Diagnostic]) -> str:
    """Findings as commands by which a GitHub workflow marks lines of a change."""
    return "\n".join(map(_command, diagnostics))


def _command(diagnostic: Diagnostic) -> str:
    kind = "notice" if diagnostic.severity is Severity.NOTE else str(diagnostic.severity)
    properties: dict[str, object] = {}
    message = diagnostic.message
    if diagnostic.span is not None:
        first, last = diagnostic.span.position, diagnostic.span.end_position
        properties = {"file": diagnostic.span.source.name, "line": first.line, "col": first.column}
        if last.line == first.line:
            properties["endColumn"] = last.column
    elif diagnostic.place:
        message = f"{diagnostic.place}: {message}"
    properties["title"] = diagnostic.code
    if diagnostic.hint:
        message += f"\n{diagnostic.hint}"
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{kind} {listed}::{_data(message)}"


def _data(words: str) -> str:
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")


def as_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """Findings as a SARIF 2.1.0 log."""
    from linkdata.cli.sarif import log

    return json.dumps(log(diagnostics), indent=2, ensure_ascii=False)


FORMATS: dict[str, Callable[[Sequence[Diagnostic]], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}
