from __future__ import annotations

from pathlib import Path

import h5py
import pytest

import linkdata
from linkdata.arrays.hdf5.file import HDF5File
from linkdata.resolve.targets import External

DOCUMENT = """\
meta:
  id: session
  base: https://example.org/
  prefixes: {raw: {path: a.h5}}
data: {x: {from: {type: hdf5, source: "raw:/x"}}}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = [1, 2, 3]
    return tmp_path / "a.h5"


def test_a_file_that_another_graph_has_open_is_used_and_left_open(path: Path) -> None:
    with linkdata.open(path) as one:
        file = one.data.x.file
        assert isinstance(file, HDF5File)
        with linkdata.loads(DOCUMENT, base=path.parent / "session.yaml") as other:
            bound = other.graph.context.prefixes["raw"]
            place = External("hdf5", bound, "/x", (), bound.prefix.span)
            other.graph.files.adopt(place, file)
            assert other.graph.files.file(place) is file
            item = other.graph.files.item(place)
            assert other.graph.files.reference(item) == "raw:/x"
            assert other.graph.files.identity(file, "", "/x") == "https://example.org/a#data.x"
            assert other.data.x[:].tolist() == [1, 2, 3]
            handle = file.session
        assert file.session is handle  # still open
        assert one.data.x[:].tolist() == [1, 2, 3]
