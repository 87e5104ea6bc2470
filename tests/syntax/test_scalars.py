from __future__ import annotations

import math
import warnings
from typing import Any

import pytest
from hypothesis import given, settings
from ruamel.yaml import YAML

from linkdata.spans import Source
from linkdata.syntax.nodes import plain
from linkdata.syntax.reader import read
from linkdata.syntax.scalars import MAX_INTEGER_DIGITS, core_value, is_plain_safe
from linkdata.testing.strategies import plain_scalars


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("Null", None), ("TRUE", True), ("False", False),
        ("0", 0), ("+1", 1), ("-12", -12), ("+0", 0), ("0o17", 15), ("0xfF", 255),
        ("1.", 1.0), (".5", 0.5), ("-.5", -0.5), ("1e3", 1000.0), ("0.0", 0.0), ("1e-999", 0.0),
        (".inf", math.inf), ("-.INF", -math.inf), ("+.Inf", math.inf),
    ],
)  # fmt: skip
def test_values(text: str, value: object) -> None:
    found = core_value(text)
    assert type(found) is type(value)
    assert found == value


@pytest.mark.parametrize(
    "text",
    [
        *("001", "-007", "00.5", "-0", "1e999", "-1e999", "0b1", "0o8", "0O7", "0X1", "-0x1"),
        *("1_000", "12:30:00", "2024-01-01", "yes", "no", "on", "nULL", "tRUE", "+.nan", "nan"),
        *(".", "+", "-", "e3", "1e", "1e+", ".e3", "+.", "1 ", " 1", "1\n", "٣", "１"),
    ],
)
def test_strings(text: str) -> None:
    assert core_value(text) == text
    assert is_plain_safe(text)


def test_zero_keeps_its_sign() -> None:
    assert str(core_value("-0.0")) == "-0.0"
    assert math.isnan(core_value(".NaN"))  # type: ignore[arg-type]


@pytest.mark.parametrize("sign", ["", "-", "+"])
def test_the_longest_integer(sign: str) -> None:
    assert core_value(sign + "9" * MAX_INTEGER_DIGITS) == int(sign + "9" * MAX_INTEGER_DIGITS)


def test_a_longer_integer_is_a_string() -> None:
    assert core_value("9" * (MAX_INTEGER_DIGITS + 1)) == "9" * (MAX_INTEGER_DIGITS + 1)


def by_ruamel(text: str) -> Any:
    loader = YAML(typ="safe", pure=True)
    loader.version = (1, 2)  # type: ignore[assignment]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return loader.load(f"- {text}\n")[0]


def is_listed_exception(text: str) -> bool:
    """What the specification reads as a string lest a digit or a sign be lost (TXT-08)."""
    body = text.lstrip("+-")
    return text == "-0" or (body[:1] == "0" and body[1:2].isdigit()) or core_value(text) == text


def is_beyond_core(text: str) -> bool:
    """What ruamel itself reads otherwise than the core schema has it."""
    body = text.lstrip("+-").lower()
    if body.startswith(".") and "e" in body:  # ruamel wants a sign in the exponent here
        return True
    return "_" in text or body.startswith(("0b", "0o", "0x")) or body.count("-") == 2


@settings(max_examples=300, deadline=None)
@given(plain_scalars())
def test_the_core_schema_of_ruamel_but_for_the_listed_exceptions(text: str) -> None:
    stream = read(Source("x", f"- {text}\n"))
    if stream.diagnostics or is_beyond_core(text):
        return
    mine = plain(stream.documents[0].root)
    assert isinstance(mine, list)
    theirs = by_ruamel(text)
    if type(mine[0]) is type(theirs):
        assert mine[0] == theirs or (theirs != theirs and mine[0] != mine[0])
    else:
        assert is_listed_exception(text), (mine[0], theirs)


@settings(max_examples=200, deadline=None)
@given(plain_scalars())
def test_a_number_is_what_python_reads(text: str) -> None:
    value = core_value(text)
    if isinstance(value, float) and math.isfinite(value):
        assert value == float(text)
    elif isinstance(value, int) and not isinstance(value, bool):
        assert value == int(text, 0 if text[:2] in ("0x", "0o") else 10)
