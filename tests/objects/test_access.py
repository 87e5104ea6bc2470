from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

import linkdata
from linkdata.errors import FieldError, ResolutionError, UsageError


def data(text: str) -> Any:
    return linkdata.loads(f"data: {text}\n").data


def test_attribute_and_item_are_the_same() -> None:
    found = data("{x: 1, o: {y: 2}}")
    assert found.x == found["x"] == 1
    assert found.o.y == found["o"]["y"] == 2
    assert found.o is not found.o
    assert found.o == found.o
    assert hash(found.o) == hash(found["o"])


def test_the_protocol_of_mappings() -> None:
    found = data("{b: 1, a: [x], c: {}}")
    assert (found.keys(), list(found), len(found)) == (["b", "a", "c"], ["b", "a", "c"], 3)
    assert found.values()[:2] == [1, ["x"]]
    assert dict(found)["a"] == ["x"]
    assert found.items()[0] == ("b", 1)
    assert ("b" in found, "z" in found, 1 in found) == (True, False, False)
    assert (found.get("b"), found.get("z"), found.get("z", 5)) == (1, None, 5)


def test_an_object_without_fields_is_still_true() -> None:
    found = data("{}")
    assert found
    assert len(found) == 0


KEYS = ["keys", "items", "values", "get", "open", "close", "entity", "_entity", "from_", "class"]


@pytest.mark.parametrize("key", KEYS)
def test_fields_named_like_methods_are_items(key: str) -> None:
    found = data(f"{{{key}: 1}}")
    assert found[key] == 1
    assert found.keys() == [key]
    if key in ("from_", "class"):
        assert getattr(found, key) == 1
    else:
        assert getattr(found, key) != 1


@pytest.mark.parametrize("key", ["value", "data", "is_a", "shape", "dtype"])
def test_fields_that_mean_something_are_fields(key: str) -> None:
    assert getattr(data(f"{{{key}: text}}"), key) == "text"


def test_a_missing_name_is_an_attribute_error_and_a_key_error() -> None:
    found = data("{shank0: 1}")
    for raised, ask in (
        (AttributeError, lambda: found.shank1),
        (KeyError, lambda: found["shank1"]),
    ):
        with pytest.raises(raised) as caught:
            ask()
        assert isinstance(caught.value, FieldError)
        assert caught.value.diagnostic.hint == "did you mean `shank0`?"
    assert not hasattr(found, "nope")
    assert getattr(found, "nope", 5) == 5


def test_a_dangling_reference_is_not_a_missing_name() -> None:
    found = data('{x: "#nope"}')
    for ask in (
        lambda: found.x,
        lambda: found["x"],
        lambda: found.get("x"),
        lambda: hasattr(found, "x"),
    ):
        with pytest.raises(ResolutionError):
            ask()


def test_python_and_notebooks_may_look_for_what_is_not_there() -> None:
    found = data("{x: 1}")
    for name in ("__array_interface__", "__iter_next__", "_ipython_canary_method_", "_repr_png_"):
        assert not hasattr(found, name)


def test_fields_can_be_set_and_taken_away() -> None:
    found = data("{x: 1, o: {y: 2}}")
    found.x = 2
    found["z"] = [1, 2]
    found.o.y = "deep"
    assert (found.x, found.z[:].tolist(), found["o"].y) == (2, [1, 2], "deep")
    assert found.keys() == ["x", "o", "z"]
    del found.x
    del found["z"]
    assert found.keys() == ["o"]
    with pytest.raises(FieldError):
        _ = found.x
    with pytest.raises(FieldError):
        del found.x


def test_what_is_set_is_seen_through_every_mention() -> None:
    found = linkdata.loads('n: {x: 1}\ndata: {a: "#n", b: "#n"}\n').data
    found.a.x = 5
    assert found.b.x == 5


def test_a_method_is_not_set_by_accident() -> None:
    found = data("{x: 1}")
    with pytest.raises(UsageError) as caught:
        found.keys = 1
    assert "item" in (caught.value.diagnostic.hint or "")
    found["keys"] = 1
    assert found["keys"] == 1
    assert found.keys() == ["x", "keys"]


@pytest.mark.parametrize("value", [{1, 2}, object(), b"bytes"])
def test_what_no_field_can_hold(value: object) -> None:
    with pytest.raises(UsageError):
        data("{x: 1}").x = value


def test_mappings_dates_and_objects_can_be_set() -> None:
    found = data("{x: 1, o: {y: 2}}")
    found.m = {"a": {"b": [1, "x", None]}}
    found.when = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    found.again = found.o
    assert found.m.a.b == [1, "x", None]
    assert found.when == "2024-01-02T03:04:05+00:00"
    assert found.again == found.o
    assert found.m.entity.iri == "urn:linkdata:document#data.m"


def test_dir_has_the_fields_that_are_names() -> None:
    names = dir(data("{x: 1, 'a b': 2, keys: 3, class: 4}"))
    assert {"x", "keys", "items"} <= set(names)
    assert "a b" not in names
    assert len(set(names)) == len(names)


# Arrays


@pytest.mark.parametrize(
    "text", ["{data: [1, 2, 3]}", "{value: [1, 2, 3]}", "{data: {value: [1, 2, 3]}}"]
)
def test_an_index_goes_down_to_the_array(text: str) -> None:
    found = data(text)
    assert found[1] == 2
    assert found[0:2].tolist() == [1, 2]
    assert (found.shape, str(found.dtype), found.ndim, found.size) == ((3,), "int64", 1, 3)
    assert numpy.asarray(found).tolist() == [1, 2, 3]


def test_data_counts_before_value() -> None:
    assert data("{value: [9, 9], data: [1, 2, 3]}").shape == (3,)


def test_data_that_is_no_array_is_passed_over() -> None:
    assert data("{data: text, value: [1, 2]}")[1] == 2


def test_fields_count_before_what_an_array_has() -> None:
    assert data("{data: [1, 2], shape: square}").shape == "square"


@pytest.mark.parametrize("text", ["{x: 1}", "{data: text}", "{value: 3}", "{data: {x: 1}}"])
def test_what_has_no_array_cannot_be_indexed(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        data(text)[0]
    assert "fields are reached by name" in (caught.value.diagnostic.hint or "")
    with pytest.raises(AttributeError):
        _ = data(text).shape


def test_what_is_not_in_a_file_cannot_be_opened() -> None:
    with pytest.raises(UsageError):
        data("{x: 1}").open()
    data("{x: 1}").close()


@pytest.mark.parametrize("text", ['{data: "#data"}', '{data: {value: "#data"}}'])
def test_an_object_whose_data_is_itself(text: str) -> None:
    with pytest.raises(UsageError):
        data(text)[0]


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, pickle.dumps])
def test_objects_can_be_copied_or_say_that_they_cannot(make: Any) -> None:
    found = data("{x: 1}")
    try:
        made = make(found)
    except linkdata.LinkdataError:
        return
    assert not isinstance(made, linkdata.Object) or made.x == 1


# Files


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with h5py.File(tmp_path / "x.h5", "w") as made:
        series = made.create_group("series")
        series.attrs["neurodata_type"], series.attrs["namespace"] = "TimeSeries", "core"
        series["data"] = numpy.arange(12).reshape(3, 4)
        series["data"].attrs["unit"] = "mV"
        made["refs"] = numpy.array([series.ref, series.ref], dtype=h5py.ref_dtype)
        made["table"] = numpy.array([(1, 2.5), (3, 4.5)], dtype=[("a", "i4"), ("b", "f8")])
        made["table"].attrs["x"] = 1
        made.attrs["note"] = "hello"
    return tmp_path / "x.h5"


def test_a_file_as_a_document(file: Path) -> None:
    found = linkdata.open(file).data
    assert found.keys() == ["refs", "series", "table", "note"]
    assert found.series.entity.is_a == "core:TimeSeries"
    assert found.series[1:, 0].tolist() == [4, 8]
    assert found.series.data.unit == "mV"
    assert found.series.data.value[0, 0] == 0
    assert found.series.shape == (3, 4)
    assert found.note == "hello"


def test_references_in_a_file_are_objects(file: Path) -> None:
    found = linkdata.open(file).data
    assert found.refs[0] == found.series
    assert [one.entity.iri for one in found.refs[:]] == ["urn:linkdata:x#data.series"] * 2


def test_a_compound_is_indexed_by_its_fields(file: Path) -> None:
    found = linkdata.open(file).data.table
    assert (found.x, found["a"].tolist()) == (1, [1, 3])
    with pytest.raises(KeyError):
        found["c"]


def test_open_gives_the_object_of_h5py_until_close(file: Path) -> None:
    found = linkdata.open(file).data.series.data
    opened = found.open()
    assert isinstance(opened, h5py.Dataset)
    found.close()
    assert not opened


def test_a_group_can_be_opened(file: Path) -> None:
    found = linkdata.open(file).data.series
    try:
        assert isinstance(found.open(), h5py.Group)
    finally:
        found.close()
