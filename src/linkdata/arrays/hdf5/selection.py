"""Indices: from what stands in the brackets to blocks that HDF5 can read.

Takes: a numpy index and the shape it applies to.
Gives: `Plan`: for each axis the stretches to read, and the index that numpy applies to what was
read, so that the result is numpy's own for every index it has.

HDF5 reads blocks, forwards, and is slow at scattered positions. So a list of positions is read as
the stretches around them, neighbours joined, and picked from in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy

from linkdata.arrays.protocols import Index
from linkdata.errors import PositionError, error

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Positions nearer than this are read with what lies between them.
_NEAR = 64


@dataclass(frozen=True, slots=True)
class Stretch:
    """`count` positions of one axis, from `start`, each `step` (positive) after the last."""

    start: int
    count: int
    step: int = 1


class Plan(NamedTuple):
    """What to read, and what to do with it.

    `axes` has the stretches of each axis; at most one axis has more than one of them. `pick` is
    the numpy index for the block that they make up together.
    """

    axes: tuple[tuple[Stretch, ...], ...]
    pick: tuple[Any, ...]

    @property
    def is_block(self) -> bool:
        """Whether reading gives all that was asked for and nothing else (perhaps backwards)."""
        return not any(isinstance(part, numpy.ndarray) for part in self.pick)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the block."""
        return tuple(sum(stretch.count for stretch in axis) for axis in self.axes)


def plan(index: Index, shape: tuple[int, ...], chunks: tuple[int, ...] | None = None) -> Plan:
    """Work out how to read `index` of an array of this shape, stored in chunks of that shape.

    Raises `PositionError` (`usage`) for an index that the array does not have.
    """
    parts = _expanded(index, shape)
    axes: list[tuple[Stretch, ...]] = []
    pick: list[Any] = []
    order: slice | int
    for axis, (part, length) in enumerate(zip(parts, shape, strict=True)):
        if isinstance(part, slice):
            stretch, backwards = _slice(part, length)
            order = slice(None, None, -1) if backwards else slice(None)
        elif isinstance(part, int):
            stretch, order = Stretch(_position(part, length, axis), 1), 0
        else:
            positions = _positions(part, length, axis)
            split = all(len(earlier) == 1 for earlier in axes)
            near = max(_NEAR, chunks[axis] if chunks else 0) if split else length
            stretches = _stretches(positions, near)
            axes.append(stretches)
            pick.append(_found(positions, stretches))
            continue
        axes.append((stretch,))
        pick.append(order)
    _check_pairs(pick)
    return Plan(tuple(axes), tuple(pick))


def _expanded(index: Index, shape: tuple[int, ...]) -> list[Any]:
    """One part for each axis: an int, a slice, or an integer array."""
    given = [_part(part) for part in (index if isinstance(index, tuple) else (index,))]
    wanted = sum(_axes(part) for part in given)
    if wanted > len(shape):
        raise _refused(f"{wanted} indices for an array of {len(shape)} axes")
    rest = [slice(None)] * (len(shape) - wanted)
    ellipses = [at for at, part in enumerate(given) if part is Ellipsis]
    if len(ellipses) > 1:
        raise _refused("an index has at most one `...`")
    at = ellipses[0] if ellipses else len(given)
    parts: list[Any] = []
    for part in (*given[:at], *rest, *given[at + 1 :]):
        if isinstance(part, numpy.ndarray) and part.dtype == bool:
            expected = shape[len(parts) : len(parts) + part.ndim]
            if part.shape != expected:
                raise _refused(f"a mask of shape {part.shape} over axes of shape {expected}")
            parts.extend(part.nonzero())
        else:
            parts.append(part)
    return parts


def _axes(part: Any) -> int:
    """How many axes of the array a part is for."""
    if part is Ellipsis:
        return 0
    return part.ndim if isinstance(part, numpy.ndarray) and part.dtype == bool else 1


def _part(part: Any) -> Any:
    """A part as given: an int, a slice, `...`, an integer array or a mask."""
    if part is Ellipsis or isinstance(part, slice):
        return part
    if part is None:
        raise _refused("an index cannot add axes (None); reshape what was read")
    try:
        array = numpy.asarray(part)
    except (TypeError, ValueError) as problem:
        raise _refused(f"not an index: {problem}") from problem
    if array.dtype == bool and array.ndim:
        return array
    if array.size == 0 and array.dtype == float:  # what numpy makes of []
        array = array.astype(int)
    if array.dtype.kind not in "iu":
        raise _refused(f"not an index: {part!r}")
    return array if array.ndim else int(array)


def _slice(part: slice, length: int) -> tuple[Stretch, bool]:
    """The stretch of a slice, and whether it is to be turned round."""
    try:
        positions = range(*part.indices(length))
    except (TypeError, ValueError) as problem:
        raise _refused(str(problem)) from problem
    backwards = positions.step < 0
    if backwards:
        positions = positions[::-1]
    start = positions.start if positions else 0
    step = positions.step if len(positions) > 1 else 1
    return Stretch(start, len(positions), step), backwards


def _position(position: int, length: int, axis: int) -> int:
    if not -length <= position < length:
        raise _refused(f"position {position} of axis {axis}, which has {length}")
    return position % length


def _positions(given: NDArray[Any], length: int, axis: int) -> NDArray[numpy.int64]:
    if given.size and not (-length <= int(given.min()) and int(given.max()) < length):
        worst = int(given.min()) if int(given.min()) < -length else int(given.max())
        raise _refused(f"position {worst} of axis {axis}, which has {length}")
    positions = given.astype(numpy.int64)
    positions[positions < 0] += length
    return positions


def _stretches(positions: NDArray[numpy.int64], near: int) -> tuple[Stretch, ...]:
    """The stretches that cover the positions; those nearer than `near` share one."""
    ordered = numpy.unique(positions)
    if not ordered.size:
        return (Stretch(0, 0),)
    breaks = numpy.flatnonzero(numpy.diff(ordered) > near) + 1
    return tuple(
        Stretch(int(group[0]), int(group[-1] - group[0]) + 1)
        for group in numpy.split(ordered, breaks)
    )


def _found(positions: NDArray[numpy.int64], stretches: tuple[Stretch, ...]) -> NDArray[Any]:
    """Where each position is in what the stretches read."""
    starts = numpy.array([stretch.start for stretch in stretches])
    counts = numpy.array([stretch.count for stretch in stretches])
    which = numpy.searchsorted(starts, positions, side="right") - 1
    before = numpy.cumsum(counts) - counts
    found: NDArray[Any] = positions - starts[which] + before[which]
    return found


def _check_pairs(pick: list[Any]) -> None:
    try:
        numpy.broadcast_shapes(*(part.shape for part in pick if isinstance(part, numpy.ndarray)))
    except ValueError as problem:
        raise _refused(f"the lists of an index differ in length: {problem}") from problem


def _refused(reason: str) -> PositionError:
    return PositionError(error("usage", reason))
