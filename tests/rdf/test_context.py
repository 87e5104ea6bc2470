from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy
import rdflib
from click.testing import CliRunner
from pyld import jsonld
from rdflib.compare import graph_diff, isomorphic

import linkdata
from linkdata.cli.main import cli
from linkdata.rdf.context import context

#: What is said beyond the fields, and is not in the expanded form.
BEYOND = ("http://purl.org/", "http://www.w3.org/ns/", "http://www.w3.org/2002/07/owl#",
          "urn:linkdata:term:meta")  # fmt: skip
SCHEMA = """\
id: https://example.org/lab
name: lab
prefixes: {linkml: https://w3id.org/linkml/, ex: https://example.org/}
default_prefix: ex
imports: [linkml:types]
classes:
  Probe:
    attributes:
      name: {slot_uri: ex:probeName}
      made: {range: datetime}
      depth: {range: float}
      parts: {range: Part, multivalued: true, inlined_as_list: true}
      term: {range: uriorcurie}
  Part: {attributes: {name: {slot_uri: ex:partName}, marks: {range: date, multivalued: true}}}
"""


def graphs(ds: linkdata.Dataset, normalized: bool = True) -> tuple[Any, Any, rdflib.Graph]:
    """The expanded JSON with the context, read by PyLD and by rdflib; and what linkdata says."""
    made, _ = context(ds.graph)
    document = {**made, **json.loads(ds.dumps("json"))}
    lines = jsonld.to_rdf(document, {"format": "application/n-quads"})
    before = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = normalized
    try:
        return (
            rdflib.Graph().parse(data=lines, format="nt"),
            rdflib.Graph().parse(data=json.dumps(document), format="json-ld"),
            rdflib.Graph().parse(data=ds.dumps("nt"), format="nt"),
        )
    finally:
        rdflib.NORMALIZE_LITERALS = before


def check(ds: linkdata.Dataset) -> None:
    by_pyld, by_rdflib, ours = graphs(ds)
    assert isomorphic(by_pyld, by_rdflib)
    _, extra, missing = graph_diff(by_pyld, ours)
    assert list(extra) == []
    # What is missing are descriptions: of the document, of places, of files.
    described = {subject for subject, predicate, _ in missing if str(predicate).startswith(BEYOND)}
    for subject, predicate, _ in missing:
        assert subject in described or isinstance(subject, rdflib.BNode), (subject, predicate)


def test_an_untyped_document() -> None:
    check(linkdata.loads("""\
meta: {id: d, base: http://b/}
prefixes: {o: http://o/, xsd: "http://www.w3.org/2001/XMLSchema#"}
data:
  is_a: o:Thing
  text: words
  "odd key": 1
  "a: b": [1, 2]
  "a/b c": true
  "@id": at
  real: 1.0
  flags: [true, false]
  no_number: .nan
  bounds: [-.inf, .inf, 2.5]
  lists: [[1, 2], [3]]
  about: o:x
  named: {"@value": Maus, "@language": de}
  weighed: {"@value": "1.50", "@type": xsd:decimal}
  n: "#n"
n: {x: 1, text: [a, b], back: "#data"}
"""))  # fmt: skip


def test_classes_have_names_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text(SCHEMA)
    (tmp_path / "d.yaml").write_text("""\
meta: {id: d, base: http://b/, prefixes: {o: http://o/}, imports: {lab: {from: [{path: lab.yaml}]}}}
data:
  is_a: lab:Probe
  name: p
  made: 2024-01-01T00:00:00Z
  depth: 2.5
  term: o:x
  parts: [{name: q, marks: [2024-01-01]}, {name: r}]
""")  # fmt: skip
    ds = linkdata.open(tmp_path / "d.yaml")
    check(ds)
    by_pyld, _, _ = graphs(ds)
    data = rdflib.URIRef("http://b/d#data")
    assert by_pyld.value(data, rdflib.URIRef("https://example.org/probeName")) is not None


def test_prefixes_of_any_form(tmp_path: Path) -> None:
    """`ncbi` ends in no delimiter; `mailto` is a scheme too."""
    ds = linkdata.loads("""\
meta: {id: d, base: http://b/}
prefixes: {ncbi: "http://o/NCBITaxon_", mailto: "http://o/mail/", o: "mailto:x@"}
data: {species: ncbi:10090, lists: [ncbi:1, ncbi:2], address: o:y.org}
""")
    check(ds)
    by_pyld, _, _ = graphs(ds)
    assert rdflib.URIRef("http://o/NCBITaxon_10090") in set(by_pyld.objects())


def test_a_file_has_the_context_of_its_document(nwb: Path, tmp_path: Path) -> None:
    (tmp_path / "x.nwb").write_bytes(nwb.read_bytes())
    runner = CliRunner()
    found = []
    assert not runner.invoke(
        cli, ["convert", str(tmp_path / "x.nwb"), str(tmp_path / "x.yaml")]
    ).exit_code
    for name in ("x.nwb", "x.yaml"):
        done = runner.invoke(cli, ["context", str(tmp_path / name), "--quiet"])
        with linkdata.open(tmp_path / name) as ds:
            found.append((json.loads(done.stdout), json.loads(ds.dumps("json"))))
            triples = {line for line in ds.dumps("nt").splitlines() if "_:" not in line}
    assert found[0] == found[1]
    made, plain = found[0]
    said = jsonld.to_rdf({**made, **plain}, {"format": "application/n-quads"})
    lines = {line for line in said.splitlines() if "_:" not in line and "#float" not in line}
    assert {line for line in lines if "#double" not in line} <= triples


def test_arrays_have_identities(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["a"] = numpy.arange(6).reshape(2, 3)
        file["s"] = numpy.arange(3)
        file["s"].attrs["unit"] = "V"
    (tmp_path / "d.yaml").write_text(
        "meta: {id: d, base: http://b/}\nprefixes: {x: {path: x.h5}}\n"
        "data: {a: 'x:/a', s: {from: {type: hdf5, source: 'x:/s'}}}\n"
    )
    check(linkdata.open(tmp_path / "d.yaml"))


def test_a_name_that_no_definition_fits_is_noted() -> None:
    _, notes = context(linkdata.loads("data: {x: 1, n: {x: [1]}}\n").graph)
    assert [one.code for one in notes] == ["value-not-representable"]
    assert "`x`" in notes[0].message
