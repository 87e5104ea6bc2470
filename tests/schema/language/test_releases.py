"""Every release of the NWB and HDMF schemas, and what NWB files hold: LinkML and back."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import h5py
import pytest
import yaml
from linkml_runtime import SchemaView
from linkml_runtime.linkml_model import SchemaDefinition

from linkdata.errors import SchemaError
from linkdata.schema.language.inverse import invert
from linkdata.schema.language.reading import read_namespaces
from linkdata.schema.language.specs import Namespace
from linkdata.schema.language.translate import translate
from linkdata.schema.language.writing import write

CORPUS = Path(os.environ.get("LINKDATA_CORPUS", "/nonexistent"))
COMMON = {
    "2.2.0": "1.1.0", "2.2.1": "1.1.2", "2.2.2": "1.1.3", "2.2.4": "1.1.3", "2.2.5": "1.1.3",
    "2.3.0": "1.5.0", "2.4.0": "1.5.0", "2.5.0": "1.5.0", "2.6.0": "1.5.0", "2.6.0-alpha": "1.5.0",
    "2.7.0": "1.8.0", "2.8.0": "1.8.0", "2.9.0": "1.8.0", "2.10.0": "1.9.0", "2.11.0": "1.10.0",
}  # fmt: skip
# This release is no YAML: a line of a description has lost its indentation.
BROKEN = "nwb-schema/2.2.3"
RELEASES = sorted(
    f"{path.parent.name}/{path.name}" for path in (CORPUS / "schemas").glob("*/*") if path.is_dir()
)
# A part of an HDF5 family is no file that can be opened alone.
FILES = sorted(
    str(path.relative_to(CORPUS / "nwb"))
    for path in (CORPUS / "nwb").rglob("*")
    if path.suffix in (".nwb", ".h5") and not path.name.startswith("family_")
)
FEW_RELEASES = ("nwb-schema/2.0.1", "nwb-schema/2.2.0", "nwb-schema/2.11.0",
                "hdmf-common-schema/1.8.0")  # fmt: skip
FEW_FILES = ("ndx-events__example_usage.nwb", "ndx-pose__0.3.0_poseestimation_one_camera.nwb",
             "pynwb-4.2.0__3.0.0_fiber_photometry_extension.nwb")  # fmt: skip

pytestmark = pytest.mark.skipif(not RELEASES, reason="LINKDATA_CORPUS is not set")
Held = tuple[tuple[tuple[str, str], ...], ...]
Found = tuple[dict[str, Namespace], dict[str, dict[str, Any]]]

# Releases and files have most of their schemas and classes in common: each is looked at once.
LOADED: dict[tuple[str, str], SchemaDefinition] = {}
VIEWED: set[frozenset[tuple[str, str]]] = set()
RANGES: dict[tuple[tuple[str, str], ...], frozenset[str]] = {}


def read_folder(folder: Path) -> list[Namespace]:
    [file] = folder.glob("*namespace.yaml")
    return read_namespaces(lambda name: (folder / name).read_text(), file.read_text())


def release(name: str) -> Found:
    """A release with what it includes, and all schemas of both."""
    schemas = CORPUS / "schemas"
    kind, version = name.split("/")
    [folder] = (schemas / name).iterdir()
    found = read_folder(folder)
    if kind == "nwb-schema" and version in COMMON:
        found += read_folder(schemas / "hdmf-common-schema" / COMMON[version] / "common")
    return translated(found)


def held(name: str) -> Held:
    """The texts of the specifications in an NWB file, for each namespace."""
    with h5py.File(CORPUS / "nwb" / name) as file:
        return tuple(
            tuple((source, texts_of(item[()])) for source, item in found.items())
            for versions in file.get("specifications", {}).values()
            for found in versions.values()
        )


@cache
def cached(specifications: Held) -> Found:
    """What an NWB file holds; nothing for files without specifications."""
    found: list[Namespace] = []
    for texts in map(dict, specifications):
        found += read_namespaces(texts.__getitem__, texts["namespace"])
    return translated(found)


def texts_of(value: Any) -> str:
    value = value if isinstance(value, bytes | str) else value.ravel()[0]
    return value.decode() if isinstance(value, bytes) else str(value)


def translated(found: list[Namespace]) -> Found:
    namespaces = {namespace.name: namespace for namespace in found}
    schemas = {}
    for namespace in found:
        schemas |= translate(namespace, namespaces)
    return namespaces, schemas


def check_inverse(found: Found) -> None:
    namespaces, schemas = found
    back = invert(schemas) if schemas else []
    assert {namespace.name: namespace for namespace in back} == namespaces
    texts = write(back)
    again = read_namespaces(texts.__getitem__, texts["namespace.yaml"])
    assert {namespace.name: namespace for namespace in again} == namespaces


def check_schema_view(found: Found, folder: Path) -> None:
    namespaces, schemas = found
    for name, schema in schemas.items():
        text = yaml.dump(schema, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    definitions = {
        (name, one): json.dumps(said)
        for name, schema in schemas.items()
        for one, said in schema.get("classes", {}).items()
    }
    for name in namespaces:
        own = {schema for schema in schemas if schema == name or schema.startswith(f"{name}.")}
        closure = closure_of(schemas, name)
        assert own <= closure
        said = frozenset((one, json.dumps(schemas.get(one))) for one in closure)
        if said in VIEWED:
            continue
        view = view_of(folder, name)
        assert set(view.imports_closure()) == closure
        every = view.all_classes()
        known = every.keys() | view.all_types().keys()
        for one in every:
            assert ranges_of(view, one, definitions) <= known, one
        VIEWED.add(said)


def view_of(folder: Path, name: str) -> SchemaView:
    """A view of a schema in the folder. What was imported before is not read again."""
    view = SchemaView(str(folder / f"{name}.yaml"))
    load = view.load_import

    def once(imported: str, from_schema: object = None) -> SchemaDefinition:
        path = folder / f"{imported}.yaml"
        said = (imported, path.read_text(encoding="utf-8") if path.exists() else "")
        if said not in LOADED:
            LOADED[said] = load(imported, view.schema)
        return LOADED[said]

    view.load_import = once
    return view


def closure_of(schemas: Mapping[str, Any], name: str) -> set[str]:
    """The schema and all that it imports, directly or not."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        if (one := waiting.pop()) not in found:
            found.add(one)
            waiting += schemas.get(one, {}).get("imports", [])  # those of LinkML are not ours
    return found


def ranges_of(
    view: SchemaView, name: str, definitions: Mapping[tuple[str, str], str]
) -> frozenset[str]:
    """The ranges of the slots of a class, which has all that inheritance gives, once."""
    lineage = [(view.in_schema(one), one) for one in view.class_ancestors(name)]
    said = tuple((one, definitions[schema, one]) for schema, one in lineage)
    if said not in RANGES:
        induced = view.induced_class(name)
        assert set(induced.attributes) == {str(slot) for slot in view.class_slots(name)}
        slots = induced.attributes.values()
        for slot in slots:
            assert view.get_uri(slot, expand=True).startswith("urn:linkdata:schema:")
        ranges = {str(one.range) for slot in slots for one in (slot, *slot.any_of)}
        RANGES[said] = frozenset(ranges)
    return RANGES[said]


@pytest.mark.parametrize("name", [name for name in RELEASES if name != BROKEN])
def test_a_release_and_back(name: str) -> None:
    check_inverse(release(name))


@pytest.mark.parametrize("name", FILES)
def test_what_a_file_holds_and_back(name: str) -> None:
    if specifications := held(name):
        check_cached_inverse(specifications)


@cache  # many files hold the same
def check_cached_inverse(specifications: Held) -> None:
    check_inverse(cached(specifications))


@pytest.mark.parametrize("name", FEW_RELEASES)
def test_a_release_in_schema_view(name: str, tmp_path: Path) -> None:
    check_schema_view(release(name), tmp_path)


@pytest.mark.parametrize("name", FEW_FILES)
def test_what_a_file_holds_in_schema_view(name: str, tmp_path: Path) -> None:
    check_schema_view(cached(held(name)), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*RELEASES} - {*FEW_RELEASES, BROKEN}))
def test_every_other_release_in_schema_view(name: str, tmp_path: Path) -> None:
    check_schema_view(release(name), tmp_path)


@pytest.mark.slow
def test_what_every_file_holds_in_schema_view(tmp_path: Path) -> None:
    seen = set()
    for name in FILES:
        found = cached(held(name))
        versions = frozenset((one.name, one.version) for one in found[0].values())
        if versions not in seen:
            seen.add(versions)
            folder = tmp_path / name.replace("/", "_")
            folder.mkdir()
            check_schema_view(found, folder)
    assert len(seen) > 20


def test_a_release_that_is_no_yaml() -> None:
    with pytest.raises(SchemaError, match=r"nwb\.ophys\.yaml:185:5: .*not YAML"):
        release(BROKEN)


@pytest.mark.slow
def test_gen_json_schema_takes_the_newest_core(tmp_path: Path) -> None:
    from linkml.generators.jsonschemagen import JsonSchemaGenerator

    _, schemas = release("nwb-schema/2.11.0")
    for name, schema in schemas.items():
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(schema, sort_keys=False))
    text = JsonSchemaGenerator(str(tmp_path / "core.yaml")).serialize()
    assert "TwoPhotonSeries" in yaml.safe_load(text)["$defs"]


OPHYS = {
    "OnePhotonSeries": "name pmt_gain scan_line_rate exposure_time binning power intensity"
    " imaging_plane",
    "TwoPhotonSeries": "name pmt_gain scan_line_rate field_of_view imaging_plane",
    "RoiResponseSeries": "name data rois",
    "DfOverF": "name value",
    "Fluorescence": "name value",
    "ImageSegmentation": "name value",
    "PlaneSegmentation": "name image_mask pixel_mask_index pixel_mask voxel_mask_index voxel_mask"
    " reference_images imaging_plane",
    "PlaneSegmentation__pixel_mask": "name x y weight",
    "PlaneSegmentation__voxel_mask": "name x y z weight",
    "ImagingPlane": "name description excitation_lambda imaging_rate indicator location manifold"
    " origin_coords grid_spacing reference_frame optical_channel device",
    "ImagingPlane__manifold": "name value conversion unit",
    "OpticalChannel": "name description emission_lambda",
    "MotionCorrection": "name value",
    "CorrectedImageStack": "name corrected xy_translation original",
}


def test_the_fields_of_ophys_are_complete() -> None:
    found: Mapping[str, Any] = release("nwb-schema/2.7.0")[1]["core.nwb.ophys"]["classes"]
    fields = {name: " ".join(found[name]["attributes"]) for name in OPHYS}
    assert fields == OPHYS
    view = found["TwoPhotonSeries"]["attributes"]["field_of_view"]
    assert [option["array"]["dimensions"] for option in view["any_of"]] == [
        [{"alias": "width_height", "exact_cardinality": 2}],
        [{"alias": "width_height_depth", "exact_cardinality": 3}],
    ]
    plane = found["PlaneSegmentation"]["attributes"]
    assert plane["pixel_mask_index"]["range"] == "VectorIndex"
    assert plane["pixel_mask"]["range"] == "PlaneSegmentation__pixel_mask"
    assert plane["imaging_plane"]["inlined"] is False
    images = plane["reference_images"]
    assert [option["range"] for option in images["any_of"]] == ["ImageSeries"]
    masks = found["PlaneSegmentation__pixel_mask"]["attributes"]
    assert [masks[name]["range"] for name in ("x", "y", "weight")] == [
        "uint32",
        "uint32",
        "float32",
    ]


def test_classes_of_the_same_names_as_established() -> None:
    found: set[str] = set()
    for schema in release("nwb-schema/2.7.0")[1].values():
        found |= set(schema.get("classes", {}))
    assert {
        "NWBFile__general", "general__extracellular_ephys", "extracellular_ephys__electrodes",
        "general__source_script", "TimeSeries__data", "TimeSeries__sync", "Subject__age",
        "DecompositionSeries__bands", "Units__spike_times",
    } <= found  # fmt: skip
