"""Shapes of schemas, read by pySHACL, beside what a check finds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyshacl
import pytest
import rdflib
from click.testing import CliRunner

import linkdata
from linkdata.cli.main import cli
from linkdata.spans import Source
from linkdata.syntax.nodes import plain
from linkdata.syntax.reader import read
from linkdata.syntax.writer import document

SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
SCHEMA = """\
id: https://example.org/lab
name: lab
prefixes: {linkml: https://w3id.org/linkml/, ex: https://example.org/}
default_prefix: ex
imports: [linkml:types]
classes:
  Thing: {attributes: {label: {required: true}}}
  Probe:
    is_a: Thing
    attributes:
      made: {range: datetime}
      count: {range: integer, required: true, minimum_value: 0}
      depth: {range: float}
      next: {range: Probe, inlined: true}
      marks: {range: date, multivalued: true}
      code: {pattern: "^[a-z]+$"}
      unit: {required: true, ifabsent: string(mm)}
      side: {range: Side}
      system: {equals_string: metric}
enums: {Side: {permissible_values: {left: {meaning: ex:Left}, right: {}}}}
"""
HEAD = "meta: {id: d, base: http://b/, imports: {lab: {from: [{path: lab.yaml}]}}}\n"
GOOD = """\
data:
  is_a: lab:Probe
  label: a
  count: 3
  depth: 2
  made: 2024-01-01T00:00:00Z
  marks: [2024-01-01]
  code: abc
  side: left
  system: metric
  next: {label: b, count: 0, depth: 1.25}
"""


def validated(folder: Path, data: str) -> tuple[bool, rdflib.Graph, linkdata.Dataset]:
    (folder / "lab.yaml").write_text(SCHEMA)
    path = folder / "d.yaml"
    path.write_text(HEAD + data)
    done = CliRunner().invoke(cli, ["schema", str(path), "--shacl"])
    assert done.exit_code == 0, done.output
    shapes = rdflib.Graph().parse(data=done.stdout, format="turtle")
    ds = linkdata.open(path)
    # The shapes themselves are looked at too.
    conforms, report, _ = pyshacl.validate(ds.to_rdflib(), shacl_graph=shapes, meta_shacl=True)
    return conforms, report, ds


@pytest.fixture(scope="module")
def session(nwb: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document of an NWB file, without what a writer works out."""
    folder = tmp_path_factory.mktemp("session")
    (folder / "x.nwb").write_bytes(nwb.read_bytes())
    with linkdata.open(folder / "x.nwb") as ds:
        ds.save(folder / "x.yaml")
    return folder / "x.yaml"


def content_of(path: Path) -> Any:
    """A document as plain data."""
    (found,) = read(Source(path.name, path.read_text())).documents
    return plain(found.root)


@pytest.fixture(scope="module")
def shapes(nwb: Path) -> rdflib.Graph:
    done = CliRunner().invoke(cli, ["schema", str(nwb), "--shacl"])
    assert done.exit_code == 0, done.output
    return rdflib.Graph().parse(data=done.stdout, format="turtle")


def required(report: rdflib.Graph) -> set[tuple[str, str]]:
    """Where a field is missing: the object, and the predicate."""
    return {
        (str(report.value(one, SH.focusNode)), str(report.value(one, SH.resultPath)))
        for one in report.subjects(SH.sourceConstraintComponent, SH.MinCountConstraintComponent)
    }


def missing(report: rdflib.Graph) -> int:
    """How many fields are missing, those that bare values cannot have too."""
    messages = {
        (report.value(one, SH.focusNode), str(report.value(one, SH.resultMessage)))
        for one in report.subjects(SH.resultMessage)
    }
    return len(required(report)) + sum("` lacks `" in text for _, text in messages)


def test_a_good_document_conforms(tmp_path: Path) -> None:
    conforms, _, ds = validated(tmp_path, GOOD)
    assert conforms
    assert not [one for one in ds.check() if one.severity == "error"]


@pytest.mark.parametrize(
    ("line", "place", "predicate"),
    [
        ("  label: a\n", "data", "label"),
        ("  count: 3\n", "data", "count"),
        ("label: b, ", "data.next", "label"),
    ],
)
def test_missing_fields_are_those_of_a_check(
    tmp_path: Path, line: str, place: str, predicate: str
) -> None:
    conforms, report, ds = validated(tmp_path, GOOD.replace(line, ""))
    assert not conforms
    assert required(report) == {(f"http://b/d#{place}", f"https://example.org/{predicate}")}
    missing = [one for one in ds.check() if one.code == "field-required"]
    assert len(missing) == 1
    assert f"`{predicate}`" in missing[0].message


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("count: 3\n", "count: x\n"),
        ("count: 3\n", "count: -1\n"),
        ("code: abc", "code: ABC"),
        ("side: left", "side: up"),
        ("system: metric", "system: imperial"),
        ("marks: [2024-01-01]", "marks: [2024-01-01, yesterday]"),
        ("made: 2024-01-01T00:00:00Z", "made: yesterday"),
        ("next: {label: b, count: 0, depth: 1.25}", "next: b"),
    ],
)
def test_wrong_values_do_not_conform(tmp_path: Path, good: str, bad: str) -> None:
    assert good in GOOD
    conforms, _, ds = validated(tmp_path, GOOD.replace(good, bad))
    assert not conforms
    assert [one for one in ds.check() if one.severity == "error"]


def test_a_dataset_may_be_written_as_its_value(session: Path, shapes: rdflib.Graph) -> None:
    content = content_of(session)
    content["data"]["general"]["subject"] = {"subject_id": "m", "age": "P90D"}
    short = session.with_name("short.yaml")
    short.write_text(document(content))
    with linkdata.open(short) as ds:
        assert not [one for one in ds.check() if one.severity == "error"]
        conforms, _, report = pyshacl.validate(ds.to_rdflib(), shacl_graph=shapes)
    assert conforms, report


def test_an_nwb_file_conforms(session: Path, nwb: Path, shapes: rdflib.Graph) -> None:
    for path in (nwb, session):
        with linkdata.open(path) as ds:
            conforms, _, report = pyshacl.validate(ds.to_rdflib(), shacl_graph=shapes)
        assert conforms, report


@pytest.mark.parametrize(
    "path",
    [
        "data.session_description",
        "data.session_start_time",
        "data.acquisition.lfp.electrodes",
        "data.acquisition.lfp.starting_time.rate",
        "data.general.extracellular_ephys.shank0.device",
        "data.general.extracellular_ephys.electrodes.location",
        "data.units.spike_times.description",
        # Nothing misses these.
        "data.file_create_date",
        "data.acquisition.lfp.electrodes.table",
    ],
)
def test_a_field_that_is_taken_away_is_missed_as_a_check_does(
    path: str, session: Path, shapes: rdflib.Graph
) -> None:
    content = content_of(session)
    *around, field = path.split(".")
    holder = content
    for step in around:
        holder = holder[step]
    holder.pop(field, None)
    edited = session.with_name("edited.yaml")
    edited.write_text(document(content))
    with linkdata.open(edited) as ds:
        _, report, _ = pyshacl.validate(ds.to_rdflib(), shacl_graph=shapes)
        missing = {f"`{predicate.rpartition(':')[2]}`" for _, predicate in required(report)}
        found = [one.message for one in ds.check() if one.code == "field-required"]
    assert len(required(report)) == len(found)
    assert all(any(name in message for message in found) for name in missing)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("data.acquisition.lfp.starting_time", 0.0, "field-required"),
        ("data.acquisition.lfp.channel_conversion", ["a", "b"], "value-type"),
        ("data.units.spike_times", {"description": "times", "value": [["a"], ["b"]]}, "value-type"),
    ],
)
def test_bare_values_and_elements_are_looked_at(
    path: str, value: Any, code: str, session: Path, shapes: rdflib.Graph
) -> None:
    content = content_of(session)
    *around, field = path.split(".")
    holder = content
    for step in around:
        holder = holder[step]
    holder[field] = value
    edited = session.with_name("edited.yaml")
    edited.write_text(document(content))
    with linkdata.open(edited) as ds:
        conforms, report, _ = pyshacl.validate(ds.to_rdflib(), shacl_graph=shapes)
        codes = [one.code for one in ds.check() if one.severity == "error"]
    assert set(codes) == {code}
    assert not conforms
    assert missing(report) == codes.count("field-required")


CORPUS = os.environ.get("LINKDATA_CORPUS")
#: Files that a check finds something wrong with, or nothing in spite of appearances.
TELLING = ("ts_no_unit", "str_special_chars")
FILES = sorted(Path(CORPUS, "nwb").rglob("*.nwb")) if CORPUS else []
#: What shapes cannot tell of these files.
UNTOLD = {"source-link-broken", "table-index", "value-dtype"}


@pytest.mark.skipif(not CORPUS, reason="LINKDATA_CORPUS names no folder")
@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.name, marks=() if telling else pytest.mark.slow)
        for path in FILES
        if path.name != "family_nwb_file_0.nwb"  # one part of a file in several
        for telling in [any(word in path.name for word in TELLING)]
    ],
)
def test_files_conform_where_a_check_finds_nothing(path: Path) -> None:
    done = CliRunner().invoke(cli, ["schema", str(path), "--shacl"])
    shapes = rdflib.Graph().parse(data=done.stdout, format="turtle")
    with linkdata.open(path) as ds:
        wrong = [one for one in ds.check() if one.severity == "error"]
        conforms, report, text = pyshacl.validate(ds.to_rdflib(), shacl_graph=shapes)
    assert conforms == (not {one.code for one in wrong} - UNTOLD), text
    assert missing(report) == sum(one.code == "field-required" for one in wrong), text
