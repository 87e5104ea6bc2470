"""Adding: all arrays of a document or file into a store.

Takes: a dataset, and a store.
Gives: `arrays_of`, its arrays; `add_arrays`, what became of each, `Added`.
Implements: `specs/linkdata-1.0.md`, section "The command `store`".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from linkdata.arrays.adding import ArrayEntry, Depth, add_array
from linkdata.arrays.chunking import HasChunks
from linkdata.errors import Diagnostic, LinkdataError
from linkdata.graph.entity import Entity
from linkdata.graph.graph import Graph, links

if TYPE_CHECKING:
    from linkdata.store.protocols import WritableStore

Told = Callable[[str, int, int], None]


class Found(NamedTuple):
    """An array of a dataset, and the reference by which its document reaches it."""

    reference: str
    array: Any


@dataclass(frozen=True)
class Added:
    """What became of an array: its entry in the store, or what is wrong with it."""

    reference: str
    entry: ArrayEntry | None = None
    finding: Diagnostic | None = None


def arrays_of(
    graph: Graph, failed: Callable[[LinkdataError], None] | None = None
) -> Iterator[Found]:
    """All arrays that a document brings from files or stores, each once.

    Lists that are written in the document, and single values, are not among them. `failed` hears of
    fields that cannot be followed; without it that raises.
    """
    seen: set[str] = set()
    for array in _arrays(graph, failed or _raised):
        reference = _reference(graph, array)
        if reference not in seen:
            seen.add(reference)
            yield Found(reference, array)


def _arrays(graph: Graph, failed: Callable[[LinkdataError], None]) -> Iterator[Any]:
    """Arrays with axes, perhaps several times. As `Graph.walk`, past what fails."""
    seen: set[int] = set()
    waiting = list(graph.roots())[::-1]
    while waiting:
        entity = waiting.pop()
        if id(entity) in seen:
            continue
        seen.add(id(entity))
        inner: list[Entity] = []
        for read in _values(entity, failed):
            try:
                value = read()
                has_axes = isinstance(value, HasChunks) and value.shape not in (None, ())  # type: ignore[attr-defined]
            except LinkdataError as problem:
                failed(problem)
                continue
            if has_axes:
                yield value
            inner += (link.target for link in links(value) if link.owned)
        waiting += reversed(inner)


def _values(entity: Entity, failed: Callable[[LinkdataError], None]) -> list[Callable[[], Any]]:
    """What reads the array that an object is, and its fields."""
    own: list[Callable[[], Any]] = [lambda: entity.array]
    try:
        return own + [partial(entity.link, key) for key in entity]
    except LinkdataError as problem:
        failed(problem)
        return own


def _raised(problem: LinkdataError) -> None:
    raise problem


def add_arrays(
    graph: Graph,
    store: WritableStore,
    *,
    digest: Depth = "content",
    told: Told = lambda reference, done, total: None,
) -> Iterator[Added]:
    """Put all arrays of a document into a store, one after the other.

    An array that cannot be kept in chunks, or not be read, is told and left out. `told` hears of
    each array how many of its chunks are done, and how many there are. Raises `StoreError` when
    the store cannot be written.
    """
    failed: list[LinkdataError] = []
    with graph.files.held():
        for reference, array in arrays_of(graph, failed.append):
            try:
                progress = partial(told, reference)
                entry = add_array(array, store, digest=digest, progress=progress)
            except LinkdataError as problem:
                if problem.code in ("store-unwritable", "store-locked", "store-invalid"):
                    raise
                yield Added(reference, finding=problem.diagnostic)
            else:
                yield Added(reference, entry)
    for found in (problem.diagnostic for problem in failed):
        yield Added(found.where, finding=found)


def _reference(graph: Graph, array: Any) -> str:
    """How a document reaches an array; of one in a store, what it is named by."""
    item = getattr(array, "dataset", array)
    return graph.files.reference(item) if hasattr(item, "file") else str(array.digest)
