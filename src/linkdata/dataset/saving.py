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

from linkdata.dataset.inputs import HDF5_SUFFIXES, is_hdf5
from linkdata.dataset.paths import moved
from linkdata.dataset.settling import settled
from linkdata.errors import LinkdataError, NotYetError, OutputError, did_you_mean, error
from linkdata.graph.changes import changed
from linkdata.graph.edited import edits
from linkdata.graph.expanded import expanded_document
from linkdata.graph.graph import Graph
from linkdata.output import check_absent, write_text
from linkdata.resolve.retrievers import file_path
from linkdata.spans import Source
from linkdata.syntax.edits import Edit, applied
from linkdata.syntax.reader import read
from linkdata.syntax.writer import written

#: Formats of RDF; `linkdata.rdf.formats` writes them.
RDF = {
    ".ttl": "ttl", ".nt": "nt", ".nq": "nq", ".trig": "trig", ".rdf": "rdf", ".jsonld": "jsonld",
    ".yamlld": "yamlld",
}  # fmt: skip
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

    def __post_init__(self) -> None:
        for value, allowed in (
            (self.arrays, ("link", "store", "inline")), (self.links, (None, "copy", "external"))
        ):  # fmt: skip
            if value not in allowed:
                known = ", ".join(f"`{one}`" for one in allowed if one)
                raise OutputError(error("usage", f"`{value}` is none of {known}"))


def save(graph: Graph, path: Path, format: str | None, options: Saving) -> Path:
    """Write a graph to a file; see `Dataset.save`."""
    name = format or format_of(path)
    check_absent(path, force=options.force)
    file = of_file(graph)
    with graph.files.held():
        if name == "hdf5":
            from linkdata.dataset.exchange import write_hdf5

            write_hdf5(settled(graph, document_text(graph, None)), path, options)
        elif name == "yaml" and file and not options.expanded and not any(changed(graph)):
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


def of_file(graph: Graph) -> bool:
    """Whether a graph is that of an HDF5 file, which no person wrote a document for."""
    try:
        return is_hdf5(file_path(graph.context.location))
    except LinkdataError:
        return False


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
        return [written(expanded_document(graph))]
    if format == "json":
        return [json.dumps(expanded_document(graph), indent=2, ensure_ascii=False), "\n"]
    if format == "kerchunk":
        from linkdata.dataset.kerchunk import kerchunk_references

        return [json.dumps(kerchunk_references(graph), ensure_ascii=False), "\n"]
    if format in RDF.values():
        return _rdf(graph, format, options)
    raise OutputError(
        error("output-format-unknown", f"there is no format `{format}`",
              hint="one of " + ", ".join(dict.fromkeys(FORMATS.values())))
    )  # fmt: skip


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


def document_text(graph: Graph, path: Path | None) -> str:
    """The text of the document, with what was changed in memory, its relative paths made to lead
    from a new place.

    Raises `OutputError` and `NotYetError` for changes that the text cannot say.
    """
    text = graph.context.document.source.text
    changes = list(edits(graph))
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
