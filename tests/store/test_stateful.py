"""A store through long lives: commits, kills, power cuts, rot, repairs, collections, in any order.

`LINKDATA_STATEFUL=1000x500` sets how many lives are tried, and how many steps each may have.
"""

from __future__ import annotations

import os
import random
import secrets

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from linkdata.errors import StoreError
from linkdata.store import layout
from linkdata.store.collecting import collect
from linkdata.store.folder import FolderStore
from linkdata.store.memory import MemoryStore
from linkdata.store.repairing import repair
from linkdata.store.transfer import transfer
from linkdata.store.verifying import State, verify
from linkdata.testing.crashes import crash_states, restored
from linkdata.testing.disk import ModelFileSystem
from linkdata.testing.stores import Sample, sample, spoilt

ARRAYS = [sample(1, 2), sample(2, 3, 4), sample(4), sample(1, 5, 3), sample(6, 7), sample(8, 2)]
EVERYTHING = MemoryStore()
GOOD = {layout.RECORD: layout.record()}
PATHS: dict[str, set[str]] = {}
for _array in ARRAYS:
    _array.put(EVERYTHING)
    _chunks = {layout.object_path("chunks", digest): data for digest, data in _array.chunks}
    _manifest = layout.object_path("manifests", _array.digest)
    GOOD |= {_manifest: _array.manifest[1], **_chunks}
    PATHS[_manifest] = set(_chunks)

numbers = st.integers(0, len(ARRAYS) - 1)


def needed(array: Sample) -> set[str]:
    path = layout.object_path("manifests", array.digest)
    return {path, *PATHS[path]}


def manifest_of(array: Sample) -> str:
    return layout.object_path("manifests", array.digest)


class Killed(BaseException):
    """The process ends here; what it still does has no effect."""


class Counting:
    """Names that are the same in each run, so that a life can be lived again."""

    def __init__(self) -> None:
        self._chance = random.Random(0)

    def token_hex(self, count: int) -> str:
        return self._chance.randbytes(count).hex()


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        layout.secrets = Counting()  # type: ignore[attr-defined]
        self.files = ModelFileSystem()
        self.store = FolderStore("", files=self.files)
        self.promised: dict[Sample, float] = {}
        self.damaged: set[str] = set()  # objects that rotted, and what was done about it is open

    def teardown(self) -> None:
        layout.secrets = secrets  # type: ignore[attr-defined]

    def open_anew(self) -> None:
        self.store = FolderStore("", files=self.files)

    # Writing

    @rule(number=numbers)
    def commit(self, number: int) -> None:
        array = ARRAYS[number]
        array.put(self.store)
        self.promised[array] = self.files.now()
        self.damaged -= needed(array)

    @rule(number=numbers, steps=st.integers(0, 120))
    def commit_and_be_killed(self, number: int, steps: int) -> None:
        left = steps

        def hook(name: str, path: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed

        self.files.hook = hook
        try:
            self.commit(number)
        except Killed:
            pass
        finally:
            self.files.hook = None
            self.files.kill()
            self.open_anew()

    @rule(number=numbers, steps=st.integers(0, 120), code=st.sampled_from([5, 28, 30]))
    def commit_on_a_failing_disk(self, number: int, steps: int, code: int) -> None:
        left = steps

        def hook(name: str, path: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise OSError(code, "fails")

        self.files.hook = hook
        try:
            self.commit(number)
        except StoreError:
            self.open_anew()
        finally:
            self.files.hook = None

    @rule(number=numbers)
    def put_chunks_only(self, number: int) -> None:
        for digest, data in ARRAYS[number].chunks:
            self.store.put("chunks", digest, data)
            self.damaged.discard(layout.object_path("chunks", digest))
        self.store.flush()

    @rule(number=numbers)
    def bring_from_another_store(self, number: int) -> None:
        array = ARRAYS[number]
        there = layout.object_path("manifests", array.digest)
        if self.damaged & needed(array):
            return  # what is there is not looked at when arrays are brought
        assert transfer(EVERYTHING, self.store, [array.digest]).findings == []
        self.promised[array] = self.files.now()
        assert self.store.has("manifests", array.digest), there

    # What happens to disks

    @rule(seed=st.integers(0, 1 << 30))
    def power_cut(self, seed: int) -> None:
        chance = random.Random(seed)
        (state,) = list(crash_states(self.files, 1, chance, ("tmp", "locks")))[:1]
        self.files = restored(state)
        self.files.clock[0] = max(self.files.clock[0], self.now)
        self.open_anew()

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def rot(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(self.there())))
        file = self.files._file(path)
        file.live = file.durable = spoilt(GOOD[path])
        self.damaged.add(path)

    @rule(seconds=st.sampled_from([1.0, 50.0, 1000.0]))
    def time_passes(self, seconds: float) -> None:
        self.files.clock[0] += seconds

    # Care

    @rule()
    def mend(self) -> None:
        if self.there() or self.damaged:
            assert repair(self.store, [EVERYTHING]).findings == []
            self.damaged = {path for path in self.damaged if not self.is_good_for_ever(path)}

    def is_good_for_ever(self, path: str) -> bool:
        """Whether nothing but the good object can be found here, also after a power cut."""
        try:
            folder, name = self.files._above(path)
        except OSError:
            return False
        nodes = folder.possible.get(name, [folder.live.get(name)])
        return all(getattr(node, "durable", None) == GOOD[path] for node in nodes)

    @precondition(lambda self: self.damaged)
    @rule(data=st.data())
    def reader_sets_aside(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(self.damaged)))
        digest = layout.object_digest(path)
        assert digest is not None
        self.store.quarantine("chunks" if path.startswith("chunks") else "manifests", digest)

    @precondition(lambda self: self.all_there())
    @rule(roots=st.sets(numbers), grace=st.sampled_from([0.0, 10.0, 500.0]))
    def collected(self, roots: set[int], grace: float) -> None:
        now = self.files.now()
        rooted = {ARRAYS[number] for number in roots}
        try:
            collect(self.store, [array.digest for array in rooted], grace=grace)
        except StoreError:
            named = {array.digest for array in rooted}
            assert self.damaged or named & self.store.in_quarantine("manifests")
            return
        here = self.all_there()
        self.promised = {
            array: at
            for array, at in self.promised.items()
            # Of a manifest that nobody names yet and that lies in quarantine nobody knows the age.
            if array in rooted or (now - at < grace and manifest_of(array) in here)
        }

    # What must hold

    @property
    def now(self) -> float:
        return max([1000.0, *self.promised.values()])

    def all_there(self) -> set[str]:
        (state,) = crash_states(restored(self.live()), 1, random.Random(0))
        return set(state) & GOOD.keys()

    def there(self) -> set[str]:
        return self.all_there() - {layout.RECORD}

    def live(self) -> dict[str, tuple[bytes, float]]:
        found: dict[str, tuple[bytes, float]] = {}
        rest = [("", self.files.root)]
        while rest:
            path, folder = rest.pop()
            for name, node in folder.live.items():
                inner = f"{path}/{name}" if path else name
                if hasattr(node, "possible"):
                    rest.append((inner, node))
                elif not inner.startswith(("tmp/", "locks/")):
                    found[inner] = (node.live, node.modified)
        return found

    @invariant()
    def nothing_is_wrong(self) -> None:
        live = self.live()
        for path, (content, _) in live.items():
            if not path.startswith("quarantine/") and path not in self.damaged:
                assert content == GOOD[path], path
        for path, chunks in PATHS.items():
            if path in live and path not in self.damaged:
                assert chunks - self.damaged <= live.keys(), path
        for array in self.promised:
            assert needed(array) - self.damaged <= live.keys()

    @invariant()
    def verify_tells_exactly_that(self) -> None:
        live = self.live()
        if layout.RECORD not in live:
            return
        found = {
            layout.object_path(checked.kind, checked.digest): checked.state
            for checked in verify(self.store, workers=1)
        }
        corrupt = {path for path, state in found.items() if state is State.CORRUPT}
        expected = {
            path
            for path, (content, _) in live.items()
            if path in GOOD and content != GOOD[path] and path != layout.RECORD
        }
        assert corrupt == expected


def run(examples: int, steps: int) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


def test_short_lives() -> None:
    run(40, 30)


@pytest.mark.slow
def test_long_lives() -> None:
    examples, _, steps = os.environ.get("LINKDATA_STATEFUL", "200x75").partition("x")
    run(int(examples), int(steps))
