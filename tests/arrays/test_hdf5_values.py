from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

from linkdata.arrays.hdf5 import HDF5Dataset, HDF5File
from linkdata.arrays.protocols import Array, Dataset, Pointer, Region
from linkdata.errors import OutputError, SourceError, UsageError
from linkdata.roots import Roots

Make = Callable[[Callable[[h5py.File], object]], HDF5File]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a file; give it back as a source does."""

    def made(write: Callable[[h5py.File], object], writable: bool = True) -> HDF5File:
        path = tmp_path / "file.h5"
        with h5py.File(path, "w") as file:
            write(file)
        return HDF5File(lambda: path, "file.h5", Roots([tmp_path]), writable)

    return made


def dataset(file: HDF5File, path: str = "x") -> HDF5Dataset:
    found = file.item(path)
    assert isinstance(found, HDF5Dataset)
    return found


def test_a_dataset_is_an_array(make: Make) -> None:
    values = numpy.arange(60, dtype="i2").reshape(5, 4, 3)
    found = dataset(
        make(lambda f: f.create_dataset("x", data=values, chunks=(2, 4, 3), maxshape=(None, 4, 9)))
    )
    array: Array = found
    as_dataset: Dataset = found
    assert as_dataset.value is found
    assert (array.shape, array.ndim, array.size, len(array)) == ((5, 4, 3), 3, 60, 5)
    assert array.dtype == "i2"
    assert array.chunks == (2, 4, 3)
    assert found.maxshape == (None, 4, 9)
    numpy.testing.assert_array_equal(array, values)
    numpy.testing.assert_array_equal(list(found), list(values))
    for index in (
        ...,
        2,
        -1,
        (1, 2, 0),
        slice(None, None, -2),
        (slice(4, 0, -3), ..., 1),
        [4, 0, 0, -1],
        values[:, 0, 0] > 20,
        values > 20,
        ([0, 4], slice(None), [2, 1]),
        (slice(9, 12),),
        [],
    ):
        numpy.testing.assert_array_equal(found[index], values[index])
    assert isinstance(found[1, 2, 0], numpy.int16)
    with pytest.raises(UsageError):
        found[5]


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [
        (3, "u1", 3),
        (2.5, "f4", 2.5),
        (True, bool, True),
        (1 + 2j, "c16", 1 + 2j),
        ("héé", h5py.string_dtype(), "héé"),
        ("abc", h5py.string_dtype("ascii", 6), "abc"),
    ],
)
def test_scalars_are_python_scalars(
    make: Make, value: object, dtype: object, expected: object
) -> None:
    def write(file: h5py.File) -> None:
        file.create_dataset("x", data=value, dtype=dtype)
        file.attrs.create("a", value, dtype=dtype)

    file = make(write)
    found = dataset(file)
    assert found.shape == ()
    assert found[()] == expected
    assert type(found[()]) is type(expected)
    assert found[...].shape == ()
    assert file.root.attributes["a"] == expected
    assert type(file.root.attributes["a"]) is type(expected)


def test_strings(make: Make) -> None:
    def write(file: h5py.File) -> None:
        file.create_dataset("v", data=["a", "", "ü\n"], dtype=h5py.string_dtype())
        file.create_dataset("never", shape=(2,), dtype=h5py.string_dtype())
        file["f"] = numpy.array([b"ab", b"c\0\0", b"\xff"], "S4")
        file.create_dataset("u", data=["ü".encode(), b"x"], dtype=h5py.string_dtype("utf-8", 3))
        space = h5py.h5t.C_S1.copy()
        space.set_size(5)
        space.set_strpad(h5py.h5t.STR_SPACEPAD)
        made = h5py.h5d.create(file.id, b"space", space, h5py.h5s.create_simple((1,)))
        made.write(h5py.h5s.ALL, h5py.h5s.ALL, numpy.array([b"ab   "], "S5"), space)
        file.attrs["strings"] = ["x", "yy"]

    file = make(write)
    assert dataset(file, "v")[...].tolist() == ["a", "", "ü\n"]
    assert dataset(file, "v").dtype == object
    assert dataset(file, "v")[1:].tolist() == ["", "ü\n"]
    assert dataset(file, "v")[2] == "ü\n"
    assert dataset(file, "never")[...].tolist() == ["", ""]
    assert dataset(file, "f")[...].tolist() == ["ab", "c", "\udcff"]
    assert dataset(file, "u")[...].tolist() == ["ü", "x"]
    assert dataset(file, "space")[...].tolist() == ["ab"]
    strings = file.root.attributes["strings"]
    assert isinstance(strings, numpy.ndarray)
    assert strings.tolist() == ["x", "yy"]


def test_enumerations_and_bools(make: Make) -> None:
    kind = h5py.enum_dtype({"A": 1, "B": 7}, "u1")

    def write(file: h5py.File) -> None:
        file.create_dataset("e", data=[1, 7], dtype=kind)
        file.create_dataset("b", data=[True, False])
        file["named"] = kind

    file = make(write)
    found = dataset(file, "e")
    assert found.enum == {"A": 1, "B": 7}
    assert found.dtype == "u1"
    assert found.dtype.metadata is None
    assert found[...].tolist() == [1, 7]
    assert dataset(file, "b").enum is None
    assert dataset(file, "b").dtype == bool
    named = file.item("named")
    assert named.kind == "datatype"
    assert named.enum == {"A": 1, "B": 7}  # type: ignore[union-attr]


def test_compounds(make: Make) -> None:
    inner = numpy.dtype([("n", "i2"), ("s", h5py.string_dtype())])
    kind = numpy.dtype(
        [
            ("i", "i4"),
            ("s", h5py.string_dtype()),
            ("f", "S3"),
            ("r", h5py.ref_dtype),
            ("in", inner),
            ("a", "f4", (2,)),
        ]
    )

    def write(file: h5py.File) -> None:
        target = file.create_group("g/t")
        made = file.create_dataset("x", (2,), kind)
        made[0] = (1, "é", b"abc", target.ref, (5, "in"), [1, 2])
        file.create_dataset("plain", data=numpy.array([(1, 2.5)], [("i", "i4"), ("x", "f8")]))
        file.attrs["c"] = numpy.array((7, "v"), inner)

    file = make(write)
    found = dataset(file)
    values = found[...]
    assert values.dtype == found.dtype
    first = values[0]
    assert first["i"] == 1
    assert (first["s"], first["f"]) == ("é", "abc")
    assert first["r"] == Pointer(file, "/g/t")
    assert (first["in"]["n"], first["in"]["s"]) == (5, "in")
    assert first["a"].tolist() == [1, 2]
    assert values[1]["r"] is None
    assert found["s"].tolist() == ["é", ""]
    assert dataset(file, "plain")[0].tolist() == (1, 2.5)
    assert dataset(file, "plain").dtype == [("i", "i4"), ("x", "f8")]
    attribute: Any = file.root.attributes["c"]
    assert (attribute["n"], attribute["s"]) == (7, "v")
    with pytest.raises(UsageError):
        found["none"]


def test_references(make: Make) -> None:
    def write(file: h5py.File) -> None:
        data = file.create_dataset("g/d", data=numpy.arange(20).reshape(4, 5))
        gone = file.create_group("gone")
        refs = file.create_dataset("x", (2, 2), h5py.ref_dtype)
        refs[0] = [data.ref, file["g"].ref]
        refs[1, 0] = gone.ref
        del file["gone"]
        file.create_dataset(
            "regions",
            data=[data.regionref[1:3, ::2], data.regionref[[0, 3], :], h5py.RegionReference()],
            dtype=h5py.regionref_dtype,
        )
        points = numpy.zeros((4, 5), bool)
        points[1, 1] = points[3, 4] = True
        file.attrs["points"] = data.regionref[points]
        file.attrs["ref"] = data.ref
        file.attrs["null"] = h5py.Reference()
        file.attrs["refs"] = numpy.array([file.ref, data.ref], h5py.ref_dtype)
        vlen = file.create_dataset("vlen", (1,), h5py.vlen_dtype(h5py.ref_dtype))
        vlen[0] = numpy.array([data.ref, file["g"].ref], h5py.ref_dtype)

    file = make(write)
    data, group = Pointer(file, "/g/d"), Pointer(file, "/g")
    assert dataset(file)[...].tolist() == [[data, group], [Pointer(file, ""), None]]
    assert dataset(file)[0, 1] == group
    assert data.item() == file.item("g/d")
    with pytest.raises(SourceError) as caught:
        dataset(file)[1, 0].item()
    assert caught.value.code == "source-link-broken"
    attributes = file.root.attributes
    assert attributes["ref"] == data
    assert attributes["null"] is None
    assert attributes["refs"].tolist() == [Pointer(file, "/"), data]  # type: ignore[union-attr]
    assert dataset(file, "vlen")[0].tolist() == [data, group]

    block, rows, null = dataset(file, "regions")[...]
    assert block == Pointer(file, "/g/d", Region((slice(1, 3, 1), slice(0, 5, 2))))
    assert hash(block) == hash(Pointer(file, "/g/d", block.region))
    values = dataset(file, "g/d")
    assert values[block.region.index].tolist() == [[5, 7, 9], [10, 12, 14]]
    assert sorted(values[rows.region.index].ravel()) == [0, 1, 2, 3, 4, 15, 16, 17, 18, 19]
    assert null is None
    pointed: Any = attributes["points"]
    assert pointed.region == Region(points=((1, 1), (3, 4)))
    assert values[pointed.region.index].tolist() == [6, 19]


def test_the_other_kinds(make: Make) -> None:
    def write(file: h5py.File) -> None:
        ragged = file.create_dataset("vlen", (3,), h5py.vlen_dtype("i4"))
        ragged[0], ragged[1] = [1, 2], [3]
        file["opaque"] = numpy.array([b"ab", b"cd"], "V2")
        file["empty"] = h5py.Empty("f4")
        file.attrs["empty"] = h5py.Empty("f4")
        file["none"] = numpy.empty((0, 3))
        file.create_dataset("array", (2,), numpy.dtype(("f4", (3, 2))))
        file["array"][1] = numpy.arange(6).reshape(3, 2)
        file["big"] = numpy.array([1, 2], ">i4")
        bits = h5py.h5t.STD_B16LE
        made = h5py.h5d.create(file.id, b"bits", bits, h5py.h5s.create_simple((2,)))
        made.write(h5py.h5s.ALL, h5py.h5s.ALL, numpy.array([5, 6], "u2"), bits)
        h5py.h5d.create(file.id, b"time", h5py.h5t.UNIX_D32LE, h5py.h5s.create_simple((2,)))

    file = make(write)
    ragged = dataset(file, "vlen")
    assert ragged.dtype == object
    assert [part.tolist() for part in ragged[...]] == [[1, 2], [3], []]
    assert ragged[0].tolist() == [1, 2]
    assert dataset(file, "opaque")[1].tobytes() == b"cd"
    empty = dataset(file, "empty")
    assert empty.shape is None
    assert empty[()] is None
    assert (empty.ndim, empty.size, empty.maxshape) == (0, 0, None)
    assert file.root.attributes["empty"] is None
    assert dataset(file, "none")[...].shape == (0, 3)
    array = dataset(file, "array")
    assert array.shape == (2, 3, 2)
    assert array.dtype == "f4"
    assert array[1, :, 1].tolist() == [1, 3, 5]
    assert array[1, 2, 0] == 4
    assert dataset(file, "big").dtype == ">i4"
    assert dataset(file, "bits")[...].tolist() == [5, 6]
    assert dataset(file, "time").shape == (2,)
    with pytest.raises(SourceError) as caught:
        dataset(file, "time")[...]
    assert caught.value.code == "source-unsupported"
    assert caught.value.diagnostic.place == "file.h5:/time"


def test_attributes_are_a_mapping(make: Make) -> None:
    def write(file: h5py.File) -> None:
        group = file.create_group("g", track_order=True)
        for name in ("z", "a", "m"):
            group.attrs[name] = numpy.float32(1.5)
        file.attrs["b"] = file.attrs["a"] = 1

    file = make(write)
    attributes = file.item("g").attributes
    assert list(attributes) == ["z", "a", "m"]
    assert list(file.root.attributes) == ["a", "b"]
    assert len(attributes) == 3
    assert "a" in attributes
    assert "q" not in attributes
    assert 3 not in attributes
    assert attributes.get("q", 7) == 7
    assert dict(attributes) == {"z": 1.5, "a": 1.5, "m": 1.5}
    assert file.root.attributes.dtype("a") == "i8"
    with pytest.raises(SourceError) as caught:
        attributes["zz"]
    assert caught.value.code == "source-path-missing"


def test_writing_through(make: Make) -> None:
    def write(file: h5py.File) -> None:
        file["n"] = numpy.zeros((4, 3), "i2")
        file["s"] = 0.0
        file.create_dataset("v", data=["a", "b"], dtype=h5py.string_dtype())
        file["f"] = numpy.array([b"ab", b"cd"])
        file.create_dataset("r", (2,), h5py.ref_dtype)
        file.create_dataset("c", (2,), numpy.dtype([("i", "i4"), ("s", h5py.string_dtype())]))
        file.create_dataset("l", (2,), h5py.vlen_dtype("i4"))
        file.create_dataset("a", (2,), numpy.dtype(("f4", (2,))))
        file["b"] = [True, False]

    file = make(write)
    expected = numpy.zeros((4, 3), "i2")
    numbers = dataset(file, "n")
    for index, value in (
        ((0, 1), 7),
        (slice(None, None, -2), [[1, 2, 3], [4, 5, 6]]),
        (([3, 0, 3], 2), [7, 8, 9]),
        (expected == 0, 5),
        ((slice(1, 3), [True, False, True]), numpy.array([[1], [2]])),
        (..., -1),
    ):
        numbers[index] = value
        expected[index] = value
        numpy.testing.assert_array_equal(numbers[...], expected)
    for bad in (70_000, 1.5, "x", 1j, [[1, 2], [3]], [1, 2, 3, 4, 5]):
        with pytest.raises((OutputError, UsageError)):
            numbers[0] = bad
    numpy.testing.assert_array_equal(numbers[...], expected)

    dataset(file, "s")[()] = 2.5
    assert dataset(file, "s")[()] == 2.5
    dataset(file, "v")[:] = ["ü", "\udcff"]
    assert dataset(file, "v")[...].tolist() == ["ü", "\udcff"]
    dataset(file, "v")[[1, 0]] = ["p", "q"]
    assert dataset(file, "v")[...].tolist() == ["q", "p"]
    dataset(file, "f")[1] = "z"
    assert dataset(file, "f")[...].tolist() == ["ab", "z"]
    for bad in ("too long", 3, "a\0"):
        with pytest.raises(OutputError):
            dataset(file, "f")[1] = bad
    dataset(file, "r")[0] = Pointer(file, "/n")
    assert dataset(file, "r")[...].tolist() == [Pointer(file, "/n"), None]
    with pytest.raises(OutputError):
        dataset(file, "r")[0] = "n"
    record = dataset(file, "c")[0].copy()
    record["i"], record["s"] = 4, "four"
    dataset(file, "c")[1] = record
    assert dataset(file, "c")[1].tolist() == (4, "four")
    dataset(file, "l")[0] = numpy.array([1, 2])
    assert dataset(file, "l")[0].tolist() == [1, 2]
    dataset(file, "a")[1, 0] = 3
    assert dataset(file, "a")[...].tolist() == [[0, 0], [3, 0]]
    dataset(file, "b")[:] = [False, True]
    assert dataset(file, "b")[...].tolist() == [False, True]


def test_reading_only(make: Make) -> None:
    file = make(lambda f: f.create_dataset("x", data=[1]), writable=False)  # type: ignore[call-arg]
    with pytest.raises(SourceError) as caught:
        dataset(file)[0] = 1
    assert caught.value.code == "source-read-only"
    assert caught.value.diagnostic.hint


def test_a_filter_that_is_missing_is_named(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(file: h5py.File) -> None:
        created = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        created.set_chunk((4,))
        created.set_filter(32_099, h5py.h5z.FLAG_OPTIONAL, ())
        kind, space = h5py.h5t.NATIVE_INT32, h5py.h5s.create_simple((4,))
        made = h5py.h5d.create(file.id, b"x", kind, space, created)
        made.write_direct_chunk((0,), b"\0" * 16)

    file = make(write)
    assert dataset(file).shape == (4,)
    with pytest.raises(SourceError) as caught:
        dataset(file)[...]
    assert caught.value.code == "source-filter-missing"
    assert "32099" in caught.value.diagnostic.message
