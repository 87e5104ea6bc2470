from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from pathlib import Path

import h5py
import numpy
import pytest
from click.testing import CliRunner

import linkdata
from linkdata.cli.main import cli
from linkdata.dataset.bundling import bundle, verify
from linkdata.errors import LinkdataError, RetrievalError

SCHEMA = "id: https://example.org/s\nname: s\nclasses: {A: {}}\n"
SESSION = """\
meta:
  id: s1
  title: A session
  license: https://spdx.org/licenses/CC0-1.0
  extends: //lab/project.yaml
  prefixes:
    raw: [{path: missing.h5}, {path: ABSOLUTE}]
    unused: {path: never.h5}
  imports: {s: {from: [{path: ../schemas/s.yaml}]}}
data:
  n: "./other.yaml#data.n"
  x: "raw:/x"
  far: "raw:/far/y"
  rig: "//lab/project.yaml#data.rig"  # kept
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "none.toml"))
    home = tmp_path / "originals"
    for name, text in {
        "linkdata.toml": "[authorities]\nlab = '.'\n",
        "project.yaml": "meta: {base: 'https://example.org/'}\ndata: {rig: {rate: 3}}\n",
        "sessions/s1.yaml": SESSION.replace("ABSOLUTE", str(home / "raw/r.h5")),
        "sessions/other.yaml": "data: {n: 5}\n",
        "sessions/unrelated.yaml": "data: {n: 5}\n",
        "schemas/s.yaml": SCHEMA,
    }.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    (home / "raw").mkdir()
    with h5py.File(home / "raw/far.h5", "w") as file:
        file["y"] = 8
        file.create_dataset("v", data=numpy.arange(4))
    with h5py.File(home / "raw/r.h5", "w") as file:
        file["x"] = 7
        file["far"] = h5py.ExternalLink("far.h5", "/")
    monkeypatch.chdir(home)
    return tmp_path


def values(path: Path | str) -> list[object]:
    ds = linkdata.open(path)
    return [ds.data.n, ds.data.x, ds.data.far, ds.data.rig.rate, ds.iri]


EXPECTED = [5, 7, 8, 3, "https://example.org/s1"]
FILES = {
    "project.yaml", "sessions/s1.yaml", "sessions/other.yaml", "raw/r.h5", "raw/far.h5",
    "schemas/s.yaml", "linkdata.toml", "ro-crate-metadata.json",
}  # fmt: skip


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def unpacked(folder: Path, name: str) -> Path:
    """The bundle at another place, with none of the originals left."""
    place = folder / "elsewhere" / "deep"
    place.parent.mkdir()
    if name.endswith(".zip"):
        with zipfile.ZipFile(folder / name) as file:
            file.extractall(place)
    else:
        shutil.move(folder / name, place)
    os.chdir(folder)
    shutil.rmtree(folder / "originals")
    return place


@pytest.mark.parametrize("name", ["b.zip", "b"])
def test_a_bundle_opens_where_none_of_the_originals_are(folder: Path, name: str) -> None:
    done = CliRunner().invoke(cli, ["bundle", "sessions/s1.yaml", "-o", str(folder / name)])
    assert done.exit_code == 0, done.output
    assert done.stderr.startswith(f"wrote {folder / name}: 8 files, ")
    place = unpacked(folder, name)
    assert names(place) == FILES
    assert values(place / "sessions/s1.yaml") == EXPECTED
    found = linkdata.check(place / "sessions/s1.yaml")
    assert [one for one in found if one.severity == "error"] == []


def test_paths_are_relative_and_the_rest_is_kept(folder: Path) -> None:
    bundle(linkdata.open("sessions/s1.yaml"), folder / "b")
    text = (folder / "b/sessions/s1.yaml").read_text()
    assert text == (
        SESSION.replace("//lab/project.yaml#data.rig", "../project.yaml#data.rig")
        .replace("extends: //lab/project.yaml", 'extends: "../project.yaml"')
        .replace("ABSOLUTE", '"../raw/r.h5"')
    )
    assert str(folder) not in text


def test_the_metadata(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    bundle(linkdata.open("sessions/s1.yaml"), folder / "b")
    crate = json.loads((folder / "b/ro-crate-metadata.json").read_text())
    assert crate["@context"] == "https://w3id.org/ro/crate/1.1/context"
    found = {one["@id"]: one for one in crate["@graph"]}
    assert found["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    root = found["./"]
    assert root["name"] == "A session"
    assert root["license"] == {"@id": "https://spdx.org/licenses/CC0-1.0"}
    assert root["datePublished"] == "1970-01-02T00:00:00+00:00"
    assert root["mainEntity"] == {"@id": "sessions/s1.yaml"}
    parts = {part["@id"] for part in root["hasPart"]}
    assert parts == FILES - {"ro-crate-metadata.json"}
    for path in parts:
        data = (folder / "b" / path).read_bytes()
        assert found[path]["sha256"] == hashlib.sha256(data).hexdigest()
        assert found[path]["contentSize"] == str(len(data))
    assert found["sessions/s1.yaml"]["identifier"] == "https://example.org/s1"
    assert found["raw/r.h5"]["encodingFormat"] == "application/x-hdf5"


def test_equal_bundles_are_equal_bytes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    for name in ("a.zip", "b.zip"):
        bundle(linkdata.open("sessions/s1.yaml"), folder / name)
    assert (folder / "a.zip").read_bytes() == (folder / "b.zip").read_bytes()


@pytest.mark.parametrize("name", ["b.zip", "b"])
def test_what_was_changed_is_found(folder: Path, name: str) -> None:
    target = folder / name
    bundle(linkdata.open("sessions/s1.yaml"), target)
    assert verify(target) == []
    if name == "b":
        (target / "raw/far.h5").unlink()
        (target / "project.yaml").write_text("data: 1\n")
        (target / "new.txt").touch()
    else:
        with zipfile.ZipFile(target, "a") as file:
            file.writestr("new.txt", "")
        data = target.read_bytes()
        target.write_bytes(
            data.replace(b"id: https://example.org/s\n", b"id: https://example.org/t\n")
        )
    codes = sorted(f"{one.code} {(one.place or '').rpartition(':')[2]}" for one in verify(target))
    expected = {
        "b": ["digest-mismatch new.txt", "digest-mismatch project.yaml",
              "resource-missing raw/far.h5"],
        "b.zip": ["digest-mismatch new.txt"],
    }  # fmt: skip
    assert codes == expected[name]
    done = CliRunner().invoke(cli, ["bundle", "--verify", str(target)])
    assert (done.exit_code, done.stdout.count("error[")) == (1, len(codes))


def test_an_hdf5_file_by_itself(folder: Path) -> None:
    made = bundle(linkdata.open("raw/r.h5"), folder / "b")
    assert made.document == "r.h5"
    assert names(folder / "b") == {"r.h5", "far.h5", "linkdata.toml", "ro-crate-metadata.json"}
    assert linkdata.open(folder / "b/r.h5").data.far.y == 8


def test_what_cannot_be_had_is_told_all_at_once(folder: Path) -> None:
    Path("raw/far.h5").unlink()
    Path("sessions/other.yaml").unlink()
    with pytest.raises(RetrievalError) as caught:
        bundle(linkdata.open("sessions/s1.yaml"), folder / "b.zip")
    assert [one.code for one in caught.value.diagnostics] == ["resource-missing"] * 2
    assert not list(folder.glob("*b.zip*"))


def test_virtual_datasets_and_external_storage(folder: Path) -> None:
    layout = h5py.VirtualLayout(shape=(4,), dtype="i8")
    layout[:] = h5py.VirtualSource("far.h5", "v", shape=(4,))
    with h5py.File("raw/r.h5", "a") as file:
        file.create_virtual_dataset("virtual", layout)
        file.create_dataset("out", (2,), "i4", external=[("out.raw", 0, 8)])
        file["out"][...] = [3, 4]
    if Path("out.raw").exists():  # HDF5 writes beside the working directory
        shutil.move("out.raw", "raw/out.raw")
    bundle(linkdata.open("raw/r.h5"), folder / "b")
    assert "out.raw" in names(folder / "b")
    shutil.rmtree("raw")
    data = linkdata.open(folder / "b/r.h5").data
    assert list(data.virtual[:]) == [0, 1, 2, 3]
    assert list(data.out[:]) == [3, 4]


def test_an_absolute_link_is_told(folder: Path) -> None:
    with h5py.File("raw/r.h5", "a") as file:
        file["absolute"] = h5py.ExternalLink(str(folder / "originals/raw/far.h5"), "/")
    made = bundle(linkdata.open("raw/r.h5"), folder / "b")
    assert ["is absolute" in one.message for one in made.findings] == [True]


def test_a_store_of_chunks_comes_along(folder: Path) -> None:
    Path("sessions/c.yaml").write_text("data: {a: {chunks: 'blake3:" + "0" * 64 + "'}}\n")
    store = Path("sessions/c.yaml.chunks")
    for name in ("linkdata-store.json", "chunks/blake3/00/0", "tmp/x", "locks/x"):
        (store / name).parent.mkdir(parents=True, exist_ok=True)
        (store / name).write_text("x")
    bundle(linkdata.open("sessions/c.yaml"), folder / "b")
    assert {name for name in names(folder / "b") if ".chunks" in name} == {
        "c.yaml.chunks/linkdata-store.json",
        "c.yaml.chunks/chunks/blake3/00/0",
    }


def test_schemas_of_packages_are_told(folder: Path) -> None:
    Path("a.yaml").write_text("meta: {imports: {core: {from: [{pypi: pynwb}]}}}\ndata: {x: 1}\n")
    made = bundle(linkdata.open("a.yaml"), folder / "b")
    assert [one.message for one in made.findings] == [
        "the schema `core` is not in the bundle: it comes from pypi"
    ]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["sessions/s1.yaml"], 2),
        (["sessions/none.yaml", "-o", "x.zip"], 1),
        (["sessions/s1.yaml", "-o", "project.yaml"], 1),
        (["sessions/s1.yaml", "-o", "none/x.zip"], 1),
        (["sessions/s1.yaml", "-o", "none/x"], 1),
        (["--verify", "project.yaml"], 1),
        (["--verify", "sessions"], 1),
        (["--verify", "none"], 1),
    ],
)
def test_refusals(folder: Path, args: list[str], code: int) -> None:
    before = names(folder)
    done = CliRunner().invoke(cli, ["bundle", *args])
    assert done.exit_code == code, done.output
    assert names(folder) == before


def test_a_zip_file_is_replaced_only_if_asked(folder: Path) -> None:
    (folder / "b.zip").write_text("old")
    with pytest.raises(LinkdataError):
        bundle(linkdata.open("sessions/s1.yaml"), folder / "b.zip")
    bundle(linkdata.open("sessions/s1.yaml"), folder / "b.zip", force=True)
    assert verify(folder / "b.zip") == []


def test_progress_is_told(folder: Path) -> None:
    heard: list[tuple[int, int]] = []
    linked = linkdata.open("sessions/s1.yaml")
    bundle(linked, folder / "b.zip", told=lambda path, done, total: heard.append((done, total)))
    assert [done for done, _ in heard] == sorted({done for done, _ in heard})
    assert len({total for _, total in heard}) == 1
    assert heard[-1][0] >= Path("raw/r.h5").stat().st_size


def test_as_json(folder: Path) -> None:
    args = ["bundle", "-q", "--json", "sessions/s1.yaml", "-o", str(folder / "b")]
    found = json.loads(CliRunner().invoke(cli, args).stdout)
    assert found["document"] == "sessions/s1.yaml"
    assert {one["path"] for one in found["files"]} == FILES
