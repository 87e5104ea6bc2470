"""One session of a collection: what a summary says of it, and its tables as data frames.

Takes: a dataset.
Gives: `FIELDS`, what can be summed up, each for itself; `summary`; `table`, one table.
Implements: `specs/linkdata-1.0.md`, section "Collections".

Each field is read for itself, so that a filter by one of them reads no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from linkdata.dataset.dataset import Dataset
from linkdata.errors import UsageError, error
from linkdata.graph.entity import Entity, Link, Value
from linkdata.objects.access import Object, wrap
from linkdata.objects.nwbfile import PLACES
from linkdata.objects.series import TimeSeries
from linkdata.objects.tables.direct import direct_frame
from linkdata.objects.tables.table import DynamicTable

#: How deep series stand in the groups of a file: in a module, in a container of series.
_LEVELS = 3
#: What holds series, and what is named as the contents of a session.
_GROUPS = {
    "acquisition": ("acquisition",),
    "stimulus": ("stimulus", "presentation"),
    "processing": ("processing",),
    "analysis": ("analysis",),
}
_CONTENTS = {**_GROUPS, "intervals": ("intervals",)}


def found(dataset: Dataset, path: Sequence[str]) -> Any:
    """What stands at a path below `data`, as a user sees it; None where there is nothing."""
    return wrap(_link(dataset, path))


def _link(dataset: Dataset, path: Sequence[str]) -> Value:
    document = dataset.graph.document
    value: Value = document.link("data") if "data" in document else None
    for step in path:
        if not isinstance(value, Link) or step not in value.target:
            return None
        value = value.target.link(step)
    return value


def _text(*path: str) -> Callable[[Dataset], Any]:
    return lambda dataset: found(dataset, path)


def _date(dataset: Dataset) -> Any:
    written = found(dataset, ("session_start_time",))
    try:
        return datetime.fromisoformat(written) if isinstance(written, str) else written
    except ValueError:
        return written


def _count(name: str) -> Callable[[Dataset], int]:
    def count(dataset: Dataset) -> int:
        table = found(dataset, PLACES.get(name, (name,)))
        return 0 if table is None else len(_as_table(table))

    return count


def _duration(dataset: Dataset) -> float | None:
    """The last time that the session has: of a sample, or at which an interval ends; in seconds."""
    ends: list[float] = []
    for path in _GROUPS.values():
        for series in _series(_link(dataset, path), _LEVELS):
            ends += _end_of_series(series)
    intervals = _link(dataset, ("intervals",))
    for table in _inner(intervals) if isinstance(intervals, Link) else ():
        if "stop_time" in table:
            ends += _last(DynamicTable.of(table)["stop_time"][:])
    return max(ends, default=None)


def _series(value: Value, levels: int) -> Iterator[TimeSeries]:
    """The series in a group, and in the groups in it. What has samples and times is a series:
    to ask the schema would take longer than to read them."""
    if not isinstance(value, Link) or not levels:
        return
    names = value.target.keys()
    if "data" in names and ("timestamps" in names or "starting_time" in names):
        yield TimeSeries.of(value.target)
    elif "colnames" not in names:
        for key in names:
            yield from _series(value.target.link(key), levels - 1)


def _inner(value: Link) -> Iterator[Entity]:
    """The objects in an object."""
    fields = (value.target.link(key) for key in value.target)
    return (field.target for field in fields if isinstance(field, Link))


def _end_of_series(series: TimeSeries) -> list[float]:
    length, rate = series.num_samples, series.rate
    if not length:
        return []
    if rate is None:
        return _last(series.times(slice(length - 1, length)))
    return [(series.starting_seconds or 0.0) + length / rate]


def _last(times: Any) -> list[float]:
    import numpy

    known = numpy.asarray(times, dtype="float64")
    known = known[numpy.isfinite(known)]
    return [float(known.max())] if known.size else []


def _contents(dataset: Dataset) -> str:
    """The names of what is recorded, analysed and listed, by where it stands."""
    parts: list[str] = []
    for name, path in _CONTENTS.items():
        value = _link(dataset, path)
        if isinstance(value, Link):
            group = value.target
            names = [key for key in group if isinstance(group.link(key), Link)]
            parts += [f"{name}: {', '.join(names)}"] if names else []
    if isinstance(_link(dataset, ("units",)), Link):
        parts.append("units")
    return "; ".join(parts)


#: What a summary has in its columns, in this order.
FIELDS: dict[str, Callable[[Dataset], Any]] = {
    "identifier": _text("identifier"),
    "date": _date,
    "subject": _text("general", "subject", "subject_id"),
    "species": _text("general", "subject", "species"),
    "sex": _text("general", "subject", "sex"),
    "duration": _duration,
    "trials": _count("trials"),
    "units": _count("units"),
    "contents": _contents,
}


def summary(dataset: Dataset) -> dict[str, Any]:
    """All fields of a session. Raises what reading them raises."""
    return {name: field(dataset) for name, field in FIELDS.items()}


def table(dataset: Dataset, name: str, columns: Sequence[str] | None) -> Any | None:
    """A table as a `pandas.DataFrame`, or None where the session has no such table.

    `name` is a reference, or the name by which a file has it (`trials`, `units`, `electrodes`), or
    the path below `data` (`processing.behavior.licks`). Raises `UsageError` for what is no table,
    `FieldError` for a column that there is not.
    """
    if name.startswith("#") or ":" in name:
        value = dataset[name]
    else:
        value = found(dataset, PLACES.get(name, tuple(name.split("."))))
    if value is None:
        return None
    rows = _as_table(value)
    frame = direct_frame(rows, columns)
    if frame is not None:
        return frame
    if columns is None:
        return rows.to_dataframe()
    for column in columns:
        if column not in rows.colnames:
            raise rows.entity.missing(column)
    left_out = [column for column in rows.colnames if column not in columns]
    return rows.to_dataframe(exclude=left_out)[list(columns)]


def _as_table(value: Any) -> DynamicTable:
    """An object as a table; so is one of which no schema says what it is."""
    if isinstance(value, DynamicTable):
        return value
    if isinstance(value, Object) and type(value) is Object and value.entity.array is None:
        return DynamicTable.of(value.entity)
    span = value.entity.span if isinstance(value, Object) else None
    raise UsageError(error("usage", "this is not a table", span))
