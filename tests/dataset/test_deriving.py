from __future__ import annotations

import hashlib
import os
import shutil
from datetime import UTC
from pathlib import Path

import h5py
import numpy
import pytest
from click.testing import CliRunner

import linkdata
from linkdata.cli.main import cli
from linkdata.errors import LinkdataError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("LINKDATA_CACHE", str(tmp_path / "cache"))
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    Path("linkdata.toml").touch()
    with h5py.File("r.h5", "w") as file:
        file["acquisition/lfp/data"] = numpy.arange(6.0)
        file["acquisition/lfp/timestamps"] = numpy.arange(6.0) / 2
        file["acquisition/lfp"].attrs["unit"] = "V"
    Path("raw.yaml").write_text(RAW)
    return home


RAW = """\
meta: {id: raw, base: "https://example.org/lab/", prefixes: {file: {path: r.h5}}}
data:
  identifier: s1
  acquisition:
    lfp: {from: {type: hdf5, source: "file:/acquisition/lfp"}}
"""
PROCESSING = """\
  processing:
    filtering_module:
      filtered:
        data: [0.0, 0.5, 1.0]
        timestamps: "raw:#data.acquisition.lfp.timestamps"
"""
SCRATCH = """\
  scratch:
    dft_filtered:
      made_from: "processed:#data.processing.filtering_module.filtered"
"""


def run(*args: str) -> str:
    done = CliRunner().invoke(cli, ["derive", *args])
    assert done.exit_code == 0, done.output
    return done.stderr


def add(path: str, text: str) -> None:
    with Path(path).open("a") as file:
        file.write(text)


def errors(path: Path | str) -> list[str]:
    return [str(one) for one in linkdata.check(path) if one.severity == "error"]


def chain() -> None:
    run("raw.yaml", "processed.yaml")
    add("processed.yaml", PROCESSING)
    run("processed.yaml", "scratch.yaml")
    add("scratch.yaml", SCRATCH)


def test_a_document_on_top_of_another() -> None:
    assert run("raw.yaml", "processed.yaml") == "wrote processed.yaml\n"
    text = Path("processed.yaml").read_text()
    assert text.startswith(
        "meta:\n  id: processed\n  base: https://example.org/lab/\n"
        "  prefixes:\n    raw:\n      path: raw.yaml\n"
        "data:\n  from: raw:#data\n  # What you write here"
    )
    ds = linkdata.open("processed.yaml")
    assert ds.iri == "https://example.org/lab/processed"
    assert ds.data.identifier == "s1"
    lfp = ds.data.acquisition.lfp
    assert lfp == linkdata.open("raw.yaml").data.acquisition.lfp or lfp.unit == "V"
    assert lfp.entity.iri == "https://example.org/lab/raw#data.acquisition.lfp"
    assert errors("processed.yaml") == []


def test_a_chain_of_them() -> None:
    chain()
    ds = linkdata.open("scratch.yaml")
    filtered = ds.data.scratch.dft_filtered.made_from
    assert filtered == ds.data.processing.filtering_module.filtered
    raw = ds.data.acquisition.lfp
    assert list(filtered.timestamps[:3]) == list(raw.timestamps[:3]) == [0.0, 0.5, 1.0]
    assert ds.data.identifier == "s1"
    assert errors("scratch.yaml") == []


def test_the_folder_is_moved_elsewhere(folder: Path) -> None:
    chain()
    there = folder.parent / "other" / "place"
    there.parent.mkdir()
    shutil.copytree(folder, there)
    for name in ("r.h5", "raw.yaml", "processed.yaml", "scratch.yaml"):
        Path(name).unlink()
    ds = linkdata.open(there / "scratch.yaml")
    assert list(ds.data.acquisition.lfp.data[:2]) == [0.0, 1.0]
    assert ds.data.scratch.dft_filtered.made_from.timestamps[1] == 0.5
    assert errors(there / "scratch.yaml") == []


def test_its_bundle_has_the_whole_chain(folder: Path) -> None:
    chain()
    target = str(folder.parent / "b")
    done = CliRunner().invoke(cli, ["bundle", "scratch.yaml", "-o", target])
    assert done.exit_code == 0, done.output
    for path in folder.iterdir():
        path.unlink()
    ds = linkdata.open(Path(target) / "scratch.yaml")
    assert list(ds.data.acquisition.lfp.data[:2]) == [0.0, 1.0]
    assert ds.data.scratch.dft_filtered.made_from.timestamps[1] == 0.5


def test_a_length_of_a_hundred() -> None:
    before = "raw.yaml"
    for number in range(100):
        run(before, f"d{number}.yaml")
        before = f"d{number}.yaml"
    assert linkdata.open(before).data.acquisition.lfp.data[3] == 3.0


def test_an_hdf5_file_directly() -> None:
    run("r.h5", "p.yaml")
    assert "from:\n    type: hdf5\n    source: r:/\n" in Path("p.yaml").read_text()
    add("p.yaml", "  processing: {done: true}\n  acquisition: {lfp: {unit: mV}}\n")
    ds = linkdata.open("p.yaml")
    assert (ds.data.processing.done, ds.data.acquisition.lfp.unit) == (True, "mV")
    assert ds.data.acquisition.lfp.data[5] == 5.0


def test_an_nwb_file_gives_its_schemas(tmp_path: Path) -> None:
    pynwb = pytest.importorskip("pynwb")
    from datetime import datetime

    file = pynwb.NWBFile("a session", "s1", datetime(2024, 1, 1, tzinfo=UTC))
    file.add_acquisition(pynwb.TimeSeries("lfp", data=[1.0, 2.0], unit="V", rate=1.0))
    with pynwb.NWBHDF5IO("raw.nwb", "w") as io:
        io.write(file)
    run("raw.nwb", "p.yaml")
    add("p.yaml", (
        "  processing:\n    filtered:\n      is_a: nwb:ProcessingModule\n"
        "      description: filtered\n"
    ))  # fmt: skip
    ds = linkdata.open("p.yaml")
    module = ds.data.processing.filtered.entity
    assert module.class_iri == "http://purl.org/nwb/core/ProcessingModule" or module.class_iri
    assert "ProcessingModule" in str(module.class_iri)
    assert "urn:linkdata:term" not in str(module.class_iri)
    assert errors("p.yaml") == []


def test_the_schemas_of_the_source_come_along() -> None:
    Path("schemas").mkdir()
    Path("schemas/s.yaml").write_text("id: https://example.org/s\nname: s\nclasses: {A: {}}\n")
    Path("base.yaml").write_text("meta: {imports: {s: {from: [{path: schemas/s.yaml}]}}}\nx: 1\n")
    Path("deep").mkdir()
    Path("raw.yaml").write_text("meta: {extends: base.yaml}\ndata: {a: {is_a: s:A}}\n")
    run("raw.yaml", "deep/p.yaml")
    assert "path: ../schemas/s.yaml" in Path("deep/p.yaml").read_text()
    add("deep/p.yaml", "  b: {is_a: s:A}\n")
    ds = linkdata.open("deep/p.yaml")
    assert ds.data.a.entity.class_iri == ds.data.b.entity.class_iri
    assert errors("deep/p.yaml") == []


def test_prefixes_that_schemas_need_do_not_collide() -> None:
    Path("raw.yaml").write_text(
        "meta:\n  prefixes: {raw: [{path: r.h5}, {hash: 'blake3:" + "0" * 64 + "'}]}\n"
        "  imports: {core: {as: nwb, version: '2', from: [{hdf5: 'raw:/specifications/core/2'}]}}\n"
        "data: {x: 1}\n"
    )
    run("raw.yaml", "p.yaml")
    text = Path("p.yaml").read_text()
    assert "from: source:#data" in text
    ds = linkdata.open("p.yaml")
    assert ds.data.x == 1
    bound = ds.graph.context.prefixes["raw"].prefix
    assert [one.target for one in bound.locations] == ["r.h5"]
    assert [text for text, _ in bound.hashes] == ["blake3:" + "0" * 64]


def test_with_its_hash_another_source_is_noticed() -> None:
    run("--hash", "raw.yaml", "p.yaml")
    assert linkdata.open("p.yaml").data.identifier == "s1"
    Path("raw.yaml").write_text(RAW.replace("s1", "s2"))
    os.utime("raw.yaml", (1, 1))  # another time, however quick this was
    with pytest.raises(linkdata.DigestMismatchError, match=r"raw\.yaml"):
        linkdata.open("p.yaml").data.identifier  # noqa: B018
    run("--hash", "r.h5", "q.yaml")
    assert hashlib  # the default digest is blake3
    assert "hash: blake3:" in Path("q.yaml").read_text()


@pytest.mark.parametrize("name", ["my raw-1.yaml", "1.yaml", "größe.yaml"])
def test_odd_names(name: str) -> None:
    Path(name).write_text(RAW)
    run(name, f"p {name}")
    assert linkdata.open(f"p {name}").data.identifier == "s1"
    assert errors(f"p {name}") == []


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["none.yaml", "p.yaml"], 1),
        (["raw.yaml", "r.h5"], 1),
        (["empty.yaml", "p.yaml"], 1),
        (["raw.yaml", "none/p.yaml"], 1),
        (["raw.yaml"], 2),
    ],
)
def test_refusals(args: list[str], code: int) -> None:
    Path("empty.yaml").write_text("thing: {x: 1}\n")
    assert CliRunner().invoke(cli, ["derive", *args]).exit_code == code
    assert not Path("p.yaml").exists()


def test_a_text_has_no_place() -> None:
    from linkdata.dataset.deriving import derived

    with pytest.raises(LinkdataError):
        derived(linkdata.loads("data: {x: 1}\n"), Path("p.yaml"))
