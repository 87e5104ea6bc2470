"""What an HDF5 file holds: groups, datasets, named datatypes.

Takes: a file and a canonical path in it.
Gives: `HDF5Group`, `HDF5Dataset`, `HDF5Datatype`. They keep no state but these two: everything is
read when asked for, and two items are equal when file and path are.
Implements: `specs/linkdata-1.0.md`, section "HDF5 sources".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import h5py
import numpy
from h5py import h5d, h5g, h5s, h5t

from linkdata.arrays.base import ArrayBase, scalar
from linkdata.arrays.hdf5 import blocks
from linkdata.arrays.hdf5.addresses import names
from linkdata.arrays.hdf5.attributes import HDF5Attributes
from linkdata.arrays.hdf5.failures import failure, translated
from linkdata.arrays.hdf5.guards import check_storage, missing_filter, reaches_out
from linkdata.arrays.hdf5.values import decoded_dtype, element_dtype, enumeration, native
from linkdata.arrays.hdf5.walk import (
    Arrival,
    Link,
    arrive,
    encoded,
    home,
    join,
    look,
    read_link,
    strictly,
    text,
)
from linkdata.arrays.protocols import Index, Pointer
from linkdata.errors import UsageError, error

if TYPE_CHECKING:
    from linkdata.arrays.hdf5.file import HDF5File
    from linkdata.arrays.hdf5.raw import RawDataset


class HDF5Item:
    """What the kinds of objects share: a file, a canonical path, attributes."""

    __slots__ = ("_path", "file")

    kind: ClassVar[Literal["group", "dataset", "datatype"]]

    def __init__(self, file: HDF5File, path: bytes) -> None:
        """Not to be called by users: `HDF5File.item` gives items."""
        self.file = file
        self._path = path

    @property
    def name(self) -> str:
        """The absolute canonical path in its file."""
        return text(self._path)

    @property
    def path(self) -> bytes:
        """The same as HDF5 has it."""
        return self._path

    @property
    def place(self) -> str:
        """File and path, for messages."""
        return self.file.place(self._path)

    @property
    def attributes(self) -> HDF5Attributes:
        """The attributes, each read when asked for."""
        return HDF5Attributes(self)

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """The h5py low-level object, while the context lasts."""
        with self.file.held():
            with translated(self.place):
                found = strictly(self.file, self._path)
            yield found

    def close(self) -> None:
        """Let go of what `open` holds."""
        self.file.unpin(self._path)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, HDF5Item):
            return NotImplemented
        return self.file is other.file and self._path == other._path

    def __hash__(self) -> int:
        return hash((id(self.file), self._path))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.place})"


class HDF5Group(HDF5Item):
    """A group: named members."""

    __slots__ = ()
    kind = "group"

    def open(self) -> h5py.Group:
        """The h5py group; the file stays open until `close`. h5py follows links unchecked."""
        self.file.pin(self._path)
        try:
            with self.opened() as group:
                return h5py.Group(group)
        except BaseException:
            self.file.unpin(self._path)
            raise

    def keys(self) -> list[str]:
        """The names of the members, as created where the file tracks that, else by name."""
        return list(self._keys())

    def _keys(self) -> list[str]:
        """The same, not to be changed."""
        session = self.file.open_session
        known = None if session is None else session.members.get(self._path)
        if known is not None:
            return known
        with self.opened() as group, translated(self.place):
            found = [text(name) for name in names(group, by_creation=True)]
            session = self.file.session
            return session.remember(session.members, self._path, found)

    def get(self, key: str) -> HDF5Group | HDF5Dataset | HDF5Datatype | Pointer:
        """One member: the object where this is its home, a `Pointer` where that is elsewhere.

        Elsewhere is what a soft or external link leads to, and an object with an earlier hard link.
        Raises `SourceError`: `source-path-missing`, `source-link-broken`, `source-link-refused`.
        """
        with ExitStack() as stack, translated(self.place):
            group = stack.enter_context(self.opened())
            name = encoded(key)
            found = look(self.file, group, self._path, name)
            path = join(self._path, name)
            if not found.is_hard:
                there = arrive(self.file, path, stack)
                return Pointer(there.file, text(there.path))
            canonical = home(self.file, self._path, name, found)
            if canonical != path:
                return Pointer(self.file, text(canonical))
            kind: type[HDF5Group | HDF5Dataset | HDF5Datatype] = HDF5Group
            if found.kind != h5g.GROUP:
                kind = HDF5Dataset if found.kind == h5g.DATASET else HDF5Datatype
            return kind(self.file, path)

    def link(self, key: str) -> Link:
        """What the link of this name says: hard, soft or external, and where it leads."""
        with self.opened() as group, translated(self.place):
            return read_link(self.file, group, self._path, encoded(key))

    def plain_members(
        self, names: Iterable[str], unless: tuple[str, ...] = ()
    ) -> dict[str, Any] | None:
        """The values of members that are plain; see `linkdata.arrays.hdf5.plain`."""
        from linkdata.arrays.hdf5.plain import plain_members

        return plain_members(self, names, unless)

    def item(self, path: str) -> HDF5Group | HDF5Dataset | HDF5Datatype:
        """The object at a path from here (from the root, if it begins with `/`), links followed."""
        return self.file.item(path if path.startswith("/") else f"{self.name}/{path}")

    def __getitem__(self, path: str) -> HDF5Group | HDF5Dataset | HDF5Datatype:
        return self.item(path)

    def __contains__(self, key: object) -> bool:
        return key in self._keys()

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self._keys())

    def __bool__(self) -> bool:
        return True


class HDF5Datatype(HDF5Item):
    """A named datatype."""

    __slots__ = ()
    kind = "datatype"

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """The dtype of values of this type, once read."""
        with self.opened() as found, translated(self.place):
            return decoded_dtype(native(found))

    @property
    def enum(self) -> dict[str, int] | None:
        """Names and numbers of an enumerated type, or `None`."""
        with self.opened() as found, translated(self.place):
            return enumeration(native(found))


class HDF5Dataset(HDF5Item, ArrayBase):
    """A dataset: an `Array`. Indexing is numpy's, in full, but for adding axes."""

    __slots__ = ()
    kind = "dataset"

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The lengths of the axes; `()` for a scalar, `None` for a null dataspace."""
        with self._dataset() as dataset:
            return _shape(dataset)

    @property
    def maxshape(self) -> tuple[int | None, ...] | None:
        """How long each axis may become; `None` for one without a limit."""
        with self._dataset() as dataset:
            if _shape(dataset) is None:
                return None
            limits = (*dataset.get_space().get_simple_extent_dims(True), *blocks.inner(dataset))
            return tuple(None if limit == h5s.UNLIMITED else int(limit) for limit in limits)

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """The dtype of what indexing gives; object for strings, references and ragged values."""
        with self._dataset() as dataset:
            return element_dtype(native(dataset.get_type()))

    @property
    def enum(self) -> dict[str, int] | None:
        """Names and numbers of an enumerated type, or `None`."""
        with self._dataset() as dataset:
            return enumeration(native(dataset.get_type()))

    @property
    def chunks(self) -> tuple[int, ...] | None:
        """The shape of a stored chunk, or `None` where the values are not stored in chunks."""
        with self._dataset() as dataset:
            return blocks.chunk_shape(dataset)

    @property
    def value(self) -> HDF5Dataset:
        """The dataset itself: what a document writes as `value`."""
        return self

    @property
    def epoch(self) -> object | None:
        """What stays the same object as long as the values cannot change: the file is held open,
        for reading only. None where it is opened for each access, or for writing.
        """
        return None if self.file.writable else self.file.open_session

    def __getitem__(self, index: Index, /) -> Any:
        if type(index) is int or (type(index) is slice and index.step is None):
            reader = self._reader()
            if reader is not None:
                # What it refuses, and what was closed meanwhile, is read as any other index.
                with suppress(ValueError, IndexError, RuntimeError):
                    return reader[index]
        with self._dataset(values=True) as dataset:
            shape = _shape(dataset)
            if shape is None:
                return None
            if isinstance(index, str):
                return _named(blocks.read(self.file, dataset, ...), index, self.place)
            values = blocks.read(self.file, dataset, index)
            if values.ndim or index is Ellipsis:
                return values
            return scalar(values) if not shape else values[()]

    def _reader(self) -> h5py.Dataset | None:
        """What reads plain numbers quickly: the open dataset, once it is read a second time."""
        session = self.file.open_session
        if session is None or self._path not in session.readers:
            if session is not None:
                session.readers[self._path] = None
            return None
        reader = session.readers[self._path]
        if reader is None:
            with self._dataset(values=True) as dataset:
                dtype = dataset.dtype
                plain = dtype.kind in "iuf" and dtype.isnative and not dtype.metadata
                if not plain or not dataset.shape or reaches_out(dataset, True):
                    return None
                reader = h5py.Dataset(dataset, readonly=not self.file.writable)
                session.readers[self._path] = reader
        return reader

    def __setitem__(self, index: Index, value: Any, /) -> None:
        if not self.file.writable:
            hint = "open the file with writable=True"
            raise failure("source-read-only", "the file was opened for reading", self.place, hint)
        with self._dataset(values=True) as dataset:
            if _shape(dataset) is None or isinstance(index, str):
                raise UsageError(error("usage", "nothing can be put here", place=self.place))
            blocks.write(self.file, dataset, index, value)

    @contextmanager
    def opened_chunks(self) -> Iterator[RawDataset]:
        """Its chunks as they lie in the file; see `linkdata.arrays.chunking.HasChunks`."""
        from linkdata.arrays.hdf5 import raw
        from linkdata.arrays.hdf5.raw import RawDataset

        with self.file.held():
            with self._dataset(values=True) as dataset:
                # Not held open: reading values opens it in its own way.
                found = raw.layout_of(self, dataset)
                del dataset
            with self.file.addressed() as read:
                yield RawDataset(self, read, found)

    def open(self) -> h5py.Dataset:
        """The h5py dataset; the file stays open until `close`, of this or of the file.

        Its values are checked as those of this dataset are, but what h5py is then asked for
        (references, the file's other objects) is not.
        """
        self.file.pin(self._path)
        try:
            with self._dataset(values=True) as dataset:
                return h5py.Dataset(dataset)
        except BaseException:
            self.file.unpin(self._path)
            raise

    @contextmanager
    def _dataset(self, values: bool = False) -> Iterator[h5d.DatasetID]:
        """The open dataset; the other files that its shape or `values` come from are checked."""
        with self.file.held(), translated(self.place):
            dataset = strictly(self.file, self._path)
            if not isinstance(dataset, h5d.DatasetID):
                raise failure("source-path-missing", "this is not a dataset now", self.place)
            if reaches_out(dataset, values):
                check_storage(self.file, dataset, self._path)
                del dataset  # closes it, for only the first to open it can say where to look
                dataset = strictly(self.file, self._path, reaching=True)
            try:
                yield dataset
            except OSError as problem:
                lacking = missing_filter(dataset)
                if lacking is None:
                    raise
                reason = f"the values need {lacking}, which is not installed"
                hint = "the package hdf5plugin has many filters"
                found = failure("source-filter-missing", reason, self.place, hint)
                raise found from problem


def item_of(found: Arrival) -> HDF5Group | HDF5Dataset | HDF5Datatype:
    """The item for what a walk arrived at."""
    if isinstance(found.id, h5g.GroupID):
        return HDF5Group(found.file, found.path)
    if isinstance(found.id, h5d.DatasetID):
        return HDF5Dataset(found.file, found.path)
    if isinstance(found.id, h5t.TypeID):
        return HDF5Datatype(found.file, found.path)
    place = found.file.place(found.path)
    raise failure("source-unsupported", "an object of an unknown kind", place)


def _shape(dataset: h5d.DatasetID) -> tuple[int, ...] | None:
    if dataset.get_space().get_simple_extent_type() == h5s.NULL:
        return None
    return (*map(int, dataset.shape), *blocks.inner(dataset))


def _named(values: Any, field: str, place: str) -> Any:
    if field not in (values.dtype.names or ()):
        raise UsageError(error("usage", f"there is no field `{field}`", place=place))
    return values[field]
