"""Where the schemas of an import lie: distributions, files, HDF5 files, a network.

Takes: one entry of an import's `from`.
Gives: `SchemaText`: the text of the schema, and a way to those that it names.
Implements: `specs/linkdata-1.0.md`, section "Schemas and imports".

Everything is read as text. Files are read below the allowed roots only, and fetched only from the
hosts that the user allowed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urljoin

from linkdata.arrays.protocols import Dataset, Group
from linkdata.errors import (
    LinkdataError,
    RetrievalError,
    SchemaError,
    SourceError,
    did_you_mean,
    error,
)
from linkdata.graph.entity import as_dataset, as_group
from linkdata.graph.files import located
from linkdata.resolve.registry import Context, join
from linkdata.resolve.retrievers import FileRetriever, Retriever
from linkdata.resolve.targets import External
from linkdata.schema import distributions
from linkdata.schema.distributions import NotInstalledError
from linkdata.schema.fetched import Fetched
from linkdata.spans import Span
from linkdata.syntax import nodes
from linkdata.syntax.nodes import Mapping, Node, Scalar
from linkdata.syntax.references import Form, parse_reference

if TYPE_CHECKING:
    from linkdata.graph.graph import Graph

#: What only a namespace file of the NWB specification language has, in YAML or JSON.
_NAMESPACES = re.compile(r"(?m)^\s*[{]?\s*['\"]?namespaces['\"]?\s*:")
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

    def __init__(
        self,
        graph: Graph,
        context: Context,
        retriever: Retriever | None = None,
        fetched: Fetched | None = None,
    ) -> None:
        """`retriever` gets the texts of `path`; without one, files below the allowed roots.
        `fetched` gets what is in a network, from the hosts that the user allowed.
        """
        self.graph = graph
        self.context = context
        self.retriever = retriever or FileRetriever(graph.files.binder.roots)
        self.fetched = fetched or Fetched(graph.files.binder.network, {})

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
        if isinstance(value, str):
            if kind == "path":
                return self._file(value, location, span)
            if kind == "hdf5":
                return self._hdf5(value, span)
            if kind == "url":
                return self._url(value, span)
        hint = did_you_mean(str(kind), KINDS) or "one of " + ", ".join(KINDS)
        raise SchemaError(
            error("import-invalid", f"there is no source of schemas `{kind}: {value}`", span,
                  hint=hint)
        )  # fmt: skip

    # Distributions

    def _distribution(self, name: str, version: str | None, value: Any, span: Span) -> SchemaText:
        said = value if isinstance(value, dict) else {"package": value}
        package, release = said.get("package"), said.get("version")
        if not isinstance(package, str) or not isinstance(release, str | None):
            raise SchemaError(error("import-invalid", "`pypi` has a `package`, and may have a"
                                    " `version`, both of them texts", span,
                                    hint="for example `pypi: {package: pynwb}`"))  # fmt: skip
        try:
            return self._of_release(name, version, package, release, span)
        except LinkdataError as problem:
            raise located(problem, span) from problem

    def _of_release(
        self, name: str, version: str | None, package: str, release: str | None, span: Span
    ) -> SchemaText:
        try:
            return installed(package, name, version, release)
        except NotInstalledError as problem:
            missing = problem.diagnostic
        from linkdata.schema import wheels

        try:
            folder = wheels.unpacked(package, release, self.fetched, span)
        except LinkdataError as problem:
            if problem.code != "network-refused":
                raise
            hint = f"{missing.hint}; {problem.diagnostic.hint or problem.diagnostic.message}"
            raise SchemaError(error(missing.code, missing.message, span, hint=hint)) from problem
        return self._unpacked(folder, package, name, version, span)

    def _unpacked(
        self, folder: Path, package: str, name: str, version: str | None, span: Span
    ) -> SchemaText:
        """A schema of a wheel that was fetched; namespaces it lacks, of those that are usual."""
        files = distributions.schema_files(sorted(folder.rglob("*.y*ml")), name)
        file = distributions.chosen(files, package, name, version)

        def neighbour(included: str) -> SchemaText:
            try:
                return self._unpacked(folder, package, included, None, span)
            except SchemaError:
                return self._distribution(included, None, USUAL.get(included, included), span)

        place = f"{package}: {file.path.name}"
        return SchemaText(file.text, place, file.is_namespace, file.beside, neighbour)

    # URLs

    def _url(self, url: str, span: Span) -> SchemaText:
        def read(at: str) -> str:
            try:
                return self.fetched.get(at, span).decode("utf-8")
            except UnicodeDecodeError as problem:
                raise SchemaError(error("schema-invalid", f"<{at}> is no text", span)) from problem

        def load(name: str) -> str:
            try:
                return read(urljoin(url, name))
            except RetrievalError as problem:
                raise LookupError(name) from problem

        text = read(url)

        def neighbour(name: str) -> SchemaText:
            # A namespace file may define several namespaces.
            return SchemaText(text, url, True, load, neighbour)

        return SchemaText(text, url, _NAMESPACES.search(text) is not None, load, neighbour)

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

        return SchemaText(text, path, _NAMESPACES.search(text) is not None, beside(at), neighbour)

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


def installed(
    package: str, name: str, version: str | None, release: str | None = None
) -> SchemaText:
    """The schema of an installed distribution. Raises `SchemaError`, `NotInstalledError`."""
    file = distributions.find(package, name, version, release)

    def neighbour(included: str) -> SchemaText:
        try:
            return installed(package, included, None)
        except SchemaError:
            return installed(USUAL.get(included, package), included, None)

    place = f"{package} {distributions.release_of(package)}: {file.path.name}"
    return SchemaText(file.text, place, file.is_namespace, file.beside, neighbour)


def cached(group: Group | None, neighbour: Callable[[str], SchemaText]) -> SchemaText:
    """The namespace that an NWB file keeps in a group: a text for each of its files."""

    @cache
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
    return SchemaText(load("namespace"), place, True, load, cache(neighbour))


def sources(node: Node | None) -> list[Node]:
    """The entries of an import's `from`."""
    if isinstance(node, nodes.Sequence):
        return list(node.items)
    return [node] if isinstance(node, Mapping | Scalar) else []
