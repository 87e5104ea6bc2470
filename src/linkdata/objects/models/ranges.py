"""Fields that hold objects: of a class of the schema, or of one that descends from it.

Takes: the classes of a slot, and the way to their models.
Gives: `ObjectOf`, which validates values of such a field; `IN_DEFS`, its mark in a JSON schema.
Implements: `specs/linkdata-1.0.md`, section "Models".

The model of a class is built when a value comes that needs it, so that one model does not bring
all that it could ever hold, and classes may refer to each other in circles.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from linkdata.errors import did_you_mean
from linkdata.graph.entity import IS_A, Entity, Link
from linkdata.objects.access import Object
from linkdata.objects.tables.layout import DESCRIPTION
from linkdata.schema.model import Class
from linkdata.schema.validation.columns import compound
from linkdata.syntax.references import parse_reference

if TYPE_CHECKING:
    from linkdata.objects.models.base import Model
    from linkdata.objects.models.catalog import SchemaModels

#: A class in a JSON schema, until it is known which ones have to be beside it.
IN_DEFS = "x-linkdata-class"

JSON_REFERENCE = {
    "type": "string",
    "pattern": r"^[#@]|^(\.\.?|/)/|^[A-Za-z_][A-Za-z0-9_.-]*:[#/]",
    "description": "a reference",
}


class Named(NamedTuple):
    """A value and the name under which it stands among others."""

    name: str
    value: Any


class ObjectOf:
    """Validates an object of one of some classes.

    It is an instance of a model; an object of a graph; a mapping of fields, which may say its
    class (`is_a`); a reference as a document writes it; or, for a class that has values, these
    alone. `link` tells that the field only mentions what it holds.
    """

    def __init__(self, models: SchemaModels, classes: tuple[str, ...], *, link: bool) -> None:
        self.models = models
        self.classes = classes
        self.link = link

    def __repr__(self) -> str:
        return f"{'LinkTo' if self.link else 'ObjectOf'}({', '.join(self.classes)})"

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        serialization = core_schema.plain_serializer_function_ser_schema(
            _mentioned if self.link else _itself
        )
        return core_schema.with_info_plain_validator_function(
            self.validated, serialization=serialization
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [*({IN_DEFS: name} for name in self.classes), JSON_REFERENCE]}

    def validated(self, value: Any, info: ValidationInfo) -> Any:
        """The value as an instance, or as the reference that it is."""
        from linkdata.objects.models.base import Model

        name, value = value if isinstance(value, Named) else (info.field_name, value)
        if isinstance(value, Model):
            return self._fitting(value)
        entity = _entity(value)
        if entity is not None:
            return self._bound(entity, value)
        if isinstance(value, str) and parse_reference(value) is not None:
            return value
        if isinstance(value, Mapping):
            return self._made(value, name)
        return self._of_values(value, name)

    def _fitting(self, value: Model) -> Model:
        typed = type(value).typed()
        if not any(typed.is_a(uri) for uri in self._uris()):
            raise self._wrong(typed.name)
        return value

    def _bound(self, entity: Entity, value: Any) -> Any:
        from linkdata.objects.models.models import bound

        typed = self.models.typed_of(entity)
        if typed is None:
            return value if isinstance(value, Object) else Object(entity)
        return self._fitting(bound(entity, typed))

    def _made(self, value: Mapping[Any, Any], name: str | None) -> Any:
        fields = {str(key): item for key, item in value.items() if key != IS_A}
        model = self.models[self._named(value.get(IS_A))]
        return model.model_validate(_with_name(model, fields, name))

    def _of_values(self, value: Any, name: str | None) -> Any:
        for model in map(self.models.__getitem__, self.classes):
            if model.value_field() is not None:
                fields = {str(model.value_field()): value, **_described(model)}
                return model.model_validate(_with_name(model, fields, name))
            fields = _of_compound(model, value)
            if fields:
                return model.model_validate(_with_name(model, fields, name))
        wanted = " or ".join(self.classes)
        raise PydanticCustomError(
            "class_wrong", "a {kind} is no {wanted}", {"kind": type(value).__name__,
                                                       "wanted": wanted}
        )  # fmt: skip

    def _named(self, name: Any) -> str:
        """The class of an object that may say its own."""
        if name is None:
            return self.classes[0]
        local = str(name).rpartition(":")[2]
        schema = self.models.schema
        if local not in schema.classes:
            hint = did_you_mean(local, schema.classes)
            raise PydanticCustomError(
                "class_unknown", "there is no class `{name}`{hint}",
                {"name": str(name), "hint": f"; {hint}" if hint else ""},
            )  # fmt: skip
        if not any(schema.is_a(local, one) for one in self.classes):
            raise self._wrong(local)
        return local

    def _uris(self) -> list[str]:
        found: Mapping[str, Class] = self.models.schema.classes
        return [found[name].uri for name in self.classes]

    def _wrong(self, name: str) -> PydanticCustomError:
        return PydanticCustomError(
            "class_wrong", "a {name} is no {wanted}",
            {"name": name, "wanted": " or ".join(self.classes)},
        )  # fmt: skip


def _entity(value: Any) -> Entity | None:
    found = value.target if isinstance(value, Link) else getattr(value, "entity", value)
    return found if isinstance(found, Entity) else None


def _of_compound(model: type[Model], value: Any) -> dict[str, Any]:
    """The fields of a compound that is written as a list, or as a list of such rows."""
    slots = compound(model.typed())
    listed = value.tolist() if hasattr(value, "tolist") else value
    if not slots or not isinstance(listed, list):
        return {}
    if any(slot.is_array for slot in slots.values()):
        listed = [list(column) for column in zip(*listed, strict=False)]
    return dict(zip(slots, listed, strict=True)) if len(listed) == len(slots) else {}


def _described(model: type[Model]) -> dict[str, Any]:
    """What a dataset is, as the schema says it, for values that do not say it themselves."""
    field = model.model_fields.get(DESCRIPTION)
    if field is None or not field.is_required():
        return {}
    return {DESCRIPTION: model.typed().cls.description}


def _with_name(model: type[Model], fields: dict[str, Any], name: str | None) -> dict[str, Any]:
    """The fields with a name: what does not say its own is called as the place it stands in."""
    field = model.name_field()
    return fields if field is None or name is None else {field: name, **fields}


def by_name(value: Any) -> Any:
    """Objects by their names: also of a list of them, or of mappings with one name each."""
    found: dict[str, Any] = {}
    for item in value if isinstance(value, list | tuple) else ():
        name = getattr(item, "name", None)
        if isinstance(name, str):
            found[name] = item
        elif isinstance(item, Mapping) and len(item) == 1:
            found.update(item)
        else:
            return value
    named = value if isinstance(value, Mapping) else found
    return {name: Named(name, item) for name, item in named.items()}


def _itself(value: Any) -> Any:
    return {"@id": value.entity.iri} if isinstance(value, Object) else value


def _mentioned(value: Any) -> Any:
    """What stands for an object that a field only mentions: its identity, where it has one."""
    entity = getattr(value, "entity", None)
    return value if entity is None else {"@id": entity.iri}
