from __future__ import annotations

import struct
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkdata.nwb.datatypes import BOOL, ReferenceType, String, ieee, integer, packed
from linkdata.nwb.fitting import Fit, fitted, kind_text, parsed_kind
from linkdata.nwb.packing import NotPackedError, natural, pack, smallest_index
from linkdata.nwb.plan import Reference


@pytest.mark.parametrize(
    ("value", "expected", "kind", "shape"),
    [
        ("a", None, String(), ()),
        ("a", "isodatetime", String(charset="ascii"), ()),
        (True, None, BOOL, ()),
        (1, None, integer(8), ()),
        (1, "float32", ieee(8), ()),
        (1, "numeric", integer(8), ()),
        (1, "uint8", integer(1, signed=False), ()),
        (300, "uint8", integer(2, signed=False), ()),
        (-1, "uint8", integer(8), ()),
        (2**63, None, integer(8, signed=False), ()),
        ([1.5, 2], None, ieee(8), (2,)),
        ([["a"], ["b"]], "text", String(), (2, 1)),
        ([], "text", String(), (0,)),
        ([], None, ieee(8), (0,)),
        ([Reference("/a"), None], None, ReferenceType(), (2,)),
        (numpy.zeros((2, 3), ">i2"), None, integer(2, order=">"), (2, 3)),
        (numpy.array([1, 2]), "float32", ieee(8), (2,)),
    ],
)
def test_the_type_a_writer_chooses(
    value: Any, expected: str | None, kind: object, shape: tuple[int, ...]
) -> None:
    found = pack(value, expected)
    assert (found.type, found.space.shape) == (kind, shape)


@pytest.mark.parametrize("value", [[1, "a"], [[1], [1, 2]], 2**64, [True, 1]])
def test_what_has_no_type(value: Any) -> None:
    with pytest.raises(NotPackedError):
        pack(value)


def test_a_known_type_is_used_if_the_values_have_it() -> None:
    assert pack([1, 2], kind=integer(2)).values == struct.pack("<2h", 1, 2)
    assert pack(["ab", "c"], kind=String(3, "ascii", "space")).values == b"ab c  "
    for value, kind in [([70000], integer(2)), (["abcd"], String(3)), ([1.5], integer(8))]:
        with pytest.raises(NotPackedError):
            pack(value, kind=kind)


def test_rows_of_a_compound() -> None:
    kind = packed((("start", integer(4)), ("series", ReferenceType())))
    found = pack([[1, Reference("/a")], [2, None]], kind=kind)
    assert found.space.shape == (2,)
    assert found.values == (
        (struct.pack("<i", 1), Reference("/a")),
        (struct.pack("<i", 2), None),
    )
    assert pack([{"series": None, "start": 3}], kind=kind).values == ((struct.pack("<i", 3), None),)
    with pytest.raises(NotPackedError):
        pack([[1]], kind=kind)


@given(st.lists(st.floats(width=32, allow_nan=False), min_size=1))
def test_single_precision_survives_being_written_as_double(values: list[float]) -> None:
    stored = numpy.array(values, "<f4")
    assert pack(stored.tolist(), kind=ieee(4)).values == stored.tobytes()


@given(st.integers(0, 2**64 - 1))
def test_the_smallest_index_holds_its_largest_value(largest: int) -> None:
    width = smallest_index(largest).width
    assert largest < 2 ** (8 * width)
    assert width == 1 or largest >= 2 ** (4 * width)


def test_natural_of_nothing_is_no_mixture() -> None:
    assert natural([], "uint16") == integer(2, signed=False)


@given(st.lists(st.text(st.characters(codec="ascii", exclude_characters="\0 "), min_size=1)))
def test_strings_as_long_as_the_longest(texts: list[str]) -> None:
    fit = Fit("ascii", "pad")
    kind = fit.of(texts)
    found = pack(texts, kind=kind) if texts else None
    if found is not None:
        assert isinstance(found.values, bytes)
        assert fitted(kind, found.values) == fit
    assert parsed_kind(kind_text(fit)) == fit
