"""Picking elements, wherever they are: in a list, a numpy array, or an array of a file.

Takes: values along one axis, and an index.
Gives: `picked`, the elements; `positions`, the rows that an index means; and lists that grow.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from typing import Any

from linkdata.arrays.inline import rectangular
from linkdata.errors import PositionError, UsageError, error


def picked(values: Any, index: Any) -> Any:
    """The elements at an index: one, or several as a list or an array, as the values are kept.

    Raises `PositionError` for a position that there is not.
    """
    if not isinstance(values, list):
        try:
            return values[index]
        except IndexError as problem:
            if isinstance(problem, UsageError):
                raise
            raise PositionError(error("usage", str(problem))) from problem
    if isinstance(index, slice):
        return values[index]
    if is_position(index):
        return values[position(index, len(values))]
    if isinstance(index, tuple) and index:
        inner = picked(values, index[0])
        rest = index[1:] if len(index) > 2 else index[1:][0] if index[1:] else slice(None)
        return inner[rest]
    return [values[at] for at in positions(index, len(values))]


def is_position(index: Any) -> bool:
    """Whether an index is one position: an integer, of Python or numpy, and no boolean."""
    if isinstance(index, bool) or getattr(index, "shape", ()) != ():
        return False
    return isinstance(index, int) or getattr(getattr(index, "dtype", None), "kind", "") in (
        "i",
        "u",
    )


def position(index: Any, length: int) -> int:
    """A position counted from 0. Raises `PositionError` where there is none such."""
    at = int(index)
    if not -length <= at < length:
        raise PositionError(
            error("usage", f"there is no position {at}: the length is {length}")
        )  # fmt: skip
    return at % length if length else at


def positions(index: Any, length: int) -> list[int]:
    """The positions that a slice, a list, an array or a mask means, counted from 0.

    Raises `PositionError` where there is none such, or where a mask has another length;
    `UsageError` for what is no index.
    """
    if isinstance(index, slice):
        return list(range(*index.indices(length)))
    found = index.tolist() if hasattr(index, "tolist") else index
    if not isinstance(found, list | tuple | range):
        raise UsageError(error("usage", f"{index!r} is no index of rows"))
    if any(isinstance(at, bool) for at in found):
        if len(found) != length:
            reason = f"a mask of {len(found)} for a length of {length}"
            raise PositionError(error("usage", reason))
        return [at for at, wanted in enumerate(found) if wanted]
    if not all(is_position(at) for at in found):
        raise UsageError(error("usage", f"{index!r} is no index of rows"))
    return [position(at, length) for at in found]


def length_of(values: Any) -> int:
    """How many elements there are along the first axis."""
    return len(values) if getattr(values, "shape", True) else 0


def shape_of(values: Any) -> tuple[int, ...]:
    """The lengths of the axes; of ragged lists the first one alone."""
    if not isinstance(values, list):
        return tuple(values.shape or ())
    return rectangular(values) or (len(values),)


def grown(values: Any, more: list[Any]) -> Any:
    """Values with more at their end: a list is the same one, an array a new one."""
    if isinstance(values, list):
        values.extend(more)
        return values
    import numpy

    if not more:
        return values
    added = numpy.asarray(more)
    if values.dtype.kind in "OSU" or added.dtype.kind in "OSU":
        boxed = numpy.empty(len(more), dtype=object)
        boxed[:] = more
        added = boxed
    if not len(values):
        return added
    return numpy.concatenate([values, added])
