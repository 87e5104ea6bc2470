"""Objects in the hand: fields as attributes and as items, arrays as numpy has them.

Takes: entities of the graph.
Gives: `Object`, and `wrap`, which makes of any value what a user gets to see.
Implements: `specs/linkdata-1.0.md`, section "Python objects".

NWB keeps the attributes of a dataset beside its values, so the values have the made-up name
`value`; and by convention the values of a series are in its dataset `data`. Indices go down
through both: `series[0:3]` is `series.data.value[0:3]`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linkdata.errors import FieldError, LinkdataError, UsageError, error
from linkdata.graph.entity import Entity, Link, Value
from linkdata.graph.linked import LinkedArray

#: The fields that an index goes down through.
_INNER = ("data", "value")
#: What an object passes on to the array below it, unless it has fields of these names.
_ARRAY_PARTS = frozenset(("shape", "dtype", "ndim", "size", "chunks"))


class Object:
    """An object of a dataset.

    `obj.name` and `obj["name"]` give a field; `obj[0:3]` goes down to the array. `in`, `len`,
    iteration, `keys`, `values`, `items` and `get` are those of a mapping of the fields; but `len`
    and iteration of an object that is a dataset with axes are those of its array. A field whose
    name is also that of a method is reached as an item.
    """

    __slots__ = ("__weakref__", "_entity")

    def __init__(self, entity: Entity) -> None:
        object.__setattr__(self, "_entity", entity)

    # Identity

    @property
    def entity(self) -> Entity:
        """The entity of the graph behind this object."""
        found: Entity = object.__getattribute__(self, "_entity")
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Object) and other.entity is self.entity

    def __hash__(self) -> int:
        return hash(id(self.entity))

    # Fields

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return wrap(self.entity.link(name))
        except FieldError:
            if name in _ARRAY_PARTS:
                array = self._array()
                if array is not None:
                    return getattr(array, name)
            elif name == "value" and self.entity.array is not None:
                return wrap(self.entity.array)
            raise

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            try:
                return wrap(self.entity.link(key))
            except FieldError:
                array = self._array()
                if array is not None and array.dtype.names and key in array.dtype.names:
                    return array[key]
                raise
        return self._must_have_array()[key]

    def __setattr__(self, name: str, value: Any) -> None:
        raise _fixed(self.entity, name)

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, str):
            raise _fixed(self.entity, key)
        self._must_have_array()[key] = value

    def keys(self) -> list[str]:
        """The names of the fields, in order."""
        return self.entity.keys()

    def values(self) -> list[Any]:
        """The values of the fields, in order."""
        return [self[key] for key in self.keys()]

    def items(self) -> list[tuple[str, Any]]:
        """The names and values of the fields, in order."""
        return [(key, self[key]) for key in self.keys()]

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a field, or `default` when there is no such field."""
        try:
            return wrap(self.entity.link(key))
        except FieldError:
            return default

    def __iter__(self) -> Iterator[Any]:
        array = self.entity.array
        return iter(self.keys() if array is None or not array.shape else wrap(array))

    def __len__(self) -> int:
        array = self.entity.array
        return len(self.keys() if array is None or not array.shape else array)

    def __bool__(self) -> bool:
        return True

    def __contains__(self, key: object) -> bool:
        return key in self.entity

    def __dir__(self) -> list[str]:
        names = [key for key in self.entity if key.isidentifier()]
        return sorted({*object.__dir__(self), *names})

    # Arrays

    def _array(self) -> Any | None:
        """The array that indices go to: the object's own, or that of `data` or `value`."""
        entity, seen = self.entity, set[int]()
        while id(entity) not in seen:  # an object may be its own `data`
            seen.add(id(entity))
            array = entity.array
            if array is not None:
                return wrap(array)
            for name in _INNER:
                value = entity.link(name) if name in entity else None
                if hasattr(value, "dtype"):
                    return wrap(value)
                if isinstance(value, Link):
                    entity = value.target
                    break
        return None

    def _must_have_array(self) -> Any:
        array = self._array()
        if array is None:
            raise UsageError(
                error(
                    "usage", f"<{self.entity.iri}> has no array to index", self.entity.span,
                    hint="fields are reached by name: " + ", ".join(self.keys()[:8]),
                )
            )  # fmt: skip
        return array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return self._must_have_array().__array__(dtype, copy)

    def open(self) -> Any:
        """The h5py object, its file held open until `close`.

        Raises `UsageError` for what is not in an HDF5 file.
        """
        item: Any = self.entity.item
        if item is None:
            raise UsageError(
                error("usage", f"<{self.entity.iri}> is not in an HDF5 file", self.entity.span)
            )
        return item.open()

    def close(self) -> None:
        """Let go of the file that `open` holds."""
        item: Any = self.entity.item
        if item is not None:
            item.close()

    # Copies

    def __copy__(self) -> Object:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Object:
        return self

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise UsageError(
            error("usage", "an object cannot be pickled: it is a view of its dataset",
                  self.entity.span, hint="save the dataset, and open it where it is needed")
        )  # fmt: skip

    # Seeing

    def __repr__(self) -> str:
        from linkdata.objects.display import short

        try:
            return short(self.entity)
        except LinkdataError as problem:
            return f"<{self.entity.iri}: {problem.diagnostic.message}>"

    def _repr_html_(self) -> str:
        from linkdata.objects.display import html, outline

        return html(outline("", self.entity, depth=3))


class ObjectArray(LinkedArray):
    """An array of a source file whose elements are, or hold, objects."""

    __slots__ = ()

    def _shown(self, value: Any) -> Any:
        return wrap(value)


def wrap(value: Value | Entity) -> Any:
    """What a user sees of a value: entities as objects, in lists and arrays too."""
    if isinstance(value, Link):
        return Object(value.target)
    if isinstance(value, Entity):
        return Object(value)
    if isinstance(value, list):
        return [wrap(item) for item in value]
    if type(value) is LinkedArray:
        return ObjectArray(value.dataset, value.graph)
    return value


def _fixed(entity: Entity, name: str) -> LinkdataError:
    from linkdata.errors import NotYetError

    return NotYetError(
        error(
            "not-yet", f"`{name}` cannot be set: objects cannot be changed in memory yet",
            entity.span, hint="change the YAML; values of arrays are set with `array[...] = ...`",
        )
    )  # fmt: skip
