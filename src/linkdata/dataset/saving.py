"""Saving: from the graph to files.

Takes: a graph, a path, a format.
Gives: a file, written whole or not at all.
Implements: `specs/linkdata-1.0.md`, section "Output".
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from linkdata.errors import LinkdataError, NotYetError, OutputError, did_you_mean, error
from linkdata.graph.expanded import expanded_document
from linkdata.graph.graph import Graph
from linkdata.output import check_absent, write_text
from linkdata.resolve.registry import join
from linkdata.resolve.retrievers import file_path
from linkdata.spans import Span
from linkdata.syntax.document import Document
from linkdata.syntax.edits import Edit, applied, replacement
from linkdata.syntax.references import Form, Reference, parse_reference
from linkdata.syntax.writer import written

FORMATS = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".ttl": "ttl", ".nt": "nt"}
#: Formats of the design that later versions have.
LATER = (".nwb", ".h5", ".hdf5", ".nq", ".trig", ".jsonld", ".rdf")


def save(
    graph: Graph,
    path: Path,
    format: str | None,
    arrays: str,
    *,
    expanded: bool,
    force: bool,
) -> Path:
    """Write a graph to a file; see `Dataset.save`."""
    name = format or format_of(path)
    if arrays not in ("link", "store", "inline"):
        raise OutputError(
            error("usage", f"`{arrays}` is not a place for arrays",
                  hint="one of `link`, `store`, `inline`")
        )  # fmt: skip
    if arrays != "link":
        raise NotYetError(
            error("not-yet", f"arrays cannot be written with arrays={arrays!r} yet",
                  hint="use arrays='link': they stay where they are")
        )  # fmt: skip
    check_absent(path, force=force)
    with graph.files.held():
        write_text(path, parts(graph, name, path, expanded=expanded), force=force)
    return path


def format_of(path: Path) -> str:
    """The format of a path's suffix. Raises `OutputError`, `NotYetError`."""
    suffix = path.suffix.lower()
    found = FORMATS.get(suffix)
    if found is not None:
        return found
    if suffix in LATER:
        raise NotYetError(
            error("not-yet", f"`{suffix}` files cannot be written yet", place=str(path),
                  hint="formats so far: " + ", ".join(FORMATS))
        )  # fmt: skip
    raise OutputError(
        error("output-format-unknown", f"no format goes by the suffix `{suffix}`", place=str(path),
              hint=did_you_mean(suffix, FORMATS) or "one of " + ", ".join(FORMATS))
    )  # fmt: skip


def parts(graph: Graph, format: str, path: Path | None, *, expanded: bool) -> Iterable[str]:
    """The text of a graph in a format, piece by piece."""
    if format == "yaml" and not expanded:
        return [document_text(graph, path)]
    if format == "yaml":
        return [written(expanded_document(graph))]
    if format == "json":
        return [json.dumps(expanded_document(graph), indent=2, ensure_ascii=False), "\n"]
    if format in ("ttl", "nt"):
        from linkdata.rdf.writers import ntriples, turtle

        return turtle(graph) if format == "ttl" else ntriples(graph)
    raise OutputError(
        error("output-format-unknown", f"there is no format `{format}`",
              hint="one of yaml, json, ttl, nt")
    )  # fmt: skip


def document_text(graph: Graph, path: Path | None) -> str:
    """The text of the document, its relative paths made to lead from a new place."""
    context = graph.context
    source = context.document.source
    if path is None:
        return source.text
    try:
        old = file_path(context.location).parent
    except LinkdataError:
        return source.text  # a text without a place has no relative paths that lead anywhere
    new = Path(os.path.realpath(path.parent))
    if os.path.realpath(old) == str(new):
        return source.text
    contexts = graph.registry.root.contexts
    edits = [edit for one in contexts for edit in _moved(one.document, one.location, new)]
    return applied(source.text, edits)


def _moved(document: Document, location: str, new: Path) -> Iterator[Edit]:
    """The edits that keep a document's relative paths when it moves to the folder `new`."""

    def moved(path: str, span: Span) -> str:
        target = file_path(join(location, path, span))
        relative = os.path.relpath(target, new)
        return relative if relative.startswith("..") else f"./{relative}"

    for prefix in document.meta.prefixes.values():
        for place in prefix.locations:
            if place.kind == "path" and not place.target.startswith("/"):
                text = moved(place.target, place.span).removeprefix("./")
                yield _replaced(place.span, text)
    for extension in document.meta.extends:
        if not extension.authority:
            text = moved(extension.path, extension.span)
            yield _replaced(extension.span, text)
    for candidate in document.candidates:
        parsed = parse_reference(candidate.text)
        if parsed is not None and parsed.form is Form.FILE:
            span = document.span(candidate)
            reference = Reference(Form.FILE, parsed.path, target=moved(parsed.target, span))
            yield _replaced(span, str(reference))


def _replaced(span: Span, text: str) -> Edit:
    return Edit(span.start, span.end, replacement(span.text, text))
