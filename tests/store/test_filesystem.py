from __future__ import annotations

import errno
import os
import resource
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from linkdata.roots import Roots
from linkdata.store import filesystem
from linkdata.store.filesystem import LocalFileSystem
from linkdata.testing.disk import ModelFileSystem


@pytest.fixture(params=["local", "model"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> LocalFileSystem | ModelFileSystem:
    """The model does what the real one does."""
    return LocalFileSystem(tmp_path) if request.param == "local" else ModelFileSystem()


def write(files: LocalFileSystem | ModelFileSystem, path: str, data: bytes) -> None:
    fd = files.create(path)
    parts = [memoryview(data[:2]), memoryview(data[2:])]
    assert files.write(fd, parts) == len(data)
    assert files.size(fd) == len(data)
    files.sync(fd)
    files.close(fd)


def test_a_file_is_written_and_read(files: LocalFileSystem | ModelFileSystem) -> None:
    files.create_root()
    files.make_folder("x")
    write(files, "x/a", b"1234")
    assert files.read("x/a", 4) == b"1234"
    assert files.info("x/a").size == 4
    assert abs(files.info("x/a").modified - files.now()) < 60
    assert files.names("x") == ["a"]
    files.sync_folder("x")
    files.sync_folder("")
    files.rename("x/a", "x/b")
    files.link("x/b", "c")
    files.unlink("x/b")
    assert sorted(files.names("")) == ["c", "x"]
    assert files.names("x") == []
    fd = files.open("c")
    files.touch(fd)
    files.close(fd)


def test_what_is_there_is_not_made_again(files: LocalFileSystem | ModelFileSystem) -> None:
    write(files, "a", b"")
    files.make_folder("x")
    for make in (files.create, files.make_folder):
        for path in ("a", "x"):
            with pytest.raises(FileExistsError):
                make(path)
    with pytest.raises(FileExistsError):
        files.link("a", "x")


def test_what_is_not_there(files: LocalFileSystem | ModelFileSystem) -> None:
    calls = [
        lambda: files.open("a"),
        lambda: files.read("a", 1),
        lambda: files.info("a"),
        lambda: files.names("a"),
        lambda: files.unlink("a"),
        lambda: files.rename("a", "b"),
        lambda: files.link("a", "b"),
        lambda: files.create("a/b"),
        lambda: files.make_folder("a/b"),
        lambda: files.sync_folder("a"),
    ]
    for call in calls:
        with pytest.raises(FileNotFoundError):
            call()


def test_a_file_that_is_too_long(files: LocalFileSystem | ModelFileSystem) -> None:
    write(files, "a", b"12345")
    with pytest.raises(OSError) as caught:  # noqa: PT011
        files.read("a", 4)
    assert caught.value.errno == errno.EFBIG


def test_locks_exclude(files: LocalFileSystem | ModelFileSystem) -> None:
    files.make_folder("locks")
    first = files.lock("locks/l", exclusive=False)
    second = files.lock("locks/l", exclusive=False)
    assert first is not None
    assert second is not None
    assert files.lock("locks/l", exclusive=True) is None
    files.close(first)
    files.close(second)
    alone = files.lock("locks/l", exclusive=True)
    assert alone is not None
    assert files.lock("locks/l", exclusive=False) is None
    files.close(alone)


def test_missing_folders_are_made_durably(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(os.fstat(fd).st_ino))
    LocalFileSystem(tmp_path / "a" / "b" / "c").create_root()
    folders = [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]
    assert synced == [folder.stat().st_ino for folder in folders]
    LocalFileSystem(tmp_path / "a" / "b" / "c").create_root()
    assert len(synced) == 3


def test_nothing_is_held_open(tmp_path: Path, descriptors: Callable[[], list[str]]) -> None:
    files = LocalFileSystem(tmp_path)
    write(files, "warm", b"1")
    before = descriptors()
    files.make_folder("x")
    write(files, "x/a", b"1")
    files.read("x/a", 10)
    files.info("x/a")
    files.names("x")
    files.rename("x/a", "b")
    for call in (lambda: files.read("no", 1), lambda: files.create("b"), lambda: files.names("b")):
        with pytest.raises(OSError):  # noqa: PT011
            call()
    assert descriptors() == before


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o444), (0o077, 0o400)])
def test_nobody_may_write_to_a_new_file_again(mask: int, mode: int, tmp_path: Path) -> None:
    files = LocalFileSystem(tmp_path)
    before = os.umask(mask)
    try:
        files.close(files.create("a"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode


def test_links_are_read_below_the_roots_only(tmp_path: Path) -> None:
    store, outside = tmp_path / "store", tmp_path / "outside"
    store.mkdir()
    outside.mkdir()
    (outside / "a").write_text("1")
    (store / "file").symlink_to("../outside/a")
    (store / "folder").symlink_to("../outside")
    narrow, wide = LocalFileSystem(store), LocalFileSystem(store, Roots([tmp_path]))
    for path in ("file", "folder/a"):
        with pytest.raises(OSError, match="outside"):
            narrow.read(path, 10)
        assert wide.read(path, 10) == b"1"
    with pytest.raises(FileNotFoundError):
        wide.read("folder/b", 10)
    for files in (narrow, wide):
        for call in (
            lambda files=files: files.create("folder/new"),
            lambda files=files: files.unlink("folder/a"),
            lambda files=files: files.names("folder"),
            lambda files=files: files.rename("folder/a", "b"),
        ):
            with pytest.raises(OSError):  # noqa: PT011
                call()
    assert (outside / "a").exists()


def test_special_files_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    files = LocalFileSystem(tmp_path)
    refused: list[str] = []

    def read() -> None:
        for path in ("pipe", "folder"):
            try:
                files.read(path, 10)
            except OSError:
                refused.append(path)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(30)
    assert refused == ["pipe", "folder"]


def test_folders_that_are_kept_open_are_let_go_of(
    tmp_path: Path, descriptors: Callable[[], list[str]]
) -> None:
    files = LocalFileSystem(tmp_path)
    before = descriptors()
    for path in ("a", "a/b", "a/b/c"):
        files.make_folder(path)
    with files.keeping(), files.keeping():
        write(files, "a/b/c/one", b"1")
        kept = descriptors()
        write(files, "a/b/c/two", b"2")
        assert descriptors() == kept != before
    assert descriptors() == before
    (tmp_path / "a").rename(tmp_path / "old")
    with pytest.raises(FileNotFoundError):
        files.read("a/b/c/one", 1)


@pytest.mark.parametrize(("allowed", "kept"), [(60, 20), (600, 64), (resource.RLIM_INFINITY, 64)])
def test_not_all_folders_are_kept_open(
    tmp_path: Path,
    descriptors: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    allowed: int,
    kept: int,
) -> None:
    # Of the files that a process may have open, others need some too.
    monkeypatch.setattr(resource, "getrlimit", lambda which: (allowed, allowed))
    monkeypatch.setattr(filesystem, "_KEPT", 64)
    files = LocalFileSystem(tmp_path)
    before = descriptors()
    with files.keeping():
        for number in range(200):
            files.make_folder(str(number))
            write(files, f"{number}/one", b"1")
        assert len(before) < len(descriptors()) <= len(before) + kept
    assert descriptors() == before


def test_several_folders_are_synced(files: LocalFileSystem | ModelFileSystem) -> None:
    files.make_folder("x")
    files.sync_folders(["", "x"])
    with pytest.raises(FileNotFoundError):
        files.sync_folders(["", "x", "y"])
