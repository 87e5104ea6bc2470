"""Columns of integers, read in blocks: whether they repeat, fall, or go out of a range.

Takes: an array or a list of integers.
Gives: `first_duplicate`, `index_faults`, `out_of_range`.
Implements: `specs/linkdata-1.0.md`, section "Validation", VAL-16 to VAL-18.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from linkdata.errors import Severity
from linkdata.schema.validation.looks import leaves

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

_BLOCK = 1 << 16
#: Beyond this, numbers that are not in order are not searched for duplicates.
_MAX_UNORDERED = 1 << 24
#: How many positions of one column are told.
_MAX_TOLD = 10


class Fault(NamedTuple):
    """What is wrong with an index, where, and how bad it is."""

    message: str
    path: tuple[int, ...] = ()
    severity: Severity = Severity.ERROR


def first_duplicate(values: Any) -> tuple[int, int] | None:
    """The position and the number of the first that came before; None if all differ."""
    import numpy

    last: int | None = None
    for _, block in _blocks(values):
        falls = bool((numpy.diff(block) <= 0).any())
        if falls or (last is not None and len(block) and int(block[0]) <= last):
            break
        last = int(block[-1]) if len(block) else last
    else:
        return None  # in order, so that all differ
    if len(values) > _MAX_UNORDERED:
        return None
    everything = numpy.concatenate([block for _, block in _blocks(values)])
    _, firsts = numpy.unique(everything, return_index=True)
    if len(firsts) == len(everything):
        return None
    is_first = numpy.zeros(len(everything), bool)
    is_first[firsts] = True
    position = int(numpy.argmin(is_first))
    return position, int(everything[position])


def index_faults(values: Any, length: int | None) -> Iterator[Fault]:
    """What is wrong with the ends of rows in a column of `length` elements."""
    import numpy

    last = 0
    for start, block in _blocks(values):
        steps = numpy.diff(block, prepend=block.dtype.type(last)) if len(block) else block
        falling = numpy.flatnonzero(steps < 0)
        if len(falling):
            at = int(falling[0])
            before = int(block[at - 1]) if at else last
            yield Fault(f"the index falls from {before} to {int(block[at])}", (start + at,))
            return
        beyond = numpy.flatnonzero(block > length) if length is not None else block[:0]
        if len(beyond):
            at = int(beyond[0])
            message = f"the index goes to {int(block[at])}, and the column has {length} elements"
            yield Fault(message, (start + at,))
            return
        last = int(block[-1]) if len(block) else last
    if length is not None and last < length:
        message = f"the index ends at {last}, and the column has {length} elements"
        yield Fault(message, (), Severity.WARNING)


def out_of_range(values: Any, count: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """Numbers that are no rows of a table of `count` rows, with where they stand."""
    import numpy

    told = 0
    if isinstance(values, list):  # ragged
        bad = (
            (path, value)
            for path, value in leaves(values)
            if isinstance(value, int) and not 0 <= value < count
        )
        for path, value in bad:
            yield path, value
            told += 1
            if told == _MAX_TOLD:
                return
        return
    for start, block in _blocks(values):
        for at in numpy.flatnonzero((block < 0) | (block >= count)).tolist():
            yield (start + at,), int(block[at])
            told += 1
            if told == _MAX_TOLD:
                return


def _blocks(values: Any) -> Iterator[tuple[int, NDArray[numpy.int64]]]:
    """The values of an array of integers with one axis, in blocks; of anything else nothing."""
    import numpy

    is_column = hasattr(values, "shape") and len(values.shape or ()) == 1
    if not is_column or values.dtype.kind not in "iu":
        return
    for start in range(0, len(values), _BLOCK):
        block = numpy.asarray(values[start : start + _BLOCK])
        yield start, block.astype(numpy.int64)
