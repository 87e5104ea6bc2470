"""Namespaces of the NWB specification language, with all that they include, to compiled schemas.

Takes: the text of a namespace, and a way to the texts of those that it includes.
Gives: `Gathered`: all texts with their digest; from it the LinkML schemas and the compiled one.
Implements: `specs/linkdata-1.0.md`, section "Schemas and imports".

Texts are gathered without reading the specifications in them, so that a schema which the cache
has costs little more than hashing them; what reads and translates them is loaded when it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from linkdata.errors import SchemaError, error
from linkdata.schema.cache import CompiledSchemas, digest_of
from linkdata.schema.language import texts
from linkdata.schema.language.texts import source_text
from linkdata.schema.model import Schema
from linkdata.schema.places import SchemaText

if TYPE_CHECKING:
    from linkdata.schema.language.specs import Namespace

#: Finds the text of an included namespace, for the text of the one that includes it.
Included = Callable[[str, SchemaText], SchemaText]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The texts that make up a namespace: by the names of the namespaces, and all by source."""

    name: str
    version: str | None
    place: str
    texts: Mapping[str, SchemaText]
    read: dict[str, str] = field(repr=False)

    @property
    def digest(self) -> str:
        """The digest of all texts."""
        return digest_of(self.read, self.name)

    def linkml(self, base: str | None = None) -> dict[str, Mapping[str, Any]]:
        """The LinkML schemas that it translates to, by name, with IRIs below `base`.

        Raises `SchemaError`.
        """
        from linkdata.schema.language.reading import read_namespaces
        from linkdata.schema.language.translate import BASE, translate

        namespaces: dict[str, Namespace] = {}
        for name, text in self.texts.items():
            if name not in namespaces:
                for found in read_namespaces(text.load, text.text, name=text.place, findings=[]):
                    namespaces.setdefault(found.name, found)
        schemas: dict[str, Mapping[str, Any]] = {}
        for namespace in namespaces.values():
            schemas |= translate(namespace, namespaces, base or BASE)
        return schemas

    def compiled(self, cache: CompiledSchemas) -> Schema:
        """The compiled schema, from the cache when it is there. Raises `SchemaError`."""
        digest = self.digest
        schema = cache.get(digest)
        if schema is None:
            from linkdata.schema.compiled import compile_schema

            schemas = self.linkml()
            schema = compile_schema(schemas[self.name], schemas.__getitem__, digest, self.place)
            cache.put(schema)
        return schema


def gather(name: str, text: SchemaText, included: Included) -> Gathered:
    """All texts of the namespace `name`, which `text` defines, and of those that it includes.

    Raises `SchemaError` (`schema-not-found`, `schema-invalid`).
    """
    found: dict[str, SchemaText] = {}
    read: dict[str, str] = {}
    version: str | None = None
    waiting = [(name, text)]
    while waiting:
        current, place = waiting.pop()
        if current in found:
            continue
        found[current] = place
        read[current] = place.text
        listed = _listed(place)
        if current not in listed:
            raise SchemaError(
                error("schema-not-found", f"there is no namespace `{current}` in `{place.place}`")
            )
        if current == name:
            version = _text(listed[current].get("version"))
        for namespace, data in listed.items():
            for entry in _entries(data):
                source, other = entry.get("source"), entry.get("namespace")
                if isinstance(source, str):
                    read[f"{current} {source}"] = source_text(place.load, source) or ""
                elif namespace == current and isinstance(other, str) and other not in listed:
                    waiting.append((other, included(other, place)))
    return Gathered(name, version, text.place, found, read)


def _listed(text: SchemaText) -> dict[str, Mapping[str, Any]]:
    """The namespaces of a namespace file, as plain data."""
    data = texts.plain(text.place, text.text, strings=True)
    listed = data.get("namespaces") if isinstance(data, Mapping) else None
    return {
        item["name"]: item
        for item in (listed if isinstance(listed, list) else ())
        if isinstance(item, Mapping) and isinstance(item.get("name"), str)
    }


def _entries(namespace: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = namespace.get("schema")
    return [e for e in listed if isinstance(e, Mapping)] if isinstance(listed, list) else []


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
