"""Schemas of source files: the specifications that a file carries, else the nearest installed.

Takes: a graph and its source files.
Gives: `Carried`: the schema of a namespace as a file means it, and what had to stand in for it.
Implements: `specs/linkdata-1.0.md`, section "Classes".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from linkdata.arrays.protocols import Group, SourceFile
from linkdata.errors import Diagnostic, LinkdataError, SchemaError, error, note
from linkdata.graph.entity import as_group
from linkdata.schema import distributions
from linkdata.schema.cache import CompiledSchemas
from linkdata.schema.model import Schema
from linkdata.schema.namespaces import Gathered, gather
from linkdata.schema.places import USUAL, SchemaText, cached, installed

SPECIFICATIONS = "/specifications"


@dataclass(frozen=True, slots=True)
class Standing:
    """A schema of a file, with the finding that something else stands in for it."""

    schema: Schema | None
    finding: Diagnostic | None = None


class Carried:
    """The schemas that the files of a graph bring, each found once."""

    def __init__(self, cache: CompiledSchemas | None = None) -> None:
        self._cache = cache or CompiledSchemas()
        self._found: dict[tuple[int, str], Standing] = {}

    def schema(self, file: SourceFile, namespace: str) -> Schema | None:
        """The schema of a namespace that objects of a file name."""
        key = (id(file), namespace)
        if key not in self._found:
            self._found[key] = self._find(file, namespace)
        return self._found[key].schema

    def is_stand_in(self, schema: Schema) -> bool:
        """Whether a schema stands in for one that a file does not carry."""
        return any(one.schema is schema and one.finding for one in self._found.values())

    @property
    def findings(self) -> list[Diagnostic]:
        """What had to stand in for schemas that files do not carry, as far as was looked."""
        return [one.finding for one in self._found.values() if one.finding is not None]

    def namespaces(self, file: SourceFile) -> list[str]:
        """The namespaces that a file carries."""
        group = specifications(file)
        return group.keys() if group is not None else []

    def gathered(self, file: SourceFile, namespace: str) -> Gathered:
        """The texts of a namespace that a file carries, and of those that it includes.

        Raises `LookupError` when it is not there, `SchemaError` and `SourceError`.
        """
        return gather(namespace, carried(file, namespace), _beside)

    def _find(self, file: SourceFile, namespace: str) -> Standing:
        reason = "the file carries no specifications"
        if specifications(file) is not None:
            try:
                return Standing(self.gathered(file, namespace).compiled(self._cache))
            except LookupError:
                reason = "the file does not carry it"
            except LinkdataError as problem:
                reason = f"the one in the file cannot be used: {problem.diagnostic.message}"
        return self._nearest(file, namespace, reason)

    def _nearest(self, file: SourceFile, namespace: str, reason: str) -> Standing:
        package = USUAL.get(namespace, namespace)
        try:
            text = installed(package, namespace, None)
            gathered = gather(namespace, text, lambda name, text: text.neighbour(name))
            schema = gathered.compiled(self._cache)
        except LinkdataError as problem:
            hint = f"install a distribution that has it, such as `{package}`"
            message = f"the schema `{namespace}` cannot be had: {reason}"
            found = problem.diagnostic
            return Standing(
                None, error("schema-not-found", message, place=file.name, hint=found.hint or hint)
            )
        message = f"`{namespace}` {schema.version} of `{package}` stands in: {reason}"
        # A schema of its own, as a file beside may carry the very same.
        return Standing(replace(schema), note("schema-substituted", message, place=file.name))


def specifications(file: SourceFile) -> Group | None:
    """The group of a file that holds the specifications it carries."""
    try:
        return as_group(file.item(SPECIFICATIONS))
    except LinkdataError:
        return None


def carried(file: SourceFile, namespace: str, version: str | None = None) -> SchemaText:
    """The text of a namespace that a file carries, the newest version if none is asked for.

    Raises `LookupError` when it is not there, and `SourceError`.
    """
    group = specifications(file)
    if group is None or namespace not in group.keys():  # noqa: SIM118 - not a mapping
        raise LookupError(namespace)
    versions = as_group(file.item(f"{SPECIFICATIONS}/{namespace}"))
    names = sorted(versions.keys(), key=distributions.order) if versions is not None else []
    chosen = version if version in names else (names[-1] if names and version is None else None)
    if chosen is None:
        raise LookupError(f"{namespace} {version}")
    text = as_group(file.item(f"{SPECIFICATIONS}/{namespace}/{chosen}"))
    return cached(text, lambda name: carried(file, name))


def _beside(name: str, text: SchemaText) -> SchemaText:
    """An included namespace of a file, or the one installed when the file lacks it."""
    try:
        return text.neighbour(name)
    except LookupError:
        return installed(USUAL.get(name, name), name, None)
    except LinkdataError as problem:
        raise SchemaError(problem.diagnostics) from problem
