"""From an HDF5 file to its plan.

Takes: an `HDF5File`.
Gives: `read_plan`.
Implements: `specs/linkdata-1.0.md`, section "Plans of HDF5 files".

One walk, in depth, by name; links are recorded and never followed, so that no other file is
opened. Each object is opened once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import h5py
import numpy
from h5py import h5, h5a, h5d, h5g, h5l, h5o, h5p, h5t

from linkdata.arrays.hdf5.addresses import About, about, address, names
from linkdata.arrays.hdf5.failures import Unsupported, translated
from linkdata.arrays.hdf5.guards import check_storage, missing_filter
from linkdata.arrays.hdf5.walk import join, strictly, text
from linkdata.nwb.comments import Comments
from linkdata.nwb.datatypes import Datatype
from linkdata.nwb.memory import form
from linkdata.nwb.messages import UnknownTypeError, decoded
from linkdata.nwb.plan import (
    Attribute,
    Data,
    Dataset,
    Entry,
    ExternalLink,
    Group,
    HardLink,
    Inline,
    Mapped,
    NamedType,
    Packed,
    Plan,
    SoftLink,
    Space,
    Storage,
    Stored,
)
from linkdata.nwb.properties import check_makeable, storage_of, tracking_of
from linkdata.nwb.sources import InFile, References, read_block, read_chunks
from linkdata.nwb.spaces import space_of

if TYPE_CHECKING:
    from linkdata.arrays.hdf5.file import HDF5File

INLINE = 64 * 1024
"""Bytes of values up to which a dataset's are in the plan itself."""


def read_plan(file: HDF5File, *, inline: int = INLINE) -> Plan:
    """The plan of a file.

    Values of datasets are in it up to `inline` bytes each; larger ones are read from the file when
    they are asked for. Raises `SourceError` for what cannot be read (`source-unreadable`) or
    carried (`source-unsupported`), with the object's place.
    """
    with ExitStack() as stack:
        handle = stack.enter_context(file.held())
        return _Reading(file, inline, stack).plan(handle)


class _Reading:
    """One reading: the file, and what was met so far."""

    def __init__(self, file: HDF5File, inline: int, stack: ExitStack) -> None:
        self._file = file
        self._inline = inline
        self._stack = stack
        self._references = References(file)
        self._types: dict[bytes, Datatype] = {}
        self._memory: h5py.File | None = None
        self._entries: dict[str, Entry] = {}
        self._unlinked: dict[int, str] = {}  # named datatypes that no path leads to

    def plan(self, handle: h5py.File) -> Plan:
        root = self._file.session.root
        with translated(self._file.place(b"/")):
            created = handle.id.get_create_plist()
            if created.get_sizes() != (8, 8):
                raise Unsupported("addresses or lengths of other than 8 bytes")
            fd, length = self._stack.enter_context(self._file.descriptor()), created.get_userblock()
            block = os.pread(fd, length, 0)
            self._comments = Comments(fd, length)
            self._entries["/"] = self._group(root, root.get_create_plist(), b"/")
        pending = [(b"/", root, iter(names(root, by_creation=True)))]
        while pending:
            path, group, left = pending[-1]
            below = self._next_group(path, group, left)
            if below is None:
                pending.pop()
            else:
                at, child = below
                pending.append((at, child, iter(names(child, by_creation=True))))
        return Plan(self._entries, block, created.get_version()[0])

    def _next_group(
        self, path: bytes, group: h5g.GroupID, left: Iterator[bytes]
    ) -> tuple[bytes, h5g.GroupID] | None:
        """Take in members of a group, up to and with the first group among them."""
        for name in left:
            at = join(path, name)
            with translated(self._file.place(at)):
                found = about(group, name)
                if not found.is_hard:
                    self._entries[text(at)] = _link(group, name)
                    continue
                home = self._home(at, found)
                if home != at:
                    self._entries[text(at)] = HardLink(text(home))
                    continue
                opened = self._file.session.open(group, name, found.kind, at)
                self._entries[text(at)] = self._object(opened, at)
                if isinstance(opened, h5g.GroupID):
                    return at, opened
        return None

    def _home(self, path: bytes, found: About) -> bytes:
        """The canonical path of what a hard link holds."""
        if found.links <= 1:
            return path
        return self._file.addresses().path(found.address) or path

    def _object(self, opened: h5o.ObjectID, path: bytes) -> Entry:
        if isinstance(opened, h5g.GroupID):
            return self._group(opened, opened.get_create_plist(), path)
        if isinstance(opened, h5d.DatasetID):
            return self._dataset(opened, path)
        return self._named_type(opened, path)

    def _named_type(self, opened: h5t.TypeID, path: bytes) -> NamedType:
        common = self._common(opened, opened.get_create_plist(), path)
        del common["times"]  # nobody can say of a datatype whether it should keep them
        return NamedType(self._datatype(opened), **common)

    def _group(self, group: h5g.GroupID, created: h5p.PropGCID, path: bytes) -> Group:
        members = tracking_of(created.get_link_creation_order())
        return Group(members=members, **self._common(group, created, path))

    def _common(self, opened: h5o.ObjectID, created: h5p.PropOCID, path: bytes) -> dict[str, Any]:
        """What all objects have."""
        place = self._file.place(path)
        tracking = tracking_of(created.get_attr_creation_order())
        comment = self._comments.of(address(opened))
        return {
            "attributes": self._attributes(opened, tracking != "no", place),
            "tracking": tracking,
            "times": bool(created.get_obj_track_times()),
            "comment": text(comment),
        }

    def _attributes(self, owner: h5o.ObjectID, tracked: bool, place: str) -> dict[str, Attribute]:
        found: list[bytes] = []
        order = h5.INDEX_CRT_ORDER if tracked else h5.INDEX_NAME
        if h5a.get_num_attrs(owner):
            h5a.iterate(owner, found.append, index_type=order)
        return {text(name): self._attribute(owner, name, place) for name in found}

    def _attribute(self, owner: h5o.ObjectID, name: bytes, place: str) -> Attribute:
        with translated(f"{place}@{text(name)}"):
            opened = h5a.open(owner, name)
            stored = opened.get_type()
            kind = self._datatype(stored)
            space = space_of(opened.get_space())
            values: Packed = () if kind.points else b""
            if space.count:
                shape, found = space.shape or (), form(kind)
                array = numpy.zeros(shape, found.dtype)
                opened.read(array, found.kind)
                axes = array.shape[len(shape) :]
                values = found.packed(array.reshape((-1, *axes)), self._references)
            return Attribute(kind, space, values, self._named(stored))

    def _datatype(self, stored: h5t.TypeID) -> Datatype:
        message = stored.encode()
        found = self._types.get(message)
        if found is None:
            try:
                found = self._types[message] = decoded(message)
            except UnknownTypeError as problem:
                raise Unsupported(str(problem)) from problem
        return found

    def _named(self, stored: h5t.TypeID) -> str | None:
        """The path of a datatype, if it is a named one."""
        if not stored.committed():
            return None
        where = address(stored)
        path = self._file.addresses().path(where)
        if path is not None:
            return text(path)
        if where not in self._unlinked:
            self._unlinked[where] = f"~{len(self._unlinked) + 1}"
            name = self._unlinked[where].encode()
            self._entries[self._unlinked[where]] = self._named_type(stored, name)
        return self._unlinked[where]

    def _dataset(self, dataset: h5d.DatasetID, path: bytes) -> Dataset:
        created = dataset.get_create_plist()
        stored = dataset.get_type()
        kind = self._datatype(stored)
        named = self._named(stored)
        common = self._common(dataset, created, path)
        storage = storage_of(created, kind, self._scratch)
        if any(_endless(part) for part in storage.virtual):
            space = self._growing(dataset, path)
        else:
            space = space_of(dataset.get_space())
        data = self._data(dataset, kind, space, storage, path)
        found = Dataset(type=kind, space=space, data=data, storage=storage, named=named, **common)
        check_makeable(found, self._scratch)  # so that what cannot be carried is told now
        return found

    def _growing(self, dataset: h5d.DatasetID, path: bytes) -> Space:
        """The axes of a virtual dataset that are those of its sources, in whatever files."""
        check_storage(self._file, dataset, path)
        dataset.close()  # it is opened again, to look for the files beside its own
        opened = strictly(self._file, path, reaching=True)
        assert isinstance(opened, h5d.DatasetID)
        return space_of(opened.get_space())

    def _data(
        self,
        dataset: h5d.DatasetID,
        kind: Datatype,
        space: Space,
        storage: Storage,
        path: bytes,
    ) -> Data | None:
        if storage.layout == "virtual" or storage.external or not space.count:
            return None
        if dataset.get_space_status() == h5d.SPACE_STATUS_NOT_ALLOCATED:
            return None
        small = space.count * kind.size <= self._inline
        if missing := missing_filter(dataset):
            if kind.points:
                raise Unsupported(f"references or values of variable length behind {missing}")
            if small:
                return Stored(tuple(chunk.kept for chunk in read_chunks(dataset)))
        elif small:
            shape = space.shape or ()
            start = (0,) * len(shape)
            return Inline(read_block(dataset, form(kind), start, shape, self._references))
        form(kind)  # which raises for what cannot be carried
        chunked = (storage.chunks, storage.filters)
        return InFile(self._file, text(path), kind, chunked)

    def _scratch(self) -> h5py.File:
        """A file in memory."""
        if self._memory is None:
            made = h5py.File("scratch", "w", driver="core", backing_store=False)
            self._memory = self._stack.enter_context(made)
        return self._memory


def _endless(part: Mapped) -> bool:
    """Whether a part of a virtual dataset grows with its source."""
    return any(-1 in axis for axis in part.here.slab)


def _link(group: h5g.GroupID, name: bytes) -> Entry:
    kind = group.links.get_info(name).type
    if kind == h5l.TYPE_SOFT:
        return SoftLink(text(group.links.get_val(name)))
    if kind == h5l.TYPE_EXTERNAL:
        filename, target = group.links.get_val(name)
        return ExternalLink(text(filename), text(target))
    raise Unsupported(f"a link of a user's own kind ({kind})")
