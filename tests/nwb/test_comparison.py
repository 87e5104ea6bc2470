from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest
from hypothesis import HealthCheck, given, settings

from linkdata.arrays.hdf5 import HDF5File
from linkdata.nwb.comparison import changes
from linkdata.nwb.datatypes import String, integer
from linkdata.nwb.equality import unequal
from linkdata.nwb.plan import Chunk, Dataset, Fill, Inline, Plan, Space, Storage, Stored
from linkdata.nwb.reading import read_plan
from linkdata.roots import Roots
from linkdata.testing.plans import plans

Change = Callable[[h5py.File], Any]


def read(path: Path, inline: int = 1 << 16) -> Plan:
    return read_plan(HDF5File(lambda: path, path.name, Roots([path.parent])), inline=inline)


def made(path: Path, change: Change | None = None) -> Path:
    with h5py.File(path, "w") as file:
        file["x"] = numpy.arange(12.0).reshape(3, 4)
        file["x"].attrs["unit"] = "V"
        file["text"] = "some"
        file["a/b/c"] = 1
        file["a/soft"] = h5py.SoftLink("/x")
        if change is not None:
            change(file)
    return path


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans(), plans())
def test_plans_without_changes_are_equal_but_for_details(one: Plan, other: Plan) -> None:
    assert list(changes(one, one)) == []
    found = list(changes(one, other))
    if one.entries != other.entries:
        assert found


def put(path: str, value: Any, **options: Any) -> Change:
    def change(file: h5py.File) -> None:
        del file[path]
        file.create_dataset(path, data=value, **options)

    return change


def replaced_attribute(file: h5py.File) -> None:
    file["x"].attrs["unit"] = "mV"


def one_value(file: h5py.File) -> None:
    file["x"][1, 2] = 7.5


def removed(file: h5py.File) -> None:
    del file["a"]


def linked(file: h5py.File) -> None:
    del file["a/soft"]
    file["a/soft"] = file["x"]  # whose path is then the first by name


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (replaced_attribute, ["/x@unit: value: V -> mV"]),
        (one_value, ["/x: 1 of 12 values, the first at [1, 2]: 6.0 -> 7.5"]),
        (removed, ["/a: only in the first: a group with 3 things in it"]),
        (put("text", 5), ["/text: datatype: utf8 -> <i8"]),
        (put("text", ["some"]), ["/text: shape: scalar -> 1"]),
        (
            lambda file: file.create_dataset("new", (2,), "i2", maxshape=(None,)),
            ["/new: only in the second: a dataset, <i2, 2 (up to any)"],
        ),
        (lambda file: file.attrs.create("@", 1), ["/@@: only in the second: 1"]),
        (
            linked,
            [
                "/a/soft: link: a soft link to /x -> a dataset, <f8, 3 x 4",
                "/x: object: a dataset, <f8, 3 x 4 -> another name of /a/soft",
            ],
        ),
    ],
)
def test_changes_of_content(tmp_path: Path, change: Change, lines: list[str]) -> None:
    first, second = made(tmp_path / "a.h5"), made(tmp_path / "b.h5", change)
    found = [one for one in changes(read(first), read(second)) if one.section == "content"]
    assert [str(one) for one in found] == lines


def test_changes_of_storage(tmp_path: Path) -> None:
    again = put("x", numpy.arange(12.0).reshape(3, 4), chunks=(3, 2), compression="gzip",
                fillvalue=3)  # fmt: skip

    def change(file: h5py.File) -> None:
        again(file)
        file["x"].attrs["unit"] = "V"

    first, second = made(tmp_path / "a.h5"), made(tmp_path / "b.h5", change)
    found = list(changes(read(first), read(second)))
    assert {one.section for one in found} == {"storage", "detail"}
    assert [str(one) for one in found if one.section == "storage"] == [
        "/x: layout: contiguous -> chunked",
        "/x: chunks: none -> [3, 2]",
        "/x: filters: none -> ['gzip 4']",
        "/x: fill value: default -> 3.0",
    ]


def test_comment_is_a_detail(tmp_path: Path) -> None:
    def change(file: h5py.File) -> None:
        h5py.h5o.set_comment(file["x"].id, b"by hand")

    first, second = made(tmp_path / "a.h5"), made(tmp_path / "b.h5", change)
    (found,) = changes(read(first), read(second))
    assert (found.section, found.what, found.after) == ("detail", "comment", "by hand")


@pytest.mark.parametrize("inline", [0, 1 << 20])
def test_large_arrays_are_compared_in_blocks(tmp_path: Path, inline: int) -> None:
    for name, chunks in (("a", (7, 1000)), ("b", (64, 100))):
        with h5py.File(tmp_path / f"{name}.h5", "w") as file:
            made = file.create_dataset("x", (300, 1000), "i4", chunks=chunks, compression="gzip")
            made[...] = numpy.arange(300_000).reshape(300, 1000)
            if name == "b":
                made[123, 456] = -1
                made[299] = 0
    plans = [read(tmp_path / f"{name}.h5", inline) for name in "ab"]
    found = [one for one in changes(*plans) if one.section == "content"]
    line = "/x: 1001 of 300000 values, the first at [123, 456]: 123456 -> -1"
    assert [str(one) for one in found] == [line]


def test_values_that_nobody_wrote_are_fill_values() -> None:
    def dataset(data: Inline | None, fill: bytes | None) -> Dataset:
        return Dataset(integer(1), Space((2,)), data, Storage(fill=Fill(fill)))

    nothing, sevens = dataset(None, b"\7"), dataset(Inline(b"\7\7"), None)
    assert unequal(nothing, sevens) is None
    assert unequal(nothing, dataset(None, b"\7")) is None
    found = unequal(nothing, dataset(None, b"\x08"))
    assert found is not None
    assert found.count == 2
    empty = Dataset(String(), Space((1,)), None)
    assert unequal(empty, Dataset(String(), Space((1,)), Inline((b"",)))) is None
    assert unequal(empty, Dataset(String(), Space((1,)), Inline((b"x",)))) is not None


def test_chunks_that_cannot_be_decoded_are_compared_as_they_are() -> None:
    storage = Storage("chunked", (2,))

    def dataset(data: bytes) -> Dataset:
        return Dataset(integer(1), Space((2,)), Stored((Chunk((0,), 0, data),)), storage)

    assert unequal(dataset(b"a"), dataset(b"a")) is None
    found = unequal(dataset(b"a"), dataset(b"b"))
    assert found is not None
    assert found.stored
