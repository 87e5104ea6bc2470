"""Assembling: the values at an index, out of the chunks that it touches.

Takes: a plan of what to read, and what gives the values of a chunk.
Gives: `assembled`, the block of the plan; `over`, which does work for several chunks at a time.
Implements: `specs/linkdata-1.0.md`, section "Reading chunks".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from linkdata.arrays.hdf5.selection import Plan, Stretch
from linkdata.store.grids import Shape, counts
from linkdata.store.parallel import cores, each

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

_Slices: TypeAlias = tuple[slice, ...]


def assembled(
    planned: Plan,
    shape: Shape,
    grid: Shape,
    dtype: numpy.dtype[Any],
    values: Callable[[int], NDArray[Any]],
) -> NDArray[Any]:
    """The block of a plan, of an array of this shape that is cut by this grid.

    `values` gives the elements of a chunk by its number; several threads may call it.
    """
    import numpy

    block = numpy.empty(planned.shape, dtype)
    touched: dict[int, list[tuple[_Slices, _Slices]]] = {}
    for index, here, there in _pieces(planned, shape, grid):
        touched.setdefault(index, []).append((here, there))

    def take(index: int) -> None:
        found = values(index)
        for here, there in touched[index]:
            block[here] = found[there]

    over(take, touched)
    return block


def over(work: Callable[[int], object], indices: Collection[int]) -> None:
    """Do work for each chunk, several at a time where there are several."""
    for _ in each(work, indices, min(cores(), len(indices))):
        pass


def _pieces(planned: Plan, shape: Shape, grid: Shape) -> Iterator[tuple[int, _Slices, _Slices]]:
    """Which chunks a plan touches: the number, where in the block it goes, what of the chunk."""
    counted = counts(shape, grid)
    axes = [
        list(_cuts(stretches, step)) for stretches, step in zip(planned.axes, grid, strict=True)
    ]
    strides = [prod(counted[axis + 1 :]) for axis in range(len(counted))]
    for cuts in product(*axes):
        index = sum(cut.at * stride for cut, stride in zip(cuts, strides, strict=True))
        yield index, tuple(cut.here for cut in cuts), tuple(cut.there for cut in cuts)


class _Cut(NamedTuple):
    """What of a stretch lies in one chunk of its axis."""

    at: int
    here: slice
    there: slice


def _cuts(stretches: Sequence[Stretch], step: int) -> Iterator[_Cut]:
    before = 0
    for stretch in stretches:
        taken = 0
        while taken < stretch.count:
            first = stretch.start + taken * stretch.step
            at, inside = divmod(first, step)
            count = min(stretch.count - taken, (step - inside - 1) // stretch.step + 1)
            stop = inside + (count - 1) * stretch.step + 1
            here = slice(before + taken, before + taken + count)
            yield _Cut(at, here, slice(inside, stop, stretch.step))
            taken += count
        before += stretch.count
