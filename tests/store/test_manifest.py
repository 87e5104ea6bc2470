from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkdata.errors import LinkdataError, StoreCorruptError
from linkdata.store import framing, manifest
from linkdata.store.digests import Digest, digest_bytes
from linkdata.store.elements import element
from linkdata.store.grids import counts, extent, number_of_chunks, position, region, slab
from linkdata.store.manifest import Manifest, Storage

A, B, C, D = (digest_bytes(letter.encode()).hex for letter in "abcd")
CONTENT = Manifest(element("int16"), (3, 4), (2, 3), A + B + A + C)
STORAGE = Storage(
    B + C + D + A, (5, 6, 7, 0), ">i2", ({"id": "deflate", "level": 1},), True, {2: 1}
)
WHOLE = replace(CONTENT, storage=STORAGE)
STORED = replace(WHOLE, contents=None)
ALL = pytest.mark.parametrize("made", [CONTENT, WHOLE, STORED], ids=["content", "both", "stored"])


@ALL
def test_what_is_sealed_is_opened(made: Manifest) -> None:
    data = manifest.sealed(made)
    assert manifest.opened(data, made.digest) == made
    assert manifest.opened(memoryview(data)) == made


@ALL
def test_every_byte_counts(made: Manifest) -> None:
    data = manifest.sealed(made)
    for position_ in range(len(data)):
        changed = bytearray(data)
        changed[position_] ^= 1
        with pytest.raises(StoreCorruptError):
            manifest.opened(bytes(changed), made.digest)


def test_how_chunks_lie_has_no_part_in_the_content_digest() -> None:
    assert WHOLE.content == CONTENT.content == WHOLE.digest
    assert STORED.digest == WHOLE.stored != WHOLE.content


@pytest.mark.parametrize(
    "other",
    [
        replace(CONTENT, contents=A + B + A + B),
        replace(CONTENT, contents=B + A + A + C),
        replace(CONTENT, element=element("uint16")),
        replace(CONTENT, shape=(4, 4)),
        replace(CONTENT, shape=(3, 5)),
        replace(CONTENT, grid=(2, 2)),
        replace(CONTENT, algorithm="sha256"),
    ],
    ids=range(7),
)
def test_what_has_a_part_in_the_content_digest(other: Manifest) -> None:
    assert other.content != CONTENT.content


@pytest.mark.parametrize(
    "change",
    [
        {"digests": B + C + D + B},
        {"sizes": (5, 6, 8, 0)},
        {"packing": "<i2"},
        {"codecs": ()},
        {"padded": False},
        {"masks": {}},
    ],
    ids=str,
)
def test_what_has_a_part_in_the_stored_digest(change: dict[str, Any]) -> None:
    assert replace(STORED, storage=replace(STORAGE, **change)).stored != STORED.stored


def test_chunks_by_their_numbers() -> None:
    assert len(WHOLE) == 4
    assert WHOLE.chunk_content(3) == Digest("blake3", C)
    assert WHOLE.chunk_stored(0) == Digest("blake3", B)
    assert WHOLE.chunk_stored(3) is None  # never written
    assert STORED.chunk_expected(3) == Digest("blake3", A)
    assert STORED.chunk_expected(0) is None
    assert WHOLE.chunk_expected(0) == WHOLE.chunk_content(0)
    assert WHOLE.chunk_shape(3) == (1, 1)
    assert WHOLE.chunk_region(3) == (slice(2, 3), slice(3, 4))
    assert list(WHOLE.chunk_digests()) == [Digest("blake3", one) for one in (A, B, C)]
    assert list(STORED.chunk_digests()) == []
    form = WHOLE.chunk_form(2)
    assert (form.shape, form.padded, form.pipeline.applied) == ((1, 3), (2, 3), ())


def resealed(change: Any) -> bytes:
    """The file of a manifest that was changed, with right digests all over it."""
    payload = json.loads(manifest.sealed(WHOLE).partition(b"\n")[2])
    change(payload)
    data = framing.canonical_json(payload)
    return framing.framed("manifest", {"array": str(WHOLE.digest)}, data, digest_bytes(data))


@pytest.mark.parametrize(
    "change",
    [
        lambda payload: payload["identity"].update(chunks=A),
        lambda payload: payload["identity"].update(chunks=(A + B + A + C).upper()),
        lambda payload: payload["identity"].update(chunks=None),
        lambda payload: payload["identity"].update(shape=[2**40, 2**40], chunks=""),
        lambda payload: payload["identity"].update(shape=[3]),
        lambda payload: payload["identity"].update(grid=[0, 3]),
        lambda payload: payload["identity"].update(grid=[2, True]),
        lambda payload: payload["identity"].update(more=1),
        lambda payload: payload["identity"].pop("grid"),
        lambda payload: payload["storage"].update(sizes=[1]),
        lambda payload: payload["storage"].update(masks={"2": 1, "02": 1}),
        lambda payload: payload["storage"].update(masks={"x": 1}),
        lambda payload: payload["storage"].update(padded=1),
        lambda payload: payload["storage"].update(digests=A),
        lambda payload: payload.update(storage=3),
        lambda payload: payload.update(more=3),
        lambda payload: payload.clear(),
    ],
)
def test_manifests_of_another_form_are_refused(change: Any) -> None:
    with pytest.raises(StoreCorruptError) as caught:
        manifest.opened(resealed(change), WHOLE.digest)
    assert caught.value.code == "store-manifest-corrupt"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda payload: payload["identity"].update(dtype="int17"), "store-array-unsupported"),
        (lambda payload: payload["identity"].update(algorithm="md5"), "usage"),
        (lambda payload: payload["storage"].update(packing="x"), "store-codec-unknown"),
        (lambda payload: payload["storage"].update(codecs=[{"id": "x"}]), "store-codec-unknown"),
    ],
)
def test_manifests_of_a_later_day_are_told_from_corrupt_ones(change: Any, code: str) -> None:
    with pytest.raises(LinkdataError) as caught:
        manifest.opened(resealed(change), WHOLE.digest, "here")
    assert caught.value.code == code
    assert caught.value.diagnostic.place == "here"


SHAPES = st.lists(st.integers(0, 30), max_size=3).map(tuple)


@settings(deadline=None)
@given(SHAPES, st.integers(1, 1 << 21))
def test_slabs_cover_an_array_in_order_and_lie_in_one_piece(
    shape: tuple[int, ...], nominal: int
) -> None:
    import numpy

    grid = slab(shape, nominal)
    counted = counts(shape, grid)
    values = numpy.arange(int(numpy.prod(shape))).reshape(shape)
    seen = []
    for index in range(number_of_chunks(shape, grid)):
        at = position(index, counted)
        part = values[region(at, shape, grid)]
        assert part.shape == extent(at, shape, grid)
        assert part.size * nominal <= 1 << 20 or part.size == 1
        seen += part.ravel().tolist()
    assert seen == values.ravel().tolist()
