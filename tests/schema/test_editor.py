"""The JSON schema for editors: by a validator, and by YAML's language server."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import linkdata
from linkdata.schema.editor import editor_schema
from linkdata.schema.language.texts import plain
from linkdata.schema.offered import offered

from .language_server import LanguageServer, ServerEndedError, running

PACKAGE = "yaml-language-server"
VERSION = "1.25.0"

META = """\
# yaml-language-server: $schema=editor.json
meta:
  imports:
    core: {as: nwb, from: [{pypi: {package: pynwb}}]}
    tools: {from: [{path: tools.yaml}]}
"""
TOOLS = """\
id: https://example.org/tools
name: tools
imports: [linkml:types]
prefixes: {linkml: https://w3id.org/linkml/}
enums: {Colour: {permissible_values: {red: {}, blue: {}}}}
classes:
  Tool:
    attributes:
      name: {identifier: true}
      colour: {range: Colour}
      code: {pattern: "^[A-Z]+$"}
      weight: {range: float, minimum_value: 0}
      kind: {equals_string: tool}
      parts: {range: Tool, multivalued: true, inlined: true}
      words: {multivalued: true}
  Drill: {is_a: Tool, attributes: {speed: {range: integer, required: true}}}
"""
SESSION = """\
data:
  is_a: nwb:NWBFile
  identifier: a
  session_description: s
  session_start_time: 2024-01-01T00:00:00+00:00
  acquisition:
    lfp:
      is_a: ElectricalSeries
      data: [[1, 2], [3, 4]]
      electrodes: {description: all, value: [0, 1], table: "#ephys.electrodes"}
      starting_time: {value: 0.0, rate: 10.0}
    raw:
      is_a: nwb:TimeSeries
      from: {type: hdf5, source: "file:/x"}
    linked: "@other"
  general:
    devices: [{scope: {description: d}}, {other: ~}]
    extracellular_ephys: "#ephys"
ephys:
  is_a: ExtracellularEphys
  shank0: {is_a: ElectrodeGroup, description: d, location: l, device: "#data.general.devices.scope"}
other: {is_a: "ex:Something", anything: 1}
free: {anything: [1, {x: 2}]}
"""


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("schema")
    (folder / "a.yaml").write_text(META)
    (folder / "tools.yaml").write_text(TOOLS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINKDATA_CACHE", str(folder / "cache"))
        found = offered(linkdata.open(folder / "a.yaml").graph)
    return editor_schema({alias: one.schema for alias, one in found.items()}, "a title")


@pytest.fixture(scope="module")
def problems(schema: dict[str, Any]) -> Callable[[str], list[str]]:
    """Where a document is not as the schema says."""
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)

    def found(text: str) -> list[str]:
        return sorted(one.json_path for one in validator.iter_errors(plain("a.yaml", META + text)))

    return found


def test_documents_that_are_right(problems: Callable[[str], list[str]]) -> None:
    assert problems(SESSION) == []


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [
        ("identifier: a", "identifer: a", "$.data"),
        ("  identifier: a\n", "", "$.data"),
        ("session_description: s", "session_description: 3", "$.data.session_description"),
        ("is_a: ElectricalSeries", "is_a: ElectricalSerie", "$.data.acquisition"),
        ("data: [[1, 2], [3, 4]]", "data: [[one, 2]]", "$.data.acquisition"),
        ("rate: 10.0", "rate: fast", "$.data.acquisition"),
        ("is_a: nwb:NWBFile", "is_a: nwb:NWBFil", "$.data.is_a"),
        ("description: d, location: l", "description: d", "$.ephys.shank0"),
        ("is_a: ElectrodeGroup", "is_a: Subject", "$.ephys.shank0"),
        ("device: ", "devise: ", "$.ephys.shank0"),
    ],
)
def test_mistakes(problems: Callable[[str], list[str]], right: str, wrong: str, place: str) -> None:
    assert right in SESSION
    found = problems(SESSION.replace(right, wrong))
    assert found
    assert {one[: len(place)] for one in found} == {place}


@pytest.mark.parametrize(
    ("fields", "is_right"),
    [
        ("colour: red, code: AB, weight: 1, kind: tool, words: [a]", True),
        ('colour: "#x", weight: "@y", parts: "#z", words: ["#a"]', True),
        ("parts: {a: {colour: red}, b: ~}", True),
        ("parts: [{a: {colour: red}}, {b: ~}]", True),
        ("parts: {a: {is_a: Drill, speed: 3}}", True),
        ("parts: {a: {is_a: Drill}}", False),
        ("parts: {a: {is_a: Drill, from: '#x'}}", True),
        ("parts: {a: {color: red}}", False),
        ("colour: green", False),
        ("code: ab", False),
        ("weight: -1", False),
        ("weight: heavy", False),
        ("kind: dog", False),
        ("words: 3", False),
        ("unknown: 1", False),
    ],
)
def test_classes_of_linkml(
    problems: Callable[[str], list[str]], fields: str, is_right: bool
) -> None:
    assert (problems(f"data: {{is_a: Tool, {fields}}}\n") == []) is is_right


# The language server


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, schema: dict[str, Any], tmp_path_factory: Any
) -> Iterator[LanguageServer]:
    folder = tmp_path_factory.mktemp("editor")
    (folder / "editor.json").write_text(json.dumps(schema))
    with contextlib.ExitStack() as stack:
        try:
            found = stack.enter_context(running(_program(request.config), folder))
        except ServerEndedError as problem:  # before it was given anything of ours: not this node
            pytest.skip(f"YAML's language server does not run here: {problem}")
        yield found


def _program(config: pytest.Config) -> Path:
    """The language server: kept from an earlier run, or had from npm."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("there is no node to run YAML's language server")
    cache = getattr(config, "cache", None)  # a plug-in, which may be off
    if cache is None:
        pytest.skip("YAML's language server is kept in the cache of pytest, which is off")
    home = cache.mkdir(f"{PACKAGE}-{VERSION}")
    program = home / "node_modules" / ".bin" / PACKAGE
    if not program.exists():
        made = Path(tempfile.mkdtemp(dir=home))  # other workers may be doing the same
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(made)]
        try:
            subprocess.run(
                [*command, f"{PACKAGE}@{VERSION}"],
                capture_output=True, text=True, timeout=50, check=True,
            )  # fmt: skip
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as problem:
            pytest.skip(f"npm cannot have YAML's language server: {str(problem.stderr)[-200:]}")
        with contextlib.suppress(OSError):
            os.rename(made / "node_modules", home / "node_modules")
        shutil.rmtree(made, ignore_errors=True)
    return program


def write(server: LanguageServer, name: str, text: str) -> Path:
    path = server.folder / name
    path.write_text(META + text)
    return path


def test_the_server_has_nothing_against_a_right_document(server: LanguageServer) -> None:
    assert server.open(write(server, "right.yaml", SESSION)) == []


def test_the_server_marks_mistakes(server: LanguageServer) -> None:
    text = SESSION.replace("identifier: a", "identifer: a").replace("rate: 10.0", "rate: fast")
    found = server.open(write(server, "wrong.yaml", text))
    lines = (META + text).splitlines()
    marked = {(lines[one["range"]["start"]["line"]].strip(), one["message"]) for one in found}
    assert ("identifer: a", "Property identifer is not allowed.") in marked
    assert any("rate: fast" in line for line, _ in marked)
    assert any('Missing property "identifier"' in message for _, message in marked)


def test_the_server_completes_keys_and_classes(server: LanguageServer) -> None:
    text = "data:\n  is_a: nwb:Subject\n  sex: M\n  \nthing:\n  is_a: \n"
    path = write(server, "half.yaml", text)
    server.open(path)
    first = META.count("\n")
    keys = server.complete(path, first + 3, 2)
    assert {"species", "subject_id", "age", "from"} <= set(keys)
    assert "sex" not in keys
    classes = server.complete(path, first + 5, 8)
    assert {"ElectricalSeries", "nwb:ElectricalSeries", "Tool", "tools:Drill"} <= set(classes)
    assert not any("__" in name for name in classes)
