"""Plain HDF5 files with unusual datatypes to documents and back."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy
import pytest
import yaml
from h5py import h5z

import linkdata
from linkdata.arrays.hdf5.guards import is_installed
from linkdata.dataset.comparing import differences
from linkdata.nwb.plan import Filter
from linkdata.nwb.standins import standing_in


def there_and_back(source: Path, arrays: str = "inline") -> tuple[Path, Path]:
    document, again = source.with_suffix(".yaml"), source.with_name("again.h5")
    with linkdata.open(source) as dataset:
        dataset.save(document, arrays=arrays)
    with linkdata.open(document) as dataset:
        dataset.save(again, force=True)
    return document, again


def same(one: Path, other: Path) -> bool:
    return not differences(str(one), str(other))


@pytest.fixture
def ragged(tmp_path: Path) -> Path:
    path = tmp_path / "ragged.h5"
    kind = h5py.vlen_dtype(numpy.dtype("<i4"))
    lists = [numpy.array(one, "<i4") for one in ([1], [2, 3], [])]
    with h5py.File(path, "w") as file:
        values = numpy.empty(3, object)
        values[:] = lists
        file.create_dataset("spikes", data=values, dtype=kind)
        file.attrs.create("counts", values, dtype=kind)
        file.create_dataset("one", (), kind)[()] = numpy.array([4, 5], "<i4")
    return path


def test_values_of_variable_length_are_lists(ragged: Path) -> None:
    document, again = there_and_back(ragged)
    data = yaml.safe_load(document.read_text())["data"]
    assert data["spikes"] == data["counts"] == [[1], [2, 3], []]
    assert same(ragged, again)


def test_lists_of_variable_length_can_be_edited(ragged: Path) -> None:
    document, again = there_and_back(ragged)
    text = document.read_text()
    assert "spikes: [[1], [2, 3], []]" in text
    document.write_text(text.replace("spikes: [[1], [2, 3], []]", "spikes: [[1], [2, 3, 7], [8]]"))
    with linkdata.open(document) as dataset:
        dataset.save(again, force=True)
    with h5py.File(again) as file:
        assert [one.tolist() for one in file["spikes"][:]] == [[1], [2, 3, 7], [8]]
        assert h5py.check_vlen_dtype(file["spikes"].dtype) == numpy.dtype("<i4")
        assert [one.tolist() for one in file.attrs["counts"]] == [[1], [2, 3], []]


@pytest.mark.parametrize("values", [[1.0, 2.5], ["0.1"], ["1e400", "nan"]])
def test_floats_of_more_than_eight_bytes(tmp_path: Path, values: list[float | str]) -> None:
    path = tmp_path / "wide.h5"
    with h5py.File(path, "w") as file:
        file["wide"] = numpy.array(values, numpy.longdouble)
    _, again = there_and_back(path)
    assert same(path, again)


def test_a_filter_that_is_not_installed(tmp_path: Path) -> None:
    code, source = 311, tmp_path / "filtered.h5"
    assert not is_installed(code)
    with standing_in([Filter(code, False, (), "nobody")]), h5py.File(source, "w") as file:
        created = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        created.set_chunk((4,))
        created.set_filter(code, h5z.FLAG_MANDATORY, ())
        space = h5py.h5s.create_simple((8,))
        made = h5py.h5d.create(file.id, b"x", h5py.h5t.STD_I32LE, space, created)
        for start in (0, 4):
            made.write_direct_chunk((start,), b"0123456789abc")
        del made
    document, again = tmp_path / "filtered.yaml", tmp_path / "again.h5"
    with linkdata.open(source) as dataset:
        dataset.save(document)
        # The source is open when the stand-in of its filter is to be taken away.
        with linkdata.open(document) as there:
            there.save(again)
    assert same(source, again)
    assert not is_installed(code)
