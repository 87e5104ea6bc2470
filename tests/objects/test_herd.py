from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

import linkdata
from linkdata import HERD
from linkdata.errors import OutputError, RetrievalError, UsageError

TEXT = """\
meta: {id: m, base: "https://example.org/", prefixes: {ncbi: "http://purl.example.org/NCBITaxon_"}}
data:
  subject: {species: Mus musculus, note: 5}
  other: {species: Mus musculus}
"""


@pytest.fixture
def data() -> Any:
    return linkdata.loads(TEXT).data


def test_a_curie_of_the_document_needs_no_iri(data: Any) -> None:
    herd = HERD()
    herd.add_ref(data.subject, attribute="species", entity_id="ncbi:10090")
    assert herd.entities.rows == [("ncbi:10090", "http://purl.example.org/NCBITaxon_10090")]
    assert herd.keys["key"] == ["Mus musculus"]
    assert herd.objects["relative_path"] == ["species"]
    assert herd.files["file_object_id"] == [str(__import__("uuid").uuid5(
        __import__("uuid").NAMESPACE_URL, "https://example.org/m#data"))]  # fmt: skip


def test_links_for_rdf(data: Any) -> None:
    herd = HERD()
    herd.add_ref(data.subject, attribute="species", entity_id="ncbi:10090")
    herd.add_ref(data.other, key="x", entity_id="ncbi:1")
    assert sorted(herd.links(data)) == [
        ("https://example.org/m#data.other", "http://schema.org/about",
         "http://purl.example.org/NCBITaxon_1"),
        ("https://example.org/m#data.subject", "http://schema.org/about",
         "http://purl.example.org/NCBITaxon_10090"),
    ]  # fmt: skip


def test_nothing_is_added_twice(data: Any) -> None:
    herd = HERD()
    for _ in range(2):
        herd.add_ref(data.subject, attribute="species", entity_id="ncbi:10090")
    sizes = [len(table) for table in (herd.keys, herd.files, herd.entities, herd.objects,
                                      herd.object_keys, herd.entity_keys)]  # fmt: skip
    assert sizes == [1, 1, 1, 1, 1, 1]


def test_one_word_of_two_objects_may_mean_two_things(data: Any) -> None:
    herd = HERD()
    herd.add_ref(data.subject, attribute="species", entity_id="ncbi:10090")
    herd.add_ref(data.other, attribute="species", entity_id="ncbi:10092")
    assert herd.keys["key"] == ["Mus musculus"] * 2
    assert len(herd.get_key("Mus musculus")) == 2  # type: ignore[arg-type]
    assert herd.get_object_entities(data.other, attribute="species").entity_id.tolist() == [
        "ncbi:10092"
    ]
    assert herd.get_key("Mus musculus", container=data.other, relative_path="species").idx == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"key": "x"}, "needs an `entity_id`"),
        ({"key": "x", "entity_id": "nope:1"}, "no `entity_uri`"),
        ({"attribute": "note", "entity_id": "ncbi:1"}, "one text"),
        ({"entity_id": "ncbi:1"}, "one text"),
    ],
)
def test_references_that_cannot_be(data: Any, arguments: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        HERD().add_ref(data.subject, **arguments)


def test_a_term_has_one_iri(data: Any) -> None:
    herd = HERD()
    herd.add_ref(data.subject, key="a", entity_id="x:1", entity_uri="http://example.org/1")
    with pytest.raises(UsageError, match=r"not at <http://example\.org/2>"):
        herd.add_ref(data.subject, key="b", entity_id="x:1", entity_uri="http://example.org/2")


def test_there_and_back(data: Any, tmp_path: Path) -> None:
    herd = HERD()
    herd.add_ref(data.subject, key='tab\there, "quoted"', entity_id="ncbi:1")
    herd.to_zip(tmp_path / "a.zip")
    again = HERD.from_zip(tmp_path / "a.zip")
    assert HERD.assert_external_resources_equal(herd, again)
    assert again.to_dataframe(use_categories=True)[("keys", "key")][0] == 'tab\there, "quoted"'
    with pytest.raises(OutputError):
        herd.to_zip(tmp_path / "a.zip")
    herd.add_ref(data.subject, key="more", entity_id="ncbi:2")
    with pytest.raises(AssertionError, match="keys"):
        HERD.assert_external_resources_equal(herd, again)


@pytest.mark.parametrize("change", ["missing", "columns", "row", "cells"])
def test_archives_that_do_not_fit(data: Any, tmp_path: Path, change: str) -> None:
    herd = HERD()
    herd.add_ref(data.subject, key="a", entity_id="ncbi:1")
    herd.to_zip(tmp_path / "a.zip")
    with (
        zipfile.ZipFile(tmp_path / "a.zip") as old,
        zipfile.ZipFile(tmp_path / "b.zip", "w") as new,
    ):
        for name in old.namelist():
            text = old.read(name).decode()
            if name == "object_keys.tsv":
                if change == "missing":
                    continue
                text = {"columns": "a\tb\n", "row": "objects_idx\tkeys_idx\n0\t7\n",
                        "cells": "objects_idx\tkeys_idx\nx\n"}.get(change, text)  # fmt: skip
            new.writestr(name, text)
    with pytest.raises(UsageError):
        HERD.from_zip(tmp_path / "b.zip")


def test_what_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("no")
    for name in ("x.zip", "nope.zip"):
        with pytest.raises(RetrievalError):
            HERD.from_zip(tmp_path / name)


def test_of_a_file(tmp_path: Path) -> None:
    text = h5py.string_dtype()
    with h5py.File(tmp_path / "x.h5", "w") as file:
        group = file.create_group("herd")
        group.attrs["neurodata_type"], group.attrs["namespace"] = "HERD", "hdmf-common"
        group["keys"] = numpy.array([("mouse",)], [("key", text)])
        group["files"] = numpy.array([("f",)], [("file_object_id", text)])
        group["entities"] = numpy.array([("n:1", "http://e/1")],
                                        [("entity_id", text), ("entity_uri", text)])  # fmt: skip
        group["objects"] = numpy.array(
            [(0, "o", "Subject", "species", "")],
            [("files_idx", "u4"), ("object_id", text), ("object_type", text),
             ("relative_path", text), ("field", text)],
        )  # fmt: skip
        group["object_keys"] = numpy.array([(0, 0)], [("objects_idx", "u4"), ("keys_idx", "u4")])
        group["entity_keys"] = numpy.array([(0, 0)], [("entities_idx", "u4"), ("keys_idx", "u4")])
        for one in group.values():
            one.attrs["neurodata_type"] = "Data"
    found = linkdata.open(tmp_path / "x.h5").data.herd
    assert isinstance(found, HERD)
    assert found.to_dataframe().iloc[0][["key", "entity_uri", "object_type"]].tolist() == [
        "mouse", "http://e/1", "Subject",
    ]  # fmt: skip
