"""SARIF: findings in the format that code scanning tools exchange.

Takes: diagnostics.
Gives: a log of SARIF 2.1.0, as plain data.
Implements: `specs/linkdata-1.0.md`, section "Command line".
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from linkdata import __version__
from linkdata.errors import CODES, Diagnostic
from linkdata.spans import Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def log(diagnostics: Sequence[Diagnostic]) -> dict[str, Any]:
    """A log with one run."""
    rules = [{"id": code, "shortDescription": {"text": about}} for code, about in CODES.items()]
    driver = {"name": "linkdata", "version": __version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic) for diagnostic in diagnostics],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(diagnostic: Diagnostic) -> dict[str, Any]:
    hint = f" ({diagnostic.hint})" if diagnostic.hint else ""
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": list(CODES).index(diagnostic.code),
        "level": str(diagnostic.severity),
        "message": {"text": diagnostic.message + hint},
    }
    if diagnostic.span is not None:
        result["locations"] = [_location(diagnostic.span)]
    elif diagnostic.place:
        name = {"fullyQualifiedName": diagnostic.place}
        result["locations"] = [{"logicalLocations": [name]}]
    related: list[dict[str, Any]] = []
    for other in diagnostic.related:
        place = _location(other.span) if other.span else {}
        related.append({"id": len(related), "message": {"text": other.message}, **place})
    if related:
        result["relatedLocations"] = related
    return result


def _location(span: Span) -> dict[str, Any]:
    first, last = span.position, span.end_position
    region = {
        "startLine": first.line,
        "startColumn": first.column,
        "endLine": last.line,
        "endColumn": last.column,
    }
    return {
        "physicalLocation": {"artifactLocation": {"uri": _uri(span.source.name)}, "region": region}
    }


def _uri(name: str) -> str:
    if os.path.isabs(name):
        return Path(name).as_uri()
    return quote(name)
