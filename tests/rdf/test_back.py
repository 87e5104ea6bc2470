"""RDF -> document -> RDF is the identity on triples, for graphs that follow the mapping."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkdata
from linkdata.errors import DocumentError
from linkdata.testing.strategies import Sample, documents

PREFIXES = """\
@prefix t: <urn:linkdata:term:> .
@prefix d: <http://b/d#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DOCUMENT = """\
<http://b/d> a t:Document, <http://www.w3.org/ns/dcat#Dataset>, <http://schema.org/Dataset> ;
  dct:identifier "d" ; t:data d:data .
"""
ROOT = DOCUMENT + "d:data dct:isPartOf <http://b/d> "


def back(folder: Path, text: str, name: str = "x.ttl") -> linkdata.Dataset:
    (folder / name).write_text(text)
    return linkdata.open(folder / name)


@pytest.mark.parametrize("format", ["ttl", "nt", "nq", "trig", "rdf", "jsonld"])
def test_every_format_comes_back(tmp_path: Path, format: str, readers: Any) -> None:
    ds = linkdata.loads(readers.rich.replace("\\x7f", ""))
    ds.save(tmp_path / f"x.{format}")
    found = linkdata.open(tmp_path / f"x.{format}")
    assert found.dumps("nq", canonical=True) == ds.dumps("nq", canonical=True)
    found.save(tmp_path / "x.yaml")
    again = linkdata.open(tmp_path / "x.yaml")
    assert again.dumps("nq", canonical=True) == ds.dumps("nq", canonical=True)


@settings(max_examples=60, deadline=None)
@given(sample=documents())
def test_documents_come_back(tmp_path_factory: pytest.TempPathFactory, sample: Sample) -> None:
    folder = tmp_path_factory.mktemp("back")
    ds = linkdata.loads(sample.text)
    ds.save(folder / "x.nt")
    with linkdata.open(folder / "x.nt") as found:
        assert found.dumps("nq", canonical=True) == ds.dumps("nq", canonical=True)


# Graphs that no document was written for.

names = st.sampled_from(["a", "b", "odd name", "1", "ns1:x", "#", "é", "from_"])
literals = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters='"\\\n\r'), max_size=8)
    .map(lambda text: f'"{text}"'),
    st.sampled_from(['"#a"', '"./x#a"', '"ns1:x"', '"1"', "1", "-0", "1.5E0", '"NaN"^^xsd:double',
                     "true", '"01"^^xsd:integer', '"x"@en-GB', '"2024-01-01"^^xsd:date',
                     '"a"^^<http://x/t>', "<http://x/y>", "<http://x/>", "<urn:a:b>", "()",
                     "d:data", '( 1 "x" ( true ) )']),
)  # fmt: skip


@st.composite
def graphs(draw: st.DrawFn) -> str:
    """Turtle of a graph that follows the mapping: objects below `data`, with any values."""
    lines: list[str] = []

    def obj(path: list[str], parent: str, depth: int) -> str:
        from linkdata import iri
        from linkdata.syntax.references import format_path

        subject = f"<http://b/d#{iri.encode(format_path(tuple(path)))}>"
        said = [f"<http://purl.org/dc/terms/isPartOf> {parent}"]
        if draw(st.booleans()):
            said.append("a <http://o/Thing>")
        for name in draw(st.lists(names, unique=True, max_size=3)):
            if depth and draw(st.booleans()):
                value = obj([*path, name], subject, depth - 1)
            else:
                value = draw(literals)
            said.append(f"<{iri.term(name)}> {value}")
        if draw(st.booleans()):
            said.append(f"<http://o/{draw(st.sampled_from('xyz'))}> {draw(literals)}")
        lines.append(f"{subject} {' ; '.join(said)} .\n")
        return subject

    obj(["data"], "<http://b/d>", 2)
    return PREFIXES + DOCUMENT + "".join(lines)


@settings(max_examples=80, deadline=None)
@given(text=graphs())
def test_graphs_become_documents_that_say_them(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("graph")
    with back(folder, text) as found:  # which compares the triples
        once = found.dumps("nq", canonical=True)
        found.save(folder / "x.yaml")
    with linkdata.open(folder / "x.yaml") as again:
        assert again.dumps("nq", canonical=True) == once


# Files and schemas


def test_arrays_stay_in_their_files(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["g/a"] = numpy.arange(600)
        file["g/b"] = numpy.arange(600)
        file["g/b"].attrs["unit"] = "V"
        file["small"] = [1, 2]
    with linkdata.open(tmp_path / "x.h5") as ds:
        ds.save(tmp_path / "x.ttl")
    with linkdata.open(tmp_path / "x.ttl") as found:
        assert found.data.g.a[3:5].tolist() == [3, 4]
        assert found.data.g.b.unit == "V"
        assert found.data.g.b.value[599] == 599


# What is none


def cases() -> Iterator[tuple[str, str]]:
    yield "no turtle", "this is not ttl"
    yield "", "0 documents"
    yield PREFIXES + DOCUMENT + DOCUMENT.replace("/d>", "/e>"), "2 documents"
    yield PREFIXES + ROOT + "; t:x 1, 2 .", "several values"
    yield PREFIXES + ROOT + "; t:x [ t:y 1 ] .", "no cell of a list"
    yield PREFIXES + ROOT + "; a <http://o/A>, <http://o/B> .", "several classes"
    yield PREFIXES + ROOT + ".\n<http://elsewhere/x> t:y 1 .", "1 are lost"
    yield PREFIXES + ROOT + ".\nd:lost.y t:y 1 .", "nothing leads to"
    yield PREFIXES + DOCUMENT.replace('"d"', '"e"'), "does not say its identifier"


@pytest.mark.parametrize(("text", "message"), [*cases()])
def test_what_is_no_document(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        back(tmp_path, text)
    assert caught.value.code == "rdf-invalid"
    assert message in str(caught.value)


def test_no_context_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        back(tmp_path, '{"@context": "http://127.0.0.1:9/context.jsonld"}', "x.jsonld")
    assert caught.value.code == "rdf-invalid"
