"""Time series for other libraries.

Takes: time series.
Gives: `data_array` for xarray, `series_frame` for pandas. The one module that imports xarray.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkdata.errors import UsageError, error
from linkdata.graph.entity import VALUE
from linkdata.objects.frames import pandas

if TYPE_CHECKING:
    from linkdata.objects.series import TimeSeries

_AXES = {2: ("channel",), 3: ("x", "y"), 4: ("x", "y", "z")}


def data_array(series: TimeSeries, index: Any = slice(None), *, units: bool = True) -> Any:
    """A series as an `xarray.DataArray`. Raises `UsageError` when xarray is missing."""
    try:
        import xarray
    except ImportError:
        hint = "pip install 'linkdata[xarray]'"
        raise UsageError(error("usage", "xarray is not installed", hint=hint)) from None
    rows = index[0] if isinstance(index, tuple) else index
    values = series.in_units(index) if units else series[index]
    axes = _AXES.get(values.ndim, tuple(f"axis_{at}" for at in range(1, values.ndim)))
    attributes = {
        key: value
        for key in series.entity
        if key not in ("data", VALUE)
        and isinstance(value := series.entity.link(key), bool | int | float | str)
    }
    if series.unit is not None:
        attributes["units" if units else "unit_after_conversion"] = series.unit
    return xarray.DataArray(
        values, dims=("time", *axes), name=series.name, attrs=attributes,
        coords={"time": ("time", series.times(rows), {"units": "s"})},
    )  # fmt: skip


def series_frame(series: TimeSeries) -> Any:
    """A series as a data frame by time: a column for each channel.

    Raises `UsageError` for samples of more than one axis.
    """
    values = series.in_units()
    if values.ndim > 2:
        raise UsageError(
            error("usage", f"samples of {values.ndim - 1} axes are no rows of a data frame",
                  series.entity.span, hint="`to_xarray` takes any number of axes")
        )  # fmt: skip
    names = [series.name] if values.ndim == 1 else list(range(values.shape[1]))
    library = pandas()
    index = library.Index(series.times(), name="time")
    return library.DataFrame(values.reshape(len(values), -1), index=index, columns=names)
