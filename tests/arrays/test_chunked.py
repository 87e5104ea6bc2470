from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tests.arrays.conftest import KINDS, SAME

from linkdata.arrays.adding import add_array
from linkdata.arrays.base import is_text
from linkdata.arrays.chunked import ChunkedArray, Declared, read_manifest
from linkdata.arrays.hdf5 import HDF5Dataset
from linkdata.errors import (
    DocumentError,
    PositionError,
    StoreCorruptError,
    StoreMissingError,
    UsageError,
)
from linkdata.store.digests import Digest
from linkdata.store.elements import element
from linkdata.store.folder import FolderStore
from linkdata.store.memory import MemoryStore

Find = Callable[[str], HDF5Dataset]


def equal(found: Any, expected: Any) -> None:
    assert type(found) is type(expected)
    if not isinstance(found, numpy.ndarray):
        assert found == expected
        return
    assert found.shape == expected.shape
    if found.dtype.kind == "O":
        for mine, theirs in zip(found.flat, expected.flat, strict=True):
            numpy.testing.assert_array_equal(mine, theirs)
    else:
        numpy.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_added_is_read_again(kind: str, item: Find) -> None:
    store = MemoryStore()
    added = add_array(item(kind), store)
    found = ChunkedArray(added.manifest, store)
    assert (found.shape, found.ndim, found.size) == (
        item(kind).shape,
        item(kind).ndim,
        item(kind).size,
    )
    assert found.dtype.newbyteorder("=") == item(kind).dtype.newbyteorder("=")
    assert is_text(found.dtype) == is_text(item(kind).dtype)
    equal(found[...], item(kind)[...])
    equal(found[()], item(kind)[()])
    found.verify()


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_read_from_a_file_with_the_same_content(kind: str, item: Find) -> None:
    for depth in ("content", "stored"):
        added = add_array(item(kind), digest=depth)  # type: ignore[arg-type]
        found = ChunkedArray(added.manifest, fallback=[item(kind)])
        equal(found[...], item(kind)[...])
        found.verify()


INDICES = [
    (),
    ...,
    0,
    -1,
    (5, 36),
    slice(None, None, -1),
    (slice(3, 190, 7), slice(None, None, -2)),
    (slice(63, 65), slice(15, 17)),
    (slice(None), 3),
    (slice(10, 10), slice(None)),
    (slice(0, 200, 150), slice(0, 37, 30)),
    ([1, 150, 3], slice(2, 9)),
    ([1, 150, 3], [0, 36, 1]),
    numpy.arange(200) % 3 == 0,
    (..., 36),
]


@pytest.mark.parametrize("index", INDICES, ids=lambda index: str(index)[:40])
def test_indices_are_those_of_numpy(index: Any, item: Find) -> None:
    store = MemoryStore()
    found = ChunkedArray(add_array(item("gzip1"), store).manifest, store)
    equal(found[index], SAME[index])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_index_of_any_shape_and_grid(data: st.DataObject) -> None:
    shape = data.draw(arrays.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=9))
    grid = tuple(data.draw(st.integers(1, 10)) for _ in shape)
    index = data.draw(arrays.basic_indices(shape, allow_newaxis=False))
    values = numpy.arange(numpy.prod(shape), dtype="<i4").reshape(shape)
    store = MemoryStore()
    found = ChunkedArray(add_array(values, store, grid=grid, threads=1).manifest, store)
    numpy.testing.assert_array_equal(found[index], values[index])


def test_indices_that_there_are_not(item: Find) -> None:
    store = MemoryStore()
    found = ChunkedArray(add_array(item("gzip1"), store).manifest, store)
    for index in (200, (0, 37), (0, 0, 0), None, 1.5):
        with pytest.raises(PositionError):
            found[index]
    with pytest.raises(UsageError):
        found["x"]


def test_fields_of_records(item: Find) -> None:
    store = MemoryStore()
    found = ChunkedArray(add_array(item("records"), store).manifest, store)
    assert found["i"].tolist() == [1, -1]
    assert found["t"].tolist() == ["é", ""]


def test_iteration_length_and_numpy(item: Find) -> None:
    store = MemoryStore()
    found = ChunkedArray(add_array(item("gzip1"), store).manifest, store)
    assert len(found) == 200
    numpy.testing.assert_array_equal(numpy.asarray(found), SAME)
    numpy.testing.assert_array_equal(numpy.stack(list(found)), SAME)
    assert found.value is found


class Counting(MemoryStore):
    """Counts what is read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[Digest] = []

    def get(self, kind: Any, digest: Digest, /) -> bytes:
        if kind == "chunks":
            self.read.append(digest)
        return super().get(kind, digest)


def test_only_the_chunks_that_an_index_touches_are_read(item: Find) -> None:
    store = Counting()
    manifest = add_array(item("gzip1"), store).manifest
    found = ChunkedArray(manifest, store)
    assert store.read == []
    found[0:64, 0:16]
    assert store.read == [manifest.chunk_content(0)]
    found[10, 3]  # again from the same chunk, which was kept
    assert len(store.read) == 1
    found[60:70, 20]
    assert sorted(map(str, store.read[1:])) == sorted(
        str(manifest.chunk_content(one)) for one in (1, 4)
    )


def test_what_is_given_is_the_readers_own(item: Find) -> None:
    store = MemoryStore()
    found = ChunkedArray(add_array(item("gzip1"), store).manifest, store)
    found[0:2][...] = 99
    numpy.testing.assert_array_equal(found[0:2], SAME[0:2])


# Manifests that are read later


def corrupted(store: MemoryStore, digest: Digest, kind: Any = "chunks") -> None:
    data = bytearray(store.get(kind, digest))
    data[-1] ^= 1
    store._objects[kind][digest] = (bytes(data), 0.0)


def lazily(store: MemoryStore, digest: Digest, declared: Declared | None = None) -> ChunkedArray:
    return ChunkedArray(
        lambda: read_manifest(digest, [store], "x"), store, digest=digest, declared=declared
    )


def test_a_manifest_is_read_when_it_is_needed(item: Find) -> None:
    store = MemoryStore()
    digest = add_array(item("gzip1"), store).digest
    unread = lazily(MemoryStore(), digest, Declared(element("int16"), (200, 37)))
    assert (unread.shape, str(unread.dtype)) == ((200, 37), "int16")
    assert unread.described == {"chunks": str(digest), "dtype": "int16", "shape": [200, 37]}
    with pytest.raises(StoreMissingError) as caught:
        unread[0]
    assert caught.value.code == "store-manifest-missing"
    numpy.testing.assert_array_equal(lazily(store, digest)[...], SAME)


@pytest.mark.parametrize("declared", [Declared(element("int32")), Declared(shape=(200, 38))])
def test_an_array_that_is_not_what_it_is_declared_to_be(declared: Declared, item: Find) -> None:
    store = MemoryStore()
    digest = add_array(item("gzip1"), store).digest
    with pytest.raises(DocumentError) as caught:
        lazily(store, digest, declared)[0]
    assert caught.value.code == "chunks-invalid"


def test_a_corrupt_manifest_is_put_aside(item: Find) -> None:
    store = MemoryStore()
    digest = add_array(item("gzip1"), store).digest
    corrupted(store, digest, "manifests")
    with pytest.raises(StoreCorruptError) as caught:
        read_manifest(digest, [store], "x")
    assert caught.value.code == "store-manifest-corrupt"
    with pytest.raises(StoreMissingError):
        read_manifest(digest, [store], "x")


def test_reading_from_a_folder_writes_nothing(item: Find, tmp_path: Path) -> None:
    added = add_array(item("gzip1"), FolderStore(tmp_path / "store"))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    found = ChunkedArray(added.manifest, FolderStore(tmp_path / "store"))
    numpy.testing.assert_array_equal(found[...], SAME)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_several_threads_may_read(item: Find) -> None:
    store = MemoryStore()
    found = ChunkedArray(add_array(item("gzip1"), store).manifest, store)
    wrong: list[Any] = []

    def read(seed: int) -> None:
        random = numpy.random.default_rng(seed)
        for row in random.integers(0, 200, 50):
            if not numpy.array_equal(found[int(row)], SAME[row]):
                wrong.append(row)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_array_in_a_store_is_added_to_another_as_it_lies(kind: str, item: Find) -> None:
    first, second = MemoryStore("first"), MemoryStore("second")
    added = add_array(item(kind), first)
    again = add_array(ChunkedArray(added.manifest, first), second)
    assert again.digest == added.digest
    for digest in added.manifest.chunk_digests():
        one, other = first.get("chunks", digest), second.get("chunks", digest)
        if kind not in ("sparse", "late"):  # of what was never written some may be kept
            assert one == other
    equal(ChunkedArray(again.manifest, second)[...], item(kind)[...])
