from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import pytest

import linkdata
from linkdata import DynamicTable
from linkdata.errors import LinkdataError


@pytest.fixture
def document(tmp_path: Path) -> Path:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        group = file.create_group("t")
        group.attrs["neurodata_type"], group.attrs["colnames"] = "DynamicTable", ["a"]
        group["a"] = [1, 2]
    (tmp_path / "d.yaml").write_text(
        "meta: {prefixes: {f: {path: x.h5}}}\n"
        "data: {t: {from: {type: hdf5, source: 'f:/t'}, note: hello}}\n"
    )
    return tmp_path / "d.yaml"


ASKED: list[Any] = [
    lambda t: t.colnames == ["a"],
    lambda t: t["a"][1] == 2,
    lambda t: len(t) == 2,
    lambda t: "a" in t,
    lambda t: "DynamicTable" in repr(t),
    lambda t: isinstance(t, DynamicTable),
    lambda t: t[:].a.tolist() == [1, 2],
    lambda t: t.get("a")[0] == 1,
    lambda t: [row.a.iloc[0] for row in t] == [1, 2],
    lambda t: "colnames" in dir(t),
    lambda t: t == t and hash(t) != 0,
    lambda t: "DynamicTable" in t._repr_html_(),
    lambda t: t.to_pandas().a.tolist() == [1, 2],
    lambda t: setattr(t, "x", 5) or t.x == 5,
]


@pytest.mark.parametrize("ask", ASKED)
def test_whatever_is_asked_first_finds_the_class(document: Path, ask: Any) -> None:
    found = linkdata.open(document).data.t
    assert type(found) is not DynamicTable
    assert ask(found)


def test_what_the_document_says_needs_no_file(document: Path) -> None:
    document.with_name("x.h5").unlink()
    found = linkdata.open(document).data.t
    assert found.note == found["note"] == "hello"
    with pytest.raises(LinkdataError):
        _ = found.colnames
    assert not isinstance(found, DynamicTable)
