from __future__ import annotations

import threading
import time

import pytest

from linkdata.store.parallel import cores, each, every


def test_every_argument_has_its_result() -> None:
    assert sorted(each(lambda n: n * n, range(100), 4)) == [n * n for n in range(100)]
    assert list(each(lambda n: n, [], 2)) == []


def test_no_more_is_taken_than_is_worked_on() -> None:
    taken = []

    def arguments():
        for number in range(1000):
            taken.append(number)
            yield number

    results = each(lambda n: n, arguments(), 2)
    next(results)
    assert len(taken) <= 2 * 4 + 8
    assert len(list(results)) == 999


def test_what_it_raises_goes_through() -> None:
    def fail(number: int) -> int:
        raise KeyError(number)

    with pytest.raises(KeyError):
        list(each(fail, range(10), 2))


def test_several_work_at_once() -> None:
    together = threading.Barrier(3, timeout=30)
    assert sorted(each(lambda n: together.wait() * 0 + n, range(3), 3)) == [0, 1, 2]


def test_there_is_a_core() -> None:
    assert cores() >= 1


def test_one_worker_is_the_one_who_asks() -> None:
    assert set(each(lambda n: threading.get_ident(), range(3), 1)) == {threading.get_ident()}


def test_results_come_in_order() -> None:
    later = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            assert later.wait(30)
        else:
            later.set()
        return number

    assert list(each(work, range(20), 4)) == list(range(20))


def heard(done: int) -> None:
    """Nobody asked."""


@pytest.mark.parametrize("workers", [0, 1, 4])
def test_all_results_at_once(workers: int) -> None:
    told: list[int] = []
    assert every(lambda n: n * n, range(50), workers, told.append) == [n * n for n in range(50)]
    assert told == list(range(1, 51))
    assert every(lambda n: n, [], workers, told.append) == []


def test_all_at_once_by_several_threads() -> None:
    together = threading.Barrier(3, timeout=30)
    assert every(lambda n: together.wait() * 0 + n, range(3), 3, heard) == [0, 1, 2]


def test_after_a_failure_no_more_is_begun() -> None:
    begun = []
    failed = threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        if number == 1:
            failed.set()
            raise KeyError(number)
        assert failed.wait(30)
        time.sleep(0.1)  # long enough to hear of it; if it is not, only more is begun

    with pytest.raises(KeyError):
        every(work, range(10_000), 2, heard)
    assert len(begun) < 10_000


def test_nobody_waits_for_the_rest_after_what_progress_raises() -> None:
    def full(done: int) -> None:
        raise OSError(done)

    with pytest.raises(OSError, match="1"):
        every(lambda n: n, range(100), 1, full)
