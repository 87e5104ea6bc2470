"""A session: an HDF5 file while it is open.

Takes: a descriptor of the file, checked by whoever opened it.
Gives: `Session`: the h5py file, its groups as they are reached, and how datasets are opened.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, TypeVar

import h5py
from h5py import h5d, h5g, h5o, h5p

from linkdata.arrays.hdf5.failures import failure, translated
from linkdata.arrays.ranged import RangedFile

Said = TypeVar("Said")

_MAX_GROUPS = 1024  # how many groups stay open; they cost HDF5 memory
_MAX_OBJECTS = 64  # a dataset costs more: its cache of chunks
_MAX_SAID = 4096  # of how many objects names and attributes are remembered


class Session:
    """An open file. Not to be used after `close`."""

    def __init__(self, file: int | RangedFile, path: Path, name: str, writable: bool) -> None:
        """Open the file behind a descriptor, or one that is read in ranges.

        `path` is where it is, `name` what messages call it.
        Raises `SourceError`: `source-not-hdf5`, `source-unreadable`; `RetrievalError`.
        """
        stream = file if isinstance(file, RangedFile) else None
        # The descriptor itself, where the system can name it: what was checked is what is opened.
        descriptor = f"/proc/self/fd/{file}"
        opened = descriptor if os.path.exists(descriptor) else os.fspath(path)
        with translated(name):
            try:
                if stream is not None:
                    self.handle = h5py.File(stream, "r")
                else:
                    mode = "r+" if writable else "r"
                    self.handle = h5py.File(opened, mode, locking="best-effort")
            except OSError as problem:
                reason = str(problem).replace(opened, name)
                signed = "signature" not in reason if stream else h5py.is_hdf5(opened)
                if not signed:
                    raise failure("source-not-hdf5", "this is not an HDF5 file", name) from problem
                raise failure("source-unreadable", f"HDF5 says: {reason}", name) from problem
            self.root: h5g.GroupID = h5g.open(self.handle.id, b"/")
            # Other files that a dataset names are looked for beside this one, never in the
            # working directory, which is what HDF5 does when told nothing.
            folder = os.fsencode(path.parent)
            self._access = h5p.create(h5p.DATASET_ACCESS)
            self._access.set_efile_prefix(folder)
            self._access.set_virtual_prefix(folder)
        self.groups: dict[bytes, h5g.GroupID] = {b"/": self.root}
        #: Other objects that were opened, as long as nothing in the file can change.
        self.objects: dict[bytes, h5o.ObjectID] = {}
        self._keeps = not writable
        #: Names of members, and attributes of plain values, that were read before.
        self.members: dict[bytes, list[str]] = {}
        self.attributes: dict[bytes, dict[str, Any]] = {}
        #: Datasets of plain numbers that are read again and again; None for one read once.
        self.readers: dict[bytes, h5py.Dataset | None] = {}

    def open(
        self, group: h5o.ObjectID, name: bytes, kind: int, path: bytes, reaching: bool = False
    ) -> h5o.ObjectID:
        """Open one member of a group, known to be behind a hard link and of this kind.

        `path` is its canonical path. A dataset that is `reaching` finds the files that it names
        beside its own; whoever opens it first decides that, until all have closed it.
        """
        if kind == h5g.DATASET:
            found = h5d.open(group, name, self._access if reaching else None)
            return found if reaching else self._kept(path, found)
        if kind != h5g.GROUP:
            return self._kept(path, h5o.open(group, name))
        known = self.groups.get(path)
        if known is None:
            if len(self.groups) >= _MAX_GROUPS:
                self.groups = {b"/": self.root}
            known = self.groups[path] = h5g.open(group, name)
        return known

    def _kept(self, path: bytes, found: h5o.ObjectID) -> h5o.ObjectID:
        if self._keeps:
            if len(self.objects) >= _MAX_OBJECTS:
                self.objects.clear()
            self.objects[path] = found
        return found

    def remember(self, known: dict[bytes, Said], path: bytes, said: Said) -> Said:
        """Keep what an object says in one of the dictionaries, unless it may change."""
        if self._keeps:
            if len(known) >= _MAX_SAID:
                known.clear()
            known[path] = said
        return said

    def close(self) -> None:
        """Close the file and all that is open in it."""
        self.groups.clear()
        self.objects.clear()
        self.readers.clear()
        self.handle.close()
