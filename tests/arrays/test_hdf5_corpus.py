"""Every file of the corpus is walked; nothing but exceptions of linkdata may come of it."""

# ruff: noqa: B023 (what is made in a loop here is called at once)

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

from linkdata.arrays.hdf5 import HDF5Dataset, HDF5File, HDF5Group
from linkdata.arrays.protocols import Pointer
from linkdata.errors import LinkdataError
from linkdata.roots import Roots

CORPUS = Path(os.environ.get("LINKDATA_CORPUS", "/nonexistent"))
SUFFIXES = {".h5", ".hdf5", ".nwb", ".hdf"}
SMALL = 100_000


def opens(path: Path) -> bool:
    try:
        with h5py.File(path, "r"):
            return True
    except OSError:
        return False


FILES = sorted(
    path
    for folder in ("nwb", "hdf5")
    for path in (CORPUS / folder).rglob("*")
    if path.suffix in SUFFIXES and path.is_file()
)

pytestmark = pytest.mark.skipif(not FILES, reason="LINKDATA_CORPUS is not set")


def walk(file: HDF5File) -> tuple[list[HDF5Group | HDF5Dataset], Counter[str]]:
    """All items of a file by hard links, and the codes of what could not be read."""
    found: list[HDF5Group | HDF5Dataset] = []
    codes: Counter[str] = Counter()

    def tried(read: Callable[[], Any]) -> Any:
        try:
            return read()
        except LinkdataError as problem:
            codes[problem.code if problem.diagnostic.place else "no place"] += 1
            return None

    seen = set()
    pending = [tried(lambda: file.item("/"))]
    while pending:
        item = pending.pop()
        if item is None or isinstance(item, Pointer):
            continue
        assert item not in seen
        seen.add(item)
        found.append(item)
        attributes = item.attributes
        for name in tried(lambda: list(attributes)) or ():
            tried(lambda: attributes[name])
        if isinstance(item, HDF5Group):
            for key in tried(item.keys) or ():
                pending.append(tried(lambda: item.get(key)))
        elif isinstance(item, HDF5Dataset):
            shape = tried(lambda: item.shape)
            dtype = tried(lambda: item.dtype)
            tried(lambda: (item.chunks, item.maxshape, item.enum))
            if dtype is not None and item.size <= SMALL:
                values = tried(lambda: item[...])
                if isinstance(values, numpy.ndarray):
                    assert values.shape == shape
                    assert values.dtype == dtype
    return found, codes


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_is_walked(path: Path) -> None:
    if not opens(path):
        with pytest.raises(LinkdataError):
            HDF5File(lambda: path, path.name, Roots([path.parent])).item("/")
        return
    file = HDF5File(lambda: path, path.name, Roots([path.parent]))
    with file.held():
        found, codes = walk(file)
    assert found
    assert "no place" not in codes
    if path.is_relative_to(CORPUS / "nwb"):
        assert not set(codes) - {"source-link-broken", "source-link-refused"}, codes
        compare(file, path)


def compare(file: HDF5File, path: Path) -> None:
    """Numbers and strings are what h5py reads."""
    with h5py.File(path, "r") as other, file.held():

        def visit(name: str, theirs: h5py.Dataset | h5py.Group) -> None:
            if not isinstance(theirs, h5py.Dataset) or theirs.size is None or theirs.size > SMALL:
                return
            ours = file.item(name)
            assert isinstance(ours, HDF5Dataset)
            if h5py.check_string_dtype(theirs.dtype) is not None:
                numpy.testing.assert_array_equal(ours[...], theirs.asstr()[...])
            elif theirs.dtype.kind in "biufc":
                numpy.testing.assert_array_equal(ours[...], theirs[...])
                assert ours.dtype == theirs.dtype
            elif h5py.check_ref_dtype(theirs.dtype) is h5py.Reference:
                for mine, reference in zip(ours[...].flat, theirs[...].flat, strict=True):
                    assert (mine is None) == (not reference)
                    if mine is not None:
                        assert other[mine.path] == other[reference]

        other.visititems(visit)
