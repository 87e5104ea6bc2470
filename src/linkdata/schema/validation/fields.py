"""Fields: whether what a field holds may stand there, and is what its slot wants.

Takes: a member of an object and the slot that it fills.
Gives: `field_findings`.
Implements: `specs/linkdata-1.0.md`, section "Validation", VAL-04, VAL-07 to VAL-11.

A slot holds values or objects. In a document a bare list or scalar may stand for a dataset, the
object that it would be in a file: it then is the object's `value`, and has no other field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from linkdata.errors import Diagnostic, Severity
from linkdata.graph.entity import Entity, Link
from linkdata.schema.model import RangeKind, Slot
from linkdata.schema.naming import Typed
from linkdata.schema.typing import Field, SchemaTypes
from linkdata.schema.validation import columns, constraints, places, presence, references
from linkdata.schema.validation.classes import name_of, takes, wanted
from linkdata.schema.validation.looks import Kind, look
from linkdata.schema.validation.members import Member, values_of
from linkdata.schema.validation.problems import Problem, finding
from linkdata.schema.validation.values import Want, value_problems

VALUE = "value"


@dataclass(frozen=True, slots=True)
class Filled:
    """A member of an object with the slot that it fills. `ragged` is as in `Want`."""

    member: Member
    field: Field
    ragged: int = 0

    @property
    def slot(self) -> Slot:
        """The slot."""
        return self.field.slot

    @property
    def holds_objects(self) -> bool:
        """Whether the slot is for objects, not for values or arrays of references."""
        slot = self.slot
        return bool(slot.classes) and not slot.is_array and slot.facts.get("dtype") != "reference"


def field_of(types: SchemaTypes, member: Member) -> Field | None:
    """The slot that a member fills. Attributes, and single values where arrays are wanted, are none
    of the many objects that a slot holds.
    """
    field = types.field(member.owner, member.key, member.target)
    if field is None or not field.item or member.target is not None:
        return field
    if member.is_attribute:
        return None
    if not member.look.is_scalar:
        return field
    slots = [typed.cls.slots.get(VALUE) for typed in field.classes]
    return None if any(slot is not None and slot.is_array for slot in slots) else field


def field_findings(types: SchemaTypes, filled: Filled) -> Iterator[Diagnostic]:
    """Everything that is wrong with a field by its slot, but for what is wrong in its objects."""
    member, slot = filled.member, filled.slot
    if member.value is None and not (member.is_written and filled.field.item):
        return  # nothing is said; whether something must be is checked with the class
    if slot.facts.get("linkable") is False and _is_link(member):
        problem = Problem("link-not-allowed", f"`{member.key}` has to stand here, not elsewhere")
        yield finding(problem, member.spot())
    if filled.holds_objects:
        yield from _objects(types, filled)
    else:
        yield from _values(types, filled)


def _is_link(member: Member) -> bool:
    return isinstance(member.value, Link) and not member.value.owned and not member.is_written


# Values


def _values(types: SchemaTypes, filled: Filled) -> Iterator[Diagnostic]:
    holder = values_of(filled.member)
    is_reference = bool(filled.slot.classes)
    if holder is None or (is_reference and not filled.slot.is_array):
        holder = filled.member  # the object itself is what is referred to
    want = Want(filled.member.name, filled.slot, filled.field.schema, filled.ragged)
    problems = list(value_problems(want, holder.look))
    for problem in problems:
        yield finding(problem, holder.spot(problem.path))
    if is_reference and not problems:
        yield from references.findings(types, filled.field, holder)


# Objects


def _objects(types: SchemaTypes, filled: Filled) -> Iterator[Diagnostic]:
    member, field = filled.member, filled.field
    if field.is_collection or (filled.slot.multivalued and not field.item):
        yield from _collection(types, filled)
    elif member.target is not None:
        yield from object_findings(types, field, member, member.target)
    elif member.is_written and member.value is None:
        yield _null(member)
    elif _dataset_class(field) is not None:
        yield from _bare(types, filled)
    elif member.is_written and not _is_identifier(field, member.value):
        yield _not_object(filled, member.value, ())


def _collection(types: SchemaTypes, filled: Filled) -> Iterator[Diagnostic]:
    """A field that holds many objects: by their names, or in a list."""
    value = filled.member.value
    if isinstance(value, Link):
        if filled.field.is_collection:
            count = len(value.target.keys())
            problems = constraints.count_problems(filled.member.key, filled.slot, count)
            yield from (finding(problem, filled.member.spot()) for problem in problems)
        else:
            yield from object_findings(types, filled.field, filled.member, value.target)
    elif isinstance(value, list) and filled.slot.facts.get("role") is None:
        problems = constraints.count_problems(filled.member.key, filled.slot, len(value))
        yield from (finding(problem, filled.member.spot()) for problem in problems)
        for position, item in enumerate(value):
            if isinstance(item, Link):
                yield from object_findings(
                    types, filled.field, filled.member, item.target, (position,)
                )
            elif item is None:
                yield _null(filled.member, (position,))
            elif not _is_identifier(filled.field, item):
                yield _not_object(filled, item, (position,))
    elif filled.member.is_written:
        yield _not_object(filled, value, ())


def object_findings(
    types: SchemaTypes,
    field: Field,
    member: Member,
    target: Entity,
    path: tuple[int, ...] = (),
) -> Iterator[Diagnostic]:
    """What is wrong with the class of the object that a field holds or mentions."""
    typed = types.of(target)
    if typed is None or field.anything or takes(field, typed):
        return
    if not member.is_written and field.slot.facts.get("role") == "children":
        return
    is_mention = not field.slot.inlined or _is_mention(member, path)
    code = "reference-ill-typed" if is_mention else "class-wrong"
    verb = "leads to" if is_mention else "is"
    problem = Problem(
        code, f"`{member.key}` {verb} a `{name_of(typed)}`", f"it takes {wanted(field)}"
    )
    spot = member.spot(path)
    yield finding(problem, spot if is_mention else places.of_class(target, spot))


def _is_mention(member: Member, path: tuple[int, ...]) -> bool:
    value = member.value
    for position in path:
        value = value[position] if isinstance(value, list) else value
    return isinstance(value, Link) and (value.span is not None or not value.owned)


def _not_object(filled: Filled, value: object, path: tuple[int, ...]) -> Diagnostic:
    kind = min(look(value).kinds, default=Kind.OTHER)
    what = "a list" if isinstance(value, list) or hasattr(value, "shape") else kind
    message = f"`{filled.member.key}` should be {_object_word(filled)}, and is {what}"
    hint = "write its fields, or a reference to it"
    return finding(Problem("value-type", message, hint), filled.member.spot(path))


def _null(member: Member, path: tuple[int, ...] = ()) -> Diagnostic:
    problem = Problem(
        "value-null", f"`{member.key}` is null where an object should be",
        "for an object without fields write `{}`",
    )  # fmt: skip
    return finding(problem, member.spot(path))


def _object_word(filled: Filled) -> str:
    many = filled.slot.multivalued and not filled.field.item
    return ("objects by their names: " if many else "an object: ") + wanted(filled.field)


def _is_identifier(field: Field, value: object) -> bool:
    """Whether a text may name an object, by the identifier that its class has."""
    if not isinstance(value, str) or field.slot.facts.get("role") is not None:
        return False
    schema = field.schema
    identified = any(
        slot.identifier
        for name in field.slot.classes
        for slot in schema.classes[name].slots.values()
    )
    other = any(one.kind is not RangeKind.CLASS for one in field.slot.ranges)
    return identified or other


# Datasets, written as their values alone


def _dataset_class(field: Field) -> Typed | None:
    """The class of datasets that a field asks for, if it asks for one."""
    return next((one for one in field.classes if columns.is_dataset(one)), None)


def _bare(types: SchemaTypes, filled: Filled) -> Iterator[Diagnostic]:
    """A bare value that stands for a dataset, and the attributes that it cannot have."""
    typed = _dataset_class(filled.field)
    assert typed is not None
    member = filled.member
    slot = typed.cls.slots.get(VALUE)
    if slot is not None:
        want = Want(member.key, slot, typed.schema, filled.ragged)
        problems = value_problems(want, member.look)
        yield from (finding(one, member.spot(one.path)) for one in problems)
    if not member.is_written:
        return
    for lacking in presence.absent(typed, frozenset((VALUE,)), as_stored=False, name=member.key):
        if lacking.name == "description":
            if filled.field.item:
                yield finding(_undescribed(member), member.spot())
            continue
        problem = Problem(
            "field-required", f"`{member.key}` lacks `{lacking.name}`",
            f"write it as `{{value: ..., {lacking.name}: ...}}`",
        )  # fmt: skip
        yield finding(problem, member.spot())


def _undescribed(member: Member) -> Problem:
    return Problem(
        "description-missing", f"nothing describes the column `{member.key}`",
        f"for example `{member.key}: {{description: ..., value: [...]}}`", (), Severity.NOTE,
    )  # fmt: skip
