"""Locking: writing down which schemas a document uses now.

Takes: a graph.
Gives: `locked_now`: the lock of its document with the schemas that its imports have.
Implements: `specs/linkdata-1.0.md`, section "Lock file".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkdata.errors import SchemaError
from linkdata.schema.imports import Imports
from linkdata.schema.lock import Lock, lock_path, locked

if TYPE_CHECKING:
    from linkdata.graph.graph import Graph


def locked_now(graph: Graph) -> Lock:
    """The lock with an entry for each import, as it is found without the lock; others are kept.

    Raises `SchemaError` and its kin for imports that cannot be had, or a document without a file.
    """
    context = graph.context
    lock = _present(context.location)
    imports = Imports(graph, context, is_locked=False)
    for item in context.imports.values():
        before = dict(imports.fetched.used)
        found = imports.imported(item)
        files = {url: d for url, d in imports.fetched.used.items() if url not in before}
        entry = locked(item.name, item.version, found.place, found.texts, found.schema, files)
        lock = lock.with_entry(entry)
    return lock


def _present(location: str) -> Lock:
    """The lock that there is; one that cannot be read is made anew."""
    try:
        return Lock.beside(location)
    except SchemaError:
        return Lock(lock_path(location), {})
