from __future__ import annotations

import struct
import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

import linkdata
from linkdata.arrays.hdf5.items import HDF5Dataset
from linkdata.objects import pictures
from linkdata.objects.pictures import png


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(found: Any) -> Tags:
    return Tags(found._repr_html_())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with h5py.File(tmp_path / "x.nwb", "w") as made:
        series = made.create_group("series")
        series.attrs["neurodata_type"], series.attrs["namespace"] = "ElectricalSeries", "core"
        series.create_dataset("data", (1 << 40, 8), "int16", chunks=(1024, 8))
        series["data"][:600] = numpy.arange(4800).reshape(600, 8)
        series["starting_time"] = 0.0
        series["starting_time"].attrs["rate"] = 1000.0
        units = made.create_group("units")
        units.attrs["neurodata_type"], units.attrs["namespace"] = "Units", "core"
        units.attrs["colnames"] = ["spike_times"]
        units["id"] = numpy.arange(1000)
        units["spike_times"] = numpy.sort(numpy.random.default_rng(0).random(100_000))
        units["spike_times_index"] = numpy.arange(1, 1001) * 100
        image = made.create_dataset("image", data=numpy.arange(1200.0).reshape(40, 30))
        image.attrs["neurodata_type"], image.attrs["namespace"] = "GrayscaleImage", "core"
        large = made.create_dataset("large", (5000, 4000), "uint8")
        large.attrs["neurodata_type"], large.attrs["namespace"] = "GrayscaleImage", "core"
    return tmp_path / "x.nwb"


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many values were read, each time."""
    read: list[int] = []
    original = HDF5Dataset.__getitem__

    def counted(self: HDF5Dataset, index: Any) -> Any:
        found = original(self, index)
        read.append(int(numpy.size(found)))
        return found

    monkeypatch.setattr(HDF5Dataset, "__getitem__", counted)
    return read


def test_a_trace_of_the_first_samples(file: Path, count: list[int]) -> None:
    found = shown(linkdata.open(file).data.series)
    assert found.tags.count("polyline") == pictures.CHANNELS
    assert "500 of 1099511627776 samples, 4 of 8 channels; 0 s to 0.499 s" in found.text
    assert max(count) <= pictures.SAMPLES * pictures.CHANNELS


def test_a_raster_of_the_first_units(file: Path, count: list[int]) -> None:
    found = shown(linkdata.open(file).data.units)
    assert found.tags.count("path") == 1
    assert "spikes of 20 of 1000 units" in found.text
    assert max(count) <= pictures.SPIKES


def test_images(file: Path, count: list[int]) -> None:
    data = linkdata.open(file).data
    assert shown(data.image).tags.count("img") == 1
    assert "40 by 30 pixels" in shown(data.image).text
    count.clear()
    assert "5000 by 4000 pixels" in shown(data.large).text
    assert max(count) <= pictures.PIXELS**2


def test_a_png_is_one() -> None:
    for shape in ((2, 3), (2, 3, 3), (2, 3, 4)):
        pixels = numpy.arange(numpy.prod(shape), dtype="uint8").reshape(shape)
        found = png(pixels)
        assert found.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">II", found[16:24]) == (3, 2)
        size = struct.unpack(">I", found[33:37])[0]
        rows = zlib.decompress(found[41 : 41 + size])
        width = len(rows) // 2
        assert rows[1:width] + rows[width + 1 :] == pixels.tobytes()


NO_PICTURE = [
    "{is_a: TimeSeries, data: [a, b], rate: 1.0}",
    "{is_a: TimeSeries, data: [], rate: 1.0}",
    "{is_a: TimeSeries, data: [1, 2]}",
    "{is_a: TimeSeries, data: '#nope', rate: 1.0}",
    "{is_a: TimeSeries, data: [[[1]]], rate: 1.0}",
    "{is_a: TimeSeries}",
    "{is_a: Units, spike_times: [[], []]}",
    "{is_a: Units, spike_times: 5}",
    "{is_a: Units}",
    "{is_a: Image, x: 1}",
    "{is_a: Image, value: [1, 2]}",
]


@pytest.mark.parametrize("text", NO_PICTURE)
def test_what_cannot_be_drawn_is_shown_as_any_object(text: str) -> None:
    found = shown(linkdata.loads(f"data: {text.replace(chr(39), chr(34))}\n").data)
    assert not {"svg", "img"} & set(found.tags)


@pytest.mark.parametrize(
    "values", ["[1, 1, 1]", "[.nan, 1, 2]", "[.nan, .nan]", "[.inf, 1]", "[5]"]
)
def test_values_that_are_hard_to_draw(values: str) -> None:
    found = linkdata.loads(f"data: {{is_a: TimeSeries, data: {values}, rate: 1.0}}\n").data
    assert "nan" not in found._picture().markup
    assert "inf" not in found._picture().markup


def test_texts_of_a_document_are_never_markup() -> None:
    text = "<script>alert(1)</script>"
    found = linkdata.loads(
        f'data: {{is_a: TimeSeries, data: [1, 2], rate: 1.0, "{text}": "{text}"}}\n'
    ).data
    assert "script" not in shown(found).tags


def test_pprint(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    ds = linkdata.loads("data: {is_a: T, o: {p: {q: {r: 1}}}}\n")
    linkdata.pprint(ds.data, max_depth=2)
    assert capsys.readouterr().out.splitlines()[-1].strip().endswith("p")
    linkdata.pprint(ds)
    assert "urn:linkdata:document" in capsys.readouterr().out
    linkdata.pprint(linkdata.VectorData("c", "d", [1, 2]))
    assert "description" in capsys.readouterr().out
    linkdata.pprint([1, 2])
    assert "[1, 2]" in capsys.readouterr().out
