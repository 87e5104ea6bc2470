"""Dates and times: whether a text is one, and whether it says its time zone.

Takes: texts.
Gives: `time_problem`.
Implements: `specs/linkdata-1.0.md`, section "Validation", VAL-14; ISO 8601 in its extended form.
"""

from __future__ import annotations

import re
from datetime import date, time

from linkdata.errors import Severity
from linkdata.schema.validation.problems import Problem

_DATE = r"(?P<date>\d{4}-\d{2}-\d{2})"
_TIME = r"(?P<time>\d{2}:\d{2}:\d{2})(?:\.\d+)?"
_ZONE = r"(?P<zone>Z|[+-]\d{2}(?::\d{2})?)?"
_FORMS = {
    "XSDDate": re.compile(f"{_DATE}{_ZONE}\\Z"),
    "XSDTime": re.compile(f"{_TIME}{_ZONE}\\Z"),
    "XSDDateTime": re.compile(f"{_DATE}T{_TIME}{_ZONE}\\Z"),
    # The NWB language allows the date alone.
    "isodatetime": re.compile(f"{_DATE}(?:T{_TIME}{_ZONE})?\\Z"),
}
_WORDS = {
    "XSDDate": ("date", "2024-01-31"),
    "XSDTime": ("time", "13:05:00Z"),
    "XSDDateTime": ("date and time", "2024-01-31T13:05:00+01:00"),
    "isodatetime": ("date and time", "2024-01-31T13:05:00+01:00"),
}
#: Where a time without a zone is an error, and where only a warning.
_NAIVE = {"isodatetime": Severity.ERROR, "XSDDateTime": Severity.WARNING}


def time_problem(text: str, form: str, path: tuple[int, ...] = ()) -> Problem | None:
    """What is wrong with a text as a date, a time, or both: one of `isodatetime` (the NWB
    language), `XSDDate`, `XSDTime`, `XSDDateTime`.
    """
    word, example = _WORDS[form]
    match = _FORMS[form].match(text)
    if match is None or not _exists(match.groupdict()):
        return Problem(
            "datetime-invalid", f"`{text}` is not a {word}", f"write it like `{example}`", path
        )
    severity = _NAIVE.get(form)
    if severity is not None and match["zone"] is None:
        return Problem(
            "datetime-naive", f"`{text}` says no time zone",
            f"add the offset from UTC, like `{example}`", path, severity,
        )  # fmt: skip
    return None


def _exists(parts: dict[str, str | None]) -> bool:
    """Whether there is such a day and such a time."""
    try:
        date.fromisoformat(parts.get("date") or "2000-01-01")
        time.fromisoformat((parts.get("time") or "00:00:00") + (parts.get("zone") or "Z"))
    except ValueError:
        return False
    return True
