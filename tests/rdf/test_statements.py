"""What is said: the mapping from documents to triples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest
import rdflib
from hypothesis import given, settings
from rdflib.namespace import DCAT, DCTERMS, PROV, RDF, XSD

import linkdata
from linkdata.errors import OutputError, ResolutionError
from linkdata.rdf import statements as under_test
from linkdata.rdf.lines import lines
from linkdata.rdf.statements import statements
from linkdata.rdf.terms import literal
from linkdata.testing.strategies import Sample, documents

TERM = rdflib.Namespace("urn:linkdata:term:")
EX = rdflib.Namespace("https://example.org/")
B = "http://b/d"
SCHEMA = """\
id: https://example.org/lab
name: lab
prefixes: {linkml: https://w3id.org/linkml/, ex: https://example.org/, o: http://o/}
default_prefix: ex
imports: [linkml:types]
enums:
  Verdict: {permissible_values: {good: {meaning: o:Good}, bad: {}}}
classes:
  Thing: {attributes: {label: {range: string}}}
  Probe:
    is_a: Thing
    class_uri: o:Probe
    attributes:
      made: {range: datetime}
      day: {range: date}
      depth: {range: float, slot_uri: o:depth}
      count: {range: integer}
      exact: {range: decimal}
      term: {range: uriorcurie}
      verdict: {range: Verdict}
      text: {range: string}
      next: {range: Probe}
      marks: {range: datetime, multivalued: true}
"""
HEAD = """\
meta:
  id: d
  base: http://b/
  prefixes: {o: http://o/}
  imports: {lab: {from: [{path: lab.yaml}]}}
"""


def typed(folder: Path, data: str) -> rdflib.Graph:
    (folder / "lab.yaml").write_text(SCHEMA)
    (folder / "d.yaml").write_text(f"{HEAD}data:\n{data}")
    found = rdflib.Graph()
    return found.parse(data=linkdata.open(folder / "d.yaml").dumps("nt"), format="nt")


def said(text: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=linkdata.loads(text).dumps("nt"), format="nt")


def iri(path: str = "") -> rdflib.URIRef:
    return rdflib.URIRef(f"{B}#{path}" if path else B)


# Objects, fields, values


def test_what_the_rich_document_says(readers: Any) -> None:
    found = said(readers.rich)

    def value(key: str) -> Any:
        return found.value(iri("data"), TERM[key])

    assert found.value(iri("data"), RDF.type) == rdflib.URIRef("http://o/long/Other")
    assert found.value(iri("n"), RDF.type) == rdflib.URIRef("http://o/Thing")
    assert str(value("text")) == 'quote " back \\ \n \r \t \u2028 \x7f é😀'
    assert str(value("big")) == "123456789012345678901234567890"
    assert str(value("odd%20key%20%3C%3E%7B%7D%25a")) == "1"
    assert (value("n"), value("self"), value("nothing")) == (iri("n"), iri("data"), None)
    assert value("empty") == RDF.nil
    reals = [str(one) for one in found.items(value("reals"))]
    assert reals == ["1.5E0", "-0.0E0", "NaN", "INF", "-INF"]
    first, second, third = found.items(value("again"))
    assert (first, second) == (iri("n"), iri("data.again%5B1%5D"))
    assert third == iri("data.again%5B2%5D")  # a named list, which is an object
    assert found.value(iri(), TERM.data) == iri("data")


def test_a_curie_of_a_declared_prefix_is_an_iri(readers: Any) -> None:
    found = said(readers.rich)
    assert found.value(iri("data"), rdflib.URIRef("http://o/curie")) == rdflib.URIRef("http://o/x")
    strings = list(found.items(found.value(iri("data"), TERM.strings)))
    literal = rdflib.Literal
    assert strings == [
        rdflib.URIRef("http://o/x"), literal("o:x"), literal("nobody:x"), literal("o: x"),
    ]  # fmt: skip


def test_where_things_are_written() -> None:
    found = said(
        "meta: {id: d, base: http://b/}\ndata: {a: {l: [{x: 1, y: 2}]}, n: '#n'}\nn: {y: 1}\n"
    )
    parts = {str(s).partition("#")[2]: o for s, o in found.subject_objects(DCTERMS.isPartOf)}
    assert parts == {
        "data": iri(), "data.a": iri("data"), "data.a.l%5B0%5D": iri("data.a"), "n": iri(),
    }  # fmt: skip


def test_named_objects_that_nothing_places_are_fields_of_the_document() -> None:
    found = said("meta: {id: d, base: http://b/}\ndata: {a: '#n'}\nn: {y: 1}\nm: {z: 1}\nl: [1]\n")
    assert set(found.predicates(iri())) >= {TERM.data, TERM.m, TERM.l}
    assert found.value(iri(), TERM.n) is None
    assert found.value(iri("n"), TERM.y) == rdflib.Literal(1)


@pytest.mark.parametrize(
    "data",
    ["is_a: nobody:X", "is_a: '9:x'"],
)
def test_a_class_that_is_no_iri_is_an_error(data: str) -> None:
    with pytest.raises((OutputError, ResolutionError)) as caught:
        linkdata.loads(f"data: {{{data}}}\n").dumps("nt")
    assert caught.value.code in ("prefix-unknown", "iri-invalid")


def test_nothing_is_looked_at_before_it_is_asked_for() -> None:
    triples = linkdata.loads('data: {a: 1, b: {c: 1}, d: "#nope"}\n').triples()
    assert next(triples)[0].value == "urn:linkdata:document"  # type: ignore[union-attr]
    with pytest.raises(ResolutionError):
        list(triples)


# The quick way says the same

CHUNKS = f"{{chunks: 'blake3:{'0f' * 32}', dtype: int8, shape: [3]}}"


def both_ways(ds: linkdata.Dataset, monkeypatch: pytest.MonkeyPatch) -> tuple[set[str], set[str]]:
    quick = "".join(lines(statements(ds.graph), {}))
    with monkeypatch.context() as patch:
        patch.setattr(under_test, "is_plain", lambda rules, context: False)
        slow = "".join(lines(statements(ds.graph), {}))
    return set(quick.split("\n")), set(slow.split("\n"))


def same(quick: set[str], slow: set[str]) -> bool:
    """Whether lines are the same but for the order in which cells of lists were numbered."""
    from linkdata.rdf.canonical import canonical

    return list(canonical(quick)) == list(canonical(slow))


@settings(max_examples=80, deadline=None)
@given(sample=documents())
def test_the_quick_way_says_the_same_of_every_document(sample: Sample) -> None:
    with pytest.MonkeyPatch.context() as patch:
        quick, slow = both_ways(linkdata.loads(sample.text), patch)
    assert same(quick, slow)


@pytest.mark.parametrize(
    "text",
    [
        "",  # the rich document
        "x: &c {y: 1}\ndata: {b: *c, d: [*c]}\n",
        'data: {l: "#list"}\nlist: [1, "#n", [{z: 1}]]\nn: {m: "#list[1]"}\n',
        'data: "#n"\nn: {x: "#"}\no: "#n"\n',
        'data: {a: "#meta", b: "#meta.free"}\nmeta: {free: {x: 1}}\n',
        'data: {s: "#t", u: "##t", v: "@t"}\nt: text\n',
        "data: [{a: {x: 1}}, {b: ~}]\n",
        f"data: {{a: {CHUNKS}, b: [{CHUNKS}], c: '#c', d: '#data.a', e: '#c'}}\nc: {CHUNKS}\n",
        f"data: {{a: {CHUNKS}, c: '#c'}}\nc: {CHUNKS}\n".replace("}", ", y: {z: 1}}"),
        f"data: {{a: 1}}\nc: {CHUNKS}\n".replace("}", ", y: {z: 1}}"),
    ],
)
def test_the_quick_way_says_the_same(
    text: str, readers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, slow = both_ways(linkdata.loads(text or readers.rich), monkeypatch)
    assert same(quick, slow)


@pytest.mark.parametrize(
    "numbers",
    ["1, -2", "1.0, .nan, -0.0, -.inf", "1, 2.5", "9223372036854775807, 9223372036854775808",
     "true, 1", "!!float 1, 2.0", "0x1F, 0o17"],
)  # fmt: skip
def test_numbers_in_a_list_are_those_of_an_array(numbers: str) -> None:
    ds = linkdata.loads(f"data: {{x: [{numbers}], y: [[{numbers}]]}}\n")
    about = dict(next(pairs for subject, pairs in statements(ds.graph) if "#data" in subject))
    expected = [literal(value) for value in ds.data.x.tolist()]
    assert about["<urn:linkdata:term:x>"] == expected
    assert about["<urn:linkdata:term:y>"] == [expected]


def test_fields_set_in_memory_are_said() -> None:
    ds = linkdata.loads("meta: {id: d, base: http://b/}\ndata: {x: 1}\n")
    ds.data.x = 2
    found = rdflib.Graph().parse(data=ds.dumps("nt"), format="nt")
    assert found.value(iri("data"), TERM.x) == rdflib.Literal(2)


# The document


def test_a_document_is_a_dataset(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("meta: {id: project, base: http://b/}\n")
    (tmp_path / "d.yaml").write_text(
        "meta: {id: lab/d, title: T, keywords: [a, b], note: {x: [1]}, extends: base.yaml}\n"
        "data: {}\n"
    )
    found = rdflib.Graph().parse(data=linkdata.open(tmp_path / "d.yaml").dumps("nt"), format="nt")
    document, meta = rdflib.URIRef("http://b/lab/d"), rdflib.URIRef("http://b/lab/d#meta")
    assert set(found.objects(document, RDF.type)) == {
        TERM.Document, DCAT.Dataset, rdflib.URIRef("http://schema.org/Dataset"),
    }  # fmt: skip
    assert found.value(document, DCTERMS.identifier) == rdflib.Literal("lab/d")
    assert found.value(document, DCTERMS.title) == rdflib.Literal("T")
    assert set(map(str, found.objects(document, DCAT.keyword))) == {"a", "b"}
    assert found.value(document, PROV.wasDerivedFrom) == rdflib.URIRef("http://b/project")
    assert found.value(document, TERM.meta) == meta
    note = found.value(meta, TERM.note)
    assert note == rdflib.URIRef("http://b/lab/d#meta.note")
    assert [int(one) for one in found.items(found.value(note, TERM.x))] == [1]


def test_what_an_object_comes_from() -> None:
    found = said("meta: {id: d, base: http://b/}\ndata: {a: {x: 1}, b: {from: '#data.a', y: 2}}\n")
    assert found.value(iri("data.b"), PROV.wasDerivedFrom) == iri("data.a")
    assert found.value(iri("data.b"), TERM.x) == rdflib.Literal(1)


# Schemas


def test_literals_have_the_datatypes_of_their_slots(tmp_path: Path) -> None:
    found = typed(tmp_path, """\
  is_a: lab:Probe
  made: 2024-01-01T01:01:01-08:00
  day: 2024-01-01
  depth: 3
  count: 3
  exact: 1.5
  term: o:x
  verdict: good
  text: o:x
  marks: [2024-01-01T00:00:00Z, about noon]
  other: 2024-01-01
""")  # fmt: skip
    data = iri("data")
    assert found.value(data, RDF.type) == rdflib.URIRef("http://o/Probe")

    def term(predicate: Any) -> Any:
        return found.value(data, predicate)

    def literal(text: str, datatype: Any = None) -> rdflib.Literal:
        return rdflib.Literal(text, datatype=datatype, normalize=False)

    assert term(EX.made) == literal("2024-01-01T01:01:01-08:00", XSD.dateTime)
    assert term(EX.day) == literal("2024-01-01", XSD.date)
    assert term(rdflib.URIRef("http://o/depth")) == literal("3.0E0", XSD.float)
    assert term(EX["count"]) == literal("3", XSD.integer)
    assert term(EX.exact) == literal("1.5", XSD.decimal)
    assert term(EX["term"]) == rdflib.URIRef("http://o/x")
    assert term(EX.verdict) == rdflib.URIRef("http://o/Good")
    assert term(EX.text) == literal("o:x")
    assert list(found.items(term(EX.marks))) == [
        literal("2024-01-01T00:00:00Z", XSD.dateTime), literal("about noon"),
    ]  # fmt: skip
    assert term(TERM.other) == literal("2024-01-01")


def test_a_string_that_is_no_iri_where_only_iris_may_be(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught:
        typed(tmp_path, "  is_a: lab:Probe\n  term: not an iri\n")
    assert caught.value.code == "iri-invalid"


def test_superclasses_on_request(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text(SCHEMA)
    (tmp_path / "d.yaml").write_text(f"{HEAD}data: {{is_a: lab:Probe}}\n")
    found = linkdata.open(tmp_path / "d.yaml").to_rdflib(superclasses=True)
    assert set(found.objects(iri("data"), RDF.type)) == {rdflib.URIRef("http://o/Probe"), EX.Thing}


# Arrays and files


def test_arrays_in_files_are_described(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    with h5py.File(tmp_path / "raw" / "x.h5", "w") as file:
        file["a"] = numpy.arange(600, dtype="i2").reshape(200, 3)
        file["s"] = numpy.arange(600.0)
        file["s"].attrs["unit"] = "V"
    (tmp_path / "d.yaml").write_text(
        "meta: {id: d, base: http://b/}\nprefixes:\n  x:\n    - path: raw/x.h5\n"
        "    - url: https://example.org/x.h5\n"
        "data: {a: 'x:/a', s: {from: {type: hdf5, source: 'x:/s'}}}\n"
    )
    found = linkdata.open(tmp_path / "d.yaml").to_rdflib()
    hdf = rdflib.Namespace("http://purl.allotrope.org/ontologies/hdf5/1.8#")
    array, file = rdflib.URIRef("http://b/x#data.a"), rdflib.URIRef("http://b/x.h5")
    assert found.value(iri("data"), TERM.a) == array
    assert set(found.objects(array, RDF.type)) == {TERM.Array, hdf.Dataset}
    assert found.value(array, TERM.dtype) == rdflib.Literal("int16")
    assert [int(one) for one in found.items(found.value(array, TERM.shape))] == [200, 3]
    assert found.value(array, hdf.name) == rdflib.Literal("/a")
    assert found.value(array, DCAT.distribution) == file
    assert set(found.objects(file, RDF.type)) == {DCAT.Distribution, hdf.File}
    assert found.value(file, DCTERMS.title) == rdflib.Literal("x.h5")
    assert found.value(file, DCAT.downloadURL) == rdflib.URIRef("https://example.org/x.h5")
    assert found.value(iri(), PROV.hadPrimarySource) == rdflib.URIRef("http://b/x")
    values = iri("data.s.value")
    assert found.value(iri("data.s"), PROV.wasDerivedFrom) == rdflib.URIRef("http://b/x#data.s")
    assert found.value(iri("data.s"), TERM.value) == values
    assert found.value(values, hdf.name) == rdflib.Literal("/s")
    assert found.value(iri("data.s"), TERM.unit) == rdflib.Literal("V")


def test_checksums_of_files_are_named_by_what_they_say(tmp_path: Path) -> None:
    import hashlib

    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["a"] = numpy.arange(3)
    digest = hashlib.sha256((tmp_path / "x.h5").read_bytes()).hexdigest()
    (tmp_path / "d.yaml").write_text(
        f"prefixes: {{x: {{path: x.h5, hash: 'sha256:{digest}'}}}}\ndata: {{a: 'x:/a'}}\n"
    )
    found = linkdata.open(tmp_path / "d.yaml").to_rdflib()
    spdx = rdflib.Namespace("http://spdx.org/rdf/terms#")
    checksum = rdflib.URIRef(f"urn:linkdata:digest:sha256:{digest}")
    assert found.value(rdflib.URIRef("urn:linkdata:x.h5"), spdx.checksum) == checksum
    assert found.value(checksum, spdx.algorithm) == spdx.checksumAlgorithm_sha256
    assert str(found.value(checksum, spdx.checksumValue)) == digest


def test_an_hdf5_file_says_what_its_document_says(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["g/a"] = numpy.arange(600)
        file["g"].attrs["note"] = "n"
        file["small"] = [1, 2, 3]
    with linkdata.open(tmp_path / "x.h5") as ds:
        ds.save(tmp_path / "x.yaml")
        from_file = ds.dumps("nq", canonical=True)
    from_document = linkdata.open(tmp_path / "x.yaml").dumps("nq", canonical=True)
    assert from_file == from_document
    assert "urn:linkdata:x#data.g.a" in from_file


def test_a_file_that_was_changed_in_memory_says_the_changes(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["g/a"] = numpy.arange(3)
        file["g"].attrs["note"] = "old"
    with linkdata.open(tmp_path / "x.h5") as ds:
        ds.data.g.note = "new"
        assert '"new"' in ds.dumps("nt")
        assert '"new"' in ds.dumps("json")
