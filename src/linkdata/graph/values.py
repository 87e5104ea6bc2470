"""Values set in memory, as the graph gives them.

Takes: what was put into a field: scalars, lists, numpy arrays, links.
Gives: `current`, the same as a value of the graph.
Implements: `specs/linkdata-1.0.md`, section "Changes in memory".

What was put in is kept as it is, so that whoever holds a list or an array can go on filling it.
"""

from __future__ import annotations

from typing import Any

from linkdata.arrays.inline import InlineArray, rectangular


def current(value: Any) -> Any:
    """A value as a field of the graph has it: numbers in lists that have a shape as one array."""
    if isinstance(value, list):
        if value and all_numbers(value) and rectangular(value) is not None:
            return InlineArray(_plain(value))
        return [current(item) for item in value]
    if type(value).__module__ == "numpy":
        return InlineArray(value) if getattr(value, "shape", ()) else value.item()
    return value


def all_numbers(values: list[Any]) -> bool:
    """Whether nested lists hold numbers and booleans alone."""
    return all(
        all_numbers(value) if isinstance(value, list) else _is_number(value) for value in values
    )


def _plain(values: list[Any]) -> list[Any]:
    """Nested lists of numbers, those of numpy as Python's."""
    return [
        _plain(value) if isinstance(value, list) else getattr(value, "item", lambda v=value: v)()
        for value in values
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, bool | int | float) or (
        type(value).__module__ == "numpy" and getattr(value, "shape", None) == ()
    )
