"""Deriving: a new document on top of another one, or of an HDF5 file.

Takes: a dataset, and the path of the new document.
Gives: `derived`, the text of a document whose data is that of the dataset, by reference.
Implements: `specs/linkdata-1.0.md`, section "Derived documents".

Nothing is copied: what the new document does not touch is still the original.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from linkdata.dataset.carrying import imports_of_file
from linkdata.dataset.dataset import Dataset
from linkdata.dataset.inputs import refuse_unpacked
from linkdata.dataset.paths import normal
from linkdata.dataset.saving import of_file
from linkdata.errors import DocumentError, OutputError, error
from linkdata.iri import is_prefix_name
from linkdata.resolve.registry import Context, family, join
from linkdata.resolve.remote import is_remote
from linkdata.resolve.retrievers import file_path
from linkdata.roots import Roots
from linkdata.schema.places import sources
from linkdata.store.digests import digest_file
from linkdata.syntax import nodes
from linkdata.syntax.document import DATA
from linkdata.syntax.references import parse_reference
from linkdata.syntax.writer import document as document_text

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_.~-]+")
#: What the prefix is called when the source's file has no name for one.
PREFIX = "source"
#: What is said below the data of a new document.
NOTE = """\
  # What you write here is laid over the source, which stays as it is: new processing modules,
  # series that refer to arrays of the source, corrections. A null takes a field away.
"""


def derived(dataset: Dataset, target: Path, *, hashed: bool = False) -> str:
    """The text of a document at `target` whose data is that of `dataset`, from where it is.

    With `hashed` the source is declared with its digest: another content is an error from then on.
    Raises `DocumentError` for a source without `data`, `OutputError` for one without a place.
    """
    context = dataset.graph.context
    if DATA not in dataset.graph.document:
        raise DocumentError(
            error("document-empty", f"`{dataset.name}` has no `data` to derive from",
                  context.document.source.span(0),
                  hint='bring one of its objects by hand: `from: "./x.yaml#name"`')
        )  # fmt: skip
    is_file = of_file(dataset.graph)
    schemas = _Schemas(context, target)
    imports = {} if is_file else schemas.imports()
    prefix = _prefix(Path(file_name(context.location)).stem, schemas.prefixes)
    if is_file:
        imports = imports_of_file(dataset.graph, prefix)
    meta: dict[str, Any] = {"id": _NOT_IN_ID.sub("_", target.stem).strip("_") or "derived"}
    if context.base is not None:
        meta["base"] = context.base
    place: list[dict[str, str]] = [_place(context.location, target)]
    if hashed:
        place.append({"hash": _digest(context.location)})
    meta["prefixes"] = {prefix: place[0] if len(place) == 1 else place, **schemas.prefixes}
    if imports:
        meta["imports"] = imports
    origin: Any = {"type": "hdf5", "source": f"{prefix}:/"} if is_file else f"{prefix}:#data"
    return document_text({"meta": meta, "data": {"from": origin}}) + NOTE


def _prefix(stem: str, taken: Collection[str]) -> str:
    """A name for the source: that of its file, unless that cannot be."""
    names = (name for name in (stem, PREFIX, f"{PREFIX}_document") if is_prefix_name(name))
    return next(name for name in names if name not in taken)


def file_name(location: str) -> str:
    """The name of the file at a location."""
    return location.rstrip("/").rpartition("/")[2]


def _place(location: str, target: Path) -> dict[str, str]:
    if is_remote(location):
        return {"url": location}
    if not location.startswith("file:"):
        raise OutputError(error("usage", "a text without a place cannot be derived from",
                                hint="save it first"))  # fmt: skip
    source = normal(file_path(location))
    refuse_unpacked(source, "derived from")
    return {"path": os.path.relpath(source, normal(target).parent)}


def _digest(location: str) -> str:
    path = file_path(location)
    with Roots([path.parent]).open(path) as file:
        return str(digest_file(file.fd, ["blake3"], name=str(path))["blake3"])


# Schemas: of what the document adds, the classes are those of the source


class _Schemas:
    """The imports of a document, inherited ones too, as another document has to write them.

    `prefixes` are those that they need.
    """

    def __init__(self, context: Context, target: Path) -> None:
        self.context = context
        self.target = target
        self.prefixes: dict[str, Any] = {}

    def imports(self) -> dict[str, Any]:
        """The imports by their names; paths lead to the same files."""
        found: dict[str, Any] = {}
        for item in self.context.imports.values():
            location = next(
                member.location for member in family(self.context)
                if item in member.document.meta.imports.values()
            )  # fmt: skip
            listed = [self._source(nodes.plain(one), location) for one in sources(item.sources)]
            parts = {
                "as": item.alias if item.alias != item.name else None,
                "version": item.version,
                "from": listed or None,
            }
            found[item.name] = {key: value for key, value in parts.items() if value is not None}
        return found

    def _source(self, entry: Any, location: str) -> Any:
        if not isinstance(entry, dict) or len(entry) != 1:
            return entry  # a check says what is wrong with it
        ((kind, value),) = entry.items()
        if kind == "path" and isinstance(value, str):
            return _place(join(location, value, None), self.target)
        parsed = parse_reference(value) if kind == "hdf5" and isinstance(value, str) else None
        bound = self.context.prefixes.get(parsed.name) if parsed is not None else None
        if bound is not None and bound.prefix.iri is None:
            places: list[dict[str, str]] = []
            for one in bound.prefix.locations:
                at = join(bound.location, one.target, None)
                places.append({"url": one.target} if one.kind == "url" else
                              _place(at, self.target))  # fmt: skip
            places += ({"hash": text} for text, _ in bound.prefix.hashes)
            self.prefixes[bound.prefix.name] = places
        return entry
