from __future__ import annotations

from pathlib import Path

import h5py
import numpy
import pyoxigraph
import pytest
import rdflib
from hypothesis import given, settings
from rdflib.compare import isomorphic

import linkdata
from linkdata.testing.bounds import deadline
from linkdata.testing.strategies import Sample, documents

TERM = "urn:linkdata:term:"
RICH = """\
meta: {id: d, base: http://b/}
prefixes: {o: http://o/, "long.name": "http://o/long/", xsd: http://not-xsd/}
n: {x: [1, [2, three], []], is_a: "o:Thing"}
data:
  is_a: long.name:Other
  text: "quote \\" back \\\\ \\n \\r \\t \\0 \\u2028 \\x7f é😀"
  "odd key <>{}%": 1
  big: 123456789012345678901234567890
  reals: [1.5, -0.0, .nan, .inf, -.inf]
  flags: [true, false]
  nothing:
  empty: []
  n: "#n"
  again: ["#n", {deep: 1}]
  self: "#data"
"""


def by_rdflib(ds: linkdata.Dataset, format: str) -> rdflib.Graph:
    made = rdflib.Graph()
    made.parse(data=ds.dumps(format), format=format.replace("ttl", "turtle"))
    return made


def by_oxigraph(text: str, format: pyoxigraph.RdfFormat) -> pyoxigraph.Dataset:
    made = pyoxigraph.Dataset(pyoxigraph.parse(text.encode(), format=format))
    made.canonicalize(pyoxigraph.CanonicalizationAlgorithm.UNSTABLE)
    return made


@pytest.fixture(autouse=True)
def as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


@pytest.mark.parametrize("text", [RICH, "data: {}\n", "data: {x: 1}\n"])
def test_both_formats_and_both_libraries_agree(text: str) -> None:
    ds = linkdata.loads(text)
    nt, ttl = by_rdflib(ds, "nt"), by_rdflib(ds, "ttl")
    assert isomorphic(nt, ttl)
    assert isomorphic(nt, ds.to_rdflib())
    n_triples, turtle = pyoxigraph.RdfFormat.N_TRIPLES, pyoxigraph.RdfFormat.TURTLE
    one, two = by_oxigraph(ds.dumps("nt"), n_triples), by_oxigraph(ds.dumps("ttl"), turtle)
    assert one == two
    assert len(one) == len(nt) == len(list(ds.triples())) == len(ds.to_oxigraph())


@settings(max_examples=40, deadline=None)
@given(documents())
def test_every_document_is_written_alike_by_both(sample: Sample) -> None:
    ds = linkdata.loads(sample.text)
    n_triples, turtle = pyoxigraph.RdfFormat.N_TRIPLES, pyoxigraph.RdfFormat.TURTLE
    assert by_oxigraph(ds.dumps("nt"), n_triples) == by_oxigraph(ds.dumps("ttl"), turtle)


def test_what_is_said() -> None:
    found = by_rdflib(linkdata.loads(RICH), "nt")
    data, n = rdflib.URIRef("http://b/d#data"), rdflib.URIRef("http://b/d#n")

    def value(key: str) -> object:
        return found.value(data, rdflib.URIRef(TERM + key))

    assert found.value(data, rdflib.RDF.type) == rdflib.URIRef("http://o/long/Other")
    assert found.value(n, rdflib.RDF.type) == rdflib.URIRef("http://o/Thing")
    assert str(value("text")) == 'quote " back \\ \n \r \t \0 \u2028 \x7f é😀'
    assert str(value("big")) == "123456789012345678901234567890"
    assert str(value("odd%20key%20%3C%3E%7B%7D%25")) == "1"
    assert (value("n"), value("self"), value("nothing")) == (n, data, None)
    assert value("empty") == rdflib.RDF.nil
    reals = list(found.items(value("reals")))  # type: ignore[arg-type]
    assert [str(one) for one in reals] == ["1.5", "-0.0", "NaN", "INF", "-INF"]
    again = list(found.items(value("again")))  # type: ignore[arg-type]
    assert again == [n, rdflib.URIRef("http://b/d#data.again%5B1%5D")]
    document = rdflib.URIRef("http://b/d")
    assert found.value(document, rdflib.URIRef(TERM + "data")) == data


def test_turtle_reads_well() -> None:
    text = linkdata.loads(
        "meta: {id: d, base: http://b/}\nprefixes: {o: http://o/}\ndata: {is_a: 'o:T', l: [1, x]}\n"
    ).dumps("ttl")
    assert '<http://b/d#data>\n    a o:T ;\n    term:l ( 1 "x" ) .\n' in text
    assert "@prefix o: <http://o/> ." in text


def test_prefixes_are_those_of_the_document() -> None:
    bound = dict(linkdata.loads(RICH).to_rdflib().namespaces())
    assert bound["o"] == rdflib.URIRef("http://o/")


def test_a_prefix_that_takes_a_name_of_ours() -> None:
    text = linkdata.loads(
        "prefixes: {term: http://evil/, rdf: http://evil2/}\ndata: {x: 1}\n"
    ).dumps("ttl")
    found = rdflib.Graph().parse(data=text, format="turtle")
    assert {str(p) for p in found.predicates()} == {TERM + "data", TERM + "x"}


def test_arrays_in_files_are_described_not_written_out(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["a"] = numpy.arange(6, dtype="i2").reshape(2, 3)
        file["s"] = 2.5
        file["s"].attrs["unit"] = "V"
    ds = linkdata.open(tmp_path / "x.h5")
    found = by_rdflib(ds, "nt")
    array = rdflib.URIRef("urn:linkdata:x#data.a")
    assert found.value(array, rdflib.RDF.type) == rdflib.URIRef(TERM + "Array")
    assert str(found.value(array, rdflib.URIRef(TERM + "dtype"))) == "int16"
    shape = found.value(array, rdflib.URIRef(TERM + "shape"))
    assert [int(one) for one in found.items(shape)] == [2, 3]  # type: ignore[arg-type]
    scalar = rdflib.URIRef("urn:linkdata:x#data.s")
    assert float(found.value(scalar, rdflib.URIRef(TERM + "value"))) == 2.5  # type: ignore[arg-type]
    assert isomorphic(found, by_rdflib(ds, "ttl"))


def test_lists_and_values_at_the_top_level_are_not_lost() -> None:
    text = linkdata.loads("n: precious\nm: [{x: gem, y: 1}, {x: jewel, y: 2}]\ndata: {}\n").dumps(
        "nt"
    )
    assert [word for word in ("precious", "gem", "jewel") if word in text] == [
        "precious", "gem", "jewel",
    ]  # fmt: skip


def test_many_named_objects_take_linear_time() -> None:
    ds = linkdata.loads("data: {}\n" + "".join(f"n{number}: {{x: 1}}\n" for number in range(8_000)))
    with deadline():
        ds.dumps("nt")


def test_one_subject_after_the_other_and_nothing_before_it_is_asked_for() -> None:
    ds = linkdata.loads('data: {a: 1, b: {c: 1}, d: "#nope"}\n')
    triples = ds.triples()
    assert next(triples)[0].value == "urn:linkdata:document"
    with pytest.raises(linkdata.ResolutionError):
        list(triples)
