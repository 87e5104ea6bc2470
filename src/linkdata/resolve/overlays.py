"""Overlays: the fields of objects that lie on others, through `from` or `extends`.

Takes: targets, and a way to follow references.
Gives: `Overlays`: the layers of an object, its fields and their names.
Implements: `specs/linkdata-1.0.md`, sections "`extends`", "`from`" and "Overlay".

An object is a stack of layers: the mapping where it stands, below it what it has through `from`
or `extends`. Only the first layer decides the identity. Layers are put together when somebody
steps into the object, so a document without overlays pays nothing for them.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod

from linkdata.errors import Diagnostic, Related, ResolutionError, error
from linkdata.resolve.origins import origin_of
from linkdata.resolve.registry import Context
from linkdata.resolve.targets import (
    FROM,
    External,
    Layer,
    Object,
    Target,
    entries,
    is_meta,
    is_object,
    is_root,
)
from linkdata.syntax import nodes
from linkdata.syntax.document import META, META_PARTS, RESERVED
from linkdata.syntax.nodes import Candidate, Mapping, Node, Scalar, Step
from linkdata.syntax.references import Form, Reference

#: How many references, or `from`, may be followed inside each other to find one.
MAX_NESTED = 100


class Overlays(ABC):
    """Fields of objects, layer upon layer; remembers what it put together."""

    def __init__(self) -> None:
        # What is being followed is noted here, so only one thread at a time may follow.
        self._lock = threading.RLock()
        self._objects: dict[tuple[object, ...], Object] = {}
        self._expanding: dict[int, Context] = {}
        self._places: dict[int, Target] = {}
        self._roots: dict[int, Target] = {}

    @abstractmethod
    def reference(self, context: Context, node: Node) -> Reference | None:
        """The reference that a node is; None for everything else."""

    @abstractmethod
    def resolve(self, context: Context, candidate: Candidate) -> Target:
        """What a reference of a document means, followed to its end."""

    # Where things stand

    def root(self, context: Context) -> Target:
        """The root of a document, laid over the documents that it extends."""
        known = self._roots.get(id(context))
        if known is None:
            under: dict[int, Layer] = {}
            for extended in context.extends:
                base = self.root(extended)
                assert isinstance(base.node, Mapping)
                for layer in ((extended, base.node), *base.under):
                    under.setdefault(id(layer[1]), layer)  # reached on several ways: once
            known = Target(context, context.document.root, tuple(under.values()))
            self._roots[id(context)] = known
        return known

    def place(self, context: Context, node: Mapping | nodes.Sequence) -> Target:
        """A collection with all that lies below it where it stands."""
        if not context.overlaid:
            return Target(context, node)
        if node.parent is None:
            return self.root(context)
        known = self._places.get(id(node))
        if known is None:
            outer, slot = next(iter(nodes.enclosing(node)))
            known = self.field(self.place(context, outer), slot) or Target(context, node)
            if known.node is not node:  # a wrapper of a named list, or below a replaced field
                known = Target(context, node)
            self._places[id(node)] = known
        return known

    # Fields

    def field(self, target: Target, step: Step) -> Target | None:
        """One field or position of a settled target as it is written; None when there is none."""
        node = target.node
        if type(node) is Mapping:
            if not isinstance(step, str):
                return None
            if not target.under and target.external is None and FROM not in node.entries:
                found = node.entries.get(step)
                return None if found is None else Target(target.context, found)
            return self._layered(target, step)
        if type(node) is nodes.Sequence:
            if isinstance(step, str):
                if target.under or target.external is not None or FROM in entries(node):
                    return self._layered(target, step)
                found = entries(node).get(step)
            elif step >= len(node.items):
                return None
            elif node.named is not None:
                found = list(node.named.values())[step]
            else:
                found = node.items[step]
            return None if found is None else Target(target.context, found)
        if node is None and target.external is not None:
            external = target.external
            return Target(
                target.context, None, (), external._replace(steps=(*external.steps, step))
            )
        return None

    def names(self, target: Target) -> list[str]:
        """The names of an object's fields, in order; without those inside a source file."""
        node = target.node
        if not isinstance(node, Mapping | nodes.Sequence):
            return []
        layers, external = self.object(target)
        if len(layers) == 1 and external is None:  # most often
            return [key for key in entries(layers[0][1]) if key != FROM]
        found: dict[str, None] = {}
        gone: set[str] = set()
        for depth in range(len(layers) - 1, -1, -1):  # those of the lowest keep their order
            mapping = layers[depth][1]
            for key, value in entries(mapping).items():
                if key == FROM or (depth and key in RESERVED and is_root(mapping)):
                    continue
                # Laid over something, null takes it away.
                null = isinstance(value, Scalar) and value.is_null
                if null and (key in found or external is not None):
                    gone.add(key)
                else:
                    gone.discard(key)
                    found[key] = None
        return [key for key in found if key not in gone]

    # Objects and their layers

    def object(self, target: Target) -> Object:
        """The layers of a settled target that is an object.

        Raises `ResolutionError` when one of its `from` does not arrive.
        """
        node = target.node
        if node is None:
            return Object((), target.external)
        assert isinstance(node, Mapping | nodes.Sequence)
        if not target.under and target.external is None and FROM not in entries(node):
            return Object(((target.context, node),), None)
        key = (id(node), target.external, *(id(mapping) for _, mapping in target.under))
        known = self._objects.get(key)
        if known is None:
            with self._lock:
                known = self._expand(target, node)
                # While an outer `from` is being expanded, what is found may lack its layers.
                if not self._expanding:
                    self._objects[key] = known
        return known

    def _expand(self, target: Target, node: Mapping | nodes.Sequence) -> Object:
        """Put the layers of an object together: its own, then those of what it comes from."""
        layers: list[Layer] = []
        seen: set[int] = set()
        raw: list[Layer] = [(target.context, node), *target.under]
        external = target.external
        while True:
            base: Target | External | None = None
            for context, mapping in raw:
                layers.append((context, mapping))
                if FROM in entries(mapping):
                    if id(mapping) in self._expanding:
                        # Only text counts for names that a `from` itself needs.
                        return Object(tuple(layers), None)
                    base = self._brought(context, mapping, seen)
                    break
            if base is None:
                return Object(tuple(layers), external)
            if isinstance(base, External):
                return Object(tuple(layers), base)
            below = base.node
            if below is None:
                return Object(tuple(layers), base.external)
            assert isinstance(below, Mapping | nodes.Sequence)
            raw, external = [(base.context, below), *base.under], base.external

    def _brought(
        self, context: Context, mapping: Mapping | nodes.Sequence, seen: set[int]
    ) -> Target | External:
        """What the `from` of a mapping leads to. `seen` are mappings whose `from` led here."""
        origin, problems = origin_of(context, mapping)
        if origin is None:
            raise ResolutionError(problems)
        candidate = origin.candidate
        if origin.reference.form is Form.SOURCE:
            span = context.document.span(candidate)
            bound = context.prefixes[origin.reference.name]
            return External(origin.type, bound, origin.reference.target, (), span, origin.digest)
        if id(mapping) in seen or len(self._expanding) >= MAX_NESTED:
            raise ResolutionError(self._from_cycle(context, candidate))
        seen.add(id(mapping))
        self._expanding[id(mapping)] = context
        try:
            target = self.resolve(context, candidate)
        finally:
            del self._expanding[id(mapping)]
        node = target.node
        if node is not None and not is_object(node):
            raise ResolutionError(
                error(
                    "from-not-object", f"`{candidate.text}` is not an object",
                    context.document.span(candidate),
                    related=[Related("it leads here", target.context.document.span(node))],
                    hint="only objects are brought; refer to a value directly",
                )
            )  # fmt: skip
        return target

    def _layered(self, target: Target, step: str) -> Target | None:
        """A field of an object with several layers."""
        if is_meta(target.node):
            return self._inherited_meta(target, step)
        if step == FROM:
            return None
        layers, external = self.object(target)
        first: Target | None = None
        under: list[Layer] = []
        for depth, (context, mapping) in enumerate(layers):
            if depth and is_root(mapping) and step in RESERVED and step != META:
                continue
            found = entries(mapping).get(step)
            if found is None:
                continue
            if first is None:
                if isinstance(found, Scalar) and found.is_null:
                    below = any(step in entries(lower) for _, lower in layers[depth + 1 :])
                    return None if below or external is not None else Target(context, found)
                first = Target(context, found)
                if not is_object(found) or FROM in entries(found):
                    return first
                continue
            # A mapping over a mapping is merged; references below are not followed.
            if not is_object(found):
                return Target(first.context, first.node, tuple(under))
            assert isinstance(found, Mapping | nodes.Sequence)
            under.append((context, found))
            if FROM in entries(found):
                return Target(first.context, first.node, tuple(under))
        if external is not None:
            external = external._replace(steps=(*external.steps, step))
            if first is None:
                return Target(target.context, None, (), external)
            return Target(first.context, first.node, tuple(under), external)
        if first is not None:
            first.under = tuple(under)
        return first

    def _inherited_meta(self, target: Target, step: str) -> Target | None:
        """A field of `meta`: free ones are inherited, each as a whole."""
        own = entries(target.node).get(step) if target.node is not None else None
        if own is not None:
            return Target(target.context, own)
        if step not in META_PARTS:
            for context, mapping in target.under:
                found = entries(mapping).get(step)
                if found is not None:
                    return Target(context, found)
        return None

    def _from_cycle(self, context: Context, candidate: Candidate) -> Diagnostic:
        return error(
            "from-cycle",
            f"the chain of `from` never arrives: `{candidate.text}` comes from itself",
            context.document.span(candidate),
            hint="one of the objects has to stand on its own",
        )
