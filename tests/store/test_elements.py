from __future__ import annotations

from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from linkdata.errors import StoreError
from linkdata.store.elements import element, element_of
from linkdata.store.kinds import PLAIN, TEXT, Damaged, Element

PLAIN_NAMES = sorted(PLAIN)


def encoded(kind: Element, values: Any) -> bytes:
    return b"".join(kind.encode(values))


def names() -> st.SearchStrategy[Any]:
    """Names of all kinds of elements."""
    fields = st.lists(st.text(min_size=1, max_size=3), min_size=1, max_size=3, unique=True)
    return st.recursive(
        st.sampled_from(PLAIN_NAMES) | st.just("text") | st.builds(dict, opaque=st.integers(1, 5)),
        lambda inner: (
            st.builds(dict, list=inner)
            | st.builds(
                lambda of, shape: {"array": of, "shape": shape},
                inner,
                st.lists(st.integers(1, 3), min_size=1, max_size=2),
            )
            | fields.flatmap(
                lambda keys: st.tuples(*(inner for _ in keys)).map(
                    lambda kinds: {"fields": [list(pair) for pair in zip(keys, kinds, strict=True)]}
                )
            )
        ),
        max_leaves=5,
    )


@given(names())
def test_a_name_gives_an_element_of_that_name(name: Any) -> None:
    assert element(name).name == name
    assert element(name) == element(name)
    assert 0 < element(name).least <= max(element(name).nominal, 8 * 9 * 9)


@given(st.sampled_from(PLAIN_NAMES), st.data())
def test_numbers_keep_their_bits_in_any_byte_order(name: str, data: st.DataObject) -> None:
    dtype = numpy.dtype(PLAIN[name])
    raw = data.draw(st.binary(min_size=dtype.itemsize * 6, max_size=dtype.itemsize * 6))
    if name == "bool":
        raw = bytes(byte & 1 for byte in raw)
    values = numpy.frombuffer(raw, dtype).reshape(2, 3)
    kind = element(name)
    assert encoded(kind, values) == raw
    assert encoded(kind, values.astype(dtype.newbyteorder(">"))) == raw
    assert encoded(kind, numpy.asfortranarray(values)) == raw
    found, rest = kind.decode(memoryview(raw + b"more"), 6)
    assert found.tobytes() == values.astype(kind.dtype).tobytes()
    assert bytes(rest) == b"more"


@given(st.lists(st.text(), max_size=8))
def test_strings_come_back(texts: list[str]) -> None:
    values = numpy.array([*texts, None], object)[:-1]
    data = encoded(TEXT, values)
    assert TEXT.decode(memoryview(data), len(texts))[0].tolist() == texts
    lengths = numpy.frombuffer(data, "<u8", len(texts))
    assert data[8 * len(texts) :] == "".join(texts).encode()
    assert lengths.tolist() == [len(text.encode()) for text in texts]


@given(st.lists(arrays.arrays("<i4", st.integers(0, 4)), max_size=5))
def test_ragged_values_come_back(parts: list[Any]) -> None:
    kind = element({"list": "int32"})
    values = numpy.empty(len(parts), object)
    for position, part in enumerate(parts):
        values[position] = part
    found, rest = kind.decode(memoryview(encoded(kind, values)), len(parts))
    assert not len(rest)
    assert [part.tolist() for part in found] == [part.tolist() for part in parts]


def test_ragged_blocks_come_back() -> None:
    kind = element({"list": {"array": "int16", "shape": [2]}})
    values = numpy.empty(3, object)
    values[0] = numpy.array([[1, 2]], "<i2")
    values[1] = numpy.zeros((0, 2), "<i2")
    values[2] = numpy.array([[3, 4], [5, 6]], "<i2")
    data = encoded(kind, values)
    assert numpy.frombuffer(data, "<u8", 3).tolist() == [1, 0, 2]
    found, rest = kind.decode(memoryview(data), 3)
    assert not len(rest)
    assert [part.tolist() for part in found] == [part.tolist() for part in values]


def test_records_are_written_field_by_field_and_gaps_are_left_out() -> None:
    packed = numpy.dtype([("a", "<i2"), ("b", "O", (2,)), ("c", [("d", "<f8")])])
    gappy = numpy.dtype(
        {"names": ["a", "b"], "formats": [">i2", "S3"], "offsets": [4, 8], "itemsize": 16}
    )
    values = numpy.zeros(2, gappy)
    values["a"], values["b"] = [1, 2], [b"x", b"yz"]
    kind = element_of(gappy)
    assert kind.name == {"fields": [["a", "int16"], ["b", "text"]]}
    lengths = numpy.array([1, 2], "<u8").tobytes()
    assert encoded(kind, values) == b"\1\0\2\0" + lengths + b"xyz"
    found = kind.decode(memoryview(encoded(kind, values)), 2)[0]
    assert found.tolist() == [(1, "x"), (2, "yz")]
    assert element_of(packed.fields["c"][0]).name == {"fields": [["d", "float64"]]}  # type: ignore[index]


def test_extended_numbers_lose_their_padding_only() -> None:
    if numpy.finfo("longdouble").nmant != 63:
        pytest.skip("this machine has no numbers of 80 bits")
    values = numpy.array(["1.1", "-inf", "nan", "-0"], "longdouble")
    kind = element_of(values.dtype)
    data = encoded(kind, values)
    assert (kind.name, len(data)) == ("float80", 40)
    found = kind.decode(memoryview(data), 4)[0]
    assert encoded(kind, found) == data
    assert str(found[0]) == str(values[0])


@pytest.mark.parametrize(
    "dtype",
    [
        "datetime64[s]",
        "clongdouble",
        numpy.dtype("O", metadata={"ref": object}),
        numpy.dtype([("a", "O")]),
    ],
    ids=str,
)
def test_what_there_is_no_element_for(dtype: Any) -> None:
    with pytest.raises(StoreError) as caught:
        element_of(numpy.dtype(dtype))
    assert caught.value.code == "store-array-unsupported"


@pytest.mark.parametrize("values", [["a", 1], [None], [["a"]]], ids=str)
def test_objects_that_are_not_all_strings(values: list[Any]) -> None:
    array = numpy.empty(len(values), object)
    array[:] = values
    with pytest.raises(StoreError):
        element_of(array.dtype, array)


@pytest.mark.parametrize(
    "name",
    [
        None,
        7,
        "int17",
        "reference",
        {},
        {"opaque": 0},
        {"opaque": True},
        {"opaque": -1},
        {"opaque": 2**63},
        {"list": "int17"},
        {"array": "int8", "shape": [0]},
        {"array": "int8", "shape": 3},
        {"array": "int8"},
        {"fields": []},
        {"fields": [["a", "int8"], ["a", "int8"]]},
        {"fields": [["a"]]},
        {"fields": "ab"},
        {"list": "int8", "more": 1},
    ],
    ids=str,
)
def test_names_of_no_element(name: Any) -> None:
    with pytest.raises(StoreError) as caught:
        element(name)
    assert caught.value.code == "store-array-unsupported"


def test_names_nested_too_deeply() -> None:
    name: Any = "int8"
    for _ in range(100_000):
        name = {"list": name}
    with pytest.raises(StoreError):
        element(name)


@given(names(), st.binary(max_size=60), st.integers(0, 5))
def test_any_bytes_are_elements_or_damaged(name: Any, data: bytes, count: int) -> None:
    kind = element(name)
    try:
        found, rest = kind.decode(memoryview(data), count)
    except Damaged:
        return
    assert len(found) == count
    assert encoded(kind, found) == data[: len(data) - len(rest)]


@pytest.mark.parametrize("count", [0, 2])
def test_blocks_of_blocks_in_records(count: int) -> None:
    inner = {"array": "int16", "shape": [2]}
    kind = element({"fields": [["x", {"array": inner, "shape": [3]}]]})
    data = numpy.arange(6 * count, dtype="<i2").tobytes()
    found, rest = kind.decode(memoryview(data), count)
    assert found["x"].shape == (count, 3, 2)
    assert encoded(kind, found) == data
    assert not rest


def test_lengths_that_claim_too_much() -> None:
    huge = numpy.array([2**63, 2**63], "<u8").tobytes()
    for kind in (TEXT, element({"list": "int8"}), element({"list": "text"})):
        with pytest.raises(Damaged):
            kind.decode(memoryview(huge), 2)
