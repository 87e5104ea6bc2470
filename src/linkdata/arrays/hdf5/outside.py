"""The other files that an HDF5 file leads to.

Takes: an HDF5 file.
Gives: `files_beside`: the file names in its external links, external storage and virtual datasets.
Implements: `specs/linkdata-1.0.md`, section "HDF5 sources".

Nothing of the other files is opened.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from linkdata.arrays.hdf5.failures import translated

if TYPE_CHECKING:
    from h5py import h5g

    from linkdata.arrays.hdf5.file import HDF5File


class Beside(NamedTuple):
    """A file that another one names, and the place in it that does."""

    filename: str
    place: str


def files_beside(file: HDF5File) -> Iterator[Beside]:
    """The files that a file names, relative to its folder or absolute; each as often as named.

    Raises `SourceError` for a file that cannot be read.
    """
    with file.held(), translated(file.name):
        from h5py import h5g, h5l

        from linkdata.arrays.hdf5.addresses import about, names
        from linkdata.arrays.hdf5.walk import join

        seen: set[int] = set()
        waiting: list[tuple[bytes, h5g.GroupID]] = [(b"/", file.session.root)]
        while waiting:
            path, group = waiting.pop()
            for name in names(group):
                at = join(path, name)
                found = about(group, name)
                if not found.is_hard:
                    if group.links.get_info(name).type == h5l.TYPE_EXTERNAL:
                        filename = group.links.get_val(name)[0]
                        yield Beside(os.fsdecode(filename), file.place(at))
                elif found.address not in seen:
                    seen.add(found.address)
                    if found.kind == h5g.GROUP:
                        waiting.append((at, h5g.open(group, name)))
                    elif found.kind == h5g.DATASET:
                        for filename in _of_dataset(group, name):
                            yield Beside(filename, file.place(at))


def _of_dataset(group: h5g.GroupID, name: bytes) -> Iterator[str]:
    from h5py import h5d

    created = h5d.open(group, name).get_create_plist()
    for number in range(created.get_external_count()):
        yield os.fsdecode(created.get_external(number)[0])
    if created.get_layout() == h5d.VIRTUAL:
        sources = {created.get_virtual_filename(n) for n in range(created.get_virtual_count())}
        yield from sorted(sources - {"."})
