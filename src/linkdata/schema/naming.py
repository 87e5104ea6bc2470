"""Names of classes: what a name in a document means by its imports.

Takes: the schemas of a document's imports.
Gives: `Typed`, a class with its schema; `ClassNames`, which finds it by a name.
Implements: `specs/linkdata-1.0.md`, section "Classes".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from linkdata import iri
from linkdata.schema.model import Class, Schema

_WORDS = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Typed:
    """A class, and the schema in which its ranges are to be looked up."""

    cls: Class
    schema: Schema

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.cls.name

    @property
    def lineage(self) -> Iterator[Class]:
        """The class and all that it is, itself first."""
        return (self.schema.classes[name] for name in self.schema.ancestors(self.cls.name))

    @property
    def named(self) -> Class:
        """The nearest class that has a name of its own, which files and RDF call it by.

        A part of another class that refines a named one is called by that one's name.
        """
        return next((one for one in self.lineage if not is_part(one)), self.cls)

    def is_a(self, uri: str) -> bool:
        """Whether it is, or descends from, the class of an IRI."""
        return any(one.uri == uri for one in self.lineage)


def is_part(cls: Class) -> bool:
    """Whether a class is only a part of another one, without a name of its own."""
    return bool(cls.facts.get("nested"))


def camel_case(name: str) -> str:
    """A name with its words joined, each with a capital: `optical_channel` as `OpticalChannel`."""
    return "".join(word[:1].upper() + word[1:] for word in _WORDS.split(name.replace("_", " ")))


class ClassNames:
    """The classes that imports give, by alias and name, by name alone where that is certain, by
    IRI, and parts of classes by the CamelCase of their name in the file where that is unique.
    """

    def __init__(self, schemas: Mapping[str, Schema], prefixes: Mapping[str, str]) -> None:
        self.schemas = schemas
        self._prefixes = prefixes

    def find(self, name: str) -> Typed | None:
        """The class of a name; None when there is none, or more than one."""
        if ":" not in name:
            return self._plain.get(name) or self._parts.get(name)
        alias, _, local = name.partition(":")
        schema = self.schemas.get(alias)
        if schema is not None:
            return self._of(schema, local)
        return self._by_iri.get(iri.expand(name, self._prefixes) or name)

    def names(self, near: str = "") -> list[str]:
        """All names that a document may use in the way of `near`, for messages."""
        alias = near.partition(":")[0] if ":" in near else ""
        if alias in self.schemas:
            return [f"{alias}:{one}" for one in self._named(self.schemas[alias])]
        return [*self._plain, *self._parts]

    def _of(self, schema: Schema, local: str) -> Typed | None:
        found = schema.classes.get(local)
        if found is not None:
            return Typed(found, schema)
        part = self._parts.get(local)
        return part if part is not None and part.schema is schema else None

    def _named(self, schema: Schema) -> list[str]:
        return [name for name, one in schema.classes.items() if not is_part(one)]

    @cached_property
    def _plain(self) -> dict[str, Typed]:
        found: dict[str, Typed | None] = {}
        for schema in self.schemas.values():
            for name, one in schema.classes.items():
                known = found.setdefault(name, Typed(one, schema))
                if known is not None and known.cls.uri != one.uri:
                    found[name] = None
        return {name: one for name, one in found.items() if one is not None}

    @cached_property
    def _parts(self) -> dict[str, Typed]:
        found: dict[str, Typed | None] = {}
        for schema in self.schemas.values():
            for one in schema.classes.values():
                name = _name_of_part(one)
                if name is None:
                    continue
                alias = camel_case(name)
                known = found.setdefault(alias, Typed(one, schema))
                if known is not None and known.cls.uri != one.uri:
                    found[alias] = None
        return {
            name: one for name, one in found.items() if one is not None and name not in self._plain
        }

    @cached_property
    def _by_iri(self) -> dict[str, Typed]:
        found: dict[str, Typed] = {}
        for schema in self.schemas.values():
            for one in schema.classes.values():
                found.setdefault(one.uri, Typed(one, schema))
        return found


def _name_of_part(cls: Class) -> str | None:
    """The name in the file of a part of a class that is a group; None for all other classes.

    Translations by others have no facts: there the name of the class tells, and its identifier.
    """
    if is_part(cls):
        name = cls.facts.get("name") if cls.facts.get("role") == "group" else None
        return None if name is None else str(name)
    if cls.facts or "__" not in cls.name:
        return None
    fixed = next((slot.fixed for slot in cls.slots.values() if slot.identifier), None)
    return fixed if isinstance(fixed, str) else None
