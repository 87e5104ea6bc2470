"""Every NWB file of the corpus, in every format, read by rdflib and pyoxigraph."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib

import linkdata
from linkdata.iri import is_absolute
from linkdata.rdf.canonical import canonical
from linkdata.rdf.terms import IRI, Literal, parsed

CORPUS = os.environ.get("LINKDATA_CORPUS")
#: One part of a file in several parts, which HDF5 reads only by another driver.
PART = "family_nwb_file_0.nwb"
FOUND = sorted(Path(CORPUS, "nwb").rglob("*.nwb")) if CORPUS else []
FILES = [path for path in FOUND if path.name != PART]
TERM = re.compile(r'<[^>]*>|_:\w+|"(?:[^"\\]|\\.)*"(?:\^\^<[^>]*>|@[\w-]+)?')


@pytest.mark.skipif(not CORPUS, reason="LINKDATA_CORPUS names no folder")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_format_says_the_same(path: Path, readers: Any) -> None:
    with linkdata.open(path) as ds:
        nt = ds.dumps("nt")
        expected = list(canonical([nt]))
        assert ds.dumps("nq", canonical=True) == "".join(expected)
        for format in ("ttl", "trig", "rdf", "jsonld"):
            written = ds.dumps(format)
            assert list(canonical([by_oxigraph(written, format, readers)])) == expected, format
            assert list(canonical([by_rdflib(written, format, readers)])) == expected, format
    terms = {term for line in expected for term in TERM.findall(line)}
    for term in terms:
        value = parsed(term)
        if isinstance(value, IRI):
            assert is_absolute(value.value)
        if isinstance(value, Literal) and value.datatype:
            assert is_absolute(value.datatype)
    lists = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#rest>"
    blank = {line.split(" ", 1)[0] for line in expected if line.startswith("_:")}
    cells = {line.split(" ", 1)[0] for line in expected if lists in line}
    assert blank == cells, "only the cells of lists are blank nodes"


def by_oxigraph(text: str, format: str, readers: Any) -> str:
    quads = pyoxigraph.parse(text.encode(), format=readers.oxigraph[format])
    return pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS).decode()


def by_rdflib(text: str, format: str, readers: Any) -> str:
    found = readers.by_rdflib(text, format)
    made = found.serialize(format="nt")
    assert isinstance(found, rdflib.Graph)
    # rdflib escapes less than canonical N-Quads do
    quads = pyoxigraph.parse(made.encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    return pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS).decode()
