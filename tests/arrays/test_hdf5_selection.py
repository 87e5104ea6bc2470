from __future__ import annotations

from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from linkdata.arrays.hdf5.selection import Plan, Stretch, plan
from linkdata.errors import UsageError


def carried_out(planned: Plan, array: numpy.ndarray[Any, Any]) -> Any:
    """What a plan reads of an array, and picks from it."""
    block = array
    for axis, stretches in enumerate(planned.axes):
        positions = [
            at
            for stretch in stretches
            for at in range(
                stretch.start, stretch.start + stretch.count * stretch.step, stretch.step
            )
        ]
        block = block.take(positions, axis=axis) if positions else block.take([], axis=axis)
    assert block.shape == planned.shape
    return block[planned.pick]


SHAPES = stn.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=6)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_basic_indices_are_numpys(data: st.DataObject) -> None:
    shape = data.draw(SHAPES)
    array = numpy.arange(int(numpy.prod(shape))).reshape(shape)
    index = data.draw(stn.basic_indices(shape, allow_newaxis=False))
    numpy.testing.assert_array_equal(carried_out(plan(index, shape), array), array[index])


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_lists_and_masks_are_numpys(data: st.DataObject) -> None:
    shape = data.draw(stn.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=6))
    array = numpy.arange(int(numpy.prod(shape))).reshape(shape)
    parts: list[Any] = []
    length = data.draw(st.integers(0, 4))
    for side in shape[: data.draw(st.integers(1, len(shape)))]:
        at = st.integers(-side, side - 1)
        parts.append(
            data.draw(
                at
                | st.lists(at, min_size=length, max_size=length)
                | st.slices(side)
                | st.lists(st.booleans(), min_size=side, max_size=side)
            )
        )
    index = tuple(parts)
    try:
        expected = array[index]
    except IndexError:
        with pytest.raises(UsageError):
            plan(index, shape)
        return
    numpy.testing.assert_array_equal(carried_out(plan(index, shape), array), expected)


@given(stn.arrays(bool, (3, 4)))
def test_a_mask_of_several_axes(mask: numpy.ndarray[Any, Any]) -> None:
    array = numpy.arange(24).reshape(3, 4, 2)
    numpy.testing.assert_array_equal(carried_out(plan(mask, (3, 4, 2)), array), array[mask])
    swapped = array.transpose(2, 0, 1)
    found = carried_out(plan((..., mask), (2, 3, 4)), swapped)
    numpy.testing.assert_array_equal(found, swapped[..., mask])


def test_scattered_positions_are_read_as_stretches_around_them() -> None:
    planned = plan([1000, 5, 1003, 5, 900_000], (1_000_000,))
    assert planned.axes == ((Stretch(5, 1), Stretch(1000, 4), Stretch(900_000, 1)),)
    assert planned.pick[0].tolist() == [1, 0, 4, 0, 5]


def test_positions_of_one_chunk_are_read_together() -> None:
    assert plan([0, 900], (10_000,), (1000,)).axes == ((Stretch(0, 901),),)


@pytest.mark.parametrize(
    "index",
    [
        9,
        -6,
        (0, 0, 0),
        (..., ...),
        None,
        (0, None),
        1.5,
        [0.5],
        True,
        "field",
        [5],
        [-6],
        ([0, 1], [0, 1, 2]),
        [True, False],
        [[1], [2, 3]],
        slice(0, 3, 0),
        slice("a", None),
    ],
)
def test_what_numpy_refuses_is_a_usage_error(index: object) -> None:
    with pytest.raises(UsageError):
        plan(index, (5, 4))
