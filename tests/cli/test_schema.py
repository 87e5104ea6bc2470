"""`linkdata schema`."""

import json
from pathlib import Path

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
