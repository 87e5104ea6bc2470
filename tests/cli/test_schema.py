"""`linkdata schema`."""

import json
from pathlib import Path

import h5py
import pytest
import yaml

SCHEMA = """\
id: https://example.org/tools
name: tools
version: "3"
prefixes: {linkml: https://w3id.org/linkml/, ex: https://example.org/}
default_prefix: ex
imports: [linkml:types]
classes:
  Thing: {attributes: {name: {identifier: true}}}
  Tool: {is_a: Thing, description: what hands use, attributes: {weight: {range: float}}}
"""


@pytest.fixture
def document(tmp_path: Path) -> str:
    (tmp_path / "tools.yaml").write_text(SCHEMA)
    path = tmp_path / "a.yaml"
    path.write_text("meta: {imports: {tools: {as: t, from: [{path: tools.yaml}]}}}\ndata: {}\n")
    return str(path)


def test_the_classes(run, document: str) -> None:
    result = run("schema", document)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "t: tools 3 from tools.yaml", "  Thing", "  Tool (Thing)",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Tool", "t:Tool"])
def test_one_class(run, document: str, name: str) -> None:
    result = run("schema", document, name)
    assert result.stdout.splitlines() == [
        "Tool  <https://example.org/Tool>",
        "is a Thing",
        "",
        "what hands use",
        "",
        "  weight  float",
        "  name    string, required, from Thing",
    ]


def test_json(run, document: str) -> None:
    listed = json.loads(run("schema", document, "--json").stdout)
    assert listed["t"]["classes"]["Tool"] == "https://example.org/Tool"
    found = json.loads(run("schema", document, "Tool", "--json").stdout)
    assert found["slots"]["weight"]["ranges"] == [{"name": "float", "kind": "type"}]


def test_a_class_that_is_not_there(run, document: str) -> None:
    result = run("schema", document, "Tol")
    assert result.exit_code == 1
    assert "did you mean `Tool`?" in result.stderr


def test_linkml_files(run, document: str, tmp_path: Path) -> None:
    result = run("schema", document, "--linkml", str(tmp_path / "out"))
    assert result.exit_code == 0
    written = yaml.safe_load((tmp_path / "out" / "tools.yaml").read_text())
    assert written["classes"]["Tool"]["is_a"] == "Thing"
    again = run("schema", document, "--linkml", str(tmp_path / "out"))
    assert (again.exit_code, "output-exists" in again.stderr) == (1, True)


# NWB files, editors, locks

NAMESPACE = "namespaces: [{name: lab, doc: d, version: 1.0.0, schema: [{source: lab.rig}]}]\n"
RIG = """\
groups:
- neurodata_type_def: Rig
  doc: a rig
  groups:
  - name: wheel
    doc: its wheel
    attributes: [{name: radius, dtype: float, doc: in cm}]
"""


@pytest.fixture
def recording(tmp_path: Path) -> str:
    """A file that carries a namespace."""
    path = tmp_path / "recording.nwb"
    with h5py.File(path, "w") as file:
        file.attrs.update(neurodata_type="Rig", namespace="lab")
        group = file.create_group("specifications/lab/1.0.0")
        group["namespace"] = NAMESPACE
        group["lab.rig"] = RIG
    return str(path)


@pytest.fixture
def rig(tmp_path: Path) -> str:
    """A document that imports a namespace from files."""
    (tmp_path / "lab.namespace.yaml").write_text(NAMESPACE)
    (tmp_path / "lab.rig.yaml").write_text(RIG)
    path = tmp_path / "rig.yaml"
    path.write_text("meta: {imports: {lab: {from: [{path: lab.namespace.yaml}]}}}\ndata: {}\n")
    return str(path)


def test_parts_of_classes_are_listed_when_asked_for(run, rig: str) -> None:
    assert run("schema", rig).stdout.splitlines()[1:] == ["  AnyType", "  Rig"]
    assert "  Rig__wheel" in run("schema", rig, "--all").stdout.splitlines()
    assert "radius" in run("schema", rig, "Wheel").stdout


def test_the_classes_of_a_file(run, recording: str) -> None:
    result = run("schema", recording)
    assert (
        result.stdout.splitlines()[0]
        == "lab: lab 1.0.0 from recording.nwb:/specifications/lab/1.0.0"
    )
    assert run("schema", recording, "lab:Rig").stdout.startswith(
        "Rig  <urn:linkdata:schema:lab:Rig>"
    )


def test_a_base_for_the_iris(run, recording: str, tmp_path: Path) -> None:
    base = "https://example.org/schemas/"
    assert run("schema", recording, "--linkml", "out", "--base", base).exit_code == 0
    written = yaml.safe_load((tmp_path / "out" / "lab.yaml").read_text())
    assert written["prefixes"]["lab"] == f"{base}lab/"
    assert run("schema", recording, "--linkml", "out", "--base", "lab").exit_code == 2


def test_back_to_the_specification_language(run, recording: str, tmp_path: Path) -> None:
    assert run("schema", recording, "--nwb", "out").exit_code == 0
    folder = tmp_path / "out" / "lab"
    [found] = yaml.safe_load((folder / "lab.namespace.yaml").read_text())["namespaces"]
    assert (found["version"], found["schema"]) == ("1.0.0", [{"source": "lab.rig.yaml"}])
    assert yaml.safe_load((folder / "lab.rig.yaml").read_text()) == yaml.safe_load(RIG)
    (tmp_path / "again.yaml").write_text(
        "meta: {imports: {lab: {from: [{path: out/lab/lab.namespace.yaml}]}}}\n"
    )
    assert run("schema", "again.yaml", "Rig").exit_code == 0


def test_linkml_has_no_way_back(run, document: str) -> None:
    result = run("schema", document, "--nwb", "out")
    assert (result.exit_code, "schema-invalid" in result.stderr) == (1, True)


def test_a_schema_for_editors(run, document: str, tmp_path: Path) -> None:
    printed = json.loads(run("schema", document, "--json-schema", "-").stdout)
    assert printed["properties"]["data"]
    assert run("schema", document, "--json-schema", "editor.json").exit_code == 0
    assert json.loads((tmp_path / "editor.json").read_text()) == printed
    assert run("schema", document, "--json-schema", "editor.json").exit_code == 1
    assert run("schema", document, "--json-schema", "editor.json", "--force").exit_code == 0


def test_locking(run, rig: str, tmp_path: Path) -> None:
    result = run("schema", rig, "--lock")
    assert (result.exit_code, result.stderr) == (
        0,
        f"locked 1 schemas in {tmp_path / 'linkdata.lock'}\n",
    )
    assert run("schema", rig).exit_code == 0
    (tmp_path / "lab.rig.yaml").write_text(RIG.replace("radius", "size"))
    result = run("schema", rig)
    assert result.exit_code == 1
    assert "`Rig__wheel` lost `radius`" in result.stderr
    assert run("schema", rig, "--lock", "--quiet").stderr == ""
    assert run("schema", rig).exit_code == 0


def test_a_document_without_schemas(run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("data: {}\n")
    result = run("schema", "a.yaml")
    assert (result.exit_code, "imports no schemas" in result.stderr) == (1, True)
