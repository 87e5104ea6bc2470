from __future__ import annotations

import hashlib
import json
import shutil
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest
from click.testing import CliRunner

import linkdata
from linkdata.cli.main import cli
from linkdata.dataset.bundling import bundle
from linkdata.dataset.crates import NAME
from linkdata.errors import LinkdataError

DOCUMENT = """\
meta:
  id: s1
  extends: //lab/project.yaml
  prefixes: {raw: {path: ../raw/r.h5}}
data:
  n: "./other.yaml#data.n"
  lfp: {from: {type: hdf5, source: "raw:/lfp"}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle of each kind, and none of the originals."""
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("LINKDATA_CACHE", str(tmp_path / "cache"))
    home = tmp_path / "originals"
    for name, text in {
        "linkdata.toml": "[authorities]\nlab = '.'\n",
        "project.yaml": "meta: {base: 'https://example.org/'}\ndata: {rate: 3}\n",
        "sessions/s1.yaml": DOCUMENT,
        "sessions/other.yaml": "data: {n: 5}\n",
    }.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    (home / "raw").mkdir()
    with h5py.File(home / "raw/r.h5", "w") as file:
        file["lfp/data"] = numpy.arange(4.0)
        file["far"] = h5py.ExternalLink("far.h5", "/y")
    with h5py.File(home / "raw/far.h5", "w") as file:
        file["y"] = 8
    for name in ("b.zip", "b"):
        bundle(linkdata.open(home / "sessions/s1.yaml"), tmp_path / name)
    bundle(linkdata.open(home / "raw/r.h5"), tmp_path / "file.zip")
    shutil.rmtree(home)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def values(path: str) -> list[Any]:
    ds = linkdata.open(path)
    return [ds.data.n, ds.data.lfp.data[1:3].tolist(), ds["raw:/far"], ds.data.rate, ds.iri]


EXPECTED = [5, [1.0, 2.0], 8, 3, "https://example.org/s1"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["b.zip", "b", "b/"])
def test_a_bundle_is_opened(name: str) -> None:
    assert values(name) == EXPECTED
    assert linkdata.open(name).name == f"{name.rstrip('/')}/sessions/s1.yaml"
    assert [one for one in linkdata.check(name) if one.severity == "error"] == []


def test_a_bundle_of_an_hdf5_file(folder: Path) -> None:
    data = linkdata.open(folder / "file.zip").data
    assert (data.far, data.lfp.data[3]) == (8, 3.0)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["b.zip", "b"])
def test_the_commands(name: str) -> None:
    def run(*args: str) -> str:
        done = CliRunner().invoke(cli, list(args))
        assert done.exit_code == 0, done.output
        return done.stdout

    assert '"float64"' in run("convert", name, "-", "--to", "json")
    assert "0. 1. 2. 3." in run("get", name, "#data.lfp.data")
    assert "lfp" in run("tree", name)
    run("check", name)
    run("convert", name, "out.h5")
    with h5py.File("out.h5") as file:
        assert file["lfp/data"][:].tolist() == [0, 1, 2, 3]
    run("bundle", name, "-o", "again.zip")
    assert values("again.zip") == EXPECTED


@pytest.mark.usefixtures("folder")
def test_it_is_unpacked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert values("b.zip") == EXPECTED
    monkeypatch.setattr("linkdata.dataset.unbundling._unpack", None)
    shutil.move("b.zip", "c.zip")
    assert values("c.zip") == EXPECTED


def test_what_was_spoilt_in_the_cache_is_unpacked_again(folder: Path) -> None:
    assert values("b.zip") == EXPECTED
    (other,) = (folder / "cache/bundles").glob("*/sessions/other.yaml")
    other.chmod(0o644)
    other.write_text("data: {n: 6}\n")
    assert values("b.zip") == EXPECTED
    other.unlink()
    assert values("b.zip") == EXPECTED
    assert len(list((folder / "cache/bundles").iterdir())) == 1


@pytest.mark.usefixtures("folder")
def test_in_a_collection() -> None:
    found = linkdata.open_many(["*.zip", "b"])
    assert [ds.data.get("n") for ds in found] == [5, None, 5]
    assert found.reload()["file"].data.far == 8


@pytest.mark.usefixtures("folder")
def test_nothing_is_written_into_the_cache() -> None:
    for attempt in (
        lambda: linkdata.open("b.zip", writable=True),
        lambda: linkdata.open("b.zip").save("copy.yaml"),
        lambda: linkdata.open("file.zip").save("copy.yaml"),
    ):
        with pytest.raises(LinkdataError) as caught:
            attempt()
        assert caught.value.code == "usage"
        assert "unpack it" in (caught.value.diagnostic.hint or "")
    assert CliRunner().invoke(cli, ["derive", "b.zip", "d.yaml"]).exit_code == 2
    linkdata.open("b").save("copy.yaml")  # that of a folder has its files beside it
    assert linkdata.open("copy.yaml", roots=["."]).data.n == 5


def metadata(change: Callable[[dict[str, Any]], None]) -> None:
    """Change what the metadata of the ZIP file say."""
    with zipfile.ZipFile("b.zip") as file:
        content = {name: file.read(name) for name in file.namelist()}
    crate = json.loads(content[NAME])
    change({one["@id"]: one for one in crate["@graph"]})
    content[NAME] = json.dumps(crate).encode()
    with zipfile.ZipFile("b.zip", "w") as file:
        for name, data in content.items():
            file.writestr(name, data)


@pytest.mark.parametrize(
    ("key", "field", "value", "code"),
    [
        ("sessions/other.yaml", "sha256", "0" * 64, "digest-mismatch"),
        ("sessions/other.yaml", "contentSize", "3", "digest-mismatch"),
        ("sessions/other.yaml", "contentSize", "300", "digest-mismatch"),
        ("sessions/other.yaml", "contentSize", "much", "resource-unreadable"),
        ("sessions/other.yaml", "contentSize", str(1 << 40), "resource-unreadable"),
        ("sessions/other.yaml", "@id", "../../other.yaml", "resource-unreadable"),
        ("sessions/other.yaml", "@id", "/elsewhere/other.yaml", "resource-unreadable"),
        ("sessions/other.yaml", "@id", "sessions/none.yaml", "resource-unreadable"),
        ("./", "mainEntity", {"@id": "../x.yaml"}, "resource-unreadable"),
        ("./", "mainEntity", {"@id": "none.yaml"}, "resource-unreadable"),
        ("./", "mainEntity", "sessions", "resource-unreadable"),
        ("./", "@id", "other", "resource-unreadable"),
    ],
)
def test_metadata_that_do_not_hold(
    folder: Path, key: str, field: str, value: Any, code: str
) -> None:
    metadata(lambda found: found[key].update({field: value}))
    with pytest.raises(LinkdataError) as caught:
        linkdata.open("b.zip")
    assert caught.value.code == code
    assert list((folder / "cache").rglob("*.yaml")) == []
    assert {path.name for path in folder.iterdir()} >= {"b", "b.zip", "file.zip"}
    assert not (folder.parent / "other.yaml").exists()


@pytest.mark.usefixtures("folder")
def test_what_is_no_bundle() -> None:
    Path("text.zip").write_text("no")
    with zipfile.ZipFile("empty.zip", "w"):
        pass
    Path("plain").mkdir()
    for name in ("text.zip", "empty.zip", "plain", "none.zip"):
        with pytest.raises(LinkdataError) as caught:
            linkdata.open(name)
        assert caught.value.code in ("resource-unreadable", "usage", "resource-missing")


def test_without_a_project_file_it_reads_no_more(folder: Path) -> None:
    (folder / "linkdata.toml").touch()  # above the cache
    (folder / "secret.yaml").write_text("data: {n: 7}\n")

    def unlisted(found: dict[str, Any]) -> None:
        found["linkdata.toml"]["@type"] = "Thing"
        found["sessions/other.yaml"] |= {"contentSize": str(len(text)), "sha256": digest}

    text = b'data: {n: "../../../../secret.yaml#data.n"}\n'
    digest = hashlib.sha256(text).hexdigest()
    metadata(unlisted)
    with zipfile.ZipFile("b.zip", "a") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the second one of its name counts
        file.writestr("sessions/other.yaml", text)
    with pytest.raises(LinkdataError) as caught:
        linkdata.open("b.zip").data.n  # noqa: B018
    assert caught.value.code in ("resource-outside-roots", "resource-missing")
