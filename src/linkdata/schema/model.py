"""The compiled schema: what the rest of linkdata asks of a schema, in a form that is quick to load.

Takes: nothing; `compiled` makes it from LinkML, `cache` keeps it.
Gives: `Schema`, `Class`, `Slot`, `Range`, `Shape`, `Dimension`, `Type`, `Enum`; all frozen.
Implements: `specs/linkdata-1.0.md`, section "Schemas and imports".

Names are LinkML's. Inheritance is worked out: a class has all its slots, own and inherited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class RangeKind(StrEnum):
    """What a range names."""

    CLASS = "class"
    TYPE = "type"
    ENUM = "enum"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One axis of an array: its name, and how long it may be."""

    alias: str | None = None
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """The axes of an array. Without `dimensions` only their number is bounded."""

    dimensions: tuple[Dimension, ...] | None = None
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """One alternative for the values of a slot."""

    name: str
    kind: RangeKind
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A field of a class.

    `fixed` is the only value allowed; `default` what stands for an absent one. `minimum_count`
    and `maximum_count` bound the number of values of a multivalued slot. `facts` are annotations:
    what the schema says beyond LinkML, such as the role that the field has in an NWB file.
    """

    name: str
    owner: str
    uri: str
    ranges: tuple[Range, ...]
    description: str = ""
    required: bool = False
    multivalued: bool = False
    inlined: bool = False
    inlined_as_list: bool = False
    identifier: bool = False
    fixed: bool | int | float | str | None = None
    default: bool | int | float | str | None = None
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    minimum_count: int | None = None
    maximum_count: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def is_array(self) -> bool:
        """Whether the slot holds an array."""
        return any(alternative.shape is not None for alternative in self.ranges)

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes among the ranges."""
        return tuple(r.name for r in self.ranges if r.kind is RangeKind.CLASS)


@dataclass(frozen=True, slots=True)
class Class:
    """A class with all its slots, own ones first."""

    name: str
    schema: str
    uri: str
    parent: str | None = None
    mixins: tuple[str, ...] = ()
    abstract: bool = False
    description: str = ""
    slots: Mapping[str, Slot] = field(default_factory=dict, hash=False)
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Type:
    """A type of scalars: its IRI, and the Python type of its values."""

    name: str
    uri: str
    base: str
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Enum:
    """A set of allowed texts, each with what it means."""

    name: str
    values: Mapping[str, str | None] = field(hash=False)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Schema:
    """A schema with all that it imports: classes, types and enums by name."""

    name: str
    version: str | None
    uri: str
    digest: str
    classes: Mapping[str, Class]
    types: Mapping[str, Type]
    enums: Mapping[str, Enum]
    facts: Mapping[str, Any] = field(default_factory=dict)

    def ancestors(self, name: str) -> Iterator[str]:
        """A class and all that it is, itself first."""
        waiting, seen = [name], set()
        while waiting:
            current = waiting.pop(0)
            found = self.classes.get(current)
            if found is None or current in seen:
                continue
            seen.add(current)
            yield current
            waiting += [*([found.parent] if found.parent else []), *found.mixins]

    def is_a(self, name: str, ancestor: str) -> bool:
        """Whether a class is, or descends from, another."""
        return ancestor in self.ancestors(name)
