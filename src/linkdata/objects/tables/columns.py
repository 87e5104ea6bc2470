"""Columns: named values along the rows of a table.

Takes: values in memory; or entities whose values are in a document or a file.
Gives: `Data`, `VectorData`, `ElementIdentifiers`, with hdmf.common's arguments and methods.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".

`Data._kept` is the one seam between the two: what it gives is read by everything else alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from linkdata.errors import UsageError, error
from linkdata.graph.changes import Made, assign
from linkdata.graph.entity import VALUE, Entity
from linkdata.objects.access import Named, Object, wrap
from linkdata.objects.known import COMMON
from linkdata.objects.putting import unwrapped
from linkdata.objects.tables.picking import grown, length_of, picked, shape_of

if TYPE_CHECKING:
    import numpy

_ARRAY = "array"


class Data(Named):
    """Values with a name: a dataset of a file, a list of a document, or values in memory."""

    #: Namespace and name of the type.
    _TYPE: ClassVar[tuple[str, str]] = (COMMON, "Data")

    def __init__(self, name: str, data: Any = (), **fields: Any) -> None:
        """Make it in memory. `fields` are more of its fields; those that are None are left out."""
        made = Made(name, ":".join(self._TYPE), type(self))
        super().__init__(made)
        for key, value in fields.items():
            if value is not None:
                assign(made, key, unwrapped(value))
        assign(made, VALUE, self._taken(data))

    def _taken(self, data: Any) -> Any:
        """Values as they are kept: a list or numpy array given is the very one."""
        if isinstance(data, Data):
            return data._kept
        if hasattr(data, "termset") and not isinstance(data, list):
            return self._taken(data.value)  # a `TermSetWrapper`
        if isinstance(data, list) or (hasattr(data, "shape") and hasattr(data, "dtype")):
            return unwrapped(data)
        if type(data).__module__.partition(".")[0] == "pandas":
            return data.to_numpy()
        return unwrapped(list(data))

    # Values

    @property
    def _kept(self) -> Any:
        """The values where they are: a list (objects in it as links), or an array."""
        entity = self.entity
        if entity.changes is not None and VALUE in entity.changes:
            return entity.changes[VALUE]
        found = entity.memo.get(_ARRAY)
        if found is None:
            found = self._found(entity)
            entity.memo[_ARRAY] = found
        return found

    def _found(self, entity: Entity) -> Any:
        array = self._array()
        if array is not None:
            return array
        for key in (VALUE, "data"):
            if key in entity:
                value = entity.link(key)
                return value if isinstance(value, list) else [value]
        return []

    @property
    def data(self) -> Any:
        """The values: the list or array in memory, or the lazy array of a file."""
        kept = self._kept
        if isinstance(kept, list) and any(hasattr(item, "target") for item in kept):
            return wrap(kept)
        return kept

    @data.setter
    def data(self, data: Any) -> None:
        assign(self.entity, VALUE, self._taken(data))

    @property
    def value(self) -> Any:
        """The same as `data`."""
        return self.data

    @value.setter
    def value(self, data: Any) -> None:
        assign(self.entity, VALUE, self._taken(data))

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes; of lists of different lengths, the first one alone."""
        return shape_of(self._kept)

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """The numpy dtype of the values; object for texts and objects."""
        kept = self._kept
        if not isinstance(kept, list):
            found: numpy.dtype[Any] = kept.dtype
            return found
        import numpy

        dtype = numpy.asarray(kept[:1]).dtype if kept else numpy.dtype("float64")
        return dtype if dtype.kind in "biufc" else numpy.dtype("O")

    def get(self, key: Any, default: Any = None, **_: Any) -> Any:
        """Elements at an index; a field, where the key is a name.

        Raises `PositionError` for a position that there is not.
        """
        if isinstance(key, str):
            return super().get(key, default)
        return wrap(picked(self._kept, key))

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(key) if isinstance(key, str) else self.get(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, str):
            self._set(key, value)
        else:
            self._kept[key] = unwrapped(value)

    def __len__(self) -> int:
        return length_of(self._kept)

    def __iter__(self) -> Iterator[Any]:
        return (wrap(item) for item in self._kept)

    def __contains__(self, key: object) -> bool:
        return key in self.entity if isinstance(key, str) else any(one == key for one in self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        import numpy

        found = wrap(self._kept) if isinstance(self._kept, list) else self._kept
        if isinstance(found, list) and any(isinstance(one, Object) for one in found):
            boxed = numpy.empty(len(found), dtype=object)
            for at, one in enumerate(found):
                boxed[at] = one
            return boxed
        return numpy.asarray(found, dtype=dtype)

    # Growing

    def append(self, arg: Any) -> None:
        """Put one element at the end, in memory."""
        self._grow([arg])

    def extend(self, arg: Iterable[Any]) -> None:
        """Put elements at the end, in memory."""
        self._grow(list(arg))

    def _grow(self, more: list[Any]) -> None:
        kept = self._own()
        now = grown(kept, [unwrapped(one) for one in more])
        if now is not kept:
            assign(self.entity, VALUE, now)

    def _own(self) -> Any:
        """The values in memory, where they can grow; those of a file are read once for it."""
        kept = self._kept
        if isinstance(kept, list) or type(kept).__module__ == "numpy":
            if self.entity.changes is None or VALUE not in self.entity.changes:
                kept = list(kept)
                assign(self.entity, VALUE, kept)
            return kept
        import numpy

        values = numpy.asarray(self)
        own = unwrapped(list(values)) if values.dtype.kind == "O" else values
        assign(self.entity, VALUE, own)
        return own

    def transform(self, func: Any) -> Any:
        """Put the values through a function, in memory."""
        self.data = func(self.data)
        return self


class VectorData(Data):
    """A column of a table: values of any number of dimensions, the first along the rows."""

    _TYPE = (COMMON, "VectorData")

    def __init__(
        self, name: str, description: str, data: Any = (), *, value: Any = None, **fields: Any
    ) -> None:
        """Make a column in memory. `value` is another name for `data`.

        `fields` are more of its fields, such as `unit`, `resolution` or `conversion`.
        """
        super().__init__(name, data if value is None else value, description=description, **fields)

    def add_row(self, val: Any, **_: Any) -> None:
        """Put the value of a new row at the end."""
        self.append(val)

    def get_meanings(self) -> Any:
        """The table that says what its values mean; None where there is none, or no table."""
        entity = self.entity
        if isinstance(entity, Made):
            owner, name = entity.owner, entity.name
        else:
            owner, name = entity.graph.owner(entity) or (None, "")
        table = None if owner is None else wrap(owner)
        found = getattr(table, "get_meanings_for_column", None)
        return None if found is None else found(name)

    def to_pandas(self) -> Any:
        """The column as a `pandas.Series`."""
        from linkdata.objects.frames import series

        return series(self)


class ElementIdentifiers(Data):
    """The identifiers of the rows of a table."""

    _TYPE = (COMMON, "ElementIdentifiers")

    def __init__(self, name: str = "element_id", data: Any = (), **fields: Any) -> None:
        """Make identifiers in memory. Raises `UsageError` for what are no integers."""
        super().__init__(name, data, **fields)
        kept = self._kept
        if length_of(kept) and numpy_kind(kept) not in "iu":
            raise UsageError(error("usage", "identifiers of rows are integers"))

    def __eq__(self, other: object) -> Any:
        """The positions of the ids that are in `other`, as HDMF has it; an array of int."""
        import numpy

        if isinstance(other, Object) and other.entity is self.entity:
            return numpy.arange(len(self))
        searched = numpy.atleast_1d(numpy.asarray(other))
        return numpy.isin(numpy.asarray(self), searched).nonzero()[0]

    __hash__ = Data.__hash__

    def add_ref(self, container: Object) -> int:
        """A new identifier, for an object. Gives the identifier."""
        import numpy

        used = numpy.asarray(self)
        new = int(used.max()) + 1 if len(used) else 0
        self.append(new)
        return new


def numpy_kind(values: Any) -> str:
    """The kind of numpy's dtype for values; that of the first one counts for a list."""
    import numpy

    dtype = numpy.asarray(values[:1]).dtype if isinstance(values, list) else values.dtype
    return str(dtype.kind)
