"""The resolver: from a reference to what it means. Pure look-up, no input or output.

Takes: a closed `Registry`, a context, and a reference or path.
Gives: a `Target`: a node of a document, an object laid over others, or a place in a source file.
Implements: `specs/linkdata-1.0.md`, sections "References" and "Lexical scopes".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from linkdata.errors import Diagnostic, LinkdataError, Related, ResolutionError, did_you_mean, error
from linkdata.resolve.overlays import MAX_NESTED, Overlays
from linkdata.resolve.registry import Context, Registry
from linkdata.resolve.targets import (
    FROM,
    External,
    Target,
    is_object,
    is_root,
    is_source,
)
from linkdata.spans import Span
from linkdata.syntax import nodes
from linkdata.syntax.document import RESERVED
from linkdata.syntax.nodes import Alias, Candidate, Kind, Node, Scalar, Step
from linkdata.syntax.references import Form, Reference, is_escaped, parse_reference


class _Missing(Exception):
    """A path ends before its last step: at which step, in what, and what there is instead."""

    def __init__(self, index: int, target: Target, names: Iterable[str], reason: str) -> None:
        super().__init__(reason)
        self.index = index
        self.target = target
        self.names = names
        self.reason = reason


class Resolver(Overlays):
    """Looks things up in one registry, and remembers what it found."""

    def __init__(self, registry: Registry) -> None:
        super().__init__()
        self.registry = registry
        self._found: dict[int, Target | LinkdataError] = {}
        self._following: dict[int, tuple[Context, Candidate]] = {}

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
        try:
            if form is Form.LOCAL:
                return self.walk(self.root(context), path)
            if form is Form.LEXICAL:
                scope = self._scope(context, str(path[0]), candidate, slot)
                return self.walk(scope, path)
        except _Missing as missing:
            span = _span(context, candidate)
            raise ResolutionError(self._dangling(reference, missing, span)) from None
        span = _span(context, candidate)
        if form is Form.SOURCE:
            bound = context.prefixes[reference.name]
            where = span or context.document.source.span(0)
            return Target(context, None, (), External("hdf5", bound, reference.target, (), where))
        resource = self.registry.resource(context, reference, span)
        return self._in_resource(resource.contexts, reference, span)

    def _in_resource(
        self, contexts: Sequence[Context], reference: Reference, span: Span | None
    ) -> Target:
        """The same in the one document of a stream that has the path."""
        found: list[Target] = []
        problem = error("document-empty", f"there is no document behind `{reference}`", span)
        for context in contexts:
            try:
                found.append(self.walk(self.root(context), reference.path))
            except _Missing as missing:
                problem = self._dangling(reference, missing, span)
        if len(found) == 1:
            return found[0]
        if not found:
            raise ResolutionError(problem)
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

    def _scope(
        self, context: Context, name: str, candidate: Candidate | None, slot: tuple[Step, ...]
    ) -> Target:
        """The nearest scope that has a name; `ResolutionError` when none has."""
        owner = None
        if candidate is not None:
            owner = candidate.parent if candidate.slot == FROM else None
            owner = candidate.parent.parent if is_source(candidate) else owner
        if owner is not None and id(owner) not in self._expanding:
            # What a `from` brings does not count in the look-up of its source.
            self._expanding[id(owner)] = context
            try:
                return self._scope(context, name, candidate, slot)
            finally:
                del self._expanding[id(owner)]

        def scopes() -> Iterator[tuple[Target, Step | None]]:
            if candidate is not None:
                return self._scopes(context, candidate)
            return self._scopes_of_slot(context, slot)

        inside_file = False
        for scope, filled in scopes():
            if name == filled or (name in RESERVED and is_root(scope.node)):
                continue
            found = self.field(scope, name)
            if found is not None and found.node is not None:
                return scope
            inside_file = inside_file or found is not None
        names = {
            key
            for scope, filled in scopes()
            for key in self.names(scope)
            if key != filled and not (key in RESERVED and is_root(scope.node))
        }
        hint = did_you_mean(name, sorted(names))
        if inside_file and not hint:
            hint = "names inside a source file are reached with `#path` or `prefix:/path`"
        message = f"no object around this place has a field `{name}`"
        span = _span(context, candidate)
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

    # Paths

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

    def _dangling(self, reference: Reference, missing: _Missing, span: Span | None) -> Diagnostic:
        step = reference.path[missing.index]
        what = cut_off(reference, missing.index)
        name = f"[{step}]" if isinstance(step, int) else f"`{step}`"
        return error(
            "reference-dangling",
            f"there is no {name} in `{what}`" + (missing.reason and f": {missing.reason}"),
            span,
            hint=did_you_mean(str(step), missing.names),
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


def cut_off(reference: Reference, length: int) -> str:
    """The reference with only the first steps of its path, for messages."""
    if reference.form is Form.LEXICAL and not length:
        return "@"
    return str(reference._replace(path=reference.path[:length]))


def _span(context: Context, candidate: Candidate | None) -> Span | None:
    return context.document.span(candidate) if candidate is not None else None
