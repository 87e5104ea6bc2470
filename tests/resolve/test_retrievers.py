from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from linkdata.errors import LinkdataError, RetrievalError
from linkdata.resolve.retrievers import FileRetriever, MapRetriever, file_location, file_path
from linkdata.roots import Roots
from linkdata.spans import Source
from linkdata.syntax import stream

SPAN = Source("x", "abc").span(1)


@pytest.mark.parametrize(
    "name", ["a.yaml", "a b#c?d%20.yaml", "größe.yaml", "a;b&c.yaml", "a:b", "~x"]
)
def test_a_location_leads_back_to_its_file(tmp_path: Path, name: str) -> None:
    assert file_path(file_location(tmp_path / name)) == tmp_path / name


def test_a_location_is_absolute_but_keeps_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to("none")
    monkeypatch.chdir(tmp_path)
    assert file_path(file_location(Path("./a/../link"))) == tmp_path / "link"


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.yaml"))
    assert file_path(file_location(path)) == path


@pytest.mark.parametrize("location", ["http://x/y", "file://host/y", "ftp://x", "text:document"])
def test_nothing_but_local_files(location: str) -> None:
    with pytest.raises(RetrievalError) as caught:
        FileRetriever(Roots(["/"])).retrieve(location, SPAN)
    assert caught.value.code == "network-refused"
    assert caught.value.diagnostic.span == SPAN


def test_the_bytes_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a b.yaml").write_bytes(b"\xff\r\n")
    location = file_location(tmp_path / "a b.yaml")
    found = FileRetriever(Roots([tmp_path])).retrieve(location)
    assert (found.data, found.location, found.media_type) == (b"\xff\r\n", location, None)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("none.yaml", "resource-missing"),
        ("folder", "resource-not-regular"),
        ("fifo", "resource-not-regular"),
        ("link", "resource-outside-roots"),
        ("../root2/x.yaml", "resource-outside-roots"),
    ],
)
def test_refusals(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "root/folder").mkdir(parents=True)
    (tmp_path / "root2").mkdir()
    (tmp_path / "root2/x.yaml").touch()
    (tmp_path / "root/link").symlink_to("../root2/x.yaml")
    os.mkfifo(tmp_path / "root/fifo")
    with pytest.raises(RetrievalError) as caught:
        FileRetriever(Roots([tmp_path / "root"])).retrieve(file_location(tmp_path / "root" / name))
    assert caught.value.code == code


def test_descriptors_are_closed(tmp_path: Path, descriptors: Callable[[], list[str]]) -> None:
    (tmp_path / "x").touch()
    retriever = FileRetriever(Roots([tmp_path]))
    before = descriptors()
    for _ in range(10):
        retriever.retrieve(file_location(tmp_path / "x"))
    assert descriptors() == before


def test_texts_from_a_dictionary() -> None:
    retriever = MapRetriever({"urn:a": "é", "urn:b": b"\xff"})
    assert retriever.retrieve("urn:a").data == "é".encode()
    assert retriever.retrieve("urn:b").data == b"\xff"
    with pytest.raises(RetrievalError) as caught:
        retriever.retrieve("urn:c", SPAN)
    assert (caught.value.code, caught.value.diagnostic.span) == ("resource-missing", SPAN)
    assert "urn:a" in (caught.value.diagnostic.hint or "")


def test_a_file_has_one_location_by_whatever_links_its_folder_is_reached(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x: 1\n")
    (tmp_path / "d").symlink_to(".")
    retriever = FileRetriever(Roots([tmp_path]))
    far = f"file://{tmp_path}/d/d/a.yaml"
    assert retriever.retrieve(far).location == f"file://{tmp_path}/a.yaml"


def test_a_file_that_is_a_link_keeps_its_name_and_its_folder(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store/5f3a").write_text("x: 1\n")
    (tmp_path / "a.yaml").symlink_to("store/5f3a")
    location = file_location(tmp_path / "a.yaml")
    found = FileRetriever(Roots([tmp_path])).retrieve(location)
    assert (found.data, found.location) == (b"x: 1\n", location)


@pytest.mark.parametrize("content", [b"", b"a", b"a: 1\n" * 2])
def test_small_files_are_read_whole(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    retriever = FileRetriever(Roots([tmp_path]))
    assert retriever.retrieve(file_location(tmp_path / "a")).data == content


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"a: 12", "text-too-large"), (b"\x89HDF\r\n\x1a\n12", "resource-not-document")],
)
def test_what_cannot_be_a_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, code: str
) -> None:
    (tmp_path / "a").write_bytes(content)
    monkeypatch.setattr(stream, "MAX_BYTES", 4)
    with pytest.raises(LinkdataError) as caught:
        FileRetriever(Roots([tmp_path])).retrieve(file_location(tmp_path / "a"))
    assert caught.value.code == code
