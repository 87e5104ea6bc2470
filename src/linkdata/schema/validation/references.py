"""References: whether the objects that the elements of a value mean are of the right class.

Takes: a field whose slot holds references, and the member that has the values.
Gives: `findings`.
Implements: `specs/linkdata-1.0.md`, section "Validation", VAL-07.

Of a long column of a file, only so many references are followed as `MAX_FOLLOWED` says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linkdata.errors import Diagnostic, LinkdataError
from linkdata.graph.entity import Entity, Link
from linkdata.schema.typing import Field, SchemaTypes
from linkdata.schema.validation.classes import name_of, takes, wanted
from linkdata.schema.validation.looks import leaves
from linkdata.schema.validation.members import Member
from linkdata.schema.validation.problems import Problem, finding

MAX_FOLLOWED = 10_000


def findings(types: SchemaTypes, field: Field, member: Member) -> Iterator[Diagnostic]:
    """What is wrong with the objects that a value refers to; of a file, each class once."""
    told: set[str] = set()
    for path, target in _targets(member):
        typed = types.of(target)
        if typed is None or field.anything or takes(field, typed):
            continue
        name = name_of(typed)
        if not member.is_written and name in told:
            continue
        told.add(name)
        problem = Problem(
            "reference-ill-typed",
            f"`{member.key}` refers to a `{name}`",
            f"it takes {wanted(field)}",
        )
        yield finding(problem, member.spot(path))


def _targets(member: Member) -> Iterator[tuple[tuple[int, ...], Entity]]:
    try:
        values = _read(member.value)
    except LinkdataError:
        return  # broken references inside a file raise when they are followed
    for path, value in leaves(values):
        found = value.target if isinstance(value, Link) else value
        if isinstance(found, Entity):
            yield path, found


def _read(value: Any) -> Any:
    if not hasattr(value, "shape"):
        return value
    if value.shape in ((), None):
        return value[()]
    return value[:MAX_FOLLOWED].tolist()
