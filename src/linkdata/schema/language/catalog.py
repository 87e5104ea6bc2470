"""Where each spec stands, and what it inherits.

Takes: a namespace and those that it includes.
Gives: `Catalog`, the types in reach; `Place`, a spec where it stands, with its `lineage`: itself,
then all that it refines, the nearest first.
Errors: `schema-invalid` for types that include themselves, `schema-type-unknown`,
`schema-not-found` for a namespace that is not there; all added to `Catalog.findings`.
Source: HDMF specification language, section "data_type_def and data_type_inc": a type has all of
the type that it includes, and a child of the same name refines that of the included type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from linkdata.errors import Diagnostic, did_you_mean, error, warning
from linkdata.schema.language.reading import include_cycles
from linkdata.schema.language.specs import (
    AttributeSpec,
    Child,
    DatasetSpec,
    FieldSpec,
    GroupSpec,
    LinkSpec,
    Namespace,
    Quantity,
    children,
)

Spec: TypeAlias = Child | FieldSpec


@dataclass(eq=False)
class Place:
    """A spec where it stands: the definition of a type (no `owner`), or a part of another."""

    spec: Spec
    owner: Place | None
    namespace: str
    source: str
    catalog: Catalog = field(repr=False)

    @property
    def name(self) -> str | None:
        """The name in the file, if it is fixed."""
        return self.spec.name

    @property
    def key(self) -> tuple[str, str]:
        """What a refinement has in common with what it refines: the storage, and name or type."""
        spec = self.spec
        if isinstance(spec, AttributeSpec | FieldSpec):
            return (spec_role(spec), spec.name)
        if spec.name is not None:
            return ("member", spec.name)
        return ("member", f":{unnamed_type(spec)}")

    @cached_property
    def children(self) -> tuple[Place, ...]:
        """Attributes, fields of a compound, datasets, groups and links, in this order."""
        return tuple(
            Place(part, self, self.namespace, self.source, self.catalog)
            for part in _parts(self.spec)
        )

    @cached_property
    def by_key(self) -> dict[tuple[str, str], Place]:
        """The children by their keys."""
        return {child.key: child for child in self.children}

    @cached_property
    def counterpart(self) -> Place | None:
        """What this refines: the child of the same key of the nearest ancestor of its owner."""
        if self.owner is None:
            return None
        for ancestor in self.owner.lineage[1:]:
            if self.key in ancestor.by_key:
                return ancestor.by_key[self.key]
        return None

    @cached_property
    def definition(self) -> Place | None:
        """The definition of the type that this includes, if it is known."""
        spec = self.spec
        if not isinstance(spec, GroupSpec | DatasetSpec) or spec.type_inc is None:
            return None
        return self.catalog.definition(spec.type_inc)

    @property
    def parents(self) -> list[Place | None]:
        """What this extends directly: what it refines, or before that a type narrower than its."""
        included = getattr(self.spec, "type_inc", None)
        narrower = included and self.counterpart and included != self.counterpart.type
        found = [self.counterpart, self.definition]
        return found[::-1] if narrower else found

    @cached_property
    def lineage(self) -> tuple[Place, ...]:
        """This place and all that it inherits from, the nearest first."""
        found: dict[Place, None] = {}
        pending: list[Place | None] = [self]
        while pending:
            place = pending.pop(0)
            if place is not None and place not in found:
                found[place] = None
                pending[:0] = place.parents
        return tuple(found)

    @property
    def type(self) -> str | None:
        """The type of a group or dataset, its own or that of what it refines."""
        for place in self.lineage:
            found = getattr(place.spec, "type_def", None) or getattr(place.spec, "type_inc", None)
            if found is not None:
                return str(found)
        return None

    def inherited(self, key: str) -> Any:
        """What the nearest spec of the lineage that has `key` says."""
        for place in self.lineage:
            found = getattr(place.spec, key, None)
            if found is not None:
                return found
        return None

    @property
    def spec_quantity(self) -> Quantity:
        """The quantity as written; attributes and fields have none."""
        spec = self.spec
        return None if isinstance(spec, AttributeSpec | FieldSpec) else spec.quantity

    @property
    def has_fields(self) -> bool:
        """Whether the values are compounds."""
        dtype = self.inherited("dtype")
        return dtype is not None and bool(dtype.fields)

    @property
    def path(self) -> str:
        """The place for a message: `NWBFile.general.devices`."""
        own = getattr(self.spec, "type_def", None) if self.owner is None else self.name
        shown = own or unnamed_type(self.spec)
        return shown if self.owner is None else f"{self.owner.path}.{shown}"


def spec_role(spec: Spec) -> str:
    """`attribute`, `field`, `dataset`, `group` or `link`."""
    return "field" if isinstance(spec, FieldSpec) else spec.role


def unnamed_type(spec: Spec) -> str:
    """The type by which a spec without a name is known."""
    if isinstance(spec, LinkSpec):
        return spec.target_type
    return getattr(spec, "type_def", None) or getattr(spec, "type_inc", None) or ""


def _parts(spec: Spec) -> Iterator[Spec]:
    if isinstance(spec, GroupSpec | DatasetSpec):
        yield from spec.attributes
        if isinstance(spec, DatasetSpec) and spec.dtype is not None:
            yield from spec.dtype.fields
        yield from list(children(spec))[len(spec.attributes) :]


class Catalog:
    """The types that a namespace can use: its own, and those of all that it includes."""

    def __init__(self, namespace: Namespace, included: Mapping[str, Namespace]) -> None:
        self.namespace = namespace
        self.findings: list[Diagnostic] = []
        self.namespaces = dict(self._closure(included))
        self._missing: set[str] = set()
        self.types: dict[str, Place] = {}
        self.circular: set[str] = set()
        for name, found in self.namespaces.items():
            for source in found.sources:
                for spec in source.definitions:
                    self._define(Place(spec, None, name, source.name, self), spec.type_def or "")
        self._check_circles()

    def _closure(self, included: Mapping[str, Namespace]) -> Iterator[tuple[str, Namespace]]:
        """The namespace, and all that it includes, the nearest first."""
        seen = {self.namespace.name}
        pending = [self.namespace]
        everything = {**included, self.namespace.name: self.namespace}
        circles = include_cycles(everything.values(), self.namespace.name)
        self.findings += circles
        while pending:
            current = pending.pop(0)
            yield current.name, current
            for name in current.includes:
                if name in seen:
                    continue
                seen.add(name)
                if name in included:
                    pending.append(included[name])
                else:
                    message = f"namespace `{current.name}` includes `{name}`, which is not there"
                    self.findings.append(error("schema-not-found", message, place=current.name))

    def _define(self, place: Place, name: str) -> None:
        """Adds a type; of two with one name, that of the nearer namespace counts."""
        nearer = self.types.setdefault(name, place)
        if nearer is not place:
            message = f"type `{name}` is also defined in namespace `{place.namespace}`"
            where = f"{nearer.namespace}/{nearer.source}: {name}"
            self.findings.append(warning("schema-invalid", message, place=where))

    def _check_circles(self) -> None:
        """A finding for each type that includes itself; nothing of it is inherited then."""
        for name, place in self.types.items():
            trail = [name]
            while (following := self._included(trail[-1])) in self.types and following not in trail:
                trail.append(str(following))
            if following == name:
                circle = " -> ".join((*trail, name))
                self.report(place, "schema-invalid", f"a type includes itself: {circle}")
                self.circular.add(name)

    def _included(self, name: str) -> str | None:
        found: str | None = getattr(self.types[name].spec, "type_inc", None)
        return found

    def definition(self, name: str) -> Place | None:
        """The place where a type is defined, unless the type includes itself."""
        return None if name in self.circular else self.types.get(name)

    def own(self, source: str) -> Iterator[Place]:
        """The types that a source of the namespace itself defines."""
        for place in self.types.values():
            if place.namespace == self.namespace.name and place.source == source:
                yield place

    def inline(self, place: Place) -> bool:
        """Whether a type is defined inside another."""
        source = next(
            source
            for source in self.namespaces[place.namespace].sources
            if source.name == place.source
        )
        return not any(spec is place.spec for spec in (*source.groups, *source.datasets))

    def known(self, name: str, place: Place) -> bool:
        """Whether a type is there; where not, a finding says so, once."""
        if name in self.types:
            return True
        if name not in self._missing:
            self._missing.add(name)
            hint = did_you_mean(name, self.types)
            self.report(place, "schema-type-unknown", f"there is no type `{name}`", hint)
        return False

    def report(self, place: Place, code: str, message: str, hint: str | None = None) -> None:
        """Adds a finding at a place."""
        where = f"{place.namespace}/{place.source}: {place.path}"
        self.findings.append(error(code, message, hint=hint, place=where))
