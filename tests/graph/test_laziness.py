from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy
import pytest

import linkdata
from linkdata.errors import FieldError, LinkdataError, RetrievalError, SourceError

DOCUMENT = """\
prefixes: {f: {path: x.h5}}
data:
  raw: {from: {type: hdf5, source: "f:/g"}, note: hello}
  series: "f:/g/series"
  plain: {x: 1}
"""


@pytest.fixture
def opened(path: Path, descriptors: Callable[[], list[str]]) -> Callable[[], int]:
    """How many of this process's descriptors lead to the HDF5 file."""
    return lambda: descriptors().count(os.path.realpath(path.with_name("x.h5")))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        group = file.create_group("g")
        group.attrs["unit"] = "V"
        group.create_group("0")["y"] = 7
        series = group.create_group("series")
        series["data"] = numpy.arange(12).reshape(3, 4)
        series["data"].attrs["unit"] = "mV"
        series["rate"] = 10.5
    (tmp_path / "a.yaml").write_text(DOCUMENT)
    return tmp_path / "a.yaml"


def test_nothing_is_opened_until_something_in_the_file_is_asked_for(
    path: Path, openings: Callable[[], int]
) -> None:
    ds = linkdata.open(path)
    assert repr(ds)
    assert ds.keys() == ["data"]
    assert ds.data.plain.x == 1
    raw = ds.data.raw
    assert raw.note == "hello"
    assert ds.dumps() == DOCUMENT
    assert openings() == 0
    assert "unit" in raw
    assert openings() > 0


@pytest.mark.parametrize(
    "ask",
    [
        lambda ds: ds.data.raw.keys(),
        lambda ds: ds.data.raw.unit,
        lambda ds: ds.data.series.data.shape,
        lambda ds: ds.data.series.data[0:2],
        lambda ds: ds.data.series[0, 0],
        lambda ds: repr(ds.data.raw),
        lambda ds: ds._repr_html_(),
        lambda ds: ds.dumps("json"),
        lambda ds: ds.dumps("nt"),
        lambda ds: ds.check(),
        lambda ds: ds["f:/g/series"].rate,
        lambda ds: list(ds.data.series.data.value),
    ],
)
def test_nothing_stays_open_afterwards(
    path: Path,
    openings: Callable[[], int],
    ask: Callable[[linkdata.Dataset], object],
    opened: Callable[[], int],
) -> None:
    ds = linkdata.open(path)
    ask(ds)
    assert openings() > 0
    assert opened() == 0


def test_as_a_context_the_file_is_opened_once_and_held(
    path: Path, openings: Callable[[], int], opened: Callable[[], int]
) -> None:
    with linkdata.open(path) as ds:
        assert openings() == 0
        assert (ds.data.series.rate, ds.data.raw.unit) == (10.5, "V")
        assert openings() == 1
        assert opened() == 1
    assert opened() == 0


def test_an_error_does_not_leave_the_file_open(path: Path, opened: Callable[[], int]) -> None:
    ds = linkdata.open(path)
    with pytest.raises(FieldError):
        _ = ds.data.raw.nope
    with pytest.raises(SourceError):
        _ = ds["f:/nope"]
    with pytest.raises(ZeroDivisionError), linkdata.open(path) as held:  # noqa: PT012
        assert held.data.raw.unit == "V"
        raise ZeroDivisionError
    assert opened() == 0


def test_metadata_says_nothing_of_values(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("values were read")

    ds = linkdata.open(path)
    monkeypatch.setattr(h5py.Dataset, "__getitem__", refuse)
    monkeypatch.setattr(h5py.Dataset, "read_direct", refuse)
    assert ds.data.series.data.shape == (3, 4)
    assert "int64 (3, 4)" in ds._repr_html_()


# Writing


def test_a_value_that_is_set_lands_in_the_file(path: Path, opened: Callable[[], int]) -> None:
    ds = linkdata.open(path, writable=True)
    ds.data.series.data.value[:] = 5
    ds.data.series.data[0, 1:3] = 7
    with h5py.File(path.with_name("x.h5")) as file:
        assert file["g/series/data"][:].tolist() == [[5, 7, 7, 5], [5, 5, 5, 5], [5, 5, 5, 5]]
    assert ds.data.series.data[0].tolist() == [5, 7, 7, 5]
    assert opened() == 0


def test_without_writable_nothing_is_changed(path: Path) -> None:
    before = path.with_name("x.h5").read_bytes()
    ds = linkdata.open(path)
    with pytest.raises(SourceError) as caught:
        ds.data.series.data.value[:] = 5
    assert caught.value.code == "source-read-only"
    assert path.with_name("x.h5").read_bytes() == before


# Files


def test_a_file_whose_digest_is_declared_is_verified_when_it_is_used(
    path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LINKDATA_CACHE", str(tmp_path / "cache"))
    digest = hashlib.sha256(path.with_name("x.h5").read_bytes()).hexdigest()
    declared = DOCUMENT.replace("path: x.h5", f"path: x.h5, hash: 'sha256:{digest}'")
    path.write_text(declared)
    assert linkdata.open(path).data.raw.unit == "V"
    path.write_text(declared.replace(digest, "0" * 64))
    ds = linkdata.open(path)
    with pytest.raises(linkdata.DigestMismatchError) as caught:
        _ = ds.data.raw.unit
    assert digest in str(caught.value)
    assert [one.code for one in ds.check() if one.severity == "error"] == ["digest-mismatch"]


def test_a_file_that_is_not_there(path: Path) -> None:
    path.with_name("x.h5").unlink()
    ds = linkdata.open(path)
    assert ds.data.plain.x == 1
    with pytest.raises(RetrievalError) as caught:
        _ = ds.data.raw.unit
    assert caught.value.code == "resource-missing"
    assert "resource-missing" in ds._repr_html_()
    assert repr(ds.data.raw).startswith("<urn:linkdata:a#data.raw: there is no file")


@pytest.mark.parametrize("reference", ["f:/nope", "f:/g/nope", "#data.raw.nope.x"])
def test_a_path_that_the_file_does_not_have(path: Path, reference: str) -> None:
    with pytest.raises(LinkdataError) as caught:
        linkdata.open(path)[reference]
    assert caught.value.code in ("source-path-missing", "reference-dangling")


def test_identities_inside_a_file_do_not_depend_on_the_route(path: Path) -> None:
    ds = linkdata.open(path)
    routes = [ds["f:/g/series"], ds.data.series, ds.data.raw.series, ds["#data.raw.series"]]
    assert {one.entity.iri for one in routes} == {"urn:linkdata:x#data.g.series"}
    assert len(set(routes)) == 1


# Paths that go on inside a file


def test_attributes_are_fields(path: Path) -> None:
    assert linkdata.open(path).data.raw.unit == "V"


@pytest.mark.parametrize("reference", ["#data.raw.unit", "#data.series.data.unit"])
def test_attributes_are_reached_by_a_path(path: Path, reference: str) -> None:
    assert linkdata.open(path)[reference] in ("V", "mV")


@pytest.mark.parametrize("reference", ['#data.raw."series/data"', '#data.raw.series.".".rate'])
def test_a_step_is_one_name_inside_a_file(path: Path, reference: str) -> None:
    with pytest.raises(LinkdataError):
        linkdata.open(path)[reference]


def test_a_position_is_no_name_inside_a_file(path: Path) -> None:
    with pytest.raises(LinkdataError):
        linkdata.open(path)["#data.raw[0]"]


def test_what_was_taken_away_from_a_file_may_come_back(path: Path) -> None:
    path.write_text(
        'prefixes: {f: {path: x.h5}}\nbase: {from: {type: hdf5, source: "f:/g"}, unit: }\n'
        'data: {from: "#base", unit: A}\n'
    )
    ds = linkdata.open(path)
    assert "unit" not in ds["#base"]
    assert ds.data.unit == "A"
    assert "unit" in ds.data


@pytest.mark.parametrize("format", ["json", "nt", "ttl", "yaml"])
def test_names_in_a_file_that_are_not_utf8(tmp_path: Path, format: str) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        h5py.h5g.create(file.id, b"\xff\xfe")
    ds = linkdata.open(tmp_path / "x.h5")
    ds.save(tmp_path / f"o.{format}", expanded=True)
