from __future__ import annotations

import json

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkdata
from linkdata.arrays.inline import MAX_AXES, InlineArray, rectangular
from linkdata.arrays.protocols import Array
from linkdata.errors import UsageError


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        ([], (0,)),
        ([1], (1,)),
        ([[], []], (2, 0)),
        ([[1, 2, 3], [4, 5, 6]], (2, 3)),
        ([[[1]], [[2]]], (2, 1, 1)),
        (["ab", "c"], (2,)),
        ([None, 1], (2,)),
        ([[1, 2], [3]], None),
        ([1, [2]], None),
        ([[1], 2], None),
        ([[1], [[2]]], None),
        ([[], [1]], None),
    ],
)
def test_rectangular(values: list[object], shape: tuple[int, ...] | None) -> None:
    assert rectangular(values) == shape


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1, 2], "int64"),
        ([1, 2.5], "float64"),
        ([True, False], "bool"),
        ([True, 1], "object"),
        (["a", "bcd"], "object"),
        (["a", 1], "object"),
        ([2**63], "uint64"),
        ([2**63, -1], "object"),
        ([2**64], "object"),
        ([2**53 + 1, 0.5], "object"),
        ([2**5000, 0.5], "object"),
        ([float("nan"), 1], "float64"),
        ([1j, 1], "complex128"),
        ([], "float64"),
        ([None], "object"),
        (7, "int64"),
        ("text", "object"),
        (True, "bool"),
    ],
)
def test_the_dtype_is_worked_out(values: object, dtype: str) -> None:
    array = InlineArray(values)
    assert array.dtype == dtype
    if values != values or (isinstance(values, list) and any(v != v for v in values)):
        return
    assert array.tolist() == values


def test_it_is_an_array() -> None:
    array = InlineArray([[1, 2, 3], [4, 5, 6]])
    as_array: Array = array
    assert as_array is array
    assert (array.shape, array.ndim, array.size, len(array)) == ((2, 3), 2, 6, 2)
    assert array.chunks is None
    assert array.value is array
    assert array[1, -1] == 6
    assert array[:, ::-1].tolist() == [[3, 2, 1], [6, 5, 4]]
    assert [row.tolist() for row in array] == [[1, 2, 3], [4, 5, 6]]
    assert numpy.asarray(array).sum() == 21
    assert numpy.asarray(array, dtype="float32").dtype == "float32"
    assert numpy.array(array) is not numpy.asarray(array)
    assert repr(array) == "InlineArray([[1, 2, 3], [4, 5, 6]], shape=(2, 3), dtype=int64)"


def test_a_scalar() -> None:
    array = InlineArray(2.5)
    assert array.shape == ()
    assert type(array[()]) is float
    assert array.tolist() == 2.5
    assert array
    with pytest.raises(UsageError):
        len(array)


def test_a_given_dtype_holds() -> None:
    assert InlineArray([1, 2], dtype="uint8").dtype == "uint8"
    assert InlineArray(numpy.arange(3, dtype="i2")).dtype == "i2"
    for values, dtype in (([300], "uint8"), (["x"], "int64"), ([None], "int64")):
        with pytest.raises(UsageError):
            InlineArray(values, dtype=dtype)


@pytest.mark.parametrize("index", [9, (0, 0), "field", 1.5])
def test_bad_indices_are_usage_errors(index: object) -> None:
    with pytest.raises(UsageError):
        InlineArray([1, 2])[index]


def test_ragged_lists_are_refused() -> None:
    with pytest.raises(UsageError):
        InlineArray([[1], [2, 3]])


@given(
    st.lists(
        st.lists(st.integers() | st.floats(allow_nan=False) | st.text() | st.none(), max_size=3),
        max_size=3,
    )
)
def test_no_value_is_lost(values: list[object]) -> None:
    if rectangular(values) is None:
        with pytest.raises(UsageError):
            InlineArray(values)
    else:
        assert InlineArray(values).tolist() == values


@pytest.mark.parametrize("depth", [MAX_AXES, MAX_AXES + 1, 64, 65, 90])
def test_lists_that_are_too_deep_are_no_array(depth: int) -> None:
    text = "[" * depth + "1" + "]" * depth
    found = linkdata.loads(f"data: {{x: {text}}}\n").data.x
    if depth <= MAX_AXES:
        assert found.shape == (1,) * depth
        return
    assert rectangular(json.loads(text)) is None
    with pytest.raises(UsageError):
        InlineArray(json.loads(text))
    for _ in range(depth):
        (found,) = found
    assert found == 1
