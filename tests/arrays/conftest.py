"""One file with the same array written in many ways, and arrays of every kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy
import pytest

from linkdata.arrays.hdf5 import HDF5Dataset, HDF5File
from linkdata.roots import Roots

SAME = numpy.random.default_rng(1).integers(-1000, 1000, (200, 37)).astype("<i2")
GRID = (64, 16)
#: The same array, chunk by chunk.
WAYS = ["none", "gzip1", "gzip9", "shuffle", "checked", "lzf", "szip", "scaled", "big"]
#: Arrays of all kinds that chunks can hold.
KINDS = [
    *WAYS,
    "contiguous",
    "sparse",
    "late",
    "text",
    "fixed",
    "records",
    "ragged",
    "truth",
    "colours",
    "extended",
    "opaque",
    "scalar",
    "empty",
    "compact",
    "blocks",
    "masked",
]


@pytest.fixture(scope="session")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("arrays") / "arrays.h5"
    with h5py.File(found, "w") as file:
        write(file)
    return found


def write(file: h5py.File) -> None:
    def add(name: str, data: object = SAME, **how: object) -> h5py.Dataset:
        return file.create_dataset(name, data=data, chunks=GRID, **how)

    add("none")
    add("gzip1", compression="gzip", compression_opts=1)
    add("gzip9", compression="gzip", compression_opts=9)
    add("shuffle", compression="gzip", shuffle=True)
    add("checked", compression="gzip", shuffle=True, fletcher32=True)
    add("lzf", compression="lzf", shuffle=True)
    add("szip", compression="szip" if h5py.h5z.filter_avail(h5py.h5z.FILTER_SZIP) else None)
    add("scaled", scaleoffset=0)
    add("big", SAME.astype(">i2"), compression="gzip")
    changed = SAME.copy()
    changed[100, 20] += 1
    add("changed", changed, compression="gzip")
    file["contiguous"] = SAME
    sparse = file.create_dataset(
        "sparse", SAME.shape, "<i2", chunks=GRID, fillvalue=7, compression="gzip"
    )
    sparse[:64, :16] = SAME[:64, :16]
    file.create_dataset("late", (3, 5), "<f8", fillvalue=1.5)
    file["text"] = ["a", "bé", "", "x" * 300] * 5
    file["fixed"] = numpy.array([b"a", b"bcd", b""])
    records = numpy.dtype([("i", "<i4"), ("f", ">f8"), ("s", "S4"), ("t", h5py.string_dtype())])
    file["records"] = numpy.array([(1, 2.5, b"x", "é"), (-1, 0.0, b"wxyz", "")], records)
    ragged = file.create_dataset("ragged", (3,), h5py.vlen_dtype("<i4"))
    ragged[0], ragged[2] = [1, 2], [3]
    file["truth"] = numpy.array([True, False, True])
    colours = h5py.enum_dtype({"red": 1, "green": 2}, "u1")
    file.create_dataset("colours", data=numpy.array([1, 2, 1], "u1"), dtype=colours)
    file["extended"] = numpy.arange(5, dtype="longdouble") / 3
    file["opaque"] = numpy.array([b"ab", b"cd"], "V2")
    file["scalar"] = 3.5
    file.create_dataset("empty", (0, 4), "<f4")
    created = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    created.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((4,))
    small = h5py.h5d.create(file.id, b"compact", h5py.h5t.STD_I16LE, space, created)
    h5py.Dataset(small)[...] = [1, 2, 3, 4]
    file.create_dataset("blocks", (6,), numpy.dtype(("<i2", (2,))), chunks=(4,))
    file["blocks"][...] = numpy.arange(12, dtype="<i2").reshape(6, 2)
    masked = add("masked", compression="gzip", shuffle=True)
    for row in range(0, 200, 64):  # the first column of chunks as they are, without the filters
        block = numpy.zeros(GRID, "<i2")
        part = SAME[row : row + 64, :16]
        block[: len(part)] = part
        masked.id.write_direct_chunk((row, 0), block.tobytes(), 0b11)
    file["nothing"] = h5py.Empty("f4")
    file["references"] = numpy.array([file["none"].ref], h5py.ref_dtype)


@pytest.fixture
def item(path: Path) -> Callable[[str], HDF5Dataset]:
    """A dataset of the file by its name."""
    file = HDF5File(lambda: path, path.name, Roots([path.parent]))

    def find(name: str) -> HDF5Dataset:
        found = file.item(f"/{name}")
        assert isinstance(found, HDF5Dataset)
        return found

    return find
