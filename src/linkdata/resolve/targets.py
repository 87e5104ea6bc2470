"""Targets: what a reference or a step arrives at.

Takes: nodes of documents, and places in source files.
Gives: `Target`, `Object`, `External`, and what can be said of a node by itself.
Implements: `specs/linkdata-1.0.md`, sections "`from`" and "Overlay".
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from linkdata.resolve.registry import Bound, Context
from linkdata.spans import Span
from linkdata.store.digests import Digest
from linkdata.syntax import nodes
from linkdata.syntax.document import META
from linkdata.syntax.nodes import Candidate, Mapping, Node, Step

FROM = "from"

#: A mapping, or a named list, that is part of an object, in the document that wrote it.
Layer: TypeAlias = "tuple[Context, Mapping | nodes.Sequence]"


class External(NamedTuple):
    """A place in a source file: what a prefix is bound to, and the steps from a path in it.

    `steps` are names below `path`; `span` is who asked. `digest` is what was declared for the
    dataset at the path. Nothing has been opened.
    """

    type: str
    bound: Bound
    path: str
    steps: tuple[Step, ...]
    span: Span
    digest: Digest | None = None


class Target:
    """What a reference, or a step, arrives at.

    `node` is where it is written, None when it is only in a source file. `under` and `external`
    are what lies below the node, not counting its own `from`.
    """

    __slots__ = ("context", "external", "node", "under")

    def __init__(
        self,
        context: Context,
        node: Node | None,
        under: tuple[Layer, ...] = (),
        external: External | None = None,
    ) -> None:
        self.context = context
        self.node = node
        self.under = under
        self.external = external

    def __repr__(self) -> str:
        return f"Target({self.context.iri!r}, {self.node!r}, {self.external!r})"


class Object(NamedTuple):
    """An object's layers, first the one that names it, and the source file below them."""

    layers: tuple[Layer, ...]
    external: External | None


def entries(node: Node) -> dict[str, Node]:
    """The fields of a mapping or named list; none for everything else."""
    if type(node) is Mapping:
        return node.entries
    if type(node) is nodes.Sequence:
        return node.named or {}
    return {}


def is_object(node: Node) -> bool:
    """Whether a node is an object: a mapping, or a named list."""
    return type(node) is Mapping or (type(node) is nodes.Sequence and node.named is not None)


def is_meta(node: Node | None) -> bool:
    """Whether a node is the `meta` of a document."""
    return type(node) is Mapping and node.slot == META and is_root(node.parent)


def is_root(node: Node | None) -> bool:
    """Whether a node is the root of a document."""
    return type(node) is Mapping and node.parent is None


def owner_of(candidate: Candidate) -> Mapping | nodes.Sequence | None:
    """The object whose `from` a candidate is, or None for every other candidate."""
    holder: Mapping | nodes.Sequence | None = None
    if is_source(candidate):
        holder = candidate.parent.parent
    elif candidate.slot == FROM:
        holder = candidate.parent
    if holder is not None and type(holder.parent) is nodes.Sequence and holder.parent.named:
        return holder.parent  # a named list stands for its one-key mappings
    return holder


def is_source(candidate: Candidate) -> bool:
    """Whether a candidate is the `source` of a `from` in its long form."""
    return candidate.slot == "source" and candidate.parent.slot == FROM
