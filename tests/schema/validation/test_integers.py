from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkdata.errors import Severity
from linkdata.schema.validation import integers

SMALL = st.lists(st.integers(-5, 20), max_size=30)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks that end in the middle of what is tested."""
    monkeypatch.setattr(integers, "_BLOCK", 4)


@given(SMALL)
def test_the_first_duplicate(values: list[int]) -> None:
    found = integers.first_duplicate(np.array(values, "int64"))
    expected = next((i for i, value in enumerate(values) if value in values[:i]), None)
    assert found == (None if expected is None else (expected, values[expected]))


@given(SMALL.map(lambda found: [abs(one) for one in found]), st.none() | st.integers(0, 25))
def test_an_index(values: list[int], length: int | None) -> None:
    faults = list(integers.index_faults(np.array(values, "uint64"), length))
    steps = [0, *values]
    falls = next((i for i in range(len(values)) if steps[i + 1] < steps[i]), None)
    beyond = next((i for i, one in enumerate(values) if length is not None and one > length), None)
    errors = [one for one in faults if one.severity is Severity.ERROR]
    if falls is None and beyond is None:
        assert errors == []
        short = length is not None and (values[-1] if values else 0) < length
        assert len(faults) == int(short)
    else:
        assert len(errors) == 1
        assert errors[0].path in {(falls,), (beyond,)}


@given(SMALL, st.integers(0, 15))
def test_rows_out_of_range(values: list[int], count: int) -> None:
    expected = [((i,), one) for i, one in enumerate(values) if not 0 <= one < count][:10]
    assert list(integers.out_of_range(np.array(values, "int64"), count)) == expected


def test_rows_of_ragged_regions() -> None:
    assert list(integers.out_of_range([[0, 9], [], [-1]], 5)) == [((0, 1), 9), ((2, 0), -1)]


@pytest.mark.parametrize(
    "values", ["text", None, [1, 1], np.zeros((2, 2), int), np.array([1.0, 1])]
)
def test_what_is_no_column_of_integers_says_nothing(values: object) -> None:
    assert integers.first_duplicate(values) is None
    assert list(integers.index_faults(values, None)) == []
