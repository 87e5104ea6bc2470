from __future__ import annotations

import json
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkdata.errors import LinkdataError, StoreCorruptError, StoreError
from linkdata.store import canonical, framing, objects
from linkdata.store.codecs import Pipeline
from linkdata.store.digests import Digest, digest_bytes
from linkdata.store.elements import element_of
from linkdata.store.objects import Form
from linkdata.store.packing import CANONICAL, dtype_of, packing_of

VALUES = numpy.arange(6, dtype="<i2").reshape(2, 3)
KIND = element_of(VALUES.dtype)
DIGEST = canonical.content_digest(KIND, VALUES.shape, canonical.body(KIND, VALUES))
FILE = objects.sealed(DIGEST, Form(KIND, VALUES.shape, "<i2"), VALUES.tobytes())


def test_what_is_sealed_is_opened() -> None:
    found = objects.opened(FILE, DIGEST)
    assert (found.content, found.stored) == (DIGEST, digest_bytes(VALUES.tobytes()))
    assert found.verified() is found
    numpy.testing.assert_array_equal(found.values(), VALUES)


def test_it_is_opened_from_a_view_without_its_name_too() -> None:
    assert objects.opened(memoryview(FILE)).content == DIGEST


def test_every_byte_counts() -> None:
    for position in range(len(FILE)):
        for bit in range(8):
            changed = bytearray(FILE)
            changed[position] ^= 1 << bit
            with pytest.raises(StoreCorruptError):
                objects.opened(bytes(changed), DIGEST)


def test_every_length_counts() -> None:
    for length in range(len(FILE)):
        with pytest.raises(StoreCorruptError):
            objects.opened(FILE[:length], DIGEST)


@given(st.binary(max_size=300))
def test_any_bytes_give_an_error_of_ours(data: bytes) -> None:
    with pytest.raises(StoreError):
        objects.opened(data, DIGEST)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(st.sampled_from(["content", "dtype", "shape", "packing", "codecs", "block", "mask"]), JSON)
def test_lines_with_a_right_seal_and_wrong_facts(key: str, value: Any) -> None:
    line, _, payload = FILE.partition(b"\n")
    facts = json.loads(line)
    facts[key] = value
    resealed = framing.framed(
        "chunk",
        {k: v for k, v in facts.items() if k not in ("seal", "size", "stored", "version")},
        payload,
        digest_bytes(payload),
    )
    try:
        found = objects.opened(resealed, DIGEST).verified()
    except LinkdataError:
        return
    numpy.testing.assert_array_equal(found.values(), VALUES)


def test_an_object_of_another_algorithm() -> None:
    digest = canonical.content_digest(KIND, VALUES.shape, canonical.body(KIND, VALUES), "sha256")
    data = objects.sealed(digest, Form(KIND, VALUES.shape), VALUES.tobytes())
    found = objects.opened(data, digest).verified()
    assert (found.content.algorithm, found.stored.algorithm) == ("sha256", "sha256")


def test_the_place_and_the_name_are_told() -> None:
    with pytest.raises(StoreCorruptError) as caught:
        objects.opened(FILE, Digest("blake3", "0" * 64), "my store")
    assert caught.value.diagnostic.place == "my store"
    assert str(DIGEST) in caught.value.diagnostic.message


@pytest.mark.parametrize(
    "dtype",
    [
        "<i2",
        ">f8",
        "|b1",
        "|S10",
        "|V8",
        "<c16",
        numpy.dtype([("a", ">i4"), ("b", "<f8", (2, 3))], align=True),
        numpy.dtype([("a", [("b", "u1")])]),
    ],
    ids=str,
)
def test_packings_are_dtypes(dtype: Any) -> None:
    found = packing_of(numpy.dtype(dtype))
    assert json.loads(json.dumps(found)) == found
    assert dtype_of(found) == numpy.dtype(dtype)


@pytest.mark.parametrize("dtype", ["O", "longdouble", "U3", "datetime64[s]", [("a", "O")]], ids=str)
def test_dtypes_that_are_no_packing(dtype: Any) -> None:
    assert packing_of(numpy.dtype(dtype)) is None


@pytest.mark.parametrize(
    "packing",
    [
        CANONICAL,
        None,
        3,
        "i2",
        "<i3",
        "<O8",
        "|V0",
        "|S99999999999",
        {"array": "<i2", "shape": [-1]},
        {"array": "<i2", "shape": [2**31, 2**31]},
        {"array": "<i2", "shape": "ab"},
        {"fields": [["a", "<i2", 0]], "size": 1},
        {"fields": [["a", "<i2", 0], ["a", "<i2", 2]], "size": 4},
        {"fields": [["a", "<i2"]], "size": 4},
        {"fields": 3, "size": 4},
    ],
    ids=str,
)
def test_packings_that_are_none(packing: Any) -> None:
    with pytest.raises(StoreError) as caught:
        dtype_of(packing)
    assert caught.value.code == "store-codec-unknown"


def test_canonical_bytes_have_no_codecs() -> None:
    form = Form(KIND, VALUES.shape, CANONICAL, (), Pipeline(({"id": "deflate", "level": 1},)))
    data = objects.sealed(DIGEST, form, VALUES.tobytes())
    with pytest.raises(StoreError) as caught:
        objects.opened(data, DIGEST).values()
    assert caught.value.code == "store-codec-unknown"
