"""Scalars: from the text of a plain scalar to its value.

Takes: the text of a plain (unquoted) scalar.
Gives: its value by the YAML 1.2 core schema, where no digit of it would be lost.
Implements: `specs/linkdata-1.0.md`, section "Text".
"""

from __future__ import annotations

import math
import re
from typing import TypeAlias

ScalarValue: TypeAlias = "bool | int | float | str | None"

#: Python refuses to convert longer integers, as that takes quadratic time.
MAX_INTEGER_DIGITS = 4300
MAX_BASED_CHARACTERS = 3500

WORDS: dict[str, ScalarValue] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    ".inf": math.inf,
    ".Inf": math.inf,
    ".INF": math.inf,
    "+.inf": math.inf,
    "+.Inf": math.inf,
    "+.INF": math.inf,
    "-.inf": -math.inf,
    "-.Inf": -math.inf,
    "-.INF": -math.inf,
    ".nan": math.nan,
    ".NaN": math.nan,
    ".NAN": math.nan,
}

# A number may not begin with a zero that another digit follows: `001` is an identifier.
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_BASED = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")


def core_value(text: str) -> ScalarValue:
    """The value of a plain scalar."""
    first = text[:1]
    if first not in "0123456789+-.":
        return WORDS.get(text, text)
    if not first:
        return None
    if _INTEGER.match(text):
        if len(text.lstrip("+-")) > MAX_INTEGER_DIGITS or text == "-0":
            return text
        return int(text)
    if _FLOAT.match(text):
        number = float(text)
        return text if math.isinf(number) else number
    if _BASED.match(text):
        # Longer ones could not be written in decimal.
        return int(text, 0) if len(text) <= MAX_BASED_CHARACTERS else text
    return WORDS.get(text, text)


def as_float(value: ScalarValue) -> ScalarValue:
    """A number as a float; as the text of its digits where no double holds it."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return value
    try:
        return float(value)
    except OverflowError:
        return str(value)


def is_plain_safe(text: str) -> bool:
    """Whether the plain scalar `text` reads back as the string `text`."""
    return core_value(text) is text
