"""Power cuts: every state that the weakest POSIX may leave, after every call of the system.

Workloads run on the model of `linkdata.testing.crashes`, alone and interleaved. After each call the
states that a power cut may leave there are made, and each is judged without the code of the store:
what lies under a digest must be what it says, a manifest must have its chunks, and what was
promised must be there.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest

from linkdata.store import layout
from linkdata.store.collecting import collect
from linkdata.store.digests import Digest
from linkdata.store.folder import FolderStore
from linkdata.store.memory import MemoryStore
from linkdata.store.repairing import repair
from linkdata.testing.crashes import State, crash_states, restored
from linkdata.testing.disk import ModelFileSystem
from linkdata.testing.stores import Sample, sample, spoilt

WITHOUT = (layout.TEMPORARY, layout.LOCKS)
ENOUGH = 1000  # faults, to know that something is wrong
OLD = 500.0  # the model's clock begins at 1000


@dataclass
class Judge:
    """What must hold in every state that a power cut may leave."""

    samples: list[Sample]
    #: Corrupt objects that were there from the beginning.
    planted: dict[str, bytes] = field(default_factory=dict)
    #: Manifests that were promised, and since when.
    promised: dict[Digest, float] = field(default_factory=dict)
    #: Chunks that were lost before, so that a manifest may lack them.
    lost: set[str] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.good = {layout.RECORD: layout.record()}
        self.chunks: dict[str, set[str]] = {}
        for array in self.samples:
            path = layout.object_path("manifests", array.digest)
            self.good[path] = array.manifest[1]
            self.chunks[path] = {layout.object_path("chunks", found) for found, _ in array.chunks}
            for digest, data in array.chunks:
                self.good[layout.object_path("chunks", digest)] = data

    def judge(self, state: State) -> None:
        if len(self.faults) > ENOUGH:
            return
        key = hash(frozenset(state.items()))
        self.seen.add(key)
        aside = {content for path, (content, _) in state.items() if path.startswith("quarantine/")}
        for path, (content, _) in state.items():
            if path.startswith("quarantine/"):
                continue
            if content != self.good[path] and content != self.planted.get(path):
                self.faults.append(f"wrong bytes under {path}")
            lacking = self.chunks.get(path, set()) - state.keys() - self.lost
            if lacking:
                self.faults.append(f"{path} lacks {lacking}")
        for path, content in self.planted.items():
            if content not in aside and state.get(path, (b"", 0))[0] != content:
                self.faults.append("corrupt bytes are lost")
        for digest, since in self.promised.items():
            found = state.get(layout.object_path("manifests", digest))
            if found is None:
                self.faults.append(f"the manifest {digest} was promised")
            elif found[1] < since:
                self.faults.append(f"the manifest {digest} is old again")
        if state and layout.RECORD not in state:
            self.faults.append("there are objects, and no record")


@dataclass
class Run:
    """A workload on a model: its files, who judges them, and how many states to look at."""

    files: ModelFileSystem
    judge: Judge
    limit: int
    chance: random.Random = field(default_factory=lambda: random.Random(0))

    def __post_init__(self) -> None:
        self.files.observe = self.look

    def look(self, path: str = "") -> None:
        if path.partition("/")[0] in WITHOUT:
            return  # it makes no difference to what is outside
        for state in crash_states(self.files, self.limit, self.chance, WITHOUT):
            self.judge.judge(state)

    def commit(self, store: FolderStore, array: Sample) -> None:
        """Put an array; when that returns, it is promised."""
        since = self.files.now()
        array.put(store)
        self.judge.promised[array.digest] = since


def disk(kind: type[ModelFileSystem], state: State) -> ModelFileSystem:
    files = kind()
    found = restored({layout.RECORD: (layout.record(), OLD), **state} if state else {})
    files.root, files.clock = found.root, [1000.0]
    return files


def objects_of(arrays: Iterable[Sample], modified: float = OLD) -> dict[str, tuple[bytes, float]]:
    found = {}
    for array in arrays:
        found[layout.object_path("manifests", array.digest)] = (array.manifest[1], modified)
        for digest, data in array.chunks:
            found[layout.object_path("chunks", digest)] = (data, modified)
    return found


# Workloads: each gives a run, and what its processes do.

Workload = Callable[[type[ModelFileSystem], int], tuple[Run, list[Callable[[], None]]]]


def fresh(kind: type[ModelFileSystem], limit: int) -> tuple[Run, list[Callable[[], None]]]:
    """Arrays are put into a store that is not there yet; they share chunks."""
    arrays = [sample(*range(15)), sample(*range(10, 24)), sample(30)]
    run = Run(disk(kind, {}), Judge(arrays), limit)
    store = FolderStore("", files=run.files.view())
    return run, [lambda: [run.commit(store, array) for array in arrays] and None]


def again(kind: type[ModelFileSystem], limit: int) -> tuple[Run, list[Callable[[], None]]]:
    """What is there is put once more."""
    arrays = [sample(*range(12)), sample(11, 12, 13)]
    run = Run(disk(kind, objects_of(arrays)), Judge(arrays), limit)
    store = FolderStore("", files=run.files.view())
    return run, [lambda: [run.commit(store, array) for array in arrays] and None]


def staged(kind: type[ModelFileSystem], limit: int) -> tuple[Run, list[Callable[[], None]]]:
    """Chunks are put in two steps, the second ones in another order."""
    arrays = [sample(*range(12)), sample(11, 12, 13)]
    run = Run(disk(kind, {}), Judge(arrays), limit)
    store = FolderStore("", files=run.files.view())

    def work() -> None:
        for array in arrays:
            since = run.files.now()
            with store.lock():
                ends = [store.stage("chunks", digest, data) for digest, data in array.chunks]
                for end in reversed(ends):
                    end()
                store.put("manifests", *array.manifest)
            run.judge.promised[array.digest] = since

    return run, [work]


def together(kind: type[ModelFileSystem], limit: int) -> tuple[Run, list[Callable[[], None]]]:
    """Three processes put arrays that share chunks, into a store that none of them has made."""
    arrays = [sample(1, 2, 3), sample(3, 2, 4), sample(1, 2, 3)]
    run = Run(disk(kind, {}), Judge(arrays), limit)

    def work(array: Sample) -> None:
        run.commit(FolderStore("", files=run.files.view()), array)

    return run, [lambda array=array: work(array) for array in arrays]  # type: ignore[misc]


def corrupt(kind: type[ModelFileSystem], limit: int) -> tuple[Run, list[Callable[[], None]]]:
    """A writer meets corrupt chunks and a corrupt manifest, and replaces them."""
    arrays = [sample(*range(12)), sample(11, 12)]
    state = objects_of(arrays)
    planted = {}
    for path in (
        *(layout.object_path("chunks", digest) for digest, _ in arrays[0].chunks[2:7]),
        layout.object_path("manifests", arrays[1].digest),
    ):
        planted[path] = spoilt(state[path][0])
        state[path] = (planted[path], OLD)
    run = Run(disk(kind, state), Judge(arrays, planted), limit)
    store = FolderStore("", files=run.files.view())
    return run, [lambda: [run.commit(store, array) for array in arrays] and None]


def mended(kind: type[ModelFileSystem], limit: int) -> tuple[Run, list[Callable[[], None]]]:
    """A store that lacks chunks and has corrupt ones is repaired, some of it for good."""
    arrays = [sample(*range(14)), sample(20, 21)]
    state = objects_of(arrays)
    chunks = [layout.object_path("chunks", digest) for digest, _ in arrays[0].chunks]
    hopeless = layout.object_path("chunks", arrays[1].chunks[0][0])
    planted = {path: spoilt(state[path][0]) for path in (*chunks[:5], hopeless)}
    state |= {path: (content, OLD) for path, content in planted.items()}
    for path in chunks[5:12]:
        del state[path]
    judge = Judge(arrays, planted, lost={*chunks[5:12], hopeless})
    judge.promised = {array.digest: 0.0 for array in arrays}
    run = Run(disk(kind, state), judge, limit)
    source = MemoryStore()
    arrays[0].put(source)
    store = FolderStore("", files=run.files.view())
    return run, [lambda: repair(store, [source]) and None]


def collected(kind: type[ModelFileSystem], limit: int) -> tuple[Run, list[Callable[[], None]]]:
    """A collection removes arrays that nobody names; one that is named shares chunks with them."""
    kept, *left = [sample(1, 2, 3), sample(*range(3, 14)), sample(13, 14), sample(15, 16)]
    run = Run(disk(kind, objects_of([kept, *left])), Judge([kept, *left]), limit)
    run.judge.promised[kept.digest] = 0.0
    store = FolderStore("", files=run.files.view())
    return run, [lambda: collect(store, [kept.digest], grace=100) and None]


def contended(kind: type[ModelFileSystem], limit: int) -> tuple[Run, list[Callable[[], None]]]:
    """Two collections, while writers put again what the collections would remove."""
    kept, *left = [sample(1, 2), sample(2, 3, 4), sample(4, 5), sample(6, 3)]
    judge = Judge([kept, *left])
    judge.promised[kept.digest] = 0.0
    run = Run(disk(kind, objects_of([kept, *left[:2]])), judge, limit)

    def write(array: Sample) -> None:
        run.commit(FolderStore("", files=run.files.view()), array)

    def clean() -> None:
        collect(FolderStore("", files=run.files.view()), [kept.digest], grace=100)

    return run, [clean, lambda: write(left[0]), lambda: write(left[2]), clean]


class Killed(BaseException):
    """Ends a process; nothing it does after has any effect."""


class Interleaved:
    """Runs threads one at a time, changing between them at calls of the system, by chance.

    `kills` of them end somewhere on the way.
    """

    def __init__(
        self, works: list[Callable[[], None]], chance: random.Random, kills: int = 0
    ) -> None:
        self._chance = chance
        self._works = works
        self._turns = [threading.Semaphore(0) for _ in works]
        self._back = threading.Semaphore(0)
        self._at = threading.local()
        self._problems: list[BaseException] = []
        self._running: set[int] = set()
        self._dead: set[int] = set()
        self._kills = {
            chance.randrange(20, 400): chance.randrange(len(works)) for _ in range(kills)
        }

    def hook(self, name: str, path: str) -> None:
        if hasattr(self._at, "number"):
            if self._at.number not in self._dead:
                self._back.release()
                self._turns[self._at.number].acquire()
            if self._at.number in self._dead:
                raise Killed

    def run(self) -> None:
        self._running = set(range(len(self._works)))
        threads = [
            threading.Thread(target=self._work, args=(number,), daemon=True)
            for number in sorted(self._running)
        ]
        for thread in threads:
            thread.start()
        step = 0
        while self._running:
            step += 1
            self._dead |= {self._kills[step]} if step in self._kills else set()
            self._turns[self._chance.choice(sorted(self._running))].release()
            self._back.acquire()
        for thread in threads:
            thread.join()
        for problem in self._problems:
            raise problem

    def _work(self, number: int) -> None:
        self._at.number = number
        self._turns[number].acquire()
        try:
            self._works[number]()
        except Killed:
            pass
        except BaseException as problem:
            self._problems.append(problem)
        finally:
            self._running.discard(number)
            self._back.release()


def play(
    workload: Workload, kind: type[ModelFileSystem], limit: int, seed: int = 0, kills: int = 0
) -> Judge:
    """Run a workload to its end; its processes take turns if there are several."""
    run, works = workload(kind, limit)
    run.chance.seed(seed)
    if len(works) == 1:
        works[0]()
    else:
        turns = Interleaved(works, random.Random(seed), kills)
        run.files.hook = turns.hook
        turns.run()
    run.look()
    return run.judge


#: How many distinct states each workload comes to, at least.
STATES: dict[Workload, int] = {
    fresh: 49_000,
    again: 38_000,
    staged: 4_000,
    corrupt: 5_000,
    mended: 8_000,
    collected: 8_000,
    together: 2_000,
    contended: 3_500,
}
ALONE = [fresh, again, staged, corrupt, mended, collected]
INTERLEAVED = [together, contended]
SEEDS = range(40)


def named(workload: Workload) -> str:
    return workload.__name__  # type: ignore[attr-defined, no-any-return]


def test_many_states_are_looked_at() -> None:
    assert sum(STATES.values()) >= 100_000


@pytest.mark.parametrize("workload", ALONE, ids=named)
def test_no_state_of_one_process_is_bad(workload: Workload) -> None:
    judge = play(workload, ModelFileSystem, 1 << 16)
    assert judge.faults == []
    assert len(judge.seen) >= STATES[workload]


@pytest.mark.parametrize("workload", INTERLEAVED, ids=named)
def test_no_state_of_several_processes_is_bad(workload: Workload) -> None:
    seen: set[int] = set()
    for seed in SEEDS:
        judge = play(workload, ModelFileSystem, 300, seed)
        assert judge.faults == [], seed
        seen |= judge.seen
    assert len(seen) >= STATES[workload]


@pytest.mark.parametrize("workload", INTERLEAVED, ids=named)
def test_no_state_is_bad_when_processes_are_killed(workload: Workload) -> None:
    for seed in SEEDS:
        judge = play(workload, ModelFileSystem, 100, seed, kills=2)
        assert judge.faults == [], seed


def role(call: str, path: str, content: bytes = b"") -> str:
    """What a sync is for: its path without digits, and what is in the file."""
    parts = path.split("/")
    if parts[0] == layout.TEMPORARY:
        word = next(
            w for w in ("chunk", "manifest", "store") if f'"linkdata":"{w}"'.encode() in content
        )
        return f"{call} new {word}"
    return " ".join([call, *(part for part in parts[:2] if part), *("/fan" for _ in parts[2:3])])


class Forgetful(ModelFileSystem):
    """A file system on which one sync was taken out; it notes which ones there are."""

    forgets = ""
    noted: set[str] = set()

    def sync(self, fd: int) -> None:
        path, file = self._at(fd)
        if not self._forgotten(role("file", path, file.live)):
            super().sync(fd)

    def sync_folder(self, path: str) -> None:
        if not self._forgotten(role("folder", path)):
            super().sync_folder(path)

    def _forgotten(self, found: str) -> bool:
        self.noted.add(found)
        return found == self.forgets


#: Every sync that there is, and a workload that turns red without it.
SYNCS: dict[str, Workload] = {
    "file new store": fresh,
    "file new chunk": fresh,
    "file new manifest": fresh,
    "file manifests blake3 /fan": again,
    "folder": fresh,
    "folder chunks": fresh,
    "folder chunks blake3": fresh,
    "folder chunks blake3 /fan": fresh,
    "folder manifests": fresh,
    "folder manifests blake3": fresh,
    "folder manifests blake3 /fan": collected,
    "folder quarantine": corrupt,
    "folder quarantine chunks": corrupt,
    "folder quarantine manifests": corrupt,
}


@pytest.mark.parametrize("forgets", SYNCS)
def test_without_any_one_sync_a_state_is_bad(forgets: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Forgetful, "forgets", forgets)
    assert play(SYNCS[forgets], Forgetful, 2000).faults != []


def test_a_promise_needs_its_manifest_folder_synced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Forgetful, "forgets", "folder manifests blake3 /fan")
    assert play(fresh, Forgetful, 2000).faults != []


def test_no_sync_is_left_out_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Forgetful, "noted", set())
    for workload in STATES:
        play(workload, Forgetful, 1)
    assert Forgetful.noted == set(SYNCS)
