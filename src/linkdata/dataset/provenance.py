"""Provenance: where a value of a document comes from.

Takes: a graph, and a reference as it would be written in its document.
Gives: `explain`: who wrote the value and where, by which `extends`, `from` and references it is
the value here, and what it covers.
Implements: `specs/linkdata-1.0.md`, section "Provenance of values".
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from linkdata import iri
from linkdata.errors import LinkdataError
from linkdata.graph.entity import Entity, Link
from linkdata.graph.graph import Graph
from linkdata.resolve.registry import Bound, Context, family
from linkdata.resolve.targets import External, Layer, Target, entries, is_meta, is_object, is_root
from linkdata.resolve.ways import By, Passage, extending, way
from linkdata.spans import Span
from linkdata.syntax.document import LIFTED, META, META_PARTS, RESERVED, Import
from linkdata.syntax.nodes import Candidate, Scalar, Step
from linkdata.syntax.references import Form, Reference, parse_reference


class Origin(StrEnum):
    """What a value comes from, or what makes it the value here."""

    WRITTEN = "written"  # it stands in a document
    FILE = "file"  # it is in a source file
    SCHEMA = "schema"  # a schema fixes it
    DEFAULT = "default"  # nobody says it; it has a default
    REMOVED = "removed"  # a null was laid over it
    EXTENDS = "extends"
    FROM = "from"
    REFERENCE = "reference"
    PREFIX = "prefix"
    COVERS = "covers"  # it replaces this
    OVER = "over"  # it is an object, laid over this one


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that makes a value what it is. `place` is where, when that is in no document."""

    origin: Origin
    message: str
    span: Span | None = None
    place: str | None = None

    @property
    def where(self) -> str:
        """`file:line:column`, or the place of what has no text."""
        return str(self.span) if self.span else self.place or ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where the value of a reference comes from: its causes, the origin itself first."""

    reference: str
    causes: tuple[Cause, ...]

    @property
    def origin(self) -> Cause:
        """What the value itself comes from."""
        return self.causes[0]


def explain(graph: Graph, text: str) -> Explanation:
    """Where the value of a reference comes from, thought to stand at the root of the document.

    Raises what following the reference raises: `ResolutionError`, `RetrievalError`, `SourceError`.
    """
    reference = parse_reference(text)
    if reference is None:
        graph.resolver.resolve_text(graph.context, text)  # which says what is wrong with it
        raise AssertionError(text)
    causes = _declared(graph, reference) or _Tracing(graph, text, reference).causes()
    return Explanation(text, tuple(causes))


class _Stride(NamedTuple):
    """One step of a path: from which object, and what is there."""

    container: Target
    step: Step
    found: Target


class _Tracing:
    """Follows one reference, noting what it comes through."""

    def __init__(self, graph: Graph, text: str, reference: Reference) -> None:
        self.graph = graph
        self.resolver = graph.resolver
        self.text = text
        self.reference = reference
        self.through: list[Cause] = []

    def causes(self) -> list[Cause]:
        """All causes, the origin first."""
        if self.reference.form is Form.SOURCE:
            self.resolver.resolve_text(self.graph.context, self.text)  # the prefix is declared
        target, path = self.resolver.begin(self.graph.context, self.reference, None, ())
        last: _Stride | None = None
        while True:
            node = target.node
            if type(node) is Candidate:
                reference = self.resolver.reference(target.context, node)
                if reference is not None:
                    self.resolver.resolve(target.context, node)  # it arrives
                    self.through.append(_followed(target.context, node))
                    target, onward = self.resolver.begin(target.context, reference, node, ())
                    path, last = onward + path, None
                    continue
            target = self.resolver.settle(target)
            if not path:
                return self._arrived(target, last)
            found = self.resolver.field(target, path[0])
            if found is None:
                return self._absent(target, path[0], whole=len(path) == 1)
            last = _Stride(target, path[0], found)
            self.through += map(_passed, self._passages(last))
            target, path = found, path[1:]

    def _passages(self, stride: _Stride) -> list[Passage]:
        """How what was found in an object came to be there."""
        layer = self._layer(stride)
        node = stride.container.node
        if layer is None or node is None or layer[1] is node:
            return []
        return way(self.resolver, _head(stride.container), layer)

    def _layer(self, stride: _Stride) -> Layer | None:
        """The layer of an object that a field stands in; None for one in a source file."""
        if stride.container.node is None or not is_object(stride.container.node):
            return None
        layers = self.resolver.object(stride.container).layers
        for layer in layers:
            if isinstance(stride.step, str) and (
                entries(layer[1]).get(stride.step) is stride.found.node
            ):
                return layer
        return None

    # What it comes from

    def _arrived(self, target: Target, last: _Stride | None) -> list[Cause]:
        if target.node is None:
            assert target.external is not None
            self.graph.outside(target.external)  # it is there
            # The reference itself names the place, and is among what it came through.
            named = [one for one in _in_file(target.external) if last or one.origin != Origin.FROM]
            return [named[0], *self.through, *named[1:]]
        span = target.context.document.span(target.node)
        found = [Cause(Origin.WRITTEN, "it is written here", span), *self.through]
        if is_object(target.node):
            found += self._below(target)
        elif last is not None:
            found += self._covered(last)
        return found

    def _below(self, target: Target) -> list[Cause]:
        """What an object is laid over."""
        layers, external = self.resolver.object(target)
        found: list[Cause] = []
        for context, mapping in layers[1:]:
            found += map(_passed, way(self.resolver, layers[0], (context, mapping)))
            span = context.document.span(mapping)
            found.append(Cause(Origin.OVER, "it is laid over this", span))
        if external is not None:
            found += _in_file(external, Origin.OVER)
        return list(dict.fromkeys(found))

    def _covered(self, stride: _Stride) -> list[Cause]:
        """What a value that is no object covers."""
        layer = self._layer(stride)
        if layer is None or (is_meta(stride.container.node) and stride.step in META_PARTS):
            return []
        layers, external = self.resolver.object(stride.container)
        mappings = [mapping for _, mapping in layers]
        found: list[Cause] = []
        for context, mapping in layers[mappings.index(layer[1]) + 1 :]:
            node = entries(mapping).get(str(stride.step))
            if node is not None and not (is_root(mapping) and stride.step in RESERVED):
                span = context.document.span(node)
                found.append(Cause(Origin.COVERS, "it covers this", span))
        if external is not None:
            inner = external._replace(steps=(*external.steps, stride.step))
            with suppress(LinkdataError):  # the file has no such field, or cannot be read
                self.graph.outside(inner)
                found += _in_file(inner, Origin.COVERS)
        return found

    def _absent(self, container: Target, step: Step, *, whole: bool) -> list[Cause]:
        """What there is instead of a field that nobody wrote. Raises `ResolutionError`."""
        if whole and isinstance(step, str) and container.node is not None:
            found = self._removed(container, step) or self._by_schema(container, step)
            if found:
                return [*found, *self.through]
        self.resolver.resolve_text(self.graph.context, self.text)
        raise AssertionError(self.text)

    def _removed(self, container: Target, step: str) -> list[Cause]:
        if container.node is None or not is_object(container.node):
            return []
        for context, mapping in self.resolver.object(container).layers:
            node = entries(mapping).get(step)
            if isinstance(node, Scalar) and node.is_null:
                span = context.document.span(node)
                return [Cause(Origin.REMOVED, f"this null removes `{step}`", span)]
        return []

    def _by_schema(self, container: Target, step: str) -> list[Cause]:
        """The value that the class of an object fixes, or has as a default."""
        from linkdata.schema.typing import types_of

        value = self.graph.value(container)
        entity = value.target if isinstance(value, Link) else None
        if not isinstance(entity, Entity):
            return []
        field = types_of(self.graph).field(entity, step)
        if field is None:
            return []
        schema = f"`{field.schema.name}` {field.schema.version or ''}".rstrip()
        whose = f"`{step}` of `{field.slot.owner}` in {schema}"
        if field.slot.fixed is not None:
            return [Cause(Origin.SCHEMA, f"{whose} is always `{field.slot.fixed}`")]
        if field.slot.default is not None:
            return [Cause(Origin.DEFAULT, f"{whose} is `{field.slot.default}` if nobody says it")]
        return []


def _head(target: Target) -> Layer:
    node = target.node
    assert node is not None
    assert is_object(node)
    return target.context, node  # type: ignore[return-value]


def _followed(context: Context, candidate: Candidate) -> Cause:
    """A reference that leads to a value."""
    span = context.document.span(candidate)
    return Cause(Origin.REFERENCE, f"the reference `{candidate.text}` leads to it", span)


def _passed(passage: Passage) -> Cause:
    """A step of a way as a cause."""
    if passage.by is By.FROM:
        return Cause(Origin.FROM, f"`from: {passage.text}` brings it", passage.span)
    return Cause(Origin.EXTENDS, f"`extends: {passage.text}` lays it below", passage.span)


def _in_file(external: External, origin: Origin = Origin.FILE) -> list[Cause]:
    """A place in a source file, and the prefix that means the file."""
    path = external.path.rstrip("/") + "".join(f"/{step}" for step in external.steps) or "/"
    name = _file_of(external.bound)
    message = {
        Origin.FILE: f"it is `{path}` of the file `{name}`",
        Origin.COVERS: f"it covers `{path}` of the file `{name}`",
        Origin.OVER: f"it is laid over `{path}` of the file `{name}`",
    }[origin]
    prefix = external.bound.prefix
    return [
        Cause(origin, message, place=f"{name}:{path}"),
        Cause(Origin.FROM, "this names the place in the file", external.span),
        Cause(Origin.PREFIX, f"the prefix `{prefix.name}` is declared here", prefix.span),
    ]


def _file_of(bound: Bound) -> str:
    locations = bound.prefix.locations
    return locations[0].target if locations else bound.prefix.name


# Declarations: what `meta` says for the document, or for those that extend it


def _declared(graph: Graph, reference: Reference) -> list[Cause]:
    """The causes of `#meta.base`, `#meta.id`, and of declared prefixes and imports."""
    if reference.form is not Form.LOCAL:
        return []
    path = reference.path[1:] if reference.path[:1] == (META,) else reference.path
    lifted = path is reference.path
    if not path or (lifted and path[0] not in LIFTED):
        return []
    context = graph.context
    what, name = path[0], path[1] if len(path) > 1 else None
    if what == "id" and context.document.meta.id is None:
        return [Cause(Origin.DEFAULT, "the file's name stands in", place=graph.context.location)]
    if what == "base":
        return _base(graph, context)
    if what == "prefixes" and isinstance(name, str):
        bound = context.prefixes.get(name)
        return [] if bound is None else _said(graph, bound.prefix.span)
    if what == "imports" and isinstance(name, str):
        item: Import | None = context.imports.get(name)
        return [] if item is None else _said(graph, item.span)
    return []


def _base(graph: Graph, context: Context) -> list[Cause]:
    if context.base is None:
        return [Cause(Origin.DEFAULT, f"no document says it; `{iri.DEFAULT_BASE}` stands in")]
    waiting = [context]
    while waiting:
        one = waiting.pop(0)
        if one.document.meta.base is not None:
            meta = one.document.root.entries[META]
            return _said(graph, one.document.span(entries(meta)["base"]))
        waiting = [inner for inner in one.extends if inner.base is not None][:1]
    raise AssertionError(context.base)


def _said(graph: Graph, span: Span) -> list[Cause]:
    """A declaration, and the entries of `extends` by which it counts in the document."""
    found = [Cause(Origin.WRITTEN, "it is declared here", span)]
    for context in family(graph.context):
        if context.document.source is span.source:
            found += map(_passed, extending(graph.resolver, graph.context, context))
    return found
