from __future__ import annotations

from pathlib import Path

import h5py
import numpy
import pytest

import linkdata
from linkdata.dataset.adding import add_arrays, arrays_of
from linkdata.store.memory import MemoryStore
from linkdata.store.verifying import verify

DOCUMENT = """\
meta:
  id: session
  base: https://example.org/lab/
  prefixes:
    raw: {path: raw.h5}
data:
  all: {from: {type: hdf5, source: "raw:/"}}
  again: raw:/group/voltage
  written: [1, 2, 3]
"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        voltage = file.create_dataset("group/voltage", data=numpy.arange(100, dtype="int16"))
        voltage.attrs["unit"] = "V"
        file["plain"] = numpy.arange(5.0)
        file["number"] = 5
        file["empty"] = h5py.Empty("f8")
        file["none"] = numpy.zeros((0, 3))
        file["pointers"] = numpy.array([voltage.ref], dtype=h5py.ref_dtype)
    path = tmp_path / "session.yaml"
    path.write_text(DOCUMENT)
    return path


@pytest.mark.parametrize("name", ["session.yaml", "raw.h5"])
def test_each_array_once(document: Path, name: str) -> None:
    with linkdata.open(document.with_name(name)) as dataset:
        found = sorted(array.reference.partition(":")[2] for array in arrays_of(dataset.graph))
    assert found == ["/group/voltage", "/none", "/plain"]


def test_they_are_added(document: Path) -> None:
    store = MemoryStore()
    with linkdata.open(document) as dataset:
        added = {one.reference: one for one in add_arrays(dataset.graph, store)}
    voltage = added["raw:/group/voltage"].entry
    assert voltage is not None
    assert voltage.shape == (100,)
    assert set(store.list("manifests")) == {
        one.entry.digest for one in added.values() if one.entry is not None
    }
    assert {found.state for found in verify(store, deep=True)} == {"good"}


def test_what_cannot_be_read_is_told_and_the_rest_added(document: Path) -> None:
    with h5py.File(document.with_name("raw.h5"), "a") as file:
        del file["plain"]
        file.create_dataset("plain", (4,), "int16", external=[("/nowhere/x", 0, 8)])
    with linkdata.open(document) as dataset:
        added = list(add_arrays(dataset.graph, MemoryStore()))
    failed = [one for one in added if one.finding is not None]
    assert [one.reference for one in failed] == ["raw:/plain"]
    assert sum(one.entry is not None for one in added) == 2


def test_a_link_that_is_broken_is_told_and_the_rest_added(document: Path) -> None:
    with h5py.File(document.with_name("raw.h5"), "a") as file:
        file["group/gone"] = h5py.SoftLink("/nowhere")
    with linkdata.open(document) as dataset:
        added = list(add_arrays(dataset.graph, MemoryStore()))
        assert [one.finding.code for one in added if one.finding] == ["source-link-broken"]
        assert sum(one.entry is not None for one in added) == 3
        with pytest.raises(linkdata.SourceError):
            list(arrays_of(dataset.graph))
