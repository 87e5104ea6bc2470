"""What elements a range allows: kinds of what is written, dtypes of what is stored.

Takes: a range of a slot and its schema.
Gives: `Elements`; `elements_of` a range; `of_dtype`, those of a dtype of the NWB language.
Implements: `specs/linkdata-1.0.md`, section "Validation", VAL-08 and VAL-09.

The precision of a dtype of the NWB language is the least that is stored. What is written in a
document has no precision: whoever stores it gives it the one that the schema wants.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from linkdata.schema.model import Range, Schema
from linkdata.schema.validation.looks import Kind

_INTEGERS = ("int8", "int16", "int32", "int64")
_UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
_FLOATS = ("float32", "float64", "float128")
_TEXTS = ("ascii", "utf")


@dataclass(frozen=True, slots=True)
class Elements:
    """What the elements of a value may be. `stored` are the dtypes allowed in files, or all; `time`
    is the form of texts that are dates or times, see `times`.
    """

    word: str
    kinds: frozenset[Kind]
    stored: frozenset[str] | None = None
    minimum: float | None = None
    time: str | None = None


def _made(word: str, kinds: Iterable[Kind], stored: Iterable[str], **other: str | int) -> Elements:
    return Elements(word, frozenset(kinds), frozenset(stored), **other)  # type: ignore[arg-type]


def _at_least(names: tuple[str, ...], least: str) -> tuple[str, ...]:
    return names[names.index(least) :]


def _table() -> dict[str, Elements]:
    found: dict[str, Elements] = {}
    for name in _INTEGERS:
        found[name] = _made(name, [Kind.INTEGER], _at_least(_INTEGERS, name))
    for name in _UNSIGNED:
        found[name] = _made(name, [Kind.INTEGER], _at_least(_UNSIGNED, name), minimum=0)
    for name in _FLOATS[:2]:
        found[name] = _made(name, [Kind.FLOAT, Kind.INTEGER], _at_least(_FLOATS, name))
    text = _made("text", [Kind.TEXT], _TEXTS)
    time = _made("a date and time", [Kind.TEXT], _TEXTS, time="isodatetime")
    numbers = (*_INTEGERS, *_UNSIGNED, *_FLOATS)
    return found | {
        "short": found["int16"],
        "int": found["int32"],
        "long": found["int64"],
        "uint": found["uint32"],
        "float": found["float32"],
        "double": found["float64"],
        "numeric": _made("a number", [Kind.FLOAT, Kind.INTEGER], numbers),
        **dict.fromkeys(("text", "utf", "utf8", "utf-8", "utf_8"), text),
        **dict.fromkeys(("ascii", "bytes"), _made("ASCII text", [Kind.TEXT], ["ascii"])),
        "bool": _made("a boolean", [Kind.BOOLEAN], ["bool"]),
        **dict.fromkeys(("isodatetime", "datetime", "date"), time),
    }


_DTYPES = _table()
_TEXT = Elements("text", frozenset((Kind.TEXT,)))
_NUMBER = Elements("a number", frozenset((Kind.INTEGER, Kind.FLOAT)))
#: Names that LinkML gives types of its own.
_OF_LINKML = ("float", "double", "date", "datetime")
#: By the Python type that LinkML gives a type.
_BASES: dict[str, Elements] = {
    "str": _TEXT,
    "int": Elements("an integer", frozenset((Kind.INTEGER,))),
    "float": _NUMBER,
    "Decimal": _NUMBER,
    "bool": Elements("a boolean", frozenset((Kind.BOOLEAN,))),
    "Bool": Elements("a boolean", frozenset((Kind.BOOLEAN,))),
    "XSDDate": Elements("a date", frozenset((Kind.TEXT,)), time="XSDDate"),
    "XSDDateTime": Elements("a date and time", frozenset((Kind.TEXT,)), time="XSDDateTime"),
    "XSDTime": Elements("a time", frozenset((Kind.TEXT,)), time="XSDTime"),
}


def of_dtype(name: str) -> Elements | None:
    """The elements of a dtype of the NWB language; None for one that is none."""
    return _DTYPES.get(name)


def elements_of(one: Range, schema: Schema, dtype: str | None = None) -> Elements | None:
    """The elements that a range of types allows; None where it allows everything.

    `dtype` is the one that the NWB language says, which the range alone does not always tell.
    """
    if dtype is not None:
        return of_dtype(dtype)
    if one.name not in _OF_LINKML and one.name in _DTYPES:
        return _DTYPES[one.name]
    found = schema.types.get(one.name)
    return None if found is None else _BASES.get(found.base, _TEXT)
