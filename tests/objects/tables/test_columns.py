from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy
import pandas
import pytest

import linkdata
from linkdata import ElementIdentifiers, VectorData
from linkdata.errors import PositionError, UsageError


def column(data: Any, **fields: Any) -> VectorData:
    return VectorData("c", "a column", data, **fields)


def test_a_list_stays_the_very_list() -> None:
    values = [1, 2]
    made = column(values)
    made.append(3)
    assert made.data is values
    assert values == [1, 2, 3]
    assert made[:] == [1, 2, 3]


def test_value_is_another_name_for_data() -> None:
    made = VectorData("c", "d", value=[1])
    assert made.value == made.data == [1]
    made.value = [2, 3]
    assert made.data == [2, 3]
    made.data = numpy.array([4])
    assert made.value.tolist() == [4]


def test_more_fields_are_fields() -> None:
    made = column([1.0], unit="V", conversion=0.5, resolution=None)
    assert (made.unit, made.conversion, made["unit"]) == ("V", 0.5, "V")
    assert "resolution" not in made.keys()  # noqa: SIM118 - its `in` is that of the values


@pytest.mark.parametrize("data", [[1, 2, 3, 4], (1, 2, 3, 4), numpy.array([1, 2, 3, 4])])
def test_indices(data: Any) -> None:
    made = column(data)
    assert made[1] == 2
    assert made[-1] == 4
    assert list(made[1:3]) == [2, 3]
    assert list(made[[3, 0, 0]]) == [4, 1, 1]
    assert list(made[numpy.array([True, False, False, True])]) == [1, 4]
    assert len(made) == 4
    assert list(made) == [1, 2, 3, 4]
    assert made.shape == (4,)
    with pytest.raises(PositionError):
        made[4]


def test_a_mask_of_another_length() -> None:
    with pytest.raises(PositionError):
        column([1, 2, 3])[[True, False]]


@pytest.mark.parametrize("index", ["nope", 1.5, None, object()])
def test_what_is_no_index(index: Any) -> None:
    with pytest.raises((UsageError, KeyError)):
        column([1, 2])[index]


def test_many_dimensions() -> None:
    made = column(numpy.arange(24).reshape(4, 3, 2))
    assert made.shape == (4, 3, 2)
    assert made[1].tolist() == [[6, 7], [8, 9], [10, 11]]
    assert made[0, 1, 1] == 3
    made.append([[0, 0], [0, 0], [0, 0]])
    assert made.shape == (5, 3, 2)


def test_dtypes() -> None:
    assert column([1, 2]).dtype == "int64"
    assert column([1.5]).dtype == "float64"
    assert column(["x"]).dtype == "O"
    assert column([]).dtype == "float64"
    assert column(numpy.array([1], "uint8")).dtype == "uint8"


def test_a_pandas_series_is_taken_and_given() -> None:
    made = column(pandas.Series([1.5, 2.5]))
    assert made[1] == 2.5
    assert made.to_pandas().tolist() == [1.5, 2.5]
    assert made.to_pandas().name == "c"


def test_objects_as_values() -> None:
    one = linkdata.loads("data: {a: {x: 1}, b: {x: 2}}\n").data
    made = column([one.a, one.b, one.a])
    assert [found.x for found in made] == [1, 2, 1]
    assert made[0] == one.a
    assert made.data == [one.a, one.b, one.a]
    made.append(one.b)
    assert made[3].x == 2
    array = numpy.asarray(made)
    assert array.dtype == object
    assert array[1] == one.b


def test_a_column_of_a_file_grows_in_memory_alone(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["t/c"] = numpy.arange(3)
        file["t/c"].attrs["neurodata_type"] = "VectorData"
    found = linkdata.open(tmp_path / "x.h5").data.t.c
    assert isinstance(found, VectorData)
    assert isinstance(found.data, type(found.value))
    found.extend([7, 8])
    assert list(found[:]) == [0, 1, 2, 7, 8]
    with h5py.File(tmp_path / "x.h5") as file:
        assert file["t/c"].shape == (3,)


def test_identifiers_are_integers() -> None:
    ids = ElementIdentifiers("id", [4, 5])
    assert ids.add_ref(column([1])) == 6
    assert ids.data == [4, 5, 6]
    for wrong in (["a"], [1.5], numpy.array([0.5])):
        with pytest.raises(UsageError):
            ElementIdentifiers("id", wrong)


def test_identifiers_find_positions() -> None:
    ids = ElementIdentifiers("id", [4, 5, 6])
    assert (ids == [6, 9, 4]).tolist() == [0, 2]
    assert (ids == 5).tolist() == [1]
    assert (ids == ids).tolist() == [0, 1, 2]
    assert hash(ids)
