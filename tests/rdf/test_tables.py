"""Tables: described with CSVW, and row by row where that is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import CSVW, RDF

import linkdata
from linkdata.graph import expanded

CORE, COMMON = (rdflib.Namespace(f"urn:linkdata:schema:{n}:") for n in ("core", "hdmf-common"))
GENERAL = "urn:linkdata:x#data.general.extracellular_ephys"
ELECTRODES = rdflib.URIRef(f"{GENERAL}.electrodes")
UNITS = rdflib.URIRef("urn:linkdata:x#data.units")


@pytest.fixture(scope="module")
def said(nwb: Path) -> rdflib.Graph:
    with linkdata.open(nwb) as ds:
        return ds.to_rdflib(rows=True)


def row(table: rdflib.URIRef, number: int) -> rdflib.URIRef:
    return rdflib.URIRef(f"{table}%5B{number}%5D")


def test_columns_are_named_with_their_predicates(said: rdflib.Graph) -> None:
    assert (ELECTRODES, RDF.type, CSVW.Table) in said
    schema = said.value(ELECTRODES, CSVW.tableSchema)
    columns = list(said.items(said.value(schema, CSVW.column)))
    names = {str(said.value(one, CSVW.name)): said.value(one, CSVW.propertyUrl) for one in columns}
    assert set(names) >= {"location", "group", "group_name"}
    assert names["location"] == rdflib.Literal(CORE.location) or names["location"] == CORE.location
    assert rdflib.URIRef(f"{ELECTRODES}.location") in columns


def test_rows_have_the_cells_of_their_columns(said: rdflib.Graph) -> None:
    rows = set(said.objects(ELECTRODES, CSVW.row))
    assert rows == {row(ELECTRODES, number) for number in range(3)}
    sites = [str(said.value(row(ELECTRODES, number), CORE.location)) for number in range(3)]
    assert sites == ["CA1", "CA1", "CA3"]
    assert said.value(row(ELECTRODES, 0), CORE["group"]) == rdflib.URIRef(f"{GENERAL}.shank0")
    assert said.value(row(ELECTRODES, 2), CSVW.rownum) == rdflib.Literal(3)


def test_ragged_cells_are_lists_and_positions_are_rows(said: rdflib.Graph) -> None:
    times = [
        [float(one) for one in said.items(said.value(row(UNITS, number), CORE.spike_times))]
        for number in range(2)
    ]
    assert times == [[0.5, 1.5], [2.5]]
    electrodes = [
        list(said.items(said.value(row(UNITS, number), CORE.electrodes))) for number in range(2)
    ]
    assert electrodes == [[row(ELECTRODES, 0)], [row(ELECTRODES, 1), row(ELECTRODES, 2)]]


def test_cells_do_not_count_among_the_values_that_lists_may_come_to(
    nwb: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent: list[int] = []
    monkeypatch.setattr(expanded.Budget, "spend", lambda budget, values: spent.append(values))
    with linkdata.open(nwb) as ds:
        ds.to_rdflib()
        without, spent[:] = list(spent), []
        ds.to_rdflib(rows=True)
    assert spent == without != []


def test_rows_are_left_out_unless_asked_for(nwb: Path) -> None:
    with linkdata.open(nwb) as ds:
        found = ds.to_rdflib()
    assert (None, CSVW.row, None) not in found
    assert (ELECTRODES, RDF.type, CSVW.Table) in found
