"""`dims` and `shape` as LinkML arrays.

Takes: a place with a dtype: an attribute, a dataset, or a field of a compound.
Gives: `array_of`: the part of a slot that says what array it holds: nothing for a scalar, `array`
for one shape, `any_of` with an `array` each for alternatives.
Errors: none.
Source: HDMF specification language, sections "dims" and "shape".
"""

from __future__ import annotations

from typing import Any

from linkdata.schema.language import names
from linkdata.schema.language.catalog import Place

# Columns and row numbers of a table: arrays also where no shape is written.
COLUMNS = ("VectorData", "ElementIdentifiers")


def array_of(place: Place, target: str) -> dict[str, Any]:
    """What array a slot holds whose values have the range `target`."""
    for step in place.lineage:
        shape, dims = getattr(step.spec, "shape", None), getattr(step.spec, "dims", None)
        if shape is None and dims is None:
            continue
        options = alternatives(shape, dims)
        if step is not place and step.owner is None and _free(options):
            return {"array": _ranks(options)}
        arrays = [_array(axes) for axes in options]
        if len(arrays) == 1:
            return {"array": arrays[0]}
        return {"any_of": [{"range": target, "array": array} for array in arrays]} if arrays else {}
    if any(getattr(step.spec, "type_def", None) in COLUMNS for step in place.lineage):
        return {"array": {"minimum_number_dimensions": 1, "maximum_number_dimensions": False}}
    return {}


def alternatives(shape: Any, dims: Any) -> list[list[tuple[Any, int | None]]]:
    """The alternatives of an array, each a list of axes: a name and a length, or None."""
    if shape == "scalar":
        return []
    lengths, labels = _nested(shape), _nested(dims)
    found = []
    for number in range(max(len(lengths), len(labels))):
        length = lengths[number] if number < len(lengths) else ()
        label = labels[number] if number < len(labels) else ()
        if lengths and number >= len(lengths):
            break
        rank = len(length) or len(label)
        found.append(
            [
                (
                    label[axis] if axis < len(label) else None,
                    length[axis] if axis < len(length) else None,
                )
                for axis in range(rank)
            ]
        )
    return found


def _nested(listed: Any) -> list[tuple[Any, ...]]:
    if not listed:
        return []
    if not any(isinstance(part, tuple) for part in listed):
        return [tuple(listed)]
    return [part if isinstance(part, tuple) else (part,) for part in listed]


def _free(options: list[list[tuple[Any, int | None]]]) -> bool:
    """Whether the alternatives say no more than how many axes there are."""
    ranks = [len(axes) for axes in options]
    lengths = [length for axes in options for _, length in axes]
    return bool(ranks) and not any(lengths) and ranks == list(range(ranks[0], ranks[-1] + 1))


def _ranks(options: list[list[tuple[Any, int | None]]]) -> dict[str, Any]:
    least, most = len(options[0]), len(options[-1])
    if least == most:
        return {"exact_number_dimensions": least}
    return {"minimum_number_dimensions": least, "maximum_number_dimensions": most}


def _array(axes: list[tuple[Any, int | None]]) -> dict[str, Any]:
    if not any(label is not None or length is not None for label, length in axes):
        return {"exact_number_dimensions": len(axes)}
    return {"dimensions": [_dimension(number, *axis) for number, axis in enumerate(axes)]}


def _dimension(number: int, label: Any, length: int | None) -> dict[str, Any]:
    # LinkML allows no empty dimension, so that one of any length has to have a name.
    found: dict[str, Any] = {"exact_cardinality": length} if length is not None else {}
    if label is None and found:
        return found
    return {"alias": f"dim{number}" if label is None else names.alias(label)} | found
