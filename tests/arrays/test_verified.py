from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest
from tests.arrays.conftest import KINDS, SAME
from tests.arrays.test_chunked import equal

from linkdata.arrays import verified
from linkdata.arrays.adding import add_array
from linkdata.arrays.hdf5 import HDF5Dataset, HDF5File
from linkdata.arrays.verified import VerifiedArray
from linkdata.errors import DigestMismatchError, StoreError
from linkdata.roots import Roots
from linkdata.store.memory import MemoryStore

Find = Callable[[str], HDF5Dataset]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("depth", ["content", "stored"])
def test_an_array_with_its_digest_is_read(kind: str, depth: Any, item: Find) -> None:
    found = VerifiedArray(item(kind), add_array(item(kind), digest=depth).digest)
    assert (found.shape, found.dtype, found.chunks) == (
        item(kind).shape,
        item(kind).dtype,
        item(kind).chunks,
    )
    values = found[...]
    equal(values, item(kind)[...])
    assert values.dtype == item(kind).dtype
    equal(found[()], item(kind)[()])
    found.verify()


def test_another_array_is_noticed(item: Find) -> None:
    for depth in ("content", "stored"):
        digest = add_array(item("gzip1"), digest=depth).digest  # type: ignore[arg-type]
        found = VerifiedArray(item("changed"), digest)
        for attempt in (found.verify, lambda found=found: found[0]):
            with pytest.raises(DigestMismatchError) as caught:
                attempt()
            assert caught.value.code == "digest-mismatch"
            assert str(digest) in str(caught.value)


def test_a_content_digest_does_not_mind_the_compression(item: Find) -> None:
    digest = add_array(item("gzip1")).digest
    numpy.testing.assert_array_equal(VerifiedArray(item("lzf"), digest)[...], SAME)
    stored = add_array(item("gzip1"), digest="stored").digest
    with pytest.raises(DigestMismatchError):
        VerifiedArray(item("lzf"), stored)[0]


def test_with_a_manifest_only_the_chunks_of_a_read_are_checked(
    item: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("went through all of it")

    store = MemoryStore()
    for depth in ("content", "stored"):
        digest = add_array(item("gzip1"), store, digest=depth).digest  # type: ignore[arg-type]
        with monkeypatch.context() as context:
            context.setattr(verified, "add_array", never)
            good = VerifiedArray(item("gzip1"), digest, [store])
            numpy.testing.assert_array_equal(good[...], SAME)
            good.verify()
            bad = VerifiedArray(item("changed"), digest, [store])
            if depth == "content":  # stored digests of the two differ everywhere
                numpy.testing.assert_array_equal(bad[0:64], SAME[0:64])
            with pytest.raises(DigestMismatchError):
                bad[100, 20]
            with pytest.raises(DigestMismatchError):
                bad.verify()


def test_a_file_that_changes_while_it_is_used(item: Find, tmp_path: Path) -> None:
    copy = tmp_path / "copy.h5"
    with h5py.File(copy, "w") as file:
        file.create_dataset("x", data=SAME, chunks=(64, 16))
    opened = HDF5File(lambda: copy, "copy.h5", Roots([tmp_path]))
    array: Any = opened.item("/x")
    found = VerifiedArray(array, add_array(array).digest)
    numpy.testing.assert_array_equal(found[0], SAME[0])
    with h5py.File(copy, "r+") as file:
        file["x"][150, 3] += 1
    with pytest.raises(DigestMismatchError) as caught:
        found[150]
    assert "copy.h5:/x" in str(caught.value)
    with pytest.raises(DigestMismatchError):
        found.verify()


def test_what_has_no_digest(item: Find) -> None:
    digest = add_array(item("gzip1")).digest
    with pytest.raises(StoreError) as caught:
        VerifiedArray(item("references"), digest)[...]
    assert caught.value.code == "store-array-unsupported"


def test_only_what_has_its_digest_is_added_to_a_store(item: Find) -> None:
    store = MemoryStore()
    digest = add_array(item("gzip1")).digest
    assert add_array(VerifiedArray(item("gzip1"), digest), store).digest == digest
    with pytest.raises(DigestMismatchError):
        add_array(VerifiedArray(item("changed"), digest), store)
