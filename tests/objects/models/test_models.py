"""Models of classes: fields, inheritance, values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

import linkdata
from linkdata.dataset.dataset import Dataset
from linkdata.errors import SchemaError
from linkdata.objects.models.base import Model
from linkdata.objects.models.catalog import SchemaModels
from linkdata.objects.models.fields import python_name

Opened = Callable[..., Dataset]


def kinds(problem: pytest.ExceptionInfo[ValidationError]) -> set[str]:
    return {found["type"] for found in problem.value.errors()}


def test_inheritance_is_that_of_the_schema(lab: Opened) -> None:
    models = lab().models
    person = models["Person"]
    assert issubclass(person, models["Named"])
    assert issubclass(person, models["Reachable"])
    assert issubclass(models["Drill"], models["Tool"])
    assert not issubclass(models["Tool"], person)
    assert (person.__name__, person.__doc__) == ("Person", "Somebody who works here.")
    assert issubclass(person, BaseModel)


def test_a_model_is_the_same_one_however_it_is_named(lab: Opened) -> None:
    models = lab().models
    assert models["Person"] is models["lab:Person"] is models["Person"]
    assert "Person" in models
    assert models.get("Nobody") is None
    assert {"Person", "Tool"} <= set(models)


def test_only_what_is_needed_is_built(lab: Opened) -> None:
    models = SchemaModels(lab().models["Drill"].typed().schema)
    assert models["Drill"].model_fields
    assert set(models._built) == {"Drill", "Tool", "Named"}


def test_an_unknown_class(lab: Opened) -> None:
    with pytest.raises(SchemaError, match="did you mean `Person`"):
        lab().models["Persn"]


def test_required_fields_defaults_and_fixed_values(lab: Opened) -> None:
    person = lab().models["Person"]
    fields = person.model_fields
    assert {name for name, field in fields.items() if field.is_required()} == {"name", "mail"}
    ada = person(name="ada", mail="a@b")
    assert (ada.copy_, ada.kind, ada.boss) == (True, "person", None)
    with pytest.raises(ValidationError) as problem:
        person(name="ada", kind="dog")
    assert kinds(problem) == {"missing", "literal_error"}


def test_names_that_python_or_pydantic_has(lab: Opened) -> None:
    person = lab().models["Person"]
    ada = person.model_validate({"name": "ada", "mail": "a", "class": "c", "copy": False})
    assert (ada.class_, ada.copy_) == ("c", False)
    assert ada.model_dump(by_alias=True, exclude_defaults=True)["class"] == "c"


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"age": "5"}, "int_type"),
        ({"age": -1}, "greater_than_equal"),
        ({"age": 151}, "less_than_equal"),
        ({"sex": "X"}, "literal_error"),
        ({"code": "abc"}, "string_pattern_mismatch"),
        ({"words": []}, "too_short"),
        ({"words": ["a", "b", "c"]}, "too_long"),
        ({"agee": 5}, "extra_forbidden"),
        ({"boss": 5}, "class_wrong"),
        ({"boss": {"is_a": "Tool", "name": "x"}}, "class_wrong"),
        ({"boss": {"is_a": "Persom", "name": "x"}}, "class_unknown"),
        ({"tools": {"a": {"is_a": "Drill"}}}, "missing"),
        ({"trace": [[1.0, 2.0, 3.0]]}, "value_error"),
        ({"trace": [[1.0, 2.0], [3.0]]}, "array"),
        ({"trace": [["a", "b"]]}, "value_error"),
        ({"trace": 1.0}, "array"),
    ],
)
def test_values_that_do_not_fit(lab: Opened, fields: dict[str, Any], kind: str) -> None:
    with pytest.raises(ValidationError) as problem:
        lab().models["Person"](name="ada", mail="a", **fields)
    assert kind in kinds(problem)


@pytest.mark.parametrize(
    "fields",
    [
        {"age": numpy.int64(5)},
        {"either": 1},
        {"either": "M"},
        {"boss": "#data.boss"},
        {"boss": {"name": "bob", "mail": "b"}},
        {"notes": [{"text": "a"}, {"text": "b"}]},
        {"trace": [[1, 2], [3, 4]]},
        {"trace": numpy.zeros((0, 2))},
        {"trace": linkdata.InlineArray([[1.5, 2.5]])},
    ],
)
def test_values_that_fit(lab: Opened, fields: dict[str, Any]) -> None:
    lab().models["Person"](name="ada", mail="a", **fields)


@pytest.mark.parametrize(
    "tools",
    [
        {"saw": {"weight": 1.0}, "bit": {"is_a": "lab:Drill", "speed": 3}},
        [{"saw": {"weight": 1.0}}, {"bit": {"is_a": "Drill", "speed": 3}}],
    ],
)
def test_objects_by_their_names(lab: Opened, tools: Any) -> None:
    models = lab().models
    held = models["Person"](name="ada", mail="a", tools=tools).tools
    assert {name: tool.name for name, tool in held.items()} == {"saw": "saw", "bit": "bit"}
    assert isinstance(held["bit"], models["Drill"])
    again = models["Person"](name="b", mail="a", tools=list(held.values())).tools
    assert again["saw"] is held["saw"]


def test_classes_that_hold_themselves(lab: Opened) -> None:
    person = lab().models["Person"]
    assert person.classes_of("boss") == (person,)
    ada = person(name="ada", mail="a", boss={"name": "b", "mail": "b", "boss": "#x"})
    assert (type(ada.boss), ada.boss.boss) == (person, "#x")


def test_assignment_is_validated(lab: Opened) -> None:
    ada = lab().models["Person"](name="ada", mail="a")
    ada.age = 3
    with pytest.raises(ValidationError):
        ada.age = "many"
    assert ada.age == 3


def test_json_schema(lab: Opened) -> None:
    found = lab().models["Person"].model_json_schema()
    assert found["title"] == "Person"
    assert set(found["required"]) == {"name", "mail"}
    assert found["properties"]["kind"]["const"] == "person"
    assert {"Person", "Tool", "Note"} <= found["$defs"].keys()
    assert "{'$ref': '#/$defs/Person'}" in str(found["properties"]["boss"])


def test_dumping(lab: Opened) -> None:
    person = lab().models["Person"]
    made = person(name="ada", mail="a", tools={"saw": {"weight": 2}}, trace=[[1, 2]])
    data = made.model_dump(mode="json", exclude_none=True)
    assert data["tools"] == {"saw": {"name": "saw", "weight": 2.0}}
    assert data["trace"] == [[1.0, 2.0]]
    assert person.model_validate(data) is not made


@given(st.text())
def test_every_slot_has_an_attribute_of_its_own(name: str) -> None:
    found = python_name(name)
    assert found.isidentifier()
    assert not hasattr(BaseModel, found)
    assert not found.startswith("_")


def test_two_versions_of_a_namespace_side_by_side(tmp_path: Any) -> None:
    for number, field in (("1", "room"), ("2", "floor")):
        folder = tmp_path / number
        folder.mkdir()
        (folder / "lab.namespace.yaml").write_text(
            "namespaces: [{name: lab, doc: d, version: " + number + ".0.0, "
            "schema: [{source: lab.rig.yaml}]}]"
        )
        (folder / "lab.rig.yaml").write_text(
            "groups: [{neurodata_type_def: Rig, doc: r, attributes: "
            f"[{{name: {field}, dtype: text, doc: where}}]}}]"
        )
        (folder / "a.yaml").write_text(
            f"meta: {{imports: {{lab: {{version: {number}.0.0, from: [{{path: "
            f"lab.namespace.yaml}}]}}}}}}\ndata: {{is_a: 'lab:Rig', {field}: x}}\n"
        )
    old, new = (linkdata.open(tmp_path / number / "a.yaml") for number in "12")
    first, second = old.model("#data"), new.model("#data")
    assert (first.room, second.floor) == ("x", "x")
    assert old.models["Rig"] is not new.models["Rig"]
    assert set(old.models["Rig"].model_fields) == {"name", "room"}
    assert set(new.models["Rig"].model_fields) == {"name", "floor"}
    assert isinstance(first, Model)
