"""Small pictures: traces of series, rasters of spikes, images.

Takes: objects that people would rather look at than read.
Gives: `Picture`s as SVG and PNG, within a page.
Implements: `specs/linkdata-1.0.md`, section "Python objects".

A picture shows the beginning of what there is, and reads no more than it shows: its caption says
how much that is. What cannot be read has no picture.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from linkdata.errors import LinkdataError
from linkdata.objects.display import Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linkdata.objects.access import Object
    from linkdata.objects.series import TimeSeries
    from linkdata.objects.tables.table import DynamicTable

WIDTH, HEIGHT = 480, 120
SAMPLES, CHANNELS = 500, 4
ROWS, SPIKES = 20, 5000
PIXELS = 256
_COLOURS = ("#0b7285", "#8b3a8b", "#287a3d", "#b05a00")


def trace(series: TimeSeries) -> Picture | None:
    """The first samples of the first channels of a series."""
    import numpy

    try:
        shape = series.shape
        if not shape or len(shape) > 2 or not shape[0] or series.dtype.kind not in "iuf":
            return None
        count = min(shape[0], SAMPLES)
        channels = min(shape[1], CHANNELS) if len(shape) == 2 else 1
        index = slice(0, count) if len(shape) == 1 else (slice(0, count), slice(0, channels))
        values = numpy.asarray(series[index], dtype="float64").reshape(count, -1)
        times = series.times(slice(0, count))
    except (LinkdataError, AttributeError):
        return None
    lines = (_line(times, values[:, at], values, _COLOURS[at % len(_COLOURS)])
             for at in range(values.shape[1]))  # fmt: skip
    of = "" if count == shape[0] else f" of {shape[0]}"
    which = f", {channels} of {shape[1]} channels" if len(shape) == 2 else ""
    caption = f"{count}{of} samples{which}; {times[0]:g} s to {times[-1]:g} s"
    return Picture(_svg(lines), caption)


def _line(times: NDArray[Any], values: NDArray[Any], all_of: NDArray[Any], colour: str) -> str:
    import numpy

    good = numpy.isfinite(values) & numpy.isfinite(times)
    if not good.any():
        return ""
    low, high = numpy.nanmin(all_of), numpy.nanmax(all_of)
    x = _scaled(times[good], times[good].min(), times[good].max(), WIDTH)
    y = HEIGHT - _scaled(values[good], low, high, HEIGHT)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    return f'<polyline fill="none" stroke="{colour}" points="{points}"></polyline>'


def _scaled(values: NDArray[Any], low: float, high: float, size: int) -> NDArray[Any]:
    span = (high - low) or 1.0
    return 4 + (values - low) / span * (size - 8)


def raster(table: DynamicTable) -> Picture | None:
    """The first spikes of the first units of a table with ragged spike times."""
    column = table["spike_times"]
    try:
        rows = min(len(column), ROWS)
        ends = [int(end) for end in column._kept[:rows]]
        rows = next((at for at, end in enumerate(ends) if end > SPIKES), rows)
        cells = column.get(slice(0, rows)) if rows else []
    except (LinkdataError, AttributeError):
        return None
    spikes = [(float(time), row) for row, cell in enumerate(cells) for time in cell]
    if not spikes:
        return None
    low, high = min(spikes)[0], max(spikes)[0]
    span, step = (high - low) or 1.0, HEIGHT / rows
    marks = (
        f"M{4 + (time - low) / span * (WIDTH - 8):.1f} {row * step:.1f}v{step * 0.8:.1f}"
        for time, row in spikes
    )
    path = f'<path stroke="{_COLOURS[0]}" fill="none" d="{"".join(marks)}"></path>'
    caption = f"spikes of {rows} of {len(column)} units; {low:g} s to {high:g} s"
    return Picture(_svg([path]), caption)


def image(found: Object) -> Picture | None:
    """An image, every so many pixels where it is large. NWB keeps x first."""
    import numpy

    try:
        shape = found.shape
        if len(shape) not in (2, 3) or 0 in shape or (len(shape) == 3 and shape[2] not in (3, 4)):
            return None
        steps = tuple(slice(None, None, -(-length // PIXELS)) for length in shape[:2])
        pixels = numpy.asarray(found[steps], dtype="float64").swapaxes(0, 1)
    except (LinkdataError, AttributeError, TypeError, ValueError):
        return None
    low, high = numpy.nanmin(pixels), numpy.nanmax(pixels)
    grey = numpy.nan_to_num((pixels - low) / ((high - low) or 1.0) * 255).astype("uint8")
    encoded = base64.b64encode(png(grey)).decode("ascii")
    return Picture(
        f'<img alt="" src="data:image/png;base64,{encoded}">',
        " by ".join(str(length) for length in shape[:2]) + " pixels",
    )


def png(pixels: NDArray[Any]) -> bytes:
    """A PNG file of pixels of 8 bits: rows, columns, and 3 or 4 colours, or none for grey."""
    height, width = pixels.shape[:2]
    colour = {2: 0, 3: 2, 4: 6}[2 if pixels.ndim == 2 else pixels.shape[2]]
    rows = b"".join(b"\x00" + pixels[row].tobytes() for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(kind, body) for kind, body in parts)


def _part(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _svg(parts: Iterable[str]) -> str:
    return f'<svg width="{WIDTH}" height="{HEIGHT}">{"".join(parts)}</svg>'
