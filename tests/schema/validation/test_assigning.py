"""Values set in memory are held against the schema; what does not fit is not set."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy
import pytest

import linkdata
from linkdata.dataset.dataset import Dataset
from linkdata.errors import ModelError

LAB = """\
id: https://example.org/lab
name: lab
prefixes: {linkml: https://w3id.org/linkml/, ex: https://example.org/lab/}
default_prefix: ex
imports: [linkml:types]
enums:
  Sex: {permissible_values: {M: {}, F: {}}}
classes:
  Person:
    attributes:
      name: {identifier: true}
      boss: {range: Person}
      sex: {range: Sex}
      code: {pattern: "^[A-Z]{2}$"}
      age: {range: integer, maximum_value: 150}
      words: {multivalued: true, maximum_cardinality: 2}
      trace: {range: float, array: {dimensions: [{alias: time}, {exact_cardinality: 2}]}}
      tool: {range: Tool}
  Tool: {attributes: {name: {identifier: true}, weight: {range: float}}}
"""
PEOPLE = """\
meta: {imports: {lab: {from: [{path: lab.yaml}]}}}
data: {is_a: Person, age: 3, boss: "#bob"}
bob: {is_a: Person}
saw: {is_a: Tool, weight: 1.5}
"""


@pytest.fixture
def people(tmp_path: Path) -> Dataset:
    (tmp_path / "lab.yaml").write_text(LAB)
    (tmp_path / "document.yaml").write_text(PEOPLE)
    return linkdata.open(tmp_path / "document.yaml")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("age", "old", "value-type"),
        ("age", 200, "value-range"),
        ("age", [1, 2], "value-shape"),
        ("sex", "X", "value-enum"),
        ("code", "abc", "value-pattern"),
        ("trace", numpy.zeros((3, 4)), "value-shape"),
        ("trace", [["a", "b"]], "value-type"),
        ("words", ["a", "b", "c"], "cardinality"),
        ("boss", "bob", None),  # the identifier of a person
        ("boss", 5, "value-type"),
        ("note", {"any": "thing"}, None),
        ("age", 150, None),
        ("trace", numpy.zeros((3, 2)), None),
    ],
)
def test_what_the_slot_does_not_allow_is_not_set(
    people: Dataset, field: str, value: Any, code: str | None
) -> None:
    data = people.data
    before = data.get(field)
    if code is None:
        data[field] = value
        assert data.get(field) is not None
        return
    with pytest.raises(ModelError) as caught:
        setattr(data, field, value)
    found = caught.value.diagnostic
    assert found.code == code
    assert f".{field}" in str(found.place) or str(found.span).endswith(("yaml:2:27", ":2:36"))
    assert data.get(field) == before


def test_the_place_is_that_of_the_field(people: Dataset) -> None:
    with pytest.raises(ModelError) as caught:
        people.data.age = "old"
    assert str(caught.value.diagnostic.span).endswith("document.yaml:2:27")
    assert "should be an integer, and is text" in caught.value.diagnostic.message


def test_an_object_of_another_class(people: Dataset) -> None:
    with pytest.raises(ModelError, match="leads to a `Tool`"):
        people.data.boss = people["#saw"]
    people.data.tool = people["#saw"]
    assert people.data.tool.weight == 1.5


def test_fields_of_a_file_that_carries_its_schema(tmp_path: Path) -> None:
    from pynwb import NWBHDF5IO, NWBFile, TimeSeries

    file = NWBFile("a session", "id", datetime(2024, 1, 1, tzinfo=UTC))
    file.add_acquisition(TimeSeries(name="trace", data=[1.0, 2.0], unit="V", rate=10.0))
    with NWBHDF5IO(tmp_path / "x.nwb", "w") as io:
        io.write(file)
    data = linkdata.open(tmp_path / "x.nwb").data
    trace = data.acquisition.trace
    with pytest.raises(ModelError) as caught:
        trace.comments = 5
    assert caught.value.diagnostic.place == "x.nwb:/acquisition/trace@comments"
    with pytest.raises(ModelError, match=r"session_start_time: .*`yesterday` is not a date"):
        data.session_start_time = "yesterday"
    trace.comments = "quiet"
    data.session_start_time = datetime(2025, 1, 1, tzinfo=UTC)
    assert (trace.comments, data.session_start_time[:4]) == ("quiet", "2025")


def test_without_a_schema_anything_may_be_set() -> None:
    data = linkdata.loads("data: {is_a: Person, age: 3}\n").data
    data.age = "old"
    assert data.age == "old"
