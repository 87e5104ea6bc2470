"""RDF terms. Inside linkdata a term is its text in N-Triples: short to make, and ready to write.

Takes: IRIs, scalars of Python.
Gives: texts of terms; `IRI`, `Literal` and `Blank`, which are the same as values.
Implements: `specs/linkdata-1.0.md`, section "RDF"; RDF 1.1 N-Triples, the canonical form of its
terms.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from linkdata.errors import OutputError, error
from linkdata.iri import is_absolute
from linkdata.rdf.vocabulary import RDF, XSD

#: A term as N-Triples has it, or the terms of an ordered list.
Term: TypeAlias = "str | list[Term]"


class IRI(NamedTuple):
    """An absolute IRI."""

    value: str


class Blank(NamedTuple):
    """A blank node; its label counts only inside one output."""

    label: str


class Literal(NamedTuple):
    """A literal; without a datatype and a language, a string."""

    lexical: str
    datatype: str | None = None
    language: str | None = None


_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')
_ESCAPES = {
    '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f",
}  # fmt: skip
_POSITIONAL = re.compile(r"(-?)(?:([1-9])([0-9]*)\.([0-9]*)|0\.(0*)([1-9])([0-9]*))\Z")
_KEPT = sys.float_info.dig + 1  # the point counts
_UNESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_UNESCAPES = {escape[1]: plain for plain, escape in _ESCAPES.items()} | {"'": "'"}
_BOOLEAN = {value: f'"{str(value).lower()}"^^<{XSD}boolean>' for value in (True, False)}
_INTEGER, _DOUBLE = f'"^^<{XSD}integer>', f'"^^<{XSD}double>'


def iri_term(value: str) -> str:
    """The term of an IRI. Raises `OutputError` (`iri-invalid`) unless it is absolute."""
    if not is_absolute(value):
        raise OutputError(
            error("iri-invalid", f"`{value}` is not an absolute IRI",
                  hint="declare its prefix in `meta.prefixes`")
        )  # fmt: skip
    return f"<{value}>"


def literal(value: Any) -> str:
    """The term of a scalar of Python or numpy. Raises `OutputError` (`value-not-representable`)."""
    make = _MAKERS.get(type(value))
    if make is not None:
        return make(value)
    if type(value).__module__ == "numpy" and value.shape == ():
        inner = value.item()
        return literal(bytes(inner) if isinstance(inner, memoryview) else inner)
    for kind, make in _MAKERS.items():  # subclasses, such as numpy's strings
        if isinstance(value, kind):
            return make(value)
    raise _unrepresentable(value)


def string(value: str) -> str:
    """The term of a string. Raises `OutputError` (`value-not-representable`)."""
    if value.isascii():
        if value.isprintable() and '"' not in value and "\\" not in value:
            return f'"{value}"'  # the usual, and quick to tell
    else:
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _unrepresentable(value) from None
    return f'"{escaped(value)}"'


def integer(digits: str) -> str:
    """The term of an integer in its canonical form."""
    return f'"{digits}{_INTEGER}'


def positional(text: str) -> str | None:
    """The term of a double that is written with a point, as `12.50`; None for anything else.

    Fifteen digits are what every double keeps: the text is the number, it need not be read.
    """
    match = _POSITIONAL.match(text)
    if match is None or len(text) > _KEPT:
        return None
    sign, first, whole, fraction, zeros, small, rest = match.groups()
    if first is None:
        return f'"{sign}{small}.{rest.rstrip("0") or "0"}E-{len(zeros) + 1}{_DOUBLE}'
    return f'"{sign}{first}.{(whole + fraction).rstrip("0") or "0"}E{len(whole)}{_DOUBLE}'


def typed(lexical: str, datatype: str) -> str:
    """The term of a literal of a datatype."""
    if datatype == XSD + "string":
        return string(lexical)
    return f"{string(lexical)}^^<{datatype}>"


def tagged(lexical: str, language: str) -> str:
    """The term of a string in a language."""
    return f"{string(lexical)}@{language}"


def double(value: float) -> str:
    """The canonical lexical form of a double: `1.5E0`, the shortest that reads back the same."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("INF" if value > 0 else "-INF")
    text = repr(value)
    sign = ""
    if text[0] == "-":
        sign, text = "-", text[1:]
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    power = int(exponent) if exponent else 0
    if whole == "0":
        digits = fraction.lstrip("0")
        if not digits:
            return sign + "0.0E0"
        power -= len(fraction) - len(digits) + 1
    else:
        digits = whole + fraction
        power += len(whole) - 1
    return f"{sign}{digits[0]}.{digits[1:].rstrip('0') or '0'}E{power}"


def escaped(text: str) -> str:
    """A text as it stands between the quotes of a literal."""
    return _ESCAPED.sub(_escape, text)


def parsed(term: str) -> IRI | Blank | Literal:
    """A term as a value."""
    if term[0] == "<":
        return IRI(term[1:-1])
    if term[0] == "_":
        return Blank(term[2:])
    end = term.rindex('"')
    text, rest = term[1:end], term[end + 1 :]
    if "\\" in text:
        text = _UNESCAPED.sub(_unescape, text)
    if rest.startswith("@"):
        return Literal(text, RDF + "langString", rest[1:])
    return Literal(text, rest[3:-1] or None)


def _escape(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[0]) or f"\\u{ord(match[0]):04X}"


def _unescape(match: re.Match[str]) -> str:
    short, long, letter = match.groups()
    return _UNESCAPES.get(letter, "") if letter else chr(int(short or long, 16))


def _unrepresentable(value: object) -> OutputError:
    return OutputError(
        error("value-not-representable", f"RDF cannot hold the value {value!r}",
              hint="keep it in its file; references to it are no problem")
    )  # fmt: skip


_MAKERS: dict[type, Callable[[Any], str]] = {
    str: string,
    bool: lambda value: _BOOLEAN[value],
    int: lambda value: f'"{value}{_INTEGER}',
    float: lambda value: f'"{double(value)}{_DOUBLE}',
    bytes: lambda value: f'"{value.hex().upper()}"^^<{XSD}hexBinary>',
}
