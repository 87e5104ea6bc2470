"""The models of one schema, each built when it is asked for.

Takes: a compiled schema.
Gives: `SchemaModels`: the model of a class by its name; `models_of`, the same one for a schema.
Implements: `specs/linkdata-1.0.md`, section "Models".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from threading import RLock
from typing import Any
from weakref import WeakValueDictionary

from pydantic import create_model

from linkdata.graph.entity import Entity
from linkdata.objects.models.base import Model
from linkdata.objects.models.fields import field_of, python_name
from linkdata.schema.model import Class, Schema, Slot
from linkdata.schema.naming import Typed
from linkdata.schema.typing import types_of

_made: WeakValueDictionary[str, SchemaModels] = WeakValueDictionary()


def models_of(schema: Schema) -> SchemaModels:
    """The models of a schema: the same ones for as long as somebody has them."""
    key = schema.digest or f"at {id(schema)}"
    found = _made.get(key)
    if found is None:
        found = _made[key] = SchemaModels(schema)
    return found


class SchemaModels(Mapping[str, "type[Model]"]):
    """The models of the classes of one schema, by their names."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._built: dict[str, type[Model]] = {}
        self._lock = RLock()

    def __getitem__(self, name: str) -> type[Model]:
        found = self._built.get(name)
        if found is None:
            with self._lock:
                found = self._built.get(name) or self._build(self.schema.classes[name])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.schema.classes)

    def __len__(self) -> int:
        return len(self.schema.classes)

    def __contains__(self, name: object) -> bool:
        return name in self.schema.classes

    def __hash__(self) -> int:
        return id(self)

    @cached_property
    def translated(self) -> bool:
        """Whether the schema is a translation of the NWB specification language."""
        return "nwb.language" in self.schema.facts.get("imports", ()) or any(
            "role" in found.facts for found in self.schema.classes.values()
        )

    def are_keyed(self, slot: Slot) -> bool:
        """Whether the objects of a slot have names, by which a field can hold them."""
        return all(
            any(inner.identifier for inner in self.schema.classes[name].slots.values())
            for name in slot.classes
        )

    def typed_of(self, entity: Entity) -> Typed | None:
        """The class of an object of a graph."""
        return types_of(entity.graph).of(entity)

    def _build(self, found: Class) -> type[Model]:
        bases = self._bases(found)
        inherited = {name: slot for base in reversed(bases) for name, slot in base.slots().items()}
        slots = {python_name(name): slot for name, slot in found.slots.items()}
        fields: dict[str, Any] = {
            name: field_of(slot, self)
            for name, slot in slots.items()
            if inherited.get(name) != slot
        }
        made = create_model(
            found.name,
            __base__=bases,
            __module__=f"{Model.__module__}.{found.schema}",
            __doc__=found.description or None,
            **fields,
        )
        made._models = self
        made._typed = Typed(found, self.schema)
        made._slots = slots
        self._built[found.name] = made
        return made

    def _bases(self, found: Class) -> tuple[type[Model], ...]:
        """The models of the parent and of mixins, without those that others descend from."""
        names = [*([found.parent] if found.parent else []), *found.mixins]
        bases = [self[name] for name in names if name in self.schema.classes]
        kept = [
            base for base in bases if not any(o is not base and issubclass(o, base) for o in bases)
        ]
        return tuple(dict.fromkeys(kept)) or (Model,)
