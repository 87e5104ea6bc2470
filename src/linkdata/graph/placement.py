"""Placement: which reference puts a named object in its place.

Takes: a document and its resolver.
Gives: the references that place the object they lead to; all others only mention theirs.
Implements: `specs/linkdata-1.0.md`, section "Placement".

Without a schema any slot may contain. A named object, one at the top level beside `data`, is put
where the first reference to it stands, in document order from `data` through what is placed.
"""

from __future__ import annotations

from linkdata.errors import LinkdataError
from linkdata.resolve.registry import Context
from linkdata.resolve.resolver import Resolver
from linkdata.resolve.targets import FROM
from linkdata.syntax import nodes
from linkdata.syntax.document import DATA, RESERVED
from linkdata.syntax.nodes import Alias, Candidate, Mapping, Node


def placements(resolver: Resolver, context: Context) -> frozenset[int]:
    """The placing references of a document, by the `id` of their nodes."""
    root = context.document.root
    found: set[int] = set()
    unplaced = {
        id(node): node
        for key, node in root.entries.items()
        if key != DATA and key not in RESERVED and isinstance(node, Mapping | nodes.Sequence)
    }
    waiting: list[Node] = []
    if DATA in root.entries:
        waiting.append(root.entries[DATA])
    while waiting:  # depth first, in document order
        node = waiting.pop()
        if type(node) is Candidate:
            target = _target(resolver, context, node)
            if target is not None and id(target) in unplaced:
                del unplaced[id(target)]
                found.add(id(node))
                waiting.append(target)
        elif type(node) is Alias:
            if id(node.target) in unplaced:
                found.add(id(node))
                waiting.append(unplaced.pop(id(node.target)))
        elif type(node) is Mapping:
            waiting += reversed([value for key, value in node.entries.items() if key != FROM])
        elif type(node) is nodes.Sequence:
            waiting += reversed(node.items)
    return frozenset(found)


def _target(resolver: Resolver, context: Context, candidate: Candidate) -> Node | None:
    try:
        target = resolver.resolve(context, candidate)
    except LinkdataError:
        return None
    return target.node if target.context is context else None
