"""`Model`, which all models of classes descend from.

Takes: values of fields, or an object of the graph.
Gives: `Model`: pydantic's model, bound to an object where it was made from one.
Implements: `specs/linkdata-1.0.md`, section "Models".

A bound instance has nothing but its object at first; a field is read, and validated, when it is
asked for. What looks at all fields (dumping, comparing, copying) reads all of them before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from linkdata.graph.entity import IS_A, Entity
from linkdata.objects.models.ranges import IN_DEFS
from linkdata.objects.models.routing import routed

if TYPE_CHECKING:
    from linkdata.objects.models.binding import Bound
    from linkdata.objects.models.catalog import SchemaModels
    from linkdata.schema.model import Slot
    from linkdata.schema.naming import Typed


class Model(BaseModel):
    """An object of a class of a schema.

    `obj.entity` is the object of the graph that an instance was made from, or None. Fields set on
    an instance are validated, and stay on it: neither the document nor the file is changed. A value
    that does not fit raises `ModelError` with the place of the field; where there is no object, and
    so no place, pydantic's `ValidationError`, as pydantic's own models do.
    """

    model_config = ConfigDict(
        arbitrary_types_allowed=True,
        extra="forbid",
        populate_by_name=True,
        validate_assignment=True,
        protected_namespaces=(),
        regex_engine="python-re",
        defer_build=True,
    )

    # What the catalog puts on each class.
    _models: ClassVar[SchemaModels]
    _typed: ClassVar[Typed]
    _slots: ClassVar[dict[str, Slot]] = {}  # by the names of fields

    _bound: Bound | None = PrivateAttr(default=None)

    @classmethod
    def typed(cls) -> Typed:
        """The class of the schema, with the schema."""
        return cls._typed

    @classmethod
    def slots(cls) -> dict[str, Slot]:
        """The slots of the class by the names of the fields."""
        return cls._slots

    @classmethod
    def classes_of(cls, field: str) -> tuple[type[Model], ...]:
        """The models that a field holds, for a field that holds objects."""
        return tuple(cls._models[name] for name in cls._slots[field].classes)

    @classmethod
    def value_field(cls) -> str | None:
        """The field that has the values, for a class of datasets."""
        return cls._of_role("value")

    @classmethod
    def name_field(cls) -> str | None:
        """The field that has the name which an object goes by, for a class that has one."""
        return next((name for name, slot in cls._slots.items() if slot.identifier), None)

    @classmethod
    def _of_role(cls, role: str) -> str | None:
        return next((n for n, slot in cls._slots.items() if slot.facts.get("role") == role), None)

    # Made from values

    @model_validator(mode="before")
    @classmethod
    def _routed(cls, value: Any) -> Any:
        """Fields without a slot of their name go where objects of any name go."""
        if isinstance(value, dict):
            fields = {key: item for key, item in value.items() if key != IS_A}
            return routed(fields, cls._slots, cls._typed)
        return value

    # Bound to an object

    @classmethod
    def of(cls, bound: Bound) -> Self:
        """The instance for an object of the graph."""
        made = cls.model_construct()
        made.__dict__.clear()
        made.__pydantic_fields_set__.clear()
        made._bound = bound
        return made

    @property
    def entity(self) -> Entity | None:
        """The object of the graph that this was made from."""
        return None if self._bound is None else self._bound.entity

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and name in type(self)._slots:
            bound = self._bound
            if bound is not None:
                self._read(bound, name)
                return self.__dict__[name]
        return super().__getattr__(name)  # type: ignore[misc]

    def _read(self, bound: Bound, name: str) -> None:
        """Read a field of the object. Raises `ModelError` for a value that does not fit."""
        field, slot = type(self).model_fields[name], type(self)._slots[name]
        found = bound.value(slot)
        if not found:
            if field.is_required():
                raise bound.entity.missing(bound.key(slot))
            self.__dict__[name] = field.get_default(call_default_factory=True)
            return
        self._put(bound, name, found[0])

    def _put(self, bound: Bound, name: str, value: Any) -> None:
        """Set a field of an instance that has an object. Raises `ModelError`."""
        from linkdata.objects.models.problems import not_valid

        slot = type(self)._slots.get(name)
        try:
            super().__setattr__(name, value)
        except ValidationError as problem:
            key = name if slot is None else bound.key(slot)
            raise not_valid(problem, bound.entity, key) from problem

    def __setattr__(self, name: str, value: Any) -> None:
        bound = None if name.startswith("_") else self._bound
        if bound is None:
            super().__setattr__(name, value)
        else:
            self._put(bound, name, value)

    def read(self) -> Self:
        """Read and validate all fields of the object, with all that stands in it.

        Raises `ModelError` with everything that is wrong.
        """
        from linkdata.objects.models.problems import read_all

        read_all(self)
        return self

    def _read_present(self) -> None:
        """Read what there is: required fields that are missing stay missing."""
        if self._bound is not None:
            for name, field in type(self).model_fields.items():
                if name not in self.__dict__ and not (
                    field.is_required() and not self._bound.has(type(self)._slots[name])
                ):
                    self._read(self._bound, name)

    # What looks at all fields

    @model_serializer(mode="wrap")
    def _whole(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        self._read_present()
        found: dict[str, Any] = serialize(self)
        return found

    def __iter__(self) -> Iterator[tuple[str, Any]]:  # type: ignore[override]
        self._read_present()
        return super().__iter__()

    def __eq__(self, other: object) -> bool:
        mine, theirs = self.entity, getattr(other, "entity", None)
        if mine is not None and theirs is not None:
            return mine is theirs
        if isinstance(other, Model):
            self._read_present()
            other._read_present()
        return super().__eq__(other)

    def __hash__(self) -> int:
        return id(self) if self.entity is None else id(self.entity)

    def __copy__(self) -> Self:
        self._read_present()
        return super().__copy__()

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self.__copy__()  # what it holds belongs to a graph, of which there is one

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        if self.entity is not None:
            yield None, f"<{self.entity.iri}>"
        yield from ((key, value) for key, value in super().__repr_args__() if value is not None)

    # JSON schema

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """The JSON schema, with those of all classes that it can hold under `$defs`."""
        template = options.get("ref_template", "#/$defs/{model}")
        whole = super().model_json_schema(*args, **options)
        definitions: dict[str, Any] = whole.pop("$defs", {})
        waiting: list[str] = []

        def refer(name: str) -> str:
            waiting.append(name)
            return str(template.format(model=name))

        _resolve(whole, refer)
        _resolve(definitions, refer)
        while waiting:
            name = waiting.pop()
            if name not in definitions:
                definitions[name] = {}
                found = super(Model, cls._models[name]).model_json_schema(*args, **options)
                inner = found.pop("$defs", {})
                _resolve(found, refer)
                _resolve(inner, refer)
                definitions |= inner
                definitions[name] = found
        return {**whole, "$defs": definitions} if definitions else whole


def _resolve(schema: Any, refer: Callable[[str], str]) -> None:
    """Put references where the marks of classes are."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if IN_DEFS in part:
                part["$ref"] = refer(part.pop(IN_DEFS))
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
