from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest
from tests.arrays.conftest import GRID, KINDS, SAME, WAYS

from linkdata.arrays.adding import add_array
from linkdata.arrays.chunking import chunks_of
from linkdata.arrays.hdf5 import HDF5Dataset, HDF5File
from linkdata.arrays.inline import InlineArray
from linkdata.errors import LinkdataError, SourceError, StoreError, UsageError
from linkdata.roots import Roots
from linkdata.store import objects
from linkdata.store.digests import Digest
from linkdata.store.folder import FolderStore
from linkdata.store.memory import MemoryStore
from linkdata.store.packing import CANONICAL

Find = Callable[[str], HDF5Dataset]


def chunks(digest_of: Any) -> list[Digest]:
    return list(digest_of.manifest.chunk_digests())


@pytest.mark.parametrize("way", WAYS)
def test_the_same_array_has_the_same_chunks_however_it_is_stored(way: str, item: Find) -> None:
    first, other = add_array(item("none")), add_array(item(way))
    assert chunks(other) == chunks(first)
    assert other.digest == first.digest
    assert len(chunks(first)) == 4 * 3
    assert other.manifest.grid == GRID


def test_an_array_in_memory_with_the_same_grid_has_the_same_chunks(item: Find) -> None:
    assert add_array(InlineArray(SAME), grid=GRID).digest == add_array(item("gzip1")).digest
    assert add_array(SAME, grid=GRID).digest == add_array(item("gzip1")).digest


def test_one_changed_element_changes_one_chunk_and_the_array(item: Find) -> None:
    before, after = add_array(item("gzip1")), add_array(item("changed"))
    assert len(set(chunks(after)) - set(chunks(before))) == 1
    assert len(set(chunks(before)) - set(chunks(after))) == 1
    assert before.digest != after.digest


@pytest.mark.parametrize("kind", [*KINDS, "changed"])
def test_every_chunk_in_the_store_is_good(kind: str, item: Find) -> None:
    store = MemoryStore()
    found = add_array(item(kind), store)
    assert found.new_chunks == len(list(store.list("chunks"))) == len(chunks(found))
    assert found.new_bytes == sum(store.size("chunks", one) for one in store.list("chunks"))
    for digest in chunks(found):
        objects.opened(store.get("chunks", digest), digest).verified()
    assert list(store.list("manifests")) == [found.digest]


def test_chunks_are_kept_as_they_were_found(item: Find, path: Path) -> None:
    store = MemoryStore()
    found = add_array(item("gzip9"), store)
    with h5py.File(path) as file:
        for index, digest in enumerate(chunks(found)):
            at = tuple(part.start for part in found.manifest.chunk_region(index))
            _, data = file["gzip9"].id.read_direct_chunk(at)
            assert bytes(objects.opened(store.get("chunks", digest)).payload) == data


def test_two_arrays_share_what_is_the_same(item: Find) -> None:
    store = MemoryStore()
    first = add_array(item("gzip1"), store)
    again = add_array(item("gzip9"), store)
    assert (first.new_chunks, again.new_chunks, again.new_bytes) == (12, 0, 0)
    changed = add_array(item("changed"), store)
    assert changed.new_chunks == 1
    assert len(list(store.list("chunks"))) == 13


def test_sessions_that_share_a_stimulus_template_keep_it_once(tmp_path: Path) -> None:
    template = numpy.random.default_rng(2).integers(0, 255, (60, 64, 64), "u1")
    store = FolderStore(tmp_path / "store")
    new: dict[str, list[int]] = {"template": [], "recording": []}
    for session in range(2):
        path = tmp_path / f"session{session}.nwb"
        with h5py.File(path, "w") as file:
            made = file.create_dataset(
                "stimulus/templates/movie/data",
                data=template,
                chunks=(10, 64, 64),
                compression="gzip",
                compression_opts=1 + session,  # not even the same compression
            )
            made.attrs["unit"] = "n.a."
            file["acquisition/lfp/data"] = numpy.full((100, 4), session)
        opened = HDF5File(lambda path=path: path, path.name, Roots([tmp_path]))  # type: ignore[misc]
        for name, place in (
            ("template", "/stimulus/templates/movie/data"),
            ("recording", "/acquisition/lfp/data"),
        ):
            new[name].append(add_array(opened.item(place), store).new_bytes)
    assert new["template"][0] > template.nbytes / 2
    assert new["template"][1] == 0
    assert all(new["recording"])
    assert len(list(store.list("chunks"))) == 6 + 2


def test_chunks_that_were_never_written_are_kept_once(item: Find) -> None:
    store = MemoryStore()
    found = add_array(item("sparse"), store)
    manifest = found.manifest
    assert manifest.storage is not None
    assert [size > 0 for size in manifest.storage.sizes] == [True] + [False] * 11
    # The written one, and one of fill values for each of the four shapes.
    assert found.new_chunks == 5
    assert manifest.chunk_stored(1) is None
    assert manifest.chunk_expected(1) == manifest.chunk_content(1)


def test_stored_digests_decode_nothing(item: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(objects.Form, "pieces", never)
    store = MemoryStore()
    found = add_array(item("gzip1"), store, digest="stored")
    assert found.digest == found.manifest.stored
    assert found.manifest.contents is None
    assert list(store.list("chunks")) == []
    assert list(store.list("manifests")) == [found.digest]


@pytest.mark.parametrize("kind", KINDS)
def test_both_digests_come_of_one_reading(kind: str, item: Find) -> None:
    stored = add_array(item(kind), digest="stored").digest
    assert add_array(item(kind)).manifest.stored == stored


def test_stored_digests_differ_with_the_compression(item: Find) -> None:
    digests = {add_array(item(way), digest="stored").digest for way in WAYS}
    assert len(digests) >= len(WAYS) - 1  # szip may not be there


def test_stored_digests_tell_fill_values_apart(tmp_path: Path) -> None:
    found = []
    for fill in (1, 2):
        file = tmp_path / f"{fill}.h5"
        with h5py.File(file, "w") as made:
            made.create_dataset("x", (4,), "i2", chunks=(2,), fillvalue=fill)
        opened = HDF5File(lambda file=file: file, "x", Roots([tmp_path]))  # type: ignore[misc]
        found.append(add_array(opened.item("/x"), digest="stored").digest)
    assert found[0] != found[1]


def test_another_algorithm(item: Find) -> None:
    store = MemoryStore()
    found = add_array(item("gzip1"), store, by="sha256")
    assert {one.algorithm for one in (found.digest, *chunks(found))} == {"sha256"}
    objects.opened(store.get("chunks", chunks(found)[0])).verified()


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_threads_make_no_difference(threads: int, item: Find) -> None:
    told: list[tuple[int, int]] = []
    found = add_array(
        item("gzip1"),
        MemoryStore(),
        threads=threads,
        progress=lambda done, total: told.append((done, total)),
    )
    assert found.digest == add_array(item("gzip1")).digest
    assert told == [(done, 12) for done in range(1, 13)]


@pytest.mark.parametrize("name", ["references", "nothing"])
def test_what_chunks_cannot_hold(name: str, item: Find) -> None:
    store = MemoryStore()
    with pytest.raises(StoreError) as caught:
        add_array(item(name), store)
    assert caught.value.code == "store-array-unsupported"
    assert list(store.list("manifests")) == []


def test_calls_that_mean_nothing(item: Find) -> None:
    with pytest.raises(UsageError):
        add_array(item("gzip1"), digest="both")  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        add_array(numpy.zeros(1 << 26, "u1"), grid=(1,))


@pytest.mark.parametrize("place", ["first", "last"])
def test_a_chunk_that_cannot_be_decoded_is_told(place: str, item: Find, tmp_path: Path) -> None:
    source = item("checked").file.path
    damaged = tmp_path / "damaged.h5"
    damaged.write_bytes(source.read_bytes())
    with h5py.File(source) as file:
        found: list[Any] = []
        file["checked"].id.chunk_iter(found.append)
    where = found[0 if place == "first" else -1]
    with damaged.open("r+b") as stream:
        stream.seek(where.byte_offset + 10)
        byte = stream.read(1)
        stream.seek(where.byte_offset + 10)
        stream.write(bytes([byte[0] ^ 0xFF]))
    file_ = HDF5File(lambda: damaged, "damaged.h5", Roots([tmp_path]))
    store = MemoryStore()
    with pytest.raises(SourceError) as caught:
        add_array(file_.item("/checked"), store)
    assert caught.value.code == "source-unreadable"
    assert caught.value.diagnostic.place == "damaged.h5:/checked"
    assert list(store.list("manifests")) == []


def test_a_file_that_is_cut_short_is_told(item: Find, tmp_path: Path) -> None:
    from linkdata.arrays.hdf5 import raw

    with item("none").opened_chunks() as found:
        beyond = raw.Extent(1 << 40, 10)
        found.layout.extents[0] = beyond
        with pytest.raises(SourceError):
            found.raw(0)


def test_a_store_that_cannot_be_written_is_told(item: Find, tmp_path: Path) -> None:
    (tmp_path / "store").write_text("no folder")
    with pytest.raises(LinkdataError) as caught:
        add_array(item("gzip1"), FolderStore(tmp_path / "store"))
    assert caught.value.code.startswith("store-")


def test_large_arrays_in_memory_are_cut_into_slabs() -> None:
    values = numpy.arange(3 << 18, dtype="<i4").reshape(3, 512, 512)
    found = add_array(values)
    assert (found.manifest.grid, found.chunks) == ((1, 512, 512), 3)
    assert found.described == {
        "chunks": str(found.digest),
        "dtype": "int32",
        "shape": [3, 512, 512],
    }


def test_raw_chunks_that_lie_elsewhere_are_read_through_hdf5(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", data=numpy.arange(10), external=[(str(tmp_path / "x.raw"), 0, 80)])
        layout = h5py.VirtualLayout((10,), "i8")
        layout[:] = h5py.VirtualSource(str(tmp_path / "a.h5"), "y", (10,))
        file["y"] = numpy.arange(10)
        file.create_virtual_dataset("v", layout)
    opened = HDF5File(lambda: tmp_path / "a.h5", "a.h5", Roots([tmp_path]))
    digests = set()
    for name in ("x", "y", "v"):
        array: Any = opened.item(f"/{name}")
        with chunks_of(array) as found:
            assert (found.packing == CANONICAL) == (name != "y")
        digests.add(add_array(array).digest)
    assert len(digests) == 1


def test_a_user_block_moves_no_chunk(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w", userblock_size=1024) as file:
        file.create_dataset("x", data=SAME, chunks=GRID, compression="gzip")
        file["y"] = SAME
    opened = HDF5File(lambda: tmp_path / "a.h5", "a.h5", Roots([tmp_path]))
    for name, grid in (("x", GRID), ("y", SAME.shape)):
        array: Any = opened.item(f"/{name}")
        assert add_array(array).digest == add_array(SAME, grid=grid).digest


def test_chunks_beyond_the_end_of_a_dataset_that_was_made_smaller(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        made = file.create_dataset("x", data=SAME, chunks=GRID, maxshape=SAME.shape)
        made.resize((70, 37))
    opened = HDF5File(lambda: tmp_path / "a.h5", "a.h5", Roots([tmp_path]))
    array: Any = opened.item("/x")
    assert add_array(array).digest == add_array(SAME[:70], grid=GRID).digest
