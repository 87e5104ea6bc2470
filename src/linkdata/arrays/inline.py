"""Arrays written out in a document.

Takes: (nested) lists of numbers, booleans and strings.
Gives: `InlineArray`, and `rectangular`, which says whether nested lists have a shape.
Implements: `specs/linkdata-1.0.md`, section "Arrays".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from linkdata.arrays.base import ArrayBase
from linkdata.arrays.protocols import Index
from linkdata.errors import PositionError, UsageError, error

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

_INT64 = range(-(2**63), 2**63)
_UINT64 = range(2**64)
#: Axes that an array may have: as many as in HDF5; numpy has no fewer.
MAX_AXES = 32


def rectangular(values: Sequence[Any]) -> tuple[int, ...] | None:
    """The shape of nested lists, or `None` where lists of one depth differ in length or kind, or
    are deeper than an array has axes.

    Lists and tuples nest; everything else, a string too, is an element. `[]` has shape `(0,)`,
    `[[], []]` has `(2, 0)`.
    """
    shape: list[int] = []
    level: list[Any] = [values]
    while True:
        nested = sum(isinstance(value, list | tuple) for value in level)
        if not nested:
            return tuple(shape)
        lengths = {len(value) for value in level} if nested == len(level) else set()
        if len(lengths) != 1 or len(shape) == MAX_AXES:
            return None
        shape.append(lengths.pop())
        level = [element for value in level for element in value]
        if not level:
            return tuple(shape)


class InlineArray(ArrayBase):
    """An array in memory. Indexing, a scalar's `[()]` apart, is numpy's."""

    __slots__ = ("_values",)

    def __init__(self, values: Any, dtype: Any = None) -> None:
        """Take a number, boolean, string, a rectangular nested list of these, or a numpy array.

        Without a `dtype` it is worked out: bool, int64 (uint64, object for larger numbers), float64
        where any number is a float, complex128; object for strings, `None` and mixtures.

        Raises `UsageError` (`usage`): not rectangular, or not of the dtype.
        """
        import numpy

        if isinstance(values, numpy.ndarray | numpy.generic):
            array = numpy.asarray(values, dtype=dtype)
        else:
            shape = rectangular(values) if isinstance(values, list | tuple) else ()
            if shape is None:
                raise UsageError(
                    error("usage", "the lists of an array differ in length or depth, or are too "
                          f"deep: it has at most {MAX_AXES} axes")
                )  # fmt: skip
            elements = _flat(values, len(shape))
            array = numpy.empty(len(elements), dtype=dtype or _dtype(elements))
            try:
                array[:] = elements
            except (TypeError, ValueError, OverflowError) as problem:
                reason = f"the values are not of dtype {array.dtype}: {problem}"
                raise UsageError(error("usage", reason)) from problem
            array = array.reshape(shape)
        self._values: NDArray[Any] = array

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes; `()` for a scalar."""
        return self._values.shape

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """The numpy dtype; object for strings."""
        return self._values.dtype

    @property
    def value(self) -> InlineArray:
        """The array itself: what a document writes as `value`."""
        return self

    def __getitem__(self, index: Index, /) -> Any:
        if index == () and not self._values.shape:
            return self.tolist()
        try:
            return self._values[index]
        except (IndexError, TypeError, ValueError) as problem:
            raise PositionError(error("usage", f"{problem}")) from problem

    def tolist(self) -> Any:
        """The values as nested lists of Python scalars; of a scalar, the scalar."""
        return self._values.tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        import numpy

        # `copy=False` is numpy's to refuse, where it cannot be done.
        if copy is None:
            return numpy.asarray(self._values, dtype=dtype)
        return numpy.array(self._values, dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        import numpy

        shown = numpy.array2string(self._values, threshold=6, edgeitems=2, separator=", ")
        return f"InlineArray({' '.join(shown.split())}, shape={self.shape}, dtype={self.dtype})"


def _flat(values: Any, depth: int) -> list[Any]:
    flat = [values]
    for _ in range(depth):
        flat = [element for value in flat for element in value]
    return flat


def _dtype(elements: list[Any]) -> str:
    """The narrowest of the usual dtypes that holds every element without loss."""
    kinds = {type(element) for element in elements}
    if kinds == {bool}:
        return "bool"
    numbers = kinds <= {int, float, complex} and bool(kinds)
    whole = [element for element in elements if type(element) is int]
    if kinds == {int}:
        low, high = min(whole), max(whole)
        if low in _INT64 and high in _INT64:
            return "int64"
        return "uint64" if low in _UINT64 and high in _UINT64 else "object"
    # An integer that a double cannot hold keeps its digits: better an object than a lost number.
    if numbers and all(_is_exact(element) for element in whole):
        return "complex128" if complex in kinds else "float64"
    return "object" if elements else "float64"


def _is_exact(number: int) -> bool:
    try:
        return int(float(number)) == number
    except OverflowError:
        return False
