"""From namespaces to texts of the specification language.

Takes: namespaces. Gives: `namespace_data`, `source_data`: plain data as the language has it;
`write`: texts in YAML by the names of files.
Errors: none.
Source: HDMF specification language, sections "Namespaces", "Schema" and the keys of "Groups",
"Attributes", "Links" and "Datasets", in the order in which that document gives them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import yaml

from linkdata.schema.language.specs import (
    AttributeSpec,
    DtypeSpec,
    Extra,
    FieldSpec,
    LinkSpec,
    Namespace,
    Node,
    Source,
)
from linkdata.schema.language.texts import SUFFIXES
from linkdata.schema.language.translate import entry_data

_NAMESPACE = ("name", "doc", "author", "contact", "full_name", "date", "version")
_BEFORE = ("name", "default_name", "quantity", "linkable")
_VALUED = ("dims", "shape", "value", "default_value")
_PARTS = ("attributes", "datasets", "groups", "links")


def write(namespaces: Iterable[Namespace], name: str = "namespace.yaml") -> dict[str, str]:
    """The texts of a namespace file called `name`, and of all its sources."""
    namespaces = list(namespaces)
    data: dict[str, Any] = {name: {"namespaces": [namespace_data(one) for one in namespaces]}}
    for namespace in namespaces:
        for source in namespace.sources:
            data[source.name] = source_data(source)
    return {
        file: yaml.dump(
            found, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=100
        )
        for file, found in data.items()
    }


def with_suffixes(namespace: Namespace) -> Namespace:
    """A namespace of which all sources have names of files: those cached in a file have none."""

    def named(source: str) -> str:
        return source if source.endswith(SUFFIXES) else f"{source}.yaml"

    return replace(
        namespace,
        schema=tuple(
            entry if entry.source is None else replace(entry, source=named(entry.source))
            for entry in namespace.schema
        ),
        sources=tuple(replace(source, name=named(source.name)) for source in namespace.sources),
    )


def namespace_data(namespace: Namespace) -> dict[str, Any]:
    """A namespace as an entry of `namespaces`."""
    found = {key: thawed(getattr(namespace, key)) for key in _NAMESPACE}
    found["schema"] = [entry_data(entry) for entry in namespace.schema]
    return _written(found) | _extra(namespace.extra)


def source_data(source: Source) -> dict[str, Any]:
    """The content of a source file."""
    found: dict[str, Any] = {}
    for key, specs in (("datasets", source.datasets), ("groups", source.groups)):
        if specs:
            found[key] = [node_data(spec, source.prefix) for spec in specs]
    return found | _extra(source.extra)


def node_data(spec: Node, prefix: str) -> dict[str, Any]:
    """A group or dataset."""
    found: dict[str, Any] = {f"{prefix}_def": spec.type_def, f"{prefix}_inc": spec.type_inc}
    found |= {key: getattr(spec, key) for key in _BEFORE}
    found |= {"dtype": dtype_data(getattr(spec, "dtype", None))}
    found |= {key: thawed(getattr(spec, key, None)) for key in _VALUED}
    found["doc"] = spec.doc
    for key in _PARTS:
        parts = getattr(spec, key, ())
        if parts:
            found[key] = [_part(part, prefix) for part in parts]
    return _written(found) | _extra(spec.extra)


def _part(spec: Node | AttributeSpec | LinkSpec, prefix: str) -> dict[str, Any]:
    if isinstance(spec, AttributeSpec):
        found: dict[str, Any] = {"name": spec.name, "dtype": dtype_data(spec.dtype)}
        found |= {key: thawed(getattr(spec, key)) for key in _VALUED}
        found |= {"doc": spec.doc, "required": spec.required}
    elif isinstance(spec, LinkSpec):
        keys = ("name", "target_type", "doc", "quantity")
        found = {key: getattr(spec, key) for key in keys}
    else:
        return node_data(spec, prefix)
    return _written(found) | _extra(spec.extra)


def dtype_data(dtype: DtypeSpec | None) -> Any:
    """A dtype: a name, the mapping of a reference, or the list of a compound's fields."""
    if dtype is None:
        return None
    if dtype.fields:
        return [_field(field) for field in dtype.fields]
    if dtype.target_type is None:
        return dtype.name
    return _written({"target_type": dtype.target_type, "reftype": dtype.reftype})


def _field(field: FieldSpec) -> dict[str, Any]:
    found = {"name": field.name, "dtype": dtype_data(field.dtype), "doc": field.doc}
    return _written(found) | _extra(field.extra)


def _extra(extra: Extra) -> dict[str, Any]:
    return {key: thawed(value) for key, value in extra}


def _written(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value is not None}


def thawed(value: Any) -> Any:
    """A value with its tuples made lists, as data of YAML and JSON has them."""
    if isinstance(value, tuple | list):
        return [thawed(item) for item in value]
    if isinstance(value, dict):
        return {key: thawed(item) for key, item in value.items()}
    return value
