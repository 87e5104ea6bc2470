"""The dataset: what `linkdata.open` gives.

Takes: a graph.
Gives: `Dataset`, the public face of all that can be done with one.
Implements: `specs/linkdata-1.0.md`, section "Python objects".
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from linkdata.dataset import saving
from linkdata.dataset.checking import findings
from linkdata.errors import Diagnostic
from linkdata.graph.graph import Graph
from linkdata.objects.access import wrap
from linkdata.objects.display import document_outline, html, short


class Dataset:
    """A document with all that it refers to, as objects.

    As a context manager it holds the files that it reads open, which makes many small reads
    quick; otherwise a file is opened for each access and let go of.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._held = ExitStack()

    # Identity

    @property
    def iri(self) -> str:
        """The document's identity."""
        return self.graph.context.iri

    @property
    def name(self) -> str:
        """The document's file as its user named it."""
        return self.graph.context.document.source.name

    # Objects

    @property
    def data(self) -> Any:
        """The root object. Raises `FieldError` when the document has no `data`."""
        return wrap(self.graph.document.link("data"))

    def __getitem__(self, reference: str) -> Any:
        """What a reference means, written as in the document: `ds["#data.devices.array"]`.

        Raises `ResolutionError`, `RetrievalError`, `SourceError`.
        """
        return wrap(self.graph.look_up(reference))

    def keys(self) -> list[str]:
        """The document's top-level names: `data` and the named objects."""
        return self.graph.document.keys()

    # Checking and writing

    def check(self) -> list[Diagnostic]:
        """Everything that is wrong with the document and what it refers to."""
        return findings(self.graph.registry, [self.graph])

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        format: str | None = None,
        arrays: str = "link",
        expanded: bool = False,
        force: bool = False,
    ) -> Path:
        """Write the dataset in the format of the path's suffix: .yaml, .json, .ttl, .nt.

        YAML is the document itself, its comments kept and its relative paths made to fit the new
        place; with `expanded`, and always in JSON, every reference is followed and every object
        stands once. `arrays` says where arrays go: with `link` they stay where they are.

        Raises `OutputError` (`output-exists` unless `force`), `NotYetError`, and what following
        the document's references raises.
        """
        return saving.save(self.graph, Path(path), format, arrays, expanded=expanded, force=force)

    def dumps(self, format: str = "yaml", *, expanded: bool = False) -> str:
        """The same as a string; `format` is yaml, json, ttl or nt."""
        return "".join(saving.parts(self.graph, format, None, expanded=expanded))

    def triples(self) -> Any:
        """The triples of the graph, one after the other; see `linkdata.rdf`."""
        from linkdata.rdf.triples import triples

        return triples(self.graph)

    def to_rdflib(self) -> Any:
        """An `rdflib.Graph` of the triples."""
        from linkdata.rdf.libraries import to_rdflib

        return to_rdflib(self.graph)

    def to_oxigraph(self) -> Any:
        """A `pyoxigraph.Store` of the triples. Needs the extra `linkdata[oxigraph]`."""
        from linkdata.rdf.libraries import to_oxigraph

        return to_oxigraph(self.graph)

    # Files

    def close(self) -> None:
        """Let go of all files."""
        self._held.close()
        self.graph.files.close()

    def __enter__(self) -> Self:
        self._held.enter_context(self.graph.files.held())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Dataset {self.iri} from {self.name}: {short(self.graph.document)}>"

    def _repr_html_(self) -> str:
        return html(document_outline(self.graph, depth=4))
