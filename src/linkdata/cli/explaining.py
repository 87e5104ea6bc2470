"""Explanations of values, as text for people and as JSON for programs.

Takes: explanations.
Gives: their text, the origin of a value first, then by what it is the value here.
Implements: `specs/linkdata-1.0.md`, section "Provenance of values".
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from linkdata.cli import report
from linkdata.dataset.provenance import Cause, Explanation
from linkdata.spans import shown


def as_text(explanations: Iterable[Explanation]) -> str:
    """Explanations for a person to read: a line `place: origin: words` for each cause."""
    lines: list[str] = []
    for explanation in explanations:
        lines.append(shown(explanation.reference))
        for cause in explanation.causes:
            where = f"{shown(cause.where)}: " if cause.where else ""
            lines.append(f"  {where}{cause.origin}: {shown(cause.message)}")
            lines += report.snippet(cause.span, "    ")
    return "\n".join(lines)


def as_json(explanations: Iterable[Explanation]) -> str:
    """Explanations as a list of JSON objects."""
    found = [
        {"reference": explanation.reference, "causes": [_cause(one) for one in explanation.causes]}
        for explanation in explanations
    ]
    return json.dumps(found, indent=2, ensure_ascii=False)


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "origin": str(cause.origin),
        "message": cause.message,
        **report.place(cause.span),
        "place": cause.place,
    }


FORMATS = {"text": as_text, "json": as_json}
