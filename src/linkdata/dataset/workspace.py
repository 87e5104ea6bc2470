"""A workspace: what documents share that are opened together.

Takes: paths of documents and HDF5 files, and what the caller allows.
Gives: `Workspace`: a dataset of each, or the findings of all. Each text is read once, however many
documents extend it or refer to it.
Implements: `specs/linkdata-1.0.md`, section "Opening and checking".
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import RLock
from typing import cast

from linkdata import plugins
from linkdata.dataset.dataset import Dataset
from linkdata.dataset.inputs import Input, is_hdf5, named, refuse_unpacked
from linkdata.errors import (
    Diagnostic,
    DocumentError,
    LinkdataError,
    Severity,
    TextError,
    error,
)
from linkdata.graph.graph import Graph
from linkdata.graph.types import Types
from linkdata.resolve.bindings import Binder
from linkdata.resolve.configuration import Configuration, configure
from linkdata.resolve.loader import Loader
from linkdata.resolve.registry import Context, Registry, family
from linkdata.resolve.remote import RemoteRetriever
from linkdata.resolve.retrievers import Retriever, file_location
from linkdata.resolve.texts import Texts
from linkdata.resolve.verified import VerifiedFiles

Folders = Iterable["Path | str"]
Bindings = Mapping[str, "Path | str"]


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the caller allows beside what is configured: see `linkdata.open`."""

    roots: tuple[Path | str, ...] = ()
    authorities: Mapping[str, Path | str] = field(default_factory=dict)
    network: tuple[str, ...] = ()
    stores: tuple[Path | str, ...] = ()


class _Room:
    """What documents share that have one configuration."""

    def __init__(self, configuration: Configuration, texts: Texts, verified: VerifiedFiles) -> None:
        self.configuration = configuration
        made = plugins.load("linkdata.retrievers", "file")
        retriever = RemoteRetriever(
            cast("type[Retriever]", made)(configuration.roots),  # type: ignore[call-arg]
            configuration.network,
        )
        self.loader = Loader(retriever, configuration.authorities, texts, configuration.network)
        self.binder = Binder(configuration.roots, verified, configuration.network)

    def load(self, given: Input) -> Registry:
        """The registry of a document. An HDF5 file is read as a document that brings all of it."""
        brought = given.brought(self.configuration.network)
        if brought is not None:  # to other documents it is none
            return self.loader.again().load_made(brought, given.location, given.name)
        return self.loader.load(given.location, given.name)

    def graph(self, registry: Registry, context: Context, *, writable: bool = False) -> Graph:
        """The graph of one document."""
        stores = self.configuration.stores
        return Graph(registry, context, self.binder, writable=writable, types=typed, stores=stores)


class Workspace:
    """Opens documents. Safe to use from several threads, one of which loads at a time.

    What it opened stays as it was when it was first read; `again` sees what has changed since.
    """

    def __init__(self, allowance: Allowance | None = None) -> None:
        self.allowance = allowance or Allowance()
        self._texts = Texts()
        self._verified = VerifiedFiles()
        self._folders: dict[str, _Room] = {}
        self._rooms: dict[object, _Room] = {}
        self._lock = RLock()

    def again(self) -> Workspace:
        """The same with nothing opened yet. It reads only the texts that have changed."""
        made = Workspace(self.allowance)
        made._texts = self._texts
        return made

    def open(
        self,
        path: str | os.PathLike[str],
        *,
        document: int | str | None = None,
        writable: bool = False,
    ) -> Dataset:
        """A dataset; see `linkdata.open`."""
        given = named(path)
        if writable:
            refuse_unpacked(given.path, "written into")
        room = self._room(given.folder)
        with self._lock:
            registry = room.load(given)
        graph = _checked(room, registry, document, writable=writable)
        return Dataset(graph, lambda: self.again().open(path, document=document, writable=writable))

    def loads(
        self,
        text: str,
        *,
        base: str | os.PathLike[str] | None = None,
        document: int | str | None = None,
        writable: bool = False,
    ) -> Dataset:
        """A dataset of a string; see `linkdata.loads`."""
        room = self._room(Path.cwd() if base is None else Path(base).parent)
        location = "text:document" if base is None else file_location(Path(base))
        name = "<text>" if base is None else str(base)
        # A loader of its own: another text with this place may have been loaded.
        registry = room.loader.again().load_text(text, location, name)
        return Dataset(_checked(room, registry, document, writable=writable))

    def check(
        self, paths: Iterable[str | os.PathLike[str]], *, verify: bool = False
    ) -> list[Diagnostic]:
        """Everything that is wrong with documents, in the order of their files and places.

        With `verify`, all arrays that documents have digests for are read.
        """
        from linkdata.dataset.checking import findings

        found: list[Diagnostic] = []
        loaded: dict[_Room, list[Registry]] = {}
        for path in paths:
            try:
                given = named(path)
                room = self._room(given.folder)
                if given.path is not None and is_hdf5(given.path):
                    found += self._check_hdf5(room, given)
                    continue
                with self._lock:
                    registry = room.load(given)
            except LinkdataError as problem:
                found += problem.diagnostics
                continue
            loaded.setdefault(room, []).append(registry)
        for room, registries in loaded.items():
            contexts = dict.fromkeys(c for one in registries for c in one.root.contexts)
            registry = registries[-1]  # which all see what the loader has loaded
            graphs = [room.graph(registry, context) for context in contexts]
            found += findings(registry, graphs, verify=verify)
        return found

    def _check_hdf5(self, room: _Room, given: Input) -> list[Diagnostic]:
        """The findings of an HDF5 file. Nobody wrote the document that brings it."""
        from linkdata.dataset.checking import findings

        registry = room.load(given)
        graphs = [room.graph(registry, context) for context in registry.root.contexts]
        found = (
            replace(one, span=None, place=_as_given(one.place, Path(given.name).name, given.name))
            for one in findings(registry, graphs)
            if not one.code.startswith(("meta-", "identity-"))
        )
        return list(dict.fromkeys(found))

    def _room(self, folder: Path) -> _Room:
        """What documents of a folder share. Raises `RetrievalError` (`configuration-invalid`)."""
        with self._lock:
            known = self._folders.get(str(folder))
            if known is None:
                allowed = self.allowance
                made = configure(
                    folder,
                    roots=allowed.roots,
                    authorities=allowed.authorities,
                    network=allowed.network,
                    stores=allowed.stores,
                )
                key = (made.roots, frozenset(made.authorities.items()), made.network, made.stores)
                known = self._rooms.get(key)
                if known is None:
                    known = self._rooms[key] = _Room(made, self._texts, self._verified)
                self._folders[str(folder)] = known
            return known


def _as_given(place: str | None, short: str, name: str) -> str:
    """A place in a file, under the name by which the user gave it."""
    if place is None:
        return name
    is_there = place == short or place.startswith(f"{short}:")
    return name + place.removeprefix(short) if is_there else place


def _checked(
    room: _Room, registry: Registry, document: int | str | None, *, writable: bool
) -> Graph:
    raise_errors(registry)
    context = chosen(registry.root.contexts, document)
    return room.graph(registry, context, writable=writable)


def typed(graph: Graph) -> Types:
    """What knows the classes of a graph's objects."""
    from linkdata.schema.typing import SchemaTypes

    return SchemaTypes(graph)


def raise_errors(registry: Registry) -> None:
    """Raise `TextError` or `DocumentError` with all that is wrong with a document itself."""
    resources = {registry.root.location: registry.root}
    for context in registry.root.contexts:
        for member in family(context):
            resources.setdefault(member.location, registry.resources[member.location])
    problems = [
        found
        for resource in resources.values()
        for found in resource.diagnostics
        if found.severity is Severity.ERROR
    ]
    if problems:
        text = any(found.code.startswith(("yaml-", "text-", "reference-unq")) for found in problems)
        raise (TextError if text else DocumentError)(problems)


def chosen(contexts: tuple[Context, ...], document: int | str | None) -> Context:
    """One document of a stream. Raises `DocumentError` (`document-not-in-stream`)."""
    names = [context.document.meta.id or str(i) for i, context in enumerate(contexts)]
    if document is None and len(contexts) == 1:
        return contexts[0]
    if isinstance(document, int) and 0 <= document < len(contexts):
        return contexts[document]
    if isinstance(document, str) and names.count(document) == 1:
        return contexts[names.index(document)]
    if document is None:
        message = f"the stream holds {len(contexts)} documents and none was chosen"
    else:
        message = f"the stream has no single document `{document}`"
    raise DocumentError(
        error(
            "document-not-in-stream", message, contexts[0].document.source.span(0),
            hint="choose with document=... one of " + ", ".join(f"`{name}`" for name in names),
        )
    )  # fmt: skip
