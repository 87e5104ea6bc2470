"""Slots as fields of models.

Takes: a slot, and the models of its schema.
Gives: `field_of`: an annotation with what pydantic is told of the field; `python_name`.
Implements: `specs/linkdata-1.0.md`, section "Models".
"""

from __future__ import annotations

import keyword
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, Strict
from pydantic.fields import FieldInfo

from linkdata.objects.models.arrays import array_type
from linkdata.objects.models.dtypes import python_type
from linkdata.objects.models.ranges import ObjectOf, by_name
from linkdata.schema.model import Range, RangeKind, Slot, Type

if TYPE_CHECKING:
    from linkdata.objects.models.catalog import SchemaModels

#: Types that pydantic would make of anything like them; here a text is no number.
_STRICT = (bool, int, float, str)


def python_name(slot: str) -> str:
    """The attribute of a slot: its name, or one like it where Python or pydantic has that."""
    name = "".join(part if f"x{part}".isidentifier() else "_" for part in slot)
    if not name.isidentifier() or name.startswith("_"):
        name = f"x{name}" if name.startswith("_") else f"x_{name}"
    return f"{name}_" if keyword.iskeyword(name) or hasattr(BaseModel, name) else name


def field_of(slot: Slot, models: SchemaModels) -> tuple[Any, FieldInfo]:
    """The annotation and the field of a slot."""
    annotation = _annotation(slot, models)
    said: dict[str, Any] = {"description": " ".join(slot.description.split()) or None}
    name = python_name(slot.name)
    if name != slot.name:
        said["alias"] = slot.name
    default = slot.fixed if slot.fixed is not None else slot.default
    if default is not None and not slot.is_array and not slot.multivalued:
        return annotation, Field(default, **said)
    if slot.required:
        return annotation, Field(..., **said)
    return annotation | None, Field(None, **said)


def _annotation(slot: Slot, models: SchemaModels) -> Any:
    if slot.fixed is not None and not slot.is_array:
        return Annotated[Literal[slot.fixed], BeforeValidator(_plain)]
    if slot.is_array and not slot.classes:
        return array_type(slot.ranges, models.schema, translated=models.translated)
    one = _one(slot, models)
    if slot.is_array:
        arrays = array_type(
            [Range("", RangeKind.ANY, r.shape) for r in slot.ranges], models.schema,
            translated=models.translated,
        )  # fmt: skip
        return list[one] | arrays  # type: ignore[valid-type]
    if not slot.multivalued:
        return one
    counts: FieldInfo = Field(min_length=slot.minimum_count, max_length=slot.maximum_count)
    if slot.classes and slot.inlined and not slot.inlined_as_list and models.are_keyed(slot):
        return Annotated[dict[str, one], counts, BeforeValidator(by_name)]  # type: ignore[valid-type]
    return Annotated[list[one], counts]  # type: ignore[valid-type]


def _one(slot: Slot, models: SchemaModels) -> Any:
    """What one value of the slot is, of a type, a class or an enum."""
    link = not slot.inlined or slot.facts.get("role") == "link"
    found: list[Any] = []
    if slot.classes:
        found.append(Annotated[Any, ObjectOf(models, slot.classes, link=link)])
    for one in dict.fromkeys(slot.ranges):
        if one.kind is RangeKind.ENUM:
            found.append(Literal[tuple(models.schema.enums[one.name].values)])
        elif one.kind is RangeKind.TYPE:
            found.append(_scalar(slot, models.schema.types[one.name]))
        elif one.kind is RangeKind.ANY:
            return Any
    return reduce(or_, found) if found else Any


def _scalar(slot: Slot, found: Type) -> Any:
    kind = python_type(found)
    bounds = {
        "ge": _tighter(max, slot.minimum, found.minimum),
        "le": _tighter(min, slot.maximum, found.maximum),
    }
    said: dict[str, Any] = {key: bound for key, bound in bounds.items() if bound is not None}
    if kind is str:
        patterns = [pattern for pattern in (slot.pattern, found.pattern) if pattern]
        said |= {"pattern": patterns[0]} if patterns else {}
    strict = [Strict()] if kind in _STRICT or kind == int | float else []
    limits = [Field(**said)] if said else []
    return Annotated[(kind, *strict, *limits, BeforeValidator(_plain))]


def _tighter(choose: Any, *bounds: float | None) -> float | None:
    given = [bound for bound in bounds if bound is not None]
    return choose(given) if given else None


def _plain(value: Any) -> Any:
    """A Python scalar of one of numpy."""
    return value.item() if getattr(value, "shape", None) == () else value
