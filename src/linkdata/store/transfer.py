"""Transfer: bringing arrays from one store to another, and only what is missing there.

Takes: two stores, perhaps the digests of arrays.
Gives: `transfer`, and what it did, `Transferred`.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".

A manifest comes after its chunks, so that one that is there says that they are: an array that is
there is left without a look at its chunks, and what was broken off goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from linkdata.errors import Diagnostic, LinkdataError, StoreCorruptError, StoreMissingError
from linkdata.store import contents
from linkdata.store.digests import Digest
from linkdata.store.marking import chunks_of
from linkdata.store.parallel import each
from linkdata.store.protocols import CollectableStore, Kind, ReadableStore

_WORKERS = 8  # the time goes into waiting for a network or a disk


@dataclass
class Transferred:
    """How many objects and bytes were moved, how many were there; what could not be moved, and why.

    `size` counts all bytes of moved objects, `chunk_size` those of chunks.
    """

    manifests: int = 0
    chunks: int = 0
    size: int = 0
    chunk_size: int = 0
    there: int = 0
    findings: list[Diagnostic] = field(default_factory=list)


def transfer(
    source: ReadableStore,
    target: CollectableStore,
    wanted: Iterable[Digest] | None = None,
    *,
    told: Callable[[int], None] | None = None,
) -> Transferred:
    """Bring the arrays and chunks that `wanted` names, or all, from one store to another.

    What is corrupt or missing in `source` is told among the findings, and the arrays that need it
    are not brought; everything else is. `told` hears of the bytes that were moved. Raises
    `StoreError` when either store cannot be used.
    """
    done = Transferred()
    manifests, loose = _wanted(source, wanted, done)
    with target.lock():
        for manifest in manifests:
            loose -= _bring_array(source, target, manifest, done, told or (lambda size: None))
        rest = sorted(loose, key=str)
        _bring(source, target, "chunks", rest, done, told or (lambda size: None))
        target.flush()
    return done


def _wanted(
    source: ReadableStore, wanted: Iterable[Digest] | None, done: Transferred
) -> tuple[list[Digest], set[Digest]]:
    """The manifests to bring, and the chunks to bring whether a manifest names them or not."""
    if wanted is None:
        return sorted(source.list("manifests"), key=str), set(source.list("chunks"))
    manifests, loose = [], set()
    for digest in dict.fromkeys(wanted):
        if source.has("manifests", digest):
            manifests.append(digest)
        elif source.has("chunks", digest):
            loose.add(digest)
        else:
            done.findings.append(contents.missing("manifests", digest, source.name).diagnostic)
    return manifests, loose


def _bring_array(
    source: ReadableStore,
    target: CollectableStore,
    manifest: Digest,
    done: Transferred,
    told: Callable[[int], None],
) -> set[Digest]:
    """Bring an array; gives its chunks, of which there is no more to be said."""
    try:
        chunks = chunks_of(source, manifest)
    except (StoreCorruptError, StoreMissingError) as problem:
        done.findings += problem.diagnostics
        return set()
    if target.has("manifests", manifest):
        target.refresh("manifests", manifest)
        done.there += 1
    elif _bring(source, target, "chunks", chunks, done, told):
        _bring(source, target, "manifests", [manifest], done, told)
    return set(chunks)


def _bring(
    source: ReadableStore,
    target: CollectableStore,
    kind: Kind,
    digests: Iterable[Digest],
    done: Transferred,
    told: Callable[[int], None],
) -> bool:
    """Bring objects that are not there; whether all of them are now."""
    whole = True
    for moved in each(partial(_moved, source, target, kind), digests, _WORKERS):
        if moved is None:
            done.there += 1
        elif isinstance(moved, int):
            done.size += moved
            if kind == "chunks":
                done.chunks += 1
                done.chunk_size += moved
            else:
                done.manifests += 1
            told(moved)
        else:
            done.findings += moved.diagnostics
            whole = False
    return whole


def _moved(
    source: ReadableStore, target: CollectableStore, kind: Kind, digest: Digest
) -> int | LinkdataError | None:
    """How many bytes were moved; None if the object was there; what is wrong with it here."""
    if target.has(kind, digest):
        target.refresh(kind, digest)
        return None
    try:
        data = source.get(kind, digest)
        contents.check(kind, digest, data, source.name)
    except (StoreCorruptError, StoreMissingError) as problem:
        return problem
    target.put(kind, digest, data)
    return len(data)
