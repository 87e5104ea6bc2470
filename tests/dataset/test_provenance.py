from __future__ import annotations

import json
from pathlib import Path

import h5py
import pytest
from click.testing import CliRunner

import linkdata
from linkdata.cli.main import cli
from linkdata.dataset.provenance import Origin
from linkdata.errors import LinkdataError

PROJECT = """\
meta:
  base: https://example.org/lab/
  funding: R01
  prefixes:
    raw: {path: raw.h5}
data:
  institution: The Lab
  experimenter: Ada
  rig:
    rate: 20000
    gain: 2
    camera: {model: A, fps: 30}
    notes: old
lens: {model: B}
"""
RIG = """\
meta: {id: rig2, extends: ../project.yaml}
data:
  rig:
    rate: 30000
    lens: "#lens"
    notes: ~
    series:
      from: {type: hdf5, source: "raw:/acq"}
      comments: mine
"""
SESSION = """\
meta:
  id: s1
  extends: [//lab/rigs/rig2.yaml]
data:
  experimenter: Grace
  rig:
    camera: {fps: 60}
  copy:
    from: "#data.rig"
    gain: 5
  devices:
    - probe: "@rig.camera"
  direct: "raw:/acq/x"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "linkdata.toml": "[authorities]\nlab = '.'\n",
        "project.yaml": PROJECT,
        "rigs/rig2.yaml": RIG,
        "sessions/s1.yaml": SESSION,
    }.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text)
    with h5py.File("raw.h5", "w") as file:
        group = file.create_group("acq")
        group["x"] = [1, 2, 3]
        group.attrs["comments"] = "of the file"
    return tmp_path


def causes(reference: str) -> list[str]:
    found = linkdata.open("sessions/s1.yaml").explain(reference)
    return [f"{one.origin} {one.where}".strip() for one in found.causes]


EXTENDS = ["extends sessions/s1.yaml:3:13", "extends //lab/rigs/rig2.yaml:1:27"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        # Ten values in three folders.
        ("#data.experimenter", ["written sessions/s1.yaml:5:17", "covers {project}:8:17"]),
        ("#data.institution", ["written {project}:7:16", *EXTENDS]),
        ("#data.rig.rate", ["written {rig}:4:11", EXTENDS[0], "covers {project}:10:11"]),
        ("#data.rig.gain", ["written {project}:11:11", *EXTENDS]),
        ("#data.rig.camera.fps", ["written sessions/s1.yaml:7:19", "covers {project}:12:29"]),
        ("#data.rig.camera.model", ["written {project}:12:21", *EXTENDS]),
        (
            "#data.copy.rate",
            ["written {rig}:4:11", "from sessions/s1.yaml:9:11", EXTENDS[0],
             "covers {project}:10:11"],
        ),
        ("#data.rig.lens.model",
         ["written {project}:14:15", EXTENDS[0], "reference {rig}:5:11", EXTENDS[1]]),
        ("#data.rig.notes", ["removed {rig}:6:12"]),
        (
            "#data.rig.series.comments",
            ["written {rig}:9:17", EXTENDS[0], "covers raw.h5:/acq/comments", "from {rig}:8:34",
             "prefix {project}:5:5"],
        ),
        # And others.
        ("#data.copy.gain", ["written sessions/s1.yaml:10:11", "covers {project}:11:11"]),
        ("#data.devices.probe.fps",
         ["written sessions/s1.yaml:7:19", "reference sessions/s1.yaml:12:14",
          "covers {project}:12:29"]),
        ("#data.rig.series.x",
         ["file raw.h5:/acq/x", EXTENDS[0], "from {rig}:8:34", "prefix {project}:5:5"]),
        ("#data.direct",
         ["file raw.h5:/acq/x", "reference sessions/s1.yaml:13:11", "prefix {project}:5:5"]),
        ("raw:/acq", ["file raw.h5:/acq", "prefix {project}:5:5"]),
        ("#meta.base", ["written {project}:2:9", *EXTENDS]),
        ("#meta.funding", ["written {project}:3:12", *EXTENDS]),
        ("#meta.id", ["written sessions/s1.yaml:2:7"]),
        ("#meta.prefixes.raw", ["written {project}:5:5", *EXTENDS]),
        ("#prefixes.raw", ["written {project}:5:5", *EXTENDS]),
        (
            "#data.rig",
            ["written sessions/s1.yaml:7:5", EXTENDS[0], "over {rig}:4:5", EXTENDS[1],
             "over {project}:10:5"],
        ),
        ("#", ["written sessions/s1.yaml:1:1", EXTENDS[0], "over {rig}:1:1", EXTENDS[1],
               "over {project}:1:1"]),
    ],
)  # fmt: skip
def test_a_value_comes_from(reference: str, expected: list[str]) -> None:
    names = {"project": "//lab/rigs/../project.yaml", "rig": "//lab/rigs/rig2.yaml"}
    wanted = [one.format(**names) for one in expected]
    found = [one.replace("//lab/project.yaml", names["project"]) for one in causes(reference)]
    assert found == wanted


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("#data.rig.none", "reference-dangling"),
        ("#none.x", "reference-dangling"),
        ("none:/x", "prefix-unknown"),
        ("raw:/none", "source-path-missing"),
        ("#data.rig.series.none", "source-path-missing"),
        ("no reference", "reference-malformed"),
        ("./none.yaml#x", "resource-missing"),
        ("#meta.prefixes.none", "reference-dangling"),
    ],
)
def test_what_does_not_arrive_has_no_provenance(reference: str, code: str) -> None:
    with pytest.raises(LinkdataError) as caught:
        linkdata.open("sessions/s1.yaml").explain(reference)
    assert caught.value.code == code


def test_a_circle() -> None:
    with pytest.raises(LinkdataError) as caught:
        linkdata.loads("a: '#b'\nb: '#a'\n").explain("#a")
    assert caught.value.code == "reference-cycle"


def test_what_nobody_says() -> None:
    ds = linkdata.loads("data: 1\n")
    assert ds.explain("#meta.base").origin.origin is Origin.DEFAULT
    assert ds.explain("#meta.id").origin.origin is Origin.DEFAULT


def test_another_document(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("data: {x: {y: 1}}\n---\ndata: {z: 2}\n")
    (tmp_path / "a.yaml").write_text("a: './b.yaml#data.x'\nb: './b.yaml#data.z'\n")
    ds = linkdata.open(tmp_path / "a.yaml")
    assert [str(one.span.position) for one in ds.explain("#a.y").causes if one.span] == [
        "1:15",
        "1:4",
    ]
    assert [one.origin for one in ds.explain("#b").causes] == ["written", "reference"]


SCHEMA = """\
id: https://example.org/rigs
name: rigs
prefixes: {linkml: https://w3id.org/linkml/, rigs: https://example.org/rigs/}
default_prefix: rigs
imports: [linkml:types]
classes:
  Rig:
    attributes:
      unit: {range: string, equals_string: volts}
      rate: {range: integer, ifabsent: int(30000)}
"""


def test_what_a_schema_says(tmp_path: Path) -> None:
    (tmp_path / "rigs.yaml").write_text(SCHEMA)
    (tmp_path / "a.yaml").write_text(
        "meta: {imports: {rigs: {from: [{path: rigs.yaml}]}}}\ndata: {is_a: Rig, gain: 1}\n"
    )
    ds = linkdata.open(tmp_path / "a.yaml")
    fixed, default = (ds.explain(f"#data.{name}").origin for name in ("unit", "rate"))
    assert (fixed.origin, default.origin) == (Origin.SCHEMA, Origin.DEFAULT)
    assert "`unit` of `Rig` in `rigs`" in fixed.message
    assert "volts" in fixed.message
    assert "30000" in default.message


def test_the_command(folder: Path) -> None:
    args = ["check", "sessions/s1.yaml", "--explain", "#data.rig.rate"]
    done = CliRunner().invoke(cli, args)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[:4] == [
        "#data.rig.rate",
        "  //lab/rigs/rig2.yaml:4:11: written: it is written here",
        "    4 |     rate: 30000",
        "      |           ^^^^^",
    ]
    done = CliRunner().invoke(cli, [*args, "--explain", "#data.copy", "--format", "json"])
    found = json.loads(done.stdout)
    assert [one["reference"] for one in found] == ["#data.rig.rate", "#data.copy"]
    assert (found[0]["causes"][0]["line"], found[0]["causes"][0]["origin"]) == (4, "written")
    assert CliRunner().invoke(cli, [*args, "--format", "sarif"]).exit_code == 2
    assert CliRunner().invoke(cli, [*args[:3], "#data.none"]).exit_code == 1
