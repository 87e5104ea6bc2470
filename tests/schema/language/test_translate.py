"""From specs to LinkML, feature by feature."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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


def test_a_schema_for_the_namespace_for_each_source_and_the_language(
    read: Callable[..., Namespace],
) -> None:
    schemas = translate(read("groups: [{neurodata_type_def: A, doc: a}]"), {})
    assert list(schemas) == ["toy", "toy.toy", "nwb.language"]
    assert schemas["toy"]["imports"] == ["toy.toy", "nwb.language"]
    assert schemas["toy"]["id"] == "urn:linkdata:schema:toy:0.1.0"
    assert schemas["toy.toy"]["id"] == "urn:linkdata:schema:toy:0.1.0:toy"
    assert schemas["toy.toy"]["prefixes"]["toy"] == "urn:linkdata:schema:toy:"
    assert schemas["toy.toy"]["classes"]["A"]["class_uri"] == "toy:A"


def test_another_base(read: Callable[..., Namespace]) -> None:
    schemas = translate(read("groups: [{data_type_def: A, doc: a}]"), {}, "https://example.org/s/")
    assert schemas["toy"]["id"] == "https://example.org/s/toy/0.1.0"
    assert schemas["toy"]["prefixes"]["toy"] == "https://example.org/s/toy/"


def test_names_fixed_and_default(classes: Parts) -> None:
    found = classes("""\
        groups:
        - {data_type_def: A, doc: a}
        - {data_type_def: B, doc: b, name: root}
        - {data_type_def: C, doc: c, default_name: c}
        """)
    plain = {"identifier": True, "range": "string", "required": True}
    assert words(slot(found, "A.name")) == plain
    assert words(slot(found, "B.name")) == {
        **plain, "equals_string": "root", "ifabsent": "string(root)"}  # fmt: skip
    assert words(slot(found, "C.name")) == {**plain, "ifabsent": "string(c)"}


def test_attributes(parts: Parts) -> None:
    found = parts("""\
        attributes:
        - {name: a, dtype: float32, doc: "to the letter "}
        - {name: b, dtype: text, required: false, default_value: x, doc: b}
        - {name: c, dtype: text, value: volts, doc: c}
        - {name: d, dtype: float32, value: -1, doc: d}
        - {name: e, dtype: float32, value: 0.5, doc: e}
        - {name: f, dtype: uint, shape: [2], dims: ["rows, columns"], doc: f}
        - {name: g, dtype: {target_type: Other, reftype: object}, doc: g}
        - {name: h, dtype: bool, default_value: true, doc: h}
        """)
    assert slot(found, "Thing.a") == {
        "description": "to the letter ",
        "slot_uri": "toy:a",
        "annotations": {"role": "attribute", "name": "a", "dtype": "float32"},
        "required": True,
        "range": "float32",
    }
    assert words(slot(found, "Thing.b")) == {
        "required": False, "range": "text", "ifabsent": "string(x)"}  # fmt: skip
    assert words(slot(found, "Thing.c")) == {
        "required": True, "range": "string", "ifabsent": "string(volts)", "equals_string": "volts"
    }  # fmt: skip
    assert slot(found, "Thing.d")["equals_number"] == -1
    assert slot(found, "Thing.d")["ifabsent"] == "float(-1.0)"
    assert slot(found, "Thing.e")["minimum_value"] == 0.5
    assert slot(found, "Thing.f")["array"] == {
        "dimensions": [{"alias": "rows_columns", "exact_cardinality": 2}]}  # fmt: skip
    assert words(slot(found, "Thing.g")) == {"required": True, "inlined": False, "range": "Other"}
    assert slot(found, "Thing.g")["annotations"]["reftype"] == "object"
    assert slot(found, "Thing.h")["ifabsent"] == "true"


def test_datasets_without_attributes_are_slots(parts: Parts) -> None:
    found = parts("""\
        datasets:
        - {name: a, dtype: text, doc: a, quantity: "?"}
        - {name: b, doc: b}
        - {name: c, dtype: float, doc: c, dims: [[t], [t, x]], shape: [[null], [null, 3]]}
        - {name: d, dtype: {target_type: Other}, doc: d, shape: [null]}
        - {name: e, dtype: int, doc: e, shape: [null, 2]}
        - {name: f, dtype: int, doc: e, dims: ["x, y"], shape: [null, null]}
        """)
    assert words(slot(found, "Thing.a")) == {"required": False, "range": "text"}
    assert words(slot(found, "Thing.b")) == {"required": True, "range": "AnyType"}
    assert [option["array"]["dimensions"] for option in slot(found, "Thing.c")["any_of"]] == [
        [{"alias": "t"}], [{"alias": "t"}, {"alias": "x", "exact_cardinality": 3}]]  # fmt: skip
    assert words(slot(found, "Thing.d")) == {
        "required": True, "inlined": False, "range": "Other",
        "array": {"exact_number_dimensions": 1},
    }  # fmt: skip
    assert slot(found, "Thing.e")["array"] == {
        "dimensions": [{"alias": "dim0"}, {"exact_cardinality": 2}]}  # fmt: skip
    assert slot(found, "Thing.f")["array"] == {
        "dimensions": [{"alias": "x_y"}, {"alias": "dim1"}]}  # fmt: skip
    assert set(found) == {"Data", "VectorData", "Region", "Other", "Thing"}


def test_datasets_with_attributes_and_compounds_are_classes(parts: Parts) -> None:
    found = parts("""\
        datasets:
        - name: data
          dtype: float32
          shape: [null]
          doc: d
          attributes: [{name: unit, dtype: text, doc: u}]
        - name: position
          doc: p
          quantity: "?"
          dtype:
          - {name: x, dtype: float32, doc: x}
          - {name: to, dtype: {target_type: Other}, doc: to}
        """)
    assert words(slot(found, "Thing.data")) == {
        "required": True, "range": "Thing__data", "inlined": True}  # fmt: skip
    data = found["Thing__data"]
    assert list(data["attributes"]) == ["name", "value", "unit"]
    assert data["annotations"] == {"role": "dataset", "nested": True, "name": "data"}
    assert slot(found, "Thing__data.name")["equals_string"] == "data"
    assert words(slot(found, "Thing__data.value")) == {
        "range": "float32", "array": {"exact_number_dimensions": 1}}  # fmt: skip
    assert list(found["Thing__position"]["attributes"]) == ["name", "x", "to"]
    assert slot(found, "Thing__position.x")["annotations"]["role"] == "field"
    assert slot(found, "Thing__position.to")["inlined"] is False


def test_columns(parts: Parts) -> None:
    found = parts("""\
        datasets:
        - {name: a, data_type_inc: VectorData, dtype: text, doc: a}
        - {name: b, data_type_inc: VectorData, doc: b}
        - {name: c, data_type_inc: Region, doc: c}
        - {name: d, data_type_inc: Region, shape: [null], doc: d}
        - name: e
          data_type_inc: VectorData
          dtype: float32
          doc: e
          attributes: [{name: rate, dtype: float32, doc: r}]
        """)
    assert words(slot(found, "Thing.a")) == {
        "required": True,
        "range": "text",
        "array": {"minimum_number_dimensions": 1, "maximum_number_dimensions": 2},
    }
    assert slot(found, "Thing.a")["annotations"]["type"] == "VectorData"
    assert slot(found, "Thing.b")["range"] == "VectorData"
    assert slot(found, "Thing.c")["range"] == "Region"
    # The rows of a region mean nothing without its table.
    assert found["Thing__d"]["is_a"] == "Region"
    assert found["Thing__e"]["is_a"] == "VectorData"


def test_groups(parts: Parts) -> None:
    found = parts("""\
        groups:
        - {name: empty, doc: e, quantity: "?"}
        - name: inner
          doc: i
          datasets: [{name: a, dtype: text, doc: a}]
          groups:
          - {name: deep, doc: d, attributes: [{name: b, dtype: int, doc: b}]}
        - name: several
          doc: s
          groups:
          - {data_type_inc: Other, doc: o, quantity: "*"}
          datasets:
          - {data_type_inc: Data, doc: o, quantity: "+"}
        - {data_type_inc: Other, doc: other, quantity: "*"}
        - {name: it, data_type_inc: Other, doc: it}
        """)
    assert slot(found, "Thing.empty")["range"] == "Thing__empty"
    assert slot(found, "Thing.inner")["range"] == "Thing__inner"
    assert slot(found, "Thing__inner.deep")["range"] == "inner__deep"
    several = slot(found, "Thing.several")
    assert several["annotations"]["collection"] is True
    assert (several["multivalued"], several["inlined"], several["required"]) == (True, True, True)
    assert [option["range"] for option in several["any_of"]] == ["Data", "Other"]
    assert [option["annotations"]["role"] for option in several["any_of"]] == ["dataset", "group"]
    assert words(slot(found, "Thing.other")) == {
        "required": False, "multivalued": True, "range": "Other",
        "inlined": True, "inlined_as_list": False,
    }  # fmt: skip
    assert "name" not in slot(found, "Thing.other")["annotations"]
    assert words(slot(found, "Thing.it")) == {"required": True, "range": "Other", "inlined": True}


def test_a_type_that_only_holds_children_gathers_them(parts: Parts) -> None:
    found = parts("""\
        attributes: [{name: description, dtype: text, doc: d}]
        groups:
        - {data_type_inc: Other, doc: o, quantity: "+"}
        - {data_type_inc: Thing, doc: t, quantity: "*"}
        """)
    value = slot(found, "Thing.value")
    assert list(found["Thing"]["attributes"]) == ["name", "description", "value"]
    assert value["required"] is True
    assert [option["range"] for option in value["any_of"]] == ["Other", "Thing"]
    assert [option["annotations"]["position"] for option in value["any_of"]] == [0, 1]


def test_links(parts: Parts) -> None:
    found = parts("""\
        links:
        - {name: a, target_type: Other, doc: a}
        - {target_type: Other, doc: b, quantity: "*"}
        """)
    assert words(slot(found, "Thing.a")) == {"required": True, "range": "Other", "inlined": False}
    assert slot(found, "Thing.a")["annotations"] == {"role": "link", "name": "a", "target": "Other"}
    assert slot(found, "Thing.other")["multivalued"] is True


def test_numbers_of_children(parts: Parts) -> None:
    found = parts("""\
        datasets: [{name: a, doc: a}]
        groups: [{data_type_inc: Other, doc: two, quantity: 2}]
        links: [{name: b, target_type: Other, doc: b}]
        """)
    assert words(slot(found, "Thing.other")) == {
        "required": True, "multivalued": True, "minimum_cardinality": 2, "maximum_cardinality": 2,
        "range": "Other", "inlined": True, "inlined_as_list": False,
    }  # fmt: skip


def test_names_that_clash(parts: Parts) -> None:
    found = parts("""\
        attributes: [{name: data, dtype: int, doc: a}, {name: name, dtype: text, doc: n}]
        datasets:
        - name: data
          doc: d
          attributes: [{name: value, dtype: int, doc: v}]
        - {name: other, doc: o}
        groups: [{data_type_inc: Other, doc: o}]
        """)
    assert list(found["Thing"]["attributes"]) == [
        "name", "data", "name__attribute", "data__dataset", "other", "other__group"]  # fmt: skip
    assert slot(found, "Thing.data__dataset")["annotations"]["name"] == "data"
    assert list(found["Thing__data__dataset"]["attributes"]) == [
        "name",
        "value",
        "value__attribute",
    ]


def test_classes_of_one_name_get_longer_ones(classes: Parts) -> None:
    found = classes("""\
        groups:
        - {data_type_def: A, doc: a, groups: [{name: g, doc: g, groups: [{name: h, doc: h}]}]}
        - {data_type_def: B, doc: b, groups: [{name: g, doc: g, groups: [{name: h, doc: h}]}]}
        """)
    assert list(found) == ["A", "A__g", "g__h", "B", "B__g", "B__g__h"]
