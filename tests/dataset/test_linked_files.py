"""NWB files that link to each other, as documents that refer to each other's files, and back."""

from __future__ import annotations

import shutil
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest
from click.testing import CliRunner

import linkdata
from linkdata.arrays.hdf5.file import HDF5File
from linkdata.cli.main import cli
from linkdata.errors import RetrievalError
from linkdata.nwb.plan import ExternalLink, Plan
from linkdata.nwb.reading import read_plan
from linkdata.roots import Roots

pynwb = pytest.importorskip("pynwb")

RAW, TIMES = "/acquisition/raw", "/processing/filtering/filtered/timestamps"


def plan(path: Path) -> Plan:
    return read_plan(HDF5File(lambda: path, path.name, Roots([path.parent])), inline=1 << 30)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`raw.nwb`, and `processed.nwb`, which pynwb makes of it without copying."""
    folder = tmp_path_factory.mktemp("made")
    warnings.simplefilter("ignore")
    file = pynwb.NWBFile(
        session_description="s", identifier="i", session_start_time=datetime(2024, 1, 1, tzinfo=UTC)
    )
    times = numpy.arange(300.0)
    series = {"data": times * 2, "timestamps": times, "unit": "m", "description": "raw"}
    file.add_acquisition(pynwb.TimeSeries(name="raw", **series))
    with pynwb.NWBHDF5IO(folder / "raw.nwb", "w") as io:
        io.write(file)
    with pynwb.NWBHDF5IO(folder / "raw.nwb", "r") as raw:
        source = raw.read()
        copied = source.copy()
        module = copied.create_processing_module("filtering", "filtered data")
        raw_series = source.acquisition["raw"]
        module.add(
            pynwb.TimeSeries(name="filtered", data=times * 3, unit="m", timestamps=raw_series)
        )
        with pynwb.NWBHDF5IO(folder / "processed.nwb", "w", manager=raw.manager) as io:
            io.write(copied)
    with h5py.File(folder / "processed.nwb", "a") as out:
        out["scratch/through"] = h5py.SoftLink(f"{RAW}/data")
        out["scratch/nowhere"] = h5py.ExternalLink("none.nwb", "/x")
        out["scratch/value"] = h5py.ExternalLink("raw.nwb", "/identifier")
        out["scratch/group"] = h5py.ExternalLink("raw.nwb", "acquisition")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in made.iterdir():
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str) -> str:
    done = CliRunner().invoke(cli, list(args))
    assert done.exit_code == 0, done.output
    return done.stdout


def test_links_are_references_to_a_prefix(folder: Path) -> None:
    run("convert", "processed.nwb", "p.yaml")
    text = (folder / "p.yaml").read_text()
    assert "    raw:\n      path: raw.nwb\n" in text
    assert "    raw: raw:/acquisition/raw\n" in text
    assert "timestamps: raw:/acquisition/raw/timestamps\n" in text
    ds = linkdata.open("p.yaml")
    assert ds.data.acquisition.raw.data[2:4].tolist() == [4.0, 6.0]
    assert ds.data.processing.filtering.filtered.timestamps[5] == 5.0
    assert ds.data.acquisition.raw.entity.iri == "urn:linkdata:raw#data.acquisition.raw"
    assert [one for one in ds.check() if one.severity == "error"] == []
    assert run("diff", "processed.nwb", "p.yaml") == ""


@pytest.mark.parametrize("arrays", ["link", "store", "inline"])
@pytest.mark.parametrize("target", ["back.nwb", "other/back.nwb"])
def test_there_and_back(folder: Path, arrays: str, target: str) -> None:
    (folder / "other").mkdir()
    run("convert", "--arrays", arrays, "processed.nwb", "p.yaml")
    run("convert", "p.yaml", target)
    assert plan(folder / target).entries == plan(folder / "processed.nwb").entries


def test_what_it_links_to_need_not_be_there(folder: Path) -> None:
    run("convert", "--arrays", "store", "processed.nwb", "p.yaml")
    (folder / "raw.nwb").rename(folder / "gone")
    run("convert", "p.yaml", "back.nwb")
    assert plan(folder / "back.nwb").entries == plan(folder / "processed.nwb").entries
    with pytest.raises(RetrievalError):
        linkdata.open("p.yaml").data.acquisition.raw.data  # noqa: B018


def read(path: Path) -> list[Any]:
    with pynwb.NWBHDF5IO(path, "r") as io:
        file = io.read()
        filtered = file.processing["filtering"]["filtered"]
        raw = file.acquisition["raw"]
        return [raw.data[:3].tolist(), raw.description, filtered.timestamps[3:5].tolist()]


def test_links_lead_to_their_files_if_asked(folder: Path) -> None:
    with h5py.File("processed.nwb", "a") as file:
        del file["scratch"]
    run("convert", "processed.nwb", "p.yaml")
    (folder / "other").mkdir()
    run("convert", "--links", "external", "p.yaml", "other/linked.nwb")
    with h5py.File("other/linked.nwb") as file:
        link = file.get(RAW, getlink=True)
        assert (link.filename, link.path) == ("../raw.nwb", RAW)
    run("convert", "--links", "copy", "p.yaml", "other/copied.nwb")
    with h5py.File("other/copied.nwb") as file:
        assert file[TIMES] == file[RAW]["timestamps"]
        assert isinstance(file.get(RAW, getlink=True), h5py.HardLink)
    expected = read(folder / "processed.nwb")
    assert read(folder / "other/linked.nwb") == expected
    (folder / "raw.nwb").unlink()
    assert read(folder / "other/copied.nwb") == expected


@pytest.mark.parametrize("source", ["processed.nwb", "derived.yaml"])
def test_a_copy_stands_alone(folder: Path, source: str) -> None:
    with h5py.File("processed.nwb", "a") as file:
        del file["scratch"]
    run("derive", "processed.nwb", "derived.yaml")
    (folder / "other").mkdir()
    if source.endswith("yaml"):
        run("convert", source, "other/linked.nwb")
        with h5py.File("other/linked.nwb") as file:
            assert file.get(RAW, getlink=True).filename == "../raw.nwb"
        assert read(folder / "other/linked.nwb") == read(folder / "processed.nwb")
    run("convert", "--links", "copy", source, "other/copied.nwb")
    expected = read(folder / "processed.nwb")
    (folder / "raw.nwb").unlink()
    (folder / "processed.nwb").unlink()
    assert read(folder / "other/copied.nwb") == expected
    assert pynwb.validate(path="other/copied.nwb") == []
    with h5py.File("other/copied.nwb") as file:
        assert file[TIMES] == file[RAW]["timestamps"]


def test_copies_of_files_that_link_to_each_other_end(folder: Path) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        with h5py.File(f"{one}.h5", "w") as file:
            file["x/y"] = [1]
            file["x/far"] = h5py.ExternalLink(f"{other}.h5", "/x")
            file["x/none"] = h5py.ExternalLink("none.h5", "/x")
    run("convert", "--links", "copy", "a.h5", "c.h5")
    with h5py.File("c.h5") as file:
        assert file["x/far/y"][:].tolist() == [1]
        assert file["x/far/far"] == file["x"]
        assert isinstance(file["x"].get("none", getlink=True), h5py.ExternalLink)


def test_a_bundle_made_into_a_file_stands_alone(folder: Path) -> None:
    with h5py.File("processed.nwb", "a") as file:
        del file["scratch"]
    expected = read(folder / "processed.nwb")
    run("bundle", "-q", "processed.nwb", "-o", "b.zip")
    (folder / "other").mkdir()
    run("convert", "b.zip", "other/copied.nwb")
    (folder / "raw.nwb").unlink()
    assert read(folder / "other/copied.nwb") == expected


def test_an_edit_of_the_prefix_counts(folder: Path) -> None:
    run("convert", "processed.nwb", "p.yaml")
    shutil.copy(folder / "raw.nwb", folder / "better.nwb")
    document = folder / "p.yaml"
    document.write_text(document.read_text().replace("path: raw.nwb", "path: better.nwb"))
    run("convert", "p.yaml", "back.nwb")
    links = plan(folder / "back.nwb").entries
    assert links[RAW] == ExternalLink("better.nwb", RAW)
    assert links[TIMES] == ExternalLink("better.nwb", f"{RAW}/timestamps")


def test_names_of_prefixes_are_free(folder: Path) -> None:
    with h5py.File("processed.nwb", "a") as file:
        for number, name in enumerate(["nwbfile.nwb", "1 odd.nwb", "nwb.nwb"]):
            shutil.copy(folder / "raw.nwb", folder / name)
            file[f"scratch/x{number}"] = h5py.ExternalLink(name, RAW)
    run("convert", "processed.nwb", "p.yaml")
    assert list(linkdata.open("p.yaml").graph.context.prefixes) == [
        "nwbfile", "raw", "nwbfile1", "linked", "nwb1",
    ]  # fmt: skip
    run("convert", "p.yaml", "back.nwb")
    assert plan(folder / "back.nwb").entries == plan(folder / "processed.nwb").entries


def test_in_rdf_they_are_the_objects_of_the_other_file(folder: Path) -> None:
    lines = run("convert", "--to", "nt", "processed.nwb", "-").splitlines()
    subject, identity = "<urn:linkdata:processed#data.acquisition>", "<urn:linkdata:raw#data"
    assert any(line.startswith(subject) and identity in line for line in lines)
    run("convert", "processed.nwb", "processed.yaml")
    assert sorted(run("convert", "--to", "nt", "processed.yaml", "-").splitlines()) == sorted(lines)
