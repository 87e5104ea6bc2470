"""Objects: whether an object has the fields that its class wants, and no others.

Takes: an entity of a class, and its members.
Gives: `object_findings`, and `collection_findings` for what only gathers objects.
Implements: `specs/linkdata-1.0.md`, section "Validation", VAL-04 to VAL-06.

Files may hold more than their schemas say; nothing is told about that. In a document a name that
the schema does not have is more often a mistake: a warning where the NWB language lets a file hold
more, an error in classes that come from LinkML. Where a document imports no schema, and only its
files have one, its author's notes may have any names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from linkdata.errors import Diagnostic, Severity, did_you_mean
from linkdata.graph.entity import IS_A, Entity
from linkdata.resolve.targets import FROM
from linkdata.schema.model import Slot
from linkdata.schema.naming import Typed
from linkdata.schema.typing import CHILDREN, Field, SchemaTypes
from linkdata.schema.validation import columns, places, presence
from linkdata.schema.validation.classes import name_of, wanted
from linkdata.schema.validation.fields import VALUE, Filled, field_findings, field_of
from linkdata.schema.validation.members import Member
from linkdata.schema.validation.problems import Problem, finding

#: What says what an object is, rather than being one of its fields.
_OF_ALL = frozenset((IS_A, FROM, "name", "object_id", "namespace", "neurodata_type", "data_type"))
#: What an array in a document may say of itself.
_OF_DATASETS = frozenset((VALUE, "chunks", "dtype", "shape", "digest"))


def object_findings(
    types: SchemaTypes, entity: Entity, typed: Typed, members: list[Member]
) -> Iterator[Diagnostic]:
    """Everything that is wrong with an object by one of its classes."""
    is_own = types.of(entity) == typed
    filled: dict[str, list[Filled]] = {}
    for member in members:
        if member.key in _OF_ALL and member.key not in types.slots(typed).named:
            continue
        field = field_of(types, member) if is_own else _named(types, typed, member)
        if field is not None:
            found = Filled(member, field, columns.ragged(types, entity, typed, member.key))
            filled.setdefault(field.slot.name, []).append(found)
            yield from field_findings(types, found)
        elif is_own and member.is_written and entity.context.imports:
            yield from _unfitting(types, typed, member)
    yield from _absent(types, entity, typed, filled)
    yield from _counted(entity, filled)


def collection_findings(types: SchemaTypes, members: list[Member]) -> Iterator[Diagnostic]:
    """Everything that is wrong with the members of an object that only gathers objects."""
    for member in members:
        field = None if member.key in _OF_ALL else types.field(member.owner, member.key)
        if field is not None:
            yield from field_findings(types, Filled(member, field))


def _named(types: SchemaTypes, typed: Typed, member: Member) -> Field | None:
    """The slot of this name of another class than the object's own."""
    slot = types.slots(typed).named.get(member.key)
    return None if slot is None else Field(slot, typed.schema)


# Fields that no slot takes


def _unfitting(types: SchemaTypes, typed: Typed, member: Member) -> Iterator[Diagnostic]:
    if columns.is_dataset(typed) and member.key in _OF_DATASETS:
        return
    if columns.is_table(typed) and columns.role_of(typed) is None and not member.look.is_scalar:
        return  # a column: schemas without roles have no slot for those of any name
    slots = types.slots(typed)
    target = member.target
    declared = None if target is None else types.declared(target)
    if slots.open and target is not None and (declared is not None or member.value is None):
        yield from _wrong_member(typed, member, slots.open, declared)
        return
    is_open = "namespace" in typed.schema.facts  # a schema of NWB, whoever translated it
    severity = Severity.WARNING if is_open else Severity.ERROR
    known = [*slots.named, *(_OF_DATASETS if columns.is_dataset(typed) else ())]
    problem = Problem(
        "slot-unknown", f"`{name_of(typed)}` has no field `{member.key}`",
        did_you_mean(member.key, known), (), severity,
    )  # fmt: skip
    yield finding(problem, places.of_field(member.owner, member.key))


def _wrong_member(
    typed: Typed, member: Member, slots: tuple[Slot, ...], declared: Typed | None
) -> Iterator[Diagnostic]:
    """A member of a class that none of the slots without fixed names takes."""
    takes = ", ".join(wanted(Field(slot, typed.schema)) for slot in slots)
    is_mention = getattr(member.value, "span", None) is not None
    code = "reference-ill-typed" if is_mention else "class-wrong"
    name = "object" if declared is None else f"`{name_of(declared)}`"
    message = f"`{name_of(typed)}` holds no {name}"
    spot = member.spot() if is_mention else places.of_class(member.target, member.spot())
    yield finding(Problem(code, message, f"it takes {takes}"), spot)


# Fields that are not there


def _absent(
    types: SchemaTypes, entity: Entity, typed: Typed, filled: dict[str, list[Filled]]
) -> Iterator[Diagnostic]:
    stored = places.is_brought(entity)
    spot = places.of_object(entity)
    said = {name for name, found in filled.items() if any(not _is_nothing(one) for one in found)}
    for slot in presence.absent(
        typed, frozenset(said), as_stored=stored, name=places.name_of(entity)
    ):
        hint = None if not slot.description else _first_sentence(slot.description)
        name = slot.facts.get("name", slot.name)
        if slot.facts.get("role") == CHILDREN or (_is_open(slot) and slot.classes):
            message = f"`{name_of(typed)}` holds no {wanted(Field(slot, typed.schema))}"
        else:
            message = f"`{name_of(typed)}` lacks `{name}`"
        yield finding(Problem("field-required", message, hint), spot)
    if columns.is_dataset(typed) and not stored and not _has_values(entity, typed):
        slot = typed.cls.slots[VALUE]
        if slot.required:
            yield finding(Problem("field-required", f"`{name_of(typed)}` lacks its `value`"), spot)


def _has_values(entity: Entity, typed: Typed) -> bool:
    return (
        VALUE not in typed.cls.slots
        or entity.item is not None
        or any(key in entity for key in (VALUE, "chunks"))
    )


def _is_nothing(filled: Filled) -> bool:
    """Whether a field says nothing: a null. What a file keeps empty is there."""
    return filled.member.is_written and filled.member.value is None


def _is_open(slot: Slot) -> bool:
    return "name" not in slot.facts and slot.facts.get("role") in ("group", "dataset", "link")


def _first_sentence(text: str) -> str:
    """The first sentence of a description, to remind of what the field is."""
    line = " ".join(text.split())
    head, point, _ = line.partition(". ")
    return head + point.strip()


# How many there are


def _counted(entity: Entity, filled: dict[str, list[Filled]]) -> Iterator[Diagnostic]:
    """Objects in slots without fixed names: as many as the slot allows."""
    counts = Counter({name: sum(one.field.item for one in found) for name, found in filled.items()})
    for name, count in counts.items():
        slot = filled[name][0].slot
        most = slot.maximum_count if slot.multivalued else 1
        least = slot.minimum_count or 0
        if count and not (least <= count and (most is None or count <= most)):
            bounds = f"{least} or more" if most is None else f"{most} at most"
            message = f"there should be {bounds} of {name}, and there are {count}"
            yield finding(Problem("cardinality", message), places.of_object(entity))
