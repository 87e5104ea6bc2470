"""RDF terms, and how N-Triples writes them.

Takes: IRIs, scalars of Python.
Gives: `IRI`, `Literal`, `Blank`, `Collection` and their N-Triples text.
Implements: `specs/linkdata-1.0.md`, section "RDF"; the grammar of RDF 1.1 N-Triples.
"""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple, TypeAlias

from linkdata.errors import LinkdataError, OutputError, error
from linkdata.iri import is_absolute

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


class IRI(NamedTuple):
    """An absolute IRI."""

    value: str


class Blank(NamedTuple):
    """A blank node; its label counts only inside one output."""

    label: str


class Literal(NamedTuple):
    """A literal; without a datatype, a string."""

    lexical: str
    datatype: str | None = None


class Collection(NamedTuple):
    """An ordered list of terms, which N-Triples spells out with blank nodes."""

    items: tuple[Term, ...]


Node: TypeAlias = "IRI | Blank"
Term: TypeAlias = "IRI | Blank | Literal | Collection"

TYPE = IRI(RDF + "type")
FIRST, REST, NIL = IRI(RDF + "first"), IRI(RDF + "rest"), IRI(RDF + "nil")

_ESCAPED = re.compile(r'["\\\n\r\x00-\x08\x0b\x0c\x0e-\x1f\x7f]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\x08": "\\b", "\x0c": "\\f"}


def resource(value: str) -> IRI:
    """The term of an IRI. Raises `OutputError` (`iri-invalid`) unless it is absolute."""
    if not is_absolute(value):
        raise OutputError(
            error("iri-invalid", f"`{value}` is not an absolute IRI",
                  hint="declare its prefix in `meta.prefixes`")
        )  # fmt: skip
    return IRI(value)


def literal(value: Any) -> Literal:
    """The term of a scalar. Raises `OutputError` (`value-not-representable`)."""
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _unrepresentable(value) from None
        return Literal(value)
    if isinstance(value, bool):
        return Literal("true" if value else "false", XSD + "boolean")
    if isinstance(value, int):
        return Literal(str(value), XSD + "integer")
    if isinstance(value, float):
        if math.isfinite(value):
            return Literal(repr(value), XSD + "double")
        return Literal("NaN" if math.isnan(value) else ("INF" if value > 0 else "-INF"),
                       XSD + "double")  # fmt: skip
    raise _unrepresentable(value)


def _unrepresentable(value: object) -> LinkdataError:
    return OutputError(
        error("value-not-representable", f"RDF cannot hold the value {value!r}",
              hint="keep it in its file; references to it are no problem")
    )  # fmt: skip


def ntriples(term: IRI | Blank | Literal) -> str:
    """The text of a term in N-Triples, N-Quads and Turtle."""
    if isinstance(term, IRI):
        return f"<{term.value}>"
    if isinstance(term, Blank):
        return f"_:{term.label}"
    text = _ESCAPED.sub(_escape, term.lexical)
    return f'"{text}"' if term.datatype is None else f'"{text}"^^<{term.datatype}>'


def _escape(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[0]) or f"\\u{ord(match[0]):04X}"
