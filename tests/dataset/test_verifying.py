from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest
from tests.graph.test_stores import DIGEST, OTHER, document, stored

import linkdata
from linkdata.arrays.adding import add_array
from linkdata.errors import StoreCorruptError, StoreMissingError


def codes(path: Path, **how: Any) -> list[str]:
    return [one.code for one in linkdata.check(path, **how) if one.code != "meta-base-missing"]


def test_check_tells_what_is_wrong_with_a_store(tmp_path: Path) -> None:
    store = stored(tmp_path / "doc.yaml.chunks")
    path = document(
        tmp_path,
        f'a: {{chunks: "{DIGEST}", dtype: int32}}\n'
        f'b: {{chunks: "{DIGEST}", shape: [1]}}\n'
        f'c: {{chunks: "{OTHER}"}}\n'
        f'd: {{chunks: "{DIGEST}"}}',
    )
    assert codes(path) == ["chunks-invalid", "chunks-invalid", "store-manifest-missing"]
    digest = next(iter(store.list("chunks")))
    place = next(p for p in tmp_path.rglob(digest.hex))
    place.chmod(0o600)
    place.write_bytes(place.read_bytes()[:-1])
    assert "store-chunk-corrupt" not in codes(path)
    assert "store-chunk-corrupt" in codes(path, verify=True)
    assert "store-chunk-missing" in codes(path, verify=True)  # it was put aside
    with pytest.raises(StoreMissingError):
        linkdata.open(path).data.d[...]


def test_a_chunk_that_is_corrupt_names_itself(tmp_path: Path) -> None:
    store = stored(tmp_path / "doc.yaml.chunks")
    path = document(tmp_path, f'x: {{chunks: "{DIGEST}"}}')
    for digest in list(store.list("chunks")):
        place = next(p for p in tmp_path.rglob(digest.hex))
        place.chmod(0o600)
        place.write_bytes(place.read_bytes() + b" ")
    with pytest.raises(StoreCorruptError) as caught:
        linkdata.open(path).data.x[19, 2]
    assert "chunk 5" in str(caught.value)
    assert DIGEST in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ('value: [1, 2, 3], digest: "{int64}"', []),
        ('value: [1, 2, 4], digest: "{int64}"', ["digest-mismatch"]),
        ('value: [1, 2, 3], dtype: int16, digest: "{int16}"', []),
        ('value: [1, 2, 3], digest: "{int16}"', ["digest-mismatch"]),
        ('value: [a, bé], digest: "{text}"', []),
        ('value: [a, b], digest: "{text}"', ["digest-mismatch"]),
        ("value: [1, 2], digest: sometime", ["digest-malformed"]),
        ("value: some, digest: sometime", []),
    ],
)
def test_small_arrays_have_digests(fields: str, found: list[str], tmp_path: Path) -> None:
    digests = {
        "int64": add_array(numpy.array([1, 2, 3], "i8")).digest,
        "int16": add_array(numpy.array([1, 2, 3], "i2")).digest,
        "text": add_array(numpy.array(["a", "bé"], object)).digest,
    }
    path = document(tmp_path, "x: {" + fields.format(**digests) + "}")
    assert codes(path, verify=True) == found
    assert codes(path) == []


@pytest.mark.parametrize(
    "text",
    [
        f'- {{chunks: "{OTHER}"}}',
        f'- a: {{chunks: "{OTHER}"}}\n- b: 1',
        f'- - {{chunks: "{OTHER}"}}',
        f'a: {{b: {{chunks: "{OTHER}", c: 1}}}}',
    ],
)
def test_arrays_are_found_wherever_they_stand(text: str, tmp_path: Path) -> None:
    path = tmp_path / "doc.yaml"
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    path.write_text(f"meta: {{id: doc}}\ndata:\n  x:\n{lines}")
    assert codes(path) == ["store-manifest-missing"]


def test_what_says_how_a_file_was_stored_is_no_array(tmp_path: Path) -> None:
    path = tmp_path / "doc.yaml"
    path.write_text(
        "meta: {id: x}\ndata: {x: 1}\nstorage: {differences: {common: {inline: {chunks: whole}}}}\n"
    )
    assert codes(path, verify=True) == []
