from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest
import zarr
from fsspec.implementations.reference import ReferenceFileSystem
from zarr.storage import FsspecStore

import linkdata
from linkdata.arrays.adding import add_array
from linkdata.errors import RetrievalError, SourceError

VALUES = numpy.arange(60, dtype="<i2").reshape(20, 3)
NUMBERS = ["plain", "gzip", "shuffled", "checked", "big", "contiguous", "sparse", "late", "floats"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "raw.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("group")
        how: dict[str, Any] = {"chunks": (8, 2)}
        group.create_dataset("plain", data=VALUES, **how)
        group.create_dataset("gzip", data=VALUES, compression="gzip", **how)
        group.create_dataset("shuffled", data=VALUES, compression="gzip", shuffle=True, **how)
        group.create_dataset("checked", data=VALUES, fletcher32=True, compression=1, **how)
        group.create_dataset("big", data=VALUES.astype(">i4"), compression="gzip", **how)
        group["contiguous"] = VALUES
        sparse = group.create_dataset("sparse", (20, 3), "<i2", fillvalue=7, **how)
        sparse[0] = 1
        group.create_dataset("late", (4,), "<f8", fillvalue=1.5)
        group["floats"] = numpy.array([0.5, numpy.nan, numpy.inf])
        group.create_dataset("lzf", data=VALUES, compression="lzf", **how)
        group["names"] = ["a", "bé", ""]
        group["scalar"] = 2.5
        group["empty"] = numpy.zeros((0, 3))
        group["rows"] = numpy.zeros(2, [("a", "i2")])
        group["refs"] = numpy.array([group.ref], h5py.ref_dtype)
        group["gzip"].attrs["unit"] = "V"
        group.attrs["note"] = "x"
    return path


def opened(references: dict[str, Any]) -> Any:
    """The references as other programs read them."""
    files = ReferenceFileSystem(fo=references, remote_protocol="file", asynchronous=True)
    return zarr.open_group(FsspecStore(files, path=""), mode="r", zarr_format=2)


def values(path: Path, name: str) -> Any:
    with h5py.File(path) as file:
        found = file["group"][name]
        return found.asstr()[...] if found.dtype.kind == "O" else found[...]


def test_others_read_what_we_refer_to(file: Path) -> None:
    references = linkdata.open(file).kerchunk()
    json.dumps(references, allow_nan=False)
    group = opened(references)["group"]
    for name in [*NUMBERS, "lzf", "empty"]:
        numpy.testing.assert_array_equal(group[name][...], values(file, name))
    assert list(group["names"][...]) == ["a", "bé", ""]
    assert group["gzip"].attrs["unit"] == "V"
    assert group.attrs["note"] == "x"


def test_chunks_are_referred_to_and_not_copied(file: Path) -> None:
    refs = linkdata.open(file).kerchunk()["refs"]
    with h5py.File(file) as opened_file:
        info = opened_file["group/gzip"].id.get_chunk_info(0)
    assert refs["group/gzip/0.0"] == [file.as_uri(), info.byte_offset, info.size]
    assert refs["group/contiguous/0.0"][2] == VALUES.nbytes
    assert refs["group/names/0"].startswith("base64:")
    assert [key for key in refs if key.startswith("group/late/0")] == []


def test_what_is_left_out_is_told(file: Path) -> None:
    refs = linkdata.open(file).kerchunk()["refs"]
    left_out = json.loads(refs[".zattrs"])["linkdata_left_out"]
    assert list(left_out) == ["/group/rows"]
    assert not any(key.startswith("group/rows") for key in refs)


def test_a_large_array_that_cannot_be_referred_to_is_left_out(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("x", data=numpy.zeros((1 << 20, 2), "i1"), compression="lzf")
    refs = linkdata.open(tmp_path / "x.h5").kerchunk()["refs"]
    assert list(json.loads(refs[".zattrs"])["linkdata_left_out"]) == ["/x"]


def test_the_format_has_a_name(file: Path, tmp_path: Path) -> None:
    dataset = linkdata.open(file)
    written = dataset.save(tmp_path / "refs.json", format="kerchunk")
    assert json.loads(written.read_text()) == dataset.kerchunk()


# Reading


def described(folder: Path, references: Any, path: str = "/") -> Any:
    """A document that brings the references."""
    (folder / "refs.json").write_text(json.dumps(references))
    (folder / "doc.yaml").write_text(
        "meta: {prefixes: {refs: {path: refs.json}}}\n"
        f'data: {{x: {{from: {{type: kerchunk, source: "refs:{path}"}}}}}}\n'
    )
    return linkdata.open(folder / "doc.yaml").data.x


def test_we_read_what_we_wrote(file: Path, tmp_path: Path) -> None:
    group = described(tmp_path, linkdata.open(file).kerchunk(), "/group")
    for name in [*NUMBERS, "lzf", "names", "empty"]:
        numpy.testing.assert_array_equal(group[name][...], values(file, name))
    numpy.testing.assert_array_equal(group.gzip[3:15:2, [0, 2]], VALUES[3:15:2][:, [0, 2]])
    assert group.gzip.unit == "V"
    assert group.note == "x"
    assert group.scalar == 2.5


def test_we_read_what_kerchunk_wrote(file: Path, tmp_path: Path) -> None:
    from kerchunk.hdf import SingleHdf5ToZarr

    with h5py.File(file, "r+") as opened_file:
        for name in ("refs", "rows", "checked"):  # kerchunk has no words for these
            del opened_file["group"][name]
    made = SingleHdf5ToZarr(str(file), inline_threshold=50).translate()
    group = described(tmp_path, made, "/group")
    for name in {*NUMBERS, "names", "empty"} - {"checked"}:
        numpy.testing.assert_array_equal(group[name][...], values(file, name), name)
    assert group.gzip.unit == "V"


def test_chunks_are_the_same_whatever_refers_to_them(file: Path, tmp_path: Path) -> None:
    direct = linkdata.open(file).data.group
    group = described(tmp_path, linkdata.open(file).kerchunk(), "/group")
    for name in ("plain", "gzip", "shuffled", "checked", "big", "sparse"):
        arrays = [one.entity.array or one[name] for one in (group[name], direct[name])
                  if hasattr(one, "entity")] or [group[name], direct[name]]  # fmt: skip
        assert len({add_array(array).digest for array in arrays}) == 1


def test_other_codecs_of_numcodecs(tmp_path: Path) -> None:
    from numcodecs import Zstd

    data = bytes(Zstd().encode(VALUES.tobytes()))
    (tmp_path / "part.bin").write_bytes(b"xx" + data)
    refs = {
        ".zgroup": '{"zarr_format":2}',
        "a/.zarray": json.dumps(
            {
                "zarr_format": 2,
                "shape": [20, 3],
                "chunks": [20, 3],
                "dtype": "<i2",
                "compressor": {"id": "zstd", "level": 1},
                "filters": None,
                "fill_value": 0,
                "order": "C",
            }
        ),
        "a/0.0": ["{{u}}", 2, len(data)],
    }
    found = described(tmp_path, {"version": 1, "templates": {"u": "part.bin"}, "refs": refs})
    numpy.testing.assert_array_equal(found.a[...], VALUES)


def array(**changes: Any) -> dict[str, Any]:
    found = {
        "zarr_format": 2,
        "shape": [4],
        "chunks": [4],
        "dtype": "<i2",
        "compressor": None,
        "filters": None,
        "fill_value": 0,
        "order": "C",
    }
    return {".zgroup": "{}", "a/.zarray": json.dumps({**found, **changes})}


@pytest.mark.parametrize(
    ("refs", "error"),
    [
        ({**array(), "a/0": ["https://example.org/x", 0, 8]}, "network-refused"),
        ({**array(), "a/0": ["s3://bucket/x", 0, 8]}, "network-refused"),
        ({**array(), "a/0": ["/etc/passwd", 0, 8]}, "resource-outside-roots"),
        ({**array(), "a/0": ["file:///etc/passwd", 0, 8]}, "resource-outside-roots"),
        ({**array(), "a/0": ["../outside.bin", 0, 8]}, "resource-outside-roots"),
        ({**array(), "a/0": ["missing.bin", 0, 8]}, "resource-missing"),
        ({**array(), "a/0": ["short.bin", 0, 8]}, "source-unreadable"),
        ({**array(), "a/0": ["short.bin", -1, 8]}, "source-unreadable"),
        ({**array(), "a/0": ["short.bin", 0, 2**62]}, "source-unreadable"),
        ({**array(), "a/0": [7]}, "source-unreadable"),
        ({**array(), "a/0": "base64:?"}, "source-unreadable"),
        ({**array(), "a/0": "base64:AAAA"}, "source-unreadable"),
        ({**array(compressor={"id": "zlib"}), "a/0": "base64:AAAA"}, "source-unreadable"),
        ({**array(compressor={"id": "rot13"}), "a/0": "base64:AAAA"}, "source-unsupported"),
        ({**array(order="F")}, "source-unsupported"),
        ({**array(dtype="|O")}, "source-unsupported"),
        ({**array(dtype="q9")}, "source-unreadable"),
        ({**array(chunks=[0])}, "source-unreadable"),
        ({**array(chunks=[4, 4])}, "source-unreadable"),
        ({".zgroup": "{}", "a/.zarray": "[]"}, "source-unreadable"),
        ({".zgroup": "{}", "a/.zarray": "{"}, "source-unreadable"),
        ({"x": "y"}, "source-unreadable"),
    ],
    ids=range(22),
)
def test_references_that_lead_nowhere_good(refs: Any, error: str, tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "short.bin").write_bytes(b"12")
    (tmp_path / "outside.bin").write_bytes(bytes(8))
    with pytest.raises((SourceError, RetrievalError)) as caught:
        described(folder, {"version": 1, "refs": refs}).a[...]
    assert caught.value.code == error


def test_missing_chunks_have_the_fill_value(tmp_path: Path) -> None:
    for fill, dtype, expected in (
        (7, "<i2", 7),
        (None, "<i2", 0),
        ("NaN", "<f4", numpy.nan),
        ("-Infinity", "<f4", -numpy.inf),
        ([1.0, "NaN"], "<c8", complex(1, numpy.nan)),
        ("YWI=", "|S3", "ab"),
        (True, "|b1", True),
    ):
        found = described(tmp_path, array(fill_value=fill, dtype=dtype)).a[...]
        numpy.testing.assert_array_equal(found, numpy.full(4, expected, found.dtype))


def test_generated_references_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        described(tmp_path, {"version": 1, "gen": [{}], "refs": array()}).keys()
    assert caught.value.code == "source-unsupported"
