"""Compiling LinkML: inheritance worked out, arrays, defaults, imports."""

from collections.abc import Mapping
from typing import Any

import pytest

from linkdata.errors import SchemaError
from linkdata.schema.compiled import compile_schema
from linkdata.schema.model import RangeKind, Schema, Shape

TYPES = {
    "id": "https://example.org/types",
    "name": "lab_types",
    "imports": ["linkml:types"],
    "prefixes": {"linkml": "https://w3id.org/linkml/", "ex": "https://example.org/"},
    "types": {"volts": {"typeof": "float", "uri": "xsd:float", "minimum_value": 0}},
    "enums": {"Sex": {"permissible_values": {"F": {"meaning": "ex:female"}, "M": {}}}},
}
ROOT = {
    "id": "https://example.org/lab",
    "name": "lab",
    "version": "1.2",
    "imports": ["linkml:types", "parts/types"],
    "prefixes": {"linkml": "https://w3id.org/linkml/", "ex": "https://example.org/"},
    "default_prefix": "ex",
    "default_range": "string",
    "classes": {
        "Thing": {
            "abstract": True,
            "attributes": {"name": {"identifier": True}, "note": {"ifabsent": "string(none)"}},
        },
        "Timed": {"mixin": True, "attributes": {"start": {"range": "float", "required": True}}},
        "Series": {
            "is_a": "Thing",
            "mixins": ["Timed"],
            "class_uri": "ex:TheSeries",
            "attributes": {
                "data": {
                    "required": True,
                    "range": "volts",
                    "any_of": [
                        {"array": {"dimensions": [{"alias": "time"}]}},
                        {"array": {"dimensions": [{"alias": "time"}, {"exact_cardinality": 3}]}},
                    ],
                    "annotations": {"role": "dataset"},
                },
                "unit": {"equals_string": "volts"},
                "sex": {"range": "Sex"},
                "parent": {"range": "Thing", "inlined": False},
            },
            "slot_usage": {"note": {"required": True}},
        },
    },
}  # fmt: skip


def load(name: str) -> Mapping[str, Any]:
    assert name == "parts/types"
    return TYPES


@pytest.fixture(scope="module")
def schema() -> Schema:
    return compile_schema(ROOT, load, "digest", "lab.yaml")


def test_the_schema_itself(schema: Schema) -> None:
    assert (schema.name, schema.version, schema.uri) == ("lab", "1.2", "https://example.org/lab")
    assert set(schema.classes) == {"Thing", "Timed", "Series"}
    assert schema.enums["Sex"].values == {"F": "https://example.org/female", "M": None}
    assert schema.types["volts"].minimum == 0


def test_a_class_has_its_own_and_its_inherited_slots(schema: Schema) -> None:
    series = schema.classes["Series"]
    assert set(series.slots) == {
        "name", "note", "start", "data", "unit", "sex", "parent",
    }  # fmt: skip
    assert series.uri == "https://example.org/TheSeries"
    assert series.slots["note"].required
    assert not schema.classes["Thing"].slots["note"].required
    assert list(schema.ancestors("Series")) == ["Series", "Thing", "Timed"]
    assert schema.is_a("Series", "Timed")


def test_what_slots_say(schema: Schema) -> None:
    slots = schema.classes["Series"].slots
    assert slots["name"].identifier
    assert slots["note"].default == "none"
    assert slots["unit"].fixed == "volts"
    assert slots["parent"].classes == ("Thing",)
    assert slots["sex"].ranges[0].kind is RangeKind.ENUM
    assert slots["data"].facts == {"role": "dataset"}


def test_the_shapes_of_arrays(schema: Schema) -> None:
    data = schema.classes["Series"].slots["data"]
    assert data.is_array
    shapes = [found.shape for found in data.ranges]
    assert all(isinstance(shape, Shape) and shape.dimensions for shape in shapes)
    lengths = [[axis.maximum for axis in shape.dimensions or ()] for shape in shapes if shape]
    assert lengths == [[None], [None, 3]]


def test_what_is_no_schema_is_an_error_of_ours() -> None:
    with pytest.raises(SchemaError, match="schema-invalid"):
        compile_schema({"id": "x", "name": "x", "classes": {"A": {"nope": 1}}}, load, "d", "x.yaml")
