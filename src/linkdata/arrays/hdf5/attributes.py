"""Attributes of an object in a file, as a mapping.

Takes: an item.
Gives: `HDF5Attributes`, which reads each attribute when asked for it.
Implements: `specs/linkdata-1.0.md`, section "HDF5 sources".
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import TYPE_CHECKING, Any, cast

import h5py
import numpy
from h5py import h5, h5a, h5p

from linkdata.arrays.base import scalar
from linkdata.arrays.hdf5.failures import failure, translated
from linkdata.arrays.hdf5.references import pointers
from linkdata.arrays.hdf5.values import decoded, decoded_dtype, memory, native, text_of
from linkdata.arrays.hdf5.walk import encoded, text
from linkdata.arrays.protocols import Attributes, AttributeValue, StoredAttribute
from linkdata.errors import LinkdataError, did_you_mean

if TYPE_CHECKING:
    from linkdata.arrays.hdf5.items import HDF5Item


_UNREAD = object()
_PLAIN = (bool, int, float, str)


class HDF5Attributes(Attributes):
    """The attributes of one object: names as created where the file tracks that, else by name.

    Raises `SourceError` for one that is missing (`source-path-missing`) or cannot be carried.
    """

    __slots__ = ("_item",)

    def __init__(self, item: HDF5Item) -> None:
        self._item = item

    @property
    def _remembered(self) -> dict[str, Any] | None:
        """All names of attributes, with the values that are known; None of a file that is not open.

        A value that is not known is `_UNREAD`.
        """
        session = self._item.file.open_session
        return None if session is None else session.attributes.get(self._item.path)

    def __getitem__(self, name: str) -> AttributeValue:
        remembered = self._remembered
        if remembered is not None and remembered.get(name, _UNREAD) is not _UNREAD:
            return cast("AttributeValue", remembered[name])
        value = self._read(name)
        remembered = self._remembered
        if remembered is not None and isinstance(value, _PLAIN):  # arrays can be changed
            remembered[name] = value
        return value

    def _read(self, name: str) -> AttributeValue:
        place = f"{self._item.place}@{name}"
        with self._item.opened() as owner, translated(place):
            if name not in self._known():
                near = did_you_mean(name, self)
                raise failure("source-path-missing", f"no attribute `{name}`", place, near)
            return self._value(h5a.open(owner, encoded(name)))

    def _value(self, attribute: h5a.AttrID) -> AttributeValue:
        shape = attribute.shape
        if shape is None:
            return None
        stored = attribute.get_type()
        into, kind = memory(stored)
        raw = numpy.zeros(shape, into)
        attribute.read(raw, kind)
        if not shape and h5py.check_string_dtype(into) is not None and into.kind == "O":
            return text_of(cast("bytes | str | None", raw[()]))
        file = self._item.file
        value = decoded(raw, native(stored), lambda found: pointers(file, found))
        return cast("AttributeValue", value if value.ndim else scalar(value))

    def get(self, name: str, default: Any = None, /) -> Any:
        """The value of an attribute, or the default where there is none."""
        with self._item.file.held():
            return self[name] if name in self else default  # noqa: SIM401 (this is `get`)

    def dtype(self, name: str) -> numpy.dtype[Any]:
        """The dtype of one attribute (a Python scalar does not say its width)."""
        with self._item.opened() as owner, translated(f"{self._item.place}@{name}"):
            return decoded_dtype(native(h5a.open(owner, encoded(name)).get_type()))

    def stored(self) -> list[StoredAttribute]:
        """All attributes, read at once; of one that cannot be read, why."""
        found: list[StoredAttribute] = []
        with self._item.opened() as owner, translated(self._item.place):
            for name in self._names():
                try:
                    with translated(f"{self._item.place}@{name}"):
                        attribute = h5a.open(owner, encoded(name))
                        dtype = decoded_dtype(native(attribute.get_type()))
                        found.append(StoredAttribute(name, self._value(attribute), dtype))
                except LinkdataError as problem:
                    found.append(StoredAttribute(name, None, None, problem))
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._known()

    def _known(self) -> Container[str]:
        remembered = self._remembered
        return self._names() if remembered is None else remembered

    def _names(self) -> list[str]:
        remembered = self._remembered
        if remembered is not None:
            return list(remembered)
        found: list[bytes] = []
        with self._item.opened() as owner, translated(self._item.place):
            tracked = owner.get_create_plist().get_attr_creation_order() & h5p.CRT_ORDER_TRACKED
            order = h5.INDEX_CRT_ORDER if tracked else h5.INDEX_NAME
            h5a.iterate(owner, found.append, index_type=order)
            session, names = self._item.file.session, [text(name) for name in found]
            session.remember(session.attributes, self._item.path, dict.fromkeys(names, _UNREAD))
        return names

    def __repr__(self) -> str:
        return f"HDF5Attributes({self._item.place}, {self._names()})"
