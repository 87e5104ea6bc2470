"""From a namespace of the specification language to LinkML schemas.

Takes: a namespace, those that it includes by their names, and the base of identities.
Gives: `translate`: LinkML schemas as plain data, by their names. A schema `core.nwb.base` is to be
kept in a file `core.nwb.base.yaml` beside the others, for they import each other by these names.
Errors: `SchemaError` with all that was found: `schema-type-unknown`, `schema-not-found`,
`schema-invalid`; with `findings`, these are appended instead, and anything stands in.
Source: HDMF specification language, sections "Namespaces" and "Schema"; LinkML's metamodel.
What annotations say is in `facts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linkdata.errors import Diagnostic, SchemaError, Severity
from linkdata.schema.language.catalog import Catalog
from linkdata.schema.language.classes import Classes, uses
from linkdata.schema.language.dtypes import LANGUAGE, language_schema
from linkdata.schema.language.facts import extra_facts, to_json
from linkdata.schema.language.names import schema_name
from linkdata.schema.language.specs import Namespace, SchemaEntry, Source

BASE = "urn:linkdata:schema:"


def translate(
    namespace: Namespace,
    included: Mapping[str, Namespace],
    base: str = BASE,
    *,
    findings: list[Diagnostic] | None = None,
) -> dict[str, dict[str, Any]]:
    """The LinkML schemas of a namespace: one of its own, one for each source, `nwb.language`.

    `included` has every namespace that is included, directly or not. Their own schemas are not
    made here, only imported by name. `base` ends in `:` or `/`.
    """
    catalog = Catalog(namespace, included)
    schemas = _Translation(catalog, base).schemas()
    if findings is not None:
        findings += catalog.findings
        return schemas
    errors = [finding for finding in catalog.findings if finding.severity is Severity.ERROR]
    if errors:
        raise SchemaError(errors)
    return schemas


class _Translation:
    def __init__(self, catalog: Catalog, base: str) -> None:
        self.catalog = catalog
        self.namespace = catalog.namespace
        self.base = base
        self.separator = ":" if base.endswith(":") else "/"
        self.classes = Classes(catalog)

    def schemas(self) -> dict[str, dict[str, Any]]:
        sources = {
            schema_name(self.namespace.name, source.name): self.source(source)
            for source in self.namespace.sources
        }
        whole = {self.namespace.name: self.whole(list(sources))}
        return {**whole, **sources, LANGUAGE: language_schema(self.base)}

    def whole(self, sources: list[str]) -> dict[str, Any]:
        """The schema of the namespace itself, which imports all others."""
        namespace = self.namespace
        said: dict[str, Any] = {"role": "namespace", "namespace": namespace.name}
        for key in ("version", "date"):
            if getattr(namespace, key) is not None:
                said[key] = getattr(namespace, key)
        for key in ("author", "contact"):
            if getattr(namespace, key) is not None:
                said[key] = to_json(getattr(namespace, key))
        said["schema"] = to_json([entry_data(entry) for entry in namespace.schema])
        return self.schema(
            namespace.name,
            {"title": namespace.full_name, "description": namespace.doc},
            said | extra_facts(namespace.extra),
            [*sources, *namespace.includes, LANGUAGE],
        )

    def source(self, source: Source) -> dict[str, Any]:
        """The schema of a source file."""
        name = schema_name(self.namespace.name, source.name)
        entry = next(entry for entry in self.namespace.schema if entry.source == source.name)
        said = {
            "role": "source",
            "namespace": self.namespace.name,
            "source": source.name,
            "keys": source.prefix,
        }
        classes = self.classes.of_source(source.name)
        schema = self.schema(
            name,
            {"title": entry.title, "description": entry.doc},
            said | extra_facts(source.extra),
            [*self.imports(source, name), LANGUAGE],
        )
        return {**schema, "classes": classes}

    def imports(self, source: Source, name: str) -> list[str]:
        """The schemas that define the types that a source uses."""
        found: dict[str, None] = {}
        for place in self.catalog.own(source.name):
            for step in place.lineage:
                for used in uses(step):
                    definition = self.catalog.definition(used)
                    if definition is not None:
                        found[self.home(definition.namespace, definition.source)] = None
        return [other for other in found if other != name]

    def home(self, namespace: str, source: str) -> str:
        """The schema to import for a type: of another namespace, always the whole."""
        if namespace == self.namespace.name:
            return schema_name(namespace, source)
        return namespace

    def schema(
        self, name: str, words: Mapping[str, str | None], said: dict[str, Any], imports: list[str]
    ) -> dict[str, Any]:
        """A schema, but for its classes."""
        version = self.namespace.version
        home = f"{self.base}{self.namespace.name}{self.separator}{version or 'unversioned'}"
        prefixes = {"linkml": "https://w3id.org/linkml/"}
        for prefix in (LANGUAGE, *self.catalog.namespaces):
            prefixes[prefix] = f"{self.base}{prefix}{self.separator}"
        part = name.removeprefix(f"{self.namespace.name}.") if "source" in said else None
        return {
            "id": home if part is None else f"{home}{self.separator}{part}",
            "name": name,
            **{key: word for key, word in words.items() if word is not None},
            **({} if version is None else {"version": version}),
            "annotations": said,
            "prefixes": prefixes,
            "default_prefix": self.namespace.name,
            "imports": imports,
        }


def entry_data(entry: SchemaEntry) -> dict[str, Any]:
    """An entry of a namespace's `schema` as it was written."""
    found: dict[str, Any] = {}
    for key in ("doc", "namespace", "source", "title"):
        if getattr(entry, key) is not None:
            found[key] = getattr(entry, key)
    if entry.data_types is not None:
        found[entry.types_key or "data_types"] = list(entry.data_types)
    return found | dict(entry.extra)
