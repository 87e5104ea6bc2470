"""Shapes: how many axes an array may have, and how long each may be.

Takes: the shape of a range, and that of a value.
Gives: `fits`, `ranks`, and `words` for messages.
Implements: `specs/linkdata-1.0.md`, section "Validation", VAL-10.
"""

from __future__ import annotations

from collections.abc import Iterable

from linkdata.schema.model import Dimension, Shape


def fits(shape: tuple[int, ...], wanted: Shape | None) -> bool:
    """Whether an array of a shape is one that is wanted; None wants a single value."""
    if wanted is None:
        return shape == ()
    if not has_rank(len(shape), wanted):
        return False
    lengths = zip(shape, wanted.dimensions or (), strict=False)
    return all(_long_enough(length, dimension) for length, dimension in lengths)


def has_rank(rank: int, wanted: Shape | None) -> bool:
    """Whether a shape may have this number of axes."""
    if wanted is None:
        return rank == 0
    if wanted.dimensions is not None and wanted.minimum is None and wanted.maximum is None:
        return rank == len(wanted.dimensions)
    return rank >= (wanted.minimum or 1) and (wanted.maximum is None or rank <= wanted.maximum)


def words(wanted: Iterable[Shape | None]) -> str:
    """What is wanted, for a message: `an array [num_times, 3], or a single value`."""
    return ", or ".join(dict.fromkeys(_word(one) for one in wanted))


def shape_word(shape: tuple[int, ...]) -> str:
    """The shape of a value, for a message."""
    if not shape:
        return "a single value"
    return f"an array [{', '.join(map(str, shape))}]"


def _word(wanted: Shape | None) -> str:
    if wanted is None:
        return "a single value"
    if wanted.dimensions is not None:
        return f"an array [{', '.join(map(_axis, wanted.dimensions))}]"
    if wanted.minimum == wanted.maximum and wanted.minimum is not None:
        return f"an array with {_axes(wanted.minimum)}"
    if wanted.maximum is None:
        return f"an array with {_axes(wanted.minimum or 1)} or more"
    return f"an array with {wanted.minimum or 1} to {_axes(wanted.maximum)}"


def _axes(count: int) -> str:
    return "1 axis" if count == 1 else f"{count} axes"


def _axis(dimension: Dimension) -> str:
    least, most = dimension.minimum, dimension.maximum
    name = dimension.alias or "*"
    if least is None and most is None:
        return name
    if least == most:
        return str(least) if dimension.alias is None else f"{name}: {least}"
    return f"{name}: {least or 0}..{'' if most is None else most}"


def _long_enough(length: int, dimension: Dimension) -> bool:
    least, most = dimension.minimum, dimension.maximum
    return (least is None or length >= least) and (most is None or length <= most)
