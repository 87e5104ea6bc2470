from __future__ import annotations

import json
import os
from pathlib import Path

import h5py
import pytest
import yaml

import linkdata
from linkdata.errors import LinkdataError, NotYetError, OutputError

TEXT = """\
# a comment
meta:
  id: d
  extends: [base.yaml, ./sub/more.yaml]   # two
  prefixes:
    f: [{path: raw/x.h5}, {url: "http://x/y"}, {path: /abs/x.h5}]
    doc: {path: 'sub/more.yaml'}
data:   {x: "./sub/more.yaml#m",   y: ../up.yaml#u, z: "doc:#m"}
note: "./no reference" # kept
plain: !!str "./sub/more.yaml#m"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "top/home"
    (folder / "sub").mkdir(parents=True)
    (folder / "raw").mkdir()
    (folder / "base.yaml").write_text("data: {base: 1}\n")
    (folder / "sub/more.yaml").write_text("m: more\n")
    (folder.parent / "up.yaml").write_text("u: up\n")
    (folder.parent / "linkdata.toml").touch()
    with h5py.File(folder / "raw/x.h5", "w") as file:
        file["v"] = 7
    (folder / "a.yaml").write_text(TEXT)
    return folder / "a.yaml"


def values(path: Path) -> tuple[object, ...]:
    ds = linkdata.open(path)
    return (ds.data.x, ds.data.y, ds.data.z, ds.data.base, ds["f:/v"])


EXPECTED = ("more", "up", "more", 1, 7)


def test_saved_beside_itself_the_text_is_the_same_to_the_byte(path: Path) -> None:
    linkdata.open(path).save(path.with_name("b.yaml"))
    assert path.with_name("b.yaml").read_bytes() == path.read_bytes()
    assert values(path.with_name("b.yaml")) == EXPECTED


@pytest.mark.parametrize("place", ["../b.yaml", "sub/b.yaml", "../new/b.yaml", "raw/../sub/b.yaml"])
def test_saved_elsewhere_relative_paths_lead_to_the_same_files(path: Path, place: str) -> None:
    target = path.parent / place
    target.parent.mkdir(exist_ok=True)
    assert linkdata.open(path).save(target) == target
    assert values(target) == EXPECTED


def test_only_relative_paths_are_changed(path: Path) -> None:
    (path.parent.parent / "new").mkdir()
    linkdata.open(path).save(path.parent.parent / "new/b.yaml")
    assert (path.parent.parent / "new/b.yaml").read_text() == (
        TEXT.replace(
            "[base.yaml, ./sub/more.yaml]", '["../home/base.yaml", "../home/sub/more.yaml"]'
        )
        .replace("path: raw/x.h5", 'path: "../home/raw/x.h5"')
        .replace("'sub/more.yaml'", '"../home/sub/more.yaml"')
        .replace('x: "./sub/more.yaml#m"', 'x: "../home/sub/more.yaml#m"')
    )


@pytest.mark.parametrize("line_break", ["\r\n", "\r"])
def test_line_breaks_are_kept(tmp_path: Path, line_break: str) -> None:
    data = f"# c{line_break}data: {{x: é}}{line_break}".encode()
    (tmp_path / "a.yaml").write_bytes(data)
    linkdata.open(tmp_path / "a.yaml").save(tmp_path / "b.yaml")
    assert (tmp_path / "b.yaml").read_bytes() == data


def test_all_documents_of_a_stream_are_saved(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "n.yaml").write_text("n: 1\n")
    text = 'meta: {id: a}\ndata: {x: "./n.yaml#n"}\n---\nmeta: {id: b}\ndata: {x: "./n.yaml#n"}\n'
    (tmp_path / "s.yaml").write_text(text)
    linkdata.open(tmp_path / "s.yaml", document="b").save(tmp_path / "new/s.yaml")
    assert (tmp_path / "new/s.yaml").read_text() == text.replace("./n", "../n")


def test_a_text_without_a_place_is_saved_as_it_is(tmp_path: Path) -> None:
    text = 'data: {x: "./b.yaml#y"}\n'
    linkdata.loads(text).save(tmp_path / "a.yaml")
    assert (tmp_path / "a.yaml").read_text() == text


def test_a_file_as_a_document_finds_its_file_from_anywhere(path: Path) -> None:
    ds = linkdata.open(path.parent / "raw/x.h5")
    ds.save(path.parent / "x.yaml")
    assert linkdata.open(path.parent / "x.yaml").data.v.value == 7


# Places that are hard to replace


@pytest.mark.parametrize("style", [">-\n        ", "|-\n        "])
def test_a_path_that_is_a_block_scalar(path: Path, style: str) -> None:
    path.write_text(
        f"prefixes:\n  f:\n    - path: {style}raw/x.h5\n    - url: http://x/\ndata: {{}}\n"
    )
    linkdata.open(path).save(path.parent / "sub/b.yaml")
    assert linkdata.open(path.parent / "sub/b.yaml")["f:/v"] == 7


def test_a_reference_that_is_a_block_scalar(path: Path) -> None:
    path.write_text("data:\n  x: |-\n    ./sub/more.yaml#m\n  y: 1\n")
    linkdata.open(path).save(path.parent / "sub/b.yaml")
    assert linkdata.open(path.parent / "sub/b.yaml").data.x == "more"


def test_a_path_with_an_anchor(path: Path) -> None:
    path.write_text("prefixes: {f: {path: &p raw/x.h5}}\ndata: {n: *p}\n")
    linkdata.open(path).save(path.parent / "sub/b.yaml")
    assert linkdata.open(path.parent / "sub/b.yaml").data.n


def test_a_path_that_is_declared_once_and_used_twice(path: Path) -> None:
    path.write_text("x: &p [{path: raw/x.h5}]\nprefixes: {f: *p, g: *p}\ndata: {}\n")
    linkdata.open(path).save(path.parent / "sub/b.yaml")
    ds = linkdata.open(path.parent / "sub/b.yaml")
    assert (ds["f:/v"], ds["g:/v"]) == (7, 7)


def test_a_path_with_characters_that_are_escaped(path: Path) -> None:
    path.write_text('prefixes: {f: {path: "raw/\\u2028.h5"}}\ndata: {}\n')
    linkdata.open(path).save(path.parent / "sub/b.yaml")
    linkdata.open(path.parent / "sub/b.yaml")


# Files


def test_an_existing_file_is_kept_unless_forced(path: Path) -> None:
    ds = linkdata.open(path)
    other = path.with_name("b.yaml")
    other.write_text("mine")
    with pytest.raises(OutputError) as caught:
        ds.save(other)
    assert (caught.value.code, other.read_text()) == ("output-exists", "mine")
    ds.save(other, force=True)
    assert other.read_text() == TEXT


def test_what_fails_halfway_changes_nothing(path: Path) -> None:
    path.write_text('data: {x: 1, y: "#nope"}\n')
    ds = linkdata.open(path)
    other = path.with_name("b.nt")
    other.write_text("mine")
    before = sorted(os.listdir(path.parent))
    for name in ("b.nt", "b.json", "b.ttl"):
        with pytest.raises(linkdata.ResolutionError):
            ds.save(path.with_name(name), force=True)
    assert sorted(os.listdir(path.parent)) == before
    assert other.read_text() == "mine"


def test_a_dataset_may_be_saved_over_itself(path: Path) -> None:
    linkdata.open(path).save(path, force=True)
    assert path.read_text() == TEXT


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("b.txt", OutputError, "output-format-unknown"),
        ("b", OutputError, "output-format-unknown"),
        ("none/b.yaml", OutputError, "output-failed"),
    ],
)
def test_refusals(path: Path, name: str, kind: type[LinkdataError], code: str) -> None:
    with pytest.raises(kind) as caught:
        linkdata.open(path).save(path.parent / name)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("arrays", "kind"), [("store", NotYetError), ("inline", NotYetError), ("x", OutputError)]
)
def test_where_arrays_go(path: Path, arrays: str, kind: type[LinkdataError]) -> None:
    with pytest.raises(kind):
        linkdata.open(path).save(path.with_name("b.json"), arrays=arrays)


def test_the_format_counts_more_than_the_suffix(path: Path) -> None:
    linkdata.open(path).save(path.with_name("b.txt"), format="json")
    assert json.loads(path.with_name("b.txt").read_text())["data"]["x"] == "more"


def test_expanded(path: Path) -> None:
    ds = linkdata.open(path)
    ds.save(path.with_name("b.yaml"), expanded=True)
    ds.save(path.with_name("b.json"))
    one, two = (path.with_name(name).read_text() for name in ("b.yaml", "b.json"))
    assert yaml.safe_load(one) == json.loads(two)
    assert json.loads(two)["data"]["y"] == "up"


def test_dumps_is_what_save_writes(path: Path) -> None:
    ds = linkdata.open(path)
    for format in ("yaml", "json", "ttl", "nt"):
        ds.save(path.with_name(f"b.{format}"))
        assert path.with_name(f"b.{format}").read_text() == ds.dumps(format)
    with pytest.raises(OutputError):
        ds.dumps("xml")
