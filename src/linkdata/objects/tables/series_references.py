"""References to stretches of time series.

Takes: a series, the first sample and the number of samples; columns of these.
Gives: `TimeSeriesReference`, `TimeSeriesReferenceVectorData`, as pynwb has them.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from typing import Any, NamedTuple

from linkdata.errors import PositionError, error
from linkdata.graph.entity import Link
from linkdata.objects.access import wrap
from linkdata.objects.known import CORE
from linkdata.objects.series import TimeSeries
from linkdata.objects.tables.columns import VectorData
from linkdata.objects.tables.picking import is_position, length_of, picked

_PARTS = ("idx_start", "count", "timeseries")


class TimeSeriesReference(NamedTuple):
    """A stretch of a series: `count` samples from the sample `idx_start` on.

    Where there is none, all three are None (in a file, and before one looks, the numbers are -1).
    """

    idx_start: int | None
    count: int | None  # type: ignore[assignment]  # pynwb's name, also that of a tuple's method
    timeseries: TimeSeries | None

    def isvalid(self) -> bool:
        """Whether there is a stretch. Raises `PositionError` where the series is too short."""
        if self.timeseries is None or self.idx_start is None or self.count is None:
            return False
        if self.idx_start < 0 and self.count < 0:
            return False
        samples = self.timeseries.num_samples
        if self.idx_start < 0 or self.count < 0 or self.idx_start + self.count > samples:
            raise PositionError(
                error("usage", f"samples {self.idx_start} to {self.idx_start + self.count} are not"
                      f" within `{self.timeseries.name}`, which has {samples}")
            )  # fmt: skip
        return True

    @property
    def _stretch(self) -> slice:
        assert self.idx_start is not None
        assert self.count is not None
        return slice(self.idx_start, self.idx_start + self.count)

    @property
    def data(self) -> Any:
        """The samples; None where there is no stretch."""
        if not self.isvalid() or self.timeseries is None:
            return None
        return self.timeseries[self._stretch]

    @property
    def timestamps(self) -> Any:
        """The times of the samples, in seconds; None where there is no stretch."""
        if not self.isvalid() or self.timeseries is None:
            return None
        return self.timeseries.times(self._stretch)

    @classmethod
    def empty(cls, timeseries: TimeSeries) -> TimeSeriesReference:
        """What is kept where there is no stretch."""
        return cls(-1, -1, timeseries)


NONE = TimeSeriesReference(None, None, None)


class TimeSeriesReferenceVectorData(VectorData):
    """A column of stretches of series. Where there is none in a row, its parts are None."""

    _TYPE = (CORE, "TimeSeriesReferenceVectorData")

    TIME_SERIES_REFERENCE_TUPLE = TimeSeriesReference
    TIME_SERIES_REFERENCE_NONE_TYPE = NONE

    def __init__(
        self,
        name: str = "timeseries",
        description: str = "stretches of time series",
        data: Any = (),
        **fields: Any,
    ) -> None:
        """Make a column in memory; `data` are triples of first sample, count and series."""
        super().__init__(name, description, [list(one) for one in data], **fields)

    def get(self, key: Any, default: Any = None, **_: Any) -> Any:
        """A `TimeSeriesReference` for a position, a list of them for other indices."""
        if isinstance(key, str):
            return super().get(key, default)
        found = picked(self._kept, key)
        return _reference(found) if is_position(key) else [_reference(one) for one in found]

    def __iter__(self) -> Any:
        return iter(self.get(slice(None)))

    def append(self, arg: Any) -> None:
        """Put a stretch at the end, in memory."""
        self._grow([list(arg)])

    def add_row(self, val: Any, **_: Any) -> None:
        """Put the stretch of a new row at the end, in memory."""
        self.append(val)

    def _parts(self, part: str) -> Any:
        kept = self._kept
        if isinstance(kept, list):
            return [wrap(_element(one, part)) for one in kept]
        return wrap(kept[part])

    @property
    def timeseries(self) -> Any:
        """The series of all rows."""
        return self._parts("timeseries")

    @property
    def idx_start(self) -> Any:
        """The first samples of all rows; -1 where there is no stretch."""
        return self._parts("idx_start")

    @property
    def count(self) -> Any:
        """The numbers of samples of all rows; -1 where there is no stretch."""
        return self._parts("count")

    def __len__(self) -> int:
        return length_of(self._kept)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        import numpy

        boxed = numpy.empty(len(self), dtype=object)
        boxed[:] = self.get(slice(None))
        return boxed


def _element(found: Any, part: str) -> Any:
    """A part of a stretch: a row of a file, a list, or a mapping of a document."""
    if isinstance(found, Link):
        return found.target.link(part)
    if isinstance(found, list | tuple):
        return found[_PARTS.index(part)]
    value = found[part]
    return value.item() if getattr(value, "shape", None) == () else value


def _reference(found: Any) -> TimeSeriesReference:
    first, count, series = (wrap(_element(found, part)) for part in _PARTS)
    if int(first) < 0 or int(count) < 0:
        return NONE
    seen = series if isinstance(series, TimeSeries) else TimeSeries.of(series)
    return TimeSeriesReference(int(first), int(count), seen)
