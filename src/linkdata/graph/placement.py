"""Placement: which reference puts a named object in its place.

Takes: a document and its resolver; what tells whether a slot contains what it refers to.
Gives: the references that place the object they lead to; all others only mention theirs.
Implements: `specs/linkdata-1.0.md`, section "Placement".

Without a schema any slot may contain. A named object, one at the top level beside `data`, is put
where the first reference in a slot that contains stands, in document order from `data` through
what is placed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from linkdata.errors import LinkdataError
from linkdata.resolve.registry import Context
from linkdata.resolve.resolver import Resolver
from linkdata.resolve.targets import FROM, Target, is_object
from linkdata.syntax import nodes
from linkdata.syntax.document import DATA, RESERVED
from linkdata.syntax.nodes import Alias, Candidate, Mapping, Node, Step

Collection = Mapping | nodes.Sequence
#: Whether the field of an object contains what is referred to there.
Contains = Callable[[Collection, str, Target], bool]


@dataclass(slots=True)
class Placements:
    """Where the named objects of a document are placed. Filled from the outside to the inside.

    `placing` are the references and aliases that place, by the `id` of their nodes; `slots` the
    object and field in which a named object is placed, by the `id` of the placed node.
    """

    placing: set[int] = field(default_factory=set)
    slots: dict[int, tuple[Collection, str]] = field(default_factory=dict)

    def fill(self, resolver: Resolver, context: Context, contains: Contains) -> None:
        """Walk through the document. What was found so far can be used while this goes on."""
        root = context.document.root
        unplaced = {
            id(node)
            for key, node in root.entries.items()
            if key != DATA and key not in RESERVED and isinstance(node, Collection)
        }
        waiting: list[tuple[Node, Collection, Step]] = []
        if DATA in root.entries:
            waiting.append((root.entries[DATA], root, DATA))
        while waiting and unplaced:  # depth first, in document order
            node, parent, slot = waiting.pop()
            if isinstance(node, Candidate | Alias):
                target = _target(resolver, context, node)
                place = slot_of(parent, slot)
                if target is None or place is None or id(target.node) not in unplaced:
                    continue
                if place[0] is root or contains(*place, target):
                    assert isinstance(target.node, Collection)
                    unplaced.discard(id(target.node))
                    self.placing.add(id(node))
                    self.slots[id(target.node)] = place
                    waiting.append((target.node, *place))
            elif type(node) is Mapping:
                inner = [(value, node, key) for key, value in node.entries.items() if key != FROM]
                waiting += reversed(inner)
            elif type(node) is nodes.Sequence:
                waiting += reversed([(item, node, i) for i, item in enumerate(node.items)])


def slot_of(parent: Collection, slot: Step) -> tuple[Collection, str] | None:
    """The object, and its field, in which something stands: lists belong to the field they fill,
    the mappings that make up a named list to the list.
    """
    while True:
        outer = parent.parent
        if type(outer) is nodes.Sequence and outer.named is not None and type(parent) is Mapping:
            parent = outer
        if is_object(parent) and isinstance(slot, str):
            return parent, slot
        if parent.parent is None:
            return None
        parent, slot = parent.parent, parent.slot


def _target(resolver: Resolver, context: Context, node: Candidate | Alias) -> Target | None:
    if isinstance(node, Alias):
        return resolver.place(context, node.target)
    try:
        target = resolver.resolve(context, node)
    except LinkdataError:
        return None
    return target if target.context is context else None
