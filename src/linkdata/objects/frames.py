"""Data frames: what pandas and polars show of tables.

Takes: values by row, by the names of columns.
Gives: data frames. The one module that imports pandas or polars.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".

A column of texts is a column of `str`, one of a fixed set is categorical, objects are objects, and
a cell of several values is an array or a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from linkdata.errors import UsageError, error

if TYPE_CHECKING:
    from linkdata.objects.access import Object


def pandas() -> Any:
    """The library. Raises `UsageError` when it is missing."""
    return _library("pandas", "tables")


def _library(name: str, extra: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError:
        hint = f"pip install 'linkdata[{extra}]'"
        raise UsageError(error("usage", f"{name} is not installed", hint=hint)) from None


def data_frame(ids: Any, columns: Mapping[str, Any], index_name: str = "id") -> Any:
    """A `pandas.DataFrame` of columns, each a sequence of as many cells as there are ids."""
    library = pandas()
    index = library.Index(ids, name=index_name)
    if index.dtype.kind in "iu":
        index = index.astype("int64")
    cells = {name: _cells(values) for name, values in columns.items()}
    return library.DataFrame(cells, index=index)


def single_row(identifier: Any, columns: Mapping[str, Any], index_name: str = "id") -> Any:
    """A data frame of one row; its cells are the values, whatever they are."""
    return data_frame([identifier], {name: [value] for name, value in columns.items()}, index_name)


def _cells(values: Any) -> Any:
    """Cells as pandas takes them without looking into them."""
    if isinstance(values, pandas().DataFrame):
        return _boxed([values.iloc[[at]] for at in range(len(values))])
    if getattr(values, "ndim", 1) > 1:
        return _boxed(list(values))
    if isinstance(values, list) and any(_is_nested(value) for value in values):
        return _boxed(values)
    return values


def _is_nested(value: Any) -> bool:
    return not isinstance(value, str | bytes) and hasattr(value, "__len__")


def _boxed(values: Sequence[Any]) -> Any:
    import numpy

    cells = numpy.empty(len(values), dtype=object)
    for at, value in enumerate(values):
        cells[at] = value
    return cells


def categorical(values: Any, elements: Any) -> Any:
    """Values out of a fixed set, as pandas keeps them."""
    import numpy

    unique = list(dict.fromkeys(numpy.asarray(elements).tolist()))
    return pandas().Categorical(values, categories=unique)


def series(column: Any) -> Any:
    """A column as a `pandas.Series`."""
    return pandas().Series(_cells(column.get(slice(None))), name=column.name)


def side_by_side(frames: Mapping[str, Any]) -> Any:
    """Data frames of the same rows beside each other, their columns below their names."""
    return pandas().concat(list(frames.values()), axis=1, keys=list(frames))


def from_fields(found: Object) -> Any:
    """The fields of an object that are arrays of one length, as a data frame.

    Raises `UsageError` where there are none, or where their lengths differ.
    """
    columns: dict[str, Any] = {}
    for key in found.entity.keys():  # noqa: SIM118 - no mapping
        value = found[key]
        if isinstance(value, list) or getattr(value, "shape", None):
            columns[key] = value if isinstance(value, list) else value[...]
    lengths = {key: len(value) for key, value in columns.items()}
    if len(set(lengths.values())) != 1:
        told = ", ".join(f"`{key}` has {length}" for key, length in lengths.items())
        raise UsageError(
            error("usage", "the fields are no columns of one table: " + (told or "none is a list"),
                  found.entity.span)
        )  # fmt: skip
    return data_frame(range(next(iter(lengths.values()))), columns, "row")


def to_polars(frame: Any) -> Any:
    """A data frame of pandas as one of polars: cells of several values are lists, objects texts.

    Raises `UsageError` when polars is missing.
    """
    library = _library("polars", "polars")
    flat = frame.reset_index()
    columns = {}
    for name in flat.columns:
        label = ".".join(map(str, name)) if isinstance(name, tuple) else str(name)
        columns[label] = library.Series(label, [_plain(cell) for cell in flat[name]])
    return library.DataFrame(columns)


def _plain(cell: Any) -> Any:
    """A cell as polars can hold it."""
    if hasattr(cell, "entity"):
        return cell.entity.iri
    if hasattr(cell, "to_dict") and hasattr(cell, "iloc"):
        return [{key: _plain(one) for key, one in row.items()} for row in cell.to_dict("records")]
    if isinstance(cell, list | tuple):
        return [_plain(one) for one in cell]
    return _plain(cell.tolist()) if hasattr(cell, "tolist") else cell
