"""Time series: samples, and when they were taken.

Takes: entities of series, in documents and files.
Gives: `TimeSeries`: the axis of time in seconds, values in their unit, slices by time.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from linkdata.errors import UsageError, error
from linkdata.graph.entity import Link
from linkdata.objects.access import Named, wrap
from linkdata.objects.known import CORE
from linkdata.objects.tables.picking import is_position, position, positions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linkdata.objects.display import Picture

_ALL = slice(None)


class Stretch(NamedTuple):
    """Part of a series: the times of the samples in seconds, and the samples."""

    times: NDArray[Any]
    data: NDArray[Any]


class TimeSeries(Named):
    """Samples over time, the first axis of `data`; `series[0:3]` are samples as they are kept.

    Times are in seconds from the start of the session (`timestamps_reference_time`).
    """

    _TYPE: ClassVar[tuple[str, str]] = (CORE, "TimeSeries")

    @property
    def num_samples(self) -> int:
        """How many samples there are."""
        array = self._array()
        if array is not None and array.shape and array.size:
            return int(array.shape[0])
        stamps = self._stamps()  # of a series of images in other files, these alone are here
        return 0 if stamps is None else len(stamps)

    @property
    def rate(self) -> float | None:
        """Samples per second; None where each sample has a time of its own."""
        found = self._starting("rate")
        return None if found is None else float(found)

    @property
    def starting_seconds(self) -> float | None:
        """The time of the first sample, in seconds; None without a rate."""
        found = self._starting("value")
        if found is not None:
            return float(found)
        return None if self.rate is None else 0.0

    def _starting(self, part: str) -> Any:
        """The part of `starting_time`, in which NWB keeps the rate too; or a field of its own."""
        value = self.entity.link("starting_time") if "starting_time" in self.entity else None
        if isinstance(value, Link):
            target = value.target
            if part in target:
                return target.link(part)
            array = target.array
            return array[()] if part == "value" and array is not None else None
        if part == "value":
            return value
        return self.entity.link("rate") if "rate" in self.entity else None

    def _stamps(self) -> Any | None:
        """The array of times; that of another series where this one refers to it."""
        series, seen = self, set[int]()
        while "timestamps" in series.entity and id(series.entity) not in seen:
            seen.add(id(series.entity))
            value = series.entity.link("timestamps")
            if not isinstance(value, Link):
                return wrap(value)
            if "timestamps" not in value.target:
                return wrap(value)._must_have_array()
            series = TimeSeries.of(value.target)
        return None

    def times(self, index: Any = _ALL) -> NDArray[Any]:
        """The times of samples, in seconds, as float64; of all, or those of an index.

        Raises `UsageError` where the series has neither `timestamps` nor a rate.
        """
        import numpy

        stamps = self._stamps()
        if stamps is not None:
            return numpy.asarray(stamps[index], dtype="float64")
        rate, start = self.rate, self.starting_seconds
        if rate is None or start is None:
            raise UsageError(
                error("usage", f"the series `{self.name}` has neither `timestamps` nor a rate",
                      self.entity.span)
            )  # fmt: skip
        samples = _samples(index, self.num_samples)
        return numpy.asarray(samples / rate + start, dtype="float64")

    def get_timestamps(self) -> NDArray[Any]:
        """The times of all samples; pynwb's name for `times()`."""
        return self.times()

    @property
    def unit(self) -> str | None:
        """The unit of `in_units()`."""
        found = self._about("unit")
        return None if found is None else str(found)

    def _about(self, key: str) -> Any:
        """What is said of the values: beside them in `data`, or of the series."""
        value = self.entity.link("data") if "data" in self.entity else None
        for entity in (value.target if isinstance(value, Link) else None, self.entity):
            if entity is not None and key in entity:
                return wrap(entity.link(key))
        return None

    def in_units(self, index: Any = _ALL) -> NDArray[Any]:
        """Samples in `unit`, as float64: times `conversion` and the channel's own, plus `offset`.

        Only what the index selects is read.
        """
        import numpy

        values = numpy.asarray(self[index], dtype="float64")
        conversion, offset = self._about("conversion"), self._about("offset")
        channels = self._about("channel_conversion")
        if channels is not None:
            column = index[1] if isinstance(index, tuple) and len(index) > 1 else _ALL
            rows = index[0] if isinstance(index, tuple) else index
            factors = numpy.asarray(channels[...] if hasattr(channels, "shape") else channels)
            # Channels are the second axis; it is the first of what one sample gives.
            after = values.ndim - (0 if isinstance(rows, int) else 1) - 1
            values = values * factors[column].reshape((-1,) + (1,) * max(after, 0)) \
                if numpy.ndim(factors[column]) else values * factors[column]  # fmt: skip
        return values * (1.0 if conversion is None else float(conversion)) + (
            0.0 if offset is None else float(offset)
        )

    def get_data_in_units(self) -> NDArray[Any]:
        """All samples in `unit`; pynwb's name for `in_units()`."""
        return self.in_units()

    def at(self, start: float, stop: float) -> slice:
        """The samples from `start` up to, and without, `stop`, in seconds, as a slice.

        The times have to grow. Raises `UsageError` as `times` does.
        """
        import numpy

        stamps = self._stamps()
        if stamps is not None:
            times = numpy.asarray(stamps[...])
            first, last = numpy.searchsorted(times, [start, stop], side="left")
            return slice(int(first), int(last))
        self.times(slice(0, 0))  # raises where there is no rate
        rate, begin = self.rate or 1.0, self.starting_seconds or 0.0
        bounds = [min(max(_ceil((at - begin) * rate), 0), self.num_samples) for at in (start, stop)]
        return slice(bounds[0], max(bounds))

    def between(self, start: float, stop: float, *, units: bool = False) -> Stretch:
        """Times and samples from `start` up to `stop`, in seconds; in `unit` with `units`."""
        part = self.at(start, stop)
        return Stretch(self.times(part), self.in_units(part) if units else self[part])

    def to_xarray(self, index: Any = _ALL, *, units: bool = True) -> Any:
        """The series as an `xarray.DataArray`: `time` in seconds along the first axis.

        In `unit`, or with `units=False` as kept. Raises `UsageError` when xarray is missing.
        """
        from linkdata.objects.interop import data_array

        return data_array(self, index, units=units)

    def to_pandas(self) -> Any:
        """The samples as a `pandas.DataFrame`, one column for each channel, by time."""
        from linkdata.objects.interop import series_frame

        return series_frame(self)

    def _picture(self) -> Picture | None:
        from linkdata.objects.pictures import trace

        return trace(self)


def _samples(index: Any, length: int) -> Any:
    """The numbers of the samples that an index means, without counting all that there are."""
    import numpy

    if isinstance(index, slice):
        return numpy.arange(*index.indices(length))
    return position(index, length) if is_position(index) else numpy.array(positions(index, length))


def _ceil(number: float) -> int:
    """The least sample at or after a time; one that is a sample but for rounding is that sample."""
    nearest = round(number)
    return nearest if abs(number - nearest) < 1e-6 else -int(-number // 1)
