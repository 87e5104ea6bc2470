"""RDF/XML.

Takes: statements and prefixes.
Gives: text, one subject at a time.
Implements: `specs/linkdata-1.0.md`, section "RDF formats"; RDF 1.1 XML Syntax.

A predicate is the name of an element: what its IRI ends in that may be one, and the rest as the
namespace. An IRI that ends in nothing of the kind cannot be written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from linkdata.errors import OutputError, error
from linkdata.rdf import vocabulary as v
from linkdata.rdf.statements import Statement
from linkdata.rdf.terms import IRI, Blank, Literal, parsed
from linkdata.rdf.triples import Labels, listed

_LETTERS = "A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u3001-\ud7ff"
_NAME_AT_END = re.compile(rf"[{_LETTERS}][{_LETTERS}0-9.\u00b7-]*\Z")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def rdf_xml(said: Iterable[Statement], prefixes: Mapping[str, str]) -> Iterator[str]:
    """RDF/XML. Raises `OutputError` (`value-not-representable`) for what XML cannot hold."""
    declared = dict(prefixes) | {"rdf": v.RDF}
    yield '<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF'
    for name, value in declared.items():
        yield f"\n    xmlns:{name}={quoteattr(value)}"
    yield ">\n"
    elements = _Elements(declared)
    labels = Labels()
    for subject, about in said:
        if not about:
            continue
        cells: dict[str, list[str]] = {subject: []}
        for predicate, term in about:
            for s, p, o in listed(subject, predicate, term, labels):
                cells.setdefault(s, []).append(elements.property(p, o))
        for node, properties in cells.items():
            yield f"  <rdf:Description {_node(node)}>\n{''.join(properties)}  </rdf:Description>\n"
    yield "</rdf:RDF>\n"


class _Elements:
    """Predicates as elements."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = sorted(prefixes.items(), key=lambda item: -len(item[1]))
        self._known: dict[str, tuple[str, str]] = {}

    def property(self, predicate: str, term: str) -> str:
        """A predicate and what it says, as an element."""
        known = self._known.get(predicate)
        if known is None:
            known = self._known[predicate] = self._name(predicate[1:-1])
        name, declaration = known
        value = parsed(term)
        if isinstance(value, IRI | Blank):
            return f"    <{name}{declaration} {_node(term, 'resource')}/>\n"
        return f"    <{name}{declaration}{_attributes(value)}>{_text(value.lexical)}</{name}>\n"

    def _name(self, value: str) -> tuple[str, str]:
        for name, namespace in self._prefixes:
            if value.startswith(namespace) and _NAME_AT_END.match(value, len(namespace)):
                return f"{name}:{value[len(namespace) :]}", ""
        found = _NAME_AT_END.search(value)
        if found is None:
            raise OutputError(
                error("value-not-representable", f"RDF/XML has no name for the predicate <{value}>",
                      hint="another format, such as Turtle, can write it")
            )  # fmt: skip
        return f"p:{found[0]}", f" xmlns:p={quoteattr(value[: found.start()])}"


def _node(term: str, role: str = "about") -> str:
    if term[0] == "_":
        return f'rdf:nodeID="{term[2:]}"'
    return f"rdf:{role}={quoteattr(term[1:-1])}"


def _attributes(value: Literal) -> str:
    if value.language is not None:
        return f' xml:lang="{value.language}"'
    return "" if value.datatype is None else f" rdf:datatype={quoteattr(value.datatype)}"


def _text(text: str) -> str:
    found = _FORBIDDEN.search(text)
    if found is not None:
        raise OutputError(
            error("value-not-representable", f"XML cannot hold the character U+{ord(found[0]):04X}",
                  hint="another format, such as Turtle, can write it")
        )  # fmt: skip
    return escape(text, {"\r": "&#13;"})
