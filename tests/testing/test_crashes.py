"""The model of a disk forgets what it should, and nothing else."""

from __future__ import annotations

import errno
import random

import pytest

from linkdata.testing.crashes import State, crash_states, restored
from linkdata.testing.disk import ModelFileSystem


def states(files: ModelFileSystem) -> list[dict[str, bytes]]:
    found: list[State] = list(crash_states(files, 10_000, random.Random(0)))
    return [{path: content for path, (content, _) in state.items()} for state in found]


def write(files: ModelFileSystem, path: str, data: bytes, *, sync: bool) -> None:
    fd = files.create(path)
    assert files.write(fd, [memoryview(data)]) == len(data)
    if sync:
        files.sync(fd)
    files.close(fd)


def test_what_was_not_synced_may_be_lost_cut_or_zeros() -> None:
    files = ModelFileSystem()
    write(files, "a", b"1234", sync=False)
    found = states(files)
    assert {} in found
    assert {state["a"] for state in found if state} == {
        b"",
        b"12",
        b"\0\0\0\0",
        b"\0\x0034",
        b"1234",
    }


def test_a_synced_file_is_whole_but_its_name_may_be_lost() -> None:
    files = ModelFileSystem()
    write(files, "a", b"1234", sync=True)
    assert sorted(map(len, states(files))) == [0, 1]
    files.sync_folder("")
    assert states(files) == [{"a": b"1234"}]


def test_a_rename_may_be_half_done() -> None:
    files = ModelFileSystem()
    write(files, "a", b"1", sync=True)
    files.sync_folder("")
    files.rename("a", "b")
    assert sorted(map(sorted, states(files))) == [[], ["a"], ["a", "b"], ["b"]]
    files.sync_folder("")
    assert states(files) == [{"b": b"1"}]


def test_a_replaced_file_may_come_back() -> None:
    files = ModelFileSystem()
    write(files, "a", b"old", sync=True)
    files.sync_folder("")
    write(files, "b", b"new", sync=True)
    files.rename("b", "a")
    assert {state["a"] for state in states(files)} == {b"old", b"new"}


def test_a_removed_file_may_come_back() -> None:
    files = ModelFileSystem()
    write(files, "a", b"1", sync=True)
    files.sync_folder("")
    files.unlink("a")
    assert {} in states(files)
    assert {"a": b"1"} in states(files)


def test_a_folder_that_was_not_anchored_takes_all_in_it_along() -> None:
    files = ModelFileSystem()
    files.make_folder("x")
    files.make_folder("x/y")
    write(files, "x/y/a", b"1", sync=True)
    files.sync_folder("x/y")
    assert sorted(map(len, states(files))) == [0, 1]
    files.sync_folder("x")
    files.sync_folder("")
    assert states(files) == [{"x/y/a": b"1"}]


def test_a_new_time_may_be_lost() -> None:
    files = restored({"a": (b"1", 5.0)})
    fd = files.open("a")
    files.clock[0] = 100.0
    files.touch(fd)
    times = {state["a"][1] for state in crash_states(files, 10, random.Random(0))}
    assert 5.0 in times
    assert max(times) >= 100.0
    files.sync(fd)
    (state,) = crash_states(files, 10, random.Random(0))
    assert state["a"][1] >= 100.0


def test_a_failed_sync_is_never_made_good() -> None:
    files = ModelFileSystem()
    fd = files.create("a")
    files.write(fd, [memoryview(b"1234")])

    def fail(name: str, path: str) -> None:
        if name == "sync":
            raise OSError(errno.EIO, "lost")

    files.hook = fail
    with pytest.raises(OSError, match="lost"):
        files.sync(fd)
    files.hook = None
    files.sync(fd)
    assert {"a": b"12"} in states(files)


def test_many_states_are_sampled() -> None:
    files = ModelFileSystem()
    for number in range(40):
        write(files, str(number), b"1234", sync=False)
    found = list(crash_states(files, 100, random.Random(0)))
    assert len(found) == 100
    assert len({frozenset(state.items()) for state in found}) == 100


def test_every_state_comes_once() -> None:
    files = ModelFileSystem()
    files.make_folder("x")
    for number in range(5):
        write(files, f"x/{number}", b"1", sync=True)
    found = [frozenset(state) for state in states(files)]
    assert len(found) == len(set(found)) == 32


def test_what_was_restored_is_durable() -> None:
    state = {"a": (b"1", 2.0), "x/y/b": (b"22", 3.0)}
    files = restored(state)
    assert list(crash_states(files, 10, random.Random(0))) == [state]
    assert files.read("x/y/b", 10) == b"22"
    assert files.info("a").modified == 2.0


def test_locks_are_held_by_processes() -> None:
    files = ModelFileSystem()
    other = files.view()
    held = files.lock("l", exclusive=False)
    assert held is not None
    assert other.lock("l", exclusive=False) is not None
    assert files.lock("l", exclusive=True) is None
    other.kill()
    files.close(held)
    assert files.lock("l", exclusive=True) is not None


def test_errors_are_those_of_the_system() -> None:
    files = ModelFileSystem()
    write(files, "a", b"12", sync=True)
    with pytest.raises(FileExistsError):
        files.create("a")
    with pytest.raises(FileNotFoundError):
        files.read("b", 10)
    with pytest.raises(NotADirectoryError):
        files.read("a/b", 10)
    with pytest.raises(OSError) as caught:  # noqa: PT011
        files.read("a", 1)
    assert caught.value.errno == errno.EFBIG
