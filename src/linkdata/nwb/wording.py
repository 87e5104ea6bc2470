"""Packed values and properties of storage as plain data that people can read.

Takes: packed values with their datatype; filters, fill values, selections.
Gives: pairs of functions, one to plain data and one back: `said` and `meant` for values,
`said_storage` and `meant_storage` for the rest. What has no readable form is written in base64.
Implements: `specs/linkdata-1.0.md`, section "The section `storage`".
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy

from linkdata.nwb import plan as plans
from linkdata.nwb.datatypes import Datatype, String
from linkdata.nwb.names import escaped, unescaped
from linkdata.nwb.packing import NotPackedError, dtype_of, pack
from linkdata.nwb.plan import Fill, Filter, Packed, Reference, Selection, Space, Storage

_BYTES, _REF = "base64", "ref"
_FILTERS = {1: "gzip", 2: "shuffle", 3: "fletcher32", 32000: "lzf"}
_CODES = {name: code for code, name in _FILTERS.items()}


# Values


def said(values: Packed, kind: Datatype, shape: tuple[int, ...] | None) -> Any:
    """Packed values as plain data."""
    readable = _readable(values, kind, shape or ())
    if readable is not None:
        try:
            again = pack(readable, kind=kind)
        except NotPackedError:
            again = None
        if again is not None and again.values == values and again.space.shape == shape:
            return readable
    return _said(values)


def _readable(values: Packed, kind: Datatype, shape: tuple[int, ...]) -> Any:
    target = dtype_of(kind)
    if target is not None and isinstance(values, bytes) and kind.size:
        found = numpy.frombuffer(values, target)
        if found.dtype.kind == "f":
            with numpy.errstate(over="ignore"):
                found = found.astype(float)  # wider ones too; who asks sees whether all is said
            if numpy.isnan(found).any():
                return None
        return found.reshape(shape).tolist()
    if isinstance(kind, String):
        step = kind.length
        if isinstance(values, bytes):
            assert step is not None
            texts = [values[at : at + step].rstrip(b"\0 ") for at in range(0, len(values), step)]
        else:
            texts = list(values)
        try:
            return numpy.array([text.decode() for text in texts], object).reshape(shape).tolist()
        except (UnicodeDecodeError, ValueError):
            return None
    return None


def said_bytes(values: bytes) -> dict[str, str]:
    """Bytes that are no values, such as those of a chunk as it is stored, as plain data."""
    return {_BYTES: base64.b64encode(values).decode()}


def _said(values: Any) -> Any:
    if isinstance(values, bytes):
        return said_bytes(values)
    if isinstance(values, Reference):
        region = {} if values.region is None else {"region": _said_selection(values.region)}
        return {_REF: escaped(values.path)} | region
    return None if values is None else {"values": [_said(one) for one in values]}


def meant(found: Any, kind: Datatype, shape: tuple[int, ...] | None) -> Packed:
    """The packed values that plain data says. Raises `NotPackedError` for what says none."""
    if isinstance(found, Mapping):
        values: Packed = _meant(found)
        return values
    if shape is not None and 0 in shape:
        return () if kind.points else b""
    return pack(found, kind=kind).values


def _meant(found: Any) -> Any:
    if found is None:
        return None
    if _BYTES in found:
        return base64.b64decode(found[_BYTES])
    if _REF in found:
        region = found.get("region")
        return Reference(unescaped(found[_REF]), _meant_selection(region) if region else None)
    return tuple(_meant(one) for one in found["values"])


def _said_selection(found: Selection) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": found.kind}
    if found.slab:
        said["slab"] = [list(one) for one in found.slab]
    if found.places:
        said["places"] = _lists(found.places)
    return said


def _meant_selection(found: Mapping[str, Any]) -> Selection:
    return Selection(
        found["kind"], _tuples(found.get("slab", ())), _tuples(found.get("places", ()))
    )


def _lists(found: Any) -> Any:
    return [_lists(one) for one in found] if isinstance(found, tuple) else found


def _tuples(found: Any) -> Any:
    return tuple(_tuples(one) for one in found) if isinstance(found, list | tuple) else found


# Dataspaces and storage


def said_maxshape(space: Space) -> Any:
    """How far axes may grow: `no`, `open` (all), `first`, or a list."""
    if space.maxshape == space.shape or space.shape is None:
        return "no"
    assert space.maxshape is not None
    if all(length is None for length in space.maxshape):
        return "open"
    if space.maxshape == (None, *space.shape[1:]):
        return "first"
    return list(space.maxshape)


def meant_maxshape(found: Any, shape: tuple[int, ...] | None) -> tuple[int | None, ...] | None:
    """The maximum shape for a shape; the shape itself where what is said does not fit it."""
    if shape is None or found == "no":
        return shape
    if found == "open":
        return (None,) * len(shape)
    if found == "first":
        return (None, *shape[1:]) if shape else shape
    limits = tuple(found) if isinstance(found, list) else shape
    fits = len(limits) == len(shape) and all(
        limit is None or limit >= length for limit, length in zip(limits, shape, strict=True)
    )
    return limits if fits else shape


def said_storage(found: Storage, space: Space, kind: Datatype) -> dict[str, Any]:
    """Each property of storage, the same for datasets that are stored alike."""
    whole = space.shape is not None and found.chunks == tuple(max(n, 1) for n in space.shape)
    fill = found.fill
    return {
        "layout": found.layout,
        "chunks": None if found.chunks is None else "whole" if whole else list(found.chunks),
        "filters": [_said_filter(one) for one in found.filters],
        "fill": None if fill.value is None else said(fill.value, kind, ()),
        "fills": fill.time if fill.defined else f"{fill.time}, undefined",
        "allocation": found.allocation,
        "external": [[escaped(one.file), one.offset, one.size] for one in found.external],
        "virtual": [_said_mapped(one) for one in found.virtual],
    }


def meant_storage(said: Mapping[str, Any], space: Space, kind: Datatype) -> Storage | None:
    """The storage that is said; None where it does not fit the dataset."""
    shape = space.shape or ()
    chunks = said["chunks"]
    if chunks == "whole":
        chunks = [max(length, 1) for length in shape]
    if (chunks is None) != (said["layout"] != "chunked") or len(chunks or shape) != len(shape):
        return None
    word = str(said["fills"])
    value = said["fill"]
    fill = Fill(
        None if value is None else meant(value, kind, ()),
        not word.endswith("undefined"),
        word.partition(",")[0],  # type: ignore[arg-type]
    )
    return Storage(
        said["layout"],
        None if chunks is None else tuple(chunks),
        tuple(_meant_filter(one) for one in said["filters"]),
        fill,
        said["allocation"],
        tuple(plans.External(unescaped(f), offset, size) for f, offset, size in said["external"]),
        tuple(_meant_mapped(one) for one in said["virtual"]),
    )


def _said_filter(found: Filter) -> Any:
    name = _FILTERS.get(found.code, str(found.code))
    if found.code in _FILTERS and found.optional and len(found.values) <= 1:
        return " ".join((name, *map(str, found.values)))
    return {"filter": found.code, "optional": found.optional, "values": list(found.values),
            "name": found.name}  # fmt: skip


def _meant_filter(found: Any) -> Filter:
    if isinstance(found, str):
        name, *values = found.split()
        return Filter(_CODES[name], True, tuple(map(int, values)))
    return Filter(found["filter"], found["optional"], tuple(found["values"]), found.get("name", ""))


def _said_mapped(found: plans.Mapped) -> dict[str, Any]:
    return {
        "here": _said_selection(found.here),
        "file": escaped(found.file),
        "dataset": escaped(found.dataset),
        "shape": _lists(found.space.shape),
        "maxshape": _lists(found.space.maxshape),
        "there": _said_selection(found.there),
    }


def _meant_mapped(found: Mapping[str, Any]) -> plans.Mapped:
    return plans.Mapped(
        _meant_selection(found["here"]),
        unescaped(found["file"]),
        unescaped(found["dataset"]),
        Space(_tuples(found["shape"]), _tuples(found["maxshape"])),
        _meant_selection(found["there"]),
    )
