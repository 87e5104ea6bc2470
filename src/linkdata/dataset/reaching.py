"""Reaching: all files that a document needs to be what it is.

Takes: a dataset.
Gives: `reached`: its documents, sources with the files they link to, schemas, and stores.
Implements: `specs/linkdata-1.0.md`, section "Bundles".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from linkdata.arrays.hdf5.file import HDF5File
from linkdata.arrays.hdf5.outside import files_beside
from linkdata.dataset.dataset import Dataset
from linkdata.dataset.inputs import is_hdf5
from linkdata.dataset.paths import normal
from linkdata.errors import Diagnostic, LinkdataError, RetrievalError, warning
from linkdata.graph.stores import CHUNKS
from linkdata.resolve.registry import Bound, Context, Resource
from linkdata.resolve.retrievers import FileRetriever, Retrieved, file_path
from linkdata.resolve.targets import entries
from linkdata.schema.typing import SchemaTypes
from linkdata.spans import Span
from linkdata.store.folder import FolderStore
from linkdata.syntax import nodes
from linkdata.syntax.nodes import Scalar
from linkdata.syntax.references import Form, parse_reference


@dataclass(slots=True)
class Reached:
    """Files by what they are, and what the user is to know: what could not be taken along."""

    documents: dict[Path, Resource] = field(default_factory=dict)
    sources: dict[Path, None] = field(default_factory=dict)
    schemas: dict[Path, None] = field(default_factory=dict)
    stores: dict[Path, None] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)

    @property
    def files(self) -> list[Path]:
        """All files but those in stores, documents first."""
        return list(dict.fromkeys([*self.documents, *self.sources, *self.schemas]))


class _Recording(FileRetriever):
    """Remembers the files that it read."""

    def __init__(self, retriever: FileRetriever, read: dict[Path, None]) -> None:
        super().__init__(retriever.roots)
        self.read = read

    def retrieve(self, location: str, span: Span | None = None) -> Retrieved:
        """The bytes of a file."""
        found = super().retrieve(location, span)
        self.read[normal(file_path(found.location))] = None
        return found


def reached(dataset: Dataset) -> Reached:
    """What a dataset reaches. All of it is looked at, but no values are read.

    Raises `RetrievalError` with all that cannot be had: a document, a source file, a file that one
    of those links to.
    """
    graph = dataset.graph
    found = Reached()
    missing: list[Diagnostic] = list(graph.registry.failures.values())
    for resource in graph.registry.resources.values():
        path = normal(file_path(resource.location))
        if not is_hdf5(path):  # the text that brings an HDF5 file has no file of its own
            found.documents[path] = resource
        for context in resource.contexts:
            for bound in _used(context):
                try:
                    found.sources[normal(graph.files.binder.file(bound))] = None
                except LinkdataError as problem:
                    missing += problem.diagnostics
            _schemas(dataset, context, found)
            _stores(dataset, context, found)
    for source in list(found.sources):
        missing += _linked(dataset, source, found)
    if missing:
        raise RetrievalError(missing)
    return found


def _used(context: Context) -> Iterator[Bound]:
    """The resource prefixes that a document uses for a place in a source file."""
    names: dict[str, None] = {}
    texts = [candidate.text for candidate in context.document.candidates]
    for item in context.document.meta.imports.values():
        for entry in item.sources.items if isinstance(item.sources, nodes.Sequence) else ():
            node = entries(entry).get("hdf5")
            texts += [node.text] if isinstance(node, Scalar) else []
    for text in texts:
        parsed = parse_reference(text)
        if parsed is not None and parsed.form is Form.SOURCE:
            names[parsed.name] = None
    for name in names:
        bound = context.prefixes.get(name)
        if bound is not None and bound.prefix.iri is None:
            yield bound


def _schemas(dataset: Dataset, context: Context, found: Reached) -> None:
    """The schema files that the imports of a document read."""
    if not context.document.meta.imports:
        return
    roots = dataset.graph.files.binder.roots
    types = SchemaTypes(dataset.graph, _Recording(FileRetriever(roots), found.schemas))
    types.names(context)  # reads all of them
    for item in context.document.meta.imports.values():
        listed = item.sources.items if isinstance(item.sources, nodes.Sequence) else ()
        kinds = {key for entry in listed for key in entries(entry)}
        if kinds and not kinds & {"path", "hdf5"}:
            found.findings.append(
                warning("schema-not-found", f"the schema `{item.name}` is not in the bundle: it"
                        f" comes from {' or '.join(sorted(kinds))}", item.span)
            )  # fmt: skip


def _stores(dataset: Dataset, context: Context, found: Reached) -> None:
    """The stores with the arrays of a document, if it has any."""
    root = context.document.root
    if CHUNKS not in _keys(root):
        return
    for store in dataset.graph.stores.of(context):
        if isinstance(store, FolderStore) and Path(store.name).is_dir():
            found.stores[normal(Path(store.name))] = None


def _keys(root: nodes.Node) -> Iterator[str]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Mapping):
            yield from node.entries
            waiting += node.entries.values()
        elif isinstance(node, nodes.Sequence):
            waiting += node.items


def _linked(dataset: Dataset, source: Path, found: Reached) -> Iterator[Diagnostic]:
    """Take in the files that an HDF5 file links to, and those that they link to in turn."""
    roots = dataset.graph.files.binder.roots
    waiting = [source]
    while waiting:
        path = waiting.pop()
        file = HDF5File(lambda path=path: path, str(path), roots)  # type: ignore[misc]
        for beside in dict.fromkeys(files_beside(file)):
            try:
                other = normal(roots.locate(path.parent / beside.filename))
            except RetrievalError as problem:
                yield from problem.diagnostics
                continue
            if beside.filename.startswith("/"):
                found.findings.append(
                    warning("source-link-broken", f"the link to `{beside.filename}` is absolute:"
                            " from the bundle it leads to the same place", place=beside.place)
                )  # fmt: skip
            if other not in found.sources:
                found.sources[other] = None
                if is_hdf5(other):
                    waiting.append(other)
