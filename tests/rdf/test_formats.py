from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import rdflib
import yaml
from hypothesis import given, settings
from rdflib.compare import isomorphic

import linkdata
from linkdata.dataset.inputs import RDF
from linkdata.errors import OutputError
from linkdata.rdf.canonical import canonical
from linkdata.rdf.formats import FORMATS
from linkdata.rdf.jsonld import compact, expanded, yaml_ld
from linkdata.rdf.parsing import Triples
from linkdata.rdf.statements import Statement
from linkdata.testing.bounds import deadline
from linkdata.testing.strategies import Sample, documents

TERM = "urn:linkdata:term:"
SUITES = Path(os.environ.get("LINKDATA_CORPUS", "/nonexistent")) / "suites"
SYNTAXES = ("ttl", "nt", "nq", "trig", "rdf", "jsonld")
TEXTS = ["", "data: {}\n", "data: {x: 1}\n", "{}\n"]  # the first is the rich document


def test_every_suffix_has_a_writer() -> None:
    assert set(RDF.values()) | {"jsonld-expanded"} == set(FORMATS)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("format", SYNTAXES)
def test_rdflib_and_oxigraph_read_the_same(text: str, format: str, readers: Any) -> None:
    ds = linkdata.loads(text or readers.rich)
    written = ds.dumps(format)
    assert readers.by_oxigraph(written, format) == readers.canonical(ds)
    assert isomorphic(readers.by_rdflib(written, format), ds.to_rdflib())


@pytest.mark.parametrize("text", TEXTS)
def test_json_ld_says_the_same_to_pyld(text: str, readers: Any) -> None:
    ds = linkdata.loads(text or readers.rich)
    for form in (ds.dumps("jsonld"), ds.dumps("jsonld", expanded=True)):
        found = readers.by_pyld(json.loads(form))
        assert readers.rounded(found) == readers.rounded(readers.canonical(ds))


def test_yaml_ld_is_the_same_as_json_ld(readers: Any) -> None:
    ds = linkdata.loads(readers.rich)
    as_json = json.loads(ds.dumps("jsonld"))
    assert yaml.safe_load(ds.dumps("yamlld")) == as_json


@settings(max_examples=60, deadline=None)
@given(sample=documents())
def test_every_document_reads_the_same_in_every_format(sample: Sample, readers: Any) -> None:
    ds = linkdata.loads(sample.text)
    expected = readers.canonical(ds)
    for format in SYNTAXES:
        try:
            written = ds.dumps(format)
        except OutputError:
            if format != "rdf":
                raise
            continue  # a key, or a character, that XML cannot hold
        assert readers.by_oxigraph(written, format) == expected


def test_turtle_reads_well() -> None:
    text = linkdata.loads(
        "meta: {id: d, base: http://b/}\nprefixes: {o: http://o/}\n"
        "data: {is_a: 'o:T', l: [1, x, 1.5, true, .nan, o:y]}\n"
    ).dumps("ttl")
    assert (
        "<http://b/d#data>\n    a o:T ;\n    dcterms:isPartOf <http://b/d> ;\n"
        '    term:l ( 1 "x" 1.5E0 true "NaN"^^xsd:double o:y ) .\n'
    ) in text
    assert "@prefix o: <http://o/> ." in text


def test_prefixes_are_those_of_the_document(readers: Any) -> None:
    bound = dict(linkdata.loads(readers.rich).to_rdflib().namespaces())
    assert bound["o"] == rdflib.URIRef("http://o/")


@pytest.mark.parametrize("format", SYNTAXES)
def test_a_prefix_that_takes_a_name_of_ours(format: str, readers: Any) -> None:
    ds = linkdata.loads("prefixes: {term: http://evil/, rdf: http://evil2/}\ndata: {x: 1}\n")
    found = readers.by_rdflib(ds.dumps(format), format)
    assert rdflib.URIRef(TERM + "x") in set(found.predicates())
    assert not any("evil" in str(term) for triple in found for term in triple)


@pytest.mark.parametrize("form", [{}, {"expanded": True}])
@pytest.mark.parametrize("name", ["urn", "http", "mailto", "tel"])
def test_a_prefix_that_is_the_scheme_of_iris(name: str, form: Any, readers: Any) -> None:
    ds = linkdata.loads(
        f"prefixes: {{{name}: http://evil/, x: 'mailto:a@', y: 'tel:0'}}\n"
        f"data: {{a: 'x:b', b: 'y:1', c: '{name}:d'}}\n"
    )
    text = ds.dumps("jsonld", **form)
    assert readers.by_oxigraph(text, "jsonld") == readers.canonical(ds)


def test_an_iri_that_json_ld_would_take_for_another(tmp_path: Path) -> None:
    ds = linkdata.loads("meta: {id: d, base: 'made-up:x/', prefixes: {made-up: http://o/}}\n")
    with pytest.raises(OutputError, match="give the prefix another name"):
        ds.dumps("jsonld")
    assert "<made-up:x/d>" in ds.dumps("ttl")


def test_what_is_said_several_times_of_a_subject_stands_together() -> None:
    text = linkdata.loads("meta: {id: d, base: http://b/, keywords: [a, b]}\ndata: {}\n").dumps(
        "ttl"
    )
    assert "\n    a term:Document, dcat:Dataset, schema:Dataset ;\n" in text
    assert '\n    dcat:keyword "a", "b" ;\n' in text


def test_the_first_of_two_prefixes_for_a_namespace_counts() -> None:
    ds = linkdata.loads("prefixes: {mine: 'http://www.w3.org/ns/dcat#'}\ndata: {}\n")
    assert "a term:Document, dcat:Dataset, " in ds.dumps("ttl")


@pytest.mark.parametrize("format", SYNTAXES)
def test_objects_of_many_fields(format: str, readers: Any) -> None:
    fields = "".join(f"  f{i}: {i}\n  o{i}: {{x: {{y: {i}}}}}\n" for i in range(1500))
    ds = linkdata.loads(f"data:\n{fields}  last: 1\n")
    assert readers.by_oxigraph(ds.dumps(format), format) == readers.canonical(ds)


def test_what_xml_cannot_hold() -> None:
    with pytest.raises(OutputError) as caught:
        linkdata.loads('data: {x: "\\u0001"}\n').dumps("rdf")
    assert caught.value.code == "value-not-representable"


def test_only_quads_have_a_canonical_form() -> None:
    with pytest.raises(OutputError) as caught:
        linkdata.loads("data: {}\n").dumps("ttl", canonical=True)
    assert caught.value.code == "usage"


def test_many_named_objects_take_linear_time() -> None:
    ds = linkdata.loads("data: {}\n" + "".join(f"n{number}: {{x: 1}}\n" for number in range(8_000)))
    with deadline():
        ds.dumps("nt")


@pytest.mark.skipif(not SUITES.exists(), reason="LINKDATA_CORPUS has no suites")
def test_the_graphs_of_public_suites_survive_json_ld(readers: Any) -> None:
    from pyld import jsonld

    found = 0
    for path in [*SUITES.glob("yaml-ld/tests/**/*.nq"), *SUITES.glob("rdf-canon/**/*-in.nq")]:
        data = path.read_bytes()
        if b"_:" in data or b"> <" not in data:  # only objects of documents are written
            continue
        triples = Triples(data, "nq", path.name)
        if any("<urn:ex:\u00a0>" in line for line in triples.lines()):
            continue  # an IRI that RFC 3987 allows and PyLD drops
        found += 1
        said = [
            Statement(one, [(p, term) for p, terms in triples.about(one).items() for term in terms])
            for one in triples.subjects()
        ]
        expected = set(canonical(triples.lines()))
        for writer in (compact, expanded, yaml_ld):
            text = "".join(writer(said, {"xsd": "http://www.w3.org/2001/XMLSchema#"}))
            document = yaml.safe_load(text) if writer is yaml_ld else json.loads(text)
            made = jsonld.to_rdf(document, {"format": "application/n-quads"})
            assert readers.rounded(readers.by_oxigraph(made, "nq")) == readers.rounded(expected)
    assert found > 5
