"""Plain members of a group, read at once: whole datasets of numbers and of texts.

Takes: a group, and names of members.
Gives: `plain_members`: their values, as indexing each with `[:]` gives them.
Implements: `specs/linkdata-1.0.md`, section "HDF5 sources".

Most tables are made of nothing else, and most of what it takes to read a small dataset is to ask
what it is. Whatever is not plain is left to those who know what to do with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import h5py
import numpy
from h5py import h5a, h5d, h5g, h5s
from numpy.typing import NDArray

from linkdata.arrays.hdf5.failures import translated
from linkdata.arrays.hdf5.guards import missing_filter
from linkdata.arrays.hdf5.values import decoded, memory, native
from linkdata.arrays.hdf5.walk import encoded, look

if TYPE_CHECKING:
    from linkdata.arrays.hdf5.items import HDF5Group


def plain_members(
    group: HDF5Group, names: Iterable[str], unless: tuple[str, ...] = ()
) -> dict[str, NDArray[Any]] | None:
    """The values of members of a group; None where one of them is not plain.

    Not plain are links, scalars, values in other files, references, compounds, lists of their own
    lengths; and datasets that have one of the attributes in `unless`. Raises `SourceError`.
    """
    found: dict[str, NDArray[Any]] = {}
    said = [encoded(name) for name in unless]
    with group.opened() as opened:
        for name in names:
            with translated(f"{group.place}/{name}"):
                values = _values(group, opened, encoded(name), said)
            if values is None:
                return None
            found[name] = values
    return found


def _values(
    group: HDF5Group, opened: h5g.GroupID, name: bytes, unless: list[bytes]
) -> NDArray[Any] | None:
    member = look(group.file, opened, group.path, name)
    if not member.is_hard or member.kind != h5g.DATASET or member.links > 1:
        return None
    dataset = h5d.open(opened, name)
    created = dataset.get_create_plist()
    elsewhere = created.get_layout() == h5d.VIRTUAL or created.get_external_count()
    if elsewhere or not dataset.shape or (created.get_nfilters() and missing_filter(dataset)):
        return None
    stored = dataset.get_type()
    dtype = native(stored)
    if not _is_plain(dtype) or any(h5a.exists(dataset, one) for one in unless):
        return None
    into, kind = memory(stored)
    raw = numpy.zeros(dataset.shape, into)
    if raw.size:
        dataset.read(h5s.ALL, h5s.ALL, raw, kind)
    return decoded(raw, dtype, _none)


def _is_plain(dtype: numpy.dtype[Any]) -> bool:
    """Whether values are numbers, truth values or texts."""
    return dtype.kind in "biufcS" or h5py.check_string_dtype(dtype) is not None


def _none(values: NDArray[Any]) -> NDArray[Any]:
    raise AssertionError("plain values hold no references")
