"""The dataset: what `linkdata.open` gives.

Takes: a graph.
Gives: `Dataset`, the public face of all that can be done with one.
Implements: `specs/linkdata-1.0.md`, section "Python objects".
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from linkdata.errors import Diagnostic, UsageError, error
from linkdata.graph.graph import Graph
from linkdata.objects.access import wrap

if TYPE_CHECKING:
    from linkdata.arrays.adding import Depth
    from linkdata.arrays.zarr import ZarrStore
    from linkdata.dataset.provenance import Explanation
    from linkdata.objects.models.base import Model
    from linkdata.objects.models.models import Models
    from linkdata.rdf.query import Answer
    from linkdata.rdf.triples import Triple


class Dataset:
    """A document with all that it refers to, as objects.

    As a context manager it holds the files that it reads open, which makes many small reads
    quick; otherwise a file is opened for each access and let go of.
    """

    def __init__(self, graph: Graph, again: Callable[[], Dataset] | None = None) -> None:
        self.graph = graph
        self._again = again
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

    def reload(self) -> Dataset:
        """The dataset as its files are now; this one stays as it was.

        Only the texts that have changed are read again. Raises what `linkdata.open` raises, and
        `UsageError` for a dataset of a string.
        """
        if self._again is None:
            raise UsageError(
                error("usage", f"`{self.name}` was not opened from a file", place=self.name)
            )
        return self._again()

    # Scratch space

    @property
    def scratch(self) -> Any:
        """What is in the scratch space of the session, by name; None where there is none."""
        from linkdata.objects.scratch import scratch_of

        return scratch_of(self.data.entity)

    def add_scratch(
        self, data: Any, name: str | None = None, description: str | None = None
    ) -> Any:
        """Put something into the scratch space of the session, in memory; gives what is there.

        `data` are an array of numbers (complex ones too) or texts, a single value, a list, a
        `pandas.DataFrame`, or an object. `save` writes it. Raises `UsageError` for a name that
        there is already, or where values have no name or description.
        """
        from linkdata.objects.scratch import add_scratch

        return add_scratch(self.data.entity, data, name, description)

    def get_scratch(self, name: str, *, convert: bool = True) -> Any:
        """What is in scratch space under a name: a numpy array, a single value, a data frame.

        Without `convert` it is the object. Raises `FieldError` where there is no such thing.
        """
        from linkdata.objects.scratch import get_scratch

        return get_scratch(self.data.entity, name, convert=convert)

    # Models

    @cached_property
    def models(self) -> Models:
        """Pydantic models of the classes that the dataset's schemas have, by their names.

        They are built when they are asked for: `ds.models["ElectricalSeries"]`.
        """
        from linkdata.objects.models.models import Models

        return Models(self.graph)

    def model(self, target: Any, *, validate: bool = False) -> Model:
        """An object, or what a reference leads to, as an instance of the model of its class.

        Its fields are read when they are asked for, and arrays stay where they are. With
        `validate` all fields are read, and those of all that stands in the object.

        Raises `SchemaError` when no schema says what the object is; `ModelError` for a value that
        its class does not allow, with `validate` at once and for all of them.
        """
        from linkdata.objects.models.models import instance

        made = instance(self[target] if isinstance(target, str) else target)
        return made.read() if validate else made

    # Checking and writing

    def check(self) -> list[Diagnostic]:
        """Everything that is wrong with the document and what it refers to."""
        from linkdata.dataset.checking import findings

        return findings(self.graph.registry, [self.graph])

    def explain(self, reference: str) -> Explanation:
        """Where the value of a reference comes from: its causes, the origin itself first.

        Raises what following the reference raises.
        """
        from linkdata.dataset.provenance import explain

        return explain(self.graph, reference)

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        format: str | None = None,
        arrays: str = "link",
        inline: int | None = None,
        store: str | os.PathLike[str] | None = None,
        links: str | None = None,
        expanded: bool = False,
        force: bool = False,
        progress: Callable[[str, int, int], None] | None = None,
        canonical: bool = False,
        superclasses: bool = False,
        rows: bool = False,
        digest: Depth | None = None,
    ) -> Path:
        """Write the dataset in the format of the path's suffix: .yaml, .nwb, .h5, .json, or RDF:
        .ttl, .nt, .nq, .trig, .jsonld, .yamlld, .rdf.

        YAML is the document itself, its comments kept and its relative paths made to fit the new
        place; with `expanded`, and always in JSON, every reference is followed and every object
        stands once.

        An HDF5 file becomes a document from which the same file can be made again. `arrays` says
        where arrays of more than `inline` elements (100) go: with `link` they stay in the file,
        with `store` their chunks are kept in the folder `store` (the document's name and
        `.chunks`), and with `inline` all are written out. With `digest` those that stay in the
        file are written with the digest of their `content`, or with that of their bytes as they
        lie, `stored`, for which nothing is decoded, and whose manifests are kept in the `store`.

        To HDF5, `links` says what becomes of what other files bring as a whole, and of references
        to them: `external` links to those files from the new one, `copy` copies it. Left out,
        documents link, with links that a file had as they were, HDF5 files stay as they are, and
        bundles in ZIP files are copied. `progress` is told what is worked on: a path,
        bytes that are done, bytes there are (0 while that is not known).

        To RDF, `canonical` gives canonical N-Quads, `superclasses` all classes that an object is,
        `rows` a subject for each row of a table; JSON-LD is in expanded form with `expanded`.

        Raises `OutputError` (`output-exists` unless `force`), `NotYetError`, and what following
        the document's references raises.
        """
        from linkdata.dataset import saving

        kept = None if store is None else Path(store)
        options = saving.Saving(arrays, inline, kept, links, expanded, force,
                                progress or (lambda path, done, total: None), canonical,
                                superclasses, rows, digest)  # fmt: skip
        return saving.save(self.graph, Path(path), format, options)

    def dumps(
        self,
        format: str = "yaml",
        *,
        expanded: bool = False,
        canonical: bool = False,
        superclasses: bool = False,
        rows: bool = False,
    ) -> str:
        """The same as a string; `format` is yaml, json, ttl, nt, nq, trig, jsonld, yamlld, rdf."""
        from linkdata.dataset import saving

        options = saving.Saving(expanded=expanded, canonical=canonical, superclasses=superclasses,
                                rows=rows)  # fmt: skip
        return "".join(saving.parts(self.graph, format, None, options))

    def triples(self, *, superclasses: bool = False, rows: bool = False) -> Iterator[Triple]:
        """The triples of the graph, one after the other, as `linkdata.rdf.terms` has them."""
        from linkdata.dataset.spoken import spoken
        from linkdata.rdf.statements import Options
        from linkdata.rdf.triples import triples

        with spoken(self.graph) as graph:
            yield from triples(graph, Options(superclasses, rows))

    def to_pynwb(self) -> Any:
        """A `pynwb.NWBFile` of the same content. Needs the extra `linkdata[pynwb]`."""
        from linkdata.dataset.with_pynwb import to_pynwb

        return to_pynwb(self.graph)

    def to_rdflib(self, *, superclasses: bool = False, rows: bool = False) -> Any:
        """An `rdflib.Graph` of the triples."""
        from linkdata.dataset.spoken import spoken
        from linkdata.rdf.libraries import to_rdflib
        from linkdata.rdf.statements import Options

        with spoken(self.graph) as graph:
            return to_rdflib(graph, Options(superclasses, rows))

    def to_oxigraph(self, *, superclasses: bool = False, rows: bool = False) -> Any:
        """A `pyoxigraph.Store` of the triples. Needs the extra `linkdata[oxigraph]`."""
        from linkdata.dataset.spoken import spoken
        from linkdata.rdf.libraries import to_oxigraph
        from linkdata.rdf.statements import Options

        with spoken(self.graph) as graph:
            return to_oxigraph(graph, Options(superclasses, rows))

    def query(self, text: str, *, superclasses: bool = False, rows: bool = False) -> Answer:
        """The answer to a SPARQL query over the triples. Needs the extra `linkdata[oxigraph]`.

        Prefixes of the document need no declaration. With `rows` each row of a table is a subject.
        Raises `UsageError` for a query that is not well-formed.
        """
        from linkdata.dataset.querying import query

        return query([self], text, superclasses=superclasses, rows=rows)

    def zarr_store(self, reference: str | None = None) -> ZarrStore:
        """The arrays as a read-only Zarr store: `xarray.open_zarr(ds.zarr_store(), group=...)`.

        Groups are the objects below the root object, or below the one that `reference` leads to.
        Arrays stay where they are; a chunk is read when it is asked for. The store can be pickled.
        Needs the extra `linkdata[zarr]`.
        """
        from linkdata.dataset.zarr import zarr_store

        return zarr_store(self.graph, reference)

    def kerchunk(self, reference: str | None = None) -> dict[str, Any]:
        """Where the arrays' chunks are, as kerchunk reference JSON (`json.dump` writes it).

        It refers to HDF5 files; small arrays that it cannot refer to stand in it. What is left
        out is told in the root's attributes, under `linkdata_left_out`.
        """
        from linkdata.dataset.kerchunk import kerchunk_references

        return kerchunk_references(self.graph, reference)

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
        from linkdata.objects.display import short

        return f"<Dataset {self.iri} from {self.name}: {short(self.graph.document)}>"

    def _repr_html_(self) -> str:
        from linkdata.objects.display import document_outline, html

        return html(document_outline(self.graph, depth=4))
