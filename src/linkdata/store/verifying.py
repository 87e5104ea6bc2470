"""Verifying a store: whether it has all that its manifests name, and whether it is as it was put.

Takes: a store.
Gives: `verify`, one `Checked` for each object; `State`.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".

Nothing is changed. Each object is read whole: the seal of its first line and the stored digest of
its payload find every changed bit. `deep` decodes chunks and compares the content digest too, which
finds what was wrong before it was put.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from linkdata.errors import (
    Diagnostic,
    LinkdataError,
    StoreCorruptError,
    StoreError,
    StoreMissingError,
)
from linkdata.store import contents
from linkdata.store.digests import Digest
from linkdata.store.parallel import cores, each
from linkdata.store.protocols import KINDS, Kind, ReadableStore


class State(StrEnum):
    """What an object was found to be."""

    GOOD = "good"
    CORRUPT = "corrupt"
    MISSING = "missing"  # a manifest names it
    UNKNOWN = "unknown"  # of a later version, or of a codec that is not there


@dataclass(frozen=True, slots=True)
class Checked:
    """An object that was looked at: its file had `size` bytes. `array` is a manifest that names it.

    `named` are the chunks that it names, if it is a manifest.
    """

    kind: Kind
    digest: Digest
    state: State
    size: int = 0
    finding: Diagnostic | None = None
    array: Digest | None = None
    named: tuple[Digest, ...] = ()


@dataclass(frozen=True, slots=True)
class Subset:
    """Part `number` (from 1) of `total` parts of all chunks, by their digests."""

    number: int
    total: int

    def holds(self, digest: Digest) -> bool:
        """Whether a chunk is in this part. Each one is in exactly one of them."""
        return int(digest.hex[:8], 16) % self.total == self.number - 1


ALL = Subset(1, 1)


def verify(
    store: ReadableStore,
    *,
    deep: bool = False,
    subset: Subset = ALL,
    workers: int | None = None,
) -> Iterator[Checked]:
    """Look at each object of a store; of chunks, at those of `subset`. Manifests come first.

    A manifest without content digests names no chunks: they lie in the file that it was made from.
    Raises `StoreError` when the store itself cannot be read.
    """
    chunks = set(store.list("chunks"))
    named: dict[Digest, Digest] = {}
    workers = workers or cores()
    for kind in reversed(KINDS):
        if kind == "manifests":
            found = set(store.list(kind))
        else:
            found = set(filter(subset.holds, chunks))
        look = partial(_looked_at, store, kind, deep)
        for checked in each(look, found, workers):
            if kind == "manifests":
                named.update(dict.fromkeys(checked.named, checked.digest))
            if checked.state is State.MISSING:
                continue  # removed since it was listed, by a collection
            yield checked
    for digest in sorted(filter(subset.holds, named.keys() - chunks), key=str):
        if not store.has("chunks", digest):
            problem = contents.missing("chunks", digest, store.name)
            array = named[digest]
            yield Checked("chunks", digest, State.MISSING, finding=problem.diagnostic, array=array)


def _looked_at(store: ReadableStore, kind: Kind, deep: bool, digest: Digest) -> Checked:
    size = 0
    try:
        data = store.get(kind, digest)
        size = len(data)
        named = contents.check(kind, digest, data, store.name, deep=deep)
    except StoreMissingError:
        return Checked(kind, digest, State.MISSING)
    except LinkdataError as problem:
        return Checked(kind, digest, _state(problem), size, problem.diagnostic)
    return Checked(kind, digest, State.GOOD, size, named=named)


def _state(problem: LinkdataError) -> State:
    if isinstance(problem, StoreCorruptError):
        return State.CORRUPT
    # The system cannot read it, or a link leads astray: whatever it is, it is not what was put.
    unreadable = isinstance(problem, StoreError) and problem.code == "store-unreadable"
    return State.CORRUPT if unreadable else State.UNKNOWN
