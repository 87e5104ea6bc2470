"""Instances for objects of a graph."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy
import pytest

import linkdata
from linkdata.dataset.dataset import Dataset
from linkdata.errors import FieldError, ModelError, SchemaError, UsageError

Opened = Callable[..., Dataset]

PEOPLE = """\
data:
  is_a: Person
  mail: a@b
  age: 3
  boss: "#bob"
  tools: [{saw: {weight: 1.5}}, {bit: {is_a: Drill, speed: 3}}]
  notes: [{text: n, by: me}]
  trace: [[1, 2], [3, 4]]
bob: {is_a: Person, mail: b, boss: "#data"}
"""


def test_an_object_of_a_document(lab: Opened) -> None:
    dataset = lab(PEOPLE)
    ada = dataset.model("#data")
    assert isinstance(ada, dataset.models["Person"])
    assert (ada.name, ada.age, ada.kind, ada.sex) == ("data", 3, "person", None)
    assert ada.tools["bit"].speed == 3
    assert isinstance(ada.tools["bit"], dataset.models["Drill"])
    assert ada.notes[0].text == "n"
    assert numpy.asarray(ada.trace).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert ada.boss.name == "bob"
    assert ada.boss.boss is ada
    assert dataset.model(dataset.data) is ada
    assert dataset.data.to_model() is ada
    assert ada.entity is dataset.data.entity


def test_circles_are_dumped_as_identities(lab: Opened) -> None:
    dumped = lab(PEOPLE).model("#data").model_dump(mode="json", exclude_none=True)
    assert dumped["boss"] == {"@id": "urn:linkdata:document#bob"}
    assert dumped["tools"]["saw"] == {"name": "saw", "weight": 1.5}
    assert dumped["trace"] == [[1, 2], [3, 4]]


def test_nothing_is_read_before_it_is_asked_for(recording: Path) -> None:
    dataset = linkdata.open(recording)
    trace = dataset.model(dataset.data.acquisition.trace)
    assert trace.__dict__ == {}
    data = trace.data
    assert set(trace.__dict__) == {"data"}
    assert data.value.shape == (4, 3)
    assert data.__dict__["value"] is data.value
    os.rename(recording, recording.with_suffix(".away"))
    with pytest.raises(linkdata.LinkdataError):
        data.value[0, 0]


def test_objects_of_an_nwb_file(recording: Path) -> None:
    dataset = linkdata.open(recording)
    models = dataset.models
    root = dataset.model("#data")
    assert (type(root).__name__, root.name, root.identifier) == ("NWBFile", "root", "id")
    trace = root.acquisition["trace"]
    assert isinstance(trace, models["TimeSeries"])
    assert (trace.name, trace.comments, trace.starting_time.rate) == ("trace", "loud", 10.0)
    assert trace.data.value[1:3, 0].tolist() == [3.0, 6.0]
    assert trace.timestamps is None
    masks = root.processing["ophys"].value["ImageSegmentation"].value["masks"]
    assert isinstance(masks, models["DynamicTable"])
    pixels = masks.pixel_mask
    assert pixels.weight[:].tolist() == [0.5, 1.0, 0.25]
    assert pixels.x.shape == (3,)
    assert masks.pixel_mask_index.target.entity is pixels.entity
    assert masks.imaging_plane.optical_channel["red"].emission_lambda == 600.0
    assert masks.imaging_plane.device is root.general.devices.device["scope"]
    assert root.read() is root


def test_reading_all_finds_everything(recording: Path) -> None:
    with h5py.File(recording, "r+") as file:
        trace = file["acquisition/trace"]
        trace["starting_time"].attrs["rate"] = "fast"
        del trace["data"].attrs["unit"]
        trace.attrs["comments"] = 3
    dataset = linkdata.open(recording)
    with pytest.raises(ModelError) as problem:
        dataset.model("#data", validate=True)
    found = {(one.code, one.place) for one in problem.value.diagnostics}
    assert found == {
        ("value-type", "recording.nwb:/acquisition/trace@comments"),
        ("value-type", "recording.nwb:/acquisition/trace/starting_time@rate"),
        ("field-required", "recording.nwb:/acquisition/trace/data"),
    }


def test_a_value_that_does_not_fit_is_told_with_its_place(lab: Opened) -> None:
    ada = lab("data:\n  is_a: Person\n  age: old\n").model("#data")
    with pytest.raises(ModelError) as problem:
        _ = ada.age
    found = problem.value.diagnostic
    assert (found.code, str(found.span).rpartition("document.yaml")[2]) == ("value-type", ":4:8")
    assert isinstance(problem.value, ValueError)


def test_what_is_assigned_is_validated(lab: Opened) -> None:
    ada = lab("data:\n  is_a: Person\n  age: 3\n  mail: a\n").model("#data")
    for name, value, code, place in (
        ("age", "old", "value-type", ":4:8"),
        ("agge", 5, "slot-unknown", None),
        ("sex", "X", "value-fixed", None),
    ):
        with pytest.raises(ModelError) as problem:
            setattr(ada, name, value)
        found = problem.value.diagnostic
        assert found.code == code
        assert place is None or str(found.span).endswith(f"document.yaml{place}")
    ada.age = 4
    assert (ada.age, ada.model_dump()["age"]) == (4, 4)


def test_a_required_field_that_is_missing(lab: Opened) -> None:
    ada = lab("data: {is_a: Person}\n").model("#data")
    with pytest.raises(FieldError, match="`mail`"):
        _ = ada.mail
    assert not hasattr(ada, "mail")
    assert "mail" not in ada.model_dump()


def test_copies_are_whole(recording: Path) -> None:
    dataset = linkdata.open(recording)
    trace = dataset.model(dataset.data.acquisition.trace)
    made = copy.deepcopy(trace)
    assert (made.comments, made.data is trace.data) == ("loud", True)
    assert trace == dataset.model(dataset.data.acquisition.trace)


def test_what_has_no_class(lab: Opened) -> None:
    dataset = lab("data: {x: 1}\n")
    with pytest.raises(SchemaError, match="no schema says"):
        dataset.model("#data")
    with pytest.raises(UsageError):
        dataset.model("#data.x")


def test_an_array_in_a_file_is_dumped_by_its_place(recording: Path) -> None:
    dataset = linkdata.open(recording)
    dumped = dataset.model(dataset.data.acquisition.trace).data.model_dump(mode="json")
    assert dumped["value"]["shape"] == [4, 3]
    assert dumped["value"]["dtype"] == "float64"
