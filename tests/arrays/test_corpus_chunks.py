"""Every dataset of real files goes into a store and comes back, or is refused with a reason."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

from linkdata.arrays.adding import add_array
from linkdata.arrays.chunked import ChunkedArray
from linkdata.arrays.hdf5 import HDF5Dataset, HDF5File, HDF5Group
from linkdata.errors import LinkdataError
from linkdata.roots import Roots
from linkdata.store.memory import MemoryStore

CORPUS = Path(os.environ.get("LINKDATA_CORPUS", "."))
FILES = sorted(
    path
    for path in (*(CORPUS / "nwb").rglob("*.nwb"), *(CORPUS / "hdf5").rglob("*.h5"))
    if path.is_file() and h5py.is_hdf5(path)
)
LARGE = 50_000_000  # bytes; what is larger is left to the benchmarks

pytestmark = pytest.mark.skipif(
    "LINKDATA_CORPUS" not in os.environ, reason="LINKDATA_CORPUS is not set"
)

#: What may be refused, and why it is no loss in silence.
REFUSALS = {
    "store-array-unsupported",  # references, null dataspaces, types that numpy lacks
    "source-unsupported",
    "source-unreadable",  # damaged files
    "source-filter-missing",
    "source-external-storage",
    "source-virtual-missing",
    "source-link-broken",
    "source-link-refused",
    "source-path-missing",
    "source-not-hdf5",
}


@contextmanager
def refused() -> Iterator[None]:
    """Nothing else than a refusal, with its place, may come out of this."""
    try:
        yield
    except LinkdataError as problem:
        if problem.code not in REFUSALS or problem.diagnostic.place is None:
            raise


def datasets(file: HDF5File) -> Iterator[HDF5Dataset]:
    waiting: list[Any] = [file.root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, HDF5Dataset):
            yield item
        elif isinstance(item, HDF5Group):
            for key in item.keys():  # noqa: SIM118 - not a mapping
                with refused():
                    waiting.append(item.get(key))


def same(found: Any, expected: Any) -> bool:
    if isinstance(expected, numpy.ndarray) and expected.dtype.names:
        return all(same(found[name], expected[name]) for name in expected.dtype.names)
    if isinstance(expected, numpy.ndarray) and expected.dtype.kind == "O":
        pairs = zip(found.flat, expected.flat, strict=True)
        return all(same(mine, theirs) for mine, theirs in pairs)
    if isinstance(expected, numpy.ndarray) and expected.dtype.kind in "fc":
        return bool(numpy.array_equal(found, expected, equal_nan=True))
    return bool(numpy.array_equal(found, expected))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_all_arrays_of_a_file(path: Path) -> None:
    file = HDF5File(lambda: path, path.name, Roots([path.parent]))
    with refused(), file.held():
        for item in list(datasets(file)):
            with refused():
                check(item)


def check(item: HDF5Dataset) -> None:
    store = MemoryStore()
    if item.shape is None or item.size * 8 > LARGE:
        return
    expected = item[...]
    added = add_array(item, store)
    stored = add_array(item, digest="stored")
    assert stored.digest == added.manifest.stored
    assert same(ChunkedArray(added.manifest, store)[...], expected)
    assert same(ChunkedArray(added.manifest, fallback=[item])[...], expected)
    assert same(ChunkedArray(stored.manifest, fallback=[item])[...], expected)
    assert add_array(ChunkedArray(added.manifest, store)).digest == added.digest
