"""NWB files of the corpus, and the examples, in every format, read by rdflib and pyoxigraph."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib
import yaml
from pyld import jsonld

import linkdata
from linkdata.iri import is_absolute
from linkdata.rdf.canonical import canonical
from linkdata.rdf.terms import IRI, Literal, parsed

CORPUS = os.environ.get("LINKDATA_CORPUS")
#: One part of a file in several parts, which HDF5 reads only by another driver.
PART = "family_nwb_file_0.nwb"
FOUND = sorted(Path(CORPUS, "nwb").rglob("*.[nh][w5]*")) if CORPUS else []
FILES = [path for path in FOUND if path.name != PART]
EXAMPLES = Path(__file__).parent.parent.parent / "examples"
#: From how many triples on rdflib, which is slow, reads two formats only.
LARGE = 5000
TERM = re.compile(r'<[^>]*>|_:\w+|"(?:[^"\\]|\\.)*"(?:\^\^<[^>]*>|@[\w-]+)?')


@pytest.mark.skipif(not CORPUS, reason="LINKDATA_CORPUS names no folder")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_format_says_the_same(path: Path, readers: Any) -> None:
    with linkdata.open(path) as ds:
        agree(ds, readers)


@pytest.mark.skipif(not CORPUS, reason="LINKDATA_CORPUS names no folder")
@pytest.mark.parametrize(
    "name", ["design", "aibs", "aibs_ecephys", "npc_session", "username/project_config"]
)
def test_examples(name: str, tmp_path: Path, readers: Any) -> None:
    for path in EXAMPLES.rglob("*"):
        if path.suffix in (".yaml", ".toml"):
            there = tmp_path / path.relative_to(EXAMPLES)
            there.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, there)
    for file in ("aibs", "aibs_ecephys"):
        shutil.copyfile(
            Path(CORPUS or "", "nwb", f"nwb-linkml__{file}.nwb"), tmp_path / f"{file}.nwb"
        )
    runpy.run_path(str(EXAMPLES / "make_nwb.py"))["make"](tmp_path)
    with linkdata.open(tmp_path / f"{name}.yaml") as ds:
        agree(ds, readers)


@pytest.mark.skipif(not CORPUS, reason="LINKDATA_CORPUS names no folder")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_comes_back(path: Path, tmp_path: Path) -> None:
    linked = path.parent.iterdir() if "external_links" in path.parts else [path]
    for file in linked:  # what it links to as well
        (tmp_path / file.name).symlink_to(file)
    with linkdata.open(path) as ds:
        ds.save(tmp_path / f"{path.stem}.nt")
    with linkdata.open(tmp_path / f"{path.stem}.nt", roots=[path.parent]) as found:
        assert found.keys()  # opening compares the triples


def agree(ds: linkdata.Dataset, readers: Any) -> None:
    """Every format says the same, with nothing half-expanded, and no needless blank node."""
    nt = ds.dumps("nt")
    expected = list(canonical([nt]))
    assert ds.dumps("nq", canonical=True) == "".join(expected)
    for format, text in texts(ds):
        assert list(canonical([by_oxigraph(text, format, readers)])) == expected, format
        if len(expected) < LARGE or format in ("ttl", "rdf"):
            assert list(canonical([by_rdflib(text, format, readers)])) == expected, format
        if format == "jsonld":  # its numbers are written anew
            found = jsonld.to_rdf(json.loads(text), {"format": "application/n-quads"})
            wanted = list(canonical(readers.rounded(set(expected))))
            assert list(canonical(readers.rounded(set(found.splitlines(True))))) == wanted
    known = {"http", "https", "urn"} - ds.graph.context.iri_prefixes.keys()
    terms = {term for line in expected for term in TERM.findall(line)}
    for term in terms:
        value = parsed(term)
        named = value.value if isinstance(value, IRI) else None
        named = value.datatype if isinstance(value, Literal) else named
        if named is not None:
            assert is_absolute(named)
            assert named.partition(":")[0] in known, named
    lists = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#rest>"
    blank = {line.split(" ", 1)[0] for line in expected if line.startswith("_:")}
    cells = {line.split(" ", 1)[0] for line in expected if lists in line}
    assert blank == cells, "only the cells of lists are blank nodes"


def texts(ds: linkdata.Dataset) -> Iterator[tuple[str, str]]:
    """Each format's name, and the text; YAML-LD as the JSON-LD that it is."""
    for format in ("nt", "nq", "ttl", "trig", "rdf", "jsonld"):
        yield format, ds.dumps(format)
    yield "jsonld", ds.dumps("jsonld", expanded=True)
    yield "jsonld", json.dumps(yaml.load(ds.dumps("yamlld"), yaml.CSafeLoader))


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
