"""Objects in the hand: fields as attributes and as items, arrays as numpy has them.

Takes: entities of the graph.
Gives: `Object`, and `wrap`, which makes of any value what a user gets to see.
Implements: `specs/linkdata-1.0.md`, sections "Python objects" and "Changes in memory".

NWB keeps the attributes of a dataset beside its values, so the values have the made-up name
`value`; and by convention the values of a series are in its dataset `data`. Indices go down
through both: `series[0:3]` is `series.data.value[0:3]`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

from linkdata.errors import FieldError, LinkdataError, ModelError, UsageError, error
from linkdata.graph.changes import Made, assign, remove
from linkdata.graph.entity import Entity, Link, Value
from linkdata.graph.linked import LinkedArray
from linkdata.objects.putting import unwrapped

if TYPE_CHECKING:
    from linkdata.objects.display import Picture

#: The fields that an index goes down through.
_INNER = ("data", "value")
#: What an object passes on to the array below it, unless it has fields of these names.
_ARRAY_PARTS = frozenset(("shape", "dtype", "ndim", "size", "chunks"))


class Object:
    """An object of a dataset, or one made in memory.

    `obj.name` and `obj["name"]` give a field; `obj[0:3]` goes down to the array. `in`, `len`,
    iteration, `keys`, `values`, `items` and `get` are those of a mapping of the fields; but `len`
    and iteration of an object that is a dataset with axes are those of its array. A field whose
    name is also that of a method is reached as an item. `obj.name = value` sets a field in memory.
    """

    def __init__(self, entity: Entity) -> None:
        self.__dict__["_entity"] = entity

    @classmethod
    def of(cls, found: Object | Entity) -> Self:
        """The same object, seen as one of this class."""
        made = cls.__new__(cls)
        made.__dict__["_entity"] = found.entity if isinstance(found, Object) else found
        return made

    # Identity

    @property
    def entity(self) -> Entity:
        """The entity of the graph behind this object."""
        found: Entity = self.__dict__["_entity"]
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Object) and other.entity is self.entity

    def __hash__(self) -> int:
        return hash(id(self.entity))

    # Fields

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "_entity" not in self.__dict__:
            raise AttributeError(name)
        try:
            return wrap(self.entity.link(name))
        except FieldError:
            found = self._beside(name)
            if found is None:
                raise
            return found

    def _beside(self, name: str) -> Any | None:
        """What an attribute means that is no field; None if nothing."""
        if name in _ARRAY_PARTS:
            array = self._array()
            return None if array is None else getattr(array, name)
        if name == "value":
            array = self.entity.array
            return None if array is None else wrap(array)
        return name_of(self.entity) if name == "name" else None

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
        own = getattr(type(self), name, None)
        if isinstance(own, property) and own.fset is not None:
            own.fset(self, value)
        elif own is not None and not isinstance(own, property):
            raise UsageError(
                error("usage", f"`{name}` is the name of a method", self.entity.span,
                      hint=f"a field of this name is set as an item, [{name!r}]")
            )  # fmt: skip
        else:
            self._set(name, value)

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, str):
            self._set(key, value)
        else:
            self._must_have_array()[key] = value

    def _set(self, key: str, value: Any) -> None:
        """Set a field in memory.

        Raises `UsageError` for what no field can hold, `ModelError` for a value that the slot of
        the schema does not allow; the field then stays as it was.
        """
        from linkdata.schema.validation.assigning import narrow, refused

        kept = unwrapped(value)
        wrong = refused(self.entity, key, kept)
        if wrong:
            raise ModelError(wrong)
        assign(self.entity, key, kept)
        narrow(self.entity, key)

    def _mention(self, key: str, value: Object) -> None:
        """Set a field that mentions an object, wherever that stands."""
        assign(self.entity, key, unwrapped(value), contains=False)

    def __delattr__(self, name: str) -> None:
        remove(self.entity, name)

    def __delitem__(self, key: str) -> None:
        remove(self.entity, key)

    def keys(self) -> list[str]:
        """The names of the fields, in order."""
        return self.entity.keys()

    def values(self) -> list[Any]:
        """The values of the fields, in order."""
        return [self[key] for key in self.entity]

    def items(self) -> list[tuple[str, Any]]:
        """The names and values of the fields, in order."""
        return [(key, self[key]) for key in self.entity]

    def get(self, key: Any, default: Any = None) -> Any:
        """The value of a field, or `default` when there is no such field."""
        try:
            return wrap(self.entity.link(key))
        except FieldError:
            return default

    def __iter__(self) -> Iterator[Any]:
        array = self.entity.array
        return iter(self.entity.keys() if array is None or not array.shape else wrap(array))

    def __len__(self) -> int:
        array = self.entity.array
        return len(self.entity.keys() if array is None or not array.shape else array)

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
                    hint="fields are reached by name: " + ", ".join(self.entity.keys()[:8]),
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

    # Tables

    def to_pandas(self) -> Any:
        """The fields that are arrays of one length, as the columns of a `pandas.DataFrame`.

        Raises `UsageError` where there are none, or where their lengths differ.
        """
        from linkdata.objects.frames import from_fields

        return from_fields(self)

    def to_polars(self) -> Any:
        """What `to_pandas` gives, as a `polars.DataFrame`; ragged cells are lists."""
        from linkdata.objects.frames import to_polars

        return to_polars(self.to_pandas())

    # Models

    def to_model(self) -> Any:
        """The object as an instance of the pydantic model of its class; see `Dataset.model`."""
        from linkdata.objects.models.models import instance

        return instance(self)

    # Copies

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
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

    def _picture(self) -> Picture | None:
        """What people would rather look at than read, where there is such a thing."""
        return None

    def _repr_html_(self) -> str:
        from linkdata.objects.display import html, outline

        return html(outline("", self.entity, depth=3), self._picture())


class Named(Object):
    """An object that always has a name: the one that is written, else that of its place."""

    @property
    def name(self) -> str:
        """Its name. The field of this name in a document counts before its place."""
        written = self.entity.written("name")
        return written if isinstance(written, str) else name_of(self.entity)


class ObjectArray(LinkedArray):
    """An array of a source file whose elements are, or hold, objects."""

    __slots__ = ()

    def _shown(self, value: Any) -> Any:
        return wrap(value)


def wrap(value: Value | Entity) -> Any:
    """What a user sees of a value: entities as objects, in lists and arrays too."""
    if isinstance(value, Link):
        return view(value.target)
    if isinstance(value, Entity):
        return view(value)
    if isinstance(value, list):
        return [wrap(item) for item in value]
    if type(value) is LinkedArray:
        return ObjectArray(value.dataset, value.graph)
    return value


def view(entity: Entity) -> Object:
    """An entity as an object of the Python class for its class."""
    from linkdata.objects.registry import class_for

    return class_for(entity).of(entity)


def name_of(entity: Entity) -> str:
    """The last step of the way to an object: the name it goes by where it stands."""
    if isinstance(entity, Made):
        return entity.name
    if entity.target is not None:
        slot = getattr(entity.target.node, "slot", None)
        if isinstance(slot, str) and slot:
            return slot
    item = entity.item
    return "" if item is None else item.name.rpartition("/")[2] or "root"
