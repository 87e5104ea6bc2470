"""Dataspaces and selections of HDF5, as plain values and back.

Takes: h5py's dataspaces, or `Space` and `Selection`.
Gives: `space_of`, `selection_of`, `dataspace`, `select`.
Implements: `specs/linkdata-1.0.md`, section "Plans of HDF5 files".
"""

from __future__ import annotations

from h5py import h5s

from linkdata.nwb.plan import Selection, Space

_ENDLESS = -1


def space_of(found: h5s.SpaceID) -> Space:
    """The axes of a dataspace."""
    kind = found.get_simple_extent_type()
    if kind == h5s.NULL:
        return Space(None)
    if kind == h5s.SCALAR:
        return Space(())
    most = found.get_simple_extent_dims(True)
    return Space(
        tuple(map(int, found.get_simple_extent_dims())),
        tuple(None if length == h5s.UNLIMITED else int(length) for length in most),
    )


def dataspace(space: Space) -> h5s.SpaceID:
    """An HDF5 dataspace, all of it selected."""
    if space.shape is None:
        return h5s.create(h5s.NULL)
    if not space.shape:
        return h5s.create(h5s.SCALAR)
    assert space.maxshape is not None
    most = tuple(h5s.UNLIMITED if length is None else length for length in space.maxshape)
    return h5s.create_simple(space.shape, most)


def selection_of(found: h5s.SpaceID) -> Selection:
    """What a dataspace has selected."""
    kind = found.get_select_type()
    if kind == h5s.SEL_ALL:
        return Selection("all")
    if kind == h5s.SEL_NONE:
        return Selection("none")
    if kind == h5s.SEL_POINTS:
        points = found.get_select_elem_pointlist().tolist()
        return Selection("points", places=tuple(map(tuple, points)))
    if found.is_regular_hyperslab():
        slab = found.get_regular_hyperslab()
        return Selection("slab", slab=tuple(tuple(map(_number, axis)) for axis in slab))
    blocks = found.get_select_hyper_blocklist().tolist()
    places = tuple((tuple(lowest), tuple(highest)) for lowest, highest in blocks)
    return Selection("blocks", places=places)


def _number(length: int) -> int:
    return _ENDLESS if length == h5s.UNLIMITED else int(length)


def select(into: h5s.SpaceID, selection: Selection) -> None:
    """Select in a dataspace. Raises ValueError where it has no such places."""
    if selection.kind == "all":
        into.select_all()
        return
    into.select_none()
    if selection.kind == "points" and selection.places:
        into.select_elements(selection.places)
    elif selection.kind == "slab":
        start, stride, count, block = (
            tuple(h5s.UNLIMITED if number == _ENDLESS else number for number in axis)
            for axis in selection.slab
        )
        into.select_hyperslab(start, count, stride, block)
    for lowest, highest in selection.places if selection.kind == "blocks" else ():
        size = tuple(last - first + 1 for first, last in zip(lowest, highest, strict=True))
        one = (1,) * len(size)
        into.select_hyperslab(lowest, one, None, size, op=h5s.SELECT_OR)
