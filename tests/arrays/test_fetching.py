from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest
from tests.arrays.conftest import GRID, SAME
from tests.arrays.test_chunked import corrupted

from linkdata.arrays.adding import add_array
from linkdata.arrays.chunked import ChunkedArray
from linkdata.arrays.hdf5 import HDF5Dataset, HDF5File
from linkdata.errors import (
    DigestMismatchError,
    RetrievalError,
    SourceError,
    StoreCorruptError,
    StoreMissingError,
)
from linkdata.roots import Roots
from linkdata.store.memory import MemoryStore
from linkdata.store.packing import CANONICAL

Find = Callable[[str], HDF5Dataset]


def test_a_corrupt_chunk_is_named_and_put_aside(item: Find) -> None:
    store = MemoryStore()
    added = add_array(item("gzip1"), store)
    digest = added.manifest.chunk_content(4)
    corrupted(store, digest)
    found = ChunkedArray(added.manifest, store)
    numpy.testing.assert_array_equal(found[0:64], SAME[0:64])
    with pytest.raises(StoreCorruptError) as caught:
        found[64, 20]
    assert caught.value.code == "store-chunk-corrupt"
    message = str(caught.value)
    assert "chunk 4" in message
    assert str(digest) in message
    assert str(added.digest) in message
    assert not store.has("chunks", digest)
    with pytest.raises(StoreMissingError) as missing:
        found[64, 20]
    assert missing.value.code == "store-chunk-missing"
    assert str(digest) in str(missing.value)


def test_a_chunk_with_the_content_of_another_is_corrupt(item: Find) -> None:
    """Its bytes are as they were stored; but they were stored wrong."""
    from linkdata.store import objects
    from linkdata.store.objects import Form

    store = MemoryStore()
    added = add_array(SAME, store, grid=GRID)
    digest = added.manifest.chunk_content(0)
    wrong = SAME[:64, :16] + 1
    form = Form(added.manifest.element, wrong.shape)
    store._objects["chunks"][digest] = (objects.sealed(digest, form, wrong.tobytes()), 0.0)
    with pytest.raises(StoreCorruptError):
        ChunkedArray(added.manifest, store)[0, 0]


def test_another_compression_of_the_same_chunk_is_good(item: Find) -> None:
    store, other = MemoryStore(), MemoryStore()
    manifest = add_array(item("gzip1"), store).manifest
    add_array(item("big"), other)
    found = ChunkedArray(manifest, other)
    numpy.testing.assert_array_equal(found[...], SAME)
    raw = found.raw(0)
    assert raw is not None
    assert raw.packing == ">i2"


def test_a_missing_chunk_comes_from_the_next_place(item: Find) -> None:
    first, second = MemoryStore("first"), MemoryStore("second")
    manifest = add_array(item("gzip1"), first).manifest
    add_array(item("gzip1"), second)
    first.delete("chunks", manifest.chunk_content(0))
    second.delete("chunks", manifest.chunk_content(1))
    both = ChunkedArray(manifest, first, second)
    numpy.testing.assert_array_equal(both[...], SAME)
    first.delete("chunks", manifest.chunk_content(1))
    with pytest.raises(StoreMissingError) as caught:
        ChunkedArray(manifest, first, second)[...]
    assert caught.value.diagnostic.place == "first, second"
    whole = ChunkedArray(manifest, first, second, fallback=[item("big")])
    numpy.testing.assert_array_equal(whole[...], SAME)


def test_a_file_with_another_content_is_no_other_place(item: Find) -> None:
    manifest = add_array(item("gzip1")).manifest
    found = ChunkedArray(manifest, fallback=[item("changed")])
    numpy.testing.assert_array_equal(found[:64], SAME[:64])
    with pytest.raises(DigestMismatchError) as caught:
        found[100, 20]
    assert "chunk 4" in str(caught.value)
    for other in ("contiguous", "truth", "records"):
        with pytest.raises(DigestMismatchError):
            ChunkedArray(manifest, fallback=[item(other)])[0, 0]
    with pytest.raises(StoreMissingError):
        ChunkedArray(manifest, MemoryStore(), fallback=[item("changed")])[100, 20]


def test_a_file_that_is_gone_is_told(item: Find, tmp_path: Path) -> None:
    copy = tmp_path / "copy.h5"
    copy.write_bytes(item("gzip1").file.path.read_bytes())
    opened = HDF5File(lambda: Roots([tmp_path]).locate(copy), "copy.h5", Roots([tmp_path]))
    array: Any = opened.item("/gzip1")
    found = ChunkedArray(add_array(array).manifest, fallback=[array])
    copy.unlink()
    with pytest.raises((RetrievalError, SourceError)):
        found[0, 0]


def test_filters_that_were_not_applied_are_kept_so(item: Find, path: Path) -> None:
    store = MemoryStore()
    found = ChunkedArray(add_array(item("masked"), store).manifest, store)
    numpy.testing.assert_array_equal(found[...], SAME)
    raws = [found.raw(index) for index in range(12)]
    assert [raw.mask for raw in raws if raw is not None] == [3, 0, 0] * 4


def test_raw_chunks_make_the_same_dataset_again(item: Find, tmp_path: Path) -> None:
    store = MemoryStore()
    found = ChunkedArray(add_array(item("shuffle"), store).manifest, store)
    with h5py.File(tmp_path / "copy.h5", "w") as file:
        made = file.create_dataset(
            "x", SAME.shape, "<i2", chunks=GRID, compression="gzip", shuffle=True
        )
        for index in range(len(found.manifest)):
            raw = found.raw(index)
            assert raw is not None
            assert raw.codecs == ({"id": "shuffle", "size": 2}, {"id": "deflate", "level": 4})
            at = tuple(part.start for part in found.manifest.chunk_region(index))
            made.id.write_direct_chunk(at, bytes(raw.payload), raw.mask)
        numpy.testing.assert_array_equal(made[...], SAME)


def test_raw_chunks_of_what_has_none(item: Find) -> None:
    store = MemoryStore()
    text = ChunkedArray(add_array(item("text"), store).manifest, store).raw(0)
    assert text is not None
    assert (text.packing, text.codecs) == (CANONICAL, ())
    sparse = ChunkedArray(add_array(item("sparse"), store).manifest, store)
    assert sparse.raw(0) is not None
    assert sparse.raw(1) is None
