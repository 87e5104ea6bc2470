from __future__ import annotations

import pytest

import linkdata
from linkdata import DynamicTable, SimpleMultiContainer
from linkdata.errors import UsageError


def test_objects_by_name() -> None:
    box = SimpleMultiContainer("box", [DynamicTable("a", "d")])
    box.add_container([DynamicTable("b", "d"), DynamicTable("c", "d")])
    assert len(box) == 3
    assert [one.name for one in box] == ["a", "b", "c"]
    assert box.get_container("b") == box["b"] == box.b
    assert list(box.containers) == ["a", "b", "c"]


def test_mistakes() -> None:
    box = SimpleMultiContainer("box", [DynamicTable("first", "d")])
    assert box.get_container().name == "first"
    with pytest.raises(UsageError, match="already"):
        box.add_container(DynamicTable("first", "d"))
    with pytest.raises(UsageError) as caught:
        box.get_container("frist")
    assert caught.value.diagnostic.hint == "did you mean `first`?"
    box.add_container(DynamicTable("second", "d"))
    with pytest.raises(UsageError, match="several"):
        box.get_container()


def test_in_a_document() -> None:
    text = 'data: {is_a: SimpleMultiContainer, a: {x: 1}, b: "#o", note: text}\no: {x: 2}\n'
    found = linkdata.loads(text).data
    assert isinstance(found, SimpleMultiContainer)
    assert [one.x for one in found] == [1, 2]
