"""From a plan to an HDF5 file.

Takes: a `Plan` and a path.
Gives: `write_plan`.
Implements: `specs/linkdata-1.0.md`, section "Plans of HDF5 files".

First all objects and links are made, group by group and in the order of the members, then
attributes and values, as these may refer to any object. The file is made under another name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import h5py
from h5py import h5a, h5d, h5f, h5g, h5o, h5p, h5r, h5t

from linkdata.arrays.hdf5.addresses import address
from linkdata.arrays.hdf5.failures import Unsupported, translated
from linkdata.errors import Diagnostic, OutputError, SourceError, error, warning
from linkdata.nwb.memory import hdf5_type
from linkdata.nwb.names import place
from linkdata.nwb.plan import (
    Attribute,
    Dataset,
    ExternalLink,
    Filter,
    Group,
    HardLink,
    Link,
    NamedType,
    Object,
    Plan,
    Reference,
    SoftLink,
    Storage,
)
from linkdata.nwb.properties import (
    check_filters,
    dataset_properties,
    set_common,
    storage_of,
    track_members,
)
from linkdata.nwb.spaces import dataspace, select
from linkdata.nwb.standins import standing_in
from linkdata.nwb.transfer import Progress, Transfer
from linkdata.output import replacing, settling

_LARGE_ATTRIBUTE = 60_000  # bytes; in the oldest format it has to fit a header message
_SCRATCH = b"\x01linkdata"  # a group for named datatypes, until they are linked to their places


def write_plan(
    plan: Plan, path: Path, *, force: bool = False, progress: Progress | None = None
) -> list[Diagnostic]:
    """Write a plan to an HDF5 file; `force` overwrites one that is there.

    Gives warnings about what no program with h5py can write, and no reader needs.

    Raises `OutputError` (`output-exists`, `output-failed`, `value-not-representable` for what
    cannot be written as planned) and whatever reading the plan's sources raises. The file is then
    what it was.
    """
    with replacing(path, force=force) as temporary, standing_in(_filters(plan)):
        with _told(str(path), "/"), _created(plan, temporary) as file:
            writing = _Writing(plan, file, str(path), progress)
            writing.write()
        if plan.userblock:
            with open(temporary, "r+b") as block:
                block.write(plan.userblock)
    return writing.warnings


def _filters(plan: Plan) -> Iterator[Filter]:
    for entry in plan.entries.values():
        if isinstance(entry, Dataset):
            yield from entry.storage.filters


@contextmanager
def _told(file: str, path: str) -> Iterator[None]:
    """Turn what HDF5 raises into an `OutputError` about one object."""
    where = f"{file}:{path}"
    try:
        with translated(where, "output-failed"):
            yield
    except SourceError as problem:
        found = problem.diagnostic
        if found.place != where:
            raise  # of a source, not of this file
        code = "value-not-representable" if found.code == "source-unsupported" else found.code
        raise OutputError(error(code, found.message, place=where, hint=found.hint)) from problem


@contextmanager
def _created(plan: Plan, path: Path) -> Iterator[h5py.File]:
    created = h5p.create(h5p.FILE_CREATE)
    root = plan.group("/")
    set_common(created, root)
    track_members(created, root.members)
    if plan.userblock:
        created.set_userblock(len(plan.userblock))
    access = h5p.create(h5p.FILE_ACCESS)
    access.set_fclose_degree(h5f.CLOSE_STRONG)
    access.set_libver_bounds(_oldest(plan), h5f.LIBVER_LATEST)
    handle = h5f.create(os.fsencode(path), h5f.ACC_EXCL, created, access)
    with settling(path), h5py.File(handle) as file:
        yield file


def _oldest(plan: Plan) -> int:
    """The oldest version of the format that can hold a plan, or that its file had."""
    entries = (entry for entry in plan.entries.values() if not isinstance(entry, Link))
    large = any(
        attribute.space.count * attribute.type.size > _LARGE_ATTRIBUTE
        for entry in entries
        for attribute in entry.attributes.values()
    )
    if plan.version < 2 and not large:
        return int(h5f.LIBVER_EARLIEST)
    return int(h5f.LIBVER_V18 if plan.version < 3 else h5f.LIBVER_V110)


class _Makers:
    """References into the file that is being written."""

    def __init__(self, file: h5py.File) -> None:
        self._file = file.id
        self._known: dict[str, int] = {}

    def address(self, reference: Reference | None) -> int:
        """The address that stands for a reference to an object."""
        if reference is None:
            return 0
        path = _target(reference)
        if path not in self._known:
            self._known[path] = address(self._open(path))
        return self._known[path]

    def handle(self, reference: Reference | None) -> Any:
        """h5py's object for a reference to an object or region."""
        if reference is None:
            return None
        path = _target(reference)
        if reference.region is None:
            return h5r.create(self._file, _bytes(path), h5r.OBJECT)
        dataset = self._open(path)
        if not isinstance(dataset, h5d.DatasetID):
            raise Unsupported(f"a reference to a region of `{path}`, which is no dataset")
        space = dataset.get_space()
        select(space, reference.region)
        return h5r.create(self._file, _bytes(path), h5r.DATASET_REGION, space)

    def _open(self, path: str) -> h5o.ObjectID:
        try:
            return h5o.open(self._file, _bytes(path))
        except KeyError:
            raise Unsupported(f"a reference to `{path}`, which is not in the file") from None


def _target(reference: Reference) -> str:
    if not reference.path:
        raise Unsupported("a reference to an object that no path leads to")
    return reference.path


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _name(path: str) -> bytes:
    return _bytes(path.rpartition("/")[2])


class _Writing:
    """One writing: the file, and what is in it so far."""

    def __init__(self, plan: Plan, file: h5py.File, name: str, progress: Progress | None) -> None:
        self.warnings: list[Diagnostic] = []
        self._plan = plan
        self._id = file.id
        self._name = name
        self._transfer = Transfer(_Makers(file), progress, plan.entries.values())
        self._types: dict[str, h5t.TypeID] = {}
        self._placed = {"/"}
        self._early: dict[str, h5o.ObjectID] = {}  # made before their own place was reached

    def write(self) -> None:
        self._commit_types()
        for path, members in self._plan.members().items():
            group = self._open(path)
            for member in members:
                with _told(self._name, member):
                    self._make(group, member)
        self._finish_types()
        for path, entry in self._plan.entries.items():
            if not isinstance(entry, Link):
                with _told(self._name, path):
                    self._fill(path, entry)

    # Objects and links

    def _commit_types(self) -> None:
        named = {
            path: entry
            for path, entry in self._plan.entries.items()
            if isinstance(entry, NamedType)
        }
        if not named:
            return
        scratch = h5g.create(self._id, _SCRATCH)
        for number, (path, entry) in enumerate(named.items()):
            with _told(self._name, path):
                if entry.tracking != "no":
                    reason = "the order of the attributes of a named datatype is not kept"
                    at = f"{self._name}:{path}"
                    self.warnings.append(warning("value-not-representable", reason, place=at))
                kind = hdf5_type(entry.type)
                kind.commit(scratch, str(number).encode())
                self._types[path] = kind

    def _finish_types(self) -> None:
        """Take away the names that they had meanwhile. What has another one, or is used, stays."""
        if self._types:
            h5g.open(self._id, b"/").unlink(_SCRATCH)

    def _make(self, group: h5g.GroupID, path: str) -> None:
        entry, name = self._plan.entries[path], _name(path)
        naming = h5p.create(h5p.LINK_CREATE)
        naming.set_char_encoding(h5t.CSET_ASCII if name.isascii() else h5t.CSET_UTF8)
        if isinstance(entry, SoftLink):
            group.links.create_soft(name, _bytes(entry.target), naming)
        elif isinstance(entry, ExternalLink):
            group.links.create_external(name, _bytes(entry.file), _bytes(entry.target), naming)
        else:
            target = entry.target if isinstance(entry, HardLink) else path
            h5o.link(self._object(target), group, name, naming)
            if target == path:
                self._placed.add(path)
                self._early.pop(path, None)

    def _object(self, path: str) -> h5o.ObjectID:
        """The object at a canonical path, made if need be, with no name yet."""
        if path in self._types:
            return self._types[path]
        if path in self._placed:
            return self._open(path)
        if path not in self._early:
            self._early[path] = self._made(path)
        return self._early[path]

    def _made(self, path: str) -> h5o.ObjectID:
        entry = self._plan.entries.get(path)
        if isinstance(entry, Dataset):
            return self._dataset(entry)
        if not isinstance(entry, Group):
            raise Unsupported(f"a hard link to `{path}`, where no object is")
        created = h5p.create(h5p.GROUP_CREATE)
        set_common(created, entry)
        track_members(created, entry.members)
        return h5g.create(self._id, None, gcpl=created)

    def _dataset(self, entry: Dataset) -> h5d.DatasetID:
        kind = self._stored_type(entry)
        made = h5d.create(self._id, None, kind, dataspace(entry.space), dataset_properties(entry))
        usual = Storage(
            entry.storage.layout, entry.storage.chunks, allocation=entry.storage.allocation
        )
        if entry.storage != usual:
            _check(made, entry)
        return made

    def _stored_type(self, entry: Dataset | Attribute) -> h5t.TypeID:
        if entry.named is None:
            return hdf5_type(entry.type)
        found = self._types.get(entry.named)
        if found is None:
            raise Unsupported(f"it names `{entry.named}`, which is no datatype, as its own")
        return found

    def _open(self, path: str) -> h5o.ObjectID:
        return self._types.get(path) or h5o.open(self._id, _bytes(path))

    def _fill(self, path: str, entry: Object) -> None:
        """Give an object its attributes and values."""
        opened = self._open(path)
        for name, attribute in entry.attributes.items():
            with _told(self._name, place(path, name)):
                kind, space = self._stored_type(attribute), dataspace(attribute.space)
                self._transfer.attribute(h5a.create(opened, _bytes(name), kind, space), attribute)
        if entry.comment:
            h5o.set_comment(opened, _bytes(entry.comment))
        if isinstance(entry, Dataset):
            self._transfer.dataset(opened, entry)


def _check(made: h5d.DatasetID, entry: Dataset) -> None:
    """See that a dataset is stored as planned."""
    with h5py.File("scratch", "w", driver="core", backing_store=False) as scratch:
        found = storage_of(made.get_create_plist(), entry.type, lambda: scratch)
    check_filters(made, entry.storage)
    if found != entry.storage:
        names = (part.name for part in fields(Storage))
        wrong = (name for name in names if getattr(found, name) != getattr(entry.storage, name))
        raise Unsupported(f"HDF5 does not store it as planned: {', '.join(wrong)}")
