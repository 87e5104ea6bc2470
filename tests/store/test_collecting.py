from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkdata.errors import StoreError
from linkdata.store import layout
from linkdata.store.collecting import collect
from linkdata.store.digests import Digest
from linkdata.store.folder import FolderStore
from linkdata.store.marking import mentions
from linkdata.store.memory import MemoryStore
from linkdata.testing.stores import sample, spoilt


def test_a_rooted_chunk_is_kept_without_a_manifest() -> None:
    store = MemoryStore()
    array = sample(1, 2)
    for digest, data in array.chunks:
        store.put("chunks", digest, data)
    done = collect(store, [array.chunks[0][0]], grace=0)
    assert done.chunks == 1
    assert set(store.list("chunks")) == {array.chunks[0][0]}


def test_chunks_of_a_young_manifest_are_kept_however_old() -> None:
    store = MemoryStore()
    array = sample(1, 2)
    array.put(store)
    for digest, (data, at) in list(store._objects["chunks"].items()):
        store._objects["chunks"][digest] = (data, at - 10_000)
    assert collect(store, [], grace=100).chunks == 0


def test_nothing_is_removed_in_a_trial(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "store")
    sample(1, 2).put(store)
    done = collect(store, [], grace=0, dry_run=True)
    assert (done.manifests, done.chunks) == (1, 2)
    assert done.size == sum(path.stat().st_size for path in tmp_path.rglob("*/blake3/*/*"))
    assert len(list(store.list("chunks"))) == 2


def test_roots_that_are_not_here_are_told() -> None:
    store = MemoryStore()
    sample(1).put(store)
    other = sample(2).digest
    assert collect(store, [other], grace=0, dry_run=True).absent == (other,)


def test_a_corrupt_manifest_that_is_named_stops_it(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    array, other = sample(1, 2), sample(3)
    array.put(store)
    other.put(store)
    path = tmp_path / layout.object_path("manifests", array.digest)
    path.chmod(0o644)
    path.write_bytes(spoilt(array.manifest[1]))
    with pytest.raises(StoreError) as caught:
        collect(store, [array.digest], grace=0)
    assert "nothing is collected" in str(caught.value)
    assert len(list(store.list("chunks"))) == 3
    assert collect(store, [other.digest], grace=0).manifests == 1


def test_a_named_manifest_in_quarantine_stops_it(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    array = sample(1, 2)
    array.put(store)
    path = tmp_path / layout.object_path("manifests", array.digest)
    path.chmod(0o644)
    path.write_bytes(spoilt(array.manifest[1]))
    store.quarantine("manifests", array.digest)
    with pytest.raises(StoreError) as caught:
        collect(store, [array.digest], grace=0)
    assert "nothing is collected" in str(caught.value)
    assert len(list(store.list("chunks"))) == 2
    assert collect(store, [], grace=0).chunks == 2
    assert store.in_quarantine("manifests") == set()


def test_a_manifest_that_comes_while_marking_is_kept() -> None:
    store = MemoryStore()
    left = sample(1, 2)
    left.put(store)
    again = sample(2, 3)
    told: list[int] = []

    def come(count: int) -> None:
        if not told:
            again.put(store)
        told.append(count)

    collect(store, [], grace=0, told=come)
    assert set(store.list("manifests")) == {again.digest}
    assert set(store.list("chunks")) == {digest for digest, _ in again.chunks}


def test_mentions_are_found_wherever_they_stand() -> None:
    digest = sample(1).digest
    text = f"""
a: {{chunks: "{digest}"}}   # and {Digest("sha256", "0" * 64)}
b: [{digest}x, blake3:0123, BLAKE3:{"0" * 64}, unknown:{"0" * 64}]
c: blake2b:{"1" * 64}
"""
    assert set(mentions(text)) == {
        digest,
        Digest("sha256", "0" * 64),
        Digest("blake2b-256", "1" * 64),
    }


@given(st.data())
def test_exactly_what_is_reachable_stays(data: st.DataObject) -> None:
    store = MemoryStore()
    seeds = st.lists(st.integers(0, 15), min_size=1, max_size=5).map(tuple)
    arrays = [sample(*found) for found in data.draw(st.lists(seeds, max_size=6))]
    for array in arrays:
        array.put(store)
    roots = [array for array in arrays if data.draw(st.booleans())]
    collect(store, [array.digest for array in roots], grace=0)
    assert set(store.list("manifests")) == {array.digest for array in roots}
    assert set(store.list("chunks")) == {digest for array in roots for digest, _ in array.chunks}


def test_the_grace_does_not_run_out_while_a_collection_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A manifest that is put while the roots are read, or just before, has its document later."""
    store = MemoryStore()
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    old, new = sample(1, 2), sample(3, 4)
    old.put(store)
    clock[0] += 20
    new.put(store)

    def slow() -> Iterator[Digest]:
        clock[0] += 60
        yield from ()

    done = collect(store, slow(), grace=10)
    assert (done.manifests, done.chunks) == (1, 2)
    assert set(store.list("manifests")) == {new.digest}
