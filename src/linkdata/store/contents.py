"""What stores know of the bytes that they keep: whether they are good, and which chunks they name.

Takes: object files of both kinds.
Gives: `check`, `check_new`, `is_good`, and the error `missing`.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".
"""

from __future__ import annotations

from collections.abc import Callable

from linkdata.errors import LinkdataError, StoreCorruptError, StoreMissingError, error
from linkdata.store import manifest, objects
from linkdata.store.digests import Digest
from linkdata.store.framing import Fresh
from linkdata.store.protocols import Kind

_CALLED: dict[Kind, str] = {"chunks": "chunk", "manifests": "manifest"}
_HINTS: dict[Kind, str] = {
    "chunks": "get it from another store or its source (`linkdata store repair --from`)",
    "manifests": "get the array from another store (`linkdata store pull`)",
}


def called(kind: Kind) -> str:
    """What one object of a kind is called."""
    return _CALLED[kind]


def place(kind: Kind, digest: Digest, name: str) -> str:
    """How messages name an object of the store `name`."""
    return f"{name}:{called(kind)} {digest}"


def check(
    kind: Kind, digest: Digest, data: bytes, name: str, *, deep: bool = False
) -> tuple[Digest, ...]:
    """Verify an object file by its seal and its stored digest; gives the chunks that it names.

    With `deep` a chunk is decoded, and its content verified. Raises `StoreCorruptError` where it
    is not what `digest` says, `StoreError` where nobody here can say (`store-version-unknown`,
    `store-codec-unknown`, `store-array-unsupported`).
    """
    return _CHECKS[kind](data, digest, place(kind, digest, name), deep)


def check_new(kind: Kind, digest: Digest, data: bytes | Fresh, name: str) -> tuple[Digest, ...]:
    """Verify an object file that is to be kept; one that was made just now is taken at its word.

    Gives and raises what `check` does.
    """
    if isinstance(data, Fresh) and kind == "chunks" and data.digest == digest:
        return ()
    return check(kind, digest, bytes(data), name)


def is_good(kind: Kind, digest: Digest, data: bytes, *, deep: bool = False) -> bool:
    """Whether an object file is not corrupt. One of a later version is for others to judge."""
    try:
        check(kind, digest, data, "", deep=deep)
    except StoreCorruptError:
        return False
    except LinkdataError:
        return True
    return True


def missing(kind: Kind, digest: Digest | None, name: str) -> StoreMissingError:
    """The error that a store does not have an object."""
    what = called(kind)
    return StoreMissingError(
        error(
            f"store-{what}-missing", f"the store `{name}` has no {what} {digest}", place=name,
            hint=_HINTS[kind],
        )
    )  # fmt: skip


def _check_chunk(data: bytes, digest: Digest, place: str, deep: bool) -> tuple[Digest, ...]:
    found = objects.opened(data, digest, place)
    if deep:
        found.verified()
    return ()


def _check_manifest(data: bytes, digest: Digest, place: str, deep: bool) -> tuple[Digest, ...]:
    return tuple(manifest.opened(data, digest, place).chunk_digests())


_CHECKS: dict[Kind, Callable[[bytes, Digest, str, bool], tuple[Digest, ...]]] = {
    "chunks": _check_chunk,
    "manifests": _check_manifest,
}
