from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkdata.errors import StoreError
from linkdata.store import codecs
from linkdata.store.codecs import Pipeline, decode, fletcher32, pipeline
from linkdata.store.kinds import Damaged

DEFLATE = {"id": "deflate", "level": 4}
VALUES = numpy.arange(600, dtype="<i4").reshape(20, 30)


@pytest.fixture(params=["libdeflate", "zlib"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """With and without the extra."""
    codecs._library.cache_clear()
    if request.param == "zlib":
        monkeypatch.setitem(sys.modules, "deflate", None)
    yield request.param
    codecs._library.cache_clear()


def stored(path: Path, values: Any, **how: Any) -> tuple[bytes, int]:
    """The one chunk of a dataset, as HDF5 writes it."""
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("x", data=values, chunks=values.shape, **how)
    with h5py.File(path) as file:
        mask, data = file["x"].id.read_direct_chunk((0,) * values.ndim)
        del dataset
        return data, mask


@pytest.mark.parametrize(
    ("how", "made"),
    [
        ({}, ()),
        ({"compression": "gzip", "compression_opts": 9}, (DEFLATE,)),
        ({"shuffle": True}, ({"id": "shuffle", "size": 4},)),
        ({"shuffle": True, "compression": "gzip"}, ({"id": "shuffle", "size": 4}, DEFLATE)),
        ({"fletcher32": True}, ({"id": "fletcher32"},)),
        (
            {"shuffle": True, "compression": "gzip", "fletcher32": True},
            ({"id": "shuffle", "size": 4}, DEFLATE, {"id": "fletcher32"}),
        ),
    ],
    ids=str,
)
def test_what_hdf5_wrote_is_decoded(
    how: dict[str, Any], made: tuple[Any, ...], tmp_path: Path, library: str
) -> None:
    data, mask = stored(tmp_path / "x.h5", VALUES, **how)
    found = decode(data, Pipeline(made, mask), VALUES.dtype, VALUES.shape)
    assert bytes(found) == VALUES.tobytes()


@given(st.binary(max_size=1000))
def test_the_checksum_is_that_of_hdf5(data: bytes) -> None:
    pytest.importorskip("numcodecs")
    from numcodecs import Fletcher32

    assert bytes(Fletcher32().encode(data or b"\0"))[-4:] == fletcher32(data or b"\0")


def test_a_checksum_of_many_large_words() -> None:
    from numcodecs import Fletcher32

    data = b"\xff" * (1 << 21)
    assert bytes(Fletcher32().encode(data))[-4:] == fletcher32(data)


def test_a_wrong_checksum_is_noticed(tmp_path: Path) -> None:
    data, _ = stored(tmp_path / "x.h5", VALUES, fletcher32=True)
    wrong = bytes([data[0] ^ 1]) + data[1:]
    with pytest.raises(Damaged, match="fletcher32"):
        decode(wrong, Pipeline(({"id": "fletcher32"},)), VALUES.dtype, VALUES.shape)


def test_a_mask_leaves_codecs_out() -> None:
    made = Pipeline(({"id": "shuffle", "size": 4}, DEFLATE), 0b01)
    data = zlib.compress(VALUES.tobytes())
    assert bytes(decode(data, made, VALUES.dtype, VALUES.shape)) == VALUES.tobytes()
    assert made.applied == (DEFLATE,)


@pytest.mark.parametrize("change", [b"", b"\0", b"x" * 50])
def test_what_is_no_deflate(change: bytes, library: str) -> None:
    with pytest.raises(Damaged):
        decode(change, Pipeline((DEFLATE,)), VALUES.dtype, VALUES.shape)


@pytest.mark.parametrize("values", [VALUES[:10], VALUES[:1]], ids=len)
def test_too_few_bytes(values: Any, library: str) -> None:
    with pytest.raises(Damaged):
        decode(zlib.compress(values.tobytes()), Pipeline((DEFLATE,)), VALUES.dtype, VALUES.shape)
    with pytest.raises(Damaged):
        decode(values.tobytes(), Pipeline(), VALUES.dtype, VALUES.shape)


def test_a_bomb_is_not_unpacked(library: str) -> None:
    import tracemalloc

    bomb = zlib.compress(bytes(1 << 28))
    tracemalloc.start()
    with pytest.raises(Damaged):
        decode(bomb, Pipeline((DEFLATE,)), VALUES.dtype, VALUES.shape)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


@pytest.mark.parametrize(
    ("given_codecs", "mask"),
    [
        (None, 0),
        ([{}], 0),
        (["deflate"], 0),
        ([{"id": "deflate"}], 0),
        ([{"id": "deflate", "level": 10}], 0),
        ([{"id": "deflate", "level": 4.0}], 0),
        ([{"id": "deflate", "level": True}], 0),
        ([{"id": "deflate", "level": 4, "more": 1}], 0),
        ([{"id": "shuffle", "size": 0}], 0),
        ([{"id": "lzf"}], 0),
        ([{"id": "lzf", "values": [-1]}], 0),
        ([{"id": "lzf", "values": [True]}], 0),
        ([{"id": "rot13", "values": []}], 0),
        ([{"id": "hdf5-0", "values": []}], 0),
        ([{"id": ["x"], "values": []}], 0),
        ([DEFLATE] * 33, 0),
        ([], -1),
        ([], "1"),
    ],
    ids=str,
)
def test_pipelines_that_are_none(given_codecs: Any, mask: Any) -> None:
    with pytest.raises(StoreError) as caught:
        pipeline(given_codecs, mask)
    assert caught.value.code == "store-codec-unknown"


def test_pipelines_that_only_hdf5_can_decode_are_said_to_be_so() -> None:
    assert Pipeline((DEFLATE,)).is_plain
    assert not Pipeline(({"id": "lzf", "values": []},)).is_plain
    assert Pipeline(({"id": "lzf", "values": []},), 1).is_plain
    assert not Pipeline((DEFLATE, DEFLATE)).is_plain  # how long it was in between, nobody knows
    assert codecs.number({"id": "lzf", "values": []}) == 32000
    assert codecs.number({"id": "hdf5-257", "values": []}) == 257
