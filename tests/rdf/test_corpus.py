"""NWB files of the corpus, and the examples, in every format, read by rdflib and pyoxigraph."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

import linkdata
from linkdata.dataset.spoken import spoken
from linkdata.iri import is_absolute
from linkdata.rdf.context import context, document
from linkdata.rdf.formats import FORMATS, written
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
    with spoken(ds.graph) as graph:
        text = {name: "".join(written(graph, name)) for name in FORMATS}
        expanded = {**context(graph), **document(graph)}
    expected = readers.by_oxigraph(text["nt"], "nt")
    assert ds.dumps("nq", canonical=True) == "".join(sorted(expected))
    yaml_ld = yaml.load(text.pop("yamlld"), yaml.CSafeLoader)
    assert yaml_ld == json.loads(text["jsonld"])
    for name, said in text.items():
        format = name.partition("-")[0]
        assert readers.by_oxigraph(said, format) == expected, name
        if len(expected) < LARGE or format in ("ttl", "rdf"):
            assert readers.lines_by_rdflib(said, format) == expected, name
    # JSON-LD's own numbers are floats of 16 digits.
    rounded = readers.rounded(expected)
    for name in ("jsonld", "jsonld-expanded"):
        assert readers.rounded(readers.by_pyld(json.loads(text[name]))) == rounded, name
    assert readers.rounded(readers.by_pyld(expanded)) == rounded
    assert readers.rounded(readers.lines_by_rdflib(json.dumps(expanded), "jsonld")) == rounded
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
