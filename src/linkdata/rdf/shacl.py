"""Shapes: what a schema asks of objects, as SHACL.

Takes: schemas.
Gives: `shapes`, statements; each class has a shape, each of its fields a property shape.
Implements: `specs/linkdata-1.0.md`, section "Shapes"; SHACL.

The shapes are for the triples that linkdata writes. A field is asked for where a check of a
document asks for it. Lists and arrays stand for their values, so only single values are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linkdata.graph.entity import VALUE
from linkdata.rdf import terms
from linkdata.rdf import vocabulary as v
from linkdata.rdf.identities import place_of
from linkdata.rdf.statements import Statement
from linkdata.rdf.tables import INDEX, TABLE
from linkdata.rdf.terms import Term
from linkdata.schema.model import Range, RangeKind, Schema, Slot
from linkdata.schema.naming import Typed
from linkdata.schema.typing import SchemaTypes
from linkdata.schema.validation.presence import absent

SH = "http://www.w3.org/ns/shacl#"
PREFIXES = {"sh": SH, "xsd": v.XSD, "rdf": v.RDF}
#: Where shapes of datatypes stand.
_DATATYPES = "urn:linkdata:shape:"

_INTEGERS = ("integer", "int", "long", "short", "byte", "unsignedInt", "unsignedLong",
             "unsignedShort", "unsignedByte", "nonNegativeInteger", "positiveInteger")  # fmt: skip
_NUMBERS = ("double", "float", "decimal", *_INTEGERS)
#: Datatype of a range -> those that its values may have: numbers that do not fit keep their own.
_ALLOWED = {
    **dict.fromkeys(_INTEGERS, _INTEGERS),
    **dict.fromkeys(("double", "float", "decimal"), _NUMBERS),
    "boolean": ("boolean",),
    "string": ("string",),
    "dateTime": ("dateTime",),
    "date": ("date",),
    "time": ("time",),
}


def shapes(schemas: Iterable[Schema], types: SchemaTypes) -> Iterator[Statement]:
    """The shapes of all classes that objects may have."""
    used: set[str] = set()
    seen: set[str] = set()
    for schema in schemas:
        for name in sorted(schema.classes):
            typed = Typed(schema.classes[name], schema)
            if typed.named.uri == typed.cls.uri and typed.cls.uri not in seen:
                seen.add(typed.cls.uri)
                yield from _shape(typed, types, used)
    for datatype in sorted(used):
        yield Statement(
            f"<{_DATATYPES}{datatype}>",
            [(v.TYPE, _sh("NodeShape")), (_sh("datatype"), f"<{v.XSD}{datatype}>")],
        )


def _shape(typed: Typed, types: SchemaTypes, used: set[str]) -> Iterator[Statement]:
    shape = f"{typed.cls.uri}#shape"
    required = {slot.name for slot in absent(typed, frozenset(), as_stored=False)}
    named = types.slots(typed).named
    # Where the rows of a column end, nested lists say.
    ragged = {f"{key}{INDEX}" for key in named} if typed.is_a(TABLE) else set()
    about: list[tuple[str, Term]] = [(v.TYPE, _sh("NodeShape"))]
    about.append((_sh("targetClass"), terms.iri_term(typed.cls.uri)))
    about += ((_sh("property"), f"<{shape}.{place_of(key)}>") for key in sorted(named))
    yield Statement(terms.iri_term(shape), about)
    for key, slot in sorted(named.items()):
        needed = slot.name in required or (key == VALUE and slot.required)
        needed &= key not in ragged
        said = list(_property(slot, typed.schema, needed, used))
        yield Statement(f"<{shape}.{place_of(key)}>", [*said, (_sh("name"), terms.string(key))])


def _property(
    slot: Slot, schema: Schema, needed: bool, used: set[str]
) -> Iterator[tuple[str, Term]]:
    yield v.TYPE, _sh("PropertyShape")
    yield _sh("path"), terms.iri_term(slot.uri)
    if needed:
        yield _sh("minCount"), terms.literal(1)
    yield _sh("maxCount"), terms.literal(1)
    if slot.is_array or slot.multivalued:
        return
    datatypes = _datatypes(slot, schema)
    if datatypes is not None:
        used.update(datatypes)
        yield _sh("or"), [f"<{_DATATYPES}{one}>" for one in datatypes]
    elif all(_is_object(one, schema) for one in slot.ranges):
        yield _sh("nodeKind"), _sh("IRI")
    if slot.pattern is not None and datatypes == ("string",):
        yield _sh("pattern"), terms.string(slot.pattern)
    for word, bound in (("minInclusive", slot.minimum), ("maxInclusive", slot.maximum)):
        if bound is not None:
            yield _sh(word), terms.literal(bound)


def _is_object(one: Range, schema: Schema) -> bool:
    """Whether a range is of objects alone: an author may write a dataset as its value."""
    if one.kind is not RangeKind.CLASS:
        return False
    found = schema.classes.get(one.name)
    return found is None or found.facts.get("role") != "dataset"


def _datatypes(slot: Slot, schema: Schema) -> tuple[str, ...] | None:
    """The datatypes that the literals of a slot have; None when it may hold anything else."""
    found: dict[str, None] = {}
    for one in slot.ranges:
        known = schema.types.get(one.name) if one.kind is RangeKind.TYPE else None
        allowed = _ALLOWED.get(known.uri.removeprefix(v.XSD)) if known is not None else None
        if known is None or allowed is None or not known.uri.startswith(v.XSD):
            return None
        found.update(dict.fromkeys(allowed))
    return tuple(found) or None


def _sh(name: str) -> str:
    return f"<{SH}{name}>"
