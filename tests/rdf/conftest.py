"""What the tests of RDF share: a document, and readers of every format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy
import pynwb
import pyoxigraph
import pytest
import rdflib
from pyld import jsonld

import linkdata

OXIGRAPH = {
    "ttl": pyoxigraph.RdfFormat.TURTLE,
    "nt": pyoxigraph.RdfFormat.N_TRIPLES,
    "nq": pyoxigraph.RdfFormat.N_QUADS,
    "trig": pyoxigraph.RdfFormat.TRIG,
    "rdf": pyoxigraph.RdfFormat.RDF_XML,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
}
RDFLIB = {"ttl": "turtle", "nt": "nt", "nq": "nquads", "trig": "trig", "rdf": "xml",
          "jsonld": "json-ld"}  # fmt: skip
RICH = """\
meta: {id: d, base: http://b/, title: Everything, note: {a: [1, {b: x}], c: null}}
prefixes: {o: http://o/, "long.name": "http://o/long/", xsd: http://not-xsd/}
n: {x: [1, [2, three], []], is_a: "o:Thing"}
data:
  is_a: long.name:Other
  text: "quote \\" back \\\\ \\n \\r \\t \\u2028 \\x7f é😀"
  "odd key <>{}%a": 1
  "o:curie": o:x
  strings: [o:x, !!str o:x, "nobody:x", "o: x"]
  big: 123456789012345678901234567890
  reals: [1.5, -0.0, .nan, .inf, -.inf]
  flags: [true, false]
  nothing:
  empty: []
  n: "#n"
  again: ["#n", {deep: 1}, [{deeper: "@n"}]]
  self: "#data"
"""


class Readers:
    """What other libraries read, and what linkdata itself says."""

    oxigraph = OXIGRAPH
    rich = RICH

    @staticmethod
    def by_rdflib(text: str, format: str) -> rdflib.Graph:
        """The graph that rdflib reads."""
        made = rdflib.Dataset(default_union=True)
        made.parse(data=text, format=RDFLIB[format])
        found = rdflib.Graph()
        for triple in made.triples((None, None, None)):
            found.add(triple)
        return found

    @classmethod
    def lines_by_rdflib(cls, text: str, format: str) -> set[str]:
        """The canonical lines of what rdflib reads."""
        made = rdflib.Dataset(default_union=True)
        made.parse(data=text, format=RDFLIB[format])
        return cls._canonical(
            pyoxigraph.Quad(*map(_of_rdflib, triple)) for triple in made.triples((None, None, None))
        )

    @classmethod
    def by_pyld(cls, data: Any) -> set[str]:
        """The canonical lines of what PyLD reads in JSON-LD."""
        return cls.by_oxigraph(jsonld.to_rdf(data, {"format": "application/n-quads"}), "nq")

    @classmethod
    def by_oxigraph(cls, text: str, format: str) -> set[str]:
        """The canonical lines of what pyoxigraph reads."""
        return cls._canonical(pyoxigraph.parse(text.encode(), format=OXIGRAPH[format]))

    @staticmethod
    def _canonical(quads: Iterable[pyoxigraph.Quad]) -> set[str]:
        made = pyoxigraph.Dataset(quads)
        made.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
        return {f"{quad} .\n" for quad in made}

    @staticmethod
    def canonical(ds: linkdata.Dataset) -> set[str]:
        """The canonical lines that linkdata itself writes."""
        return {f"{line}\n" for line in ds.dumps("nq", canonical=True).split("\n") if line}

    @classmethod
    def rounded(cls, lines: set[str]) -> set[str]:
        """The lines with floats as JSON-LD processors write them: of 16 digits, NaN as NAN."""

        def shorter(match: re.Match[str]) -> str:
            return f'"{float(match[1]):1.15E}"^^<'

        found = (re.sub(r'"([^"]+)"\^\^<(?=\S+(?:double|float)>)', shorter, one) for one in lines)
        return cls.by_oxigraph("".join(found), "nq")


def _of_rdflib(term: Any) -> Any:
    if isinstance(term, rdflib.URIRef):
        return pyoxigraph.NamedNode(term)
    if isinstance(term, rdflib.BNode):
        return pyoxigraph.BlankNode(term)
    if term.language or not term.datatype:
        return pyoxigraph.Literal(term, language=term.language)
    return pyoxigraph.Literal(term, datatype=pyoxigraph.NamedNode(term.datatype))


@pytest.fixture(scope="session")
def readers() -> type[Readers]:
    return Readers


@pytest.fixture(autouse=True)
def literals_as_written() -> Iterator[None]:
    """Other libraries change this for everybody, and do not always change it back."""
    before = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    yield
    rdflib.NORMALIZE_LITERALS = before


@pytest.fixture(scope="session")
def nwb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An NWB file that pynwb wrote, with tables of all kinds."""
    path = tmp_path_factory.mktemp("nwb") / "x.nwb"
    file = pynwb.NWBFile("a session", "x1", datetime(2024, 1, 1, tzinfo=UTC))
    device = file.create_device("array")
    group = file.create_electrode_group("shank0", "first", "CA1", device)
    for site in ("CA1", "CA1", "CA3"):
        file.add_electrode(location=site, group=group, group_name="shank0")
    region = file.create_electrode_table_region([0, 2], "two")
    file.add_acquisition(
        pynwb.ecephys.ElectricalSeries(
            "lfp", numpy.zeros((300, 2)), region, rate=1000.0, starting_time=0.0
        )
    )
    file.add_unit(spike_times=[0.5, 1.5], electrodes=[0])
    file.add_unit(spike_times=[2.5], electrodes=[1, 2])
    with pynwb.NWBHDF5IO(path, "w") as io:
        io.write(file)
    return path
