from __future__ import annotations

from pathlib import Path

import pytest

from linkdata.errors import StoreError, error
from linkdata.store.digests import Digest
from linkdata.store.folder import FolderStore
from linkdata.store.memory import MemoryStore
from linkdata.store.protocols import Kind
from linkdata.store.transfer import transfer
from linkdata.testing.stores import sample, spoilt


def test_only_what_is_missing_is_moved() -> None:
    source, target = MemoryStore(), MemoryStore()
    first, second = sample(1, 2, 3), sample(3, 4)
    for array in (first, second):
        array.put(source)
    first.put(target)
    moved: list[int] = []
    done = transfer(source, target, told=moved.append)
    assert (done.chunks, done.manifests) == (1, 1)
    assert done.chunk_size == len(second.chunks[1][1])
    assert sum(moved) == done.size


def test_only_what_is_wanted_is_moved() -> None:
    source, target = MemoryStore(), MemoryStore()
    for array in (sample(1, 2), sample(3, 4)):
        array.put(source)
    done = transfer(source, target, [sample(3, 4).digest, sample(1).chunks[0][0]])
    assert (done.chunks, done.manifests, done.findings) == (3, 1, [])


def test_what_nobody_has_is_told() -> None:
    source, target = MemoryStore(), MemoryStore()
    done = transfer(source, target, [sample(1).digest])
    assert [finding.code for finding in done.findings] == ["store-manifest-missing"]


@pytest.mark.parametrize("code", ["store-chunk-corrupt", "store-chunk-missing"])
def test_an_array_that_is_not_whole_is_not_promised(code: str) -> None:
    source, target = MemoryStore(), MemoryStore()
    broken, whole = sample(1, 2), sample(3)
    broken.put(source)
    whole.put(source)
    digest, data = broken.chunks[0]
    if code == "store-chunk-missing":
        source.delete("chunks", digest)
    else:
        source._objects["chunks"][digest] = (spoilt(data), 0.0)
    done = transfer(source, target)
    assert {finding.code for finding in done.findings} == {code}
    assert list(target.list("manifests")) == [whole.digest]
    assert not target.has("chunks", digest)


class Breaking(FolderStore):
    """A store whose line breaks down after so many puts."""

    left = 3

    def put(self, kind: Kind, digest: Digest, data: bytes, /) -> bool:
        self.left -= 1
        if self.left < 0:
            raise StoreError(error("store-unwritable", "the line is down"))
        return super().put(kind, digest, data)


def test_goes_on_where_it_was_broken_off(tmp_path: Path) -> None:
    source = MemoryStore()
    array = sample(*range(10))
    array.put(source)
    with pytest.raises(StoreError):
        transfer(source, Breaking(tmp_path))
    there = len(list(FolderStore(tmp_path).list("chunks")))
    assert there == 3
    done = transfer(source, FolderStore(tmp_path))
    assert (done.chunks, done.manifests, done.there) == (7, 1, 3)
