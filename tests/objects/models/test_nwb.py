"""Models of NWB's classes: the tables of imaging, JSON schemas of all, files of the corpus."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import numpy
import pytest
from pydantic import ValidationError

import linkdata
from linkdata.dataset.dataset import Dataset
from linkdata.errors import SourceError
from linkdata.graph.entity import Entity
from linkdata.graph.graph import links
from linkdata.objects.models.models import instance

CORPUS = Path(os.environ["LINKDATA_CORPUS"]) if "LINKDATA_CORPUS" in os.environ else None
needs_corpus = pytest.mark.skipif(CORPUS is None, reason="LINKDATA_CORPUS is not set")
FILES = [] if CORPUS is None else sorted((CORPUS / "nwb").rglob("*.nwb"))

#: Classes whose JSON schemas were made: most files carry the same ones.
DONE: set[tuple[str, str]] = set()

# The fields of each model that are its own; those that are required are marked.
OPHYS = {
    "OnePhotonSeries": "pmt_gain scan_line_rate exposure_time binning power intensity"
    " imaging_plane! data!",
    "TwoPhotonSeries": "data! pmt_gain scan_line_rate field_of_view imaging_plane!",
    "RoiResponseSeries": "data! rois!",
    "DfOverF": "value!",
    "Fluorescence": "value!",
    "ImageSegmentation": "value!",
    "PlaneSegmentation": "image_mask pixel_mask_index pixel_mask voxel_mask_index voxel_mask"
    " reference_images imaging_plane!",
    "PlaneSegmentation__pixel_mask": "x! y! weight!",
    "PlaneSegmentation__voxel_mask": "x! y! z! weight!",
    "ImagingPlane": "description excitation_lambda! imaging_rate indicator! location! manifold"
    " origin_coords grid_spacing reference_frame optical_channel! device!",
    "OpticalChannel": "description! emission_lambda!",
    "MotionCorrection": "value!",
    "CorrectedImageStack": "corrected! xy_translation! original!",
}


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    path = tmp_path_factory.mktemp("core") / "a.yaml"
    path.write_text("meta: {imports: {core: {as: nwb, from: [{pypi: {package: pynwb}}]}}}\n")
    dataset = linkdata.open(path)
    assert dataset.models
    return dataset


@pytest.mark.parametrize("name", OPHYS)
def test_the_fields_of_imaging(core: Dataset, name: str) -> None:
    model = core.models[name]
    wanted = {one.removesuffix("!"): one.endswith("!") for one in OPHYS[name].split()}
    found = {
        field: model.model_fields[field].is_required()
        for field, slot in model.slots().items()
        if slot.owner == name and not slot.identifier
    }
    assert found == wanted


def test_arrays_of_imaging(core: Dataset) -> None:
    series = core.models["TwoPhotonSeries"]
    made = {"name": "s", "imaging_plane": "#plane", "data": numpy.zeros((3, 4, 5)), "unit": "n"}
    made["data"] = {"value": made["data"], "unit": made.pop("unit")}
    assert series(**made, field_of_view=[1.0, 2.0]).field_of_view.shape == (2,)
    with pytest.raises(ValidationError, match="shape"):
        series(**made, field_of_view=[1.0])
    mask = core.models["PlaneSegmentation__pixel_mask"]
    made = mask(description="m", x=[1], y=[2], weight=[0.5])
    assert [getattr(made, name).dtype.kind for name in ("x", "y", "weight")] == ["u", "u", "f"]
    with pytest.raises(ValidationError):
        mask(description="m", x=[-1], y=[2], weight=[0.5])


def test_fields_under_names_of_their_own(core: Dataset) -> None:
    table = core.models["DynamicTable"](
        name="t",
        description="d",
        colnames=["a"],
        id=[0, 1],
        a={"description": "c", "value": [1, 2]},
    )
    assert numpy.asarray(table.vector_data["a"].value).tolist() == [1, 2]


def test_json_schemas_of_all_classes(core: Dataset) -> None:
    for name in core.models:
        found = core.models[name].model_json_schema()
        jsonschema.Draft202012Validator.check_schema(found)
        for reference in _references(found):
            assert reference.removeprefix("#/$defs/") in found["$defs"], (name, reference)


def _references(schema: object) -> list[str]:
    if isinstance(schema, dict):
        own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
        return own + [one for part in schema.values() for one in _references(part)]
    if isinstance(schema, list):
        return [one for part in schema for one in _references(part)]
    return []


@needs_corpus
@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_object_of_a_file_has_a_model(path: Path) -> None:
    """With only the specifications in the file, where it carries some."""
    if path.name.startswith("family_nwb_file"):
        return  # one part of a file in several parts
    with linkdata.open(path) as dataset:
        namespaces = set(dataset.graph.types.carried.namespaces(dataset.data.entity.item.file))
        _json_schemas(dataset)
        found = 0
        for entity in _entities(dataset):
            source = entity.source_class
            if source is not None and source[1] is not None:
                model = instance(entity)
                lineage = [one.name for one in type(model).typed().lineage]
                # What stands in for old specifications may lack a class: then it is the slot's.
                assert source[0] in lineage or "core" not in namespaces
                found += 1
        assert found
        standing = {one.code for one in dataset.graph.types.carried.findings}
        # What the file carries is enough; what it does not carry is stood in for, and that is said.
        assert standing <= {"schema-substituted"}
        assert bool(standing) is ("core" not in namespaces)


def _json_schemas(dataset: Dataset) -> None:
    for name in dataset.models:
        model = dataset.models[name]
        digest = (model.typed().schema.digest, name)
        if digest not in DONE:
            DONE.add(digest)
            assert model.model_json_schema()


def _entities(dataset: Dataset) -> Iterator[Entity]:
    """All objects, but for those behind links to files that the corpus does not have."""
    seen: set[int] = set()
    waiting = [dataset.data.entity]
    while waiting:
        entity = waiting.pop()
        if id(entity) in seen:
            continue
        seen.add(id(entity))
        yield entity
        for key in entity:
            with contextlib.suppress(SourceError):
                waiting += [link.target for link in links(entity.link(key)) if link.owned]


def test_a_session_that_was_written_by_hand() -> None:
    """What an author need not write is there, or is not missed."""
    dataset = linkdata.open(Path(__file__).parents[3] / "examples" / "npc_session.yaml")
    units = dataset.model("#units")
    assert numpy.asarray(units.spike_times_index.value).tolist() == [7, 10, 10, 15, 24]
    assert units.spike_times_index.target is units.spike_times
    assert units.spike_times.value.shape == (24,)
    assert units.spike_times.description.startswith("Spike times for each unit")
    assert numpy.asarray(units.colnames)[:2].tolist() == ["spike_times", "obs_intervals"]
    assert numpy.asarray(units.id.value).tolist() == [0, 1, 2, 3, 4]
    assert units.waveform_mean.value.shape == (5, 4, 2)
    group = dataset.model("#ephys.probeA")
    assert (group.position.x, group.position.z) == (0.4, 0.9)
    dataset.model("#data", validate=True)
