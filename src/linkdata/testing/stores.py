"""Tests that every store passes, and small arrays for them.

Takes: a fixture `store` that gives an empty `CollectableStore`.
Gives: `StoreContract`, a class of tests to inherit; `Sample`, `sample`, `spoilt`.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".
"""

from __future__ import annotations

# ruff: noqa: D102 (the names of tests say what they do)
from dataclasses import dataclass

import numpy
import pytest

from linkdata.errors import StoreCorruptError, StoreMissingError
from linkdata.store import canonical, manifest, objects
from linkdata.store.collecting import collect
from linkdata.store.digests import Digest
from linkdata.store.elements import element
from linkdata.store.manifest import Manifest
from linkdata.store.protocols import CollectableStore, Kind
from linkdata.store.transfer import transfer
from linkdata.store.verifying import State, verify


@dataclass(frozen=True)
class Sample:
    """An array as the object files of its chunks and of its manifest."""

    seeds: tuple[int, ...]
    chunks: tuple[tuple[Digest, bytes], ...]
    manifest: tuple[Digest, bytes]

    def __repr__(self) -> str:
        return f"sample{self.seeds}"

    @property
    def digest(self) -> Digest:
        """The array's digest."""
        return self.manifest[0]

    def put(self, store: CollectableStore) -> None:
        """Put the array, as a writer should."""
        for digest, data in self.chunks:
            store.put("chunks", digest, data)
        store.put("manifests", *self.manifest)


def sample(*seeds: int, length: int = 8) -> Sample:
    """An array of one chunk for each seed; a seed always gives the same chunk."""
    kind = element("int16")
    chunks = []
    for seed in seeds:
        values = numpy.random.default_rng(seed).integers(0, 1000, length).astype("<i2")
        digest = canonical.content_digest(kind, (length,), canonical.body(kind, values))
        form = objects.Form(kind, (length,), "<i2")
        chunks.append((digest, objects.sealed(digest, form, values.tobytes())))
    joined = "".join(digest.hex for digest, _ in chunks)
    made = Manifest(kind, (length * len(chunks),), (length,), joined)
    return Sample(seeds, tuple(chunks), (made.digest, manifest.sealed(made)))


def spoilt(data: bytes) -> bytes:
    """The same bytes but for one bit of the last one."""
    return data[:-1] + bytes([data[-1] ^ 1])


class StoreContract:
    """What every store does. Inherit, and give a fixture `store`."""

    def test_gives_back_what_was_put(self, store: CollectableStore) -> None:
        array = sample(1, 2)
        array.put(store)
        for digest, data in array.chunks:
            assert store.get("chunks", digest) == data
            assert store.size("chunks", digest) == len(data)
            assert store.has("chunks", digest)
        assert store.get("manifests", array.digest) == array.manifest[1]

    def test_says_what_is_new(self, store: CollectableStore) -> None:
        (chunk,) = sample(1).chunks
        assert store.put("chunks", *chunk)
        assert not store.put("chunks", *chunk)

    def test_lists_each_kind(self, store: CollectableStore) -> None:
        first, second = sample(1, 2), sample(2, 3)
        first.put(store)
        second.put(store)
        chunks = {digest for digest, _ in first.chunks + second.chunks}
        assert len(chunks) == 3
        assert sorted(store.list("chunks"), key=str) == sorted(chunks, key=str)
        assert set(store.list("manifests")) == {first.digest, second.digest}

    @pytest.mark.parametrize("kind", ["chunks", "manifests"])
    def test_what_is_not_there(self, store: CollectableStore, kind: Kind) -> None:
        sample(1).put(store)
        absent = sample(2)
        digest = {"chunks": absent.chunks[0][0], "manifests": absent.digest}[kind]
        assert not store.has(kind, digest)
        for ask in (store.get, store.size, store.age):
            with pytest.raises(StoreMissingError) as caught:
                ask(kind, digest)
            assert caught.value.code == f"store-{kind[:-1]}-missing"
            assert str(digest) in str(caught.value)
        store.delete(kind, digest)
        store.refresh(kind, digest)
        store.quarantine(kind, digest)

    def test_takes_nothing_corrupt(self, store: CollectableStore) -> None:
        array = sample(1)
        (digest, data) = array.chunks[0]
        with pytest.raises(StoreCorruptError):
            store.put("chunks", digest, spoilt(data))
        with pytest.raises(StoreCorruptError):
            store.put("manifests", array.digest, spoilt(array.manifest[1]))
        other = sample(2).chunks[0][0]
        with pytest.raises(StoreCorruptError):
            store.put("chunks", other, data)

    def test_takes_what_was_just_made_in_its_parts(self, store: CollectableStore) -> None:
        (digest, data), (other, _) = sample(1, 2).chunks
        found = objects.opened(data)
        made = objects.fresh(digest, found.form, found.payload, found.stored)
        assert len(made) == len(data)
        with pytest.raises(StoreCorruptError):
            store.put("chunks", other, made)
        assert store.put("chunks", digest, made)
        assert store.get("chunks", digest) == data
        assert not store.put("chunks", digest, made)

    def test_a_manifest_whose_chunk_is_gone_is_not_kept(self, store: CollectableStore) -> None:
        array = sample(1, 2)
        for digest, data in array.chunks:
            store.put("chunks", digest, data)
        with store.lock(exclusive=True):
            store.delete("chunks", array.chunks[0][0])
        with pytest.raises(StoreMissingError):
            store.put("manifests", *array.manifest)
        assert not store.has("manifests", array.digest)

    def test_good_objects_are_not_put_aside(self, store: CollectableStore) -> None:
        array = sample(1)
        array.put(store)
        store.quarantine("chunks", array.chunks[0][0])
        assert store.has("chunks", array.chunks[0][0])

    def test_verifies(self, store: CollectableStore) -> None:
        sample(1, 2).put(store)
        checked = list(verify(store, deep=True))
        assert [each.state for each in checked] == [State.GOOD] * 3

    def test_is_collected(self, store: CollectableStore) -> None:
        kept, left = sample(1, 2), sample(2, 3)
        kept.put(store)
        left.put(store)
        done = collect(store, [kept.digest], grace=0)
        assert (done.manifests, done.chunks) == (1, 1)
        assert set(store.list("manifests")) == {kept.digest}
        assert set(store.list("chunks")) == {digest for digest, _ in kept.chunks}

    def test_young_objects_are_not_collected(self, store: CollectableStore) -> None:
        sample(1, 2).put(store)
        done = collect(store, [], grace=3600)
        assert (done.manifests, done.chunks, done.kept_manifests) == (0, 0, 1)

    def test_is_transferred_and_then_left_alone(self, store: CollectableStore) -> None:
        from linkdata.store.memory import MemoryStore

        source = MemoryStore()
        sample(1, 2).put(source)
        sample(2, 3).put(source)
        assert transfer(source, store).chunks == 3
        again = transfer(source, store)
        assert (again.chunks, again.chunk_size, again.size) == (0, 0, 0)
        back = MemoryStore()
        transfer(store, back)
        assert set(back.list("manifests")) == set(source.list("manifests"))
        assert {*back.list("chunks")} == {*source.list("chunks")}
