"""What is remembered of an open file: names, and attributes of plain values."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy
import pytest

from linkdata.arrays.hdf5.file import HDF5File
from linkdata.errors import SourceError
from linkdata.roots import Roots


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        group = file.create_group("g")
        group.attrs.update({"text": "é", "number": 3, "list": [1, 2]})
        group.attrs["bytes"] = numpy.bytes_(b"x")
        group.attrs["empty"] = h5py.Empty("f4")
        group["x"] = [1, 2]
    return tmp_path / "a.h5"


def opened(path: Path, writable: bool = False) -> HDF5File:
    return HDF5File(lambda: path, path.name, Roots([path.parent]), writable=writable)


def test_values_are_the_same_again(path: Path) -> None:
    file = opened(path)
    group = file.item("/g")
    alone = {name: group.attributes[name] for name in ("text", "number", "bytes", "empty")}
    assert alone == {"text": "é", "number": 3, "bytes": "x", "empty": None}
    with file.held():
        for _ in range(2):
            assert {name: group.attributes[name] for name in alone} == alone
            assert sorted(group.attributes) == ["bytes", "empty", "list", "number", "text"]
            assert len(group.attributes) == 5
            assert "list" in group.attributes
            assert "none" not in group.attributes
            with pytest.raises(SourceError, match="did you mean `text`"):
                group.attributes["texts"]


def test_what_a_caller_changes_is_not_remembered(path: Path) -> None:
    file = opened(path)
    group = file.item("/g")
    with file.held():
        group.attributes["list"][0] = 9
        assert group.attributes["list"].tolist() == [1, 2]
        group.keys().append("y")
        assert group.keys() == ["x"]
        assert list(group) == ["x"]


def test_a_file_that_is_written_is_looked_at_again(path: Path) -> None:
    file = opened(path, writable=True)
    group = file.item("/g")
    with file.held() as handle:
        assert (group.keys(), group.attributes["number"]) == (["x"], 3)
        handle["g"].attrs["number"] = 4
        handle["g"].attrs["more"] = 5
        handle["g/y"] = 1
        assert (group.keys(), group.attributes["number"]) == (["x", "y"], 4)
        assert group.attributes["more"] == 5


def test_a_changed_file_is_read_again(path: Path) -> None:
    file = opened(path)
    with file.held():
        assert file.item("/g").attributes["number"] == 3
    with h5py.File(path, "a") as other:
        other["g"].attrs["number"] = 4
    assert file.item("/g").attributes["number"] == 4
