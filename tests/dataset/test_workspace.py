from __future__ import annotations

import os
import time
from pathlib import Path

import h5py
import pytest

import linkdata
from linkdata.dataset.workspace import Allowance, Workspace
from linkdata.errors import UsageError
from linkdata.resolve.retrievers import FileRetriever, Retrieved
from linkdata.spans import Span


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.delenv("LINKDATA_ROOTS", raising=False)
    monkeypatch.delenv("LINKDATA_AUTHORITIES", raising=False)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read."""
    found: list[str] = []
    retrieve = FileRetriever.retrieve

    def counting(self: FileRetriever, location: str, span: Span | None = None) -> Retrieved:
        found.append(location.rpartition("/")[2])
        return retrieve(self, location, span)

    monkeypatch.setattr(FileRetriever, "retrieve", counting)
    return found


def circle(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"d{number}.yaml" for number in range(count)]
    then = time.time() - 10
    for number, path in enumerate(paths):
        path.write_text(
            f"meta: {{id: d{number}, base: http://b/, extends: p.yml}}\n"
            f"data: {{n: {number}, next: './d{(number + 1) % count}.yaml#data'}}\n"
        )
        os.utime(path, (then, then))
    (folder / "p.yml").write_text("data: {shared: 1}\n")
    os.utime(folder / "p.yml", (then, then))
    return paths


def test_each_file_is_read_once_by_all(tmp_path: Path, asked: list[str]) -> None:
    paths = circle(tmp_path, 20)
    workspace = Workspace()
    assert [workspace.open(path).data.next.n for path in paths] == [*range(1, 20), 0]
    assert [workspace.open(path).data.shared for path in paths] == [1] * 20
    assert sorted(asked) == sorted([*(path.name for path in paths), "p.yml"])


def test_all_are_checked_and_each_file_is_read_once(tmp_path: Path, asked: list[str]) -> None:
    paths = circle(tmp_path, 20)
    paths[3].write_text("data: '#none'\n")
    found = [one for one in Workspace().check(paths) if one.severity == "error"]
    assert [(one.code, str(one.span)) for one in found] == [
        ("reference-dangling", f"{paths[3]}:1:7")
    ]
    assert sorted(asked) == sorted([*(path.name for path in paths), "p.yml"])


def test_documents_of_one_identity_that_are_checked_together(tmp_path: Path) -> None:
    paths = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for path in paths:
        path.write_text("meta: {id: same, base: http://b/}\ndata: {}\n")
    assert [one.code for one in Workspace().check(paths)] == ["identity-shared"]
    assert Workspace().check([paths[0], paths[0]]) == []


def test_what_is_wrong_with_one_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("data: '#x'\n")
    (tmp_path / "b.nwb").write_text("no HDF5")
    (tmp_path / "c.yaml").write_text("data: [\n")
    names = ("a.yaml", "none.yaml", "b.nwb", "c.yaml", ".")
    found = Workspace().check([tmp_path / name for name in names])
    codes = [one.code for one in found if one.severity == "error"]
    assert sorted(set(codes)) == ["reference-dangling", "resource-missing", "source-not-hdf5",
                             "usage", "yaml-syntax"]  # fmt: skip


def test_an_hdf5_file_is_no_document_to_others(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "f.h5", "w") as file:
        file["x"] = 1
    (tmp_path / "a.yaml").write_text("data: {x: './f.h5#data.x'}\n")
    workspace = Workspace()
    assert workspace.open(tmp_path / "f.h5").data.x == 1
    found = workspace.open(tmp_path / "a.yaml").check()
    assert [one.code for one in found if one.severity == "error"] == ["resource-not-document"]


def test_folders_with_other_rights_have_them(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yaml").write_text("data: {x: '../two/a.yaml#data.n', n: 1}\n")
    workspace = Workspace()
    assert workspace.open(tmp_path / "two" / "a.yaml").data.x == 1
    ds = workspace.open(tmp_path / "one" / "a.yaml")
    with pytest.raises(linkdata.RetrievalError, match="outside the folders"):
        ds.data.x  # noqa: B018
    allowed = Workspace(Allowance(roots=(tmp_path,)))
    assert allowed.open(tmp_path / "one" / "a.yaml").data.x == 1


def test_reloaded_it_is_as_the_files_are_now(tmp_path: Path, asked: list[str]) -> None:
    paths = circle(tmp_path, 5)
    ds = linkdata.open(paths[0])
    asked.clear()
    paths[1].write_text("data: {n: 77}\n")
    assert ds.data.next.n == 1
    again = ds.reload()
    assert (again.data.next.n, ds.data.next.n) == (77, 1)
    assert asked == ["d1.yaml"]
    asked.clear()
    then = time.time() - 5
    os.utime(paths[1], (then, then))
    assert again.reload().reload().data.next.n == 77
    assert asked == ["d1.yaml"]


def test_a_text_cannot_be_read_again() -> None:
    with pytest.raises(UsageError):
        linkdata.loads("data: 1\n").reload()


def test_texts_of_one_place_do_not_meet(tmp_path: Path) -> None:
    workspace = Workspace()
    first = workspace.loads("data: 1\n", base=tmp_path / "a.yaml")
    assert workspace.loads("data: 2\n", base=tmp_path / "a.yaml").data == 2
    assert first.data == 1
