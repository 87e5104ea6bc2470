"""Imports: from what a document declares to compiled schemas."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pynwb import NWBHDF5IO, NWBFile

import linkdata
from linkdata.errors import LinkdataError
from linkdata.schema.imports import Imported, Imports

NAMESPACE = """\
namespaces:
- name: lab
  doc: a lab's own types
  version: 1.2.0
  schema:
  - source: lab.rig
  - namespace: parts
- name: parts
  doc: what rigs are made of
  version: 0.1.0
  schema:
  - source: lab.parts
"""
RIG = """\
groups:
- neurodata_type_def: Rig
  neurodata_type_inc: Part
  doc: a rig
  attributes: [{name: room, dtype: text, doc: where it is}]
"""
PARTS = """\
groups:
- neurodata_type_def: Part
  doc: a part
  attributes: [{name: maker, dtype: text, doc: who made it, required: false}]
"""
LINKML = """\
id: https://example.org/tools
name: tools
version: "3"
prefixes: {linkml: https://w3id.org/linkml/, ex: https://example.org/}
default_prefix: ex
imports: [linkml:types, more/base]
classes:
  Tool: {is_a: Thing, attributes: {weight: {range: float}}}
"""
BASE = """\
id: https://example.org/base
name: base
imports: [linkml:types]
classes:
  Thing: {attributes: {name: {identifier: true}}}
"""

Importing = Callable[[str], dict[str, Imported]]


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Importing:
    """The schemas of a document with the given imports."""
    monkeypatch.setenv("LINKDATA_CACHE", str(tmp_path / "cache"))
    for name, text in {
        "schemas/lab.namespace.yaml": NAMESPACE,
        "schemas/lab.rig.yaml": RIG,
        "schemas/lab.parts.yaml": PARTS,
        "tools.yaml": LINKML,
        "more/base.yaml": BASE,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    def imports(text: str) -> dict[str, Imported]:
        path = tmp_path / "session.yaml"
        path.write_text(f"meta:\n  prefixes: {{file: {{path: x.nwb}}}}\n  imports: {text}\n")
        dataset = linkdata.open(path)
        return Imports(dataset.graph, dataset.graph.context).all

    return imports


def test_a_namespace_in_a_file(imported: Importing) -> None:
    found = imported("{lab: {as: l, from: [{path: schemas/lab.namespace.yaml}]}}")["l"]
    rig = found.schema.classes["Rig"]
    assert (found.schema.name, found.schema.version) == ("lab", "1.2.0")
    assert (rig.parent, rig.uri) == ("Part", "urn:linkdata:schema:lab:Rig")
    assert {name: slot.owner for name, slot in rig.slots.items()} == {
        "name": "Rig", "maker": "Part", "room": "Rig",
    }  # fmt: skip
    assert {"lab", "lab.lab.rig", "parts", "parts.lab.parts"} <= found.linkml().keys()


def test_linkml_in_a_file(imported: Importing) -> None:
    found = imported("{tools: {from: [{path: tools.yaml}]}}")["tools"]
    assert found.schema.classes["Tool"].parent == "Thing"
    assert list(found.linkml()) == ["tools", "more/base"]


def test_the_first_source_that_has_it(imported: Importing) -> None:
    sources = "[{pypi: {package: no-such-thing}}, {path: nope.yaml}, {path: tools.yaml}]"
    assert imported(f"{{tools: {{from: {sources}}}}}")["tools"].place == "tools.yaml"


def test_specifications_in_an_nwb_file(imported: Importing, tmp_path: Path) -> None:
    with NWBHDF5IO(tmp_path / "x.nwb", "w") as file:
        file.write(NWBFile("s", "i", datetime(2024, 1, 1, tzinfo=UTC)))
        version = next(iter(file._file["specifications/core"]))
    found = imported(
        f'{{core: {{as: nwb, from: [{{hdf5: "file:/specifications/core/{version}"}}]}}}}'
    )
    assert found["nwb"].schema.version == version
    series = found["nwb"].schema.classes["ElectricalSeries"]
    assert series.slots["electrodes"].classes == ("DynamicTableRegion",)
    assert found["nwb"].schema.is_a("DynamicTableRegion", "VectorData")


def test_an_installed_distribution(imported: Importing) -> None:
    found = imported("{core: {as: nwb, from: [{pypi: {package: pynwb}}]}}")["nwb"]
    assert found.schema.is_a("ElectricalSeries", "TimeSeries")


def test_what_was_compiled_once_is_kept(
    imported: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "{lab: {from: [{path: schemas/lab.namespace.yaml}]}}"
    first = imported(text)["lab"].schema

    def refuse(*_: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr("linkdata.schema.compiled.compile_schema", refuse)
    assert imported(text)["lab"].schema == first


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{lab: {from: [{path: nope.yaml}]}}", "resource-missing"),
        ("{lab: {from: [{path: ../nope.yaml}]}}", "resource-outside-roots"),
        ("{lab: {from: [{url: http://x/}]}}", "network-refused"),
        ("{lab: {from: [{ftp: x}]}}", "import-invalid"),
        ("{lab: {from: [{hdf5: 'nofile:/x'}]}}", "prefix-unknown"),
        ("{lab: {}}", "schema-not-found"),
        ("{lab: {version: '9', from: [{path: schemas/lab.namespace.yaml}]}}", "schema-not-found"),
        ("{other: {from: [{path: schemas/lab.namespace.yaml}]}}", "schema-not-found"),
        ("{tools: {from: [{path: schemas/lab.rig.yaml}]}}", "schema-invalid"),
    ],
)
def test_what_cannot_be_had(imported: Importing, text: str, code: str) -> None:
    with pytest.raises(LinkdataError) as caught:
        imported(text)
    assert [found.code for found in caught.value.diagnostics] == [code]
    assert caught.value.diagnostic.span is not None


def test_everything_that_is_wrong_is_told(imported: Importing) -> None:
    with pytest.raises(LinkdataError) as caught:
        imported("{a: {from: [{path: nope.yaml}]}, b: {from: [{url: http://x/}]}}")
    assert len(caught.value.diagnostics) == 2
