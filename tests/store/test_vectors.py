"""The fixed bytes and digests of `specs/conformance/chunks.json`."""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from linkdata.errors import LinkdataError
from linkdata.store import canonical, manifest, objects
from linkdata.store.digests import Digest
from linkdata.store.elements import element
from linkdata.store.grids import slab

FILE = Path(__file__).parents[2] / "specs" / "conformance" / "chunks.json"
VECTORS: dict[str, list[dict[str, Any]]] = json.loads(FILE.read_text(encoding="utf-8"))


def cases(kind: str) -> pytest.MarkDecorator:
    found = VECTORS[kind]
    return pytest.mark.parametrize(
        "case", found, ids=[case.get("title") or str(case["shape"]) for case in found]
    )


@cases("chunks")
def test_a_chunk_has_these_bytes_and_this_digest(case: dict[str, Any]) -> None:
    kind, shape, data = element(case["dtype"]), tuple(case["shape"]), bytes.fromhex(case["bytes"])
    assert kind.name == case["dtype"]
    values = canonical.values(kind, shape, data)
    assert values.shape[: len(shape)] == shape
    pieces = canonical.body(kind, values)
    assert b"".join(pieces) == data
    assert str(canonical.content_digest(kind, shape, pieces)) == case["digest"]


def test_the_digest_is_that_of_the_bytes_that_the_specification_says() -> None:
    case = VECTORS["chunks"][0]
    assert case["bytes"] == "0100feff03000001" + "0000" + "0080"
    header = b'linkdata chunk 1\n{"dtype":"int16","shape":[2,3]}\n'
    hashed = blake3(header + bytes.fromhex(case["bytes"])).hexdigest()
    assert case["digest"] == f"blake3:{hashed}"


def test_no_two_chunks_have_one_digest() -> None:
    digests = [case["digest"] for case in VECTORS["chunks"]]
    assert len(set(digests)) == len(digests)


@cases("slabs")
def test_an_array_without_chunks_is_cut_so(case: dict[str, Any]) -> None:
    kind, shape = element(case["dtype"]), tuple(case["shape"])
    grid = slab(shape, kind.nominal)
    assert list(grid) == case["grid"]
    assert prod(grid) == 1 or prod(grid) * kind.nominal <= 1 << 20


@cases("arrays")
def test_a_manifest_has_these_digests_and_this_file(case: dict[str, Any]) -> None:
    data = bytes.fromhex(case["file"])
    found = manifest.opened(data)
    assert found.identity() == case["identity"]
    assert (None if found.content is None else str(found.content)) == case["content"]
    assert (None if found.stored is None else str(found.stored)) == case["stored"]
    assert manifest.sealed(found) == data
    assert json.loads(data.partition(b"\n")[2]) == {
        "identity": case["identity"],
        "storage": case["storage"],
    }


def test_the_digest_of_an_array_is_that_of_the_bytes_that_the_specification_says() -> None:
    case = VECTORS["arrays"][0]
    text = json.dumps(case["identity"], sort_keys=True, separators=(",", ":"))
    hashed = blake3(b"linkdata array 1\n" + text.encode()).hexdigest()
    assert case["content"] == f"blake3:{hashed}"
    case = VECTORS["arrays"][3]
    facts = {**case["identity"], "chunks": case["storage"]}
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    hashed = blake3(b"linkdata stored 1\n" + text.encode()).hexdigest()
    assert case["stored"] == f"blake3:{hashed}"


@cases("objects")
def test_an_object_is_read_or_refused(case: dict[str, Any]) -> None:
    data, digest = bytes.fromhex(case["file"]), Digest.parse(case["digest"])
    if "error" in case:
        with pytest.raises(LinkdataError) as caught:
            objects.opened(data, digest, "store/x").verified()
        assert caught.value.code == case["error"]
        assert caught.value.diagnostic.place == "store/x"
    else:
        found = objects.opened(data, digest).verified()
        assert objects.sealed(digest, found.form, found.payload) == data
