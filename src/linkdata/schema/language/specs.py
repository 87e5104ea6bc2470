"""The nouns of the NWB (HDMF) specification language, each as it was written.

Takes: nothing; `parsing` makes these.
Gives: `Namespace`, `Source`, `GroupSpec`, `DatasetSpec`, `AttributeSpec`, `LinkSpec`, `DtypeSpec`.
Source: HDMF specification language, sections "Namespaces", "Schema", "Groups", "Attributes",
"Links", "Datasets"; the NWB specification language 2.1 is the same with `neurodata_type_def`
and `neurodata_type_inc` for `data_type_def` and `data_type_inc`.

What was not written is None, so that nothing is made up and the inverse is exact; properties give
the language's defaults. `extra` has the keys that the language does not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Extra: TypeAlias = tuple[tuple[str, Any], ...]
Dims: TypeAlias = "tuple[Any, ...]"
Quantity: TypeAlias = "str | int | None"

_BOUNDS: dict[str, tuple[int, int | None]] = {
    "*": (0, None),
    "zero_or_many": (0, None),
    "+": (1, None),
    "one_or_many": (1, None),
    "?": (0, 1),
    "zero_or_one": (0, 1),
}
QUANTITIES = frozenset(_BOUNDS)


def bounds(quantity: Quantity) -> tuple[int, int | None]:
    """The least and the greatest number of instances (None: no limit); the default is one."""
    if isinstance(quantity, str):
        return _BOUNDS[quantity]
    return (1, 1) if quantity is None else (quantity, quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field of a compound dtype."""

    name: str
    dtype: DtypeSpec
    doc: str | None = None
    extra: Extra = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DtypeSpec:
    """A dtype: a name, or the fields of a compound, or what a reference points to."""

    name: str | None = None
    fields: tuple[FieldSpec, ...] = ()
    target_type: str | None = None
    reftype: str | None = None

    @property
    def is_reference(self) -> bool:
        """Whether values are references, with a target type or without."""
        return self.target_type is not None or self.name in ("object", "region", "ref", "reference")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeSpec:
    """An attribute of a group or dataset."""

    role = "attribute"

    name: str
    doc: str | None = None
    dtype: DtypeSpec | None = None
    dims: Dims | None = None
    shape: Dims | Literal["scalar"] | None = None
    required: bool | None = None
    value: Any = None
    default_value: Any = None
    extra: Extra = ()

    @property
    def is_required(self) -> bool:
        """Whether it has to be there."""
        return self.required is not False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSpec:
    """A link to an object that is stored elsewhere."""

    role = "link"

    target_type: str
    name: str | None = None
    doc: str | None = None
    quantity: Quantity = None
    extra: Extra = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSpec:
    """A dataset: a definition of a type, a use of one, or neither."""

    role = "dataset"

    type_def: str | None = None
    type_inc: str | None = None
    name: str | None = None
    default_name: str | None = None
    doc: str | None = None
    quantity: Quantity = None
    linkable: bool | None = None
    dtype: DtypeSpec | None = None
    dims: Dims | None = None
    shape: Dims | Literal["scalar"] | None = None
    value: Any = None
    default_value: Any = None
    attributes: tuple[AttributeSpec, ...] = ()
    extra: Extra = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSpec:
    """A group: a definition of a type, a use of one, or neither."""

    role = "group"

    type_def: str | None = None
    type_inc: str | None = None
    name: str | None = None
    default_name: str | None = None
    doc: str | None = None
    quantity: Quantity = None
    linkable: bool | None = None
    attributes: tuple[AttributeSpec, ...] = ()
    datasets: tuple[DatasetSpec, ...] = ()
    groups: tuple[GroupSpec, ...] = ()
    links: tuple[LinkSpec, ...] = ()
    extra: Extra = ()


Node: TypeAlias = GroupSpec | DatasetSpec
Child: TypeAlias = AttributeSpec | DatasetSpec | GroupSpec | LinkSpec


def members(spec: Node) -> Iterator[DatasetSpec | GroupSpec | LinkSpec]:
    """What a group holds: its datasets, groups and links; nothing for a dataset."""
    if isinstance(spec, GroupSpec):
        yield from spec.datasets
        yield from spec.groups
        yield from spec.links


def children(spec: Node) -> Iterator[Child]:
    """The attributes of a spec, and its members."""
    yield from spec.attributes
    yield from members(spec)


def definitions(spec: Node) -> Iterator[Node]:
    """The types that a spec defines: itself, and those defined inside it."""
    if spec.type_def is not None:
        yield spec
    for member in members(spec):
        if not isinstance(member, LinkSpec):
            yield from definitions(member)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The content of one schema file; `prefix` is `neurodata_type` or `data_type`."""

    name: str
    groups: tuple[GroupSpec, ...] = ()
    datasets: tuple[DatasetSpec, ...] = ()
    prefix: str = "data_type"
    extra: Extra = ()

    @property
    def definitions(self) -> Iterator[Node]:
        """The types that the file defines."""
        for dataset in self.datasets:
            yield from definitions(dataset)
        for group in self.groups:
            yield from definitions(group)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaEntry:
    """An entry of a namespace's `schema`: a source file, or another namespace or types of it."""

    source: str | None = None
    namespace: str | None = None
    data_types: tuple[str, ...] | None = None
    types_key: str | None = None
    doc: str | None = None
    title: str | None = None
    extra: Extra = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace:
    """A namespace with what its sources hold, in the order of its `schema`."""

    name: str
    version: str | None = None
    full_name: str | None = None
    doc: str | None = None
    author: tuple[str, ...] | str | None = None
    contact: tuple[str, ...] | str | None = None
    date: str | None = None
    schema: tuple[SchemaEntry, ...] = ()
    sources: tuple[Source, ...] = ()
    extra: Extra = ()

    @property
    def includes(self) -> tuple[str, ...]:
        """The names of the namespaces that this one includes, each once."""
        return tuple(dict.fromkeys(entry.namespace for entry in self.schema if entry.namespace))
