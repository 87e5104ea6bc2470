"""Seen: which objects a walk has met.

Takes: objects of a graph, as they are met.
Gives: `Seen`, which says of each whether it is met for the first time.
Implements: nothing of the specification: an object is said once, whatever leads to it.

What is remembered outlives the objects, and is small: a bit for each sign of the texts in which
they are written, and some bytes for those that are laid over others elsewhere or come out of files.
"""

from __future__ import annotations

from functools import cached_property

from linkdata.graph.changes import Made
from linkdata.graph.entity import Entity
from linkdata.resolve.registry import Registry
from linkdata.resolve.targets import Target, owner_of
from linkdata.syntax import nodes

#: Bytes by which an object is known that is not known by its place.
_DIGEST = 12


class Seen:
    """The objects of one graph that were met."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._places: dict[tuple[int, ...], bytearray] = {}
        self._others: set[bytes] = set()

    def add(self, entity: Entity) -> bool:
        """Whether an object is met for the first time."""
        target = entity.target
        node = None if target is None or not _is_in_place(target) else target.node
        if target is None or node is None:
            if target is None and not isinstance(entity, Made) and self._brings_once:
                return True  # in a file an object stands in one group
            size = len(self._others)
            self._others.add(_digest(entity))
            return len(self._others) > size
        # No two objects of a text begin at the same sign.
        places = self._signs(target)
        byte, bit = divmod(nodes.start(node.at), 8)
        is_new = not places[byte] >> bit & 1
        places[byte] |= 1 << bit
        return is_new

    def _signs(self, target: Target) -> bytearray:
        """A bit for each sign of a document's text, as the document lies over others."""
        key = (id(target.context), *(id(context) for context, _ in target.under))
        found = self._places.get(key)
        if found is None:
            size = len(target.context.document.source.text) // 8 + 1
            found = self._places[key] = bytearray(size)
        return found

    @cached_property
    def _brings_once(self) -> bool:
        """Whether the texts have at most one `from`, so that nothing of a file comes twice."""
        resources = self._registry.resources.values()
        documents = (context.document for resource in resources for context in resource.contexts)
        brought = (one for document in documents for one in document.candidates if owner_of(one))
        return next(brought, None) is None or next(brought, None) is None


def _digest(entity: Entity) -> bytes:
    """What an object is known by, in few bytes."""
    from hashlib import blake2b  # which a look into a file does not need

    return blake2b(repr(entity.key).encode(), digest_size=_DIGEST).digest()


def _is_in_place(target: Target) -> bool:
    """Whether an object lies over those at the same path of other documents, or over nothing, so
    that it is known by its place and these documents.
    """
    if target.external is not None or target.node is None:
        return False
    if not target.under:
        return True
    assert isinstance(target.node, nodes.Mapping | nodes.Sequence)
    path = nodes.path_of(target.node)
    return all(nodes.path_of(mapping) == path for _, mapping in target.under)
