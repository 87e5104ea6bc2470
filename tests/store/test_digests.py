from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from blake3 import blake3

from linkdata import plugins
from linkdata.errors import DocumentError, RetrievalError, UsageError
from linkdata.spans import Source
from linkdata.store import digests
from linkdata.store.digests import Digest, algorithm, algorithm_names, digest_file

CONTENT = bytes(range(256)) * 40_000  # over two blocks


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.bin"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("blake3:" + "0a" * 32, "blake3:" + "0a" * 32),
        ("blake2b-512:" + "0" * 128, "blake2b-512:" + "0" * 128),
        ("blake2b-256:" + "0" * 64, "blake2b-256:" + "0" * 64),
        ("blake2b:" + "f" * 128, "blake2b-512:" + "f" * 128),
        ("blake2b:" + "f" * 64, "blake2b-256:" + "f" * 64),
        ("sha256:" + "9" * 64, "sha256:" + "9" * 64),
    ],
)
def test_parse_gives_the_canonical_form(text: str, canonical: str) -> None:
    assert str(Digest.parse(text)) == canonical
    assert Digest.parse(canonical) == Digest.parse(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "digest-malformed"),
        ("0a" * 32, "digest-malformed"),
        (":" + "0a" * 32, "digest-malformed"),
        ("blake3:", "digest-malformed"),
        ("blake3:" + "0" * 63, "digest-malformed"),
        ("blake3:" + "0" * 65, "digest-malformed"),
        ("blake3:" + "0A" * 32, "digest-malformed"),
        ("blake3:" + "0g" * 32, "digest-malformed"),
        ("blake3:" + "٣" * 64, "digest-malformed"),
        ("blake3: " + "0" * 63, "digest-malformed"),
        ("blake3:" + "0" * 63 + "\n", "digest-malformed"),
        ("blake2b:" + "0" * 96, "digest-malformed"),
        ("blake2b-512:" + "0" * 64, "digest-malformed"),
        ("blake3:hashhashhash", "digest-malformed"),
        ("BLAKE3:" + "0" * 64, "digest-unknown-algorithm"),
        ("md5:" + "0" * 32, "digest-unknown-algorithm"),
        ("sha265:" + "0" * 64, "digest-unknown-algorithm"),
        (" blake3:" + "0" * 64, "digest-unknown-algorithm"),
    ],
)
def test_parse_refuses(text: str, code: str) -> None:
    span = Source("doc.yaml", "hash: x").span(6, 7)
    with pytest.raises(DocumentError) as caught:
        Digest.parse(text, span)
    assert caught.value.code == code
    assert caught.value.diagnostic.span == span


def test_near_misses_are_named() -> None:
    with pytest.raises(DocumentError) as caught:
        Digest.parse("sha265:" + "0" * 64)
    assert "`sha256`" in str(caught.value.diagnostic.hint)


def test_a_file_is_digested_by_several_algorithms_in_one_pass(file: Path) -> None:
    found = digest_file(file, ["blake3", "blake2b-512", "blake2b-256", "sha256"])
    assert {name: digest.hex for name, digest in found.items()} == {
        "blake3": blake3(CONTENT).hexdigest(),
        "blake2b-512": hashlib.blake2b(CONTENT).hexdigest(),
        "blake2b-256": hashlib.blake2b(CONTENT, digest_size=32).hexdigest(),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
    }
    for digest in found.values():
        assert Digest.parse(str(digest)) == digest


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert digest_file(tmp_path / "empty")["blake3"].hex == blake3(b"").hexdigest()


def test_a_descriptor_is_read_from_its_beginning_and_not_moved(file: Path) -> None:
    fd = os.open(file, os.O_RDONLY)
    try:
        os.lseek(fd, 1000, os.SEEK_SET)
        assert digest_file(fd)["blake3"].hex == blake3(CONTENT).hexdigest()
        assert os.lseek(fd, 0, os.SEEK_CUR) == 1000
    finally:
        os.close(fd)


@pytest.mark.parametrize("change", ["append", "truncate", "touch"])
def test_a_file_that_changes_while_it_is_read(
    file: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = os.preadv

    def changing(fd: int, buffers: list[bytearray], offset: int) -> int:
        count = read(fd, buffers, offset)
        if offset == 0:
            if change == "append":
                with file.open("ab") as stream:
                    stream.write(b"more")
            elif change == "truncate":
                os.truncate(file, 10)
            else:
                os.utime(file, (1, 1))
        return count

    monkeypatch.setattr(digests.os, "preadv", changing)
    with pytest.raises(RetrievalError, match="changed while it was read") as caught:
        digest_file(file, name="data.bin")
    assert caught.value.code == "resource-unreadable"
    assert caught.value.diagnostic.place == "data.bin"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RetrievalError) as missing:
        digest_file(tmp_path / "none")
    assert missing.value.code == "resource-missing"
    with pytest.raises(RetrievalError) as folder:
        digest_file(tmp_path)
    assert folder.value.code == "resource-unreadable"
    with pytest.raises(RetrievalError) as closed:
        digest_file(987654)
    assert closed.value.code == "resource-unreadable"


class Toy:
    name = "toy"
    digits = 4

    class _Hasher:
        total = 0

        def update(self, data: bytes | memoryview) -> None:
            self.total += sum(data)

        def hexdigest(self) -> str:
            return f"{self.total & 0xFFFF:04x}"

    def new(self) -> _Hasher:
        return self._Hasher()


def test_plug_ins_add_algorithms(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"toy": Toy(), "broken": object()}
    monkeypatch.setattr(plugins, "names", lambda group: list(made))
    monkeypatch.setattr(plugins, "load", lambda group, name: made[name])
    assert str(Digest.parse("toy:00ff")) == "toy:00ff"
    assert digest_file(file, ["toy"])["toy"].hex == f"{sum(CONTENT) & 0xFFFF:04x}"
    assert algorithm_names()[-2:] == ["toy", "broken"]
    with pytest.raises(DocumentError):
        Digest.parse("toy:00ff0")
    with pytest.raises(UsageError):
        algorithm("broken")


def test_an_unknown_algorithm_is_a_usage_error(file: Path) -> None:
    with pytest.raises(UsageError):
        digest_file(file, ["md5"])
