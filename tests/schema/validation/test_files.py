"""NWB files made wrong: what is found has the path in the file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import h5py
import numpy as np
import pytest

import linkdata
from linkdata.errors import Diagnostic, Severity

pynwb = pytest.importorskip("pynwb")

ELECTRODES = "general/extracellular_ephys/electrodes"


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file with electrodes, a series, trials with a ragged column, and units."""
    from pynwb.ecephys import ElectricalSeries

    nwbfile = pynwb.NWBFile("a session", "id", datetime(2024, 1, 1, tzinfo=UTC))
    device = nwbfile.create_device(name="array")
    group = nwbfile.create_electrode_group("shank", description="x", location="CA1", device=device)
    for _ in range(3):
        nwbfile.add_electrode(group=group, location="CA1")
    region = nwbfile.create_electrode_table_region([0, 2], "two")
    nwbfile.add_acquisition(
        ElectricalSeries("lfp", np.zeros((4, 2), "int16"), region, timestamps=[0.0, 1.0, 2.0, 3.0])
    )
    nwbfile.add_trial_column("marks", "ragged", index=True)
    nwbfile.add_trial(start_time=0.0, stop_time=1.0, marks=[1, 2])
    nwbfile.add_trial(start_time=1.0, stop_time=2.0, marks=[3])
    nwbfile.add_unit(spike_times=[0.1, 0.2])
    nwbfile.add_unit(spike_times=[0.3])
    path = tmp_path_factory.mktemp("files") / "right.nwb"
    with pynwb.NWBHDF5IO(path, "w") as io:
        io.write(nwbfile)
    return path.read_bytes()


def check(path: Path) -> list[Diagnostic]:
    return [one for one in linkdata.check(path) if one.severity is not Severity.NOTE]


def replaced(file: h5py.File, path: str, values: object) -> None:
    """Other values for a dataset, its attributes kept."""
    kept = dict(file[path].attrs)
    del file[path]
    file.create_dataset(path, data=values).attrs.update(kept)


def without_specifications(file: h5py.File) -> None:
    del file.attrs[".specloc"]
    del file["specifications"]


def taken(path: str) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        where, _, attribute = path.partition("@")
        if attribute:
            del file[where].attrs[attribute]
        else:
            del file[path]

    return change


def put(path: str, values: object) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        where, _, attribute = path.partition("@")
        if attribute:
            file[where].attrs[attribute] = values
        else:
            replaced(file, path, values)

    return change


def pointed(path: str, target: str) -> Callable[[h5py.File], None]:
    """Another target for a reference in an attribute."""

    def change(file: h5py.File) -> None:
        where, _, attribute = path.partition("@")
        file[where].attrs[attribute] = file[target].ref

    return change


def relinked(file: h5py.File) -> None:
    group = file["general/extracellular_ephys/shank"]
    del group["device"]
    group["device"] = h5py.SoftLink("/intervals/trials")


CHANGES: list[tuple[Callable[[h5py.File], None], str, str]] = [
    (taken("identifier"), "field-required", "/"),
    (taken("stimulus"), "field-required", "/"),
    (taken("acquisition"), "field-required", "/"),
    (taken("/@nwb_version"), "field-required", "/"),
    (taken("acquisition/lfp/data"), "field-required", "/acquisition/lfp"),
    (taken("acquisition/lfp/data@unit"), "field-required", "/acquisition/lfp/data"),
    (taken("acquisition/lfp/timestamps@interval"), "field-required", "/acquisition/lfp/timestamps"),
    (taken(f"{ELECTRODES}@colnames"), "field-required", f"/{ELECTRODES}"),
    (taken(f"{ELECTRODES}/location"), "field-required", f"/{ELECTRODES}"),
    (taken("intervals/trials/id"), "field-required", "/intervals/trials"),
    (taken("units/spike_times@description"), "field-required", "/units/spike_times"),
    (put("acquisition/lfp/data@unit", "V"), "value-fixed", "/acquisition/lfp/data@unit"),
    (put("acquisition/lfp/data", ["a", "b"]), "value-type", "/acquisition/lfp/data"),
    (put("acquisition/lfp/data", np.zeros((2, 2, 2, 2))), "value-shape", "/acquisition/lfp/data"),
    (put("acquisition/lfp/timestamps", np.zeros(4, "f4")), "value-dtype",
     "/acquisition/lfp/timestamps"),
    (put("acquisition/lfp/timestamps", np.zeros((4, 2))), "value-shape",
     "/acquisition/lfp/timestamps"),
    (put("acquisition/lfp@description", 5), "value-type", "/acquisition/lfp@description"),
    (put("acquisition/lfp/data@conversion", "x"), "value-type",
     "/acquisition/lfp/data@conversion"),
    (put("acquisition/lfp/electrodes", np.array([0, 9])), "table-region",
     "/acquisition/lfp/electrodes[1]"),
    (put("acquisition/lfp/electrodes", np.array([0.0, 1.0])), "value-dtype",
     "/acquisition/lfp/electrodes"),
    (put("identifier", 5), "value-type", "/identifier"),
    (put("session_start_time", "2024-01-01T00:00:00"), "datetime-naive", "/session_start_time"),
    (put("session_start_time", "yesterday"), "datetime-invalid", "/session_start_time"),
    (put("file_create_date", "2024-01-01T00:00:00Z"), "value-shape", "/file_create_date"),
    (put("file_create_date", ["2024-01-01T00:00:00Z", "2024-01-01"]), "datetime-naive",
     "/file_create_date[1]"),
    (put(f"{ELECTRODES}/id", np.array([0, 1, 1])), "table-id-duplicate", f"/{ELECTRODES}/id[2]"),
    (put(f"{ELECTRODES}/location", ["a", "b"]), "table-lengths", f"/{ELECTRODES}/location"),
    (put(f"{ELECTRODES}@colnames", ["group", "nothing"]), "table-colnames",
     f"/{ELECTRODES}@colnames[1]"),
    (put("intervals/trials/marks_index", np.array([2, 1], "u1")), "table-index",
     "/intervals/trials/marks_index[1]"),
    (put("intervals/trials/marks_index", np.array([2, 9], "u1")), "table-index",
     "/intervals/trials/marks_index[1]"),
    (put("intervals/trials/marks_index", np.array([3], "u1")), "table-lengths",
     "/intervals/trials/marks_index"),
    (put("intervals/trials/marks_index", np.array([2, 3], "i1")), "value-dtype",
     "/intervals/trials/marks_index"),
    (put("units/spike_times_index", np.array([2, 3, 3], "u1")), "table-lengths",
     "/units/spike_times_index"),
    (put("acquisition/lfp@neurodata_type", "ElectricSeries"), "class-unknown", "/acquisition/lfp"),
    (put("general/extracellular_ephys/shank@neurodata_type", "Device"), "reference-ill-typed",
     f"/{ELECTRODES}/group[0]"),
    (pointed("acquisition/lfp/electrodes@table", "general/devices/array"), "reference-ill-typed",
     "/acquisition/lfp/electrodes@table"),
    (relinked, "reference-ill-typed", "/general/extracellular_ephys/shank/device"),
]  # fmt: skip


def test_the_file_is_right(tmp_path: Path, right: bytes) -> None:
    path = tmp_path / "right.nwb"
    path.write_bytes(right)
    assert check(path) == []


@pytest.mark.parametrize(
    ("change", "code", "place"), CHANGES, ids=[f"{code} {place}" for _, code, place in CHANGES]
)
def test_a_change_is_found(
    tmp_path: Path, right: bytes, change: Callable[[h5py.File], None], code: str, place: str
) -> None:
    path = tmp_path / "wrong.nwb"
    path.write_bytes(right)
    with h5py.File(path, "r+") as file:
        change(file)
    found = check(path)
    assert (code, f"{path}:{place}") in [(one.code, one.place) for one in found], found


def test_what_a_file_holds_beyond_its_schema_is_its_own(tmp_path: Path, right: bytes) -> None:
    path = tmp_path / "more.nwb"
    path.write_bytes(right)
    with h5py.File(path, "r+") as file:
        file.attrs["mine"] = [1, 2, 3]
        file["acquisition/lfp"].attrs["gain"] = 5.0
        file["acquisition/lfp/raw"] = np.zeros(3)
        file.create_group("general/notes_of_mine")["x"] = "text"
        file["intervals/trials"].attrs["sorted"] = True
    assert check(path) == []


def test_another_schema_stands_in_for_one_that_is_not_there(tmp_path: Path, right: bytes) -> None:
    path = tmp_path / "bare.nwb"
    path.write_bytes(right)
    with h5py.File(path, "r+") as file:
        without_specifications(file)
        file["acquisition/lfp/data"].attrs["unit"] = "V"
        del file["identifier"]
    found = linkdata.check(path)
    told = {one.code: one.severity for one in found}
    assert told["schema-substituted"] is Severity.NOTE
    assert told["field-required"] is Severity.WARNING
    assert "value-fixed" not in told


def test_of_a_class_that_nobody_has_nothing_else_is_told(tmp_path: Path, right: bytes) -> None:
    path = tmp_path / "unknown.nwb"
    path.write_bytes(right)
    with h5py.File(path, "r+") as file:
        file["acquisition/lfp"].attrs["namespace"] = "ndx-nowhere"
        file["acquisition/lfp"].attrs["neurodata_type"] = "Mystery"
    found = [one for one in check(path) if "lfp" not in (one.place or "")]
    assert [one.code for one in found] == ["schema-not-found"]


def test_a_document_tells_both_places(tmp_path: Path, right: bytes) -> None:
    path = tmp_path / "wrong.nwb"
    path.write_bytes(right)
    with h5py.File(path, "r+") as file:
        del file["acquisition/lfp/data"].attrs["unit"]
    document = tmp_path / "a.yaml"
    document.write_text(
        "meta:\n  id: a\n  base: https://example.org/\n"
        "  prefixes: {raw: {path: wrong.nwb}}\n"
        "  imports: {core: {as: nwb, from: [{pypi: {package: pynwb}}]}}\n"
        "data:\n  from: {type: hdf5, source: 'raw:/'}\n  identifier: 5\n"
    )
    found = check(document)
    assert [(one.code, one.where.rpartition("/")[2]) for one in found] == [
        ("value-type", "a.yaml:8:15"),
        ("field-required", "data"),
    ]
    assert found[1].place == "wrong.nwb:/acquisition/lfp/data"


def test_big_arrays_are_not_read(tmp_path: Path, right: bytes) -> None:
    path = tmp_path / "big.nwb"
    path.write_bytes(right)
    with h5py.File(path, "r+") as file:
        kept = dict(file["acquisition/lfp/data"].attrs)
        del file["acquisition/lfp/data"]
        # 16 TB of fill values: reading it would never end.
        data = file.create_dataset("acquisition/lfp/data", (2**41, 2), "f4", chunks=(1024, 2))
        data.attrs.update(kept)
    assert check(path) == []
