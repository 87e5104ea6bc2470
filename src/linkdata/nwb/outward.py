"""References that lead out of a file, as links to other files.

Takes: a graph, and fields of its objects.
Gives: `Outward`: the external links that fields are which refer to a place in another file.
Implements: `specs/linkdata-1.0.md`, section "NWB and HDF5 files".

A link that a file had, as the section `storage` tells, is a link all the same when what it leads to
is not there or may not be read: to say where something is, it need not be had.
"""

from __future__ import annotations

import os
from collections.abc import Container
from contextlib import suppress
from pathlib import Path
from typing import Any

from linkdata.arrays.protocols import Item
from linkdata.errors import DigestMismatchError, LinkdataError, RetrievalError
from linkdata.graph.entity import Entity
from linkdata.graph.files import located
from linkdata.graph.graph import Graph
from linkdata.nwb.names import parent
from linkdata.nwb.plan import Entry, ExternalLink
from linkdata.resolve.registry import Bound, join
from linkdata.resolve.retrievers import file_path
from linkdata.resolve.targets import External
from linkdata.syntax.nodes import Candidate
from linkdata.syntax.references import Form, parse_reference


class Outward:
    """Finds what fields refer to in other files. `folder` is that of the new file, `known` has
    the places that are known to be links.
    """

    def __init__(self, graph: Graph, folder: Path | None, known: Container[str]) -> None:
        self.graph = graph
        self.folder = folder
        self.known = known
        self._links: dict[str, ExternalLink] = {}

    def external(self, entity: Entity, key: str) -> External | None:
        """The place that a field refers to, written as `prefix:/path`; None for all others."""
        if entity.target is None or not entity.layers or key in (entity.changes or ()):
            return None
        written = self.graph.resolver.field(entity.target, key)
        node = None if written is None else written.node
        if written is None or not isinstance(node, Candidate):
            return None
        reference = parse_reference(node.text)
        if reference is None or reference.form is not Form.SOURCE:
            return None
        try:
            found = self.graph.resolver.settle(written)
        except LinkdataError:
            return None  # whoever follows it is told
        return found.external

    def written(self, entity: Entity, key: str, place: str) -> Any:
        """The value of a field as it is written; None for a link to what is not there."""
        try:
            return entity.written(key)
        except RetrievalError as problem:
            if not self._may_lack(place, problem) or self.external(entity, key) is None:
                raise
            return None

    def item(self, external: External, place: str) -> Item | None:
        """What is at a place of another file; None for a link to what is not there."""
        try:
            return self.graph.files.item(external)
        except RetrievalError as problem:
            if not self._may_lack(place, problem):
                raise located(problem, external.span) from problem
            return None

    def _may_lack(self, place: str, problem: RetrievalError) -> bool:
        return place in self.known and not isinstance(problem, DigestMismatchError)

    def link(self, external: External, item: Item | None) -> ExternalLink | None:
        """The link to a place; None for a single value without more to it, which is copied."""
        single = item is not None and item.kind == "dataset" and not getattr(item, "shape", None)
        if item is not None and single and not item.attributes:
            return None
        path = self._path(external.bound)
        if path is None:
            return None
        shown = str(path) if self.folder is None else os.path.relpath(path, self.folder)
        return ExternalLink(shown, external.path)

    def _path(self, bound: Bound) -> Path | None:
        """The file of a prefix, or where it would be."""
        with suppress(LinkdataError):
            return self.graph.files.binder.file(bound)
        for place in bound.prefix.locations:
            with suppress(LinkdataError):
                return file_path(join(bound.location, place.target, place.span))
        return None

    # What stands in objects that are links themselves

    def unless_here(self, place: str, link: ExternalLink) -> None:
        """Remember the link for a place that leads to a path of the new file for now."""
        self._links[place] = link

    def settle(self, entries: dict[str, Entry]) -> None:
        """Put links for places that lead through a link to another file."""
        for place, link in self._links.items():
            target: str = getattr(entries.get(place), "target", "/")
            while target != "/":
                if isinstance(entries.get(target), ExternalLink):
                    entries[place] = link
                    break
                target = parent(target)
