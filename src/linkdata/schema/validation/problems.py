"""Problems: what is wrong with a value, before anybody knows where the value stands.

Takes: nothing.
Gives: `Problem`, and `finding`, the diagnostic that it is at a place.
Implements: `specs/linkdata-1.0.md`, section "Validation".
"""

from __future__ import annotations

from typing import NamedTuple

from linkdata.errors import Diagnostic, Severity
from linkdata.schema.validation.places import Spot


class Problem(NamedTuple):
    """What is wrong. `path` leads from the value to the part of it that is meant."""

    code: str
    message: str
    hint: str | None = None
    path: tuple[int, ...] = ()
    severity: Severity = Severity.ERROR


def finding(problem: Problem, spot: Spot) -> Diagnostic:
    """The diagnostic of a problem at a place."""
    return Diagnostic(
        problem.severity, problem.code, problem.message, spot.span, (), problem.hint, spot.place
    )
