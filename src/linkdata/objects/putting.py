"""Values on their way into a field: what a user has, as the graph keeps it.

Takes: scalars, lists, mappings, arrays, dates, objects.
Gives: `unwrapped`, the same for `linkdata.graph.changes`.
Implements: `specs/linkdata-1.0.md`, section "Changes in memory".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from linkdata.errors import UsageError, error
from linkdata.graph.changes import Made, assign
from linkdata.graph.entity import Entity, Link

_PLAIN = (bool, int, float, str, Link)


def unwrapped(value: Any) -> Any:
    """A value for a field: objects as links, mappings as new objects, dates as texts.

    Lists that hold plain values, and arrays, stay the very same ones.
    Raises `UsageError` for what no field can hold.
    """
    if value is None or isinstance(value, _PLAIN):
        return value
    found = getattr(value, "entity", None)
    if isinstance(found, Entity):
        return Link(found, owned=False)
    if isinstance(value, Entity):
        return Link(value, owned=False)
    if isinstance(value, list | tuple):
        return _list(value)
    if isinstance(value, Mapping):
        made = Made("object")
        for key, inner in value.items():
            assign(made, str(key), unwrapped(inner))
        return Link(made, owned=False)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return value if value.shape or not hasattr(value, "item") else value.item()
    if hasattr(value, "termset"):
        return unwrapped(value.value)  # a `TermSetWrapper`
    raise UsageError(
        error("usage", f"a field cannot hold a {type(value).__name__}",
              hint="scalars, texts, lists, mappings, arrays and objects can be set")
    )  # fmt: skip


def _list(value: list[Any] | tuple[Any, ...]) -> list[Any]:
    found = [_element(item) for item in value]
    if isinstance(value, list) and all(a is b for a, b in zip(found, value, strict=True)):
        return value
    return found


def _element(value: Any) -> Any:
    # A numpy scalar in a list stays one: its width may be what matters about it.
    return value if getattr(value, "shape", None) == () else unwrapped(value)
