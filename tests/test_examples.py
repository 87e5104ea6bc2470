"""The examples do what they say: on a file made here, and on real files where there are any."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import rdflib
from rdflib.compare import isomorphic

import linkdata
from linkdata.syntax.layout import formatted

EXAMPLES = Path(__file__).parent.parent / "examples"
CORPUS = os.environ.get("LINKDATA_CORPUS")
REAL = {"aibs.nwb": "nwb-linkml__aibs.nwb", "aibs_ecephys.nwb": "nwb-linkml__aibs_ecephys.nwb"}
DOCUMENTS = sorted({*EXAMPLES.glob("*.yaml"), *EXAMPLES.glob("username/*.yaml")})
LAB = "https://example.org/lab/"


def environment() -> dict[str, str]:
    return os.environ | {"NO_COLOR": "1"}


def assert_same_in_both_libraries(turtle: str) -> rdflib.Graph:
    """Read Turtle with rdflib and with pyoxigraph; both must have read the same graph."""
    oxigraph = pytest.importorskip("pyoxigraph")
    triples = oxigraph.parse(turtle, format=oxigraph.RdfFormat.TURTLE)
    lines = oxigraph.serialize(triples, format=oxigraph.RdfFormat.N_TRIPLES)
    one = rdflib.Graph().parse(data=turtle, format="turtle")
    other = rdflib.Graph().parse(data=lines, format="nt")
    # Through N-Triples and back, so that both graphs went the same way.
    again = rdflib.Graph().parse(data=one.serialize(format="nt"), format="nt")
    assert len(again) == len(other) > 0
    assert isomorphic(again, other)
    return one


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that first_run.py writes."""
    folder = tmp_path_factory.mktemp("examples") / "build"
    done = subprocess.run(
        [sys.executable, EXAMPLES / "first_run.py", folder],
        capture_output=True, text=True, env=environment(), check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "printed").write_text(done.stdout)
    return folder


@pytest.fixture
def design(built: Path) -> Iterator[linkdata.Dataset]:
    with linkdata.open(built / "design.yaml") as dataset:
        yield dataset


def test_first_run_says_what_it_wrote(built: Path) -> None:
    printed = (built / "printed").read_text()
    for name in ("test_nwb.nwb", "design.yaml", "design.json", "design.ttl"):
        assert (built / name).stat().st_size > 1000
        assert name in printed
    assert "nothing wrong" in subprocess.run(
        [Path(sys.executable).parent / "linkdata", "check", built / "design.yaml"],
        capture_output=True, text=True, env=environment(), check=True,
    ).stderr  # fmt: skip


@pytest.fixture
def changed(built: Path, tmp_path: Path) -> Path:
    """The built document, beside a recording that is not the one it was built with."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    with (tmp_path / "test_nwb.nwb").open("ab") as file:
        file.write(b"\0")
    return tmp_path / "design.yaml"


def test_a_changed_recording_is_refused(changed: Path) -> None:
    assert "hash: blake3:" in changed.read_text()
    with pytest.raises(linkdata.DigestMismatchError):
        linkdata.open(changed)["#cool_recording"][0]


def test_a_changed_recording_is_found(changed: Path) -> None:
    assert {finding.code for finding in linkdata.check(changed)} == {"digest-mismatch"}


def test_the_design_has_no_findings(design: linkdata.Dataset) -> None:
    assert design.check() == []


def test_its_references_arrive(design: linkdata.Dataset) -> None:
    device = design["#data.general.devices.array"]
    assert device.manufacturer == "diy"
    recording = design["#cool_recording"]
    assert recording == design.data.acquisition["cool_recording"]
    assert recording.entity.is_a == "ElectricalSeries"
    groups = design["#extracellular_ephys.electrodes.group"]
    shanks = design["#extracellular_ephys"]
    assert groups == [shanks.shank0, shanks.shank0, shanks.shank1]


def test_the_source_arrives(design: linkdata.Dataset) -> None:
    inside = design["nwbfile:/acquisition/cool_recording"]
    assert inside.entity.iri == LAB + "test_nwb#data.acquisition.cool_recording"
    assert inside.data.unit == "volts"
    assert np.array_equal(inside[:], design["#cool_recording"][:])


def test_slices_are_those_of_h5py(design: linkdata.Dataset, built: Path) -> None:
    with h5py.File(built / "test_nwb.nwb") as file:
        values = file["acquisition/cool_recording/data"]
        recording = design.data.acquisition["cool_recording"]
        for index in (np.s_[0:3, 0:3], np.s_[-5:, 1], np.s_[::100], np.s_[7]):
            assert np.array_equal(recording[index], values[index])
            assert recording[index].dtype == values.dtype


def test_the_device_is_the_same_from_both_shanks(design: linkdata.Dataset) -> None:
    shanks = design["#extracellular_ephys"]
    assert shanks.shank0.device == shanks.shank1.device
    iri = rdflib.URIRef(LAB + "my_dataset#data.general.devices.array")
    assert shanks.shank0.device.entity.iri == str(iri)
    graph = design.to_rdflib()
    device = rdflib.URIRef("urn:linkdata:schema:core:device")
    assert set(graph.objects(None, device)) == {iri}
    assert len(list(graph.subjects(device, iri))) == 2


def test_the_project_is_inherited(design: linkdata.Dataset) -> None:
    assert design.data.general.institution == "University of Example"
    assert design.data.general.devices.Microscope.manufacturer.startswith("The best")


def test_the_turtle_is_the_same_in_both_libraries(built: Path, design: linkdata.Dataset) -> None:
    graph = assert_same_in_both_libraries((built / "design.ttl").read_text(encoding="utf-8"))
    other = design.to_rdflib().serialize(format="nt")  # parsing puts numbers into one form
    assert isomorphic(graph, rdflib.Graph().parse(data=other, format="nt"))


# Real files


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the notes and the files that they are about."""
    if CORPUS is None:
        pytest.skip("LINKDATA_CORPUS is not set")
    folder = tmp_path_factory.mktemp("session")
    for name in ("aibs.yaml", "aibs_ecephys.yaml"):
        shutil.copyfile(EXAMPLES / name, folder / name)
    for name, real in REAL.items():
        shutil.copyfile(Path(CORPUS, "nwb", real), folder / name)
    return folder


@pytest.mark.parametrize("name", ["aibs.yaml", "aibs_ecephys.yaml"])
def test_real_notes_have_no_findings(session: Path, name: str) -> None:
    # The file is an excerpt: some of its columns end before their indexes do.
    assert [one for one in linkdata.check(session / name) if one.code != "table-index"] == []


@pytest.mark.parametrize("name", ["aibs.yaml", "aibs_ecephys.yaml"])
def test_real_turtle_is_the_same_in_both_libraries(session: Path, name: str) -> None:
    with linkdata.open(session / name) as dataset:
        assert_same_in_both_libraries(dataset.dumps("ttl"))


ELECTRODES = "general/extracellular_ephys/electrodes"
GRATINGS = "intervals/drifting_gratings_presentations"
CSD = "processing/current_source_density/ecephys_csd/current_source_density"


@pytest.mark.parametrize(
    ("name", "reference", "path", "index"),
    [
        ("aibs", "#units.spike_times", "units/spike_times", np.s_[0:5]),
        ("aibs", "#units.waveform_mean", "units/waveform_mean", np.s_[2:4, ::10]),
        ("aibs", "#wheel", "processing/running/running_speed/data", np.s_[:]),
        ("aibs", "#wheel.raw.rotation", "acquisition/raw_running_wheel_rotation/data", np.s_[1:]),
        ("aibs", "#gratings.orientation", f"{GRATINGS}/orientation", np.s_[-3:]),
        ("aibs", "#data.electrodes.valid_data", f"{ELECTRODES}/valid_data", np.s_[:]),
        ("aibs_ecephys", "#data.lfp", "acquisition/probe_769322820_lfp_data/data", np.s_[0:3, 0:3]),
        ("aibs_ecephys", "#data.csd.current_source_density", f"{CSD}/data", np.s_[4, 100:200]),
    ],
)
def test_real_slices_are_those_of_h5py(
    session: Path, name: str, reference: str, path: str, index: Any
) -> None:
    found = linkdata.open(session / f"{name}.yaml")[reference][index]
    with h5py.File(session / f"{name}.nwb") as file:
        expected = file[path][index]
    assert found.dtype == expected.dtype
    assert np.array_equal(found, expected, equal_nan=expected.dtype.kind == "f")


def test_slices_through_the_other_document(session: Path) -> None:
    found = linkdata.open(session / "aibs_ecephys.yaml")["session:#units.snr"][:]
    with h5py.File(session / "aibs.nwb") as file:
        assert np.array_equal(found, file["units/snr"][:])


def test_real_notes_are_laid_over_the_file(session: Path) -> None:
    notes = linkdata.open(session / "aibs.yaml")
    mouse = notes.data.subject
    assert (mouse.nickname, mouse.species, mouse.specimen_name) == (
        "Ada", "Mus musculus", "Sst-IRES-Cre;Ai32-406808",
    )  # fmt: skip
    assert mouse.comments[1] == "#3 in the colony book"
    assert "mask" not in notes["#gratings"]
    assert "phase" in notes["#gratings"]
    quality = notes["#units.quality"]
    assert quality.description.startswith("The sorter's verdict")
    assert list(quality[0:2]) == ["good", "good"]
    assert notes["#data.analyses.running_modulation"].quality.startswith("drifts")


def test_real_notes_point_into_each_other(session: Path) -> None:
    lfp = linkdata.open(session / "aibs_ecephys.yaml")
    assert lfp.data.subject.entity.iri == LAB + "aibs/760693773#mouse"
    probe = lfp.data.lfp.probe
    assert probe.verdict == "good"
    assert probe.headstage.connected_to == probe.hardware
    assert probe.hardware.probe_id == 769322820
    assert lfp.data.lfp.data.unit == "volts"
    assert lfp.data.lfp.data.comment.startswith("volts already")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_examples_are_laid_out(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert formatted(text, path.name) == text
