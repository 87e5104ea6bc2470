"""Literals written out: a value with its datatype or its language.

Takes: objects of the graph.
Gives: `Written`, and `literal_of`, which says whether an object is one.
Implements: `specs/linkdata-1.0.md`, section "RDF".

    name: {"@value": Maus, "@language": de}
    mass: {"@value": "1.50", "@type": xsd:decimal}
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from linkdata import iri
from linkdata.errors import OutputError, error
from linkdata.graph.entity import Entity
from linkdata.resolve.targets import FROM, entries
from linkdata.syntax.nodes import Node

VALUE, TYPE, LANGUAGE = "@value", "@type", "@language"
_KEYS = frozenset((VALUE, TYPE, LANGUAGE))
_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*\Z")


class Written(NamedTuple):
    """A value as it is written; with a `datatype`, an absolute IRI, or a `language`."""

    value: Any
    datatype: str | None = None
    language: str | None = None


def is_literal(node: Node | None) -> bool:
    """Whether a mapping is a literal written out, rather than an object."""
    found = entries(node) if node is not None else {}
    return VALUE in found and FROM not in found and found.keys() <= _KEYS


def literal_of(entity: Entity) -> Written | None:
    """The literal that an object is; None for every other object.

    Raises `OutputError`: `iri-invalid` for a datatype that is no absolute IRI,
    `value-not-representable` for what cannot be a literal.
    """
    if len(entity.layers) != 1 or entity.changes or not is_literal(entity.layers[0][1]):
        return None
    fields = {key: entity.link(key) for key in entity}
    value, datatype, language = (fields.get(key) for key in (VALUE, TYPE, LANGUAGE))
    if datatype is None and language is None:
        return Written(value)
    if not isinstance(value, str) or (datatype is not None and language is not None):
        raise _wrong(entity, "it has a text, and a datatype or a language")
    if language is not None:
        if not isinstance(language, str) or not _TAG.match(language):
            raise _wrong(entity, f"`{language}` is no tag of a language")
        return Written(value, None, language)
    expanded = iri.resolved(str(datatype), entity.context.iri_prefixes)
    if expanded is None:
        raise OutputError(
            error("iri-invalid", f"the datatype `{datatype}` is not an absolute IRI", entity.span,
                  hint="declare its prefix in `meta.prefixes`")
        )  # fmt: skip
    return Written(value, expanded)


def _wrong(entity: Entity, reason: str) -> OutputError:
    return OutputError(
        error("value-not-representable", f"this is no literal: {reason}", entity.span,
              hint='for example {"@value": Maus, "@language": de}')
    )  # fmt: skip
