from __future__ import annotations

import pytest

from linkdata.errors import UsageError
from linkdata.store.cids import cid
from linkdata.store.digests import Digest, digest_bytes


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        # As other implementations write them for the bytes `hello`.
        ("sha256", "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"),
        ("blake3", "bafkr4ihkr4ld3m4gqkjf4reryxsy2s5tkbxprqkow6fin2iiyvreuzzab4"),
    ],
)
def test_a_cid_is_that_of_others(algorithm: str, expected: str) -> None:
    assert cid(digest_bytes(b"hello", by=algorithm)) == expected


def test_algorithms_with_large_numbers() -> None:
    assert cid(digest_bytes(b"hello", by="blake2b-512")).startswith("bafk4bzac")
    assert cid(digest_bytes(b"hello", by="blake2b-256")).startswith("bafk2bzac")


def test_an_algorithm_without_a_number() -> None:
    with pytest.raises(UsageError):
        cid(Digest("toy", "00ff"))
