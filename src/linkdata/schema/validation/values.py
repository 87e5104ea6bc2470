"""Values: whether what a field holds is what its slot wants.

Takes: a slot with its schema, and the look of a value.
Gives: `Want`, and `value_problems`.
Implements: `specs/linkdata-1.0.md`, section "Validation", VAL-08 to VAL-13.

A slot may have several alternatives. A value is right if one of them takes it; where none does,
what is told is about those that come nearest: the right type with the wrong shape, say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from linkdata.errors import did_you_mean
from linkdata.schema.model import Range, RangeKind, Schema, Shape, Slot
from linkdata.schema.validation import constraints, shapes
from linkdata.schema.validation.dtypes import Elements, elements_of
from linkdata.schema.validation.looks import Kind, Look, Path, dtype_kind, dtype_name, kind_of
from linkdata.schema.validation.problems import Problem

_NUMBERS = frozenset((Kind.INTEGER, Kind.FLOAT))
_OBJECTS = Elements("an object", frozenset((Kind.OBJECT,)), frozenset(("object",)))
_WORDS = Elements("one of an enumeration", frozenset((Kind.TEXT,)), frozenset(("ascii", "utf")))
#: What is to be done about a value of the wrong kind, by what it is and what it should be.
_HINTS = {
    (Kind.INTEGER, "text"): "put it in quotes",
    (Kind.FLOAT, "text"): "put it in quotes",
    (Kind.BOOLEAN, "text"): "put it in quotes",
    (Kind.TEXT, "an object"): 'write a reference, like "#a.b"',
}


@dataclass(frozen=True, slots=True)
class Want:
    """What a field wants of its value. `name` is what messages call it.

    `ragged` is how many levels of lists more than the shape says may be written, because rows of
    unequal length are kept with an index.
    """

    name: str
    slot: Slot
    schema: Schema
    ragged: int = 0

    @property
    def dtype(self) -> str | None:
        """The name of the dtype in the NWB language, if it says one."""
        found = self.slot.facts.get("dtype")
        return None if found in (None, "compound", "reference") else str(found)

    @property
    def is_list(self) -> bool:
        """Whether it wants a list of values that each are single, as LinkML's multivalued do."""
        return self.slot.multivalued and not self.slot.is_array


def value_problems(want: Want, look: Look) -> Iterator[Problem]:
    """Everything that is wrong with a value."""
    if Kind.NULL in look.kinds:
        nulls = [path for path, value in look.elements() if kind_of(value) is Kind.NULL]
        for path in nulls:
            yield Problem(
                "value-null", f"`{want.name}` has a null where a value should be",
                "write the value, or take the row away", path,
            )  # fmt: skip
        look = replace(look, kinds=look.kinds - {Kind.NULL})
    attempts = [list(_attempt(want, one, look)) for one in want.slot.ranges]
    if not attempts or not all(attempts):
        yield from constraints.problems(want.name, want.slot, look)
        return
    furthest = max(stage for attempt in attempts for stage, _ in attempt[:1])
    nearest = [attempt for attempt in attempts if attempt[0][0] == furthest]
    if furthest == _SHAPE:
        yield _shape_problem(want, look)
    else:
        yield from (problem for _, problem in nearest[0])


_TYPE, _SHAPE, _CONTENT = range(3)


def _attempt(want: Want, one: Range, look: Look) -> Iterator[tuple[int, Problem]]:
    """What is wrong with a value for one alternative, and how far it came."""
    elements = _ELEMENTS[one.kind](one, want)
    if elements is not None:
        found = _type_problem(want, elements, look)
        if found is not None:
            yield _TYPE, found
            return
    if not _has_shape(want, one, look):
        yield _SHAPE, _shape_problem(want, look)
        return
    yield from ((_CONTENT, problem) for problem in _content(want, one, elements, look))


_ELEMENTS: dict[RangeKind, Callable[[Range, Want], Elements | None]] = {
    RangeKind.ANY: lambda one, want: None,
    RangeKind.ENUM: lambda one, want: _WORDS,
    RangeKind.CLASS: lambda one, want: _OBJECTS,
    RangeKind.TYPE: lambda one, want: elements_of(one, want.schema, want.dtype),
}


# Types


def _type_problem(want: Want, elements: Elements, look: Look) -> Problem | None:
    if look.stored is not None:
        return _stored_problem(want, elements, look)
    bad = look.kinds - elements.kinds
    if not bad or look.is_empty:
        return None
    first = min(bad)
    path: Path = next((at for at, value in look.elements() if kind_of(value) in bad), ())
    message = f"`{want.name}` should be {elements.word}, and is {first}"
    return Problem(_code(bad, elements.kinds), message, _HINTS.get((first, elements.word)), path)


def _stored_problem(want: Want, elements: Elements, look: Look) -> Problem | None:
    assert look.stored is not None
    if elements.stored is None:
        bad = look.kinds - elements.kinds
        allowed = not bad
    else:
        bad = frozenset((dtype_kind(look.stored),))
        allowed = dtype_name(look.stored) in elements.stored
    if allowed:
        return None
    message = f"`{want.name}` should be {elements.word}, and is stored as {dtype_name(look.stored)}"
    return Problem(_code(bad, elements.kinds), message)


def _code(bad: frozenset[Kind], wanted: frozenset[Kind]) -> str:
    """`value-dtype` for numbers of another dtype and texts of another encoding."""
    of_one_kind = bad <= wanted or (bad <= _NUMBERS and bool(wanted & _NUMBERS))
    return "value-dtype" if of_one_kind else "value-type"


# Shapes


def _has_shape(want: Want, one: Range, look: Look) -> bool:
    if want.is_list:
        return look.depth == 1
    if one.shape is None and (one.kind is RangeKind.ANY or _is_stored_single(look)):
        return True
    if look.shape is None:
        levels = range(1, want.ragged + 1)
        return any(shapes.has_rank(look.depth - level, one.shape) for level in levels)
    levels = range(min(want.ragged, len(look.shape)) + 1)
    return any(shapes.fits(look.shape[level:], one.shape) for level in levels)


def _is_stored_single(look: Look) -> bool:
    """Whether a file has an array of one element, as which some programs keep single values."""
    return look.stored is not None and look.shape is not None and math.prod(look.shape) == 1


def _shape_problem(want: Want, look: Look) -> Problem:
    if want.is_list:
        wanted = "a list of single values"
    else:
        wanted = shapes.words(_shapes(want))
    if look.shape is None:
        found, hint = "lists of unequal lengths", None
    else:
        found = shapes.shape_word(look.shape)
        hint = "write it in brackets" if look.is_scalar and look.stored is None else None
    return Problem("value-shape", f"`{want.name}` should be {wanted}, and is {found}", hint)


def _shapes(want: Want) -> list[Shape | None]:
    return [one.shape for one in want.slot.ranges]


# What the elements are


def _content(want: Want, one: Range, elements: Elements | None, look: Look) -> Iterator[Problem]:
    """Limits and forms that come with a type or an enumeration."""
    if one.kind is RangeKind.ENUM:
        yield from _enum_problems(want, one, look)
    if elements is None:
        return
    yield from constraints.times(elements.time, look)
    found = want.schema.types.get(one.name)
    limits = constraints.Limits(
        None if found is None else found.pattern,
        elements.minimum if found is None or found.minimum is None else found.minimum,
        None if found is None else found.maximum,
    )
    yield from constraints.limit_problems(want.name, limits, look)


def _enum_problems(want: Want, one: Range, look: Look) -> Iterator[Problem]:
    enum = want.schema.enums.get(one.name)
    if enum is None or not enum.values:  # without values it is open
        return
    for path, value in constraints.elements(look):
        if isinstance(value, str) and value not in enum.values:
            some = list(enum.values)[:8]
            shown = ", ".join(f"`{name}`" for name in some)
            more = " ..." if len(enum.values) > len(some) else ""
            hint = did_you_mean(value, enum.values) or f"one of {shown}{more}"
            message = f"`{value}` is no value of the enumeration `{enum.name}`"
            yield Problem("value-enum", message, hint, path)
