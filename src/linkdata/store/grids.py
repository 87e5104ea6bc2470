"""Grids: how an array is cut into chunks.

Takes: the shape of an array, and the shape of its chunks where a file says it.
Gives: `slab`, the chunk shape of an array that has none; `counts`, `extent` and `origin` of a grid.
Implements: `specs/linkdata-1.0.md`, section "Manifests".

Chunks are counted in C order of the grid, from 0. A scalar is one chunk; an array with an axis of
length 0 has none.
"""

from __future__ import annotations

from math import prod

SLAB = 1 << 20
"""How many bytes a chunk has at most where an array is not chunked yet, unless a row has more."""

Shape = tuple[int, ...]


def slab(shape: Shape, nominal: int) -> Shape:
    """The largest chunk of at most `SLAB` bytes that lies in one piece, in C order.

    `nominal` is the size of an element. The last axes are kept whole as far as they fit.
    """
    room = max(1, SLAB // nominal)
    grid = []
    for length in reversed(shape):
        taken = max(1, min(length, room))
        grid.append(taken)
        room = room // taken if taken == length else 1
    return tuple(reversed(grid))


def counts(shape: Shape, grid: Shape) -> Shape:
    """How many chunks there are along each axis."""
    return tuple(-(-length // step) for length, step in zip(shape, grid, strict=True))


def number_of_chunks(shape: Shape, grid: Shape) -> int:
    """How many chunks there are."""
    return prod(counts(shape, grid))


def position(index: int, counted: Shape) -> Shape:
    """Where in the grid the chunk of this number is."""
    found = []
    for count in reversed(counted):
        index, at = divmod(index, count)
        found.append(at)
    return tuple(reversed(found))


def extent(at: Shape, shape: Shape, grid: Shape) -> Shape:
    """The shape of the chunk at a position of the grid: less than the grid's at the edge."""
    return tuple(
        min(step, length - here * step) for here, length, step in zip(at, shape, grid, strict=True)
    )


def region(at: Shape, shape: Shape, grid: Shape) -> tuple[slice, ...]:
    """What of the array the chunk at a position of the grid holds."""
    return tuple(
        slice(here * step, min(length, (here + 1) * step))
        for here, length, step in zip(at, shape, grid, strict=True)
    )
