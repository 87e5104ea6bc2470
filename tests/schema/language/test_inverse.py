"""From LinkML back to the language: equal to the source, in memory, as text, after linkml."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from linkdata.errors import SchemaError
from linkdata.schema.language.inverse import invert
from linkdata.schema.language.reading import read_namespaces
from linkdata.schema.language.specs import Namespace
from linkdata.schema.language.translate import translate
from linkdata.schema.language.writing import write

EVERYTHING = """\
flavour: vanilla
datasets:
- {data_type_def: Data, doc: "any values\\n\\n  to the letter "}
- data_type_def: VectorData
  data_type_inc: Data
  default_name: column
  doc: a column
  dims: [[a], [a, "b, c"]]
  shape: [[null], [null, 3]]
  attributes:
  - {name: description, dtype: text, doc: what}
  - {name: unit, dtype: utf-8, value: volts, doc: u, required: false}
  - {name: factors, dtype: float, default_value: [1, 2.5], shape: [2], doc: f}
  - {name: gain, dtype: float, default_value: 1, doc: f, colour: red}
- data_type_def: Compound
  data_type_inc: VectorData
  quantity: "?"
  linkable: false
  doc: c
  dtype:
  - {name: x, dtype: float32, doc: x}
  - {name: to, dtype: {target_type: Data, reftype: region}, doc: to, note: {deep: [1]}}
groups:
- {data_type_def: Empty, name: root}
- data_type_def: Table
  doc: t
  attributes: [{name: name, dtype: text, doc: n}]
  datasets:
  - {name: first, dtype: isodatetime, doc: f, quantity: zero_or_one, shape: scalar}
  - {data_type_inc: Data, doc: unnamed, quantity: "*"}
  - {name: last, data_type_inc: VectorData, dtype: {target_type: Table}, doc: l, linkable: true}
  - {name: typed, data_type_inc: Compound, doc: t}
  groups:
  - {data_type_inc: Empty, doc: e, quantity: "+"}
  - {data_type_def: Inner, data_type_inc: Table, doc: inside, quantity: zero_or_many}
- data_type_def: Deep
  data_type_inc: Table
  doc: d
  datasets:
  - {name: first, doc: refined}
  - {name: odd name, doc: o, value: 3, dtype: int}
  groups:
  - name: collection
    doc: c
    quantity: 1
    datasets: [{data_type_inc: Data, doc: d, quantity: "*"}]
    groups: [{data_type_inc: Empty, doc: d, quantity: "+", linkable: false}]
  - name: group
    doc: g
    groups:
    - {name: group, doc: again, links: [{target_type: Table, doc: to, quantity: "*"}]}
  - {data_type_def: Two, doc: two, quantity: 2}
  links:
  - {name: link, target_type: Table, doc: l, quantity: "?", colour: blue}
"""


def reread(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(yaml.safe_dump(schema, sort_keys=False))
    return found


@pytest.fixture
def everything(read: Callable[..., Namespace]) -> Namespace:
    return read(EVERYTHING)


def test_the_inverse_is_the_source(everything: Namespace) -> None:
    assert invert(translate(everything, {})) == [everything]


def test_the_inverse_survives_files(everything: Namespace) -> None:
    schemas = translate(everything, {})
    again = {name: reread(schema) for name, schema in schemas.items()}
    assert invert(again) == [everything]


def test_the_inverse_as_texts_of_the_language(everything: Namespace) -> None:
    texts = write(invert(translate(everything, {})))
    assert list(texts) == ["namespace.yaml", "toy.yaml"]
    assert read_namespaces(texts.__getitem__, texts["namespace.yaml"]) == [everything]


def test_the_inverse_after_linkml_has_read_and_written_the_schemas(everything: Namespace) -> None:
    from linkml_runtime.dumpers import yaml_dumper
    from linkml_runtime.linkml_model import SchemaDefinition
    from linkml_runtime.loaders import yaml_loader

    again = {}
    for name, schema in translate(everything, {}).items():
        loaded = yaml_loader.loads(
            yaml.safe_dump(schema, sort_keys=False), target_class=SchemaDefinition
        )
        again[name] = yaml.safe_load(yaml_dumper.dumps(loaded))
    assert invert(again) == [everything]


def test_other_linkml_has_no_inverse() -> None:
    with pytest.raises(SchemaError, match="translation of a namespace"):
        invert({"a": {"id": "https://example.org/a", "name": "a"}})
