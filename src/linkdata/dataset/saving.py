"""Saving: from the graph to files.

Takes: a graph, a path, a format.
Gives: a file, written whole or not at all.
Implements: `specs/linkdata-1.0.md`, section "Output".
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkdata import collector
from linkdata.dataset.inputs import HDF5_SUFFIXES, RDF, is_hdf5, refuse_unpacked
from linkdata.dataset.keeping import kept_beside, kept_in
from linkdata.dataset.paths import moved
from linkdata.dataset.settling import settled
from linkdata.errors import LinkdataError, NotYetError, OutputError, did_you_mean, error
from linkdata.graph.changes import changed
from linkdata.graph.edited import Keep, edits
from linkdata.graph.graph import Graph
from linkdata.output import check_absent, write_text
from linkdata.resolve.retrievers import file_path
from linkdata.spans import Source
from linkdata.syntax.edits import Edit, applied
from linkdata.syntax.reader import read
from linkdata.syntax.writer import written

if TYPE_CHECKING:
    from linkdata.arrays.adding import Depth

#: Formats of RDF; `linkdata.rdf.formats` writes them.
FORMATS = {
    ".yaml": "yaml", ".yml": "yaml", ".json": "json", **RDF,
    ".kerchunk": "kerchunk", **dict.fromkeys(HDF5_SUFFIXES, "hdf5"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Saving:
    """How to save; see `Dataset.save`. `progress` is told what is worked on, and how much of the
    values is done: a path, bytes, and how many there are (0 while that is not known).
    """

    arrays: str = "link"
    inline: int | None = None
    store: Path | None = None
    links: str | None = None
    expanded: bool = False
    force: bool = False
    progress: Callable[[str, int, int], None] = lambda path, done, total: None
    canonical: bool = False
    superclasses: bool = False
    rows: bool = False
    digest: Depth | None = None

    def __post_init__(self) -> None:
        for value, allowed in (
            (self.arrays, ("link", "store", "inline")), (self.links, (None, "copy", "external")),
            (self.digest, (None, "content", "stored")),
        ):  # fmt: skip
            if value not in allowed:
                known = ", ".join(f"`{one}`" for one in allowed if one)
                raise OutputError(error("usage", f"`{value}` is none of {known}"))
        if self.digest and self.arrays != "link":
            raise OutputError(
                error("usage", "digests are for arrays that stay in their file",
                      hint="arrays in a store have theirs anyway")
            )  # fmt: skip


def save(graph: Graph, path: Path, format: str | None, options: Saving) -> Path:
    """Write a graph to a file; see `Dataset.save`."""
    name = format or format_of(path)
    check_absent(path, force=options.force)
    file = of_file(graph)
    if name == "yaml" and options.arrays == "link" and not options.expanded:
        refuse_unpacked(path_of(graph), "written as a document that refers to its files")
    with graph.files.held():
        if name == "hdf5":
            with collector.paused():
                from linkdata.dataset.exchange import write_hdf5

            write_hdf5(_settled(graph), path, options)
        elif name == "yaml" and file and not options.expanded and not any(changed(graph)):
            with collector.paused():
                from linkdata.dataset.exchange import describe

            describe(graph, path, options)
        else:
            if options.arrays != "link":
                raise NotYetError(
                    error("not-yet", "only the document of an HDF5 file can be written with "
                          f"arrays={options.arrays!r} yet",
                          hint="leave it: arrays stay where they are")
                )  # fmt: skip
            write_text(path, parts(graph, name, path, options), force=options.force)
    return path


def _settled(graph: Graph) -> Graph:
    """The graph of the document with what was changed; the same one where nothing was."""
    if not any(changed(graph)):
        return graph
    from linkdata.store.memory import MemoryStore

    store = MemoryStore()
    return settled(graph, document_text(graph, None, kept_in(store)), store)


def of_file(graph: Graph) -> bool:
    """Whether a graph is that of an HDF5 file, which no person wrote a document for."""
    path = path_of(graph)
    return path is not None and is_hdf5(path)


def path_of(graph: Graph) -> Path | None:
    """The local file that a graph was opened from; None for a text and for a URL."""
    try:
        return file_path(graph.context.location)
    except LinkdataError:
        return None


def format_of(path: Path) -> str:
    """The format of a path's suffix. Raises `OutputError`."""
    suffix = path.suffix.lower()
    found = FORMATS.get(suffix)
    if found is not None:
        return found
    raise OutputError(
        error("output-format-unknown", f"no format goes by the suffix `{suffix}`", place=str(path),
              hint=did_you_mean(suffix, FORMATS) or "one of " + ", ".join(FORMATS))
    )  # fmt: skip


def parts(graph: Graph, format: str, path: Path | None, options: Saving) -> Iterable[str]:
    """The text of a graph in a format, piece by piece. Raises `OutputError`."""
    if options.canonical and format not in ("nq", "nt"):
        raise OutputError(
            error("usage", f"`{format}` has no canonical form", hint="N-Quads have: nq")
        )
    if format == "yaml" and not options.expanded:
        return [document_text(graph, path)]
    if format == "yaml":
        return _plain(graph, written)
    if format == "json":
        return _plain(graph, _json)
    if format == "kerchunk":
        from linkdata.dataset.kerchunk import kerchunk_references

        return [json.dumps(kerchunk_references(graph), ensure_ascii=False), "\n"]
    if format in RDF.values():
        return _rdf(graph, format, options)
    raise OutputError(
        error("output-format-unknown", f"there is no format `{format}`",
              hint="one of " + ", ".join(dict.fromkeys(FORMATS.values())))
    )  # fmt: skip


def _plain(graph: Graph, write: Callable[[Any], str]) -> Iterator[str]:
    """The expanded form; of a file that of its document, as its context is that of its RDF."""
    from linkdata.dataset.spoken import spoken
    from linkdata.rdf.context import document

    with spoken(graph) as found:
        yield write(document(found))


def _json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _rdf(graph: Graph, format: str, options: Saving) -> Iterator[str]:
    from linkdata.dataset.spoken import spoken
    from linkdata.rdf import formats
    from linkdata.rdf.statements import Options

    asked = Options(superclasses=options.superclasses, rows=options.rows)
    with spoken(graph) as found:
        if options.canonical:
            yield from formats.written_canonically(found, asked)
        else:
            full = format == "jsonld" and options.expanded
            yield from formats.written(found, "jsonld-expanded" if full else format, asked)


def document_text(graph: Graph, path: Path | None, keep: Keep | None = None) -> str:
    """The text of the document, with what was changed in memory, its relative paths made to lead
    from a new place. Arrays that are not for a text go into the store of that place, or to `keep`.

    Raises `OutputError` and `NotYetError` for changes that the text cannot say.
    """
    text = graph.context.document.source.text
    keep = keep or (None if path is None else kept_beside(path))
    imports = None
    if of_file(graph) and any(changed(graph)):  # what is new has classes of the file's schemas
        from linkdata.dataset.carrying import imports_of_file

        imports = imports_of_file(graph, next(iter(graph.context.prefixes)))
    changes = list(edits(graph, keep, imports))
    kept = [move for move in moves(graph, path)
            if not any(one.start <= move.start < one.end for one in changes)]  # fmt: skip
    found = applied(text, [*changes, *kept])
    if changes and read(Source(graph.context.document.source.name, found)).diagnostics:
        raise OutputError(
            error("output-failed", "the changes do not fit into the text of the document",
                  hint="save it as expanded YAML, with expanded=True")
        )  # fmt: skip
    return found


def moves(graph: Graph, path: Path | None) -> list[Edit]:
    """The edits that make relative paths lead from a new place."""
    if path is None:
        return []
    try:
        old = file_path(graph.context.location).parent
    except LinkdataError:
        return []  # a text without a place has no relative paths that lead anywhere
    new = Path(os.path.realpath(path.parent))
    if os.path.realpath(old) == str(new):
        return []
    contexts = graph.registry.root.contexts
    authorities = graph.registry.authorities
    place = new / path.name
    return [
        edit
        for one in contexts
        for edit in moved(one.document, one.location, place, lambda target: target, authorities)
    ]
