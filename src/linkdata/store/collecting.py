"""Collecting: removing what no document names any more.

Takes: a store, and the digests that documents name.
Gives: `collect` and what it did, `Collected`.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".

Kept are: what the roots name; every manifest younger than the grace, for its document may still be
in the making; all chunks of a manifest that is kept; every chunk younger than the grace. The grace
is counted back from when the collection began, before it was told the roots: a document that came
later is not among them, however long the collection takes, or waits for its turn. Marking
runs beside readers and writers. Removing holds the store alone, a batch at a time, and looks again
at all that may have changed since: the ages, and manifests that have come.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from linkdata.errors import LinkdataError, StoreError, StoreMissingError, error
from linkdata.store import contents
from linkdata.store.digests import Digest
from linkdata.store.marking import Marks
from linkdata.store.protocols import KINDS, CollectableStore, Kind

GRACE = 14 * 24 * 3600.0
"""Seconds for which what nobody names is kept: two weeks."""

_BATCH = 500  # objects removed while the writers wait


@dataclass
class Collected:
    """What a collection removed, or would have; and what it kept.

    `absent` are roots that are neither a manifest nor a chunk of the store.
    """

    manifests: int = 0
    chunks: int = 0
    temporary: int = 0
    size: int = 0
    kept_manifests: int = 0
    kept_chunks: int = 0
    absent: tuple[Digest, ...] = ()


def collect(
    store: CollectableStore,
    roots: Iterable[Digest],
    *,
    grace: float = GRACE,
    dry_run: bool = False,
    told: Callable[[int], None] | None = None,
) -> Collected:
    """Remove what `roots` do not name and what was older than `grace` seconds when this began.

    Roots are digests of arrays and of chunks; they are taken when the time has been noted. With a
    grace of 0 everything goes that they do not name: then nobody may write meanwhile. `told` hears
    how many objects have been looked at. Raises `StoreError` when a manifest that is to be kept
    cannot be read, as its chunks are not known then, with nothing removed; `store-locked`.
    """
    return _Collection(store, roots, grace, dry_run, told or (lambda count: None)).run()


class _Collection:
    def __init__(
        self,
        store: CollectableStore,
        roots: Iterable[Digest],
        grace: float,
        dry_run: bool,
        told: Callable[[int], None],
    ) -> None:
        self._began = time.monotonic()
        self._store = store
        self._roots = frozenset(roots)
        self._grace = grace
        self._dry_run = dry_run
        self._told = told
        self._marks = Marks(store)
        self._seen: frozenset[Digest] = frozenset()
        self._done = Collected()

    def run(self) -> Collected:
        store, done = self._store, self._done
        self._seen = frozenset(store.list("manifests"))
        chunks = set(store.list("chunks"))
        for lost in self._roots & store.in_quarantine("manifests") - self._seen:
            raise self._stopped(contents.missing("manifests", lost, store.name), lost)
        done.absent = tuple(sorted(self._roots - self._seen - chunks, key=str))
        self._mark(self._seen & self._roots)
        self._mark(digest for digest in self._seen if self._is_young("manifests", digest))
        # Manifests first: one that is there must not lack chunks.
        done.manifests = self._remove("manifests", self._seen - self._marks.manifests)
        done.chunks = self._remove("chunks", chunks - self._marks.chunks - self._roots)
        done.kept_manifests = len(self._seen) - done.manifests
        done.kept_chunks = len(chunks) - done.chunks
        if not self._dry_run:
            with store.lock(exclusive=True):
                done.temporary = store.sweep(self._grace)
                kept = self._marks.manifests | self._marks.chunks | self._roots
                for kind in KINDS:
                    for digest in store.in_quarantine(kind) - kept:
                        store.forget(kind, digest, self._grace)
        return done

    def _remove(self, kind: Kind, candidates: set[Digest] | frozenset[Digest]) -> int:
        removed = 0
        for batch in _batches(candidates, _BATCH):
            if self._dry_run:
                removed += self._batch(kind, batch)
            else:
                with self._store.lock(exclusive=True):
                    # Who came since the marking is kept, with its chunks, whatever its age.
                    self._mark(set(self._store.list("manifests")) - self._seen)
                    removed += self._batch(kind, batch)
            self._told(len(batch))
        return removed

    def _batch(self, kind: Kind, batch: list[Digest]) -> int:
        removed = 0
        for digest in batch:
            if self._is_young(kind, digest):
                if kind == "manifests":  # put again since the marking
                    self._mark([digest])
                continue
            if kind == "chunks" and digest in self._marks.chunks:
                continue
            try:
                size = self._store.size(kind, digest)
            except StoreMissingError:
                continue
            if not self._dry_run:
                self._store.delete(kind, digest)
            self._done.size += size
            removed += 1
        return removed

    def _mark(self, manifests: Iterable[Digest]) -> None:
        for manifest in manifests:
            try:
                self._marks.add([manifest])
            except StoreMissingError:
                continue  # another collection has removed it
            except LinkdataError as problem:
                raise self._stopped(problem, manifest) from problem
            self._told(1)

    def _stopped(self, problem: LinkdataError, manifest: Digest) -> StoreError:
        reason = f"the manifest {manifest} cannot be read, so that its chunks are not known"
        summary = error(
            problem.code,
            f"nothing is collected: {reason}",
            hint="repair the store first (`linkdata store repair`)",
            place=self._store.name,
        )
        return StoreError([summary, *problem.diagnostics])

    def _is_young(self, kind: Kind, digest: Digest) -> bool:
        since = time.monotonic() - self._began if self._grace else 0.0
        try:
            return self._store.age(kind, digest) < self._grace + since
        except StoreMissingError:
            return False


def _batches(digests: Iterable[Digest], size: int) -> Iterator[list[Digest]]:
    rest = iter(digests)
    while batch := list(islice(rest, size)):
        yield batch
