from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

import linkdata
from linkdata import TimeSeries
from linkdata.errors import PositionError, UsageError


def series(text: str, more: str = "") -> TimeSeries:
    found = linkdata.loads(f"data: {{is_a: TimeSeries, {text}}}\n{more}").data
    assert isinstance(found, TimeSeries)
    return found


def test_times_of_a_rate() -> None:
    found = series("data: [1, 2, 3, 4], rate: 2.0, starting_time: 10.0")
    assert found.times().tolist() == [10.0, 10.5, 11.0, 11.5]
    assert found.times(slice(1, 3)).tolist() == [10.5, 11.0]
    assert found.times(2) == 11.0
    assert found.times([3, 0]).tolist() == [11.5, 10.0]
    assert (found.rate, found.starting_seconds, found.num_samples) == (2.0, 10.0, 4)
    assert found.get_timestamps().dtype == "float64"


def test_a_rate_as_nwb_has_it() -> None:
    found = series("data: [1, 2], starting_time: {value: 3.0, rate: 4.0, unit: seconds}")
    assert found.times().tolist() == [3.0, 3.25]
    assert series("data: [1, 2], rate: 4").times().tolist() == [0.0, 0.25]


def test_timestamps() -> None:
    found = series("data: [1, 2, 3], timestamps: [0.5, 1, 4]")
    assert found.times().tolist() == [0.5, 1.0, 4.0]
    assert found.times(1) == 1.0
    assert found.rate is None


def test_the_timestamps_of_another_series() -> None:
    other = "other: {is_a: TimeSeries, data: [0, 0], timestamps: [5, 6]}\n"
    assert series('data: [1, 2], timestamps: "#other"', other).times().tolist() == [5.0, 6.0]
    chain = 'a: {timestamps: "#b"}\nb: {timestamps: [7.5]}\n'
    assert series('data: [1], timestamps: "#a"', chain).times().tolist() == [7.5]
    circle = 'a: {timestamps: "#data"}\n'
    with pytest.raises(UsageError):
        series('data: [1], timestamps: "#a"', circle).times()


def test_neither_timestamps_nor_a_rate() -> None:
    for ask in (lambda s: s.times(), lambda s: s.at(0, 1)):
        with pytest.raises(UsageError, match="neither"):
            ask(series("data: [1, 2]"))


def test_out_of_range() -> None:
    with pytest.raises(PositionError):
        series("data: [1, 2], rate: 1.0").times(2)


UNITS = "unit: V, conversion: 0.5, offset: 1.0"


def test_units() -> None:
    found = series(f"data: {{value: [2, 4, 6], {UNITS}}}, rate: 1.0")
    assert found.unit == "V"
    assert found.in_units().tolist() == [2.0, 3.0, 4.0]
    assert found.in_units(slice(1, 2)).tolist() == [3.0]
    assert found.get_data_in_units()[2] == 4.0
    assert series("data: [2, 4], rate: 1.0").in_units().tolist() == [2.0, 4.0]
    assert series("data: [2, 4], rate: 1.0").unit is None


INDICES: list[Any] = [
    slice(None), slice(1, 3), 1, [0, 2], (slice(0, 2), 1), (1, 2), (slice(None), slice(1, 3)),
    (2, slice(0, 2)), ([0, 1], [1, 2]),
]  # fmt: skip


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_units_of_channels(index: Any) -> None:
    values = numpy.arange(12).reshape(4, 3)
    factors = numpy.array([1.0, 10.0, 100.0])
    found = series(
        f"data: {{value: {values.tolist()}, {UNITS}}}, rate: 1.0,"
        f" channel_conversion: {factors.tolist()}"
    )
    assert numpy.allclose(found.in_units(index), (values * factors * 0.5 + 1.0)[index])


def test_units_of_channels_of_images() -> None:
    values = numpy.arange(24).reshape(2, 3, 4)
    found = series(f"data: {values.tolist()}, rate: 1.0, channel_conversion: [1, 10, 100]")
    wanted = values * numpy.array([1, 10, 100])[:, numpy.newaxis]
    assert numpy.array_equal(found.in_units(), wanted)
    assert numpy.array_equal(found.in_units(1), wanted[1])


@pytest.mark.parametrize(
    "text", ["rate: 10.0, starting_time: 1.0", "timestamps: [1.0, 1.1, 1.2, 1.3, 1.4]"]
)
def test_slices_by_time(text: str) -> None:
    found = series(f"data: [0, 1, 2, 3, 4], {text}")
    assert found.at(1.1, 1.3) == slice(1, 3)
    assert found.at(0.0, 9.0) == slice(0, 5)
    assert found.at(1.15, 1.25) == slice(2, 3)
    assert found.at(5, 6) == slice(5, 5)
    part = found.between(1.1, 1.3)
    assert part.data.tolist() == [1, 2]
    assert numpy.allclose(part.times, [1.1, 1.2])
    assert found.between(1.1, 1.3, units=True).data.dtype == "float64"


def test_every_sample_is_in_one_slice_only() -> None:
    found = series("data: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], rate: 3.0, starting_time: 0.1")
    times = found.times()
    parts = [found.at(times[n], times[n + 1]) for n in range(9)]
    assert parts == [slice(n, n + 1) for n in range(9)]


def test_of_a_file_no_more_is_read_than_asked_for(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        group = file.create_group("s")
        group.attrs["neurodata_type"], group.attrs["namespace"] = "ElectricalSeries", "core"
        group.create_dataset("data", (1 << 40, 4), "int16", chunks=(1024, 4))
        group["data"].attrs["unit"] = "volts"
        group["starting_time"] = 5.0
        group["starting_time"].attrs["rate"] = 1000.0
    found = linkdata.open(tmp_path / "x.h5").data.s
    assert isinstance(found, TimeSeries)
    assert found.between(6.0, 6.01).data.shape == (10, 4)
    assert found.num_samples == 1 << 40


def test_xarray() -> None:
    pytest.importorskip("xarray")
    found = series(
        f"data: {{value: [[2, 4], [6, 8]], {UNITS}}}, rate: 4.0, comments: hello, other: [1]"
    )
    array = found.to_xarray()
    assert array.dims == ("time", "channel")
    assert array.time.values.tolist() == [0.0, 0.25]
    assert array.time.attrs == {"units": "s"}
    assert array.attrs["units"] == "V"
    assert array.attrs["comments"] == "hello"
    assert array.values.tolist() == [[2.0, 3.0], [4.0, 5.0]]
    assert found.to_xarray(slice(1, 2), units=False).values.tolist() == [[6, 8]]
    assert array.sel(time=0.25).values.tolist() == [4.0, 5.0]


def test_pandas() -> None:
    frame = series("data: [[1, 2], [3, 4]], rate: 2.0").to_pandas()
    assert frame.index.tolist() == [0.0, 0.5]
    assert frame[1].tolist() == [2.0, 4.0]
    assert series("data: [1, 2], rate: 2.0").to_pandas()["data"].tolist() == [1.0, 2.0]
    with pytest.raises(UsageError):
        series("data: [[[1]]], rate: 2.0").to_pandas()
