from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkdata.errors import Severity
from linkdata.schema.validation.times import time_problem

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(min_value=datetime(1, 1, 1), timezones=ZONES))
def test_what_python_writes_is_right(when: datetime) -> None:
    for form in ("isodatetime", "XSDDateTime"):
        assert time_problem(when.isoformat(), form) is None


@given(st.datetimes())
def test_without_a_zone(when: datetime) -> None:
    for form, severity in (("isodatetime", Severity.ERROR), ("XSDDateTime", Severity.WARNING)):
        problem = time_problem(when.isoformat(), form, (3,))
        assert problem is not None
        assert (problem.code, problem.severity, problem.path) == ("datetime-naive", severity, (3,))


@given(st.dates())
def test_dates(day: date) -> None:
    assert time_problem(day.isoformat(), "XSDDate") is None
    naive = time_problem(day.isoformat(), "isodatetime")
    assert naive is not None
    assert naive.code == "datetime-naive"
    invalid = time_problem(day.isoformat(), "XSDDateTime")
    assert invalid is not None
    assert invalid.code == "datetime-invalid"


@pytest.mark.parametrize(
    "text",
    ["", "today", "2024", "2024-1-1", "2024-02-30T10:00:00Z", "2024-01-01T24:61:00Z",
     "2024-01-01 10:00:00Z", "2024-01-01T10:00Z", "20240101T100000Z", "2024-01-01T10:00:00z",
     "2024-01-01T10:00:00Z\n", "2024-01-01T10:00:00+0100", "2024-01-01T10:00:00+25:00"],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    problem = time_problem(text, "isodatetime")
    assert problem is not None
    assert problem.code == "datetime-invalid"


def test_times() -> None:
    assert time_problem("10:00:00Z", "XSDTime") is None
    assert time_problem("10:00:00", "XSDTime") is None
    assert time_problem("25:00:00", "XSDTime") is not None
