"""SIGKILL: four writers, two readers and a collection on one store, killed again and again.

    python benchmarks/store_kill.py [KILLS] [FOLDER]

Writers put arrays that share chunks and write a document for each, and now and then remove a
document. Readers read what documents name, and verify every byte. The collection removes what no
document names. Every few milliseconds one of the seven is killed, wherever it is, and replaced, so
many times; and on, but for the collection, until something was collected. It is bad if a document
is there and its array is not, or not right; at the end, if anything in the store is corrupt,
missing, or left over.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from linkdata.errors import StoreMissingError
from linkdata.store import contents
from linkdata.store.collecting import collect
from linkdata.store.digests import Digest
from linkdata.store.folder import FolderStore
from linkdata.store.verifying import verify
from linkdata.testing.stores import sample

GRACE = 6.0  # seconds; between a manifest and its document a busy machine may well take one
ROLES = ["writer"] * 4 + ["reader"] * 2 + ["collector"]
SEEDS, LENGTH = 600, 2048
ARRAYS = 2000  # so many different ones: written again seldom enough to be collected between
PAUSES = (0.001, 0.02)  # seconds between two kills
PATIENCE = 1800.0  # seconds; a run in which nothing was collected by then is bad


class Place:
    """The folder of a run: a store, documents, and what the processes tell."""

    def __init__(self, folder: Path) -> None:
        self.store = folder / "store"
        self.documents = folder / "documents"
        self.told = folder / "told"
        self.documents.mkdir(parents=True)

    def tell(self, word: str, **more: object) -> None:
        """Add a line, at once, so that a kill leaves it whole or not there."""
        line = json.dumps({"word": word, **more}) + "\n"
        fd = os.open(self.told, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(fd, line.encode())
        os.close(fd)

    def roots(self) -> Iterator[Digest]:
        for path in self.documents.iterdir():
            if path.suffix == ".json":
                try:
                    yield Digest.parse(json.loads(path.read_text())["array"])
                except FileNotFoundError:
                    continue

    def collected(self) -> int:
        """How many arrays that documents have named are gone: a killed collector tells nothing."""
        told = map(json.loads, self.told.read_text().splitlines() if self.told.exists() else ())
        committed = {said["array"] for said in told if said["word"] == "commit"}
        return len(committed - set(map(str, FolderStore(self.store).list("manifests"))))


def write(place: Place, chance: random.Random) -> None:
    store = FolderStore(place.store)
    while True:
        one = random.Random(chance.randrange(ARRAYS))
        seeds = [one.randrange(SEEDS) for _ in range(one.randrange(1, 7))]
        array = sample(*seeds, length=LENGTH)
        began = time.monotonic()
        array.put(store)
        path = place.documents / f"{chance.getrandbits(64):016x}"
        path.write_text(json.dumps({"array": str(array.digest), "seeds": seeds}))
        if time.monotonic() - began > GRACE / 2:  # held up for so long that it may be collected
            path.unlink()
            continue
        path.rename(path.with_suffix(".json"))
        place.tell("commit", array=str(array.digest))
        documents = list(place.documents.glob("*.json"))
        while len(documents) > 40:
            documents.pop(chance.randrange(len(documents))).unlink(missing_ok=True)


def read(place: Place, chance: random.Random) -> None:
    store = FolderStore(place.store, writable=False)
    while True:
        documents = list(place.documents.glob("*.json"))
        if documents:
            read_one(place, store, chance.choice(documents))
        else:
            time.sleep(0.01)


def read_one(place: Place, store: FolderStore, document: Path) -> None:
    try:
        said = json.loads(document.read_text())
    except FileNotFoundError:
        return
    array = sample(*said["seeds"], length=LENGTH)
    assert str(array.digest) == said["array"]
    try:
        for kind, digest, expected in (
            ("manifests", *array.manifest),
            *(("chunks", *chunk) for chunk in array.chunks),
        ):
            if store.get(kind, digest) != expected:
                place.tell("bad", why=f"{kind} {digest} has other bytes")
    except StoreMissingError as problem:
        if document.exists():  # else it was removed, and its array may be
            place.tell("bad", why=f"{document.name}: {problem}")
        return
    place.tell("read")


def clean(place: Place, chance: random.Random) -> None:
    store = FolderStore(place.store)
    while True:
        collect(store, place.roots(), grace=GRACE)
        place.tell("collection")
        time.sleep(chance.uniform(0, 0.2))


WORK: dict[str, Callable[[Place, random.Random], None]] = {
    "writer": write,
    "reader": read,
    "collector": clean,
}


def start(role: str, place: Place, seed: int) -> int:
    """Fork a process; it works until it is killed."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        WORK[role](place, random.Random(seed))
    except BaseException as problem:
        place.tell("bad", why=f"a {role} ended: {problem!r}"[:2000])
    finally:
        os._exit(code)


def run(kills: int, folder: Path, seed: int = 0) -> Counter[str]:
    """Kill so many processes, or more until arrays were collected; how often what happened."""
    place = Place(folder)
    chance = random.Random(seed)
    sample(0).put(FolderStore(place.store))
    running = {start(role, place, chance.getrandbits(32)): role for role in ROLES}
    count: Counter[str] = Counter()
    until = time.monotonic() + PATIENCE
    try:
        while count.total() < kills or not (place.collected() or time.monotonic() > until):
            time.sleep(chance.uniform(*PAUSES))
            is_over = count.total() >= kills  # then a collector may finish, however slow it is
            pid = chance.choice(
                [pid for pid, role in running.items() if not (is_over and role == "collector")]
            )
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            role = running.pop(pid)
            count[f"kills of a {role}"] += 1
            running[start(role, place, chance.getrandbits(32))] = role
    finally:
        for pid in running:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    count["kills"] = count.total()
    count["arrays collected"] = place.collected()
    for line in place.told.read_text().splitlines():
        said = json.loads(line)
        count[said["word"] + "s"] += 1
        if said["word"] == "bad":
            print(said["why"], file=sys.stderr)
    examine(place, count)
    return count


def examine(place: Place, count: Counter[str]) -> None:
    """What must hold when all is quiet."""
    store = FolderStore(place.store)
    count["temporary files left by the killed"] = len(list((place.store / "tmp").iterdir()))
    roots = set(place.roots())
    count["arrays before the last collection"] = len(list(store.list("manifests")))
    for digest in roots:
        try:
            contents.check("manifests", digest, store.get("manifests", digest), store.name)
        except StoreMissingError as problem:
            print(problem, file=sys.stderr)
            count["bads"] += 1
    collect(store, roots, grace=0)
    for checked in verify(store, deep=True):
        count[f"objects {checked.state} at the end"] += 1
        if checked.state != "good":
            print(checked, file=sys.stderr)
            count["bads"] += 1
    if (left := list((place.store / "tmp").iterdir())) or store.in_quarantine("chunks"):
        print(f"left over: {left}", file=sys.stderr)
        count["bads"] += 1
    if set(store.list("manifests")) != roots:
        count["bads"] += 1
    if not count["arrays collected"]:
        print("nothing was ever collected: the run shows nothing", file=sys.stderr)
        count["bads"] += 1


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    given = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    folder = Path(tempfile.mkdtemp(dir=given))
    begin = time.perf_counter()
    try:
        count = run(kills, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    bad, kills = count.pop("bads", 0), count.pop("kills")
    for what in sorted(count):
        print(f"{count[what]:9,} {what}")
    print(f"{kills:,} kills in {time.perf_counter() - begin:.0f} s: {bad} bad")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
