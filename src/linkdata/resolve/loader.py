"""The loader: the only place where documents are read.

Takes: the location of a document, a retriever, the configured authorities.
Gives: a frozen `Registry` of that document and all that it extends or refers to.
Implements: `specs/linkdata-1.0.md`, sections "`extends`", "Prefixes" and "Resources, roots and
authorities".

Each location is read once: where digests are declared, those of the bytes that are used are
checked, whoever asked for them first. What cannot be had is kept as a failure, and told to whoever
follows a reference there; source files (HDF5) are not touched.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, TypeAlias

from linkdata import collector, iri
from linkdata.errors import Diagnostic, LinkdataError, Related, RetrievalError, error
from linkdata.resolve.bindings import check_bytes, digests, first
from linkdata.resolve.network import Network
from linkdata.resolve.registry import (
    Bound,
    Context,
    Registry,
    Resource,
    binding_key,
    join,
    locate,
    stem,
)
from linkdata.resolve.retrievers import Retrieved, Retriever
from linkdata.resolve.texts import Text, Texts, made, parsed
from linkdata.spans import Source, Span
from linkdata.store.digests import Digest
from linkdata.syntax.document import Document, Extension, Import
from linkdata.syntax.references import Form, parse_reference

#: How many levels of `extends` may lie below a document: whoever looks something up goes down them.
MAX_LEVELS = 200

#: Makes one resource, and yields what makes those that it extends; see `_run`.
_Making: TypeAlias = "Generator[_Making, Resource, Resource]"


@dataclass(slots=True)
class Loader:
    """Loads documents and all that they need, each text once, however many refer to it.

    What was loaded stays as it was. To see what has changed since, load with another loader; with
    the same `texts` it reads only the files that have changed.
    """

    retriever: Retriever
    authorities: Mapping[str, str] = field(default_factory=dict)
    texts: Texts = field(default_factory=Texts)
    network: Network = field(default_factory=Network)
    _resources: dict[str, Resource] = field(default_factory=dict)
    _failures: dict[str, Diagnostic] = field(default_factory=dict)
    _bindings: dict[Bound, str] = field(default_factory=dict)
    _aliases: dict[str, str] = field(default_factory=dict)
    _read: dict[str, Text] = field(default_factory=dict)
    _retrieved: dict[str, Retrieved] = field(default_factory=dict)
    _levels: dict[Context, int] = field(default_factory=dict)
    _extending: dict[str, Span | None] = field(default_factory=dict)
    _waiting: list[Context] = field(default_factory=list)

    def load(self, location: str, name: str | None = None) -> Registry:
        """Load the document at `location`; messages call it `name`.

        Raises `RetrievalError` or `TextError` when there is no text to be had at all. What is
        wrong with the text is in the resources' diagnostics.
        """
        return self._close(self._obtain(location, name or location, None))

    def load_text(self, text: str, location: str, name: str) -> Registry:
        """The same for a text that is at hand."""
        found = self._read[location] = parsed(Source(name, text), location)
        return self._close(_run(self._made(found, None)))

    def load_made(self, fields: Mapping[str, Any], location: str, name: str) -> Registry:
        """The same for a document that nobody wrote, of fields that are texts and mappings."""
        text = self._read[location] = made(fields, location, name)
        return self._close(_run(self._made(text, None)))

    def again(self) -> Loader:
        """A loader that has loaded nothing yet, and reads only what has changed."""
        return Loader(self.retriever, self.authorities, self.texts, self.network)

    def _close(self, root: Resource) -> Registry:
        with collector.paused():
            while self._waiting:
                self._load_referenced(self._waiting.pop())
        return Registry(
            root,
            MappingProxyType(self._resources),
            MappingProxyType(self._failures),
            MappingProxyType(self._bindings),
            MappingProxyType(dict(self.authorities)),
            MappingProxyType(self._aliases),
        )

    # One resource

    def _bytes(self, location: str, span: Span | None) -> Retrieved:
        """The bytes at a location, the same each time. Raises `LinkdataError`."""
        text = self._read.get(location)
        if text is not None:
            return Retrieved(text.data, text.location)
        found = self._retrieved.get(location)
        if found is None:
            found = self._retrieved[location] = self.retriever.retrieve(location, span)
        return found

    def _text(self, location: str, name: str, span: Span | None) -> Text:
        """The text at a location, the same each time. Raises `LinkdataError`."""
        text = self._read.get(location)
        if text is not None:
            return text
        if location not in self._retrieved:
            text = self.texts.fresh(location, self.retriever)
        if text is None:
            found = self._bytes(location, span)
            # It may have been read already, as several locations can lead to one.
            text = self._read.get(found.location) or self.texts.read(location, found, name, span)
            del self._retrieved[location]
        self._read[location] = text = self._read.setdefault(text.location, text)
        if location != text.location:
            self._aliases[location] = text.location
        return text

    def _obtain(self, location: str, name: str, span: Span | None) -> Resource:
        """The resource at a location, made unless it was before. Raises `LinkdataError`."""
        return _run(self._resource(location, name, span))

    def _resource(self, location: str, name: str, span: Span | None) -> _Making:
        text = self._text(location, name, span)
        found = self._resources.get(text.location)
        return found if found is not None else (yield from self._made(text, span))

    def _made(self, text: Text, span: Span | None) -> _Making:
        """Makes the resource of a text, for the entry of `extends` at `span` if there is one."""
        found = list(text.diagnostics)
        location = text.location
        self._extending[location] = span
        contexts: list[Context] = []
        try:
            for document in text.documents:
                extends = yield from self._extends(document, location, found)
                context = self._context(document, location, extends, found)
                self._levels[context] = max((self._levels[one] + 1 for one in extends), default=0)
                contexts.append(context)
        finally:
            del self._extending[location]
        resource = Resource(location, tuple(contexts), tuple(found))
        self._resources[location] = resource
        self._waiting += contexts
        return resource

    def _context(
        self,
        document: Document,
        location: str,
        extends: tuple[Context, ...],
        found: list[Diagnostic],
    ) -> Context:
        meta = document.meta
        declared_base = meta.base
        prefixes: dict[str, Bound] = {}
        imports = dict(meta.imports)
        for context in extends:
            declared_base = declared_base or context.base
            for name, bound in context.prefixes.items():
                prefixes.setdefault(name, bound)
            for name, item in context.imports.items():
                imports.setdefault(name, item)
        base = declared_base or iri.DEFAULT_BASE
        for name, prefix in meta.prefixes.items():
            prefixes[name] = Bound(prefix, location, base)
        found += _bad_digests(document)
        found += _collisions(document, prefixes, imports)
        overlaid = bool(extends) or any(
            c.slot == "from" or (c.slot == "source" and c.parent.slot == "from")
            for c in document.candidates
        )
        identity = base + (meta.id if meta.id is not None else stem(location))
        return Context(
            document,
            identity,
            location,
            declared_base,
            MappingProxyType(prefixes),
            MappingProxyType(imports),
            extends,
            overlaid,
        )

    def _extends(
        self, document: Document, location: str, found: list[Diagnostic]
    ) -> Generator[_Making, Resource, tuple[Context, ...]]:
        """The documents that a document extends, each once, later ones first."""
        extended: list[Context] = []
        for extension in document.meta.extends:
            try:
                resource = yield self._extended(document, location, extension)
                extended.append(self._only(resource, extension))
            except LinkdataError as problem:
                found += problem.diagnostics
        return tuple(dict.fromkeys(reversed(extended)))

    def _extended(self, document: Document, location: str, extension: Extension) -> _Making:
        """Makes the resource that an entry of `extends` means."""
        span = extension.span
        if extension.authority:
            probe = Context(document, "", location, None, {}, {})
            asked = locate(probe, extension.authority, extension.path, self.authorities, span)
        else:
            asked = join(location, extension.path, span)
        name = self._name(location, extension.path, extension.authority)
        target = self._text(asked, name, span).location
        if target in self._extending:
            chain = list(self._extending)
            spans = [self._extending[step] for step in chain[chain.index(target) + 1 :]]
            raise RetrievalError(
                error(
                    "extends-cycle", f"`{extension.path}` extends this document in turn", span,
                    related=[Related("through this", at) for at in spans if at],
                    hint="let one of the documents stand on its own",
                )
            )  # fmt: skip
        return self._resource(target, name, span)

    def _only(self, resource: Resource, extension: Extension) -> Context:
        """The one document of a resource that is extended."""
        if len(resource.contexts) != 1:
            raise RetrievalError(
                error(
                    "document-not-in-stream",
                    f"`{extension.path}` holds {len(resource.contexts)} documents, not one",
                    extension.span,
                    hint="give the document to extend a file of its own",
                )
            )
        context = resource.contexts[0]
        if self._levels[context] >= MAX_LEVELS:
            raise RetrievalError(
                error(
                    "extends-invalid",
                    f"there are more than {MAX_LEVELS} levels of `extends` below this document",
                    extension.span,
                    hint="extend several documents at once, in a list",
                )
            )
        return context

    # What documents refer to

    def _load_referenced(self, context: Context) -> None:
        for candidate in context.document.candidates:
            if candidate.text[0] in "#@":
                continue
            reference = parse_reference(candidate.text)
            if reference is None or reference.form is Form.SOURCE:
                continue
            span = context.document.span(candidate)
            if reference.form is Form.DOCUMENT:
                bound = context.prefixes.get(reference.name)
                if bound is not None and bound.prefix.iri is None:
                    self._bind(bound)
                continue
            try:
                location = locate(context, reference.name, reference.target, self.authorities, span)
            except LinkdataError:
                continue  # told when the reference is followed
            known = self._aliases.get(location, location)
            if known not in self._resources and location not in self._failures:
                name = self._name(context.location, reference.target, reference.name)
                try:
                    self._obtain(location, name, None)
                except LinkdataError as problem:
                    self._failures[location] = problem.diagnostic

    def _bind(self, bound: Bound) -> None:
        """Find the document that a prefix means: the first location with the right content."""
        key = binding_key(bound)
        if bound in self._bindings or key in self._failures:
            return

        def attempt(location: str, span: Span) -> str:
            wanted = digests(bound)
            if wanted:
                check_bytes(self._bytes(location, span), wanted, span)
            name = self._name(bound.location, _relative(bound, location), "")
            return self._obtain(location, name, span).location

        try:
            self._bindings[bound] = first(bound, attempt, self.network)
        except LinkdataError as problem:
            self._failures[key] = problem.diagnostic

    def _name(self, base: str, path: str, authority: str) -> str:
        """What messages call a file: as its user would, seen from the document that names it."""
        if authority:
            return f"//{authority}/{path}"
        text = self._read.get(base)
        beside = base if text is None else text.source.name
        if path.startswith("/"):
            return path
        if beside == base:  # a document that was given no name is called by its location
            return join(base, path, None)
        return str(_normal(PurePosixPath(beside).parent / path))


def _run(making: _Making) -> Resource:
    """The resource that a generator makes; it is given those that it asks for.

    However many levels of `extends` there are, Python's stack does not grow.
    """
    stack = [making]
    step: Any = making.__next__
    while True:
        try:
            stack.append(step())
            step = stack[-1].__next__
        except StopIteration as done:
            stack.pop()
            if not stack:
                found: Resource = done.value
                return found
            step = partial(stack[-1].send, done.value)
        except LinkdataError as problem:
            stack.pop()
            if not stack:
                raise
            step = partial(stack[-1].throw, problem)


def _bad_digests(document: Document) -> Iterator[Diagnostic]:
    for prefix in document.meta.prefixes.values():
        for text, span in prefix.hashes:
            try:
                Digest.parse(text, span)
            except LinkdataError as problem:
                yield from problem.diagnostics


def _collisions(
    document: Document, prefixes: Mapping[str, Bound], imports: Mapping[str, Import]
) -> Iterator[Diagnostic]:
    """Prefixes with the name of an import, unless both are inherited: then told there."""
    own = document.meta
    for item in imports.values():
        bound = prefixes.get(item.alias)
        if bound is not None and (item.alias in own.prefixes or item.name in own.imports):
            yield error(
                "prefix-collision", f"`{item.alias}` is a prefix and the name of an import",
                bound.prefix.span, related=[Related("the import", item.span)],
                hint="rename one of the two",
            )  # fmt: skip


def _relative(bound: Bound, location: str) -> str:
    for item in bound.prefix.locations:
        if item.kind == "path" and join(bound.location, item.target, None) == location:
            return item.target
    return location


def _normal(path: PurePosixPath) -> PurePosixPath:
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts and parts[-1] not in ("..", "/"):
            parts.pop()
        else:
            parts.append(part)
    return PurePosixPath(*parts)
