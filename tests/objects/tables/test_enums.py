from __future__ import annotations

import numpy
import pytest

from linkdata import DynamicTable, EnumData, VectorData
from linkdata.errors import PositionError, UsageError


def states() -> EnumData:
    return EnumData("s", "d", [0, 1, 1], ["rest", "run"])


def test_elements_are_decoded() -> None:
    assert states()[1] == "run"
    assert states()[0:2].tolist() == ["rest", "run"]
    assert list(states()) == ["rest", "run", "run"]
    assert states().get(slice(None), index=True) == [0, 1, 1]
    assert states().get(slice(None), join=True) == "restrunrun"


def test_texts_are_numbered() -> None:
    made = EnumData("s", "d", ["b", "a"], ["a", "b"])
    assert made.data == [1, 0]
    assert EnumData("s", "d", ["y", "x", "y"]).data == [0, 1, 0]
    with pytest.raises(UsageError, match="`z` is not among"):
        EnumData("s", "d", ["z"], ["a"])


def test_elements_are_added_once() -> None:
    made = states()
    assert made.add_element("groom") == 2
    assert made.add_element("rest") == 0
    made.add_row("sleep")
    made.add_row(0, index=True)
    assert list(made.elements) == ["rest", "run", "groom", "sleep"]
    assert made.data == [0, 1, 1, 3, 0]


def test_elements_given_as_a_column() -> None:
    elements = VectorData("e", "d", ["x", "y"])
    made = EnumData("s", "d", numpy.array([1, 0], "uint8"), elements)
    assert made.elements == elements
    assert made[:].tolist() == ["y", "x"]


def test_a_number_without_an_element() -> None:
    with pytest.raises(PositionError):
        EnumData("s", "d", [5], ["a"])[0]


def test_in_a_table() -> None:
    table = DynamicTable("t", "d", columns=[states()])
    assert table[:].s.dtype == "category"
    assert table.colnames == ["s"]
    assert [one.name for one in table.columns] == ["s", "s_elements"]
