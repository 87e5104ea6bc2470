"""The resolver: from a reference to what it means. Pure look-up, no input or output.

Takes: a closed `Registry`, a context, and a reference or path.
Gives: a `Target`: a node of a document, an object laid over others, or a place in a source file.
Implements: `specs/linkdata-1.0.md`, sections "References" and "Lexical scopes".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from linkdata.errors import LinkdataError, Related, ResolutionError, did_you_mean, error
from linkdata.resolve.misses import MAX_SHOWN, Elsewhere, Missing, cycle, why
from linkdata.resolve.origins import unknown_prefix
from linkdata.resolve.overlays import Overlays
from linkdata.resolve.registry import Context, Registry
from linkdata.resolve.streams import Streams
from linkdata.resolve.targets import (
    External,
    Target,
    is_object,
    is_root,
    is_source,
    owner_of,
)
from linkdata.spans import Span
from linkdata.syntax import nodes
from linkdata.syntax.document import RESERVED
from linkdata.syntax.nodes import Alias, Candidate, Kind, Node, Step
from linkdata.syntax.references import Form, Reference, is_escaped, parse_reference


class _Step:
    """A reference that is being followed: where it got to, and what of its path is left."""

    __slots__ = ("candidate", "context", "index", "path", "reference", "target")

    def __init__(self, context: Context, candidate: Candidate) -> None:
        self.context = context
        self.candidate = candidate
        self.reference: Reference | None = None
        self.target: Target | None = None
        self.path: tuple[Step, ...] = ()
        self.index = 0


class Resolver(Overlays):
    """Looks things up in one registry, and remembers what it found."""

    def __init__(self, registry: Registry) -> None:
        super().__init__()
        self.registry = registry
        self._found: dict[int, Target | LinkdataError] = {}
        self._following: dict[int, _Step] = {}
        self._streams = Streams(self._names_at)
        self._elsewhere = Elsewhere()

    def forget(self) -> None:
        """Let go of what was found so far; it is looked up again when it is asked for."""
        self._found.clear()
        self._objects.clear()
        self._places.clear()

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
                    span = context.document.span(node)
                    raise ResolutionError(unknown_prefix(context, reference.name, span))
                return None
            if bound.prefix.iri is not None:
                return None
        return reference

    def resolve(self, context: Context, candidate: Candidate) -> Target:
        """What a reference of a document means, followed to its end.

        Raises `ResolutionError` or `RetrievalError`.
        """
        known = self._found.get(id(candidate))
        if known is None:
            with self._lock:
                known = self._follow(context, candidate)
        if isinstance(known, LinkdataError):
            raise known
        return known

    def _follow(self, context: Context, candidate: Candidate) -> Target | LinkdataError:
        """Follow a reference, and those that its way leads through, without recursion."""
        stack = [_Step(context, candidate)]
        self._following[id(candidate)] = stack[0]
        answer: Target | LinkdataError
        try:
            while True:
                step = stack[-1]
                try:
                    through = self._advance(step)
                except LinkdataError as problem:
                    answer = problem
                    break
                if through is None:  # it has arrived
                    assert step.target is not None
                    answer = step.target
                    self._keep(step, answer)
                    stack.pop()
                    self._following.pop(id(step.candidate))
                    if not stack:
                        return answer
                    stack[-1].target = answer
                    continue
                known = self._found.get(id(through.candidate))
                if isinstance(known, Target):
                    step.target = known
                elif known is not None:
                    answer = known
                    break
                elif id(through.candidate) in self._following:
                    answer = self._circle(through.candidate)
                    break
                else:
                    stack.append(through)
                    self._following[id(through.candidate)] = through
            # All that depended on what failed fails for the same reason.
            for step in stack:
                self._keep(step, self._found.get(id(step.candidate), answer))
            return self._found.get(id(candidate), answer)
        finally:
            for step in stack:
                self._following.pop(id(step.candidate), None)

    def _keep(self, step: _Step, answer: Target | LinkdataError) -> None:
        """Remember an answer, unless it may lack layers that are just being put together."""
        if not self._expanding:
            self._found[id(step.candidate)] = answer

    def _advance(self, step: _Step) -> _Step | None:
        """Go on until another reference has to be followed first, or until it has arrived."""
        if step.target is None:
            reference = self.reference(step.context, step.candidate)
            if reference is None:
                step.target = Target(step.context, step.candidate)
                return None
            step.reference = reference
            step.target, step.path = self.begin(step.context, reference, step.candidate, ())
        while True:
            target = step.target
            node = target.node
            if type(node) is Candidate and node is not step.candidate:
                if self.reference(target.context, node) is not None:
                    return _Step(target.context, node)
            elif type(node) is Candidate and step.reference is not None:
                return _Step(target.context, node)  # a reference to itself
            elif type(node) is Alias:
                step.target = self.place(target.context, node.target)
                continue
            if step.index == len(step.path):
                return None
            found = self.field(target, step.path[step.index])
            if found is None:
                assert step.reference is not None
                missing = Missing(step.index, target, self.names(target),
                                   why(target, step.path[step.index]))  # fmt: skip
                span = step.context.document.span(step.candidate)
                raise ResolutionError(missing.finding(step.reference, span))
            step.target = found
            step.index += 1

    def _circle(self, candidate: Candidate) -> LinkdataError:
        """The answer for all references of a circle, each with itself as the first."""
        chain = list(self._following.values())
        start = next(i for i, step in enumerate(chain) if step.candidate is candidate)
        circle = chain[start:]
        for number, step in enumerate(circle):
            turned = circle[number : number + MAX_SHOWN + 1]
            turned += circle[: min(number, MAX_SHOWN + 1 - len(turned))]
            problem = ResolutionError(cycle(_places(turned), len(circle)))
            if not self._expanding:
                self._found[id(step.candidate)] = problem
            if number == 0:
                answer = problem
        return answer

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
                raise ResolutionError(unknown_prefix(context, reference.name, None))
        target, path = self.begin(context, reference, None, slot)
        try:
            return self.settle(self.walk(target, path))
        except Missing as missing:
            raise ResolutionError(missing.finding(reference, None)) from None

    def begin(
        self,
        context: Context,
        reference: Reference,
        candidate: Candidate | None,
        slot: tuple[Step, ...],
    ) -> tuple[Target, tuple[Step, ...]]:
        """Where the way of a reference begins, and the steps to take from there."""
        form = reference.form
        if form is Form.LOCAL:
            return self.root(context), reference.path
        if form is Form.LEXICAL:
            return self._scope(context, str(reference.path[0]), candidate, slot), reference.path
        span = _span(context, candidate)
        if form is Form.SOURCE:
            bound = context.prefixes[reference.name]
            where = span or context.document.source.span(0)
            external = External("hdf5", bound, reference.target, (), where)
            return Target(context, None, (), external), ()
        contexts = self.registry.resource(context, reference, span).contexts
        if len(contexts) == 1:
            return self.root(contexts[0]), reference.path
        return self._in_resource(contexts, reference, span), ()

    def _in_resource(
        self, contexts: Sequence[Context], reference: Reference, span: Span | None
    ) -> Target:
        """The same in the one document of a stream that has the path."""
        found: list[Target] = []
        problem = error("document-empty", f"there is no document behind `{reference}`", span)
        # While layers are being put together, what is seen of them is not to be remembered.
        narrowed = contexts if self._expanding else self._streams.having(contexts, reference.path)
        for context in narrowed or contexts[-1:]:
            try:
                found.append(self.walk(self.root(context), reference.path))
            except Missing as missing:
                problem = missing.finding(reference, span)
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

    def _names_at(self, context: Context, path: tuple[Step, ...]) -> list[str] | None:
        """The names at a path, or None where there may be more than they tell."""
        try:
            target = self.settle(self.walk(self.root(context), path))
        except Missing:
            return []
        if target.node is None or not is_object(target.node):
            return None if target.node is None else []
        return None if self.object(target).external is not None else self.names(target)

    # Lexical references

    def _scope(
        self, context: Context, name: str, candidate: Candidate | None, slot: tuple[Step, ...]
    ) -> Target:
        """The nearest scope that has a name; `ResolutionError` when none has."""
        owner = owner_of(candidate) if candidate is not None else None
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
        hint = self._elsewhere.hint(context.document, name) or did_you_mean(name, sorted(names))
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
                raise Missing(index, target, self.names(target), why(target, step))
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

    @staticmethod
    def _is_alias(context: Context, name: str) -> bool:
        return any(item.alias == name for item in context.imports.values())


def _places(chain: list[_Step]) -> list[tuple[Context, Candidate]]:
    return [(step.context, step.candidate) for step in chain]


def _span(context: Context, candidate: Candidate | None) -> Span | None:
    return context.document.span(candidate) if candidate is not None else None
