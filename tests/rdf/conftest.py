"""What the tests of RDF share: a document, and readers of every format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy
import pynwb
import pyoxigraph
import pytest
import rdflib

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

    @staticmethod
    def by_oxigraph(text: str, format: str) -> set[str]:
        """The canonical lines of what pyoxigraph reads."""
        made = pyoxigraph.Dataset(pyoxigraph.parse(text.encode(), format=OXIGRAPH[format]))
        made.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
        return {f"{quad} .\n" for quad in made}

    @staticmethod
    def canonical(ds: linkdata.Dataset) -> set[str]:
        """The canonical lines that linkdata itself writes."""
        return {f"{line}\n" for line in ds.dumps("nq", canonical=True).split("\n") if line}

    @staticmethod
    def rounded(lines: set[str]) -> set[str]:
        """The lines with doubles as JSON-LD processors write them: of 16 digits, NaN as NAN."""

        def shorter(match: re.Match[str]) -> str:
            return f'"{float(match[1]):1.15E}"^^<'

        return {re.sub(r'"([^"]+)"\^\^<(?=\S+double>)', shorter, line) for line in lines}


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
