"""Values, arrays and the parts of documents in a JSON schema for editors.

Takes: slots that hold no objects.
Gives: `of_slot`; `META`, `FROM`, `REFERENCE`, `ARRAY_FIELDS`, `NESTED`, which are the same for all
schemas.
Implements: `specs/linkdata-1.0.md`, section "Schema for editors".
"""

from __future__ import annotations

from typing import Any

from linkdata.schema.model import Range, RangeKind, Schema, Shape, Slot
from linkdata.schema.validation.dtypes import elements_of
from linkdata.schema.validation.looks import Kind

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_TEXTS: Json = {"type": "array", "items": _TEXT}

REFERENCE: Json = {
    "type": "string",
    "pattern": r"^(#(?!#)|@(?!@)|\.\.?/|//|[A-Za-z_][A-Za-z0-9_.-]*:[#/])",
    "description": "A reference: `#a.b`, `@name`, `./other.yaml#a`, `prefix:/path`.",
}
FROM: Json = {
    "description": "Where the object is brought from.",
    "anyOf": [
        REFERENCE,
        {
            "type": "object",
            "properties": {
                "type": {"type": "string", "examples": ["hdf5", "linkdata"]},
                "source": {"type": "string", "description": "For example `prefix:/path`."},
            },
            "required": ["type"],
        },
    ],
}
#: What an array says of itself.
ARRAY_FIELDS: Json = {
    "chunks": {"description": "The chunks in a store, by their digests."},
    "dtype": {"type": "string", "description": "The type of the elements."},
    "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
    "digest": {"type": "string", "description": "The digest of the values: `algorithm:hex`."},
}
_SOURCE: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "pypi": {
            "description": "An installed distribution that has the schema.",
            "anyOf": [
                _TEXT,
                {
                    "type": "object",
                    "properties": {"package": _TEXT, "version": _TEXT},
                    "required": ["package"],
                },
            ],
        },
        "path": {"type": "string", "description": "A file, relative to the document."},
        "hdf5": {"type": "string", "description": "`prefix:/specifications/NAME/VERSION`."},
        "url": {"type": "string", "description": "Fetched only from hosts that you allow."},
    },
}
_IMPORT: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "as": {"type": "string", "description": "The alias: `alias:Class`."},
        "version": _TEXT,
        "from": {"anyOf": [_SOURCE, {"type": "array", "items": _SOURCE}]},
    },
}
_LOCATION: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"path": _TEXT, "url": _TEXT, "hash": _TEXT},
}
META: Json = {
    "description": "What is said of the document itself.",
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "The identifier of the document."},
        "base": {"type": "string", "description": "An absolute IRI ending in `/` or `:`."},
        "extends": {
            "description": "Documents whose parts this one has too.",
            "anyOf": [_TEXT, _TEXTS],
        },
        "prefixes": {
            "description": "Names of files and of IRIs.",
            "type": "object",
            "additionalProperties": {
                "anyOf": [_TEXT, _LOCATION, {"type": "array", "items": _LOCATION}]
            },
        },
        "imports": {
            "description": "The schemas that give names their meaning.",
            "type": "object",
            "additionalProperties": _IMPORT,
        },
    },
}

_TYPES = {
    Kind.TEXT: "string",
    Kind.INTEGER: "integer",
    Kind.FLOAT: "number",
    Kind.BOOLEAN: "boolean",
}
_REFERENCE: Json = {"$ref": "#/definitions/reference"}
#: Arrays that are not spelled out, and those with attributes.
_ARRAY_OBJECT: Json = {
    "type": "object",
    "properties": {"value": {}, "from": FROM, **ARRAY_FIELDS},
    "anyOf": [{"required": [key]} for key in ("value", "from", "chunks")],
}
_LIST: Json = {"type": "array"}
#: Lists of lists of one type of JSON, of any depth.
NESTED: Json = {
    f"lists of {name}": {
        "type": "array",
        "items": {
            "anyOf": [
                {"type": [name, "null"]},
                {"$ref": f"#/definitions/lists%20of%20{name}"},
                _REFERENCE,
            ]
        },
    }
    for name in ("string", "integer", "number", "boolean")
}
#: How deep lists are looked into; the rest is for checks.
_DEEPEST = 4


def of_slot(slot: Slot, schema: Schema) -> Json:
    """What the values of a slot without objects may be."""
    if slot.fixed is not None and not slot.is_array:
        return _or_reference({"const": slot.fixed, "default": slot.fixed})
    options: list[Json] = []
    for one in slot.ranges:
        element = _element(one, slot, schema)
        options.append(element if one.shape is None else _array(element, one.shape))
    if slot.multivalued and not slot.is_array:
        options = [{"type": "array", "items": _either(options)}]
    if slot.is_array:
        options.append(_ARRAY_OBJECT)
    found = _or_reference(*options)
    return found if slot.default is None else {**found, "default": slot.default}


def _element(one: Range, slot: Slot, schema: Schema) -> Json:
    """One value of a range."""
    if one.kind is RangeKind.ENUM:
        return {"enum": list(schema.enums[one.name].values)}
    if one.kind is not RangeKind.TYPE:
        return {}
    found = elements_of(one, schema)
    if found is None:
        return {}
    types = sorted(_TYPES[kind] for kind in found.kinds if kind in _TYPES)
    said: Json = {"type": types[0] if len(types) == 1 else types} if types else {}
    bounds = {"minimum": slot.minimum, "maximum": slot.maximum, "pattern": slot.pattern}
    return said | {key: bound for key, bound in bounds.items() if bound is not None}


def _array(element: Json, shape: Shape) -> Json:
    """Nested lists. Ragged ones are deeper than what they are made of, so depth has no bound."""
    least = max(len(shape.dimensions or ()), shape.minimum or 1)
    items: Json = {}
    if element:
        items = {"anyOf": [element, _REFERENCE, {"type": "null"}, _deeper(element)]}
    for _ in range(min(least, _DEEPEST) - 1):
        items = {"anyOf": [{"type": "array", "items": items}, _REFERENCE]}
    return {"type": "array", "items": items}


def _deeper(element: Json) -> Json:
    """Lists of any depth of what an element is, as far as its type goes."""
    types = element.get("type")
    name = types if isinstance(types, str) else "number" if types == ["integer", "number"] else ""
    known = f"lists of {name}" in NESTED
    return {"$ref": f"#/definitions/lists%20of%20{name}"} if known else _LIST


def _or_reference(*options: Json) -> Json:
    given = [option for number, option in enumerate(options) if option not in options[:number]]
    if {} in given:
        return {}
    return _either([*given, _REFERENCE])


def _either(options: list[Json]) -> Json:
    return options[0] if len(options) == 1 else {"anyOf": options}
