from __future__ import annotations

import hashlib
from pathlib import Path

import blake3
import pytest

from linkdata.errors import DigestMismatchError, DocumentError, RetrievalError
from linkdata.resolve.bindings import Binder
from linkdata.resolve.registry import Bound
from linkdata.resolve.retrievers import file_location
from linkdata.resolve.verified import VerifiedFiles
from linkdata.roots import Roots
from linkdata.spans import Source
from linkdata.syntax.document import documents
from linkdata.syntax.reader import read

DIGESTS = {
    "blake3": blake3.blake3(b"good").hexdigest(),
    "blake2b": hashlib.blake2b(b"good").hexdigest(),
    "blake2b-512": hashlib.blake2b(b"good").hexdigest(),
    "blake2b-256": hashlib.blake2b(b"good", digest_size=32).hexdigest(),
    "sha256": hashlib.sha256(b"good").hexdigest(),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "data"
    found.mkdir()
    (found / "good").write_bytes(b"good")
    (found / "bad").write_bytes(b"bad")
    return found


def bound(folder: Path, declaration: str) -> Bound:
    made, found = documents(read(Source("x.yaml", f"prefixes: {{f: {declaration}}}\n")))
    assert found == []
    return Bound(made[0].meta.prefixes["f"], file_location(folder / "x.yaml"), "urn:linkdata:")


def bind(folder: Path, declaration: str) -> str:
    binder = Binder(Roots([folder]), VerifiedFiles(folder.parent / "cache"))
    return binder.file(bound(folder, declaration)).name


@pytest.mark.parametrize("name", DIGESTS)
def test_every_algorithm(folder: Path, name: str) -> None:
    assert bind(folder, f"{{path: good, hash: '{name}:{DIGESTS[name]}'}}") == "good"
    with pytest.raises(DigestMismatchError):
        bind(folder, f"{{path: bad, hash: '{name}:{DIGESTS[name]}'}}")


def test_a_short_bare_blake2b_is_that_of_256_bits(folder: Path) -> None:
    assert bind(folder, f"{{path: good, hash: 'blake2b:{DIGESTS['blake2b-256']}'}}") == "good"


def test_all_digests_must_match(folder: Path) -> None:
    good = f"{{hash: 'sha256:{DIGESTS['sha256']}'}}, {{hash: 'blake3:{DIGESTS['blake3']}'}}"
    assert bind(folder, f"[{{path: good}}, {good}]") == "good"
    with pytest.raises(DigestMismatchError):
        bind(folder, f"[{{path: good}}, {good}, {{hash: 'sha256:{'0' * 64}'}}]")


def test_the_first_location_whose_content_matches(folder: Path) -> None:
    places = "{path: none}, {path: bad}, {url: http://x/}, {path: good}"
    assert bind(folder, f"[{places}, {{hash: 'sha256:{DIGESTS['sha256']}'}}]") == "good"
    assert bind(folder, f"[{places}]") == "bad"  # without a digest the first that is there


def test_a_mismatch_names_both_digests_and_comes_first(folder: Path) -> None:
    with pytest.raises(DigestMismatchError) as caught:
        bind(folder, f"[{{path: none}}, {{path: bad}}, {{hash: 'sha256:{DIGESTS['sha256']}'}}]")
    assert [found.code for found in caught.value.diagnostics] == [
        "digest-mismatch",
        "resource-missing",
    ]
    message = caught.value.diagnostic.message
    assert DIGESTS["sha256"] in message
    assert hashlib.sha256(b"bad").hexdigest() in message


def test_every_wrong_digest_is_told(folder: Path) -> None:
    with pytest.raises(DigestMismatchError) as caught:
        bind(
            folder,
            f"[{{path: good}}, {{hash: 'sha256:{'0' * 64}'}}, {{hash: 'blake3:{'1' * 64}'}}]",
        )
    assert "sha256:" + "0" * 64 in caught.value.diagnostic.message
    assert "blake3:" + "1" * 64 in caught.value.diagnostic.related[0].message


@pytest.mark.parametrize(
    ("digest", "code"),
    [
        (f"sha256:{'0' * 63}", "digest-malformed"),
        (f"sha256:{'A' * 64}", "digest-malformed"),
        ("0" * 64, "digest-malformed"),
        (f"md5:{'0' * 32}", "digest-unknown-algorithm"),
    ],
)
def test_a_bad_digest_is_told_where_it_stands(folder: Path, digest: str, code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        bind(folder, f"{{path: good, hash: '{digest}'}}")
    assert caught.value.code == code
    assert caught.value.diagnostic.span is not None


@pytest.mark.parametrize(
    ("declaration", "code"),
    [
        ("{url: http://x/}", "network-refused"),
        ("{path: http://x/}", "network-refused"),
        ("{path: //host/x}", "network-refused"),
        ("{path: none}", "resource-missing"),
        ("{path: ../outside}", "resource-outside-roots"),
        ("{path: /etc/passwd}", "resource-outside-roots"),
        ('{path: "a\\0b"}', "resource-unreadable"),
        ("{path: .}", "resource-not-regular"),
    ],
)
def test_refusals_at_the_place_of_the_location(folder: Path, declaration: str, code: str) -> None:
    with pytest.raises(RetrievalError) as caught:
        bind(folder, declaration)
    assert caught.value.code == code
    assert str(caught.value.diagnostic.span).startswith("x.yaml:1:")


@pytest.mark.parametrize("name", ["session:1", "a:b"])
def test_a_path_with_a_colon(folder: Path, name: str) -> None:
    (folder / name).touch()
    assert bind(folder, f"{{path: '{name}'}}") == name


def test_what_has_a_scheme_and_slashes_is_no_path(folder: Path) -> None:
    with pytest.raises(RetrievalError) as caught:
        bind(folder, "{path: http://x/y}")
    assert caught.value.code == "network-refused"
