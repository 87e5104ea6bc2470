from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from linkdata.arrays.inline import InlineArray
from linkdata.schema.validation.looks import Kind, leaves, look


@given(hnp.arrays("int64", hnp.array_shapes(min_dims=1, max_dims=4, max_side=4)))
def test_lists_look_as_the_array_that_they_are(values: np.ndarray) -> None:
    inline, nested = look(InlineArray(values)), look(values.tolist())
    assert inline.shape == nested.shape == values.shape
    assert inline.kinds == nested.kinds == {Kind.INTEGER}
    assert inline.depth == nested.depth == values.ndim


@given(st.recursive(st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)))
def test_leaves_say_where_they_are(value: object) -> None:
    for path, leaf in leaves(value):
        found = value
        for step in path:
            assert isinstance(found, list)
            found = found[step]
        assert found is leaf


@pytest.mark.parametrize(
    ("value", "kinds", "shape"),
    [
        (None, {Kind.NULL}, ()),
        (True, {Kind.BOOLEAN}, ()),
        (1, {Kind.INTEGER}, ()),
        (1.5, {Kind.FLOAT}, ()),
        ("x", {Kind.TEXT}, ()),
        ([], set(), (0,)),
        ([[1], [2, 3]], {Kind.INTEGER}, None),
        (["a", 1, None], {Kind.TEXT, Kind.INTEGER, Kind.NULL}, (3,)),
        ([InlineArray([1, 2]), InlineArray([3])], {Kind.INTEGER}, None),
        ([InlineArray([1, 2]), InlineArray([3, 4])], {Kind.INTEGER}, (2, 2)),
        (np.float32(1.5), {Kind.FLOAT}, ()),
    ],
)
def test_what_values_look_like(
    value: object, kinds: set[Kind], shape: tuple[int, ...] | None
) -> None:
    found = look(value)
    assert (found.kinds, found.shape) == (kinds, shape)
