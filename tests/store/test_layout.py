from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from linkdata.store import layout
from linkdata.store.digests import Digest
from linkdata.store.protocols import KINDS

DIGESTS = st.one_of(
    st.builds(
        Digest,
        st.sampled_from(["blake3", "blake2b-256", "sha256"]),
        st.text("0123456789abcdef", min_size=64, max_size=64),
    ),
    st.builds(
        Digest, st.just("blake2b-512"), st.text("0123456789abcdef", min_size=128, max_size=128)
    ),
)


@given(st.sampled_from(KINDS), DIGESTS)
def test_paths_lead_back(kind, digest: Digest) -> None:
    path = layout.object_path(kind, digest)
    assert path.startswith(layout.folder_path(kind, digest) + "/")
    assert layout.object_digest(path) == digest
    aside = layout.quarantine_path(kind, digest)
    assert layout.quarantined_digest(aside.rpartition("/")[2]) == digest
    assert aside != layout.quarantine_path(kind, digest)


@given(st.text("abcdef0123456789/.-Z_", max_size=100))
def test_what_is_no_path_of_an_object(path: str) -> None:
    digest = layout.object_digest(path)
    if digest is not None:
        kind = path.partition("/")[0]
        assert layout.object_path(kind, digest) == path  # type: ignore[arg-type]


def test_names() -> None:
    assert layout.is_temporary(layout.temporary_path().rpartition("/")[2])
    assert not layout.is_temporary("notes.txt")
    assert layout.is_fan("0f")
    assert not any(map(layout.is_fan, ("0F", "0", "0ff", "..")))
    assert layout.quarantined_digest("README") is None
    assert layout.object_digest(f"chunks/blake3/ab/{'0' * 64}") is None


def test_the_record_is_one_line() -> None:
    layout.check_record(layout.record(), "x")
    assert layout.record() == b'{"linkdata":"store","version":1}\n'
