"""Where the schemas of an import lie: distributions, files, HDF5 files.

Takes: one entry of an import's `from`.
Gives: `SchemaText`: the text of the schema, and a way to those that it names.
Implements: `specs/linkdata-1.0.md`, section "Schemas and imports".

Everything is read as text. Files are read below the allowed roots only; nothing is fetched.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from linkdata.arrays.protocols import Dataset, Group
from linkdata.errors import LinkdataError, SchemaError, SourceError, did_you_mean, error
from linkdata.graph.entity import as_dataset, as_group
from linkdata.resolve.registry import Context, join
from linkdata.resolve.retrievers import FileRetriever, Retriever
from linkdata.resolve.targets import External
from linkdata.schema import distributions
from linkdata.spans import Span
from linkdata.syntax import nodes
from linkdata.syntax.nodes import Mapping, Node, Scalar
from linkdata.syntax.references import Form, parse_reference

if TYPE_CHECKING:
    from linkdata.graph.graph import Graph

KINDS = ("pypi", "path", "hdf5", "url")
#: Distributions that bring the namespaces which most others include.
USUAL = {"hdmf-common": "hdmf", "hdmf-experimental": "hdmf", "core": "pynwb"}


@dataclass(frozen=True, slots=True)
class SchemaText:
    """The text of a schema. `load` gives the text of another by its name, seen from this one; it
    raises `LookupError` or `OSError`. `neighbour` finds an included namespace in the same place.
    """

    text: str
    place: str
    is_namespace: bool
    load: Callable[[str], str]
    neighbour: Callable[[str], SchemaText]


class Places:
    """Finds schemas for the imports of one document."""

    def __init__(self, graph: Graph, context: Context, retriever: Retriever | None = None) -> None:
        """`retriever` gets the texts of `path`; without one, files below the allowed roots."""
        self.graph = graph
        self.context = context
        self.retriever = retriever or FileRetriever(graph.files.binder.roots)

    def find(self, name: str, version: str | None, source: Node, location: str) -> SchemaText:
        """The schema that one entry of `from` leads to; `location` is the document that has it.

        Raises `SchemaError`, `RetrievalError` or `SourceError`, at the entry's place.
        """
        span = self.context.document.span(source)
        entry = nodes.plain(source)
        if not isinstance(entry, dict) or len(entry) != 1:
            raise SchemaError(error("import-invalid", "a source of an import is one of "
                                    + ", ".join(f"`{kind}`" for kind in KINDS), span))  # fmt: skip
        ((kind, value),) = entry.items()
        if kind == "pypi":
            return self._distribution(name, version, value, span)
        if kind == "path" and isinstance(value, str):
            return self._file(value, location, span)
        if kind == "hdf5" and isinstance(value, str):
            return self._hdf5(value, span)
        if kind == "url":
            raise SchemaError(error("network-refused", f"<{value}> is not fetched", span,
                                    hint="download it and import it by its `path`"))  # fmt: skip
        hint = did_you_mean(str(kind), KINDS) or "one of " + ", ".join(KINDS)
        raise SchemaError(
            error("import-invalid", f"there is no source of schemas `{kind}: {value}`", span,
                  hint=hint)
        )  # fmt: skip

    # Installed distributions

    def _distribution(self, name: str, version: str | None, value: Any, span: Span) -> SchemaText:
        package = value.get("package") if isinstance(value, dict) else value
        if not isinstance(package, str):
            raise SchemaError(error("import-invalid", "`pypi` has a `package`", span,
                                    hint="for example `pypi: {package: pynwb}`"))  # fmt: skip
        try:
            return installed(package, name, version)
        except SchemaError as problem:
            found = problem.diagnostic
            raise SchemaError(error(found.code, found.message, span, hint=found.hint)) from problem

    # Files

    def _file(self, path: str, location: str, span: Span) -> SchemaText:
        def read(at: str) -> str:
            return self.retriever.retrieve(at, span).data.decode("utf-8")

        def beside(at: str) -> Callable[[str], str]:
            def load(name: str) -> str:
                try:
                    return read(join(at, f"./{name}", span))
                except LinkdataError as problem:
                    raise LookupError(name) from problem

            return load

        at = join(location, f"./{path}" if ":" in path else path, span)
        text = read(at)

        def neighbour(name: str) -> SchemaText:
            # A namespace file may define several namespaces.
            return SchemaText(text, path, True, beside(at), neighbour)

        return SchemaText(text, path, "namespaces:" in text, beside(at), neighbour)

    # Specifications in an HDF5 file

    def _hdf5(self, text: str, span: Span) -> SchemaText:
        reference = parse_reference(text)
        if reference is None or reference.form is not Form.SOURCE:
            raise SchemaError(
                error("import-invalid", f"`{text}` is no place in a file", span,
                      hint='for example `hdf5: "nwbfile:/specifications/core/2.7.0"`')
            )  # fmt: skip
        bound = self.context.prefixes.get(reference.name)
        if bound is None or bound.prefix.iri is not None:
            raise SchemaError(
                error("prefix-unknown", f"the prefix `{reference.name}` is not declared", span,
                      hint=did_you_mean(reference.name, self.context.prefixes))
            )  # fmt: skip
        item = self.graph.files.item(External("hdf5", bound, reference.target, (), span))
        group = as_group(item)
        if group is None:
            raise SourceError(error("source-path-missing", f"`{text}` is not a group", span))
        specifications = posixpath.dirname(reference.target.rstrip("/"))
        specifications = posixpath.dirname(specifications)

        def version_of(name: str) -> SchemaText:
            found = as_group(
                self.graph.files.item(External("hdf5", bound, f"{specifications}/{name}", (), span))
            )
            versions = sorted(found.keys(), key=distributions.order) if found is not None else []
            if found is None or not versions:
                raise LookupError(name)
            return cached(as_group(cast("Group", found.get(versions[-1]))), version_of)

        return cached(group, version_of)


def installed(package: str, name: str, version: str | None) -> SchemaText:
    """The schema of an installed distribution. Raises `SchemaError`."""
    file = distributions.find(package, name, version)

    def neighbour(included: str) -> SchemaText:
        try:
            return installed(package, included, None)
        except SchemaError:
            return installed(USUAL.get(included, package), included, None)

    return SchemaText(file.text, str(file.path), file.is_namespace, file.beside, neighbour)


def cached(group: Group | None, neighbour: Callable[[str], SchemaText]) -> SchemaText:
    """The namespace that an NWB file keeps in a group: a text for each of its files."""

    def load(name: str) -> str:
        dataset: Dataset | None = None
        if group is not None and name in group.keys():  # noqa: SIM118 - not a mapping
            member: Any = group.get(name)
            dataset = as_dataset(member) if hasattr(member, "kind") else None
        if dataset is None:
            raise LookupError(name)
        text = dataset[()]
        if not isinstance(text, str):
            raise LookupError(name)
        return text

    place = group.place if group is not None else ""
    return SchemaText(load("namespace"), place, True, load, neighbour)


def sources(node: Node | None) -> list[Node]:
    """The entries of an import's `from`."""
    if isinstance(node, nodes.Sequence):
        return list(node.items)
    return [node] if isinstance(node, Mapping | Scalar) else []
