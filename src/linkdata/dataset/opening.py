"""Opening: from a path or a text to a dataset, through all phases.

Takes: a path to a document or an HDF5 file, or a text.
Gives: `Dataset`; `check` gives the findings instead, and never raises for what the input holds.
Implements: `specs/linkdata-1.0.md`, section "Opening and checking".
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

from linkdata import plugins
from linkdata.dataset.checking import family, findings
from linkdata.dataset.dataset import Dataset
from linkdata.errors import (
    Diagnostic,
    DocumentError,
    LinkdataError,
    RetrievalError,
    Severity,
    TextError,
    UsageError,
    did_you_mean,
    error,
)
from linkdata.graph.graph import Graph
from linkdata.resolve.bindings import Binder
from linkdata.resolve.configuration import Configuration, configure
from linkdata.resolve.loader import Loader
from linkdata.resolve.registry import Context, Registry
from linkdata.resolve.retrievers import HDF5_SIGNATURE, Retriever, file_location
from linkdata.roots import Roots
from linkdata.syntax.edits import quoted

HDF5_SUFFIXES = (".nwb", ".h5", ".hdf5", ".hdf")

Folders = Iterable["Path | str"]
Bindings = Mapping[str, "Path | str"]


def open(
    path: str | os.PathLike[str],
    *,
    document: int | str | None = None,
    roots: Folders = (),
    authorities: Bindings | None = None,
    writable: bool = False,
) -> Dataset:
    """Open a document, or an HDF5 file as if it were one.

    `document` chooses from a stream of several, by its `meta.id` or its position from 0. `roots`
    are folders that files may be read from, beside the document's own; `authorities` bind names
    of `//name/path` to folders. With `writable`, values set in arrays go to their files.

    Nothing is read from HDF5 files until a value, a shape or a name in them is asked for.

    Raises `RetrievalError` when there is no such file, `TextError` and `DocumentError` with all
    that is wrong with the document itself. A reference that does not arrive raises when it is
    followed; `Dataset.check` finds all of them.
    """
    given = local(path)
    configuration = configure(given.parent, roots=roots, authorities=authorities)
    registry = load(given, str(path), configuration)
    return _dataset(registry, configuration, document, writable=writable)


def loads(
    text: str,
    *,
    base: str | os.PathLike[str] | None = None,
    document: int | str | None = None,
    roots: Folders = (),
    authorities: Bindings | None = None,
    writable: bool = False,
) -> Dataset:
    """Open a document from a string. `base` is the file that it stands for; it need not exist.

    Without `base` the document has no place: relative paths in it lead nowhere. Raises what
    `open` raises.
    """
    if base is None:
        configuration = configure(Path.cwd(), roots=roots, authorities=authorities)
        location, name = "text:document", "<text>"
    else:
        given = Path(base)
        configuration = configure(given.parent, roots=roots, authorities=authorities)
        location, name = file_location(given), str(base)
    registry = _loader(configuration).load_text(text, location, name)
    return _dataset(registry, configuration, document, writable=writable)


def check(
    path: str | os.PathLike[str],
    *,
    roots: Folders = (),
    authorities: Bindings | None = None,
) -> list[Diagnostic]:
    """Everything that is wrong with a document, in the order of its files and places."""
    try:
        given = local(path)
        configuration = configure(given.parent, roots=roots, authorities=authorities)
        registry = load(given, str(path), configuration)
    except LinkdataError as problem:
        return list(problem.diagnostics)
    binder = Binder(configuration.roots)
    graphs = [Graph(registry, c, binder) for c in registry.root.contexts]
    found = findings(registry, graphs)
    if is_hdf5(given):  # nobody wrote the document that brings it
        return [replace(one, span=None, place=one.place or str(path)) for one in found
                if not one.code.startswith(("meta-", "identity-"))]  # fmt: skip
    return found


def local(path: str | os.PathLike[str]) -> Path:
    """The path of a local file. Raises `RetrievalError` (`network-refused`), `UsageError`."""
    text = os.fspath(path)
    if "://" in text:
        raise RetrievalError(
            error("network-refused", f"`{text}` is not a local file", place=text,
                  hint="download it first; nothing is fetched from a network")
        )  # fmt: skip
    given = Path(text)
    if given.is_dir():
        raise UsageError(
            error("usage", f"`{text}` is a folder, not a document", place=text,
                  hint="name the document in it")
        )  # fmt: skip
    if not given.exists():
        names = os.listdir(given.parent) if given.parent.is_dir() else []
        raise RetrievalError(
            error("resource-missing", f"there is no file `{text}`", place=text,
                  hint=did_you_mean(given.name, names))
        )  # fmt: skip
    return given


def load(path: Path, name: str, configuration: Configuration) -> Registry:
    """The registry of a document. An HDF5 file is read as a document that brings all of it."""
    loader = _loader(configuration)
    location = file_location(path)
    if is_hdf5(path):
        return loader.load_text(bringing(path), location, name)
    return loader.load(location, name)


def is_hdf5(path: Path) -> bool:
    """Whether a file is an HDF5 file, by its suffix or its first bytes."""
    if path.suffix.lower() in HDF5_SUFFIXES:
        return True
    real = Path(os.path.realpath(path))
    try:
        # Not just opened: with a FIFO that would wait for somebody to write.
        with Roots([real.parent]).open(real) as file:
            return os.read(file.fd, len(HDF5_SIGNATURE)) == HDF5_SIGNATURE
    except (OSError, LinkdataError):
        return False


def bringing(path: Path) -> str:
    """The document that brings all of an HDF5 file in the same folder."""
    return (
        f"meta: {{prefixes: {{file: {{path: {quoted(path.name)}}}}}}}\n"
        "data:\n  from: {type: hdf5, source: 'file:/'}\n"
    )


def _loader(configuration: Configuration) -> Loader:
    made = plugins.load("linkdata.retrievers", "file")
    retriever = cast("type[Retriever]", made)(configuration.roots)  # type: ignore[call-arg]
    return Loader(retriever, configuration.authorities)


def _dataset(
    registry: Registry,
    configuration: Configuration,
    document: int | str | None,
    *,
    writable: bool,
) -> Dataset:
    raise_errors(registry)
    context = chosen(registry.root.contexts, document)
    graph = Graph(registry, context, Binder(configuration.roots), writable=writable)
    return Dataset(graph)


def raise_errors(registry: Registry) -> None:
    """Raise `TextError` or `DocumentError` with all that is wrong with a document itself."""
    resources = dict.fromkeys(
        registry.resources[member.location]
        for context in registry.root.contexts
        for member in family(context)
    )
    resources = {registry.root: None} | resources
    problems = [
        found
        for resource in resources
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
