from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

import linkdata
from linkdata.arrays.adding import add_array
from linkdata.arrays.chunked import ChunkedArray
from linkdata.arrays.verified import VerifiedArray
from linkdata.errors import (
    DigestMismatchError,
    DocumentError,
    LinkdataError,
    StoreMissingError,
)
from linkdata.store.folder import FolderStore
from linkdata.store.memory import MemoryStore

VALUES = numpy.arange(60, dtype="<i2").reshape(20, 3)
DIGEST = str(add_array(VALUES, MemoryStore(), grid=(8, 2)).digest)
OTHER = "blake3:" + "0" * 64


def document(folder: Path, data: str, meta: str = "id: doc", name: str = "doc.yaml") -> Path:
    path = folder / name
    path.write_text(f"meta: {{{meta}}}\ndata:\n" + "".join(f"  {x}\n" for x in data.splitlines()))
    return path


def stored(folder: Path, values: Any = VALUES) -> FolderStore:
    store = FolderStore(folder)
    add_array(values, store, grid=(8, 2))
    return store


def hdf5(path: Path, values: Any = VALUES) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=values, chunks=(8, 2), compression="gzip")
        file["x"].attrs["unit"] = "V"
        file.create_dataset("bare", data=values, chunks=(8, 2))
        file.create_group("group")


def test_an_object_with_chunks_and_nothing_else_is_the_array(tmp_path: Path) -> None:
    stored(tmp_path / "doc.yaml.chunks")
    path = document(
        tmp_path, f'x: {{chunks: "{DIGEST}", dtype: int16, shape: [20, 3]}}\ny: "#data.x"'
    )
    data = linkdata.open(path).data
    assert type(data.x) is ChunkedArray
    numpy.testing.assert_array_equal(data.x[...], VALUES)
    numpy.testing.assert_array_equal(data["y"][3:5], VALUES[3:5])
    assert data.x is data.y  # so that what was read is kept


def test_with_other_fields_it_is_an_object(tmp_path: Path) -> None:
    stored(tmp_path / "doc.yaml.chunks")
    path = document(tmp_path, f'x:\n  chunks: "{DIGEST}"\n  dtype: int16\n  unit: V')
    x = linkdata.open(path).data.x
    assert x.keys() == ["unit"]
    assert x.unit == "V"
    assert x.shape == (20, 3)
    numpy.testing.assert_array_equal(x[0:2], VALUES[0:2])
    numpy.testing.assert_array_equal(x.value[0:2], VALUES[0:2])


def test_series_have_their_array_in_data(tmp_path: Path) -> None:
    stored(tmp_path / "doc.yaml.chunks")
    path = document(tmp_path, f'series: {{data: {{chunks: "{DIGEST}"}}, rate: 5}}')
    series = linkdata.open(path).data.series
    numpy.testing.assert_array_equal(series[0:2], VALUES[0:2])
    assert series.shape == (20, 3)


def test_nothing_is_read_before_it_is_needed(tmp_path: Path) -> None:
    path = document(tmp_path, f'x: {{chunks: "{OTHER}", dtype: int16, shape: [20, 3]}}')
    dataset = linkdata.open(path)
    assert (dataset.data.x.shape, str(dataset.data.x.dtype)) == ((20, 3), "int16")
    with pytest.raises(StoreMissingError) as caught:
        dataset.data.x[0]
    assert caught.value.code == "store-manifest-missing"
    assert str(caught.value.diagnostic.span) == f"{path}:3:15"


@pytest.mark.parametrize("text", ["5", "[1, 2]", "null", "{a: 1}"])
def test_a_field_called_chunks_that_is_no_string_is_a_field(text: str, tmp_path: Path) -> None:
    x = linkdata.open(document(tmp_path, f"x: {{chunks: {text}, dtype: a, b: 1}}")).data.x
    assert x.keys() == ["chunks", "dtype", "b"]


# Where stores are


@pytest.mark.parametrize("way", ["beside", "meta", "project", "user", "environment", "call"])
def test_stores_are_found(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "project"
    home.mkdir()
    meta, given = "id: doc", []
    inside, outside = home / "store", tmp_path / "elsewhere"
    if way == "beside":
        inside = home / "doc.yaml.chunks"
    elif way == "meta":
        meta = "id: doc, store: store"
    elif way == "project":
        (home / "linkdata.toml").write_text('store = "store"\n')
    elif way == "user":
        (tmp_path / "config.toml").write_text('store = "elsewhere"\n')
        monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "config.toml"))
    elif way == "environment":
        monkeypatch.setenv("LINKDATA_STORE", str(outside))
    else:
        given = [outside]
    stored(outside if way in ("user", "environment", "call") else inside)
    path = document(home, f'x: {{chunks: "{DIGEST}"}}', meta)
    numpy.testing.assert_array_equal(linkdata.open(path, stores=given).data.x[...], VALUES)
    found = linkdata.check(path, stores=given, verify=True)
    assert [one.code for one in found] == ["meta-base-missing"]


@pytest.mark.parametrize("way", ["meta", "project"])
def test_stores_that_come_with_the_data_lie_in_it(way: str, tmp_path: Path) -> None:
    home = tmp_path / "project"
    home.mkdir()
    stored(tmp_path / "elsewhere")
    meta = "id: doc"
    if way == "meta":
        meta = "id: doc, store: ../elsewhere"
    else:
        (home / "linkdata.toml").write_text('store = "../elsewhere"\n')
    path = document(home, f'x: {{chunks: "{DIGEST}"}}', meta)
    with pytest.raises(LinkdataError) as caught:
        linkdata.open(path).data.x[...]
    assert caught.value.code in ("resource-outside-roots", "configuration-invalid")


def test_a_link_in_a_store_leads_nowhere_outside(tmp_path: Path) -> None:
    home = tmp_path / "project"
    home.mkdir()
    stored(tmp_path / "elsewhere")
    (home / "doc.yaml.chunks").symlink_to(tmp_path / "elsewhere")
    path = document(home, f'x: {{chunks: "{DIGEST}"}}')
    with pytest.raises(LinkdataError):
        linkdata.open(path).data.x[...]
    numpy.testing.assert_array_equal(linkdata.open(path, roots=[tmp_path]).data.x[...], VALUES)


@pytest.mark.parametrize("url", ["https://example.org/store", "s3://bucket/store"])
def test_a_store_in_a_network_is_not_asked_because_a_document_says_so(
    url: str, tmp_path: Path
) -> None:
    path = document(tmp_path, f'x: {{chunks: "{DIGEST}"}}', f"id: doc, store: '{url}'")
    with pytest.raises(LinkdataError) as caught:
        linkdata.open(path).data.x[...]
    assert caught.value.code == "network-refused"


def test_arrays_of_an_extended_document_come_from_its_store(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "session").mkdir()
    (tmp_path / "linkdata.toml").write_text("")
    document(tmp_path / "base", f'x: {{chunks: "{DIGEST}"}}', name="base.yaml")
    stored(tmp_path / "base" / "base.yaml.chunks")
    path = document(tmp_path / "session", "n: 1", "id: doc, extends: ../base/base.yaml")
    numpy.testing.assert_array_equal(linkdata.open(path).data.x[...], VALUES)


def test_chunks_that_the_store_lacks_come_from_the_file(tmp_path: Path) -> None:
    hdf5(tmp_path / "raw.h5")
    store = stored(tmp_path / "doc.yaml.chunks")
    text = f'x:\n  chunks: "{DIGEST}"\n  from: {{type: hdf5, source: "raw:/x"}}'
    path = document(tmp_path, text, "id: doc, prefixes: {raw: {path: raw.h5}}")
    x = linkdata.open(path).data.x
    assert x.unit == "V"
    for digest in list(store.list("chunks")):
        store.delete("chunks", digest)
    numpy.testing.assert_array_equal(x[...], VALUES)
    hdf5(tmp_path / "raw.h5", VALUES + 1)
    with pytest.raises(StoreMissingError) as caught:
        linkdata.open(path).data.x[0, 0]
    assert any("raw:/x" in str(one) for one in caught.value.diagnostic.related)


def test_a_file_that_is_gone_is_not_missed_while_the_store_has_all(tmp_path: Path) -> None:
    stored(tmp_path / "doc.yaml.chunks")
    text = f'x:\n  chunks: "{DIGEST}"\n  from: {{type: hdf5, source: "raw:/x"}}'
    path = document(tmp_path, text, "id: doc, prefixes: {raw: {path: raw.h5}}")
    numpy.testing.assert_array_equal(linkdata.open(path).data.x[...], VALUES)


# Verified sources


@pytest.mark.parametrize("depth", ["content", "stored"])
@pytest.mark.parametrize("name", ["x", "bare"])
def test_a_dataset_with_its_digest(depth: Any, name: str, tmp_path: Path) -> None:
    hdf5(tmp_path / "raw.h5")
    file = linkdata.open(tmp_path / "raw.h5").data
    array = file[name].entity.array if name == "x" else file[name]
    digest = add_array(array, digest=depth).digest
    text = f'x:\n  from: {{type: hdf5, source: "raw:/{name}", digest: "{digest}"}}\n  note: n'
    path = document(tmp_path, text, "id: doc, prefixes: {raw: {path: raw.h5}}")
    x = linkdata.open(path).data.x
    assert type(x.entity.array) is VerifiedArray
    assert type(x.value) is VerifiedArray
    numpy.testing.assert_array_equal(x[...], VALUES)
    assert [one.code for one in linkdata.check(path, verify=True)] == ["meta-base-missing"]
    expanded = linkdata.open(path).dumps("json", expanded=True)
    assert str(digest) in expanded
    changed = VALUES.copy()
    changed[19, 2] += 1
    hdf5(tmp_path / "raw.h5", changed)
    again = linkdata.open(path)
    with pytest.raises(DigestMismatchError):
        again.data.x[0]  # without a manifest all of it is gone through
    assert "digest-mismatch" not in {one.code for one in linkdata.check(path)}
    found = [one for one in linkdata.check(path, verify=True) if one.code == "digest-mismatch"]
    assert len(found) == 1
    assert found[0].span is not None


def test_a_group_has_no_digest(tmp_path: Path) -> None:
    hdf5(tmp_path / "raw.h5")
    text = f'x: {{from: {{type: hdf5, source: "raw:/group", digest: "{DIGEST}"}}}}'
    path = document(tmp_path, text, "id: doc, prefixes: {raw: {path: raw.h5}}")
    assert "from-invalid" in {one.code for one in linkdata.check(path)}


def test_a_store_is_described_in_the_expanded_form(tmp_path: Path) -> None:
    stored(tmp_path / "doc.yaml.chunks")
    path = document(tmp_path, f'x: {{chunks: "{DIGEST}"}}')
    made = linkdata.open(path).dumps("json", expanded=True)
    assert f'"chunks": "{DIGEST}"' in made
    assert '"dtype": "int16"' in made
    shutil.rmtree(tmp_path / "doc.yaml.chunks")
    with pytest.raises(StoreMissingError):
        linkdata.open(path).dumps("json", expanded=True)


def test_a_wrong_dtype_is_told_when_it_is_read(tmp_path: Path) -> None:
    stored(tmp_path / "doc.yaml.chunks")
    path = document(tmp_path, f'x: {{chunks: "{DIGEST}", dtype: int32}}')
    with pytest.raises(DocumentError) as caught:
        linkdata.open(path).data.x[0]
    assert caught.value.code == "chunks-invalid"
    assert caught.value.diagnostic.span is not None
