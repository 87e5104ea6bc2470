"""The models of a dataset: by the names that its document uses, and for its objects.

Takes: a graph.
Gives: `Models`, and `instance`, the one for an object.
Implements: `specs/linkdata-1.0.md`, section "Models".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from linkdata.errors import SchemaError, UsageError, did_you_mean, error
from linkdata.graph.entity import Entity
from linkdata.graph.graph import Graph
from linkdata.objects.access import Object
from linkdata.objects.models.base import Model
from linkdata.objects.models.binding import Bound
from linkdata.objects.models.catalog import SchemaModels, models_of
from linkdata.schema.naming import ClassNames, Typed
from linkdata.schema.offered import offered
from linkdata.schema.typing import types_of

_MEMO = "model"


class Models(Mapping[str, "type[Model]"]):
    """The models of the classes that a dataset knows, built when they are asked for.

    `models["ElectricalSeries"]`, `models["nwb:ElectricalSeries"]`: names as in the document. Those
    of an NWB file are the classes of the specifications that it carries.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._held: dict[int, SchemaModels] = {}  # so that a class stays the same one

    @cached_property
    def names(self) -> ClassNames:
        """The classes by their names. Raises `SchemaError` for imports that cannot be had."""
        schemas = {alias: one.schema for alias, one in offered(self.graph).items()}
        return ClassNames(schemas, self.graph.context.iri_prefixes)

    def __getitem__(self, name: str) -> type[Model]:
        typed = self.names.find(name)
        if typed is None:
            raise SchemaError(
                error("schema-type-unknown", f"the schemas have no class `{name}`",
                      place=self.graph.context.document.source.name,
                      hint=did_you_mean(name, self.names.names(name)))
            )  # fmt: skip
        return self.of(typed)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names.names())

    def __len__(self) -> int:
        return len(self.names.names())

    def get(self, name: str, default: Any = None) -> Any:
        """The model of a class, or `default` when there is none of that name."""
        typed = self.names.find(name)
        return default if typed is None else self.of(typed)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.names.find(name) is not None

    def of(self, typed: Typed) -> type[Model]:
        """The model of a class."""
        models = self._held.setdefault(id(typed.schema), models_of(typed.schema))
        return models[typed.name]


def instance(found: Object | Entity) -> Model:
    """The instance for an object.

    Raises `UsageError` for what is no object, `SchemaError` when no schema says what it is.
    """
    entity = found.entity if isinstance(found, Object) else found
    if not isinstance(entity, Entity):
        raise UsageError(error("usage", f"a {type(found).__name__} is no object with a model"))
    typed = types_of(entity.graph).of(entity)
    if typed is None:
        raise SchemaError(
            error("schema-type-unknown", f"no schema says what <{entity.iri}> is", entity.span,
                  hint="name its class with `is_a`, and import the schema that has the class")
        )  # fmt: skip
    return bound(entity, typed)


def bound(entity: Entity, typed: Typed) -> Model:
    """The instance for an object of a class; the same one for as long as nothing is changed."""
    found = entity.memo.get(_MEMO)
    if not isinstance(found, Model):
        model = models_of(typed.schema)[typed.name]
        found = model.of(Bound(entity, typed, types_of(entity.graph)))
        entity.memo[_MEMO] = found
    return found
