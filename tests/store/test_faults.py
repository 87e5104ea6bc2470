"""A failing disk: every call of the system fails in turn, once and for good, in several ways."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest

from linkdata.errors import StoreError
from linkdata.store import layout
from linkdata.store.collecting import collect
from linkdata.store.folder import FolderStore
from linkdata.store.memory import MemoryStore
from linkdata.store.repairing import repair
from linkdata.store.verifying import verify
from linkdata.testing.crashes import crash_states, restored
from linkdata.testing.disk import ModelFileSystem
from linkdata.testing.stores import Sample, sample, spoilt

OLD = 500.0
ARRAYS = [sample(1, 2, 3), sample(3, 4)]
ERRORS = [errno.EIO, errno.ENOSPC, errno.EROFS]


@dataclass
class Scene:
    """A disk, what a process does on it, and what is promised once that is done."""

    files: ModelFileSystem
    work: Callable[[], object]
    promised: list[Sample]


def disk(arrays: list[Sample], spoil: tuple[str, ...] = ()) -> ModelFileSystem:
    found = {layout.RECORD: (layout.record(), OLD)} if arrays else {}
    for array in arrays:
        found[layout.object_path("manifests", array.digest)] = (array.manifest[1], OLD)
        for digest, data in array.chunks:
            found[layout.object_path("chunks", digest)] = (data, OLD)
    for path in spoil:
        found[path] = (spoilt(found[path][0]), OLD)
    files = restored(found)
    files.clock[0] = 1000.0
    return files


def put_all(files: ModelFileSystem) -> None:
    store = FolderStore("", files=files)
    for array in ARRAYS:
        array.put(store)


CHUNK = layout.object_path("chunks", ARRAYS[0].chunks[1][0])
MANIFEST = layout.object_path("manifests", ARRAYS[1].digest)


def adding() -> Scene:
    files = disk([])
    return Scene(files, lambda: put_all(files), ARRAYS)


def adding_again() -> Scene:
    files = disk(ARRAYS)
    return Scene(files, lambda: put_all(files), ARRAYS)


def replacing() -> Scene:
    files = disk(ARRAYS, (CHUNK, MANIFEST))
    return Scene(files, lambda: put_all(files), ARRAYS)


def repairing() -> Scene:
    files = disk(ARRAYS, (CHUNK, MANIFEST))
    source = MemoryStore()
    for array in ARRAYS:
        array.put(source)

    def work() -> None:
        assert repair(FolderStore("", files=files), [source]).findings == []

    return Scene(files, work, ARRAYS)


def collecting() -> Scene:
    files = disk(ARRAYS)
    keep = [ARRAYS[0].digest]
    return Scene(files, lambda: collect(FolderStore("", files=files), keep, grace=10), ARRAYS[:1])


def setting_aside() -> Scene:
    files = disk(ARRAYS, (CHUNK,))
    digest = ARRAYS[0].chunks[1][0]
    return Scene(
        files, lambda: FolderStore("", files=files).quarantine("chunks", digest), ARRAYS[1:]
    )


def reading() -> Scene:
    files = disk(ARRAYS)
    return Scene(files, lambda: list(verify(FolderStore("", files=files), workers=1)), ARRAYS)


SCENES = [adding, adding_again, replacing, repairing, collecting, setting_aside, reading]


def bad_objects(files: ModelFileSystem, planted: bool) -> list[str]:
    """What lies under a digest and is not what it says, in what may be left of a disk."""
    good = {layout.RECORD: layout.record()}
    for array in ARRAYS:
        good[layout.object_path("manifests", array.digest)] = array.manifest[1]
        good |= {layout.object_path("chunks", digest): data for digest, data in array.chunks}
    bad = []
    for state in crash_states(files, 30, random.Random(0), ("tmp", "locks", "quarantine")):
        for path, (content, _) in state.items():
            was_bad = planted and path in (CHUNK, MANIFEST) and content == spoilt(good[path])
            if content != good[path] and not was_bad:
                bad.append(path)
    return bad


def lost(files: ModelFileSystem, promised: list[Sample]) -> list[str]:
    """What a power cut may take of arrays that were promised."""
    found = []
    for state in crash_states(files, 200, random.Random(0), ("tmp", "locks", "quarantine")):
        for array in promised:
            paths = [layout.object_path("manifests", array.digest)]
            paths += [layout.object_path("chunks", digest) for digest, _ in array.chunks]
            found += [path for path in paths if path not in state]
    return found


def calls(scene: Scene) -> int:
    """How many calls the work makes when nothing fails."""
    count = 0

    def hook(name: str, path: str) -> None:
        nonlocal count
        count += 1

    scene.files.hook = hook
    scene.work()
    return count


def attempt(scene: Scene) -> bool:
    """Do the work; whether it says that it is done. It raises nothing but `StoreError`."""
    try:
        scene.work()
    except StoreError as problem:
        failed: StoreError | None = problem
    else:
        failed = None
    expected = {"store-unwritable", "store-unreadable", "store-chunk-missing"}
    assert failed is None or failed.code in expected
    return failed is None


def inspect(make: Callable[[], Scene], scene: Scene, done: bool) -> None:
    assert bad_objects(scene.files, make in (replacing, repairing, setting_aside)) == []
    if done and make is not reading:
        assert lost(scene.files, scene.promised) == []
    scene.files.hook = scene.files.observe = None
    if make is not reading:
        # When the disk is well again, so is the store.
        put_all(scene.files.view())
        assert lost(scene.files, ARRAYS) == []
        states = {found.state for found in verify(FolderStore("", files=scene.files), workers=1)}
        assert states == {"good"}


@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for-good"])
@pytest.mark.parametrize("code", ERRORS, ids=errno.errorcode.get)
@pytest.mark.parametrize("make", SCENES, ids=lambda found: found.__name__)
def test_every_call_fails(make: Callable[[], Scene], code: int, for_good: bool) -> None:
    for number in range(calls(make())):
        scene = make()
        at = -1

        def hook(name: str, path: str, number: int = number) -> None:
            nonlocal at
            at += 1
            if at == number or (for_good and at > number):
                raise OSError(code, os.strerror(code))

        scene.files.hook = hook
        inspect(make, scene, attempt(scene))


@pytest.mark.parametrize("make", SCENES, ids=lambda found: found.__name__)
def test_every_call_that_works_says_it_failed(make: Callable[[], Scene]) -> None:
    """As over a network, when the answer is lost."""
    number = 0
    while True:
        scene = make()
        at = -1

        def observe(path: str, number: int = number) -> None:
            nonlocal at
            at += 1
            if at == number:
                raise OSError(errno.EIO, os.strerror(errno.EIO))

        scene.files.observe = observe
        done = attempt(scene)
        if at < number:
            return
        inspect(make, scene, done)
        number += 1


@pytest.mark.parametrize("taken", [1, 100])
@pytest.mark.parametrize("make", [adding, replacing], ids=lambda found: found.__name__)
def test_short_writes_go_on(make: Callable[[], Scene], taken: int) -> None:
    scene = make()
    scene.files.hook = lambda name, path: taken if name == "write" else None
    assert attempt(scene)
    inspect(make, scene, True)


def test_a_write_that_takes_nothing_is_an_error() -> None:
    scene = adding()
    scene.files.hook = lambda name, path: 0 if name == "write" else None
    assert not attempt(scene)
    inspect(adding, scene, False)


def test_a_failed_sync_is_not_tried_again() -> None:
    """The file whose sync failed never gets a name; whoever tries again writes another one."""
    files = disk([])
    store = FolderStore("", files=files)
    synced: list[str] = []

    def hook(name: str, path: str) -> None:
        if name == "sync":
            assert path not in synced
            synced.append(path)
            if len(synced) == 2:  # the record is the first
                raise OSError(errno.EIO, "lost")

    files.hook = hook
    digest, data = ARRAYS[0].chunks[0]
    with pytest.raises(StoreError):
        store.put("chunks", digest, data)
    assert not store.has("chunks", digest)
    assert files.names("tmp") == []
    assert store.put("chunks", digest, data)
    assert len(synced) == 3


def test_after_a_folder_could_not_be_synced_nothing_more_is_promised() -> None:
    files = disk([])
    store = FolderStore("", files=files)
    ARRAYS[0].put(store)

    def hook(name: str, path: str) -> None:
        if name == "sync_folder":
            raise OSError(errno.EIO, "lost")

    files.hook = hook
    with suppress(StoreError):
        ARRAYS[1].put(store)
    files.hook = None
    with pytest.raises(StoreError) as caught:
        ARRAYS[1].put(store)
    assert "open the store anew" in str(caught.value)
    ARRAYS[1].put(FolderStore("", files=files))


def test_messages_say_what_to_do() -> None:
    for code, word in ((errno.ENOSPC, "full"), (errno.EROFS, "reading only")):
        scene = adding()

        def hook(name: str, path: str, code: int = code) -> None:
            if name == "write":
                raise OSError(code, os.strerror(code))

        scene.files.hook = hook
        with pytest.raises(StoreError) as caught:
            scene.work()
        assert caught.value.code == "store-unwritable"
        assert word in (caught.value.diagnostic.hint or "")
