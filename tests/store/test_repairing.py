from __future__ import annotations

from pathlib import Path

import numpy

from linkdata.store import canonical, layout, objects
from linkdata.store.elements import element
from linkdata.store.folder import FolderStore
from linkdata.store.memory import MemoryStore
from linkdata.store.repairing import repair
from linkdata.store.verifying import State, verify
from linkdata.testing.stores import sample, spoilt


def spoil(path: Path) -> None:
    content = spoilt(path.read_bytes())
    path.chmod(0o644)
    path.write_bytes(content)


def all_good(store: FolderStore) -> bool:
    return {found.state for found in verify(store, deep=True)} == {State.GOOD}


def test_corrupt_and_missing_objects_come_back(tmp_path: Path) -> None:
    store, source = FolderStore(tmp_path), MemoryStore()
    array = sample(1, 2, 3)
    array.put(store)
    array.put(source)
    spoil(tmp_path / layout.object_path("chunks", array.chunks[0][0]))
    (tmp_path / layout.object_path("chunks", array.chunks[1][0])).unlink()
    spoil(tmp_path / layout.object_path("manifests", array.digest))
    done = repair(store, [MemoryStore(), source])
    assert set(done.repaired) == {
        ("chunks", array.chunks[0][0]),
        ("chunks", array.chunks[1][0]),
        ("manifests", array.digest),
    }
    assert done.findings == []
    assert all_good(store)
    assert store.in_quarantine("chunks") == {array.chunks[0][0]}


def test_a_manifest_that_was_put_aside_brings_its_chunks_back(tmp_path: Path) -> None:
    store, source = FolderStore(tmp_path), MemoryStore()
    array = sample(1, 2)
    array.put(store)
    array.put(source)
    spoil(tmp_path / layout.object_path("manifests", array.digest))
    store.quarantine("manifests", array.digest)
    (tmp_path / layout.object_path("chunks", array.chunks[0][0])).unlink()
    assert len(repair(store, [source]).repaired) == 2
    assert all_good(store)


def test_what_lies_in_quarantine_may_be_good(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    array = sample(1)
    array.put(store)
    digest = array.chunks[0][0]
    aside = tmp_path / layout.quarantine_path("chunks", digest)
    aside.parent.mkdir(parents=True)
    (tmp_path / layout.object_path("chunks", digest)).rename(aside)
    assert repair(store, []).repaired == [("chunks", digest)]
    assert all_good(store)


def test_what_nobody_has_is_put_aside_and_told(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    array = sample(1, 2)
    array.put(store)
    digest = array.chunks[0][0]
    spoil(tmp_path / layout.object_path("chunks", digest))
    done = repair(store, [])
    assert done.repaired == []
    assert [finding.code for finding in done.findings] == ["store-chunk-corrupt"]
    assert not store.has("chunks", digest)
    assert store.in_quarantine("chunks") == {digest}


def test_a_corrupt_source_is_no_source(tmp_path: Path) -> None:
    store, source = FolderStore(tmp_path), MemoryStore()
    array = sample(1)
    array.put(store)
    digest, data = array.chunks[0]
    source._objects["chunks"][digest] = (spoilt(data), 0.0)
    (tmp_path / layout.object_path("chunks", digest)).unlink()
    assert repair(store, [source]).repaired == []


def test_wrong_content_under_a_good_seal_is_replaced(tmp_path: Path) -> None:
    kind = element("int16")
    right, wrong = numpy.arange(4, dtype="<i2"), numpy.arange(1, 5, dtype="<i2")
    digest = canonical.content_digest(kind, (4,), canonical.body(kind, right))
    form = objects.Form(kind, (4,), "<i2")
    store, source = FolderStore(tmp_path), MemoryStore()
    store.put("chunks", digest, objects.sealed(digest, form, wrong.tobytes()))
    source.put("chunks", digest, objects.sealed(digest, form, right.tobytes()))
    assert repair(store, [source]).repaired == []
    assert repair(store, [source], deep=True).repaired == [("chunks", digest)]
    assert store.get("chunks", digest) == source.get("chunks", digest)
    assert len(list(store.quarantined("chunks", digest))) == 1


def test_a_good_store_is_left_alone(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    sample(1, 2).put(store)
    assert repair(store, [MemoryStore()]).repaired == []
    assert store.in_quarantine("chunks") == set()
