"""The graph as plain data: every object once, every reference followed or named.

Takes: values of the graph.
Gives: dictionaries, lists and scalars that JSON can hold.
Implements: `specs/linkdata-1.0.md`, section "Expanded form".

An object stands where it is placed, with its identity as `@id` and its class as `@type`; other
mentions are `{"@id": ...}`. An array outside the document is described, not spelled out.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

from linkdata.arrays.base import is_text
from linkdata.arrays.inline import InlineArray
from linkdata.graph.entity import IS_A, Entity, Link, Value
from linkdata.graph.graph import Graph

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

ID, TYPE = "@id", "@type"


def expanded_document(graph: Graph) -> dict[str, Json]:
    """A whole document: `data`, and beside it the named objects that stand in no other."""
    seen: set[int] = set()
    body: dict[str, Json] = {ID: graph.document.iri}
    placed = {id(entity): None for entity in graph.roots()}
    for key in graph.document:
        value = graph.document.link(key)
        if isinstance(value, Link) and (id(value.target) not in placed or value.span is not None):
            continue
        body[key] = _value(graph, value, seen)
    return body


def expanded(graph: Graph, value: Value | Entity) -> Json:
    """One value; an object with all that stands in it."""
    return _value(graph, Link(value, owned=True) if isinstance(value, Entity) else value, set())


def _value(graph: Graph, value: Any, seen: set[int]) -> Json:
    if isinstance(value, Link):
        if not value.owned or id(value.target) in seen:
            return {ID: value.target.iri}
        return _object(graph, value.target, seen)
    if isinstance(value, Entity):
        return {ID: value.iri}
    if isinstance(value, list):
        return [_value(graph, item, seen) for item in value]
    if isinstance(value, InlineArray):
        return _scalars(value.tolist())
    if is_outside(value):
        return describe(graph, value)
    return _scalars(value)


def _object(graph: Graph, entity: Entity, seen: set[int]) -> Json:
    seen.add(id(entity))
    body: dict[str, Json] = {ID: entity.iri}
    kind = entity.class_iri
    if kind is not None:
        body[TYPE] = kind
    for key in entity:
        if key != IS_A:
            body[key] = _value(graph, entity.link(key), seen)
    array = entity.array
    if array is not None and "value" not in body:
        body["value"] = (
            describe(graph, array) if array.shape not in ((), None) else _scalars(array[()])
        )
    return body


def is_outside(value: Any) -> bool:
    """Whether a value is an array that lies outside the document."""
    return hasattr(value, "dtype") and (hasattr(value, "place") or hasattr(value, "dataset"))


def describe(graph: Graph, array: Any) -> dict[str, Json]:
    """What an array is and where its values are, without reading them."""
    dataset = getattr(array, "dataset", array)
    return {
        "from": {"type": "hdf5", "source": graph.files.reference(dataset)},
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
        return ".nan" if math.isnan(value) else (".inf" if value > 0 else "-.inf")
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
