"""A session: an HDF5 file while it is open.

Takes: a descriptor of the file, checked by whoever opened it.
Gives: `Session`: the h5py file, its groups as they are reached, and how datasets are opened.
"""

from __future__ import annotations

import os
from pathlib import Path

import h5py
from h5py import h5d, h5g, h5o, h5p

from linkdata.arrays.hdf5.failures import failure, translated

_MAX_GROUPS = 1024  # how many groups stay open; they cost HDF5 memory


class Session:
    """An open file. Not to be used after `close`."""

    def __init__(self, fd: int, path: Path, name: str, writable: bool) -> None:
        """Open the file behind a descriptor; `path` is where it is, `name` what messages call it.

        Raises `SourceError`: `source-not-hdf5`, `source-unreadable`.
        """
        # The descriptor itself, where the system can name it: what was checked is what is opened.
        descriptor = f"/proc/self/fd/{fd}"
        opened = descriptor if os.path.exists(descriptor) else os.fspath(path)
        with translated(name):
            try:
                self.handle = h5py.File(opened, "r+" if writable else "r", locking="best-effort")
            except OSError as problem:
                if not h5py.is_hdf5(opened):
                    raise failure("source-not-hdf5", "this is not an HDF5 file", name) from problem
                reason = str(problem).replace(opened, name)
                raise failure("source-unreadable", f"HDF5 says: {reason}", name) from problem
            self.root: h5g.GroupID = h5g.open(self.handle.id, b"/")
            # Other files that a dataset names are looked for beside this one, never in the
            # working directory, which is what HDF5 does when told nothing.
            folder = os.fsencode(path.parent)
            self._access = h5p.create(h5p.DATASET_ACCESS)
            self._access.set_efile_prefix(folder)
            self._access.set_virtual_prefix(folder)
        self.groups: dict[bytes, h5g.GroupID] = {b"/": self.root}

    def open(
        self, group: h5o.ObjectID, name: bytes, kind: int, path: bytes, reaching: bool = False
    ) -> h5o.ObjectID:
        """Open one member of a group, known to be behind a hard link and of this kind.

        `path` is its canonical path. A dataset that is `reaching` finds the files that it names
        beside its own; whoever opens it first decides that, until all have closed it.
        """
        if kind == h5g.DATASET:
            return h5d.open(group, name, self._access if reaching else None)
        if kind != h5g.GROUP:
            return h5o.open(group, name)
        known = self.groups.get(path)
        if known is None:
            if len(self.groups) >= _MAX_GROUPS:
                self.groups = {b"/": self.root}
            known = self.groups[path] = h5g.open(group, name)
        return known

    def close(self) -> None:
        """Close the file and all that is open in it."""
        self.groups.clear()
        self.handle.close()
