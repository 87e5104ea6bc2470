from __future__ import annotations

import pytest

from linkdata.schema.model import Dimension, Shape
from linkdata.schema.validation.shapes import fits, has_rank, shape_word, words

FIXED = Shape((Dimension("time"), Dimension("x", 3, 3)))
RANKS = Shape(None, 1, 4)
MORE = Shape(None, 2, None)
BOUNDED = Shape((Dimension("n", 2, 5),))


@pytest.mark.parametrize(
    ("shape", "wanted", "expected"),
    [
        ((), None, True),
        ((1,), None, False),
        ((5, 3), FIXED, True),
        ((0, 3), FIXED, True),
        ((5, 2), FIXED, False),
        ((5,), FIXED, False),
        ((), FIXED, False),
        ((5, 3, 1), FIXED, False),
        ((7,), RANKS, True),
        ((1, 1, 1, 1), RANKS, True),
        ((1, 1, 1, 1, 1), RANKS, False),
        ((), RANKS, False),
        ((1,), MORE, False),
        ((1,) * 9, MORE, True),
        ((2,), BOUNDED, True),
        ((1,), BOUNDED, False),
        ((6,), BOUNDED, False),
    ],
)
def test_fits(shape: tuple[int, ...], wanted: Shape | None, expected: bool) -> None:
    assert fits(shape, wanted) is expected
    if expected:
        assert has_rank(len(shape), wanted)


def test_words() -> None:
    assert words([FIXED, None]) == "an array [time, x: 3], or a single value"
    assert words([RANKS, MORE]) == "an array with 1 to 4 axes, or an array with 2 axes or more"
    assert words([Shape(None, 1, 1), Shape(None, 1, 1)]) == "an array with 1 axis"
    assert (
        words([BOUNDED, Shape((Dimension(None, 2, 2),))]) == "an array [n: 2..5], or an array [2]"
    )
    assert (shape_word(()), shape_word((2, 3))) == ("a single value", "an array [2, 3]")
