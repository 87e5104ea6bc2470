"""Inheritance: refined parts, types inside others, types of other namespaces, circles, gaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from linkdata.errors import Diagnostic, SchemaError
from linkdata.schema.language.reading import read_namespaces
from linkdata.schema.language.specs import Namespace
from linkdata.schema.language.translate import translate

Parts = Callable[[str], dict[str, Any]]


def slot(classes: dict[str, Any], path: str) -> dict[str, Any]:
    owner, name = path.split(".")
    found: dict[str, Any] = dict(classes[owner]["attributes"][name])
    return found


def words(found: dict[str, Any]) -> dict[str, Any]:
    """A slot without what is the same in all."""
    return {
        key: value
        for key, value in found.items()
        if key not in ("annotations", "slot_uri", "description")
    }


REFINED = """\
groups:
- data_type_def: Series
  doc: s
  datasets:
  - name: data
    dtype: numeric
    shape: [null]
    doc: d
    attributes:
    - {name: unit, dtype: text, doc: u}
    - {name: gain, dtype: float32, doc: g}
  - {name: rate, dtype: float32, doc: r, quantity: "?"}
- data_type_def: Volts
  data_type_inc: Series
  doc: v
  datasets:
  - name: data
    doc: in volts
    attributes: [{name: unit, dtype: text, value: volts, doc: u}]
  - {name: rate, doc: fixed, value: 1.0}
- data_type_def: Plain
  data_type_inc: Volts
  doc: p
  datasets: [{name: data, dtype: int8, doc: no attributes of its own}]
"""


def test_refinement_inherits(classes: Parts) -> None:
    found = classes(REFINED)
    assert found["Volts__data"]["is_a"] == "Series__data"
    assert list(found["Volts__data"]["attributes"]) == ["name", "unit"]
    assert found["Plain__data"]["is_a"] == "Volts__data"
    assert words(slot(found, "Plain__data.value")) == {
        "range": "int8", "array": {"exact_number_dimensions": 1}}  # fmt: skip
    # What the refinement leaves out, comes from what it refines; its own quantity is one.
    assert words(slot(found, "Volts.rate")) == {
        "required": True, "range": "float32", "ifabsent": "float(1.0)", "equals_number": 1,
    }  # fmt: skip
    assert "dtype" not in slot(found, "Volts.rate")["annotations"]


def test_slots_keep_the_namespace_that_is_the_first_to_define_them() -> None:
    files = {
        "base": "groups: [{data_type_def: A, doc: a, attributes: [{name: x, dtype: int, doc: x}]}]",
        "more": "groups: [{data_type_def: B, data_type_inc: A, doc: b, attributes:"
        " [{name: x, dtype: int, doc: again}, {name: y, dtype: int, doc: y}]}]",
    }
    text = """\
namespaces:
- {name: one, version: 1, schema: [{source: base}]}
- {name: two, version: 1, schema: [{namespace: one, data_types: [A]}, {source: more}]}
"""
    one, two = read_namespaces(files.__getitem__, text)
    schemas = translate(two, {"one": one})
    found = schemas["two.more"]["classes"]
    assert slot(found, "B.x")["slot_uri"] == "one:x"
    assert slot(found, "B.y")["slot_uri"] == "two:y"
    assert schemas["two.more"]["imports"] == ["one", "nwb.language"]
    assert schemas["two"]["imports"] == ["two.more", "one", "nwb.language"]


def test_types_defined_inside_others(classes: Parts) -> None:
    found = classes("""\
        groups:
        - data_type_def: Outer
          doc: o
          groups:
          - {data_type_def: Inner, doc: i, quantity: "?", attributes: [{name: x, dtype: int}]}
        """)
    assert slot(found, "Outer.inner")["range"] == "Inner"
    assert slot(found, "Outer.inner")["annotations"]["def"] == "Inner"
    assert found["Inner"]["annotations"]["inline"] is True


def test_an_unknown_type_is_an_error_or_anything(read: Callable[..., Namespace]) -> None:
    toy = read("""\
        groups:
        - {data_type_def: Series, doc: s}
        - data_type_def: B
          data_type_inc: Serie
          doc: b
          links: [{name: to, target_type: Nothing, doc: t}]
        """)
    with pytest.raises(SchemaError) as caught:
        translate(toy, {})
    assert [one.code for one in caught.value.diagnostics] == ["schema-type-unknown"] * 2
    assert caught.value.diagnostic.hint == "did you mean `Series`?"
    assert caught.value.diagnostic.place == "toy/toy.yaml: B"
    findings: list[Diagnostic] = []
    found = translate(toy, {}, findings=findings)["toy.toy"]["classes"]
    assert len(findings) == 2
    assert "is_a" not in found["B"]
    assert slot(found, "B.to")["range"] == "AnyType"


def test_an_included_namespace_that_is_not_there() -> None:
    text = "namespaces: [{name: a, version: 1, schema: [{namespace: b}]}]"
    [found] = read_namespaces({}.__getitem__, text)
    with pytest.raises(SchemaError, match="includes `b`"):
        translate(found, {})


def test_types_that_include_themselves(read: Callable[..., Namespace]) -> None:
    toy = read("""\
        groups:
        - {data_type_def: A, data_type_inc: B, doc: a, groups: [{name: g, doc: g}]}
        - {data_type_def: B, data_type_inc: A, doc: b, groups: [{name: g, doc: g}]}
        """)
    with pytest.raises(SchemaError, match="A -> B -> A"):
        translate(toy, {})
    assert translate(toy, {}, findings=[])


def test_a_type_that_contains_itself(classes: Parts) -> None:
    found = classes("""\
        groups:
        - data_type_def: Tree
          doc: t
          groups:
          - {data_type_inc: Tree, doc: branches, quantity: "*"}
          - name: first
            data_type_inc: Tree
            doc: f
            groups: [{name: first, data_type_inc: Tree, doc: g, quantity: "?"}]
        """)
    assert slot(found, "Tree.tree")["range"] == "Tree"
    assert found["Tree__first"]["is_a"] == "Tree"


def test_a_type_of_two_namespaces_is_the_nearer_one() -> None:
    files = {"s": "groups: [{data_type_def: A, doc: a}]"}
    text = """\
namespaces:
- {name: one, version: 1, schema: [{source: s}]}
- {name: two, version: 1, schema: [{namespace: one}, {source: s}]}
"""
    one, two = read_namespaces(files.__getitem__, text)
    findings: list[Diagnostic] = []
    schemas = translate(two, {"one": one}, findings=findings)
    assert schemas["two.s"]["classes"]["A"]["class_uri"] == "two:A"
    assert ["also defined" in one.message for one in findings] == [True]
