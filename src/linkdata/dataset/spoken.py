"""What RDF and the expanded form are written of: a document, and for an HDF5 file its document.

Takes: a graph.
Gives: `spoken`, the graph whose statements are the RDF of it.
Implements: `specs/linkdata-1.0.md`, sections "RDF" and "Expanded form".

So a file and the document that was made of it say the same, to the byte in canonical form.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from linkdata.dataset.inputs import HDF5_SUFFIXES
from linkdata.dataset.saving import of_file
from linkdata.graph.changes import changed
from linkdata.graph.entity import Entity
from linkdata.graph.graph import Graph
from linkdata.graph.identifiers import IDENTIFIERS
from linkdata.graph.passing import passing
from linkdata.resolve.retrievers import file_path
from linkdata.syntax.document import STORAGE
from linkdata.syntax.writer import document

#: The type of objects that name others by their `object_id`.
_RESOURCES = "HERD"
_ID = "object_id"


@contextmanager
def spoken(graph: Graph) -> Iterator[Graph]:
    """The graph that speaks for another: its own, or that of the document of an HDF5 file.

    A file that was changed in memory speaks for itself: its document would not say the changes.
    Raises what describing the file raises.
    """
    if not of_file(graph) or any(changed(graph)):
        with graph.files.held():
            yield graph
        return
    from linkdata.dataset.opening import loads

    text, place, folders = _document(graph)
    with loads(text, base=place, roots=folders) as made:
        yield made.graph


def _document(graph: Graph) -> tuple[str, Path, list[Path]]:
    """The document of a file, the place that it would have, and the folders that it refers to."""
    from linkdata.nwb.authoring import Author

    path = file_path(graph.context.location)
    name = path.stem if path.suffix.lower() in HDF5_SUFFIXES else path.name
    place = path.with_name(f"{name}.yaml")
    through = passing(graph)
    author = Author(through, place, "link")
    data = author.document()
    through.forget()
    del data["meta"]["id"]  # the same follows from the name, which need not be an id
    if any((one.source_class or ("",))[0] == _RESOURCES for one in _objects(through)):
        data[STORAGE] = {IDENTIFIERS: dict(_identifiers(through))}
    return document(data), place, author.folders


def _objects(graph: Graph) -> Iterator[Entity]:
    """All objects of a file, past links that lead nowhere."""
    return graph.walk(failed=lambda problem: None)


def _identifiers(graph: Graph) -> Iterator[tuple[str, dict[str, str]]]:
    """The `object_id` of each object of a file, as the section `storage` has them."""
    for entity in _objects(graph):
        identifier = entity.link(_ID) if _ID in entity else None
        if isinstance(identifier, str) and entity.item is not None:
            yield entity.item.name, {"/": identifier}
