"""What pydantic finds, as findings with places.

Takes: pydantic's errors, and the object that the values are from.
Gives: `not_valid`, `ModelError` with a finding for each; `read_all`, which finds all of an object.
Implements: `specs/linkdata-1.0.md`, section "Models".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from linkdata.errors import Diagnostic, FieldError, LinkdataError, ModelError, did_you_mean
from linkdata.graph.entity import Entity
from linkdata.schema.validation import places, presence
from linkdata.schema.validation.problems import Problem, finding

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from linkdata.objects.models.base import Model
    from linkdata.schema.model import Slot

# Kinds of errors of pydantic, of numpydantic and of fields with objects; the rest is of the type.
_CODES = {
    "missing": "field-required",
    "extra_forbidden": "slot-unknown",
    "no_such_attribute": "slot-unknown",
    "literal_error": "value-fixed",
    "string_pattern_mismatch": "value-pattern",
    "too_short": "cardinality",
    "too_long": "cardinality",
    "greater_than_equal": "value-range",
    "less_than_equal": "value-range",
    "class_wrong": "class-wrong",
    "class_unknown": "class-unknown",
}


def not_valid(problem: ValidationError, entity: Entity, key: str | None = None) -> ModelError:
    """The error that the values of an object, or of one field of it, do not fit."""
    found: dict[tuple[object, str], Diagnostic] = {}
    for detail in problem.errors(include_url=False):
        one = _finding(detail, entity, key)
        # An array that may have one of several shapes has one problem, not one for each of them.
        found.setdefault((one.span or one.place, one.code), one)
    return ModelError(list(found.values()))


def _finding(found: ErrorDetails, entity: Entity, key: str | None) -> Diagnostic:
    steps = [str(step) for step in found["loc"]]
    name = key if key is not None else (steps[0] if steps else "")
    hint = None
    if _code(found) == "slot-unknown":
        hint = did_you_mean(name, entity)
    message = f"`{name}` of {entity.is_a or 'the object'}: {_said(found['msg'])}"
    spot = places.of_value(entity, name) if name else places.of_object(entity)
    return finding(Problem(_code(found), message, hint), spot)


def _code(found: ErrorDetails) -> str:
    from numpydantic.exceptions import DtypeError, ShapeError

    raised = found.get("ctx", {}).get("error")
    if isinstance(raised, ShapeError | DtypeError):
        return "value-shape" if isinstance(raised, ShapeError) else "value-dtype"
    return _CODES.get(found["type"], "value-type")


def _said(message: str) -> str:
    said = message.removeprefix("Value error, ")
    return said[:1].lower() + said[1:]


def read_all(instance: Model) -> None:
    """Read and validate all fields of an instance, with all that stands in it.

    Raises `ModelError` with everything that is wrong.
    """
    found = list(_problems(instance, set()))
    if found:
        raise ModelError(found)


def _is_needed(instance: Model, entity: Entity, slot: Slot) -> bool:
    """Whether a required field has to be there: an author may leave out what follows."""
    stored = entity.item is not None and places.is_brought(entity)
    found = presence.absent(
        type(instance).typed(), frozenset(), as_stored=stored, name=places.name_of(entity)
    )
    return slot in found


def _missing(problem: FieldError, entity: Entity) -> Diagnostic:
    message = problem.diagnostic.message
    return finding(Problem("field-required", message), places.of_object(entity))


def _problems(instance: Model, seen: set[int]) -> Iterator[Diagnostic]:
    from linkdata.objects.models.base import Model

    waiting = [instance]
    while waiting:
        current = waiting.pop()
        if id(current.entity) in seen:
            continue
        seen.add(id(current.entity))
        for name, slot in type(current).slots().items():
            try:
                value = getattr(current, name)
            except FieldError as problem:
                if current.entity is not None and _is_needed(current, current.entity, slot):
                    yield _missing(problem, current.entity)
                continue
            except LinkdataError as problem:
                yield from problem.diagnostics
                continue
            if slot.facts.get("role") == "link" or not slot.inlined:
                continue
            held = value.values() if isinstance(value, dict) else [value]
            waiting += [one for one in held if isinstance(one, Model) and one.entity is not None]
