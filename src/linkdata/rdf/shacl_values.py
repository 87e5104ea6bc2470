"""Shapes of values: what may stand in a field, as SHACL.

Takes: slots.
Gives: `single`, what is asked of one value; `elements`, of those of lists and arrays; `shared`.
Implements: `specs/linkdata-1.0.md`, section "Shapes"; SHACL.

Lists are looked into: every literal that is reached from a field by the cells of lists is an
element. Of an array outside the document its dtype tells whether it holds text.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkdata import iri
from linkdata.graph.entity import VALUE
from linkdata.rdf import terms
from linkdata.rdf import vocabulary as v
from linkdata.rdf.coercion import Coercion
from linkdata.rdf.statements import Statement
from linkdata.rdf.terms import Term
from linkdata.schema.language.dtypes import LANGUAGE
from linkdata.schema.model import RangeKind, Schema, Slot
from linkdata.schema.naming import Typed
from linkdata.schema.validation import columns
from linkdata.schema.validation.dtypes import elements_of
from linkdata.schema.validation.looks import Kind

SH = "http://www.w3.org/ns/shacl#"
#: Where shapes stand that others share.
_SHARED = "urn:linkdata:shape:"

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
_DATATYPES = dict.fromkeys(one for allowed in _ALLOWED.values() for one in allowed)
#: The cells of lists, and objects and arrays, whose own shapes say more.
_NO_LITERAL = f"<{_SHARED}no-literal>"
#: Values that stand for a dataset without being an object: scalars, lists, and arrays.
BARE = f"<{_SHARED}bare>"
_BARE = {name: f"<{_SHARED}{name}>" for name in ("no-iri", "nil", "array")}
#: The dtypes of arrays outside the document that hold text.
_TEXT = f"<{_SHARED}text>"
_TEXTS = "^(text|object|[|<>=]?[SUO][0-9]*)$"
#: The values of a dataset of the NWB language.
_VALUE = f"{iri.SCHEMAS}{LANGUAGE}:{VALUE}"
#: The step of paths through the cells of lists.
_CELLS = "_:cells"


def sh(name: str) -> str:
    """A term of SHACL."""
    return f"<{SH}{name}>"


def dataset_of(slot: Slot, schema: Schema) -> Typed | None:
    """The class of datasets that a slot asks for, for which an author may write a bare value."""
    found = (Typed(schema.classes[one], schema) for one in slot.classes if one in schema.classes)
    return next((one for one in found if columns.is_dataset(one)), None)


def single(slot: Slot, schema: Schema) -> Iterator[tuple[str, Term]]:
    """What is asked of a field that holds one value."""
    if slot.is_array or slot.multivalued:
        return
    datatypes = _datatypes(slot, schema)
    if datatypes is not None:
        yield sh("or"), [_datatype(one) for one in datatypes]
    elif slot.classes and len(slot.classes) == len(slot.ranges) and _is_object(slot, schema):
        yield sh("nodeKind"), sh("IRI")
    allowed = _allowed(slot, schema)
    if allowed is not None:
        yield sh("in"), allowed
    if slot.pattern is not None and datatypes == ("string",):
        yield sh("pattern"), terms.string(slot.pattern)
    for word, bound in (("minInclusive", slot.minimum), ("maxInclusive", slot.maximum)):
        if bound is not None:
            yield sh(word), terms.literal(bound)


def elements(place: str, slot: Slot, schema: Schema, within: dict[str, str]) -> Iterator[Statement]:
    """The shapes of the elements of a field that holds lists, arrays or datasets.

    `within` collects the steps to the values of datasets, by their predicates.
    """
    path: list[Term] = [terms.iri_term(slot.uri)]
    dataset = dataset_of(slot, schema) if len(slot.ranges) == 1 else None
    if dataset is not None:
        values = dataset.cls.slots.get(VALUE)
        if values is None:
            return
        slot, schema = values, dataset.schema
        path.append(within.setdefault(values.uri, f"_:within{len(within)}"))
    elif slot.facts.get("role") == "dataset":  # an object may have the values
        path.append(within.setdefault(_VALUE, f"_:within{len(within)}"))
    elif not slot.is_array and not slot.multivalued:
        return
    datatypes = _datatypes(slot, schema)
    if datatypes is None:
        return
    allowed: list[Term] = [_datatype(one) for one in datatypes]
    yield _elements(f"{place}*", [*path, _CELLS], "or", [*allowed, _NO_LITERAL])
    texts = _are_texts(slot, schema)
    if texts is not None:
        yield _elements(f"{place}*dtype", [*path, v.DTYPE], "node" if texts else "not", _TEXT)


def _elements(place: str, path: Term, word: str, wanted: Term) -> Statement:
    shape = (v.TYPE, sh("PropertyShape"))
    return Statement(f"<{place}>", [shape, (sh("path"), path), (sh(word), wanted)])


def shared(within: dict[str, str]) -> Iterator[Statement]:
    """What the other shapes are made of; `within` is what `elements` collected."""
    shape: tuple[str, Term] = (v.TYPE, sh("NodeShape"))
    for datatype in _DATATYPES:
        yield Statement(_datatype(datatype), [shape, (sh("datatype"), f"<{v.XSD}{datatype}>")])
    yield Statement(_NO_LITERAL, [shape, (sh("nodeKind"), sh("BlankNodeOrIRI"))])
    yield Statement(BARE, [shape, (sh("or"), [*_BARE.values()])])
    yield Statement(_BARE["no-iri"], [shape, (sh("nodeKind"), sh("BlankNodeOrLiteral"))])
    yield Statement(_BARE["nil"], [shape, (sh("in"), [v.NIL])])
    yield Statement(_BARE["array"], [shape, (sh("class"), v.ARRAY)])
    yield Statement(_TEXT, [shape, (sh("pattern"), terms.string(_TEXTS))])
    yield Statement("_:cell", [(sh("alternativePath"), [v.FIRST, v.REST])])
    yield Statement(_CELLS, [(sh("zeroOrMorePath"), "_:cell")])
    for uri, step in within.items():
        yield Statement(step, [(sh("zeroOrOnePath"), terms.iri_term(uri))])


def _datatype(name: str) -> str:
    return f"<{_SHARED}{name}>"


def _is_object(slot: Slot, schema: Schema) -> bool:
    """Whether a slot is for objects alone. An author may write a dataset as its value, and files
    of the NWB language may have an attribute of the name of a group or link.
    """
    return dataset_of(slot, schema) is None and "namespace" not in schema.facts


def _allowed(slot: Slot, schema: Schema) -> list[Term] | None:
    """The only values that a field may have."""
    texts: list[object] = []
    if slot.fixed is not None:
        texts = [slot.fixed]
    elif slot.ranges and all(one.kind is RangeKind.ENUM for one in slot.ranges):
        texts = [text for one in slot.ranges for text in schema.enums[one.name].values]
    coercion = Coercion(slot, schema)
    return [coercion.term(one, {}) for one in texts] or None


def _are_texts(slot: Slot, schema: Schema) -> bool | None:
    """Whether the elements of a slot are texts; None where they need not be or may be."""
    kinds: set[Kind] = set()
    for one in slot.ranges:
        found = elements_of(one, schema)
        if found is None:
            return None
        kinds |= found.kinds
    return None if len(kinds) > 1 and Kind.TEXT in kinds else kinds == {Kind.TEXT}


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
