from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy
import pytest

import linkdata
from linkdata.errors import FieldError, LinkdataError, OutputError, UsageError
from linkdata.objects.scratch import ScratchData

pandas = pytest.importorskip("pandas")
pynwb = pytest.importorskip("pynwb")

WAVES = numpy.exp(1j * numpy.arange(5.0))
VALUES: dict[str, Any] = {
    "waves": WAVES,
    "narrow": WAVES.astype("complex64"),
    "grid": numpy.arange(6).reshape(2, 3),
    "short": numpy.arange(3, dtype="int16"),
    "single": numpy.linspace(0, 1, 5, dtype="float32"),
    "long": numpy.arange(120_000.0),
    "text": "hello",
    "number": 3.5,
    "yes": True,
    "list": [1, 2, 3],
    "texts": ["a", "b"],
    "names": numpy.array(["a", "bc"]),
    "flags": numpy.array([True, False]),
}
FRAME = pandas.DataFrame({"x": [1, 2], "y": ["p", "q"]})
DOCUMENT = """\
meta:
  id: d
  imports: {core: {as: nwb, from: [{pypi: {package: pynwb}}]}}
data:
  is_a: nwb:NWBFile
  identifier: i
  session_description: s
  session_start_time: 2024-01-01T00:00:00+00:00
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("d.yaml").write_text(DOCUMENT)
    file = pynwb.NWBFile(
        session_description="s", identifier="i", session_start_time=datetime(2024, 1, 1, tzinfo=UTC)
    )
    with pynwb.NWBHDF5IO("r.nwb", "w") as io:
        io.write(file)
    return tmp_path


def filled(path: str) -> linkdata.Dataset:
    ds = linkdata.open(path)
    for name, value in VALUES.items():
        ds.add_scratch(value, name, f"the {name}")
    ds.data.add_scratch(FRAME, name="frame", description="a table")
    column = linkdata.VectorData("v", "numbers", [1.0, 2.0])
    ds.add_scratch(linkdata.DynamicTable("table", "of its own", columns=[column]))
    return ds


def expect(ds: Any) -> None:
    """What is in scratch space, as linkdata and pynwb alike give it."""
    for name, value in VALUES.items():
        found = ds.get_scratch(name)
        if name not in ("texts", "names"):  # which pynwb gives as bytes
            assert numpy.array_equal(found, value), name
        if isinstance(value, numpy.ndarray) and value.dtype.kind != "U":
            assert found.dtype == value.dtype, name
        assert ds.scratch[name].description == f"the {name}"
    assert ds.get_scratch("frame").equals(FRAME.rename_axis("id"))
    assert ds.get_scratch("table")["v"].tolist() == [1.0, 2.0]
    assert ds.scratch["table"].description == "of its own"


def in_pynwb(path: str) -> None:
    with pynwb.NWBHDF5IO(path, "r") as io:
        expect(io.read())
    assert pynwb.validate(path=path) == []


@pytest.mark.parametrize("path", ["d.yaml", "r.nwb"])
def test_there_and_back(path: str) -> None:
    made = filled(path)
    expect(made)
    expect(made.data)
    made.save("out.nwb")
    expect(linkdata.open("out.nwb"))
    in_pynwb("out.nwb")
    made.save("out.yaml")
    again = linkdata.open("out.yaml")
    expect(again)
    assert [one for one in again.check() if one.severity == "error"] == []
    again.save("again.nwb")
    in_pynwb("again.nwb")


def test_what_pynwb_wrote() -> None:
    with pynwb.NWBHDF5IO("r.nwb", "a") as io:
        file = io.read()
        file.add_scratch(numpy.arange(3), name="x", description="three")
        file.add_scratch(FRAME, name="frame", description="a table")
        io.write(file)
    ds = linkdata.open("r.nwb")
    assert isinstance(ds.scratch["x"], ScratchData)
    assert (ds.get_scratch("x").tolist(), ds.scratch["x"].description) == ([0, 1, 2], "three")
    assert ds.get_scratch("frame").y.tolist() == ["p", "q"]
    assert isinstance(ds.get_scratch("x", convert=False), ScratchData)
    ds.add_scratch([1], "more", "one")
    assert ds.get_scratch("more").tolist() == [1]
    ds.save("out.nwb")
    with pynwb.NWBHDF5IO("out.nwb", "r") as io:
        assert sorted(io.read().scratch) == ["frame", "more", "x"]


def test_without_a_schema() -> None:
    ds = linkdata.loads("meta: {id: a}\ndata: {x: 1}\n")
    assert ds.scratch is None
    assert linkdata.open("r.nwb").data.scratch is None
    ds.add_scratch([1.5, 2], "y", "two")
    ds.save("out.yaml")
    assert linkdata.open("out.yaml").get_scratch("y").tolist() == [1.5, 2.0]


def test_refusals() -> None:
    ds = linkdata.open("d.yaml")
    ds.add_scratch([1], "x", "one")
    for args in (([1],), ([1], "y"), ([1], None, "y"), ([1], "x", "again"), (object(), "y", "z")):
        with pytest.raises(UsageError):
            ds.add_scratch(*args)
    with pytest.raises(FieldError) as caught:
        ds.get_scratch("xx")
    assert "did you mean `x`" in (caught.value.diagnostic.hint or "")
    with pytest.raises(FieldError):
        linkdata.open("d.yaml").get_scratch("x")
    del ds.scratch["x"]
    ds.add_scratch([2], "x", "two")
    assert ds.get_scratch("x").tolist() == [2]
    with pytest.raises(LinkdataError):
        linkdata.loads("meta: {id: a}\ndata: {scratch: 1}\n").add_scratch([1], "x", "one")


def test_a_ragged_column_that_is_too_large_for_a_text() -> None:
    ds = linkdata.open("d.yaml")
    ends, values = [70_000, 70_000, 120_000], numpy.arange(120_000.0)
    column = linkdata.VectorData("x", "many", values)
    index = linkdata.VectorIndex("x_index", ends, column)
    ds.add_scratch(linkdata.DynamicTable("table", "large", columns=[index, column]))
    ds.save("out.yaml")
    ds.save("out.nwb")
    for path in ("out.yaml", "out.nwb"):
        rows = linkdata.open(path).scratch["table"]["x"]
        assert [len(row) for row in rows[:]] == [70_000, 0, 50_000]
        assert rows[2][-1] == 119_999.0
    with pynwb.NWBHDF5IO("out.nwb", "r") as io:
        assert len(io.read().scratch["table"]["x"][2]) == 50_000


def test_a_text_has_no_complex_numbers() -> None:
    ds = linkdata.open("d.yaml")
    ds.add_scratch(WAVES, "waves", "waves")
    with pytest.raises(OutputError, match="complex"):
        ds.dumps()
    ds.save("out.yaml")
    assert Path("out.yaml.chunks").is_dir()
    assert "complex128" in Path("out.yaml").read_text()
