"""Shapes: what a schema asks of objects, as SHACL.

Takes: schemas.
Gives: `shapes`, statements; each class has a shape, each of its fields a property shape.
Implements: `specs/linkdata-1.0.md`, section "Shapes"; SHACL.

The shapes are for the triples that linkdata writes. A field is asked for where a check of a
document asks for it; so are the fields that a dataset cannot have where a bare value stands for it.
What the values of a field may be, `shacl_values` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linkdata.graph.entity import VALUE
from linkdata.rdf import shacl_values, terms
from linkdata.rdf import vocabulary as v
from linkdata.rdf.identities import place_of
from linkdata.rdf.shacl_values import dataset_of, sh
from linkdata.rdf.statements import Statement
from linkdata.rdf.tables import INDEX, TABLE
from linkdata.rdf.terms import Term
from linkdata.schema.model import RangeKind, Schema, Slot
from linkdata.schema.naming import Typed
from linkdata.schema.typing import SchemaTypes
from linkdata.schema.validation.presence import absent

PREFIXES = {"sh": shacl_values.SH, "xsd": v.XSD, "rdf": v.RDF}
#: What nothing but a note is told about where it is missing: columns have other descriptions.
_DESCRIPTION = "description"


def shapes(schemas: Iterable[Schema], types: SchemaTypes) -> Iterator[Statement]:
    """The shapes of all classes that objects may have, and of the parts of classes that slots ask
    for beyond the class of their objects.
    """
    return _Shapes(types).of(schemas)


class _Shapes:
    def __init__(self, types: SchemaTypes) -> None:
        self.types = types
        self.within: dict[str, str] = {}

    def of(self, schemas: Iterable[Schema]) -> Iterator[Statement]:
        """The shapes of all classes of schemas."""
        seen: set[str] = set()
        for schema in schemas:
            for name in sorted(schema.classes):
                typed = Typed(schema.classes[name], schema)
                if typed.cls.uri not in seen:
                    seen.add(typed.cls.uri)
                    yield from self.shape(typed)
        yield from shacl_values.shared(self.within)

    def shape(self, typed: Typed) -> Iterator[Statement]:
        """The shape of a class, and of its fields."""
        members: list[Statement] = []
        required = {slot.name for slot in absent(typed, frozenset(), as_stored=False)}
        named = self.types.slots(typed).named
        # Where the rows of a column end, nested lists say.
        ragged = {f"{key}{INDEX}" for key in named} if typed.is_a(TABLE) else set()
        for place, key, slot in self.places(typed):
            needed = slot.name in required or (key == VALUE and slot.required)
            said = _property(slot, needed and key not in ragged)
            said += shacl_values.single(slot, typed.schema)
            said += ((sh("property"), one) for one in self.inside(slot, typed.schema))
            members.append(Statement(f"<{place}>", [*said, (sh("name"), terms.string(key))]))
            members += self.elements(place, slot, typed.schema)
            members += _lacking(place, key, slot, typed.schema)
        about: list[tuple[str, Term]] = [(v.TYPE, sh("NodeShape"))]
        if not _is_part(typed):
            about.append((sh("targetClass"), terms.iri_term(typed.cls.uri)))
        about += ((sh("property"), one.subject) for one in members)
        yield Statement(terms.iri_term(f"{typed.cls.uri}#shape"), about)
        yield from members

    def places(self, typed: Typed) -> Iterator[tuple[str, str, Slot]]:
        """The IRI of the shape of each field of a class, its name and its slot."""
        for key, slot in sorted(self.types.slots(typed).named.items()):
            yield f"{typed.cls.uri}#shape.{place_of(key)}", key, slot

    def elements(self, place: str, slot: Slot, schema: Schema) -> Iterator[Statement]:
        """The shapes of the elements of a field."""
        return shacl_values.elements(place, slot, schema, self.within)

    def inside(self, slot: Slot, schema: Schema) -> Iterator[str]:
        """The shapes that an object in a slot has to fit beyond those of its own class."""
        found = schema.classes.get(slot.ranges[0].name) if len(slot.ranges) == 1 else None
        if found is None or slot.ranges[0].kind is not RangeKind.CLASS or slot.multivalued:
            return
        typed = Typed(found, schema)
        if _is_part(typed) and dataset_of(slot, schema) is None:
            for place, _, one in self.places(typed):
                yield f"<{place}>"
                yield from (shape.subject for shape in self.elements(place, one, schema))


def _is_part(typed: Typed) -> bool:
    """Whether a class is what a slot asks for of the objects of another class."""
    return typed.named.uri != typed.cls.uri


def _lacking(place: str, key: str, slot: Slot, schema: Schema) -> Iterator[Statement]:
    """What a dataset has to have, and a bare value that stands for it has not."""
    dataset = dataset_of(slot, schema)
    if dataset is None:
        return
    filled = frozenset((VALUE, _DESCRIPTION))
    for one in absent(dataset, filled, as_stored=False, name=key):
        about: list[tuple[str, Term]] = [(v.TYPE, sh("PropertyShape"))]
        about.append((sh("path"), terms.iri_term(slot.uri)))
        about.append((sh("not"), shacl_values.BARE))
        about.append((sh("name"), terms.string(one.name)))
        about.append((sh("message"), terms.string(f"`{key}` lacks `{one.name}`")))
        yield Statement(f"<{place}.{place_of(one.name)}>", about)


def _property(slot: Slot, needed: bool) -> list[tuple[str, Term]]:
    """That a field is there, once."""
    about: list[tuple[str, Term]] = [(v.TYPE, sh("PropertyShape"))]
    about.append((sh("path"), terms.iri_term(slot.uri)))
    if needed:
        about.append((sh("minCount"), terms.literal(1)))
    about.append((sh("maxCount"), terms.literal(1)))
    return about
