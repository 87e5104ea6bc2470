"""HDF5 files to documents and back, through the public functions."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import h5py
import numpy
import pynwb
import pytest
from hdmf.backends.hdf5.h5_utils import H5DataIO
from pynwb.ecephys import LFP, ElectricalSeries

import linkdata
from linkdata.arrays.hdf5.file import HDF5File
from linkdata.errors import OutputError
from linkdata.nwb.plan import Plan
from linkdata.nwb.reading import read_plan
from linkdata.roots import Roots


def plan(path: Path) -> Plan:
    """All that a file says, its values too."""
    return read_plan(HDF5File(lambda: path, path.name, Roots([path.parent])), inline=1 << 30)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session as pynwb writes it: tables, ragged columns, links, a compressed array."""
    file = pynwb.NWBFile("a session", "id-1", datetime(2024, 1, 1, tzinfo=UTC), lab="a lab")
    file.subject = pynwb.file.Subject(subject_id="m1", sex="F", age="P90D", species="Mus musculus")
    probe = file.create_device("probe", description="a probe")
    groups = [file.create_electrode_group(name, "a shank", "CA1", probe) for name in ("s0", "s1")]
    file.add_electrode_column("label", "what it is called")
    for number in range(4):
        file.add_electrode(group=groups[number // 2], location="CA1", label=f"e{number}")
    region = file.create_electrode_table_region([0, 1, 2], "three of them")
    values = numpy.arange(600, dtype="<i2").reshape(200, 3)
    series = ElectricalSeries(
        "raw", H5DataIO(values, compression="gzip", chunks=(50, 3)), region,
        rate=100.0, conversion=0.5,
    )  # fmt: skip
    file.add_acquisition(series)
    module = file.create_processing_module("ecephys", "filtered")
    times = pynwb.TimeSeries("times", numpy.arange(5.0), "volts", timestamps=numpy.arange(5.0) / 9)
    module.add(times)
    module.add(pynwb.TimeSeries("more", numpy.arange(5), "volts", timestamps=times))
    module.add(LFP(ElectricalSeries("lfp", numpy.zeros((4, 1)), region, rate=1.0)))
    file.add_unit_column("quality", "how good it is")
    for number in range(3):
        file.add_unit(spike_times=numpy.arange(number) / 7, quality="good")
    file.add_trial(0.0, 1.0, tags=["a", "b"], timeseries=[series])
    file.add_trial(1.0, 2.0, tags=["c"], timeseries=[series])
    path = tmp_path_factory.mktemp("session") / "session.nwb"
    with pynwb.NWBHDF5IO(path, "w") as io:
        io.write(file)
    return path


@pytest.fixture
def copy(session: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(session, tmp_path / "a.nwb"))


def converted(source: Path, arrays: str = "link", **options: Any) -> Path:
    """The document of a file."""
    out = source.with_suffix(".yaml")
    with linkdata.open(source) as dataset:
        dataset.save(out, arrays=arrays, **options)
    return out


def rebuilt(document: Path) -> Path:
    """The file of a document."""
    out = document.with_name("rebuilt.nwb")
    with linkdata.open(document) as dataset:
        dataset.save(out, force=True)
    return out


@pytest.mark.parametrize("arrays", ["link", "store", "inline"])
@pytest.mark.parametrize("inline", [0, 5, 1000])
def test_a_file_comes_back_as_it_was(copy: Path, arrays: str, inline: int) -> None:
    original = plan(copy)
    document = converted(copy, arrays, inline=inline)
    if arrays != "link":
        copy.unlink()  # nothing of it is needed any more
    assert changes(plan(rebuilt(document)), original) == []


def test_the_document_reads_well(copy: Path) -> None:
    text = converted(copy).read_text()
    data = text.partition("\nstorage:")[0]
    assert "spike_times:\n" in data
    assert "[[], [0.0], [0.0, 0.14285714285714285]]" in data
    assert "group:" in data
    assert "['@s0', '@s0', '@s1', '@s1']" in data
    assert "timestamps: '@times.timestamps'" in data or "#data.processing.ecephys.times" in data
    for hidden in ("neurodata_type", "namespace", "object_id", "colnames", "_index", "gzip"):
        assert hidden not in data
    storage = text.count("\n") - data.count("\n")
    assert storage * 4 <= data.count("\n")


def test_without_its_storage_it_is_a_file_of_the_same_values(copy: Path) -> None:
    document = converted(copy)
    document.write_text(document.read_text().partition("\nstorage:")[0] + "\n")
    with pynwb.NWBHDF5IO(copy, "r") as first, pynwb.NWBHDF5IO(rebuilt(document), "r") as second:
        a, b = first.read(), second.read()
        assert numpy.array_equal(a.acquisition["raw"].data[:], b.acquisition["raw"].data[:])
        left, right = a.units.to_dataframe(), b.units.to_dataframe()
        assert list(left.columns) == list(right.columns)
        assert all(numpy.array_equal(*pair) for pair in zip(left.spike_times, right.spike_times))  # noqa: B905
        assert a.subject.sex == b.subject.sex
        assert list(a.electrodes["label"][:]) == list(b.electrodes["label"][:])
    assert pynwb.validate(path=str(rebuilt(document))) == []


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("description: a probe", "description: another", "/general/devices/probe@description"),
        ("sex: F", "sex: M", "/general/subject/sex"),
        ("lab: a lab", "lab: a much longer name of a lab", "/general/lab"),
        ("[a, b]", "[a, z]", "/intervals/trials/tags"),
    ],
)
def test_an_edit_changes_that_and_nothing_else(copy: Path, old: str, new: str, path: str) -> None:
    original = plan(copy)
    document = converted(copy)
    text = document.read_text()
    assert text.count(old) == 1
    document.write_text(text.replace(old, new))
    found = plan(rebuilt(document))
    assert changes(original, found) == [path]


def test_objects_are_dropped_added_and_renamed(copy: Path) -> None:
    original = plan(copy)
    document = converted(copy)
    text = document.read_text()
    start, end = text.index("  processing:"), text.index("  session_description:")
    document.write_text(text[:start] + text[end:])
    found = changes(original, plan(rebuilt(document)))
    assert found
    assert all(one.startswith("/processing/ecephys") for one in found)

    extra = "extra: {is_a: TimeSeries, data: {value: [1, 2], unit: m}, timestamps: [0.5, 1]}"
    document.write_text(text.replace("  acquisition:\n", f"  acquisition:\n    {extra}\n"))
    found = changes(original, plan(rebuilt(document)))
    assert found
    assert all(one.startswith("/acquisition/extra") for one in found)

    # Everywhere, in `storage` too, but not within one of its identifiers.
    document.write_text(re.sub(r"(?<![\w-])s1(?![\w-])", "shank1", text))
    found = changes(original, plan(rebuilt(document)))
    assert {one.rpartition("/")[2].partition("@")[0] for one in found} == {
        "s1", "shank1", "device", "group", "group_name"
    }  # fmt: skip


def changes(a: Plan, b: Plan) -> list[str]:
    """The places at which two plans differ."""
    found = []
    for path in sorted({*a.entries, *b.entries}):
        left, right = a.entries.get(path), b.entries.get(path)
        if left == right:
            continue
        names: set[str] = set()
        if left is not None and type(left) is type(right):
            here, there = (getattr(one, "attributes", {}) for one in (left, right))
            names = {name for name in {*here, *there} if here.get(name) != there.get(name)}
        found += [f"{path}@{name}" for name in sorted(names)] or [path]
    return found


def test_a_document_written_by_hand_becomes_a_valid_file(tmp_path: Path) -> None:
    document = tmp_path / "hand.yaml"
    document.write_text(
        """\
meta:
  id: hand
  imports:
    core: {as: nwb, from: [{pypi: {package: pynwb}}]}
    hdmf-common: {as: hdmf, from: [{pypi: {package: hdmf}}]}
data:
  is_a: nwb:NWBFile
  identifier: "1"
  session_description: by hand
  session_start_time: 2024-01-01T01:01:01-08:00
  acquisition: {raw: "#raw"}
  general:
    devices: [{array: {description: old reliable}}]
    extracellular_ephys: "#ephys"
  units:
    description: sorted
    spike_times: [[1.0, 2.0], [3.0]]
    quality: [good, bad]
ephys:
  electrodes:
    description: all of them
    group: ["@shank", "@shank"]
    group_name: [shank, shank]
    location: [CA1, CA3]
  shank:
    is_a: ElectrodeGroup
    description: x
    location: CA1
    device: "#data.general.devices.array"
raw:
  is_a: ElectricalSeries
  data: [[1, 2], [3, 4]]
  timestamps: [0.5, 1.0]
  electrodes: {description: both, value: [0, 1]}
"""
    )
    path = rebuilt(document)
    assert pynwb.validate(path=str(path)) == []
    with pynwb.NWBHDF5IO(path, "r") as io:
        file = io.read()
        assert [list(row) for row in file.units["spike_times"][:]] == [[1.0, 2.0], [3.0]]
        assert file.acquisition["raw"].electrodes[1, "location"] == "CA3"
        assert file.electrodes["group"][0].device is file.devices["array"]
        assert file.timestamps_reference_time == file.session_start_time


def test_what_stands_nowhere_is_an_error_with_a_place(tmp_path: Path) -> None:
    document = tmp_path / "d.yaml"
    document.write_text("data: {a: {x: 1}}\nlost: {y: 2}\n")
    with pytest.raises(OutputError) as caught:
        rebuilt(document)
    assert caught.value.code == "object-unplaced"
    assert caught.value.diagnostic.span is not None
    assert not (tmp_path / "rebuilt.nwb").exists()


def test_plain_hdf5(tmp_path: Path) -> None:
    path = tmp_path / "plain.h5"
    with h5py.File(path, "w") as file:
        file.attrs["title"] = "x"
        file.attrs["list"] = [1, 2, 3]
        file["scalar"] = 1.5
        file["text"] = "#not a reference"
        file["prefixed"] = "raw:/not/one"
        file["f4"] = numpy.array([0.1, 0.2], "f4")
        file["big"] = numpy.arange(1000, dtype=">u2").reshape(10, 100)
        file["nan"] = numpy.array([0x7FF8000000000123], "u8").view("f8")
        group = file.create_group("g", track_order=True)
        for name in "zay":
            group[name] = name
        group["again"] = file["f4"]
        file["soft"] = h5py.SoftLink("/g/z")
        file["out"] = h5py.ExternalLink("other.h5", "/x")
        file["bytes"] = numpy.array([b"ab", b"c"])
        file["bad"] = numpy.array([b"\xff\xfe"], dtype=h5py.string_dtype())
        file.create_dataset("vlen", (1,), h5py.vlen_dtype("i4"))[0] = [1, 2]
        file["compound"] = numpy.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])
        file["null"] = h5py.Empty("f4")
        file["references"] = numpy.array([file["g"].ref], dtype=h5py.ref_dtype)
    original = plan(path)
    for arrays in ("link", "store", "inline"):
        out = tmp_path / arrays
        out.mkdir()
        document = converted(Path(shutil.copy(path, out / "a.h5")), arrays)
        assert changes(plan(rebuilt(document)), original) == []


def test_a_file_is_not_overwritten_without_being_asked(copy: Path) -> None:
    document = converted(copy)
    before = document.read_text()
    with pytest.raises(OutputError, match="exists"):
        converted(copy)
    assert document.read_text() == before
    converted(copy, force=True)


def test_a_file_saved_as_a_file_is_the_same(copy: Path) -> None:
    with linkdata.open(copy) as dataset:
        dataset.save(copy.with_name("b.nwb"))
    assert plan(copy.with_name("b.nwb")) == plan(copy)
