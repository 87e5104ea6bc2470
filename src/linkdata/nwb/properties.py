"""Creation properties of objects: read into a plan, and made from one.

Takes: h5py's creation property lists, or what a plan says.
Gives: `storage_of`, `tracking_of`, the property lists to create objects with, and checks of them.
Implements: `specs/linkdata-1.0.md`, section "Plans of HDF5 files".
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import h5py
import numpy
from h5py import h5d, h5p, h5s, h5z

from linkdata.arrays.hdf5.failures import Unsupported
from linkdata.arrays.hdf5.values import native
from linkdata.nwb.datatypes import Datatype, Opaque, String
from linkdata.nwb.memory import as_bytes, form, hdf5_type
from linkdata.nwb.messages import encoded
from linkdata.nwb.plan import (
    SCALAR,
    Dataset,
    External,
    Fill,
    Filter,
    Group,
    Mapped,
    Packed,
    Reference,
    Storage,
    Tracking,
)
from linkdata.nwb.spaces import dataspace, select, selection_of, space_of

_LAYOUTS = {
    h5d.COMPACT: "compact",
    h5d.CONTIGUOUS: "contiguous",
    h5d.CHUNKED: "chunked",
    h5d.VIRTUAL: "virtual",
}
_ALLOCATIONS = {
    h5d.ALLOC_TIME_EARLY: "early",
    h5d.ALLOC_TIME_LATE: "late",
    h5d.ALLOC_TIME_INCR: "incremental",
}
_FILL_TIMES = {
    h5d.FILL_TIME_ALLOC: "alloc",
    h5d.FILL_TIME_NEVER: "never",
    h5d.FILL_TIME_IFSET: "ifset",
}
_SETTING_THEMSELVES = frozenset((h5z.FILTER_NBIT, h5z.FILTER_SCALEOFFSET))
_TRACKINGS: dict[int, Tracking] = {
    0: "no",
    h5p.CRT_ORDER_TRACKED: "tracked",
    h5p.CRT_ORDER_TRACKED | h5p.CRT_ORDER_INDEXED: "indexed",
}


def _code(table: dict[Any, Any], word: str) -> int:
    return next(int(code) for code, known in table.items() if known == word)


def tracking_of(flags: int) -> Tracking:
    """Whether an order of creation is kept."""
    return _TRACKINGS.get(flags, "indexed")


def storage_of(created: h5p.PropDCID, kind: Datatype, scratch: Callable[[], h5py.File]) -> Storage:
    """How a dataset is stored. `scratch` gives a file in memory to read fill values with.

    Raises `Unsupported`.
    """
    layout = created.get_layout()
    chunked = layout == h5d.CHUNKED
    return Storage(
        layout=_LAYOUTS[layout],  # type: ignore[arg-type]
        chunks=tuple(map(int, created.get_chunk())) if chunked else None,
        filters=tuple(_filter(created, number) for number in range(created.get_nfilters())),
        fill=_fill(created, kind, scratch),
        allocation=_ALLOCATIONS[created.get_alloc_time()],  # type: ignore[arg-type]
        external=tuple(_external(created, at) for at in range(created.get_external_count())),
        virtual=tuple(_mapped(created, at) for at in range(created.get_virtual_count()))
        if layout == h5d.VIRTUAL
        else (),
    )


def _filter(created: h5p.PropDCID, number: int) -> Filter:
    code, flags, values, name = created.get_filter(number)
    known = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name or "")
    return Filter(code, bool(flags & h5z.FLAG_OPTIONAL), tuple(map(int, values)), known)


def _external(created: h5p.PropDCID, number: int) -> External:
    name, offset, size = created.get_external(number)
    endless = size == h5s.UNLIMITED
    return External(
        name.decode("utf-8", "surrogateescape"), int(offset), None if endless else int(size)
    )


def _mapped(created: h5p.PropDCID, number: int) -> Mapped:
    space = created.get_virtual_srcspace(number)
    there = selection_of(space)
    return Mapped(
        selection_of(created.get_virtual_vspace(number)),
        created.get_virtual_filename(number),
        created.get_virtual_dsetname(number),
        # Of what is selected whole a file does not say how large it is.
        SCALAR if there.kind == "all" else space_of(space),
        there,
    )


def _fill(created: h5p.PropDCID, kind: Datatype, scratch: Callable[[], h5py.File]) -> Fill:
    time = _FILL_TIMES[created.get_fill_time()]
    defined = created.fill_value_defined()
    value = None
    if defined == h5d.FILL_VALUE_USER_DEFINED:
        value = _fill_value(created, kind, scratch())
    return Fill(value, defined != h5d.FILL_VALUE_UNDEFINED, time)  # type: ignore[arg-type]


def _fill_value(created: h5p.PropDCID, kind: Datatype, scratch: h5py.File) -> Packed:
    """The fill value to the bit: what a scalar that nobody wrote reads as.

    (h5py itself gives it converted to a dtype of numpy's.)
    """
    if created.get_external_count():
        raise Unsupported("a fill value of values that lie in other files")
    bare = created.copy()
    bare.remove_filter(h5z.FILTER_ALL)
    bare.set_layout(h5d.CONTIGUOUS)
    bare.set_fill_time(h5d.FILL_TIME_IFSET)
    bare.set_alloc_time(h5d.ALLOC_TIME_LATE)
    dataset = h5d.create(scratch.id, None, hdf5_type(kind), h5s.create(h5s.SCALAR), bare)
    found = form(kind)
    value = numpy.zeros(1, found.dtype)
    dataset.read(h5s.create_simple((1,)), h5s.ALL, value, found.kind)
    return found.packed(value, _NoReferences())


class _NoReferences:
    """Of fill values, which cannot be references but null ones."""

    def at(self, address: int) -> None:
        self._check(address)

    def of(self, handle: Any) -> None:
        self._check(handle)

    def address(self, reference: Reference | None) -> int:
        self._check(reference)
        return 0

    def handle(self, reference: Reference | None) -> Any:
        self._check(reference)
        return h5py.RegionReference()

    def _check(self, found: object) -> None:
        if found:
            raise Unsupported("a fill value that is a reference")


def set_common(created: h5p.PropOCID, entry: Group | Dataset) -> None:
    """Set what all objects have."""
    created.set_obj_track_times(entry.times)
    if entry.tracking != "no":
        created.set_attr_creation_order(_code(_TRACKINGS, entry.tracking))


@lru_cache(maxsize=1)
def _undefined_fill() -> h5p.PropDCID:
    """A property list with a fill value that is expressly undefined, to be copied.

    h5py has no function that makes one.
    """
    # Fill value message, version 2: allocated late, written if set, defined, size 0.
    message = bytes((2, 2, 2, 1, 0, 0, 0, 0))
    return _of_image("i1", None, message, message[:3] + b"\0" + message[4:])


def _string_fill(value: bytes, kind: String) -> h5p.PropDCID:
    """A property list with a string of fixed length as its fill value.

    What h5py's `set_fill_value` makes of one is memory that nobody wrote.
    """
    room = f"V{kind.size}"
    opaque, string = encoded(Opaque(kind.size)), encoded(kind)
    return _of_image(room, numpy.void(value), opaque[2:], string[2:])


def _of_image(dtype: str, fill: Any, before: bytes, after: bytes) -> h5p.PropDCID:
    """The properties of a dataset in a file in memory, after a message of it was changed."""
    with h5py.File(
        "image", "w", driver="core", backing_store=False, libver=("earliest", "v108")
    ) as made:
        made.create_dataset("d", (), dtype, fillvalue=fill)
        made.flush()
        image = made.id.get_file_image()
    if image.count(before) != 1:
        raise Unsupported("a fill value that HDF5 does not store as expected")
    with h5py.File(io.BytesIO(image.replace(before, after)), "r") as patched:
        found: h5p.PropDCID = patched["d"].id.get_create_plist()
    return found


def check_filters(made: h5d.DatasetID, storage: Storage) -> None:
    """See that a dataset has the filters that are planned. Raises `Unsupported`.

    Some set their parameters themselves, when a dataset is made.
    """
    created = made.get_create_plist()
    for number, planned in enumerate(storage.filters):
        step = _filter(created, number)
        if step != planned:
            raise Unsupported(
                f"the filter `{step.name}` sets its parameters itself, to {list(step.values)}, "
                f"not to {list(planned.values)}"
            )


def check_makeable(dataset: Dataset, scratch: Callable[[], h5py.File]) -> None:
    """See that a dataset can be made again as it is stored. Raises `Unsupported`.

    Only those are made, in a file in memory and without room for values, of which HDF5 is known to
    make something else at times.
    """
    storage = dataset.storage
    if storage.fill.value is not None:
        _with_fill(storage.fill, dataset.type)
    if not _SETTING_THEMSELVES.isdisjoint(step.code for step in storage.filters):
        created = dataset_properties(dataset)
        created.set_alloc_time(h5d.ALLOC_TIME_LATE)
        space, kind = dataspace(dataset.space), hdf5_type(dataset.type)
        check_filters(h5d.create(scratch().id, None, kind, space, created), storage)


def track_members(created: h5p.PropGCID, members: Tracking) -> None:
    """Make a group keep the order of its links."""
    if members != "no":
        created.set_link_creation_order(_code(_TRACKINGS, members))


def dataset_properties(dataset: Dataset) -> h5p.PropDCID:
    """The property list to create a dataset with. Raises `Unsupported`."""
    storage = dataset.storage
    created = _with_fill(storage.fill, dataset.type)
    set_common(created, dataset)
    if storage.layout == "chunked":
        created.set_chunk(storage.chunks)
    elif not storage.external:  # which is contiguous, and set so before its files are
        created.set_layout(_code(_LAYOUTS, storage.layout))
    for step in storage.filters:
        flags = h5z.FLAG_OPTIONAL if step.optional else h5z.FLAG_MANDATORY
        created.set_filter(step.code, flags, step.values)
    for stretch in storage.external:
        size = h5s.UNLIMITED if stretch.size is None else stretch.size
        created.set_external(stretch.file.encode("utf-8", "surrogateescape"), stretch.offset, size)
    for part in storage.virtual:
        here, there = dataspace(dataset.space), dataspace(part.space)
        select(here, part.here)
        if part.there.kind == "all":
            there = h5s.create_simple((here.get_select_npoints(),))
        select(there, part.there)
        created.set_virtual(
            here,
            part.file.encode("utf-8", "surrogateescape"),
            part.dataset.encode("utf-8", "surrogateescape"),
            there,
        )
    created.set_fill_time(_code(_FILL_TIMES, storage.fill.time))
    created.set_alloc_time(_code(_ALLOCATIONS, storage.allocation))
    return created


def _with_fill(fill: Fill, kind: Datatype) -> h5p.PropDCID:
    """A property list with a fill value and nothing else."""
    if not fill.defined:
        return _undefined_fill().copy()
    if fill.value is not None and isinstance(kind, String) and not kind.points:
        return _string_fill(as_bytes(fill.value), kind)
    created = h5p.create(h5p.DATASET_CREATE)
    if fill.value is not None:
        created.set_fill_value(_fill_array(fill.value, kind))
    return created


def _fill_array(value: Packed, kind: Datatype) -> Any:
    """A fill value as h5py takes it: in the dtype that it has for the datatype."""
    if isinstance(kind, String) and kind.length is None:
        return form(kind).unpacked(value, _NoReferences()).reshape(())
    if kind.points:
        raise Unsupported(f"a fill value of {kind}, which h5py cannot set")
    return numpy.frombuffer(as_bytes(value), native(hdf5_type(kind))).reshape(())
