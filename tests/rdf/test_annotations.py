"""What external resources say of objects, as links to terms."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pynwb
import pytest
import rdflib
from hdmf.common import HERD
from rdflib.namespace import DCTERMS

import linkdata

OBO = rdflib.Namespace("http://purl.obolibrary.org/obo/")
ABOUT = rdflib.URIRef("http://schema.org/about")
LOCATION = rdflib.URIRef("urn:linkdata:x#data.general.extracellular_ephys.electrodes.location")


@pytest.fixture(scope="module")
def annotated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An NWB file in which the sites of electrodes are terms of an ontology; one has no IRI."""
    path = tmp_path_factory.mktemp("herd") / "x.nwb"
    file = pynwb.NWBFile("a session", "x1", datetime(2024, 1, 1, tzinfo=UTC))
    group = file.create_electrode_group("g", "first", "CA1", file.create_device("array"))
    for site in ("CA1", "CA3", "?"):
        file.add_electrode(location=site, group=group, group_name="g")
    found = HERD()
    for key, term, uri in (
        ("CA1", "UBERON:0003881", str(OBO.UBERON_0003881)),
        ("CA3", "UBERON:0003883", str(OBO.UBERON_0003883)),
        ("?", "lab:unknown", "nowhere"),
    ):
        found.add_ref(container=file.electrodes, attribute="location", key=key, entity_id=term,
                      entity_uri=uri)  # fmt: skip
    file.external_resources = found
    with pynwb.NWBHDF5IO(path, "w") as io:
        io.write(file)
    return path


def test_objects_are_about_terms(annotated: Path) -> None:
    with linkdata.open(annotated) as ds:
        found = ds.to_rdflib()
    assert set(found.subject_objects(ABOUT)) == {
        (LOCATION, OBO.UBERON_0003881), (LOCATION, OBO.UBERON_0003883),
    }  # fmt: skip
    with pynwb.NWBHDF5IO(annotated, "r") as io:
        known = io.read().electrodes["location"].object_id
    assert found.value(LOCATION, DCTERMS.identifier) == rdflib.Literal(known)


def test_the_document_of_the_file_and_its_triples_say_the_same(
    annotated: Path, tmp_path: Path
) -> None:
    (tmp_path / "x.nwb").write_bytes(annotated.read_bytes())
    with linkdata.open(tmp_path / "x.nwb") as ds:
        expected = ds.dumps("nq", canonical=True)
        ds.save(tmp_path / "x.yaml")
        ds.save(tmp_path / "x.ttl")
    for name in ("x.yaml", "x.ttl"):
        with linkdata.open(tmp_path / name) as ds:
            assert ds.dumps("nq", canonical=True) == expected, name


def test_objects_without_an_identifier_are_named_by_their_identity(
    annotated: Path, tmp_path: Path
) -> None:
    (tmp_path / "x.nwb").write_bytes(annotated.read_bytes())
    with linkdata.open(tmp_path / "x.nwb") as ds:
        herd = linkdata.HERD()
        herd.add_ref(ds.data.general.devices.array, key="a", entity_id="o:1",
                     entity_uri="http://o/1")  # fmt: skip
        ds.data.general.external_resources = herd
        ds.save(tmp_path / "y.yaml")
    with linkdata.open(tmp_path / "y.yaml") as ds:
        found = ds.to_rdflib()
    [(subject, term)] = found.subject_objects(ABOUT)
    assert str(subject).endswith("#data.general.devices.array")
    assert str(term) == "http://o/1"
