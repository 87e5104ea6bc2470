"""Coercion: which literal, or IRI, a scalar is in a slot of a schema.

Takes: scalars, and the ranges of a slot.
Gives: `Coercion`, from scalars to terms.
Implements: `specs/linkdata-1.0.md`, section "RDF"; lexical forms of XML Schema 1.1, part 2.

What does not fit its range keeps the datatype that its own kind of value has: a check says that it
does not fit, and nothing of it is lost here.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from linkdata import iri
from linkdata.errors import OutputError, error
from linkdata.rdf import terms
from linkdata.rdf.vocabulary import XSD
from linkdata.schema.model import RangeKind, Schema, Slot, Type

#: Python types of LinkML whose values are IRIs or CURIEs.
_IDENTIFIERS = frozenset(("URIorCURIE", "URI", "Curie", "ElementIdentifier", "NodeIdentifier"))
_ZONE = r"(?:Z|[+-]\d\d:\d\d)?\Z"
_CLOCK = r"\d\d:\d\d:\d\d(?:\.\d+)?"
_TEXTS: dict[str, tuple[re.Pattern[str], Callable[[str], object]]] = {
    XSD + "dateTime": (re.compile(rf"\d{{4}}-\d\d-\d\dT{_CLOCK}{_ZONE}"), datetime.fromisoformat),
    XSD + "date": (re.compile(rf"\d{{4}}-\d\d-\d\d{_ZONE}"), date.fromisoformat),
    XSD + "time": (re.compile(_CLOCK + _ZONE), time.fromisoformat),
}
#: A type of LinkML that has no datatype of its own takes either.
_EITHER = {"https://w3id.org/linkml/DateOrDatetime": (XSD + "dateTime", XSD + "date")}
#: Datatypes that scalars have by themselves.
_NATURAL = frozenset(XSD + name for name in ("string", "integer", "boolean"))
_BOUNDS = {
    **{
        XSD + name: (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        for name, bits in (("byte", 8), ("short", 16), ("int", 32), ("long", 64))
    },
    **{
        XSD + name: (0, 2**bits - 1)
        for name, bits in (
            ("unsignedByte", 8), ("unsignedShort", 16), ("unsignedInt", 32), ("unsignedLong", 64),
        )
    },
    XSD + "nonNegativeInteger": (0, None),
    XSD + "positiveInteger": (1, None),
}  # fmt: skip


class Coercion:
    """How the scalars of one slot become terms."""

    def __init__(self, slot: Slot, schema: Schema) -> None:
        kinds = {one.kind for one in slot.ranges}
        types = [
            schema.types[one.name]
            for one in slot.ranges
            if one.kind is RangeKind.TYPE and one.name in schema.types
        ]
        self.identifies = any(_is_identifier(one) for one in types)
        self.only_identifies = self.identifies and len(slot.ranges) == 1
        self.datatypes = tuple(
            dict.fromkeys(
                datatype
                for one in types
                if not _is_identifier(one)
                for datatype in _EITHER.get(one.uri, (one.uri,))
            )
        )
        self.meanings: dict[str, str] = {
            text: meaning
            for one in slot.ranges
            if one.kind is RangeKind.ENUM and one.name in schema.enums
            for text, meaning in schema.enums[one.name].values.items()
            if meaning is not None
        }
        #: Whether a CURIE in it may be the name of something.
        self.names = RangeKind.CLASS in kinds or RangeKind.ANY in kinds or not kinds
        #: Whether scalars become what they are by themselves.
        self.is_natural = not (
            self.names or self.identifies or self.meanings or frozenset(self.datatypes) - _NATURAL
        )

    def term(self, value: Any, prefixes: Mapping[str, str]) -> str:
        """The term of a scalar.

        Raises `OutputError`: `iri-invalid` for what is no IRI where only IRIs may be,
        `value-not-representable`.
        """
        if isinstance(value, str):
            return self._text(value, prefixes)
        if hasattr(value, "item") and getattr(value, "shape", None) == ():
            value = value.item()
        if type(value) is int:
            return self._integer(value)
        if type(value) is float:
            return self._float(value)
        return terms.literal(value)

    def _text(self, value: str, prefixes: Mapping[str, str]) -> str:
        if self.identifies:
            found = iri.resolved(value, prefixes)
            if found is not None:
                return terms.iri_term(found)
            if self.only_identifies:
                raise OutputError(
                    error("iri-invalid", f"`{value}` is neither an IRI nor a CURIE of a declared"
                          " prefix", hint="declare its prefix in `meta.prefixes`")
                )  # fmt: skip
        meaning = self.meanings.get(value)
        if meaning is not None:
            return terms.iri_term(iri.resolved(meaning, prefixes) or meaning)
        for datatype in self.datatypes:
            if datatype in _TEXTS and _is_valid(value, datatype):
                return f'"{value}"^^<{datatype}>'
        return named(value, prefixes) if self.names else terms.string(value)

    def _integer(self, value: int) -> str:
        for datatype in self.datatypes:
            if datatype in _BOUNDS:
                low, high = _BOUNDS[datatype]
                if low <= value and (high is None or value <= high):
                    return f'"{value}"^^<{datatype}>'
            elif datatype == XSD + "integer":
                break
            elif datatype == XSD + "decimal":
                return f'"{value}"^^<{datatype}>'
            elif datatype in (XSD + "double", XSD + "float") and _is_exact(value):
                return self._float(float(value))
        return terms.literal(value)

    def _float(self, value: float) -> str:
        for datatype in self.datatypes:
            if datatype == XSD + "double":
                break
            if datatype == XSD + "float" and _is_single(value):
                return f'"{terms.double(value)}"^^<{datatype}>'
            if datatype == XSD + "decimal" and value - value == 0:  # finite
                return f'"{Decimal(repr(value)):f}"^^<{datatype}>'
        return terms.literal(value)


def named(value: str, prefixes: Mapping[str, str]) -> str:
    """The term of a string that nothing more is known of: a CURIE of a declared prefix is an IRI.

    Raises `OutputError` (`value-not-representable`).
    """
    if ":" in value and value.partition(":")[0] in prefixes:
        found = iri.expand(value, prefixes)
        if found is not None and iri.is_absolute(found):
            return f"<{found}>"
    return terms.string(value)


def _is_identifier(one: Type) -> bool:
    return one.base in _IDENTIFIERS


def _is_valid(value: str, datatype: str) -> bool:
    form, parse = _TEXTS[datatype]
    if not form.match(value):
        return False
    try:
        parse(value[:10] if datatype == XSD + "date" else value)
    except ValueError:
        return False
    return True


def _is_exact(value: int) -> bool:
    try:
        return int(float(value)) == value
    except OverflowError:
        return False


def _is_single(value: float) -> bool:
    """Whether single precision holds a number, or it is none."""
    if value - value != 0:
        return True
    try:
        return bool(struct.unpack("f", struct.pack("f", value))[0] == value)
    except OverflowError:
        return False
