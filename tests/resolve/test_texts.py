from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from linkdata import roots
from linkdata.errors import RetrievalError, TextError
from linkdata.resolve.loader import Loader
from linkdata.resolve.registry import Registry
from linkdata.resolve.retrievers import FileRetriever, Retrieved, file_location
from linkdata.resolve.texts import Texts, parsed
from linkdata.roots import Roots
from linkdata.spans import Source, Span


class Counting(FileRetriever):
    def __init__(self, folder: Path) -> None:
        super().__init__(Roots([folder]))
        self.read: list[str] = []

    def retrieve(self, location: str, span: Span | None = None) -> Retrieved:
        self.read.append(location.rpartition("/")[2])
        return super().retrieve(location, span)


def write(path: Path, text: str, age: float = 10.0) -> None:
    path.write_text(text)
    then = time.time() - age
    os.utime(path, (then, then))


@pytest.fixture
def retriever(tmp_path: Path) -> Counting:
    write(tmp_path / "a.yaml", "meta: {extends: p.yaml}\ndata: {x: './b.yaml#data.n'}\n")
    write(tmp_path / "b.yaml", "data: {n: 1}\n")
    write(tmp_path / "p.yaml", "data: {shared: 1}\n")
    return Counting(tmp_path)


def load(loader: Loader, tmp_path: Path) -> Registry:
    return loader.load(file_location(tmp_path / "a.yaml"), "a.yaml")


def test_what_has_not_changed_is_not_read_again(tmp_path: Path, retriever: Counting) -> None:
    loader = Loader(retriever)
    first = load(loader, tmp_path)
    assert sorted(retriever.read) == ["a.yaml", "b.yaml", "p.yaml"]
    retriever.read.clear()
    second = load(loader.again(), tmp_path)
    assert retriever.read == []
    assert second.root is not first.root
    assert second.root.contexts[0].document is first.root.contexts[0].document


@pytest.mark.parametrize("name", ["a.yaml", "b.yaml", "p.yaml"])
def test_a_changed_file_is_the_only_one_read(
    tmp_path: Path, retriever: Counting, name: str
) -> None:
    loader = Loader(retriever)
    first = load(loader, tmp_path)
    text = (tmp_path / name).read_text()
    write(tmp_path / name, text.replace("1", "2"), age=5.0)
    retriever.read.clear()
    second = load(loader.again(), tmp_path)
    assert retriever.read == [name]
    texts = {one.rpartition("/")[2]: found for one, found in second.resources.items()}
    assert "2" in texts[name].contexts[0].document.source.text or name == "a.yaml"
    before = {one.rpartition("/")[2]: found for one, found in first.resources.items()}
    for other in {"a.yaml", "b.yaml", "p.yaml"} - {name}:
        assert texts[other].contexts[0].document is before[other].contexts[0].document


def test_what_is_extended_is_seen_as_it_is_now(tmp_path: Path, retriever: Counting) -> None:
    loader = Loader(retriever)
    load(loader, tmp_path)
    write(tmp_path / "p.yaml", "meta: {base: http://new/}\n", age=5.0)
    assert load(loader.again(), tmp_path).root.contexts[0].iri == "http://new/a"


def test_a_file_that_changed_just_now_is_read_again(
    tmp_path: Path, retriever: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = os.stat(tmp_path / "b.yaml")
    monkeypatch.setattr(roots.time, "time_ns", lambda: stat.st_mtime_ns + 1)  # it stands still
    loader = Loader(retriever)
    load(loader, tmp_path)
    (tmp_path / "b.yaml").write_text("data: {n: 2}\n")
    os.utime(tmp_path / "b.yaml", ns=(stat.st_mtime_ns, stat.st_mtime_ns))  # one tick of a clock
    found = load(loader.again(), tmp_path)
    resource = found.resources[file_location(tmp_path / "b.yaml")]
    assert "n: 2" in resource.contexts[0].document.source.text


def test_a_loader_goes_on_where_it_was(tmp_path: Path, retriever: Counting) -> None:
    loader = Loader(retriever)
    first = load(loader, tmp_path)
    retriever.read.clear()
    write(tmp_path / "b.yaml", "data: {n: 3}\n", age=5.0)
    second = loader.load(file_location(tmp_path / "b.yaml"), "b.yaml")
    assert retriever.read == []  # one loader gives one state of the files
    assert second.root is first.resources[second.root.location]


def test_a_text_is_not_given_to_who_may_not_read_it(tmp_path: Path, retriever: Counting) -> None:
    texts = Texts()
    load(Loader(retriever, texts=texts), tmp_path)
    outside = Loader(FileRetriever(Roots([tmp_path / "sub"])), texts=texts)
    with pytest.raises(RetrievalError) as caught:
        load(outside, tmp_path)
    assert caught.value.code == "resource-outside-roots"


def test_a_link_that_leads_elsewhere_now(tmp_path: Path, retriever: Counting) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "d.yaml", f"data: {name}\n")
    (tmp_path / "link").symlink_to("one")
    location = f"file://{tmp_path}/link/d.yaml"
    loader = Loader(retriever)
    loader.load(location)
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("two")
    found = loader.again().load(location).root.contexts[0].document
    assert "two" in found.source.text


@pytest.mark.parametrize("data", [b"data: 1\n", "\ufeffdata: é\n".encode(), b"", b"\xef\xbb\xbf"])
def test_a_text_has_the_bytes_that_it_was_read_from(data: bytes) -> None:
    text = Texts().read("x:/a", Retrieved(data, "x:/a"), "a", None)
    assert text.data == data


def test_a_text_that_was_given_has_bytes() -> None:
    assert parsed(Source("a", "x: \udc80"), "text:a").data == b"x: \xed\xb2\x80"


def test_what_is_no_text() -> None:
    with pytest.raises(TextError):
        Texts().read("x:/a", Retrieved(b"\xff", "x:/a"), "a", None)
    with pytest.raises(RetrievalError):
        Texts().read("x:/a", Retrieved(b"\x89HDF\r\n\x1a\n", "x:/a"), "a", None)
