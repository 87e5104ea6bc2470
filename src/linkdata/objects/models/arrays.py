"""Fields that hold arrays: `NDArray` of numpydantic, with shape and dtype.

Takes: the ranges of a slot.
Gives: `array_type`, the annotation of the field.
Implements: `specs/linkdata-1.0.md`, section "Models".

Arrays stay where they are: what can say its shape and dtype is asked for these alone. Lists are
made arrays first, so that numpydantic does not take two strings for a file and a path in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal, get_args, get_origin

from annotated_types import Interval
from numpydantic import NDArray, Repeat, Shape
from numpydantic.exceptions import DtypeError, ShapeError
from numpydantic.interface.interface import Interface, JsonDict
from pydantic import BeforeValidator, SerializationInfo
from pydantic_core import PydanticCustomError

from linkdata.arrays.base import ArrayBase, is_text
from linkdata.arrays.inline import InlineArray
from linkdata.errors import UsageError
from linkdata.graph.expanded import describe, dtype_name
from linkdata.objects.models.dtypes import numpy_types
from linkdata.schema.language.names import alias
from linkdata.schema.model import Dimension, Range, Schema
from linkdata.schema.model import Shape as Axes

# For type checkers these are no types that are made at run time.
_NDARRAY: Any = NDArray
_SHAPE: Any = Shape
_REPEAT: Any = Repeat


class _Described(JsonDict):
    """What stands for an array in JSON; no array is ever made from it."""

    def to_array_input(self) -> Any:
        return self

    @classmethod
    def handle_input(cls, value: Any) -> Any:
        return value


class LazyInterface(Interface[Any]):
    """How numpydantic sees the arrays of linkdata: by their shape and dtype, never their values."""

    name = "linkdata"
    input_types = (ArrayBase,)
    return_type = ArrayBase
    json_model = _Described  # type: ignore[assignment]
    priority = 10

    @classmethod
    def check(cls, array: Any) -> bool:
        """Whether it is an array of linkdata."""
        return isinstance(array, ArrayBase)

    @classmethod
    def enabled(cls) -> bool:
        """Always."""
        return True

    def get_shape(self, array: Any) -> tuple[int, ...]:
        """The lengths of the axes; of an array without a value, none."""
        return tuple(array.shape or ())

    def get_object_dtype(self, array: Any) -> Any:
        """The type of the elements where the dtype knows it; anything where only they do."""
        if is_text(array.dtype):
            return str
        return type(array[()].flat[0]) if isinstance(array, InlineArray) and array.size else Any

    def validate_dtype(self, dtype: Any) -> bool:
        """Whether elements are of a right type. Those of compounds have slots of their own."""
        return getattr(dtype, "names", None) is not None or super().validate_dtype(dtype)

    def raise_for_dtype(self, valid: bool, dtype: Any) -> None:
        """Say what the elements are, and what they should be."""
        if not valid:
            wanted = self.dtype if isinstance(self.dtype, tuple) else (self.dtype,)
            names = " or ".join(map(_type_name, wanted))
            raise DtypeError(f"its elements are {_type_name(dtype)}, not {names}")

    def raise_for_shape(self, valid: bool, shape: tuple[int, ...]) -> None:
        """Say what the shape is, and what it should be."""
        if not valid:
            axes = " x ".join(map(_axis_words, get_args(self.shape)))
            raise ShapeError(f"its shape is {shape}, not {axes}")

    @classmethod
    def to_json(cls, array: Any, info: SerializationInfo) -> Any:
        """The values of an array of a document; what one of a file is, and where."""
        if isinstance(array, InlineArray):
            return array.tolist()
        graph = getattr(array, "graph", None)
        if graph is not None:
            return describe(graph, array)
        place = getattr(array, "place", None)
        said = {"dtype": dtype_name(array.dtype), "shape": list(array.shape or ())}
        return said if place is None else {"from": place, **said}


def _type_name(dtype: Any) -> str:
    name = str(getattr(dtype, "__name__", dtype)).removesuffix("_")
    return {"str": "text", "longdouble": "float128"}.get(name, name)


def array_type(ranges: Iterable[Range], schema: Schema, *, translated: bool) -> Any:
    """The annotation of a field for arrays of these ranges, one of which fits.

    Lists of numbers are given the right dtype where they have none of their own.
    """
    kinds: dict[tuple[str | None, tuple[Any, ...]], Any] = {}
    for one in ranges:
        dtypes = numpy_types(one.name, schema, translated=translated)
        for shape in _expressions(one.shape or Axes()):
            elements: Any = dtypes[0] if len(dtypes) == 1 else dtypes or Any
            kinds[shape, dtypes] = _NDARRAY[Any if shape is None else _SHAPE[shape], elements]
    wanted = frozenset(dtype for _, dtypes in kinds for dtype in dtypes)
    return Annotated[reduce(or_, kinds.values()), BeforeValidator(_Arrays(wanted))]


class _Arrays:
    """Makes arrays of lists, and leaves arrays as they are."""

    def __init__(self, dtypes: frozenset[Any]) -> None:
        self.dtypes = dtypes

    def __call__(self, value: Any) -> Any:
        import numpy

        if isinstance(value, list | tuple):
            try:
                return self._fitting(InlineArray(value))
            except UsageError as problem:
                raise PydanticCustomError(
                    "array", "{reason}", {"reason": problem.diagnostic.message}
                ) from problem
        if isinstance(value, numpy.ndarray | ArrayBase):
            return value
        if hasattr(value, "shape") and hasattr(value, "dtype"):
            return value
        array = getattr(value, "__array__", None)
        if array is None:
            raise PydanticCustomError(
                "array", "a {kind} is no array", {"kind": type(value).__name__}
            )
        return array()

    def _fitting(self, array: InlineArray) -> InlineArray:
        """Numbers as a list writes them, in the widest right dtype that holds them exactly."""
        import numpy

        values = numpy.asarray(array)
        if values.dtype.kind not in "iuf" or values.dtype.type in self.dtypes:
            return array
        numeric = [dtype for dtype in map(numpy.dtype, self.dtypes) if dtype.kind in "iuf"]
        for dtype in sorted(numeric, key=lambda one: one.itemsize, reverse=True):
            if dtype.kind == "u" and (values < 0).any():
                continue
            with numpy.errstate(invalid="ignore"):
                cast = values.astype(dtype)
                if numpy.array_equal(cast.astype(values.dtype), values):
                    return InlineArray(cast)
        return array


def _expressions(shape: Axes) -> Iterator[Any]:
    """Shapes as numpydantic takes them: a type for each axis; None for any shape."""
    if shape.dimensions:
        yield tuple(map(_dimension, shape.dimensions))
        return
    least, most = shape.minimum, shape.maximum
    if most is None:
        yield (*[int] * least, *_REPEAT) if least else None
        return
    for number in range(max(least or 1, 1), most + 1):
        yield (int,) * number


def _dimension(axis: Dimension) -> Any:
    """The type of an axis: its length or its bounds, and its name."""
    size: Any = int
    if axis.minimum is not None and axis.minimum == axis.maximum:
        size = Literal[axis.minimum]
    elif axis.minimum is not None or axis.maximum is not None:
        size = Annotated[int, Interval(ge=axis.minimum, le=axis.maximum)]
    return size if axis.alias is None else Annotated[size, alias(axis.alias)]


def _axis_words(axis: Any) -> str:
    """An axis as an error says it: `3`, `*`, `2-4`, `* num_times`; `...` for any further ones."""
    if get_origin(axis) is Annotated:
        size, *notes = get_args(axis)
        words = _axis_words(size)
        for note in notes:
            if isinstance(note, Interval):
                words = "-".join("*" if one is None else str(one) for one in (note.ge, note.le))
            else:
                words += f" {note}"
        return words
    if get_origin(axis) is Literal:
        return " or ".join(map(str, get_args(axis)))
    return "*" if axis is int else "..."
