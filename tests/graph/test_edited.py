from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

import linkdata
from linkdata import DynamicTable, VectorData
from linkdata.errors import NotYetError, OutputError

TEXT = """\
# notes
meta: {id: m}
data:
  a: 1          # one
  o: {x: 1}
  t:
    is_a: DynamicTable
    n: [1, 2]   # numbers
    r: [[1], [2, 3]]
  list:
    - p:
    - q: {z: 1}
  # the end of data
"""


def saved(change: Any, text: str = TEXT) -> tuple[str, Any]:
    ds = linkdata.loads(text)
    change(ds.data)
    found = ds.dumps()
    return found, linkdata.loads(found).data


def test_without_changes_the_text_is_the_text() -> None:
    assert saved(lambda data: None)[0] == TEXT


def test_scalars_and_lists() -> None:
    def change(data: Any) -> None:
        data.a, data.o.x, data.new = 5, "two words", ["k", 2]

    text, data = saved(change)
    assert "  a: 5          # one\n  o: {x: two words}\n" in text
    assert text.startswith("# notes\n")
    assert text.endswith("  new: [k, 2]\n  # the end of data\n")
    assert (data.a, data.o.x, data.new) == (5, "two words", ["k", 2])


def test_references_to_objects() -> None:
    def change(data: Any) -> None:
        data.link, data.q_link = data.o, data.list.q

    text, data = saved(change)
    assert 'link: "#data.o"' in text
    assert data.link == data.o
    assert data.q_link.z == 1


def test_objects_of_named_lists() -> None:
    text, data = saved(lambda data: (setattr(data.list.p, "y", 2), setattr(data.list.q, "z", 3)))
    assert "    - p: {y: 2}\n    - q: {z: 3}\n" in text
    assert (data.list.p.y, data.list.q.z) == (2, 3)


def test_rows_and_columns_of_tables() -> None:
    def change(data: Any) -> None:
        data.t.add_row(n=3, r=[])
        data.t.add_column("s", "of rest", [1.5, 2.5, 3.5])
        data.t.add_column("e", "states", ["a", "b", "a"], enum=True)

    text, data = saved(change)
    assert "    n: [1, 2, 3]   # numbers\n    r: [[1], [2, 3], []]\n" in text
    assert "s: {description: of rest, value: [1.5, 2.5, 3.5]}" in text
    assert data.t.to_dataframe().e.tolist() == ["a", "b", "a"]
    assert data.t.colnames == ["n", "r", "s", "e"]
    assert data.t.s.description == "of rest"


def test_a_table_made_in_memory() -> None:
    made = DynamicTable("t2", "a table", columns=[VectorData("x", "d", numpy.arange(3))])
    made.add_column("y", "ragged", [[1], [], [2, 3]], index=True)
    text, data = saved(lambda data: setattr(data, "t2", made))
    assert data.t2.colnames == ["x", "y"]
    assert [list(row) for row in data.t2.y[:]] == [[1], [], [2, 3]]
    assert "y_index" not in text
    assert data.t2.description == "a table"


def test_fields_are_taken_away() -> None:
    text, data = saved(lambda data: (delattr(data, "a"), delattr(data.o, "x")))
    assert "one" not in text
    assert data.keys() == ["o", "t", "list"]


def test_objects_of_other_documents_are_not_changed(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("data: {x: 1}\n")
    (tmp_path / "d.yaml").write_text('data: {o: "./other.yaml#data"}\n')
    ds = linkdata.open(tmp_path / "d.yaml")
    ds.data.o.x = 2
    with pytest.raises(OutputError) as caught:
        ds.save(tmp_path / "new.yaml")
    assert caught.value.code == "value-not-representable"
    assert not (tmp_path / "new.yaml").exists()


def test_arrays_too_large_to_write() -> None:
    with pytest.raises(NotYetError):
        saved(lambda data: setattr(data, "big", numpy.zeros(200_000)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with h5py.File(tmp_path / "x.h5", "w") as made:
        group = made.create_group("g/t")
        group.attrs["neurodata_type"], group.attrs["namespace"] = "DynamicTable", "hdmf-common"
        group.attrs["colnames"] = ["a"]
        group["a"] = [1, 2]
        group["a"].attrs["description"] = "old"
        made["g"].attrs["sex"] = "F"
        made["other"] = numpy.arange(5)
    return tmp_path / "x.h5"


def test_changes_of_a_file_are_laid_over_it(file: Path) -> None:
    ds = linkdata.open(file)
    ds.data.g.sex = "M"
    ds.data.g.t.a.description = "new"
    ds.data.g.t.add_column("b", "d", [3, 4])
    ds.data.copy_ = ds.data.other
    ds.save(file.with_name("d.yaml"))
    data = linkdata.open(file.with_name("d.yaml")).data
    assert (data.g.sex, data.g.t.a.description) == ("M", "new")
    assert data.g.t[:].to_dict("list") == {"a": [1, 2], "b": [3, 4]}
    assert data.copy_[:].tolist() == [0, 1, 2, 3, 4]
    assert linkdata.open(file).data.g.sex == "F"


def test_changes_below_a_from_of_the_document(file: Path) -> None:
    text = (
        "meta: {prefixes: {f: {path: x.h5}}}\ndata:\n  all: {from: {type: hdf5, source: 'f:/'}}\n"
        "  g:  # only this\n    from: {type: hdf5, source: 'f:/g'}\n    note: n\n"
    )
    ds = linkdata.loads(text, base=file.with_name("d.yaml"))
    ds.data.g.t.note = "changed"
    ds.data.g.note = "m"
    assert ds.dumps() == text.replace("note: n", "note: m\n    t: {note: changed}")
