from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy
import pytest

from linkdata import plugins
from linkdata.arrays.hdf5 import HDF5Dataset, HDF5File, HDF5Source
from linkdata.arrays.protocols import Source
from linkdata.errors import LinkdataError, RetrievalError, SourceError, error
from linkdata.roots import Roots


class Located:
    """A way to a file that counts how often it was asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.calls = 0

    def __call__(self) -> Path:
        self.calls += 1
        return self.path


@pytest.fixture
def located(tmp_path: Path) -> Located:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["g/d"] = [1, 2, 3]
        file["r"] = numpy.array([file["g/d"].ref], h5py.ref_dtype)
    return Located(tmp_path / "a.h5")


def opened(located: Located, writable: bool = False) -> HDF5File:
    return HDF5File(located, "a.h5", Roots([located.path.parent]), writable)


def dataset(file: HDF5File, path: str = "g/d") -> HDF5Dataset:
    found = file.item(path)
    assert isinstance(found, HDF5Dataset)
    return found


def is_open(located: Located) -> bool:
    links = [f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd")]
    return any(os.path.realpath(link) == str(located.path) for link in links)


def test_the_entry_point_is_a_source(located: Located) -> None:
    found = plugins.load("linkdata.sources", "hdf5")
    assert found is HDF5Source
    source: Source = HDF5Source()
    file = source.open(located, "name", Roots())
    assert located.calls == 0
    assert file.item("/").kind == "group"


def test_nothing_is_opened_until_asked_and_nothing_stays_open(located: Located) -> None:
    file = opened(located)
    root = file.root
    assert located.calls == 0
    assert repr(file) == "HDF5File('a.h5', closed)"
    assert root.keys() == ["g", "r"]
    assert dataset(file)[1] == 2
    assert located.calls == 1
    assert not is_open(located)


def test_held(located: Located) -> None:
    file = opened(located)
    with file.held() as outer, file.held() as inner:
        assert outer is inner
        assert dataset(file)[0] == 1
        file.close()
        assert outer
        assert is_open(located)
    assert not is_open(located)
    assert not outer


def test_open_and_close(located: Located) -> None:
    file = opened(located)
    handle = file.open()
    assert file.open() is handle
    assert handle["g/d"][0] == 1
    data = dataset(file)
    native = data.open()
    assert isinstance(native, h5py.Dataset)
    file.close()
    assert not native
    native = data.open()
    assert native[2] == 3
    assert is_open(located)
    data.close()
    data.close()
    assert not native
    assert not is_open(located)


def test_locate_may_raise(located: Located) -> None:
    def refusing() -> Path:
        raise RetrievalError(error("resource-missing", "gone"))

    with pytest.raises(RetrievalError, match="gone"):
        HDF5File(refusing, "a.h5", Roots()).item("/")


@pytest.mark.parametrize("same_size", [False, True])
def test_a_changed_file_is_located_again(located: Located, same_size: bool) -> None:
    file = opened(located)
    data = dataset(file)
    assert data[...].tolist() == [1, 2, 3]
    assert dataset(file, "r")[0].path == "/g/d"
    before = located.path.stat().st_mtime
    with h5py.File(located.path, "w") as new:
        new["g/d"] = [4, 5, 6]
        new["a"] = new["g/d"]
        new["r"] = numpy.array([new["g/d"].ref], h5py.ref_dtype)
        if not same_size:
            new["more"] = numpy.zeros(10_000)
    os.utime(located.path, (before + 2, before + 2))  # the next tick, however seldom they are
    assert data.file.item("g/d")[...].tolist() == [4, 5, 6]  # type: ignore[index]
    assert located.calls == 2
    assert dataset(file, "r")[0].path == "/a"
    assert located.calls == 2


def test_our_own_writing_is_no_change(located: Located) -> None:
    file = opened(located, writable=True)
    for number in range(3):
        dataset(file)[0] = number
        assert dataset(file)[0] == number
    assert located.calls == 1


def test_files_that_are_no_hdf5(located: Located, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("text" * 1000)
    (tmp_path / "empty").touch()
    os.mkfifo(tmp_path / "fifo")
    for name, code in (
        ("text", "source-not-hdf5"),
        ("empty", "source-not-hdf5"),
        ("none", "resource-missing"),
        ("fifo", "resource-not-regular"),
        ("", "resource-not-regular"),
    ):
        path = tmp_path / name
        with pytest.raises(LinkdataError) as caught:
            HDF5File(lambda path=path: path, name, Roots([tmp_path])).item("/")
        assert caught.value.code == code, name


def test_truncated_files_raise(located: Located, tmp_path: Path) -> None:
    content = located.path.read_bytes()
    for length in range(0, len(content), 97):
        path = tmp_path / "cut.h5"
        path.write_bytes(content[:length])
        with pytest.raises(SourceError) as caught:
            HDF5File(lambda path=path: path, "cut.h5", Roots([tmp_path])).item("g/d")
        assert caught.value.code in ("source-not-hdf5", "source-unreadable")
        assert "/proc/" not in str(caught.value)


def test_a_file_outside_the_roots_may_be_located(located: Located) -> None:
    assert dataset(HDF5File(located, "a.h5", Roots()))[0] == 1


def test_a_swapped_path_is_not_followed(located: Located, tmp_path: Path) -> None:
    secret = tmp_path / "outside"
    secret.mkdir()
    shutil.copy(located.path, secret / "secret.h5")
    located.path.unlink()
    located.path.symlink_to("outside/secret.h5")
    file = HDF5File(lambda: located.path, "a.h5", Roots([tmp_path]))
    assert dataset(file)[0] == 1  # below the file's own folder
    located.path.unlink()
    located.path.symlink_to("/etc/passwd")
    with pytest.raises(RetrievalError) as caught:
        file.item("/")
    assert caught.value.code == "resource-outside-roots"


def test_threads(located: Located) -> None:
    file = opened(located)
    problems: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(100):
                assert dataset(file)[...].tolist() == [1, 2, 3]
                assert dataset(file, "r")[0].path == "/g/d"
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert not is_open(located)


def test_many_accesses_of_a_file_that_is_held_open_it_once(
    located: Located, openings: Callable[[], int]
) -> None:
    file = opened(located)
    data = dataset(file)
    before = openings()
    with file.held():
        for _ in range(1000):
            data[0]
        assert openings() == before + 1
