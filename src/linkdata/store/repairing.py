"""Repairing a store: putting good objects where corrupt or missing ones are.

Takes: a store, and other stores that may have what it lacks.
Gives: `repair`, and what it did, `Repaired`; `wrong`, what there is to be repaired.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".

What is brought is verified before it is put. A corrupt object is put aside, never deleted; what
lies in quarantine is tried too, as it may have been the disk that read wrongly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from linkdata.errors import Diagnostic, LinkdataError
from linkdata.store import contents
from linkdata.store.digests import Digest
from linkdata.store.protocols import CollectableStore, Kind, ReadableStore
from linkdata.store.verifying import Checked, State, verify


@dataclass
class Repaired:
    """What was put right, and what was not, with its findings."""

    repaired: list[tuple[Kind, Digest]] = field(default_factory=list)
    failed: list[tuple[Kind, Digest]] = field(default_factory=list)
    findings: list[Diagnostic] = field(default_factory=list)


def wrong(store: CollectableStore, *, deep: bool = False) -> Iterator[Checked]:
    """What is corrupt or missing in a store; manifests first. Nothing is changed."""
    # Of chunks in quarantine those matter that a manifest names; of manifests nobody else knows.
    for digest in sorted(store.in_quarantine("manifests") - set(store.list("manifests")), key=str):
        finding = contents.missing("manifests", digest, store.name).diagnostic
        yield Checked("manifests", digest, State.MISSING, finding=finding)
    for checked in verify(store, deep=deep):
        if checked.state in (State.CORRUPT, State.MISSING):
            yield checked


def repair(
    store: CollectableStore, sources: Sequence[ReadableStore], *, deep: bool = False
) -> Repaired:
    """Put right what is corrupt or missing, from the first source that has it good.

    What cannot be put right is put aside, so that nobody reads it. Raises `StoreError` when a store
    cannot be used.
    """
    made = _Repair(store, sources, deep)
    for checked in list(wrong(store, deep=deep)):
        made.mend(checked)
    store.flush()
    return made.done


class _Repair:
    def __init__(
        self, store: CollectableStore, sources: Sequence[ReadableStore], deep: bool
    ) -> None:
        self._store, self._sources, self._deep = store, sources, deep
        self._seen: dict[tuple[Kind, Digest], bool] = {}
        self.done = Repaired()

    def mend(self, checked: Checked) -> bool:
        """Put an object right, if nobody tried to before; whether it is good now."""
        key = (checked.kind, checked.digest)
        if key not in self._seen:
            self._seen[key] = self._mended(checked)
            (self.done.repaired if self._seen[key] else self.done.failed).append(key)
            if not self._seen[key] and checked.finding is not None:
                self.done.findings.append(checked.finding)
        return self._seen[key]

    def _mended(self, checked: Checked) -> bool:
        kind, digest, store = checked.kind, checked.digest, self._store
        data = _good(store, self._sources, kind, digest, self._deep)
        if data is None or self._deep:
            # With `deep` the seal may be whole and the content wrong: `put` would keep it.
            store.quarantine(kind, digest)
        if data is None:
            return False
        # Chunks before their manifest, as always; nobody knew of them before.
        named = contents.check(kind, digest, data, store.name)
        lacking = [chunk for chunk in named if not store.has("chunks", chunk)]
        mended = [self.mend(_missing(chunk, digest, store.name)) for chunk in lacking]
        if not all(mended):
            return False
        store.put(kind, digest, data)
        return True


def _missing(chunk: Digest, array: Digest, name: str) -> Checked:
    finding = contents.missing("chunks", chunk, name).diagnostic
    return Checked("chunks", chunk, State.MISSING, finding=finding, array=array)


def _good(
    store: CollectableStore,
    sources: Sequence[ReadableStore],
    kind: Kind,
    digest: Digest,
    deep: bool,
) -> bytes | None:
    """A good object file of this digest, from wherever there is one."""
    for data in _candidates(store, sources, kind, digest):
        if contents.is_good(kind, digest, data, deep=deep):
            return data
    return None


def _candidates(
    store: CollectableStore, sources: Sequence[ReadableStore], kind: Kind, digest: Digest
) -> Iterator[bytes]:
    for source in sources:
        try:
            yield source.get(kind, digest)
        except LinkdataError:  # it does not have it, or cannot give it: the next one may
            continue
    try:
        yield from store.quarantined(kind, digest)
    except LinkdataError:
        return
