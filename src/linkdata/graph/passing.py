"""Passing through a graph: all of its objects, one after the other, and none of them kept.

Takes: a graph.
Gives: `passing`, a graph of the same document that forgets what nobody holds.
Implements: nothing of the specification: what is said is the same, in less memory.

A graph in a user's hands keeps every object that it gave, so that the same one is always the same.
Whoever goes once through all of them needs only those on the way to the one in hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from linkdata.errors import LinkdataError
from linkdata.graph.changes import changed
from linkdata.graph.entity import Entity
from linkdata.graph.graph import Graph

#: After how many objects, or what is said of them, a walk forgets.
KEPT = 1 << 10


def passing(graph: Graph) -> Graph:
    """A graph to go through once; the graph itself where something was set in memory."""
    return graph if any(changed(graph)) else _Passing(graph)


class _Passing(Graph):
    """The objects of a graph again, made as they are looked at. Files, stores and what is known of
    classes are those of the graph.
    """

    def __init__(self, graph: Graph) -> None:
        types = graph.types
        make = None if types is None else lambda _: types
        super().__init__(graph.registry, graph.context, graph.files.binder, types=make)
        self.files = graph.files
        self.stores = graph.stores
        if graph._placements is not None:  # of nodes, which stay
            self._placements = graph.placements

    def forget(self) -> None:
        """Let go of all objects that nobody holds; who asks for one again gets another."""
        self._entities.clear()
        self._lists.clear()
        self._sizes.clear()
        self.resolver.forget()

    def walk(self, failed: Callable[[LinkdataError], None] | None = None) -> Iterator[Entity]:
        """All objects, each once, as `Graph.walk` gives them."""
        for number, entity in enumerate(super().walk(failed), 1):
            yield entity
            if number % KEPT == 0:
                self.forget()
