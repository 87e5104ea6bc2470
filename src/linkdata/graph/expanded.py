"""The graph as plain data: every object once, every reference followed or named.

Takes: values of the graph.
Gives: dictionaries, lists and scalars that JSON can hold.
Implements: `specs/linkdata-1.0.md`, section "Expanded form".

An object stands where it is placed, with its identity as `@id` and its class as `@type`; other
mentions are `{"@id": ...}`. An array outside the document is described, not spelled out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

from linkdata import iri
from linkdata.arrays.base import is_text
from linkdata.arrays.inline import InlineArray
from linkdata.errors import ResolutionError, error
from linkdata.graph import literals
from linkdata.graph.entity import IS_A, VALUE, Entity, Link, Value
from linkdata.graph.graph import MAX_WEIGHT, Graph
from linkdata.graph.literals import Written, literal_of
from linkdata.syntax.references import format_path

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

ID, TYPE = "@id", "@type"
#: The class of arrays outside the document.
ARRAY = iri.TERMS + "Array"


#: How deep objects may stand in each other, so that JSON readers can follow.
MAX_NESTING = 200


#: The name and the value to write for a field, of its object, its key, its name and its value.
Spelled: TypeAlias = "Callable[[Entity, str, str, Json], tuple[str, Json]]"


def expanded_document(graph: Graph, spelled: Spelled | None = None) -> dict[str, Json]:
    """A whole document: `data`, and beside it the named values that stand in no other.

    Raises `ResolutionError` (`value-too-large`), and what following its references raises.
    """
    expander = _Expander(graph, spelled or _as_it_is)
    body: dict[str, Json] = {ID: graph.document.iri}
    for key, value in graph.top():
        name, found = expander.spelled(graph.document, key, field_name(key), expander.value(value))
        body[name] = found
    return body


def expanded(graph: Graph, value: Value | Entity) -> Json:
    """One value; an object with all that stands in it. Raises what `expanded_document` raises."""
    link = Link(value, owned=True) if isinstance(value, Entity) else value
    return _Expander(graph, _as_it_is).value(link)


def _as_it_is(entity: Entity, key: str, name: str, value: Json) -> tuple[str, Json]:
    return name, value


def field_name(key: str) -> str:
    """The name of a field: a leading `@` is doubled, as those are the words of JSON-LD, and where
    JSON-LD would take the name for an IRI or for nothing, its IRI stands there.
    """
    if ":" in key or not key or ("/" in key and iri.term(key) != iri.TERMS + key):
        return iri.term(key)
    return _utf8(f"@{key}" if key.startswith("@") else key)


class Budget:
    """How many values lists may come to, all mentions of one list counted.

    What is written in a document always fits: a value takes at least one character.
    """

    def __init__(self, graph: Graph) -> None:
        resources = graph.registry.resources.values()
        written = sum(len(r.contexts[0].document.source.text) for r in resources if r.contexts)
        self.left = MAX_WEIGHT + written

    def spend(self, values: int) -> None:
        """Count values. Raises `ResolutionError` (`value-too-large`) when they are too many."""
        self.left -= values
        if self.left < 0:
            raise ResolutionError(
                error("value-too-large", "with all references to lists written out the output is"
                      " too large", hint="make objects of the lists that are mentioned often")
            )  # fmt: skip


class _Expander:
    def __init__(self, graph: Graph, spelled: Spelled) -> None:
        self.graph = graph
        self.spelled = spelled
        self.seen: set[int] = set()
        self.depth = 0
        self.budget = Budget(graph)

    def value(self, value: Any) -> Json:
        if isinstance(value, Link):
            literal = literal_of(value.target)
            if literal is not None:
                return _literal(literal)
            if not value.owned or id(value.target) in self.seen:
                return {ID: value.target.iri}
            return self.object(value.target)
        if isinstance(value, Entity):
            return {ID: value.iri}
        if isinstance(value, list):
            self.budget.spend(len(value))
            return [self.value(item) for item in value]
        if isinstance(value, InlineArray):
            self.budget.spend(value.size)
            return _scalars(value.tolist())
        if is_outside(value):
            return describe(self.graph, value)
        return _scalars(value)

    def object(self, entity: Entity) -> Json:
        self.seen.add(id(entity))
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise ResolutionError(
                error("value-too-large", f"objects stand in each other {self.depth} deep",
                      entity.span, hint="list them in `data` before they refer to each other")
            )  # fmt: skip
        body: dict[str, Json] = {ID: entity.iri}
        kind = entity.class_iri
        if kind is not None:
            body[TYPE] = kind
        for key in entity:
            if key != IS_A or kind is None:
                found = self.value(entity.link(key))
                if isinstance(found, dict) and not {ID, literals.VALUE} & found.keys():
                    found = _array(entity, key, found)
                name, found = self.spelled(entity, key, name_in(entity, key), found)
                body[name] = found
        array = entity.array
        if array is not None and VALUE not in body:
            outside = array.shape not in ((), None)
            found = (
                _array(entity, VALUE, describe(self.graph, array))
                if outside
                else _scalars(array[()])
            )
            name, found = self.spelled(entity, VALUE, VALUE, found)
            body[name] = found
        self.depth -= 1
        return body


def _literal(literal: Written) -> dict[str, Json]:
    said = {literals.VALUE: _scalars(literal.value), literals.TYPE: literal.datatype}
    said[literals.LANGUAGE] = literal.language
    return {key: value for key, value in said.items() if value is not None}


def name_in(entity: Entity, key: str) -> str:
    """The name of an object's field; a CURIE of a declared prefix is its IRI."""
    if ":" in key:
        found = iri.expand(key, entity.context.iri_prefixes)
        if found is not None and iri.is_absolute(found):
            return found
    return field_name(key)


def _array(entity: Entity, key: str, about: dict[str, Json]) -> dict[str, Json]:
    """An array that is known by the field in which it stands."""
    identity = f"{entity.iri}.{iri.encode(format_path((key,)))}"
    return {**dict.fromkeys((ID, TYPE)), **about, ID: identity, TYPE: ARRAY}


def is_outside(value: Any) -> bool:
    """Whether a value is an array that lies outside the document."""
    return hasattr(value, "dtype") and (hasattr(value, "place") or hasattr(value, "dataset"))


def describe(graph: Graph, array: Any) -> dict[str, Json]:
    """What an array is and where its values are, without reading them."""
    if hasattr(array, "described"):  # in a store
        about: dict[str, Json] = array.described
        return about
    dataset = getattr(array, "dataset", array)
    source: dict[str, Json] = {
        "type": getattr(dataset.file, "type", "hdf5"),
        "source": _utf8(graph.files.reference(dataset)),
    }
    if hasattr(array, "digest"):  # that was declared, and is verified
        source["digest"] = str(array.digest)
    return {
        ID: graph.array_iri(array),
        TYPE: ARRAY,
        "from": source,
        "dtype": dtype_name(array.dtype),
        "shape": None if array.shape is None else [int(length) for length in array.shape],
    }


def dtype_name(dtype: Any) -> str:
    """The name of a dtype in documents: numpy's, and `text`, `object` or `compound`."""
    if dtype.names is not None:
        return "compound"
    if dtype.kind == "O":
        return "text" if is_text(dtype) else "object"
    return str(dtype)


def _scalars(value: Any) -> Json:
    """Scalars that JSON can hold; numbers that it cannot become the strings of YAML."""
    if isinstance(value, list | tuple):
        return [_scalars(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("INF" if value > 0 else "-INF")
    if isinstance(value, str):
        return _utf8(value)
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, complex):
        return [_scalars(value.real), _scalars(value.imag)]
    if hasattr(value, "tolist"):
        return _scalars(value.tolist())
    return str(value)


def _utf8(text: str) -> str:
    """The text, with bytes that were not UTF-8 in a source file written as escapes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return text
