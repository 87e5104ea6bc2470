from __future__ import annotations

import gc
import os
import random
import stat
import threading
import time
import weakref
from pathlib import Path

import pytest

from linkdata.errors import StoreCorruptError, StoreError, StoreMissingError
from linkdata.roots import Roots
from linkdata.store import layout
from linkdata.store.collecting import collect
from linkdata.store.filesystem import Info, LocalFileSystem
from linkdata.store.folder import FolderStore
from linkdata.store.framing import Fresh
from linkdata.store.memory import MemoryStore
from linkdata.store.protocols import CollectableStore, Kind
from linkdata.store.transfer import transfer
from linkdata.store.verifying import verify
from linkdata.testing.crashes import crash_states
from linkdata.testing.disk import ModelFileSystem
from linkdata.testing.stores import Sample, StoreContract, sample, spoilt


class TestFolderStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FolderStore:
        return FolderStore(tmp_path / "a" / "b" / "store")


class TestFolderStoreOnTheModel(StoreContract):
    @pytest.fixture
    def store(self) -> FolderStore:
        return FolderStore("", files=ModelFileSystem())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> FolderStore:
    return FolderStore(folder)


def path_of(folder: Path, kind: Kind, array: Sample, number: int = 0) -> Path:
    digest = array.digest if kind == "manifests" else array.chunks[number][0]
    return folder / layout.object_path(kind, digest)


def spoil(path: Path) -> None:
    data = spoilt(path.read_bytes())
    path.chmod(0o644)
    path.write_bytes(data)


def snapshot(folder: Path) -> dict[str, tuple[int, int, int]]:
    found = {}
    for path in (folder, *folder.rglob("*")):
        status = path.lstat()
        found[str(path)] = (status.st_mtime_ns, status.st_mode, status.st_size)
    return found


def test_the_layout(store: FolderStore, folder: Path) -> None:
    array = sample(1)
    array.put(store)
    digits = array.chunks[0][0].hex
    assert (folder / "chunks" / "blake3" / digits[:2] / digits).read_bytes() == array.chunks[0][1]
    assert (folder / "linkdata-store.json").read_bytes() == b'{"linkdata":"store","version":1}\n'
    assert list((folder / "tmp").iterdir()) == []


def test_objects_are_read_only(store: FolderStore, folder: Path) -> None:
    array = sample(1)
    array.put(store)
    assert not stat.S_IMODE(path_of(folder, "chunks", array).stat().st_mode) & 0o222


@pytest.mark.parametrize("kind", ["chunks", "manifests"])
def test_putting_again_makes_new(store: FolderStore, folder: Path, kind: Kind) -> None:
    array = sample(1)
    array.put(store)
    path = path_of(folder, kind, array)
    os.utime(path, (0, 0))
    before = path.stat()
    array.put(store)
    after = path.stat()
    assert after.st_mtime > 1e9
    assert after.st_ino == before.st_ino


def test_a_corrupt_object_is_put_aside_and_replaced(store: FolderStore, folder: Path) -> None:
    array = sample(1)
    array.put(store)
    path = path_of(folder, "chunks", array)
    spoil(path)
    bad = path.read_bytes()
    assert not FolderStore(folder).put("chunks", *array.chunks[0])
    assert path.read_bytes() == array.chunks[0][1]
    assert list(store.quarantined("chunks", array.chunks[0][0])) == [bad]
    assert store.in_quarantine("chunks") == {array.chunks[0][0]}


def test_a_corrupt_object_is_put_aside_where_there_are_no_hard_links(
    store: FolderStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    array = sample(1)
    array.put(store)
    spoil(path_of(folder, "chunks", array))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    assert not store.put("chunks", *array.chunks[0])
    assert store.get("chunks", array.chunks[0][0]) == array.chunks[0][1]
    assert len(list(store.quarantined("chunks", array.chunks[0][0]))) == 1


def test_quarantine_moves_the_bytes(store: FolderStore, folder: Path) -> None:
    array = sample(1)
    array.put(store)
    path = path_of(folder, "chunks", array)
    spoil(path)
    store.quarantine("chunks", array.chunks[0][0])
    assert not path.exists()
    assert len(list(store.quarantined("chunks", array.chunks[0][0]))) == 1


def test_reading_writes_nothing(store: FolderStore, folder: Path) -> None:
    array = sample(1, 2)
    array.put(store)
    spoil(path_of(folder, "chunks", array))
    before = snapshot(folder)
    for reader in (FolderStore(folder), FolderStore(folder, writable=False)):
        list(verify(reader))
        reader.get("chunks", array.chunks[0][0])
        reader.age("manifests", array.digest)
        assert list(reader.list("chunks"))
        assert reader.in_quarantine("chunks") == set()
    FolderStore(folder, writable=False).quarantine("chunks", array.chunks[0][0])
    with pytest.raises(StoreError) as caught:
        FolderStore(folder, writable=False).put("chunks", *array.chunks[0])
    assert caught.value.code == "store-unwritable"
    assert snapshot(folder) == before


def test_a_store_without_its_empty_folders_is_written(store: FolderStore, folder: Path) -> None:
    """Git, archives and object stores keep no empty folders."""
    sample(1).put(store)
    for path in (folder / "locks").iterdir():
        path.unlink()
    (folder / "tmp").rmdir()
    (folder / "locks").rmdir()
    sample(2).put(FolderStore(folder))
    assert len(list(store.list("manifests"))) == 2


def test_there_is_no_store(folder: Path) -> None:
    for make in (lambda: None, folder.mkdir):
        make()
        with pytest.raises(StoreError) as caught:
            FolderStore(folder).has("chunks", sample(1).digest)
        assert caught.value.code == "store-invalid"
    folder.rmdir()
    folder.write_text("a file")
    with pytest.raises(StoreError) as caught:
        FolderStore(folder).has("chunks", sample(1).digest)
    assert caught.value.code == "store-invalid"


def test_a_folder_with_other_things_is_not_made_a_store(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.tex").write_text("")
    with pytest.raises(StoreError) as caught:
        sample(1).put(FolderStore(folder))
    assert caught.value.code == "store-invalid"
    assert [path.name for path in folder.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (b"", "store-invalid"),
        (b"[]", "store-invalid"),
        (b'{"linkdata":"chunk","version":1}', "store-invalid"),
        (b'{"linkdata":"store","version":2}', "store-version-unknown"),
        (b'{"linkdata":"store","version":true}', "store-version-unknown"),
        (b'{"linkdata":"store","version":"1"}', "store-version-unknown"),
        (b"[" * 100_000, "store-unreadable"),
    ],
)
def test_records_that_are_refused(folder: Path, record: bytes, code: str) -> None:
    folder.mkdir()
    (folder / layout.RECORD).write_bytes(record)
    with pytest.raises(StoreError) as caught:
        list(FolderStore(folder).list("chunks"))
    assert caught.value.code == code
    with pytest.raises(StoreError):
        sample(1).put(FolderStore(folder))
    assert (folder / layout.RECORD).read_bytes() == record


def test_what_is_no_object_is_passed_over(store: FolderStore, folder: Path) -> None:
    array = sample(1)
    array.put(store)
    fan = path_of(folder, "chunks", array).parent
    (fan / "notes.txt").write_text("")
    (fan / ("0" * 64)).write_text("")
    (folder / "chunks" / "UPPER").mkdir()
    (folder / "chunks" / "blake3" / "xyz").mkdir()
    (folder / "chunks" / "file").write_text("")
    assert list(store.list("chunks")) == [array.chunks[0][0]]


# Links and special files


def test_links_are_read_below_the_roots(store: FolderStore, folder: Path, tmp_path: Path) -> None:
    """As git-annex and DataLad lay files out."""
    array = sample(1, 2)
    array.put(store)
    annex = tmp_path / "annex"
    annex.mkdir()
    path = path_of(folder, "chunks", array)
    path.rename(annex / "object")
    path.symlink_to("../../../../annex/object")
    digest = array.chunks[0][0]
    wide = FolderStore(folder, roots=Roots([tmp_path]))
    assert wide.get("chunks", digest) == array.chunks[0][1]
    assert wide.size("chunks", digest) == len(array.chunks[0][1])
    with pytest.raises(StoreError) as caught:
        FolderStore(folder).get("chunks", digest)
    assert caught.value.code == "store-unreadable"


def test_nothing_is_written_through_links(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / ("0" * 32)).write_text("mine")
    sample(1).put(FolderStore(folder))
    array = sample(3)
    for name in ("tmp", "locks"):
        for path in (folder / name).iterdir():
            path.unlink()
        (folder / name).rmdir()
    (folder / "tmp").symlink_to(outside)
    with pytest.raises(StoreError):
        array.put(FolderStore(folder))
    assert collect(FolderStore(folder), [], grace=0).temporary == 0
    (folder / "tmp").unlink()
    array = sample(5)
    fan = folder / layout.folder_path("chunks", array.chunks[0][0])
    fan.symlink_to(outside)
    with pytest.raises(StoreError):
        array.put(FolderStore(folder))
    assert [path.name for path in outside.iterdir()] == ["0" * 32]


def test_a_fifo_is_not_waited_for(store: FolderStore, folder: Path) -> None:
    array = sample(1)
    array.put(store)
    path = path_of(folder, "chunks", array)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(StoreError) as caught:
        store.get("chunks", array.chunks[0][0])
    assert caught.value.code == "store-unreadable"


# Locks and collections


def test_a_collection_waits_for_writers(store: FolderStore, folder: Path) -> None:
    sample(1).put(store)
    collected = threading.Event()

    def work() -> None:
        collect(FolderStore(folder), [], grace=0)
        collected.set()

    thread = threading.Thread(target=work)
    with store.lock():
        thread.start()
        assert not collected.wait(0.3)
        sample(2).put(store)  # under the lock that is held, while the collection waits
    thread.join(30)
    assert collected.is_set()


def test_a_writer_waits_for_a_collection(store: FolderStore, folder: Path) -> None:
    sample(1).put(store)
    put = threading.Event()

    def work() -> None:
        sample(2).put(FolderStore(folder))
        put.set()

    thread = threading.Thread(target=work)
    with store.lock(exclusive=True):
        thread.start()
        assert not put.wait(0.3)
    thread.join(30)
    assert put.is_set()


def test_who_waits_too_long_gives_up(store: FolderStore, folder: Path) -> None:
    sample(1).put(store)
    with store.lock(exclusive=True), pytest.raises(StoreError) as caught:
        sample(2).put(FolderStore(folder, wait=0.1))
    assert caught.value.code == "store-locked"


def test_what_the_body_of_a_lock_raises_goes_through(store: FolderStore) -> None:
    problem = OSError(5, "of something else")
    with pytest.raises(OSError) as caught, store.lock():  # noqa: PT011
        raise problem
    assert caught.value is problem


def test_temporary_files_that_were_left_are_collected(store: FolderStore, folder: Path) -> None:
    sample(1).put(store)
    left = folder / layout.temporary_path()
    left.write_bytes(b"half of it")
    other = folder / "tmp" / "notes"
    other.write_text("")
    assert collect(store, [], grace=3600).temporary == 0
    assert collect(store, [], grace=0).temporary == 1
    assert not left.exists()
    assert other.exists()


def test_ages_are_by_the_clock_of_the_file_system(
    store: FolderStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server's clock may be an hour behind this machine's."""
    array = sample(1)
    array.put(store)
    monkeypatch.setattr(LocalFileSystem, "now", lambda self: time.time() + 3600)
    with store.lock(exclusive=True):
        assert store.age("manifests", array.digest) < 60


def test_an_object_of_somebody_else_is_written_anew(
    store: FolderStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    array = sample(1)
    array.put(store)
    path = path_of(folder, "chunks", array)
    before = path.stat().st_ino

    def refuse(self: LocalFileSystem, fd: int) -> None:
        raise PermissionError(1, "not yours")

    monkeypatch.setattr(LocalFileSystem, "touch", refuse)
    assert not store.put("chunks", *array.chunks[0])
    assert path.stat().st_ino != before
    assert path.read_bytes() == array.chunks[0][1]


def test_many_threads_put_the_same(folder: Path) -> None:
    array = sample(*range(20))
    new: list[bool] = []

    def work() -> None:
        store = FolderStore(folder)
        for digest, data in array.chunks:
            new.append(store.put("chunks", digest, data))
        store.put("manifests", *array.manifest)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(new) == 80
    assert {found.state for found in verify(FolderStore(folder), deep=True)} == {"good"}
    assert list((folder / "tmp").iterdir()) == []


def test_a_folder_that_another_makes_a_store_meanwhile(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = LocalFileSystem.names
    first, second = sample(1), sample(2)

    def meanwhile(files: LocalFileSystem, path: str) -> list[str]:
        monkeypatch.setattr(LocalFileSystem, "names", names)
        first.put(FolderStore(folder))
        return list(names(files, path))

    monkeypatch.setattr(LocalFileSystem, "names", meanwhile)
    second.put(FolderStore(folder))
    store = FolderStore(folder)
    assert {found.state for found in verify(store, deep=True)} == {"good"}
    assert set(store.list("manifests")) == {first.digest, second.digest}


def test_who_holds_the_store_need_not_look_for_what_was_just_put(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    found = LocalFileSystem.info

    def info(files: LocalFileSystem, path: str) -> Info:
        looked.append(path)
        return found(files, path)

    monkeypatch.setattr(LocalFileSystem, "info", info)
    store, one = FolderStore(folder), sample(1, 2)
    with store.lock():
        one.put(store)
        assert len(looked) == len(set(looked)) == 3  # two chunks, a manifest: none of them twice
        looked.clear()
    one.put(store)
    assert len(looked) == 5
    assert len(set(looked)) == 3
    other = sample(3)
    with store.lock(exclusive=True):
        other.put(store)
        store.delete("chunks", other.chunks[0][0])
        with pytest.raises(StoreMissingError):
            store.put("manifests", *other.manifest)


def test_flush_makes_chunks_durable_without_a_manifest() -> None:
    files = ModelFileSystem()
    store = FolderStore("", files=files)
    chunks = sample(1, 2, 3).chunks
    for digest, data in chunks:
        store.put("chunks", digest, data)
    paths = {layout.object_path("chunks", digest) for digest, _ in chunks}

    def lost() -> bool:
        states = crash_states(files, 5000, random.Random(0), ("tmp", "locks"))
        return any(not paths <= state.keys() for state in states)

    assert lost()
    store.flush()
    assert not lost()


def test_a_missing_object_is_a_key_error(store: CollectableStore) -> None:
    sample(1).put(store)
    with pytest.raises(KeyError):
        store.get("chunks", sample(2).chunks[0][0])
    with pytest.raises(StoreMissingError) as caught:
        store.get("chunks", sample(2).chunks[0][0])
    assert caught.value.diagnostic.hint


@pytest.mark.parametrize("bring", ["put", "refresh", "transfer"])
def test_what_another_left_is_durable_when_it_is_met(bring: str) -> None:
    class Killed(BaseException):
        pass

    def hook(name: str, path: str) -> None:
        if name == "sync_folder" and path.startswith("manifests/blake3/"):
            raise Killed

    source, array = MemoryStore(), sample(1, 2)
    array.put(source)
    files = ModelFileSystem(hook)
    with pytest.raises(Killed):
        array.put(FolderStore("", files=files))
    files.hook = None
    files.kill()
    store = FolderStore("", files=files)
    path = layout.object_path("manifests", array.digest)

    def lost() -> bool:
        states = crash_states(files, 5000, random.Random(0), ("tmp", "locks"))
        return any(path not in state for state in states)

    assert store.has("manifests", array.digest)
    assert lost()
    if bring == "put":
        array.put(store)
    elif bring == "refresh":
        store.refresh("manifests", array.digest)
    else:
        assert transfer(source, store).there == 1
    assert not lost()


def test_what_is_staged_is_visible_when_it_is_ended(store: FolderStore, folder: Path) -> None:
    (digest, data), (other, more) = sample(1, 2).chunks
    line, _, payload = data.partition(b"\n")
    with store.lock():
        end = store.stage("chunks", digest, Fresh(digest, line + b"\n", payload))
        assert not store.has("chunks", digest)
        assert end()
        assert not store.stage("chunks", digest, data)()
        store.put("chunks", other, more)
        spoil(folder / layout.object_path("chunks", other))
        assert not store.stage("chunks", other, more)()
        assert store.get("chunks", other) == more
    assert store.get("chunks", digest) == data


def test_what_is_staged_holds_no_bytes(store: FolderStore) -> None:
    class Payload(bytearray):
        """Bytes that tell when they are gone."""

    ((digest, data),) = sample(1).chunks
    line, _, rest = data.partition(b"\n")
    payload = Payload(rest)
    told = weakref.ref(payload)
    with store.lock():
        end = store.stage("chunks", digest, Fresh(digest, line + b"\n", memoryview(payload)))
        del payload
        gc.collect()
        assert told() is None
        assert end()
    assert store.get("chunks", digest) == data


def test_what_cannot_be_made_durable_is_not_visible_and_leaves_nothing() -> None:
    def hook(name: str, path: str) -> None:
        if name == "sync" and path.startswith(layout.TEMPORARY):
            raise OSError(5, "no more")

    files = ModelFileSystem()
    store = FolderStore("", files=files)
    sample(2).put(store)
    (chunk,) = sample(1).chunks
    with store.lock():
        end = store.stage("chunks", *chunk)
        files.hook = hook
        with pytest.raises(StoreError) as caught:
            end()
    assert caught.value.code == "store-unwritable"
    assert not store.has("chunks", chunk[0])
    assert files.names(layout.TEMPORARY) == []


def test_what_is_not_what_its_digest_says_makes_no_store(store: FolderStore, folder: Path) -> None:
    ((digest, data),) = sample(1).chunks
    with pytest.raises(StoreCorruptError):
        store.put("chunks", digest, spoilt(data))
    assert not folder.exists()
