"""Imports: from what a document declares to compiled schemas.

Takes: a graph and one of its documents.
Gives: `Imports`: the schema of each import, by its alias; LinkML texts of translated ones.
Implements: `specs/linkdata-1.0.md`, section "Schemas and imports".

An import's sources are tried in the order in which they are written. A namespace of the NWB
specification language is translated to LinkML, with those that it includes: another import of the
document of that name if there is one, else what lies in the same place.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from linkdata.errors import Diagnostic, LinkdataError, SchemaError, error
from linkdata.graph.files import located
from linkdata.resolve.registry import Context
from linkdata.resolve.retrievers import Retriever
from linkdata.schema.cache import CompiledSchemas
from linkdata.schema.fetched import Fetched
from linkdata.schema.linkml import gather_linkml
from linkdata.schema.lock import Lock
from linkdata.schema.model import Schema
from linkdata.schema.namespaces import gather
from linkdata.schema.places import Places, SchemaText, sources
from linkdata.syntax.document import Import

if TYPE_CHECKING:
    from linkdata.graph.graph import Graph


@dataclass(frozen=True, slots=True)
class Imported:
    """A schema that was imported. `linkml` gives its LinkML schemas as plain data, by name.

    It takes the base of the IRIs of what is translated; without one it is the usual one. `texts`
    are those that were read for it.
    """

    declared: Import
    place: str
    schema: Schema
    linkml: Callable[..., Mapping[str, Mapping[str, Any]]]
    texts: Mapping[str, str] = field(repr=False)


class Imports:
    """The schemas of one document, loaded when they are asked for."""

    def __init__(
        self,
        graph: Graph,
        context: Context,
        cache: CompiledSchemas | None = None,
        retriever: Retriever | None = None,
        *,
        is_locked: bool = True,
    ) -> None:
        """`retriever` gets the texts of `path`; without one, files below the allowed roots. What
        `linkdata.lock` says counts unless `is_locked` is false.
        """
        self._is_locked = is_locked
        self.context = context
        self.cache = cache or CompiledSchemas()
        self._graph = graph
        self._retriever = retriever
        self._texts: dict[str, SchemaText] = {}

    @cached_property
    def lock(self) -> Lock:
        """What the document's imports are to be. Raises `SchemaError` (`lock-invalid`)."""
        return Lock.beside(self.context.location) if self._is_locked else Lock(None, {})

    @cached_property
    def fetched(self) -> Fetched:
        """What is fetched from a network for the document."""
        pins = [dict(one.files) for one in self.lock.entries.values()]
        return Fetched(self._graph.files.binder.network, ChainMap(*pins))

    @cached_property
    def _places(self) -> Places:
        return Places(self._graph, self.context, self._retriever, self.fetched)

    @cached_property
    def all(self) -> dict[str, Imported]:
        """All imports by their aliases. Raises `SchemaError` with everything that is wrong."""
        found: dict[str, Imported] = {}
        problems: list[Diagnostic] = []
        for item in self.context.imports.values():
            try:
                found[item.alias] = self.imported(item)
            except LinkdataError as problem:
                problems += problem.diagnostics
        if problems:
            raise SchemaError(problems)
        return found

    def imported(self, item: Import) -> Imported:
        """One import. Raises `SchemaError` and its kin, at the place of the import."""
        text = self._text(item)
        try:
            made = self._translated if text.is_namespace else self._linkml
            found = made(item, text)
            self.lock.verify(item.name, item.version, found.texts, found.schema, item.span)
        except LinkdataError as problem:
            raise located(problem, item.span) from problem
        return found

    def namespaces(self, item: Import) -> Mapping[str, SchemaText]:
        """The texts of a namespace and of those that it includes; none of a LinkML schema.

        Raises `SchemaError` and its kin.
        """
        text = self._text(item)
        return gather(item.name, text, self._included).texts if text.is_namespace else {}

    def _text(self, item: Import) -> SchemaText:
        """The text of an import, from the first of its sources that has it."""
        known = self._texts.get(item.name)
        if known is not None:
            return known
        problems: list[Diagnostic] = []
        locked = self.lock.find(item.name, item.version)
        # What is locked is looked for first; what is found instead is compared with it.
        for version in dict.fromkeys((locked.version if locked else item.version, item.version)):
            for source in sources(item.sources):
                try:
                    known = self._places.find(item.name, version, source, self._location(item))
                except LinkdataError as problem:
                    problems += problem.diagnostics
                    continue
                self._texts[item.name] = known
                return known
        if not problems:
            hint = "for example `from: [{pypi: {package: pynwb}}]`"
            message = f"the import `{item.name}` says no place to have it from"
            problems = [error("schema-not-found", message, item.span, hint=hint)]
        raise SchemaError(problems)

    def _location(self, item: Import) -> str:
        """The location of the document that declares an import."""
        for resource in self._graph.registry.resources.values():
            for context in resource.contexts:
                if context.document.source is item.span.source:
                    return resource.location
        return self.context.location

    # LinkML

    def _linkml(self, item: Import, text: SchemaText) -> Imported:
        found = gather_linkml(item.name, text, item.span)
        schema = found.compiled(self.cache)
        return Imported(item, text.place, schema, lambda base=None: found.schemas, found.read)

    # The NWB specification language

    def _translated(self, item: Import, text: SchemaText) -> Imported:
        gathered = gather(item.name, text, self._included)
        if item.version is not None and gathered.version != item.version:
            raise SchemaError(
                error("schema-not-found", f"`{text.place}` has version {gathered.version} of "
                      f"`{item.name}`, not {item.version}", item.span)
            )  # fmt: skip
        return Imported(
            item, text.place, gathered.compiled(self.cache), gathered.linkml, gathered.read
        )

    def _included(self, name: str, text: SchemaText) -> SchemaText:
        declared = self.context.imports.get(name)
        if declared is not None:
            return self._text(declared)
        try:
            return text.neighbour(name)
        except (LinkdataError, LookupError) as problem:
            raise SchemaError(
                error("schema-not-found", f"the included namespace `{name}` is not beside "
                      f"`{text.place}`", hint=f"import `{name}` too")
            ) from problem  # fmt: skip
