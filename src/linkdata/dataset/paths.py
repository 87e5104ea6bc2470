"""The paths that a document writes, and what they become when files move.

Takes: a document, where it was and where it is to be, and where other files are to be.
Gives: `moved`, the edits that make every path lead to the file that it meant.
Implements: `specs/linkdata-1.0.md`, sections "Output" and "Moving files".
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from linkdata.errors import LinkdataError, OutputError, error
from linkdata.graph.stores import STORE
from linkdata.resolve.registry import join
from linkdata.resolve.retrievers import file_location, file_path
from linkdata.resolve.targets import entries
from linkdata.spans import Span
from linkdata.syntax import nodes
from linkdata.syntax.document import META, Document
from linkdata.syntax.edits import Edit, replacement
from linkdata.syntax.nodes import Node, Scalar
from linkdata.syntax.references import Form, Reference, parse_reference

#: Where a file is to be; None for one of which nothing is known, whose paths stay as written.
Relocate = Callable[[Path], "Path | None"]


class Written(NamedTuple):
    """A path as a document writes it: where, to what, and how another one is written there.

    `authority` is the one below which the path is, if any. `beside` tells that a path to a
    neighbour needs `./` before it.
    """

    span: Span
    path: str
    authority: str
    text: Callable[[str], str]
    beside: bool


def written(document: Document) -> Iterator[Written]:
    """All paths of a document: of prefixes, `extends`, imports, the store, and references."""
    meta = document.meta
    for prefix in meta.prefixes.values():
        for place in prefix.locations:
            if place.kind == "path":
                yield Written(place.span, place.target, "", str, False)
    for extension in meta.extends:
        yield Written(extension.span, extension.path, extension.authority, str, True)
    for item in meta.imports.values():
        for node in _paths_of_schemas(item.sources):
            yield Written(document.span(node), node.text, "", str, False)
    store = entries(document.root.entries.get(META, document.root)).get(STORE)
    if isinstance(store, Scalar) and META in document.root.entries and "://" not in store.text:
        yield Written(document.span(store), store.text, "", str, False)
    for candidate in document.candidates:
        parsed = parse_reference(candidate.text)
        if parsed is not None and parsed.form in (Form.FILE, Form.AUTHORITY):
            authority = parsed.name if parsed.form is Form.AUTHORITY else ""
            text = _referring(parsed)
            yield Written(document.span(candidate), parsed.target, authority, text, True)


def _referring(parsed: Reference) -> Callable[[str], str]:
    """A reference to the same path of the document at another place."""
    return lambda target: str(Reference(Form.FILE, parsed.path, target=target))


def _paths_of_schemas(sources: Node | None) -> Iterator[Scalar]:
    items = sources.items if isinstance(sources, nodes.Sequence) else [sources]
    for item in items:
        node = entries(item).get("path") if item is not None else None
        if isinstance(node, Scalar):
            yield node


def moved(
    document: Document,
    old: str,
    new: Path,
    relocate: Relocate,
    authorities: Mapping[str, str],
    *,
    portable: bool = False,
) -> Iterator[Edit]:
    """The edits that a document needs when it moves from the location `old` to the path `new`.

    A path that leads to the right file from there stays as it is written. With `portable` no path
    stays absolute or below an authority. Raises `OutputError` for a path that cannot be written.
    """
    for item in written(document):
        try:
            meant = target(item, old, authorities)
        except LinkdataError:
            continue  # below an authority that is not bound, or in a text without a place
        wanted = relocate(meant)
        if wanted is None or _leads(item, new, wanted, authorities, portable=portable):
            continue
        absolute = item.path.startswith("/") and not portable and not item.authority
        path = str(wanted) if absolute else os.path.relpath(wanted, new.parent)
        if item.beside and not path.startswith(("../", "/")):
            path = f"./{path}"
        text = item.text(path)
        if item.beside and "#" in path:
            raise OutputError(
                error("output-failed", f"`{path}` cannot be written here: it has a `#`", item.span,
                      hint="choose a name without `#`")
            )  # fmt: skip
        yield Edit(item.span.start, item.span.end, replacement(item.span.text, text))


def target(item: Written, location: str, authorities: Mapping[str, str]) -> Path:
    """The file that a path means. Raises `LinkdataError` where it means none."""
    base = authorities.get(item.authority) if item.authority else location
    if base is None:
        raise OutputError(error("authority-unknown", f"nothing binds `{item.authority}`"))
    return normal(file_path(join(base, item.path, item.span)))


def normal(path: Path) -> Path:
    """One path for a file, by whatever links its folder was reached."""
    return file_path(file_location(path))


def _leads(
    item: Written, new: Path, wanted: Path, authorities: Mapping[str, str], *, portable: bool
) -> bool:
    """Whether a path, as it is written, leads from the new place to the wanted file."""
    if portable and (item.authority or item.path.startswith("/")):
        return False
    if item.authority or item.path.startswith("/"):
        return target(item, "file:///", authorities) == wanted
    return Path(os.path.normpath(new.parent / item.path)) == wanted
