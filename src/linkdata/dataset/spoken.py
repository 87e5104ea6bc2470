"""What RDF is written of: a document, and for an HDF5 file the document that describes it.

Takes: a graph.
Gives: `spoken`, the graph whose statements are the RDF of it.
Implements: `specs/linkdata-1.0.md`, section "RDF".

So a file and the document that was made of it say the same, to the byte in canonical form.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from linkdata.dataset.inputs import HDF5_SUFFIXES
from linkdata.dataset.saving import of_file
from linkdata.graph.graph import Graph
from linkdata.resolve.retrievers import file_path
from linkdata.syntax.writer import document


@contextmanager
def spoken(graph: Graph) -> Iterator[Graph]:
    """The graph that speaks for another: its own, or that of the document of an HDF5 file.

    Raises what describing the file raises.
    """
    if not of_file(graph):
        with graph.files.held():
            yield graph
        return
    from linkdata.dataset.opening import loads
    from linkdata.nwb.authoring import Author

    path = file_path(graph.context.location)
    name = path.stem if path.suffix.lower() in HDF5_SUFFIXES else path.name
    place = path.with_name(f"{name}.yaml")
    data = Author(graph, place, "link").document()
    del data["meta"]["id"]  # the same follows from the name, which need not be an id
    with loads(document(data), base=place, roots=[path.parent]) as made:
        yield made.graph
