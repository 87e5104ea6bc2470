from __future__ import annotations

import json
import random
from pathlib import Path

import numpy
import pytest

from linkdata.errors import StoreError
from linkdata.store import canonical, framing, layout, objects
from linkdata.store.elements import element
from linkdata.store.folder import FolderStore
from linkdata.store.memory import MemoryStore
from linkdata.store.protocols import Kind
from linkdata.store.verifying import State, Subset, verify
from linkdata.testing.stores import sample, spoilt


def states(store: FolderStore | MemoryStore, *, deep: bool = False) -> dict[str, State]:
    found = {}
    for checked in verify(store, deep=deep, workers=1):
        assert (checked.finding is None) == (checked.state is State.GOOD)
        found[layout.object_path(checked.kind, checked.digest)] = checked.state
    return found


def test_every_byte_of_a_small_store(tmp_path: Path) -> None:
    """Each is changed in turn: found, where it is, and nothing else is accused."""
    store = FolderStore(tmp_path)
    for array in (sample(1, 2), sample(2, 3)):
        array.put(store)
    good = states(store)
    assert set(good.values()) == {State.GOOD}
    changed = 0
    for path in good:
        file = tmp_path / path
        file.chmod(0o644)
        content = file.read_bytes()
        for position in range(len(content)):
            for mask in (0x01, 0x20, 0xFF):
                damaged = bytearray(content)
                damaged[position] ^= mask
                file.write_bytes(damaged)
                assert states(store) == good | {path: State.CORRUPT}, (path, position, mask)
                changed += 1
        file.write_bytes(content)
    assert states(store) == good
    assert changed > 5000


def test_every_byte_of_the_record(tmp_path: Path) -> None:
    sample(1).put(FolderStore(tmp_path))
    file = tmp_path / layout.RECORD
    file.chmod(0o644)
    content = file.read_bytes()
    for position in range(len(content)):
        for bit in range(8):
            damaged = bytearray(content)
            damaged[position] ^= 1 << bit
            file.write_bytes(damaged)
            with pytest.raises(StoreError) as caught:
                list(verify(FolderStore(tmp_path)))
            assert caught.value.code in ("store-invalid", "store-version-unknown")


def test_ten_thousand_damages_of_a_larger_store() -> None:
    """Bits flipped, ends cut off, bytes appended: all found, and no false alarm."""
    chance = random.Random(5)
    store = MemoryStore()
    for first in range(0, 300, 30):
        sample(*range(first, first + 30), length=500).put(store)
    good = states(store)
    everything: list[tuple[Kind, object]] = [
        (kind, digest) for kind in ("chunks", "manifests") for digest in store.list(kind)
    ]
    done = 0
    while done < 10_000:
        damaged = {}
        for kind, digest in chance.sample(everything, 100):
            objects_of = store._objects[kind]
            content, at = objects_of[digest]  # type: ignore[index]
            objects_of[digest] = (harmed(content, chance), at)  # type: ignore[index]
            damaged[kind, digest] = (content, at)
        found = states(store)
        expected = {layout.object_path(kind, digest) for kind, digest in damaged}  # type: ignore[arg-type]
        assert {path for path, state in found.items() if state is State.CORRUPT} == expected
        # The chunks of a corrupt manifest are not known; nothing is missing for that.
        assert found.keys() == good.keys()
        for (kind, digest), kept in damaged.items():
            store._objects[kind][digest] = kept  # type: ignore[index]
        done += len(damaged)
    assert states(store) == good


def harmed(content: bytes, chance: random.Random) -> bytes:
    def flip() -> bytes:
        position = chance.randrange(len(content))
        bit = 1 << chance.randrange(8)
        return content[:position] + bytes([content[position] ^ bit]) + content[position + 1 :]

    def cut() -> bytes:
        return content[: chance.randrange(len(content))]

    def append() -> bytes:
        return content + chance.randbytes(chance.randrange(1, 20))

    def swap() -> bytes:
        position = chance.randrange(len(content) - 1)
        pair = content[position : position + 2]
        swapped = content[:position] + pair[::-1] + content[position + 2 :]
        return swapped if swapped != content else flip()

    return chance.choice([flip, flip, flip, cut, append, swap])()


def test_a_missing_chunk_names_its_array() -> None:
    store = MemoryStore()
    array = sample(1, 2)
    array.put(store)
    store.delete("chunks", array.chunks[0][0])
    (missing,) = (found for found in verify(store) if found.state is State.MISSING)
    assert missing.digest == array.chunks[0][0]
    assert missing.array == array.digest
    assert missing.finding is not None
    assert missing.finding.code == "store-chunk-missing"


def test_an_object_under_another_name(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    array = sample(1, 2)
    array.put(store)
    paths = [tmp_path / layout.object_path("chunks", digest) for digest, _ in array.chunks]
    paths[0].rename(tmp_path / "between")
    paths[1].rename(paths[0])
    (tmp_path / "between").rename(paths[1])
    assert list(states(store).values()).count(State.CORRUPT) == 2


def test_wrong_content_under_a_good_seal_is_found_by_looking_deep() -> None:
    """As a program with a mistake, or with ill intent, would put it."""
    kind = element("int16")
    right, wrong = numpy.arange(4, dtype="<i2"), numpy.arange(1, 5, dtype="<i2")
    digest = canonical.content_digest(kind, (4,), canonical.body(kind, right))
    store = MemoryStore()
    lie = objects.sealed(digest, objects.Form(kind, (4,), "<i2"), wrong.tobytes())
    store.put("chunks", digest, lie)
    assert set(states(store).values()) == {State.GOOD}
    assert set(states(store, deep=True).values()) == {State.CORRUPT}
    store.quarantine("chunks", digest)
    assert not store.has("chunks", digest)


def test_parts_make_the_whole() -> None:
    store = MemoryStore()
    sample(*range(50)).put(store)
    seen = []
    for number in range(1, 8):
        part = verify(store, subset=Subset(number, 7))
        seen += [found.digest for found in part if found.kind == "chunks"]
    assert len(seen) == 50
    assert set(seen) == set(store.list("chunks"))


def test_a_version_of_the_future_is_not_corrupt() -> None:
    store = MemoryStore()
    array = sample(1)
    array.put(store)
    digest = array.chunks[0][0]
    line = framing.framed("chunk", {"content": str(digest), "news": []}, b"x", digest)
    facts = {**json.loads(line.partition(b"\n")[0]), "version": 2}
    facts["seal"] = framing._seal({k: v for k, v in facts.items() if k != "seal"})
    store._objects["chunks"][digest] = (framing.canonical_json(facts) + b"\nx", 0.0)
    (found,) = (found for found in verify(store) if found.kind == "chunks")
    assert found.state is State.UNKNOWN
    assert found.finding is not None
    assert found.finding.code == "store-version-unknown"
    store.quarantine("chunks", digest)
    assert store.has("chunks", digest)


def test_damage_is_one_bit() -> None:
    assert sum(a != b for a, b in zip(b"abc", spoilt(b"abc"), strict=True)) == 1
