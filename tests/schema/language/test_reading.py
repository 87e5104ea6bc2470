"""Reading namespaces and sources: all of the language, and everything that can be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from linkdata.errors import Diagnostic, SchemaError
from linkdata.schema.language.reading import read_namespaces
from linkdata.schema.language.specs import DtypeSpec, Namespace, bounds

NAMESPACE = """\
namespaces:
- name: toy
  version: 1.10
  full_name: Toys
  author: [A, B]
  contact: a@example.org
  date: 2020-01-01
  schema:
  - namespace: base
    data_types: [Data]
  - {source: toy.yaml, title: Toys, doc: all toys}
"""


def problems(text: str, namespace: str = NAMESPACE) -> list[str]:
    with pytest.raises(SchemaError) as caught:
        read_namespaces({"toy.yaml": text}.__getitem__, namespace)
    return [f"{found.span.position if found.span else found.place} {found.message}"
            for found in caught.value.diagnostics]  # fmt: skip


def test_a_namespace_has_all_that_was_written() -> None:
    [toy] = read_namespaces({"toy.yaml": "groups: []"}.__getitem__, NAMESPACE)
    assert (toy.version, toy.date, toy.author, toy.contact) == (
        "1.10", "2020-01-01", ("A", "B"), "a@example.org")  # fmt: skip
    assert toy.includes == ("base",)
    assert toy.schema[0].data_types == ("Data",)
    assert toy.schema[1].title == "Toys"


@pytest.mark.parametrize("held", ["toy.yaml", "toy", "toy.json"])
@pytest.mark.parametrize("named", ["toy.yaml", "toy"])
def test_sources_are_found_with_and_without_suffix(held: str, named: str) -> None:
    text = json.dumps(
        {"namespaces": [{"name": "toy", "version": "1", "schema": [{"source": named}]}]}
    )
    source = json.dumps({"groups": [{"neurodata_type_def": "A", "doc": "a"}]})
    [toy] = read_namespaces({held: source}.__getitem__, text)
    assert [spec.type_def for spec in toy.sources[0].groups] == ["A"]
    assert toy.sources[0].prefix == "neurodata_type"


def test_a_missing_source_is_a_warning() -> None:
    findings: list[Diagnostic] = []
    [toy] = read_namespaces({}.__getitem__, NAMESPACE, findings=findings)
    assert toy.sources == ()
    assert [(str(one.severity), one.code) for one in findings] == [("warning", "schema-not-found")]
    assert findings[0].span is not None
    assert findings[0].span.position.line == 11


def test_unknown_keys_are_kept_and_noted(read: Callable[..., Namespace]) -> None:
    findings: list[Diagnostic] = []
    toy = read("groups: [{data_type_def: A, doc: a, colour: [red]}]", findings=findings)
    assert toy.sources[0].groups[0].extra == (("colour", ("red",)),)
    assert [str(one.severity) for one in findings] == ["warning"]
    assert "colour" in findings[0].message


def test_scalars_are_those_of_yaml_1_2(read: Callable[..., Namespace]) -> None:
    toy = read("""\
        datasets:
        - data_type_def: D
          doc: no
          attributes:
          - {name: on, dtype: text, value: 2020-01-01, doc: 12:30:00}
          - {name: number, dtype: float, value: 1e3, doc: d}
          - {name: octal, dtype: int, default_value: 0o17, doc: d}
        """)
    [spec] = toy.sources[0].datasets
    assert spec.doc == "no"
    assert [(a.name, a.value, a.default_value) for a in spec.attributes] == [
        ("on", "2020-01-01", None), ("number", 1000.0, None), ("octal", None, 15)]  # fmt: skip


def test_dtypes_of_every_kind(read: Callable[..., Namespace]) -> None:
    toy = read("""\
        datasets:
        - {data_type_def: A, doc: a, dtype: utf-8}
        - {data_type_def: B, doc: b, dtype: {target_type: A, reftype: region}}
        - {data_type_def: C, doc: c, dtype: {target_type: A}}
        - data_type_def: D
          doc: d
          dtype:
          - {name: x, dtype: float32, doc: x}
          - {name: to, dtype: {target_type: A, reftype: object}, doc: to}
        """)
    a, b, c, d = (spec.dtype for spec in toy.sources[0].datasets)
    assert a == DtypeSpec(name="utf-8")
    assert b == DtypeSpec(target_type="A", reftype="region")
    assert c == DtypeSpec(target_type="A")
    assert d is not None
    assert [field.name for field in d.fields] == ["x", "to"]
    assert d.fields[1].dtype.is_reference


def test_shapes_of_every_kind(read: Callable[..., Namespace]) -> None:
    toy = read("""\
        datasets:
        - {data_type_def: A, doc: a, shape: [null, 3], dims: [x, y]}
        - {data_type_def: B, doc: b, shape: [[null], [null, 3]], dims: [[x], [x, "r, g, b"]]}
        - {data_type_def: C, doc: c, shape: 3, dims: x}
        - {data_type_def: D, doc: d, shape: scalar}
        - {data_type_def: E, doc: e, shape: null}
        """)
    assert [spec.shape for spec in toy.sources[0].datasets] == [
        (None, 3), ((None,), (None, 3)), (3,), "scalar", None]  # fmt: skip


@pytest.mark.parametrize(
    ("quantity", "least_and_most"),
    [(None, (1, 1)), (3, (3, 3)), ("?", (0, 1)), ("*", (0, None)), ("+", (1, None)),
     ("zero_or_one", (0, 1)), ("zero_or_many", (0, None)), ("one_or_many", (1, None))],
)  # fmt: skip
def test_quantities(quantity: str | int | None, least_and_most: tuple[int, int | None]) -> None:
    assert bounds(quantity) == least_and_most


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ("- a", "1:1", "mapping"),
        ("groups: 3", "1:9", "list"),
        ("groups: [1]", "1:10", "mapping"),
        ("groups: [{doc: a, name: b}]", "1:10", "defines no type"),
        ("groups: [{data_type_def: A, groups: [{doc: b}]}]", "1:38", "neither a type nor"),
        ("groups: [{data_type_def: A, quantity: 0}]", "1:39", "quantity"),
        ("groups: [{data_type_def: A, quantity: many}]", "1:39", "quantity"),
        ("groups: [{data_type_def: [A]}]", "1:26", "string"),
        ("groups: [{data_type_def: A, linkable: 1}]", "1:39", "true or false"),
        ("groups: [{data_type_def: A, attributes: [{doc: x}]}]", "1:42", "without a `name`"),
        ("groups: [{data_type_def: A, links: [{name: x}]}]", "1:37", "target_type"),
        ("datasets: [{data_type_def: A, dtype: floot32}]", "1:38", "floot32"),
        ("datasets: [{data_type_def: A, dtype: {reftype: object}}]", "1:38", "target_type"),
        ("datasets: [{data_type_def: A, dtype: 3}]", "1:38", "dtype"),
        ("datasets: [{data_type_def: A, dtype: [{name: x}]}]", "1:39", "field"),
        ("datasets: [{data_type_def: A, shape: [a]}]", "1:38", "shape"),
        ("groups: [{data_type_def: A, attributes: [{name: x, dtype: int, doc: x},"
         " {name: x, dtype: int, doc: x}]}]", "1:73", "twice"),
        ("groups: [{data_type_def: A}, {data_type_def: A}]", "toy.yaml", "defined twice"),
        ("groups: [", "1:10", "not YAML"),
        ("groups: &g [{data_type_def: A, groups: *g}]", "toy.yaml", "anchor"),
        ("- " * 50_000, "toy.yaml", "deeply"),
        ("[" * 50_000, "toy.yaml", "recursion"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(text: str, place: str, word: str) -> None:
    found = problems(text)
    assert any(one.startswith(f"{place} ") and word in one for one in found), found


def test_a_near_miss_is_named() -> None:
    text = "datasets: [{data_type_def: A, dtype: floot32}]"
    with pytest.raises(SchemaError) as caught:
        read_namespaces({"toy.yaml": text}.__getitem__, NAMESPACE)
    assert caught.value.diagnostic.hint == "did you mean `float32` or `float`?"


def test_all_errors_come_at_once() -> None:
    assert len(problems("groups: [1, {data_type_def: A, quantity: 0}, {doc: b, name: c}]")) == 3


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a: b", "namespaces"),
        ("namespaces: [1]", "name"),
        ("namespaces: [{name: a, schema: 1}]", "schema"),
        ("namespaces: [{name: a, schema: [{doc: x}]}]", "source"),
        ("namespaces: [{name: a, schema: [{source: [x]}]}]", "string"),
        ("namespaces: [{name: a, version: [1], schema: []}]", "version"),
        ("namespaces: [{name: a, schema: [{namespace: b, data_types: x}]}]", "list of names"),
    ],
)
def test_namespace_files_that_are_none(text: str, word: str) -> None:
    assert any(word in one for one in problems("", text))


def test_namespaces_that_include_each_other() -> None:
    text = """\
namespaces:
- {name: a, version: 1, schema: [{namespace: b}]}
- {name: b, version: 1, schema: [{namespace: a}]}
"""
    assert any("a -> b -> a" in one for one in problems("", text))
