"""The resolver: from a reference to what it means. Pure look-up, no input or output.

Takes: a closed `Registry`, a context, and a reference or path.
Gives: a `Target`: a node of a document, an object laid over others, or a place in a source file.
Implements: `specs/linkdata-1.0.md`, sections "References", "Lexical references", "From, overlay".

An object is a stack of layers: the mapping where it stands, below it what it has through `from`
or `extends`. Only the first layer decides the identity. Layers are put together when somebody
steps into the object, so a document without overlays pays nothing for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from linkdata.errors import Diagnostic, LinkdataError, Related, ResolutionError, did_you_mean, error
from linkdata.resolve.registry import Bound, Context, Registry
from linkdata.spans import Span
from linkdata.syntax import nodes
from linkdata.syntax.document import META, META_PARTS, RESERVED
from linkdata.syntax.nodes import Alias, Candidate, Kind, Mapping, Node, Scalar, Step
from linkdata.syntax.references import Form, Reference, is_escaped, parse_reference

FROM = "from"
#: How many references may be followed inside each other to find one.
MAX_NESTED = 100

#: A mapping, or a named list, that is part of an object, in the document that wrote it.
Layer: TypeAlias = "tuple[Context, Mapping | nodes.Sequence]"


class External(NamedTuple):
    """A place in a source file: what a prefix is bound to, and the steps from a path in it.

    `steps` are names below `path`; `span` is who asked. Nothing has been opened.
    """

    type: str
    bound: Bound
    path: str
    steps: tuple[Step, ...]
    span: Span


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


class _Missing(Exception):
    """A path ends before its last step: at which step, in what, and what there is instead."""

    def __init__(self, index: int, target: Target, names: Iterable[str], reason: str) -> None:
        super().__init__(reason)
        self.index = index
        self.target = target
        self.names = names
        self.reason = reason


class Resolver:
    """Looks things up in one registry, and remembers what it found."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._found: dict[int, Target | LinkdataError] = {}
        self._following: dict[int, tuple[Context, Candidate]] = {}
        self._objects: dict[tuple[object, ...], Object] = {}
        self._expanding: dict[int, Context] = {}
        self._places: dict[int, Target] = {}
        self._roots: dict[int, Target] = {}

    # References

    def reference(self, context: Context, node: Node) -> Reference | None:
        """The reference that a node is; None for everything else.

        Raises `ResolutionError` (`prefix-unknown`).
        """
        if type(node) is not Candidate or node.kind is Kind.VERBATIM or is_escaped(node.text):
            return None
        reference = parse_reference(node.text)
        if reference is None:
            return None
        if reference.form is Form.SOURCE or reference.form is Form.DOCUMENT:
            bound = context.prefixes.get(reference.name)
            if bound is None:
                if reference.form is Form.DOCUMENT and not self._is_alias(context, reference.name):
                    raise ResolutionError(self.unknown_prefix(context, reference, node))
                return None
            if bound.prefix.iri is not None:
                return None
        return reference

    def unknown_prefix(
        self, context: Context, reference: Reference, node: Node | None
    ) -> Diagnostic:
        """The finding that a reference's prefix is not declared."""
        return error(
            "prefix-unknown",
            f"the prefix `{reference.name}` is not declared",
            context.document.span(node) if node is not None else None,
            hint=did_you_mean(reference.name, context.prefixes)
            or "declare it in `meta.prefixes`; if a plain string is meant, tag it `!!str`",
        )

    def resolve(self, context: Context, candidate: Candidate) -> Target:
        """What a reference of a document means, followed to its end.

        Raises `ResolutionError` or `RetrievalError`.
        """
        known = self._found.get(id(candidate))
        if known is None:
            try:
                known = self._resolve(context, candidate)
            except LinkdataError as problem:
                known = problem
            # Inside another look-up the answer may be one of a chain, or lack layers.
            if not self._expanding and (isinstance(known, Target) or not self._following):
                self._found[id(candidate)] = known
        if isinstance(known, LinkdataError):
            raise known
        return known

    def _resolve(self, context: Context, candidate: Candidate) -> Target:
        """Follow a chain of references, one after the other."""
        trail: list[int] = []
        try:
            while True:
                key = id(candidate)
                if key in self._following or len(self._following) >= MAX_NESTED + len(trail):
                    raise ResolutionError(self._cycle(context, candidate))
                self._following[key] = (context, candidate)
                trail.append(key)
                reference = self.reference(context, candidate)
                if reference is None:
                    return Target(context, candidate)
                target = self._look_up(context, reference, candidate)
                node = target.node
                if type(node) is Alias:
                    return self.place(target.context, node.target)
                if type(node) is not Candidate or self.reference(target.context, node) is None:
                    return target
                known = self._found.get(id(node))
                if isinstance(known, Target):
                    return known
                context, candidate = target.context, node
        finally:
            for key in trail:
                self._following.pop(key, None)

    def resolve_text(self, context: Context, text: str, slot: tuple[Step, ...] = ()) -> Target:
        """What a reference means that is not written in a document.

        `slot` is the path of the slot that it is thought to fill, for `@name`; the document's
        root without. Raises `ResolutionError` or `RetrievalError`.
        """
        reference = parse_reference(text)
        if reference is None:
            raise ResolutionError(
                error(
                    "reference-malformed", f"`{text}` is not a reference",
                    hint='for example `#data.devices`, `@name`, `prefix:/path`; '
                    'names with spaces are quoted: `#data."a b"`',
                )
            )  # fmt: skip
        if reference.form in (Form.SOURCE, Form.DOCUMENT):
            bound = context.prefixes.get(reference.name)
            if bound is None or bound.prefix.iri is not None:
                raise ResolutionError(self.unknown_prefix(context, reference, None))
        return self.settle(self._look_up(context, reference, None, slot))

    def _look_up(
        self,
        context: Context,
        reference: Reference,
        candidate: Candidate | None,
        slot: tuple[Step, ...] = (),
    ) -> Target:
        """Where a reference leads, not followed further."""
        form, path = reference.form, reference.path
        span = context.document.span(candidate) if candidate is not None else None
        if form is Form.LOCAL:
            return self._walk(self.root(context), path, reference, span)
        if form is Form.LEXICAL:
            start = self._lexical(context, path[0], candidate, slot, span)
            return self._walk(start, path[1:], reference, span, skipped=1)
        if form is Form.SOURCE:
            bound = context.prefixes[reference.name]
            where = span or context.document.source.span(0)
            external = External("hdf5", bound, reference.target, (), where)
            return Target(context, None, (), external)
        resource = self.registry.resource(context, reference, span)
        return self._in_resource(resource.contexts, reference, span)

    def _in_resource(
        self, contexts: Sequence[Context], reference: Reference, span: Span | None
    ) -> Target:
        if len(contexts) == 1:
            return self._walk(self.root(contexts[0]), reference.path, reference, span)
        found: list[Target] = []
        problem: LinkdataError | None = None
        for context in contexts:
            try:
                found.append(self._walk(self.root(context), reference.path, reference, span))
            except ResolutionError as missing:
                problem = missing
        if len(found) == 1:
            return found[0]
        if problem is not None and not found:
            raise problem
        if not found:
            raise ResolutionError(
                error("document-empty", f"there is no document behind `{reference}`", span)
            )
        related = [
            Related("it may mean this", target.context.document.span(target.node))
            for target in found
            if target.node is not None
        ]
        raise ResolutionError(
            error(
                "reference-ambiguous",
                f"`{reference}` means something in {len(found)} documents of the stream",
                span,
                related=related,
                hint="give the documents files of their own",
            )
        )

    # Lexical references

    def _lexical(
        self,
        context: Context,
        name: Step,
        candidate: Candidate | None,
        slot: tuple[Step, ...],
        span: Span | None,
    ) -> Target:
        assert isinstance(name, str)
        if candidate is not None:
            scopes = self._scopes(context, candidate)
        else:
            scopes = self._scopes_of_slot(context, slot)
        seen: list[str] = []
        inside_file = False
        owner = candidate.parent if candidate is not None and candidate.slot == FROM else None
        if candidate is not None and is_source(candidate):
            owner = candidate.parent.parent
        if owner is not None and id(owner) not in self._expanding:
            # What a `from` brings does not count in the look-up of its source.
            self._expanding[id(owner)] = context
            try:
                return self._lexical(context, name, candidate, slot, span)
            finally:
                del self._expanding[id(owner)]
        for scope, filled in scopes:
            hidden = RESERVED if is_root(scope.node) else ()
            target = self.field(scope, name) if name != filled and name not in hidden else None
            if target is not None and target.node is not None:
                return target
            inside_file = inside_file or target is not None
            seen += (key for key in self.names(scope) if key != filled and key not in hidden)
        hint = did_you_mean(name, seen)
        if inside_file and not hint:
            hint = "names inside a source file are reached with `#path` or `prefix:/path`"
        message = f"no object around this place has a field `{name}`"
        raise ResolutionError(error("reference-dangling", message, span, hint=hint))

    def _scopes(
        self, context: Context, candidate: Candidate
    ) -> Iterator[tuple[Target, Step | None]]:
        """The objects around a reference, innermost first, with the slot that it fills."""
        innermost = True
        for parent, slot in nodes.enclosing(candidate):
            if type(parent) is nodes.Sequence and parent.named is None:
                continue
            if innermost and is_source(candidate) and parent is candidate.parent:
                continue  # `from: {source: "@x"}` stands in the slot `from`
            yield self.place(context, parent), slot if innermost else None
            innermost = False

    def _scopes_of_slot(
        self, context: Context, slot: tuple[Step, ...]
    ) -> Iterator[tuple[Target, Step | None]]:
        """The same for a slot that is named from outside."""
        targets = [self.root(context)]
        for step in slot[:-1]:
            target = self.step(targets[-1], step)
            if target is None:
                break
            targets.append(target)
        filled = next((step for step in reversed(slot) if isinstance(step, str)), None)
        for target in reversed(targets):
            if target.node is not None and is_object(target.node):
                yield target, filled
                filled = None

    def root(self, context: Context) -> Target:
        """The root of a document, laid over the documents that it extends."""
        known = self._roots.get(id(context))
        if known is None:
            under: list[Layer] = []
            for extended in context.extends:
                base = self.root(extended)
                assert isinstance(base.node, Mapping)
                under += [(extended, base.node), *base.under]
            known = Target(context, context.document.root, tuple(under))
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

    # Paths

    def _walk(
        self,
        target: Target,
        path: tuple[Step, ...],
        reference: Reference,
        span: Span | None,
        skipped: int = 0,
    ) -> Target:
        try:
            return self.walk(target, path)
        except _Missing as missing:
            way = reference.path[: missing.index + skipped]
            step = reference.path[missing.index + skipped]
            what = cut_off(reference, way)
            name = f"[{step}]" if isinstance(step, int) else f"`{step}`"
            raise ResolutionError(
                error(
                    "reference-dangling",
                    f"there is no {name} in `{what}`" + (missing.reason and f": {missing.reason}"),
                    span,
                    hint=did_you_mean(str(step), missing.names),
                )
            ) from None

    def walk(self, target: Target, path: tuple[Step, ...]) -> Target:
        """Take the steps of a path, following references on the way but not at its end."""
        for index, step in enumerate(path):
            target = self.settle(target)
            found = self.field(target, step)
            if found is None:
                raise _Missing(index, target, self.names(target), self._why(target, step))
            target = found
        return target

    def settle(self, target: Target) -> Target:
        """Follow references and aliases until something else is reached."""
        node = target.node
        if type(node) is Candidate and self.reference(target.context, node) is not None:
            return self.resolve(target.context, node)
        if type(node) is Alias:
            return self.place(target.context, node.target)
        return target

    def step(self, target: Target, step: Step) -> Target | None:
        """The same from any target, and followed."""
        found = self.field(self.settle(target), step)
        return None if found is None else self.settle(found)

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
                if target.under:
                    return self._layered(target, step)
                found = None if node.named is None else node.named.get(step)
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
        found: dict[str, None] = {}
        layers, external = self.object(target)
        nulls: dict[str, int] = {}
        for depth, (_, mapping) in enumerate(layers):
            for key, value in entries(mapping).items():
                if depth and key in RESERVED and is_root(mapping):
                    continue
                if key not in found and isinstance(value, Scalar) and value.is_null:
                    nulls[key] = depth
                found[key] = None
        for key, depth in nulls.items():  # laid over something, null takes it away
            if external is not None or any(key in entries(m) for _, m in layers[depth + 1 :]):
                del found[key]
        return list(found)

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
            known = self._expand(target, node)
            # While an outer `from` is being expanded, what is found may lack its layers.
            if not self._expanding:
                self._objects[key] = known
        return known

    def _expand(self, target: Target, node: Mapping | nodes.Sequence) -> Object:
        raw: list[Layer] = [(target.context, node), *target.under]
        for index, (context, mapping) in enumerate(raw):
            if FROM not in entries(mapping):
                continue
            if id(mapping) in self._expanding:
                # Only text counts for names that a `from` itself needs.
                return Object(tuple(raw[: index + 1]), None)
            base = self._brought(context, mapping)
            if base is None:
                continue
            return Object((*raw[: index + 1], *base.layers), base.external)
        return Object(tuple(raw), target.external)

    def _brought(self, context: Context, mapping: Mapping | nodes.Sequence) -> Object | None:
        """What the `from` of a mapping brings; None when it has the wrong form (check tells)."""
        origin = origin_of(mapping)
        if origin is None:
            return None
        kind, candidate = origin
        if len(self._expanding) >= MAX_NESTED:
            raise ResolutionError(self._from_cycle(context, candidate))
        reference = self.reference(context, candidate)
        if reference is None:
            return None
        if reference.form is Form.SOURCE:
            span = context.document.span(candidate)
            bound = context.prefixes[reference.name]
            return Object((), External(kind, bound, reference.target, (), span))
        if kind != "linkdata":
            return None
        self._expanding[id(mapping)] = context
        try:
            target = self.resolve(context, candidate)
            node = target.node
            if node is not None and id(node) in self._expanding:
                raise ResolutionError(self._from_cycle(context, candidate))
            if node is not None and not is_object(node):
                raise ResolutionError(
                    error(
                        "from-not-object", f"`{candidate.text}` is not an object",
                        context.document.span(candidate),
                        related=[Related("it leads here", target.context.document.span(node))],
                        hint="only objects are brought; refer to a value directly",
                    )
                )  # fmt: skip
            if isinstance(node, Mapping | nodes.Sequence) and FROM in entries(node):
                return self._expand(target, node)
            return self.object(target)
        finally:
            del self._expanding[id(mapping)]

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

    # What went wrong

    def _cycle(self, context: Context, candidate: Candidate) -> Diagnostic:
        chain = list(self._following.values())
        keys = list(self._following)
        if id(candidate) in keys:
            chain = chain[keys.index(id(candidate)) :]
        where, first = chain[0] if chain else (context, candidate)
        way = " -> ".join(f"`{link.text}`" for _, link in [*chain, (where, first)])
        return error(
            "reference-cycle",
            f"the chain of references never arrives: {way}",
            where.document.span(first),
            related=[Related("it goes on here", at.document.span(link)) for at, link in chain[1:]],
            hint="one of them has to lead to an object or a value",
        )

    def _from_cycle(self, context: Context, candidate: Candidate) -> Diagnostic:
        return error(
            "from-cycle",
            f"the chain of `from` never arrives: `{candidate.text}` comes from itself",
            context.document.span(candidate),
            hint="one of the objects has to stand on its own",
        )

    def _why(self, target: Target, step: Step) -> str:
        node = target.node
        if isinstance(node, Scalar):
            return "it is a null" if node.is_null else "it is a single value"
        if type(node) is nodes.Sequence:
            if isinstance(step, int):
                return f"it has {len(node.items)} items, counted from [0]"
            return "" if node.named is not None else "it is a list; positions are in brackets"
        return "it is not a list" if isinstance(step, int) else ""

    @staticmethod
    def _is_alias(context: Context, name: str) -> bool:
        return any(item.alias == name for item in context.imports.values())


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


def origin_of(mapping: Node) -> tuple[str, Candidate] | None:
    """The type and the source of a mapping's `from`; None when it has not that form."""
    origin = entries(mapping).get(FROM)
    if type(origin) is Candidate:
        return "linkdata", origin
    if origin is not None:
        fields = entries(origin)
        kind, source = fields.get("type"), fields.get("source")
        if isinstance(kind, Scalar) and type(source) is Candidate and isinstance(kind.value, str):
            return kind.value, source
    return None


def is_meta(node: Node | None) -> bool:
    """Whether a node is the `meta` of a document."""
    return type(node) is Mapping and node.slot == META and is_root(node.parent)


def is_root(node: Node | None) -> bool:
    """Whether a node is the root of a document."""
    return type(node) is Mapping and node.parent is None


def is_source(candidate: Candidate) -> bool:
    """Whether a candidate is the `source` of a `from` in its long form."""
    return candidate.slot == "source" and candidate.parent.slot == FROM


def cut_off(reference: Reference, path: tuple[Step, ...]) -> str:
    """The reference cut off after some steps of its path, for messages."""
    if reference.form is Form.LEXICAL and not path:
        return "@"
    return str(reference._replace(path=path))
