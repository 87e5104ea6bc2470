"""Compiled schemas as plain data, and back.

Takes: the nouns of `model`, or plain data as JSON has it.
Gives: `as_data`, without what is left at its default; `schema_of`.
Implements: `specs/linkdata-1.0.md`, section "Schemas and imports".

Every command that opens a document with imports reads this, so it is written out rather than left
to a library, of which the import alone takes longer than the work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from enum import Enum as PythonEnum
from functools import cache
from typing import Any

from linkdata.schema.model import (
    Class,
    Dimension,
    Enum,
    Range,
    RangeKind,
    Schema,
    Shape,
    Slot,
    Type,
)

_KINDS = {kind.value: kind for kind in RangeKind}


def as_data(value: Any) -> Any:
    """A noun of a schema, or what it holds, as plain data."""
    if isinstance(value, PythonEnum):
        return value.value
    if isinstance(value, Mapping):
        return {key: as_data(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [as_data(item) for item in value]
    defaults = _defaults(type(value))  # type: ignore[arg-type]  # classes are hashable
    if defaults is None:
        return value
    return {
        name: as_data(found)
        for name, default in defaults.items()
        if (found := getattr(value, name)) != default or type(found) is not type(default)
    }


@cache
def _defaults(kind: type[Any]) -> dict[str, Any] | None:
    """The fields of a noun with their defaults; None for what is none."""
    if not hasattr(kind, "__dataclass_fields__"):
        return None
    found = {}
    for one in fields(kind):
        made = one.default if one.default_factory is MISSING else one.default_factory()
        found[one.name] = made
    return found


def schema_of(data: Mapping[str, Any]) -> Schema:
    """The schema of plain data. Raises `ValueError`, `TypeError`, `KeyError`, `AttributeError`."""
    return Schema(
        **{
            **data,
            "classes": {name: _class(one) for name, one in data["classes"].items()},
            "types": {name: Type(**one) for name, one in data["types"].items()},
            "enums": {name: Enum(**one) for name, one in data["enums"].items()},
        }
    )


def _class(data: dict[str, Any]) -> Class:
    data["slots"] = {name: _slot(one) for name, one in data.get("slots", {}).items()}
    if "mixins" in data:
        data["mixins"] = tuple(data["mixins"])
    return Class(**data)


def _slot(data: dict[str, Any]) -> Slot:
    data["ranges"] = tuple(map(_range, data["ranges"]))
    return Slot(**data)


def _range(data: Mapping[str, Any]) -> Range:
    shape = data.get("shape")
    return Range(data["name"], _KINDS[data["kind"]], None if shape is None else _shape(shape))


def _shape(data: dict[str, Any]) -> Shape:
    dimensions = data.pop("dimensions", None)
    axes = None if dimensions is None else tuple(Dimension(**one) for one in dimensions)
    return Shape(axes, **data)
