"""LinkML schemas with all that they import, to compiled schemas.

Takes: the text of a schema, and a way to those that it imports.
Gives: `Sources`: all texts, and the schemas in them; from them the compiled one.
Implements: `specs/linkdata-1.0.md`, section "Schemas and imports".

Texts are gathered before they are compiled, so that a schema which the cache has costs little more
than reading them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from linkdata.errors import SchemaError, error
from linkdata.schema.cache import CompiledSchemas, digest_of
from linkdata.schema.language import texts
from linkdata.schema.model import Schema
from linkdata.schema.places import SchemaText
from linkdata.spans import Span


@dataclass(frozen=True, slots=True)
class Sources:
    """The schemas that make up one: by the names under which they are imported, the root first."""

    name: str
    place: str
    schemas: Mapping[str, Mapping[str, Any]]
    read: Mapping[str, str] = field(repr=False)

    def compiled(self, cache: CompiledSchemas) -> Schema:
        """The compiled schema, from the cache when it is there. Raises `SchemaError`."""
        digest = digest_of(self.read, "LinkML")
        schema = cache.get(digest)
        if schema is None:
            from linkdata.schema.compiled import compile_schema

            root = self.schemas[self.name]
            schema = compile_schema(root, self.schemas.__getitem__, digest, self.place)
            cache.put(schema)
        return schema


def gather_linkml(name: str, text: SchemaText, span: Span) -> Sources:
    """The schema `name`, of which `text` is the text, and all that it imports.

    Raises `SchemaError` (`schema-invalid`, `schema-not-found`).
    """
    from linkdata.schema.compiled import imported_names

    root = _mapping(text.place, text.text)
    schemas, read = {name: root}, {"": text.text}
    waiting = list(imported_names("", root))
    while waiting:
        key = waiting.pop()
        if key in read:
            continue
        try:
            read[key] = text.load(f"{key}.yaml")
        except (LookupError, OSError, UnicodeDecodeError) as problem:
            raise SchemaError(
                error("schema-not-found", f"`{name}` imports `{key}`, which is not there", span,
                      place=text.place)
            ) from problem  # fmt: skip
        found = _mapping(key, read[key])
        schemas[key] = found
        waiting += imported_names(key, found)
    return Sources(name, text.place, schemas, read)


def _mapping(place: str, text: str) -> dict[str, Any]:
    found = texts.plain(place, text)
    if not isinstance(found, dict):
        raise SchemaError(error("schema-invalid", "a LinkML schema is a mapping", place=place))
    return found
