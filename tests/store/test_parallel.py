from __future__ import annotations

import threading
import time
from functools import partial

import pytest

from linkdata.store.parallel import Afterwards, cores, each, every


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


def test_afterwards_does_all_of_it() -> None:
    done: list[int] = []
    with Afterwards(3, 5) as afterwards:
        for number in range(50):
            afterwards.add(partial(done.append, number))
    assert sorted(done) == list(range(50))


def test_afterwards_takes_no_more_than_it_has_room_for() -> None:
    may_end, begun = threading.Event(), threading.Semaphore(0)
    taken: list[int] = []

    def task() -> None:
        begun.release()
        may_end.wait(30)

    def bring(afterwards: Afterwards) -> None:
        for number in range(4):
            afterwards.add(task)
            taken.append(number)

    with Afterwards(1, 2) as afterwards:
        bringing = threading.Thread(target=bring, args=(afterwards,))
        bringing.start()
        assert begun.acquire(timeout=30)
        bringing.join(0.1)  # if it is slow, the test sees less
        assert len(taken) <= 2
        may_end.set()
        bringing.join(30)
    assert taken == [0, 1, 2, 3]


def test_what_afterwards_raises_goes_through_and_the_rest_is_done() -> None:
    done: list[int] = []

    def fail() -> None:
        raise KeyError

    def bring() -> None:
        with Afterwards(1, 4) as afterwards:
            afterwards.add(fail)
            for number in range(100):
                done.append(number)
                afterwards.add(partial(done.remove, number))

    with pytest.raises(KeyError):
        bring()
    assert done == []


def test_what_was_brought_is_done_when_something_else_fails() -> None:
    done: list[int] = []

    def bring() -> None:
        with Afterwards(2, 4) as afterwards:
            afterwards.add(partial(done.append, 1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bring()
    assert done == [1]
