"""Where things lie in a store: the names of its objects, and the record that makes it one.

Takes: kinds and digests; names that a folder or bucket lists.
Gives: paths (their parts joined by `/`, relative to the store) and back; the store's record.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".

    linkdata-store.json             what this is, and of which version
    chunks/<algorithm>/<2 hex>/<hex>
    manifests/<algorithm>/<2 hex>/<hex>
    quarantine/<kind>/<algorithm>-<hex>.<random>
    tmp/<random>                    what is being written
    locks/

The layout is the same in a folder and in a bucket.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import secrets

from linkdata.errors import StoreError, error
from linkdata.store.digests import Digest
from linkdata.store.protocols import Kind

RECORD = "linkdata-store.json"
VERSION = 1
TEMPORARY = "tmp"
LOCKS = "locks"
QUARANTINE = "quarantine"

RECORD_LIMIT = 4096
"""No record is longer than this, in bytes."""

OBJECT_LIMIT = (4 << 30) + (1 << 20)
"""No object file is longer than this, in bytes: HDF5 has no chunk of 4 GiB, and a header."""

_ALGORITHM = re.compile(r"[a-z][a-z0-9-]*\Z")
_HEX = re.compile(r"[0-9a-f]{32,}\Z")
_TEMPORARY = re.compile(r"[0-9a-f]{32}\Z")
_HERE = os.urandom(8).hex()
_NUMBERS = itertools.count()


def folder_path(kind: Kind, digest: Digest) -> str:
    """The folder that an object lies in."""
    return f"{kind}/{digest.algorithm}/{digest.hex[:2]}"


def object_path(kind: Kind, digest: Digest) -> str:
    """The path of an object."""
    return f"{folder_path(kind, digest)}/{digest.hex}"


def object_digest(path: str) -> Digest | None:
    """The digest of the object at a path, or None for a path that is not of an object."""
    parts = path.split("/")
    if len(parts) != 4 or not _ALGORITHM.match(parts[1]) or not _HEX.match(parts[3]):
        return None
    return Digest(parts[1], parts[3]) if parts[3][:2] == parts[2] else None


def is_fan(name: str) -> bool:
    """Whether this is the name of a folder that objects lie in: two digits."""
    return len(name) == 2 and set(name) <= set("0123456789abcdef")


def is_algorithm(name: str) -> bool:
    """Whether this can be the name of an algorithm's folder."""
    return _ALGORITHM.match(name) is not None


def temporary_path() -> str:
    """A new name for what is being written.

    The process, by chance and by its number, which a fork changes; and how many it had before.
    """
    return f"{TEMPORARY}/{_HERE}{os.getpid() & 0xFFFFFFFF:08x}{next(_NUMBERS):08x}"


def is_temporary(name: str) -> bool:
    """Whether a name in the folder of temporary files is one of ours."""
    return _TEMPORARY.match(name) is not None


def quarantine_path(kind: Kind, digest: Digest) -> str:
    """A new name for a corrupt object that is put aside."""
    return f"{QUARANTINE}/{kind}/{digest.algorithm}-{digest.hex}.{secrets.token_hex(4)}"


def quarantined_digest(name: str) -> Digest | None:
    """The digest that an object in quarantine had, from its name."""
    algorithm, _, rest = name.rpartition("-")
    digits, _, _ = rest.partition(".")
    if not _ALGORITHM.match(algorithm) or not _HEX.match(digits):
        return None
    return Digest(algorithm, digits)


def record() -> bytes:
    """The record of a new store."""
    text = json.dumps({"linkdata": "store", "version": VERSION}, separators=(",", ":"))
    return text.encode() + b"\n"


def check_record(data: bytes, name: str) -> None:
    """Raise `StoreError` unless `data` is the record of a store that can be used here.

    `store-invalid`: it is no record; `store-version-unknown`: a version that is not known.
    """
    if data == record():
        return
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.get("linkdata") != "store" or _is_known(found):
        raise StoreError(
            error("store-invalid", f"`{name}` is not a store: its {RECORD} is not that of one",
                  hint="if it was one, write the line that other stores have there", place=name)
        )  # fmt: skip
    raise StoreError(
        error(
            "store-version-unknown", f"the store `{name}` is of version {found.get('version')!r}",
            hint=f"this linkdata knows version {VERSION}; a later one may know it", place=name,
        )
    )  # fmt: skip


def _is_known(found: dict[str, object]) -> bool:
    return type(found.get("version")) is int and found["version"] == VERSION
