"""A JSON schema of documents, by which editors complete keys and mark mistakes.

Takes: the schemas of a document by their aliases.
Gives: `editor_schema`, a JSON schema (draft 7) as plain data.
Implements: `specs/linkdata-1.0.md`, section "Schema for editors".

It says what the text of a document may be, without following anything: a reference may stand
wherever an object or a value may, and an object that is brought from elsewhere lacks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from linkdata.graph.entity import IS_A, VALUE
from linkdata.resolve.targets import FROM
from linkdata.schema import editor_values as values
from linkdata.schema.model import Schema, Slot
from linkdata.schema.naming import ClassNames, Typed, is_part
from linkdata.schema.typing import CHILDREN, Slots
from linkdata.schema.validation import columns, presence

Json = dict[str, Any]

#: What the names of classes have that are only parts of others: they are not offered.
_PART = "__"
REFERENCE, OBJECT = "reference", "object"
#: Fields that any object may have, but that nobody has to write.
_OF_ALL: Json = {"^(object_id|namespace|neurodata_type|data_type|name)$": {}}


def editor_schema(schemas: Mapping[str, Schema], title: str) -> Json:
    """The JSON schema of documents that import these schemas, by the aliases of the imports."""
    return _Editor(schemas).document(title)


class _Editor:
    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self.schemas = schemas
        self.names = _names(schemas)
        self.definitions: Json = {}

    def document(self, title: str) -> Json:
        """The schema of a whole document."""
        typed = [
            Typed(one, schema)
            for schema in self.schemas.values()
            for one in schema.classes.values()
        ]
        self.definitions |= {REFERENCE: values.REFERENCE, **values.NESTED}
        self.definitions[OBJECT] = self.any_object(typed)
        anything = {"if": {"type": "object"}, "then": _ref(OBJECT)}
        return {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": title,
            "type": "object",
            "properties": {
                **values.META["properties"],
                "meta": values.META,
                "data": {"description": "The root object.", **anything},
                "storage": {"description": "How values are stored in files.", "type": "object"},
            },
            "additionalProperties": anything,
            "definitions": self.definitions,
        }

    # Objects

    def any_object(self, classes: Iterable[Typed]) -> Json:
        """An object of the class that its `is_a` names, or of none."""
        branches = []
        known: dict[str, None] = {}
        for typed in classes:
            names = self.names.get(typed.cls.uri, [])
            known |= dict.fromkeys(name for name in names if _PART not in name)
            if names:
                branches.append(
                    {
                        "if": {"required": [IS_A], "properties": {IS_A: {"enum": names}}},
                        "then": _ref(self.of_class(typed)),
                    }
                )
        is_a: Json = {
            "description": "The class of the object.",
            "type": "string",
            "anyOf": [{"enum": list(known)}, {"pattern": _PART}, self.other_class()],
        }
        return {
            "type": "object",
            "properties": {IS_A: is_a, FROM: values.FROM},
            "allOf": branches,
        }

    def is_a(self, typed: Typed) -> Json:
        """What an object of a class may call itself; of a part, also what the part refines."""
        classes = typed.lineage if is_part(typed.cls) else [typed.cls]
        names = [name for one in classes for name in self.names.get(one.uri, [])]
        names = [name for name in names if _PART not in name]
        allowed = [{"enum": names}] if names else []
        return {
            "description": "The class of the object.",
            "type": "string",
            "anyOf": [*allowed, {"pattern": _PART}, self.other_class()],
        }

    def other_class(self) -> Json:
        """The name of a class that a prefix of the document gives, which nobody here knows."""
        aliases = "|".join(map(re.escape, self.schemas))
        return {"pattern": f"^(?!(?:{aliases}):)[A-Za-z_][A-Za-z0-9_.-]*:"}

    def of_class(self, typed: Typed) -> str:
        """The name of the definition of a class, which is made when it is first asked for."""
        key = self.key(typed)
        if key not in self.definitions:
            self.definitions[key] = {}  # for classes that hold each other
            self.definitions[key] = self.one_class(typed)
        return key

    def key(self, typed: Typed) -> str:
        """The name of the definition of a class."""
        version = typed.schema.version or ""
        return f"{typed.schema.name} {version} {typed.name}".replace("/", "_")

    def one_class(self, typed: Typed) -> Json:
        """An object of a class. Where objects of any name may stand, they may stand in a list."""
        fields = self.fields(typed)
        required = self.required(typed)
        said = {"description": " ".join(typed.cls.description.split())}
        found: Json = {"type": "object", **(said if said["description"] else {}), **fields}
        if required:
            found |= {"if": {"not": {"required": [FROM]}}, "then": {"required": required}}
        if not Slots.of(typed.cls).open:
            return found
        key = f"{self.key(typed)} fields"
        self.definitions[key] = {"type": "object", "maxProperties": 1, **fields}
        return {"if": {"type": "array"}, "then": {"items": _ref(key)}, "else": found}

    def fields(self, typed: Typed) -> Json:
        """The fields of a class; others only where objects of any name may stand."""
        slots = Slots.of(typed.cls)
        properties: Json = {
            IS_A: self.is_a(typed),
            FROM: values.FROM,
            **(values.ARRAY_FIELDS if columns.is_dataset(typed) else {}),
        }
        for name, slot in slots.named.items():
            if not slot.identifier or "role" not in slot.facts:
                properties[name] = self.slot(slot, typed.schema)
        for slot in slots.open:
            if slot.multivalued and slot.facts.get("role") != CHILDREN:
                properties[slot.name] = self.slot(slot, typed.schema)
        free = [self.item(slot, typed.schema) for slot in slots.open]
        return {
            "properties": properties,
            "patternProperties": _OF_ALL,
            "additionalProperties": _either(free) if free else False,
        }

    def required(self, typed: Typed) -> list[str]:
        """The fields that an author has to write."""
        names = {slot.name: name for name, slot in Slots.of(typed.cls).named.items()}
        found = presence.absent(typed, frozenset(), as_stored=False)
        return [names[slot.name] for slot in found if slot.name in names]

    # Slots

    def slot(self, slot: Slot, schema: Schema) -> Json:
        """What the field of a slot may be."""
        said = {"description": " ".join(slot.description.split())} if slot.description else {}
        if slot.classes:
            one = self.item(slot, schema)
            return {**said, **(self.many(slot, one) if slot.multivalued else one)}
        return {**said, **values.of_slot(slot, schema)}

    def many(self, slot: Slot, item: Json) -> Json:
        """Many objects: by their names, in a mapping or a named list, or in an ordinary list."""
        if slot.inlined and not slot.inlined_as_list:
            named = {"type": "object", "additionalProperties": item}
            listed = {"type": "array", "items": _either([named, item])}
            return _either([_ref(REFERENCE), named, listed, _NULL])
        return _either([{"type": "array", "items": item}, item])

    def item(self, slot: Slot, schema: Schema) -> Json:
        """One object of a slot."""
        found: list[Json] = [_ref(REFERENCE)]
        for name in slot.classes:
            typed = Typed(schema.classes[name], schema)
            found.append(self.object_of(typed))
            if columns.is_dataset(typed) and VALUE in typed.cls.slots:
                found.append(values.of_slot(typed.cls.slots[VALUE], schema))
        if slot.inlined:
            found.append(_NULL)
        if any(one.name == "" or one.kind == "any" for one in slot.ranges):
            return {}
        return _either(found)

    def object_of(self, typed: Typed) -> Json:
        """An object of a class, or of one that descends from it and that the object names."""
        own = _ref(self.of_class(typed))
        descendants = [
            name
            for one in typed.schema.classes.values()
            if one.name != typed.name and typed.schema.is_a(one.name, typed.name)
            for name in self.names.get(one.uri, [])
        ]
        if not descendants:
            return own
        key = f"{self.of_class(typed)} or what descends from it"
        self.definitions[key] = {
            "type": "object",
            "if": {"required": [IS_A], "properties": {IS_A: {"enum": descendants}}},
            "then": _ref(OBJECT),
            "else": own,
        }
        return _ref(key)


_NULL: Json = {"type": "null"}


def _names(schemas: Mapping[str, Schema]) -> dict[str, list[str]]:
    """The names by which a document calls the classes, alone where that is sure and by alias."""
    found = ClassNames(schemas, {})
    names: dict[str, dict[str, None]] = {}
    plain = found.names()
    for name in (*plain, *(f"{alias}:{one}" for alias in schemas for one in plain)):
        typed = found.find(name)
        if typed is not None:
            names.setdefault(typed.cls.uri, {})[name] = None
    return {uri: list(known) for uri, known in names.items()}


def _ref(name: str) -> Json:
    return {"$ref": f"#/definitions/{name.replace('~', '~0').replace(' ', '%20')}"}


def _either(options: list[Json]) -> Json:
    return options[0] if len(options) == 1 else {"anyOf": options}
