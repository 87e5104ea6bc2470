from __future__ import annotations

import json
from typing import Any

import numpy
import pytest

import linkdata
from linkdata.errors import FieldError
from linkdata.graph.changes import MEMORY, Made, assign, changed, remove
from linkdata.graph.entity import Entity, Link


def data(text: str) -> Entity:
    found = linkdata.loads(f"data: {text}\n").graph.data
    assert isinstance(found, Entity)
    return found


def test_a_change_is_laid_over_what_is_written() -> None:
    entity = data("{x: 1, y: 2}")
    assign(entity, "x", 5)
    assign(entity, "z", [1, 2])
    assert entity.link("x") == 5
    assert entity.keys() == ["x", "y", "z"]
    assert entity.get("z").tolist() == [1, 2]  # type: ignore[union-attr]
    remove(entity, "y")
    assert entity.keys() == ["x", "z"]
    with pytest.raises(FieldError):
        entity.link("y")
    assign(entity, "y", 7)
    assert entity.link("y") == 7


def test_written_sees_changes_too() -> None:
    entity = data("{x: 1}")
    assert (entity.written("x"), entity.written("y")) == (1, None)
    assign(entity, "y", "new")
    remove(entity, "x")
    assert (entity.written("x"), entity.written("y")) == (None, "new")


def test_a_made_object_has_the_identity_of_its_place() -> None:
    entity = data("{x: 1}")
    inner, outer = Made("inner"), Made("outer")
    assert inner.iri == f"{MEMORY}#inner"
    assign(outer, "deep one", Link(inner, owned=False))
    assert inner.iri == f"{MEMORY}#outer.%22deep%20one%22"
    assign(entity, "there", Link(outer, owned=False))
    assert inner.iri == "urn:linkdata:document#data.there.%22deep%20one%22"
    assert inner.graph is entity.graph
    assert [entity.link("there").owned, outer.link("deep one").owned] == [True, True]  # type: ignore[union-attr]


def test_an_object_that_stands_somewhere_is_mentioned() -> None:
    entity = data("{x: {y: 1}}")
    made = Made("m")
    assign(entity, "a", Link(made, owned=False))
    assign(entity, "b", Link(made, owned=False))
    assert [entity.link(key).owned for key in "ab"] == [True, False]  # type: ignore[union-attr]
    assert made.iri.endswith("#data.a")
    assign(entity, "c", [Link(entity, owned=False), [1]])
    assert entity.link("c")[0].owned is False  # type: ignore[index]


def test_mentions_do_not_place() -> None:
    one, other = Made("one"), Made("other")
    assign(one, "target", Link(other, owned=False), contains=False)
    assert other.owner is None


def test_a_list_can_be_filled_further() -> None:
    values = [1, 2]
    made = Made("m")
    assign(made, "x", values)
    values.append(3)
    assert made.get("x").tolist() == [1, 2, 3]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([1, 2.5], "float64"), ([[1, 2], [3, 4]], "int64"), (numpy.arange(3, dtype="u1"), "uint8"),
        ([numpy.uint8(1), numpy.uint8(2)], None), ([[1], [2, 3]], None), (["a"], None),
    ],
)  # fmt: skip
def test_numbers_that_have_a_shape_are_arrays(value: Any, expected: str | None) -> None:
    made = Made("m")
    assign(made, "x", value)
    found = made.link("x")
    if expected is not None:
        assert str(found.dtype) == expected  # type: ignore[union-attr]
    elif isinstance(found, list):
        assert len(found) == len(value)


def test_what_was_changed_can_be_listed() -> None:
    ds = linkdata.loads("data: {x: {y: 1}, z: {}}\n")
    ds.data.x.y = 2
    assert [entity.iri for entity in changed(ds.graph)] == ["urn:linkdata:document#data.x"]


def test_output_has_the_changes() -> None:
    ds = linkdata.loads("data: {x: {y: 1}, gone: 1}\n")
    ds.data.x.y = 2
    ds.data.new = {"is_a": "Thing", "n": [1.5, 2.5]}
    del ds.data.gone
    found = json.loads(ds.dumps("json"))["data"]
    assert found["x"]["y"] == 2
    assert found["new"]["n"] == [1.5, 2.5]
    assert found["new"]["@id"] == "urn:linkdata:document#data.new"
    assert "gone" not in found
    assert "#data.new" in ds.dumps("nt")
