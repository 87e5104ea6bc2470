"""Tables that are read directly are what they are otherwise."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

import linkdata
from linkdata import DynamicTable
from linkdata.objects import registry
from linkdata.objects.tables.direct import direct_frame

pandas = pytest.importorskip("pandas")

CORPUS = os.environ.get("LINKDATA_CORPUS")
FILES = sorted(Path(CORPUS, "nwb").glob("*.nwb")) if CORPUS else []


def equal(found: Any, expected: Any) -> None:
    """Frames are equal, their dtypes and the cells that are arrays too."""
    pandas.testing.assert_frame_equal(found, expected)
    for name in expected:
        assert [type(cell) for cell in found[name]] == [type(cell) for cell in expected[name]]


def write(path: Path, change: Callable[[h5py.Group], None] = lambda table: None) -> Path:
    """A table with a column of each plain kind, changed."""
    with h5py.File(path, "w") as file:
        table = file.create_group("t")
        columns = {
            "whole": numpy.arange(3, dtype="int16"),
            "real": numpy.array([0.5, 1.5, 2.5], dtype=">f4"),
            "text": ["a", "ä", ""],
            "short": numpy.array([b"x", b"yz", b""]),
            "flag": numpy.array([True, False, True]),
            "wide": numpy.arange(6).reshape(3, 2),
            "ragged": numpy.arange(5.0),
            "deep": ["p", "q", "r", "s"],
        }
        indexes = {
            "ragged_index": [2, 2, 5],
            "deep_index": [1, 3, 4],
            "deep_index_index": [2, 2, 3],
        }
        for name, values in (columns | indexes).items():
            table[name] = values
            kind = "VectorIndex" if name in indexes else "VectorData"
            table[name].attrs.update({"neurodata_type": kind, "namespace": "hdmf-common"})
        table["id"] = [7, 8, 9]
        table.attrs["colnames"] = list(columns)
        table.attrs.update({"neurodata_type": "DynamicTable", "namespace": "hdmf-common"})
        change(table)
    return path


def tables(path: Path) -> tuple[Any, Any]:
    table = linkdata.open(path).data.t
    return direct_frame(table), table.to_dataframe()


@pytest.mark.parametrize("length", [3, 0])
def test_plain_columns(tmp_path: Path, length: int) -> None:
    def emptied(table: h5py.Group) -> None:
        for name in list(table) if not length else []:
            values, attributes = table[name][:0], dict(table[name].attrs)
            del table[name]
            table[name] = values
            table[name].attrs.update(attributes)

    found, expected = tables(write(tmp_path / "a.h5", emptied))
    assert len(found) == length
    equal(found, expected)


def test_some_columns(tmp_path: Path) -> None:
    table = linkdata.open(write(tmp_path / "a.h5")).data.t
    names = ["ragged", "whole"]
    left_out = [name for name in table.colnames if name not in names]
    equal(direct_frame(table, names), table.to_dataframe(exclude=left_out)[names])
    assert direct_frame(table, ["none"]) is None


def linked(table: h5py.Group) -> None:
    table.move("real", "/elsewhere")
    table["real"] = h5py.SoftLink("/elsewhere")


def twice(table: h5py.Group) -> None:
    table.file["elsewhere"] = table["real"]


def region(table: h5py.Group) -> None:
    table["whole"].attrs["table"] = table.ref


def of_a_set(table: h5py.Group) -> None:
    table.file["set"] = ["x", "y", "z"]
    table["whole"].attrs["elements"] = table.file["set"].ref


def referring(table: h5py.Group) -> None:
    del table["text"]
    table.create_dataset("text", data=[table.ref] * 3, dtype=h5py.ref_dtype)


def without_ids(table: h5py.Group) -> None:
    del table["id"]


def lacking(table: h5py.Group) -> None:
    del table["real"]


def elsewhere(table: h5py.Group) -> None:
    layout = h5py.VirtualLayout(shape=(3,), dtype="i8")
    layout[:] = h5py.VirtualSource(".", "/t/id", shape=(3,))
    del table["whole"]
    table.create_virtual_dataset("whole", layout)


@pytest.mark.parametrize(
    "change", [linked, twice, region, of_a_set, referring, without_ids, lacking, elsewhere]
)
def test_what_is_not_plain_is_left_to_others(
    tmp_path: Path, change: Callable[[h5py.Group], None]
) -> None:
    assert direct_frame(linkdata.open(write(tmp_path / "a.h5", change)).data.t) is None


def test_classes_of_users_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_registered", {})

    @linkdata.register_class("MyData", "mine")
    class MyData(linkdata.VectorData):
        pass

    assert direct_frame(linkdata.open(write(tmp_path / "a.h5")).data.t) is None


def test_what_is_laid_over_counts(tmp_path: Path) -> None:
    write(tmp_path / "a.h5")
    (tmp_path / "a.yaml").write_text(
        "meta: {prefixes: {a: {path: a.h5}}}\n"
        "data: {t: {from: {type: hdf5, source: 'a:/t'}, whole: [4, 5, 6]}}\n"
    )
    assert direct_frame(linkdata.open(tmp_path / "a.yaml").data.t) is None
    table = linkdata.open(tmp_path / "a.h5").data.t
    table["whole"] = linkdata.VectorData("whole", "others", [4, 5, 6])
    assert direct_frame(table) is None


def tables_in(path: Path) -> list[str]:
    found: list[str] = []
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: found.append(f"/{name}") if "colnames" in item.attrs else None
        )
    return found


@pytest.mark.skipif(not FILES, reason="LINKDATA_CORPUS is not set")
def test_all_tables_of_real_files() -> None:
    direct = 0
    for path in FILES:
        with linkdata.open(path) as ds:
            for name in tables_in(path):
                table = ds[f"file:{name}"]
                found = direct_frame(table) if isinstance(table, DynamicTable) else None
                if found is not None:
                    equal(found, table.to_dataframe())
                    direct += 1
    assert direct > 10
