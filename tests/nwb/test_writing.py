"""Plans to files and back: `read_plan` and `write_plan` together, and what each refuses."""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import h5py
import numpy
import pytest
from h5py import h5d, h5s
from hypothesis import HealthCheck, given, settings

from linkdata.arrays.hdf5 import HDF5File
from linkdata.errors import OutputError, SourceError, error
from linkdata.nwb.datatypes import Datatype, ReferenceType, Sequence, String, ieee, integer
from linkdata.nwb.plan import (
    Attribute,
    Chunk,
    Dataset,
    Fill,
    Filter,
    Group,
    HardLink,
    Inline,
    NamedType,
    Packed,
    Plan,
    Reference,
    Selection,
    SoftLink,
    Space,
    Storage,
    Stored,
)
from linkdata.nwb.reading import read_plan
from linkdata.nwb.writing import write_plan
from linkdata.roots import Roots
from linkdata.testing.plans import plans

WHOLE = 1 << 30
LONG = integer(8)


def opened(path: Path) -> HDF5File:
    return HDF5File(lambda: path, path.name, Roots([path.parent]))


def copied(source: Path, target: Path, inline: int = WHOLE) -> Plan:
    """What a file's plan gives when it is written and read again; the file's own must be equal."""
    plan = read_plan(opened(source), inline=inline)
    assert write_plan(plan, target) == []
    again = read_plan(opened(target), inline=WHOLE)
    assert again == read_plan(opened(source), inline=WHOLE)
    return again


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans(writable=True))
def test_plan_of_the_file_is_the_plan_it_was_made_of(
    tmp_path_factory: pytest.TempPathFactory, plan: Plan
) -> None:
    path = tmp_path_factory.mktemp("plan") / "a.h5"
    write_plan(plan, path)
    assert read_plan(opened(path), inline=WHOLE) == plan


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans(writable=True))
def test_plan_survives_pickling(plan: Plan) -> None:
    assert pickle.loads(pickle.dumps(plan)) == plan


@pytest.mark.parametrize("inline", [0, WHOLE])
def test_values_of_h5py(tmp_path: Path, inline: int) -> None:
    source = tmp_path / "a.h5"
    with h5py.File(source, "w") as file:
        file["x"] = numpy.arange(30_000).reshape(300, 100)
        file.create_dataset(
            "z", data=numpy.arange(10_000, dtype=">f4").reshape(100, 100), chunks=(7, 30),
            compression="gzip", shuffle=True, fletcher32=True, maxshape=(None, 100),
        )  # fmt: skip
        file["text"] = ["a", "é", ""]
        file["references"] = numpy.array([file["x"].ref, file.ref], h5py.ref_dtype)
        region = file["z"].regionref[2:9:3, 5]
        file.create_dataset("regions", (2,), h5py.regionref_dtype)[0] = region
        ragged = file.create_dataset("ragged", (3,), h5py.vlen_dtype("f4"))
        ragged[1] = [1.5, numpy.nan]
        file["x"].attrs["refs"] = numpy.array([file["z"].ref], h5py.ref_dtype)
    again = copied(source, tmp_path / "b.h5", inline)
    references = again.entries["/references"]
    assert isinstance(references, Dataset)
    assert references.data == Inline((Reference("/x"), Reference("/")))
    with h5py.File(tmp_path / "b.h5") as file:
        assert file[file["references"][0]].name == "/x"
        assert file["z"][file["regions"][0]].ravel().tolist() == [205.0, 505.0, 805.0]
        assert file["ragged"][1].tolist()[0] == 1.5


def test_chunks_keep_the_filters_that_they_skipped(tmp_path: Path) -> None:
    source = tmp_path / "a.h5"
    with h5py.File(source, "w") as file:
        made = file.create_dataset("x", (4,), "i1", chunks=(2,), compression="gzip")
        made.id.write_direct_chunk((0,), b"\1\2", 1)  # not compressed
    copied(source, tmp_path / "b.h5", inline=0)
    with h5py.File(tmp_path / "b.h5") as file:
        assert file["x"].id.get_num_chunks() == 1
        assert file["x"].id.get_chunk_info(0).filter_mask == 1
        assert file["x"][:].tolist() == [1, 2, 0, 0]


@pytest.mark.parametrize("inline", [0, WHOLE])
def test_a_filter_that_is_not_installed_moves_its_chunks(tmp_path: Path, inline: int) -> None:
    missing = Filter(40_000, False, (7, 8), "nobody has this")
    storage = Storage("chunked", (2,), (missing,), allocation="incremental")
    chunk = Chunk((2,), 0, b"as it lies")
    dataset = Dataset(integer(4), Space((4,)), Stored((chunk,)), storage)
    plan = Plan({"/": Group(), "/x": dataset})
    write_plan(plan, tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file, pytest.raises(OSError, match="read"):
        file["x"][:]
    copied(tmp_path / "a.h5", tmp_path / "b.h5", inline)
    found = read_plan(opened(tmp_path / "b.h5")).entries["/x"]
    assert isinstance(found, Dataset)
    assert found.data == Stored((chunk,))


def test_hard_links_share_and_make_cycles(tmp_path: Path) -> None:
    source = tmp_path / "a.h5"
    with h5py.File(source, "w", track_order=True) as file:
        group = file.create_group("g")
        file["0"] = group  # this name comes first by name, and so is the object's path
        group["self"] = group
        group["up"] = file["/"]
        group["x"] = 1
        file["also x"] = group["x"]
    plan = copied(source, tmp_path / "b.h5")
    assert plan.entries["/g"] == HardLink("/0")
    assert plan.entries["/0/self"] == HardLink("/0")
    assert plan.entries["/0/up"] == HardLink("/")
    assert plan.entries["/also x"] == HardLink("/0/x")
    assert plan.members()["/"] == ["/g", "/0", "/also x"]
    with h5py.File(tmp_path / "b.h5") as file:
        assert file["g"].id == file["0"].id == file["g/self/up/0"].id


def test_links_are_not_followed(tmp_path: Path) -> None:
    source = tmp_path / "a.h5"
    with h5py.File(source, "w") as file:
        file["soft"] = h5py.SoftLink("/nowhere")
        file["outside"] = h5py.ExternalLink("/etc/passwd", "/x")
    plan = copied(source, tmp_path / "b.h5")
    assert plan.entries["/soft"] == SoftLink("/nowhere")
    with h5py.File(tmp_path / "b.h5") as file:
        assert file.get("outside", getlink=True).filename == "/etc/passwd"


def test_external_storage_is_told_and_not_read(tmp_path: Path) -> None:
    source, beside = tmp_path / "a.h5", tmp_path / "raw.bin"
    beside.write_bytes(b"\1\2\3\4")
    with h5py.File(source, "w") as file:
        file.create_dataset("x", (4,), "i1", external=[("raw.bin", 0, 4)])
    plan = copied(source, tmp_path / "b.h5")
    found = plan.entries["/x"]
    assert isinstance(found, Dataset)
    assert found.data is None
    assert beside.read_bytes() == b"\1\2\3\4"


def test_virtual_datasets_keep_their_mapping(tmp_path: Path) -> None:
    source = tmp_path / "a.h5"
    layout = h5py.VirtualLayout((2, 10), "i4")
    layout[0, 2:8:2] = h5py.VirtualSource("missing.h5", "/a", (3,))
    layout[1] = h5py.VirtualSource("missing.h5", "/b", (20,))[5:15]
    with h5py.File(source, "w") as file:
        file.create_virtual_dataset("x", layout)
    plan = copied(source, tmp_path / "b.h5")
    found = plan.entries["/x"]
    assert isinstance(found, Dataset)
    assert [part.dataset for part in found.storage.virtual] == ["/a", "/b"]
    with h5py.File(source) as a, h5py.File(tmp_path / "b.h5") as b:
        assert a["x"].virtual_sources()[0].file_name == b["x"].virtual_sources()[0].file_name


def test_growing_virtual_dataset_is_refused_when_its_sources_are_outside(tmp_path: Path) -> None:
    folder = tmp_path / "roots"
    folder.mkdir()
    with h5py.File(tmp_path / "outside.h5", "w") as file:
        file.create_dataset("a", (3,), "i4", maxshape=(None,))
    layout = h5py.VirtualLayout((3,), "i4", maxshape=(None,))
    there = h5py.VirtualSource("../outside.h5", "a", (3,), maxshape=(None,))
    layout[: h5s.UNLIMITED] = there[: h5s.UNLIMITED]
    with h5py.File(folder / "a.h5", "w") as file:
        file.create_virtual_dataset("x", layout)
    with pytest.raises(SourceError) as caught:
        read_plan(opened(folder / "a.h5"))
    assert caught.value.code == "source-external-storage"


FILLS: list[tuple[Datatype, Packed]] = [
    (integer(4, order=">"), b"\0\0\0\7"),
    (ieee(4), b"\1\0\xa0\x7f"),  # a NaN that signals, with a payload
    (String(4, "ascii", "space"), b"ab  "),
    (String(), (b"text",)),
]


@pytest.mark.parametrize(("kind", "value"), FILLS, ids=[str(kind) for kind, _ in FILLS])
def test_fill_values_are_kept_to_the_bit(tmp_path: Path, kind: Datatype, value: Packed) -> None:
    storage = Storage(fill=Fill(value))
    plan = Plan(
        {"/": Group(times=True), "/x": Dataset(kind, Space((3,)), None, storage, times=True)}
    )
    write_plan(plan, tmp_path / "a.h5")
    assert read_plan(opened(tmp_path / "a.h5")) == plan


def test_undefined_fill_values(tmp_path: Path) -> None:
    dataset = Dataset(
        integer(2), Space((2,)), Inline(b"\1\2\3\4"), Storage(fill=Fill(defined=False)), times=True
    )
    plan = Plan({"/": Group(times=True), "/x": dataset})
    write_plan(plan, tmp_path / "a.h5")
    assert read_plan(opened(tmp_path / "a.h5")) == plan
    with h5py.File(tmp_path / "a.h5") as file:
        created = file["x"].id.get_create_plist()
        assert created.fill_value_defined() == h5d.FILL_VALUE_UNDEFINED


def test_named_types_are_shared_also_when_no_path_leads_to_them(tmp_path: Path) -> None:
    source = tmp_path / "a.h5"
    with h5py.File(source, "w") as file:
        for name in ("kept", "gone"):
            file[name] = numpy.dtype([("x", "<i4")])
            file[name].attrs["note"] = name
            file.create_dataset(f"of {name}", (2,), file[name])
            file.attrs.create(f"also {name}", numpy.zeros((), file[name].dtype), dtype=file[name])
        del file["gone"]
    plan = copied(source, tmp_path / "b.h5")
    kept, gone = plan.entries["/of kept"], plan.entries["/of gone"]
    assert isinstance(kept, Dataset)
    assert isinstance(gone, Dataset)
    assert kept.named == "/kept"
    assert gone.named == "~1"
    assert plan.group("/").attributes["also gone"].named == "~1"
    assert isinstance(plan.entries["~1"], NamedType)
    with h5py.File(tmp_path / "b.h5") as file:
        assert list(file) == ["kept", "of gone", "of kept"]
        assert file["of gone"].id.get_type().committed()


def test_user_block_comes_back(tmp_path: Path) -> None:
    source = tmp_path / "a.h5"
    h5py.File(source, "w", userblock_size=512).close()
    with open(source, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file")
    assert copied(source, tmp_path / "b.h5").userblock.startswith(b"MATLAB")
    assert (tmp_path / "b.h5").read_bytes()[:512] == source.read_bytes()[:512]


def test_large_attribute_needs_no_newer_plan(tmp_path: Path) -> None:
    attribute = Attribute(integer(1), Space((100_000,)), bytes(100_000))
    write_plan(Plan({"/": Group({"x": attribute})}), tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file:
        assert file.attrs["x"].shape == (100_000,)


def test_values_between_ones_that_nobody_wrote_are_not_made(tmp_path: Path) -> None:
    source = tmp_path / "a.h5"
    with h5py.File(source, "w") as file:
        made = file.create_dataset("x", (10**12,), "i1", chunks=(1000,))
        made[5_000_000_000] = 3
        file.create_dataset("never", (10**15,), "f8")
    plan = read_plan(opened(source))
    write_plan(plan, tmp_path / "b.h5")
    with h5py.File(tmp_path / "b.h5") as file:
        assert file["x"].id.get_num_chunks() == 1
        assert file["x"][5_000_000_000] == 3
        assert file["never"].id.get_storage_size() == 0


# What is refused


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (HardLink("/nowhere"), "where no object is"),
        (Dataset(integer(4), Space((2,)), Inline(b"\0" * 8), named="/x"), "no datatype"),
        (Dataset(ReferenceType(), Space(()), Inline((Reference(""),))), "no path leads to"),
        (Dataset(ReferenceType(), Space(()), Inline((Reference("/y"),))), "not in the file"),
        (Dataset(integer(4), Space((2,)), Inline(b"\0")), "buffer size"),
        (
            Dataset(Sequence(integer(4)), Space((2,)), None, Storage(fill=Fill((b"\0" * 4,)))),
            "fill value",
        ),
        (Dataset(integer(4), Space((2,)), None, Storage("chunked", (0,))), "chunk"),
    ],
)
def test_what_cannot_be_written_is_named(tmp_path: Path, entry: Dataset, words: str) -> None:
    plan = Plan({"/": Group(), "/a": entry})
    with pytest.raises(OutputError, match=words) as caught:
        write_plan(plan, tmp_path / "a.h5")
    assert caught.value.diagnostic.place == f"{tmp_path / 'a.h5'}:/a"
    assert list(tmp_path.iterdir()) == []


def test_region_of_what_is_no_dataset_is_refused(tmp_path: Path) -> None:
    region = Reference("/", Selection("points", places=((0,),)))
    dataset = Dataset(ReferenceType(region=True), Space(()), Inline((region,)))
    with pytest.raises(OutputError, match="no dataset"):
        write_plan(Plan({"/": Group(), "/a": dataset}), tmp_path / "a.h5")


def test_filter_that_sets_its_own_parameters_is_refused(tmp_path: Path) -> None:
    storage = Storage("chunked", (2,), (Filter(2, True, (77,)),), allocation="incremental")
    plan = Plan({"/": Group(), "/a": Dataset(integer(4), Space((2,)), None, storage)})
    with pytest.raises(OutputError, match="parameters itself"):
        write_plan(plan, tmp_path / "a.h5")


# Output


def test_existing_file_needs_force(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    path.write_bytes(b"old")
    with pytest.raises(OutputError) as caught:
        write_plan(Plan(), path)
    assert caught.value.code == "output-exists"
    assert path.read_bytes() == b"old"
    write_plan(Plan(), path, force=True)
    assert h5py.is_hdf5(path)


def test_file_may_be_written_over_its_own_source(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=numpy.arange(1000), chunks=(10,))
    plan = read_plan(opened(path), inline=0)
    write_plan(plan, path, force=True)
    with h5py.File(path) as file:
        assert file["x"][:].tolist() == list(range(1000))


@dataclass(frozen=True)
class Failing:
    """A source that fails after its first block."""

    type: Datatype = LONG

    def read(self, start: tuple[int, ...], count: tuple[int, ...]) -> Packed:
        if any(start):
            raise SourceError(error("source-unreadable", "it broke", place="elsewhere"))
        return bytes(8 * int(numpy.prod(count)))

    def chunks(self, dataset: Dataset) -> Iterator[Chunk] | None:
        return None


def test_source_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    path.write_bytes(b"old")
    plan = Plan({"/": Group(), "/x": Dataset(integer(8), Space((1_000_000,)), Failing())})
    with pytest.raises(SourceError):
        write_plan(plan, path, force=True)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_values_of_another_type_are_refused(tmp_path: Path) -> None:
    plan = Plan({"/": Group(), "/x": Dataset(ieee(8), Space((3,)), Failing())})
    with pytest.raises(OutputError, match="<i8"):
        write_plan(plan, tmp_path / "a.h5")


def test_progress_ends_at_the_whole(tmp_path: Path) -> None:
    source, told = tmp_path / "a.h5", []
    with h5py.File(source, "w") as file:
        file["x"] = numpy.arange(500_000)
        file.create_dataset("y", data=numpy.arange(1000), chunks=(300,))
        file.create_dataset("sparse", (10**6,), "i1", chunks=(10,))[3] = 1
    plan = read_plan(opened(source), inline=0)
    write_plan(plan, tmp_path / "b.h5", progress=lambda done, total: told.append((done, total)))
    total = 500_000 * 8 + 1000 * 8 + 10**6
    assert told[-1] == (total, total)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_writing import opened, read_plan, write_plan
folder = Path({folder!r})
plan = read_plan(opened(folder / "source.h5"), inline=0)
print("go", flush=True)
while True:
    write_plan(plan, folder / "target.h5", force=True)
"""


def test_killed_at_any_moment_the_file_is_the_old_one_or_the_new(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "source.h5", "w") as file:
        for number in range(20):
            file[f"x{number}"] = numpy.full(20_000, number)
    plan = read_plan(opened(tmp_path / "source.h5"), inline=WHOLE)
    write_plan(Plan({"/": Group({}, times=True)}), tmp_path / "target.h5")
    code = KILLED.format(tests=str(Path(__file__).parent), folder=str(tmp_path))
    for number in range(5):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.013 * (number + 1))
            process.kill()
        found = read_plan(opened(tmp_path / "target.h5"), inline=WHOLE)
        assert found in (plan, Plan({"/": Group({}, times=True)}))


def test_types_of_attributes_and_datasets_are_told_apart(tmp_path: Path) -> None:
    """A dataset and an attribute of one name, and a name with a sign of its own."""
    attribute = Attribute(String(), Space(()), (b"\xff",))
    group = Group({"x": attribute, "@x": attribute}, times=True)
    plan = Plan({"/": group, "/x": Dataset(integer(4), Space(None), times=True)})
    write_plan(plan, tmp_path / "a.h5")
    assert read_plan(opened(tmp_path / "a.h5")) == plan
    changed = replace(plan, entries={**plan.entries, "/x": Dataset(integer(4), Space(()))})
    assert changed != plan
