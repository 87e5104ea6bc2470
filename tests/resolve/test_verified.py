from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from linkdata import roots
from linkdata.resolve import verified
from linkdata.resolve.verified import VerifiedFiles, cache_folder
from linkdata.roots import Roots
from linkdata.store.digests import Digest


def sha(content: bytes) -> Digest:
    return Digest("sha256", hashlib.sha256(content).hexdigest())


class Place:
    """A file, a cache, and how often the file was hashed."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = folder / "file"
        self.path.write_bytes(b"one")
        os.utime(self.path, (1e9, 1e9))  # long ago
        self.cache = folder / "cache"
        self.hashed: list[list[str]] = []
        original = verified.digest_file

        def counted(file: int, algorithms: list[str], name: str) -> dict[str, Digest]:
            self.hashed.append(algorithms)
            return original(file, algorithms, name=name)

        monkeypatch.setattr(verified, "digest_file", counted)

    def wrong(self, *digests: Digest, files: VerifiedFiles | None = None) -> list[str]:
        with Roots([self.path.parent]).open(self.path) as file:
            found = (files or VerifiedFiles(self.cache)).mismatches(file, digests)
        return [str(actual) for _, actual in found]

    def entries(self) -> list[Path]:
        return [path for path in self.cache.rglob("*") if path.is_file()]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path, monkeypatch)


def test_a_file_is_hashed_once_in_a_process_and_across_processes(place: Place) -> None:
    files = VerifiedFiles(place.cache)
    assert place.wrong(sha(b"one"), files=files) == []
    assert place.wrong(sha(b"one"), files=files) == []
    assert place.wrong(sha(b"one")) == []  # another process: only the folder is shared
    assert place.hashed == [["sha256"]]


def test_only_algorithms_that_are_not_known_are_worked_out(place: Place) -> None:
    blake = Digest("blake2b-512", hashlib.blake2b(b"one").hexdigest())
    assert place.wrong(sha(b"one")) == []
    assert place.wrong(blake, sha(b"one")) == []
    assert place.wrong(blake, sha(b"one")) == []
    assert place.hashed == [["sha256"], ["blake2b-512"]]


def test_a_mismatch_gives_what_the_file_has(place: Place) -> None:
    assert place.wrong(sha(b"other")) == [str(sha(b"one"))]
    assert place.wrong(sha(b"other")) == [str(sha(b"one"))]
    assert len(place.hashed) == 1


def test_a_changed_file_is_hashed_again(place: Place) -> None:
    assert place.wrong(sha(b"one")) == []
    place.path.write_bytes(b"two!")  # another size
    assert place.wrong(sha(b"one")) == [str(sha(b"two!"))]
    stat = place.path.stat()
    os.utime(place.path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))  # another time, by 1 ns
    place.wrong(sha(b"one"))
    (place.path.parent / "new").write_bytes(b"two!")
    os.utime(place.path.parent / "new", ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    os.replace(place.path.parent / "new", place.path)  # another inode
    place.wrong(sha(b"one"))
    assert len(place.hashed) == 4


def test_what_changes_within_a_tick_of_the_clock_is_noticed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = place.path.stat()
    monkeypatch.setattr(roots.time, "time_ns", lambda: stat.st_mtime_ns + 1)  # it stands still
    files = VerifiedFiles(place.cache)
    assert place.wrong(sha(b"one"), files=files) == []
    place.path.write_bytes(b"two")
    os.utime(place.path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert place.wrong(sha(b"one"), files=files) == [str(sha(b"two"))]
    assert place.entries() == []


def test_another_path_to_the_same_content_is_another_file(place: Place) -> None:
    place.wrong(sha(b"one"))
    place.path.rename(place.path.with_name("file2"))
    place.path = place.path.with_name("file2")
    place.wrong(sha(b"one"))
    assert len(place.hashed) == 2


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b'{"sha256": 5}', b"{}"])
def test_a_broken_entry_of_the_cache_is_made_again(place: Place, content: bytes) -> None:
    assert place.wrong(sha(b"one")) == []
    (entry,) = place.entries()
    entry.write_bytes(content)
    assert place.wrong(sha(b"one")) == []
    assert place.wrong(sha(b"one")) == []
    assert len(place.hashed) == 2


def test_an_entry_that_holds_no_digest_is_made_again(place: Place) -> None:
    place.wrong(sha(b"one"))
    place.entries()[0].write_bytes(b'{"sha256": "zz"}')
    assert place.wrong(sha(b"one")) == []


def test_a_deep_entry_of_the_cache(place: Place) -> None:
    place.wrong(sha(b"one"))
    place.entries()[0].write_bytes(b"[" * 100_000)
    assert place.wrong(sha(b"one")) == []


def test_without_a_usable_cache_files_are_hashed_again(place: Place) -> None:
    place.cache.write_text("a file where the folder should be")
    assert place.wrong(sha(b"one")) == []
    assert place.wrong(sha(b"one")) == []
    assert len(place.hashed) == 2


def test_entries_are_written_whole(place: Place) -> None:
    place.wrong(sha(b"one"))
    (entry,) = place.entries()
    assert len(entry.name) == 64
    assert entry.parent.name == entry.name[:2]


def test_the_cache_is_where_the_variable_says(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINKDATA_CACHE", str(tmp_path / "elsewhere"))
    assert cache_folder() == tmp_path / "elsewhere"
    place.wrong(sha(b"one"), files=VerifiedFiles())
    assert len(list((tmp_path / "elsewhere/verified").rglob("*"))) == 2
    monkeypatch.delenv("LINKDATA_CACHE")
    assert cache_folder().name == "linkdata"


def test_no_digests_no_hashing(place: Place) -> None:
    assert place.wrong() == []
    assert place.hashed == []
