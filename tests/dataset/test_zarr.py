from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

import dask
import h5py
import numpy
import pytest
import xarray
import zarr

import linkdata
from linkdata.arrays.adding import add_array
from linkdata.errors import OutputError, UsageError
from linkdata.store.folder import FolderStore

VALUES = numpy.arange(60, dtype="<i2").reshape(20, 3)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A document with arrays of all places."""
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        series = file.create_dataset(
            "lfp/data", data=VALUES, chunks=(8, 2), compression="gzip", shuffle=True
        )
        series.attrs["unit"] = "V"
        file["lfp/data"].attrs["many"] = [1, 2]
        file["lfp/big"] = VALUES.astype(">f4")
        file["lfp/names"] = ["a", "bé", ""]
        file["lfp/flags"] = numpy.array([True, False])
        file["lfp/one"] = 1.5
        file["lfp/rows"] = numpy.zeros(2, [("a", "i2")])
        file["lfp/refs"] = numpy.array([file["lfp"].ref], h5py.ref_dtype)
        file["lfp/empty"] = numpy.zeros((0, 3))
    added = add_array(VALUES, FolderStore(tmp_path / "doc.yaml.chunks"), grid=(7, 3))
    path = tmp_path / "doc.yaml"
    path.write_text(
        f"""
meta: {{id: doc, prefixes: {{raw: {{path: raw.h5}}}}}}
data:
  rate: 5
  inline: [[1, 2], [3, 4]]
  stored: {{chunks: "{added.digest}"}}
  described: {{chunks: "{added.digest}", unit: A, scale: .inf}}
  lfp: {{from: {{type: hdf5, source: "raw:/lfp"}}}}
  again: "#data.lfp"
  "odd/name": [1.5]
  ..: [1]
"""
    )
    return path


def test_xarray_reads_what_h5py_reads(document: Path) -> None:
    store = linkdata.open(document).zarr_store()
    root = xarray.open_zarr(store)
    numpy.testing.assert_array_equal(root["stored"].values, VALUES)
    numpy.testing.assert_array_equal(root["inline"].values, [[1, 2], [3, 4]])
    assert root["stored"].chunks == ((7, 7, 6), (3,))
    assert root["described"].attrs == {"unit": "A"}
    assert root.attrs == {"rate": 5}
    inner = xarray.open_zarr(store, group="lfp")
    with h5py.File(document.with_name("raw.h5")) as file:
        for name in ("data", "big", "flags", "empty"):
            numpy.testing.assert_array_equal(inner[name].values, file["lfp"][name][...])
            assert inner[name].dtype == file["lfp"][name].dtype.newbyteorder("=")
    assert inner["data"].attrs == {"unit": "V"}
    assert list(inner["names"].values) == ["a", "bé", ""]
    assert inner.attrs == {"one": 1.5}
    numpy.testing.assert_array_equal(inner["data"][3:15:2, 1:].values, VALUES[3:15:2, 1:])


def test_zarr_lists_and_reads(document: Path) -> None:
    store = linkdata.open(document).zarr_store()
    group = zarr.open_group(store, mode="r")
    assert sorted(group.array_keys()) == ["%2E.", "described", "inline", "odd%2Fname", "stored"]
    assert list(group.group_keys()) == ["lfp"]  # a second mention is no second copy
    assert sorted(group["lfp"].array_keys()) == ["big", "data", "empty", "flags", "names"]
    numpy.testing.assert_array_equal(group["lfp/data"][...], VALUES)
    numpy.testing.assert_array_equal(group["stored"].oindex[[1, 19], :], VALUES[[1, 19]])
    assert "lfp/data" in group
    assert "nothing" not in group


def test_part_of_a_document(document: Path) -> None:
    dataset = linkdata.open(document)
    group = zarr.open_group(dataset.zarr_store("#data.lfp"), mode="r")
    numpy.testing.assert_array_equal(group["data"][...], VALUES)
    for reference in ("#data.rate", "#data.stored"):
        with pytest.raises(UsageError):
            dataset.zarr_store(reference)


@pytest.mark.parametrize("way", ["document", "hdf5", "text"])
def test_a_store_goes_to_other_processes(way: str, document: Path) -> None:
    if way == "document":
        dataset = linkdata.open(document)
    elif way == "hdf5":
        dataset = linkdata.open(document.with_name("raw.h5"))
    else:
        dataset = linkdata.loads(document.read_text() + "\n", base=document)
    again = pickle.loads(pickle.dumps(dataset.zarr_store()))
    found = zarr.open_group(again, mode="r")["lfp/data"]
    numpy.testing.assert_array_equal(found[...], VALUES)


def test_stores_that_the_user_named_go_along(document: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "doc.yaml.chunks").rename(elsewhere)
    dataset = linkdata.open(document, stores=[elsewhere])
    again = pickle.loads(pickle.dumps(dataset.zarr_store()))
    numpy.testing.assert_array_equal(zarr.open_group(again, mode="r")["stored"][...], VALUES)


def test_what_is_wrong_is_told_by_us(document: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "doc.yaml.chunks" / "chunks").rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(path.read_bytes()[:-1] + b"?")
    found = zarr.open_group(linkdata.open(document).zarr_store(), mode="r")
    with pytest.raises(linkdata.LinkdataError) as caught:
        found["stored"][...]
    assert caught.value.code == "store-chunk-corrupt"


def test_it_is_for_reading_only(document: Path) -> None:
    store = linkdata.open(document).zarr_store()
    assert store.read_only
    with pytest.raises((ValueError, OutputError)):
        zarr.create_array(store, name="x", shape=(2,), dtype="i2")


def test_keys_that_there_are_not(document: Path) -> None:
    import asyncio

    from zarr.core.buffer import default_buffer_prototype

    store = linkdata.open(document).zarr_store()

    async def look(key: str) -> Any:
        return await store.get(key, default_buffer_prototype()), await store.exists(key)

    for key in (
        "x",
        "x/zarr.json",
        "stored/c/3/0",
        "stored/c/0",
        "stored/c/0/0/0",
        "stored/c/-1/0",
    ):
        assert asyncio.run(look(key)) == (None, False)
    for key in ("zarr.json", "lfp/zarr.json", "stored/zarr.json", "stored/c/2/0"):
        data, there = asyncio.run(look(key))
        assert there
        assert data is not None


def test_without_the_library_it_is_said_how_to_get_it(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zarr.abc.store", None)
    monkeypatch.delitem(sys.modules, "linkdata.arrays.zarr", raising=False)
    with pytest.raises(UsageError) as caught:
        linkdata.open(document).zarr_store()
    assert "linkdata[zarr]" in str(caught.value)


def test_dask_computes_through_it_in_several_processes(document: Path) -> None:
    distributed = pytest.importorskip("distributed")
    patient = dict.fromkeys(("connect", "tcp"), "600s")  # a busy machine starts processes slowly
    with (
        dask.config.set({"distributed.comm.timeouts": patient}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, protocol="tcp"
        ) as cluster,
        distributed.Client(cluster),
    ):
        found = xarray.open_zarr(linkdata.open(document).zarr_store())
        assert float(found["stored"].mean().compute()) == VALUES.mean()
