"""Constraints: what a slot says of values beyond their type: fixed, patterns, limits, counts.

Takes: a slot, or limits alone, and the look of a value.
Gives: `problems`, `limit_problems`, `times`; `elements`, those of a value that are looked at.
Implements: `specs/linkdata-1.0.md`, section "Validation", VAL-12 to VAL-14.

Of what lies in a file only single values and the arrays of attributes are looked at, and dates.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from linkdata.schema.model import Slot
from linkdata.schema.validation.looks import Look, Path, leaves
from linkdata.schema.validation.problems import Problem
from linkdata.schema.validation.times import time_problem

#: How many dates of an array in a file are read.
MAX_TIMES = 10_000


class Limits(NamedTuple):
    """A pattern that texts match somewhere, and bounds of numbers."""

    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None


def problems(name: str, slot: Slot, look: Look) -> Iterator[Problem]:
    """What is wrong with a value by what its slot says."""
    yield from _fixed(name, slot, look)
    limits = Limits(slot.pattern, slot.minimum, slot.maximum)
    if fixed_value(slot) is None:  # of fixed numbers the bounds are a makeshift
        yield from limit_problems(name, limits, look)
    if slot.multivalued and look.shape:
        yield from count_problems(name, slot, look.shape[0])


def count_problems(name: str, slot: Slot, count: int) -> Iterator[Problem]:
    """What is wrong with how many values a slot has."""
    least, most = slot.minimum_count, slot.maximum_count
    if least is not None and count < least:
        yield Problem("cardinality", f"`{name}` should have {least} or more, and has {count}")
    if most is not None and count > most:
        yield Problem("cardinality", f"`{name}` should have {most} at most, and has {count}")


def fixed_value(slot: Slot) -> Any:
    """The only value that a slot may have, or None."""
    exact = slot.facts.get("fixed")
    return slot.fixed if exact is None else json.loads(str(exact))


def limit_problems(name: str, limits: Limits, look: Look) -> Iterator[Problem]:
    """What is wrong with the elements of a value by a pattern and bounds."""
    if limits == Limits():
        return
    for path, value in elements(look):
        if isinstance(value, str):
            if limits.pattern is not None and not _matches(limits.pattern, value):
                message = f"`{value}` does not match the pattern of `{name}`"
                yield Problem("value-pattern", message, f"it is `{limits.pattern}`", path)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            if limits.minimum is not None and value < limits.minimum:
                message = f"{value} is less than {limits.minimum:g}, the least that `{name}` may be"
                yield Problem("value-range", message, None, path)
            if limits.maximum is not None and value > limits.maximum:
                message = f"{value} is more than {limits.maximum:g}, the most that `{name}` may be"
                yield Problem("value-range", message, None, path)


def times(form: str | None, look: Look) -> Iterator[Problem]:
    """What is wrong with texts that should be dates or times."""
    if form is None:
        return
    found = elements(look)
    if look.stored is not None and look.shape and math.prod(look.shape) <= MAX_TIMES:
        found = leaves(look.value[...].tolist())
    for path, value in found:
        if isinstance(value, str) and (problem := time_problem(value, form, path)) is not None:
            yield problem


def elements(look: Look) -> Iterator[tuple[Path, Any]]:
    """The elements that are looked at: all that are written or in memory, and single ones."""
    if look.shape is not None and (look.is_scalar or look.stored is None):
        return look.elements()
    if look.shape is None and isinstance(look.value, list):
        return look.elements()
    return iter(())


def _fixed(name: str, slot: Slot, look: Look) -> Iterator[Problem]:
    wanted = fixed_value(slot)
    if wanted is None or look.value is None:
        return
    found = [value for _, value in elements(look)]
    expected = [value for _, value in leaves(wanted)]
    if found and not (len(found) == len(expected) and all(map(_same, found, expected))):
        shown = found[0] if look.is_scalar else found[:8]
        yield Problem("value-fixed", f"`{name}` is `{shown}`, and can only be `{wanted}`")


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, int | float) and isinstance(b, int | float):
        # What was kept as a float of 32 bits is not the number that was meant to the last digit.
        return (type(a) is bool and a is b) or math.isclose(a, b, rel_tol=1e-6)
    return bool(a == b)


def _matches(pattern: str, text: str) -> bool:
    found = _compiled(pattern)
    return found is None or found.search(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern; None for one that Python cannot read, which then says nothing."""
    try:
        return re.compile(pattern)
    except re.error:
        return None
