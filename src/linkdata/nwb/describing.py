"""From an HDF5 file to the data of a document, as a person would write it.

Takes: the graph of a file, and where its arrays are to go.
Gives: `Describer.data`: the root group as plain data; what schemas and writers give is left out.
Implements: `specs/linkdata-1.0.md`, section "NWB and HDF5 files".

Nothing has to be said here about how things are stored: what a document does not give back, its
section `storage` does, worked out by comparing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy

from linkdata.arrays.protocols import Dataset, Group, Item, Pointer
from linkdata.errors import LinkdataError
from linkdata.graph.entity import IS_A, VALUE, Entity, as_dataset, as_group
from linkdata.graph.graph import Graph
from linkdata.nwb.filling import IDENTITY, filling
from linkdata.nwb.mentions import Mention, shortened
from linkdata.nwb.ragged import column_names, folded
from linkdata.nwb.specifications import LOCATION, ROOT
from linkdata.schema.naming import ClassNames, Typed
from linkdata.schema.tables import is_table
from linkdata.schema.typing import Field, types_of
from linkdata.syntax.references import escape as escaped
from linkdata.syntax.references import needs_tag
from linkdata.syntax.writer import Tagged

#: What stands in a document for an array that is too large to be written out.
Elsewhere: TypeAlias = "Callable[[Dataset], dict[str, Any] | None]"

#: What refers to the place that an external link leads to; None where no reference can.
Beyond: TypeAlias = "Callable[[str, str], str | None]"

#: Fields of a document that mean something else than a member of a group.
_SPECIAL = frozenset((IS_A, "from", "chunks"))
_INT64 = range(-(2**63), 2**64)


#: Bytes of an array that is written out for people to read; `storage` has larger ones.
MAX_WRITTEN = 1 << 26


class NotPlainError(Exception):
    """A value that plain data cannot say; `storage` carries it."""


class Describer:
    """Describes one file. `elsewhere` gives what stands for an array, None to write it out;
    `names` are the classes that the document's imports give; `beyond` refers to other files.
    """

    def __init__(
        self,
        graph: Graph,
        elsewhere: Elsewhere,
        names: ClassNames,
        limit: int | None,
        progress: Callable[[str], None] = lambda path: None,
        beyond: Beyond = lambda file, path: None,
    ) -> None:
        self.graph = graph
        self.types = types_of(graph)
        self.elsewhere = elsewhere
        self.names = names
        self.limit = limit
        self.progress = progress
        self.beyond = beyond

    def data(self, root: Group) -> dict[str, Any]:
        """The root group as plain data."""
        self.file = root.file
        data = self._group(root, None)
        if data.get("timestamps_reference_time") == data.get("session_start_time"):
            data.pop("timestamps_reference_time", None)
        shortened(data)
        return data

    # Objects

    def _group(self, group: Group, field: Field | None) -> dict[str, Any]:
        self.progress(group.name)
        entity = self.graph.item_entity(group)
        typed = self.types.of(entity)
        found = self._class(entity, typed, field) | self._attributes(group, typed)
        members = dict(self._members(group, entity))
        if is_table(typed):
            kinds = ((key, self._kind(entity, key)) for key in members)
            folded(typed, found, members, column_names(kinds))
        found |= members
        fill = filling(typed)
        for key in fill.groups:
            if found.get(key) == {}:
                del found[key]
        return found

    def _class(self, entity: Entity, typed: Typed | None, field: Field | None) -> dict[str, Any]:
        """`is_a`, where the place of an object does not say it."""
        declared = self.types.declared(entity)
        if declared is None:
            source = entity.source_class
            if source is None:
                return {}
            return {IS_A: source[0] if source[1] is None else f"{source[1]}:{source[0]}"}
        asked = None if field is None else field.asked
        if asked is not None and asked.named.uri == declared.cls.uri:
            return {}
        for name in (declared.name, f"{entity.source_class[1]}:{declared.name}"):  # type: ignore[index]
            known = self.names.find(name)
            if known is not None and known.cls.uri == declared.cls.uri:
                return {IS_A: name}
        return {IS_A: declared.cls.uri}

    def _attributes(self, item: Item, typed: Typed | None) -> dict[str, Any]:
        fill = filling(typed)
        found: dict[str, Any] = {}
        for key in item.attributes:
            if _is_hidden(key) or key == LOCATION or (key in IDENTITY and self._identifies(item)):
                continue
            try:
                value = self._plain(item.attributes[key])
            except (LinkdataError, NotPlainError):
                continue
            given = fill.attributes.get(key, (None, None))[0]
            if given is None or type(given) is not type(value) or given != value:
                found[key] = value
        return found

    @staticmethod
    def _identifies(item: Item) -> bool:
        return "neurodata_type" in item.attributes

    def _members(self, group: Group, entity: Entity) -> Iterator[tuple[str, Any]]:
        for key in group.keys():  # noqa: SIM118 - not a mapping
            if _is_hidden(key) or (group.name == "/" and key == ROOT):
                continue
            try:
                member = group.get(key)
                if isinstance(member, Pointer) and member.file is not self.file:
                    yield key, self._outside(group, key, member)
                elif isinstance(member, Pointer):
                    yield key, self._reference(member)
                elif (inner := as_group(member)) is not None:
                    yield key, self._group(inner, self.types.unnamed(entity, key, "group"))
                elif (dataset := as_dataset(member)) is not None:
                    field = self.types.unnamed(entity, key, "dataset")
                    yield key, self._dataset(dataset, field)
            except (LinkdataError, NotPlainError):
                continue  # `storage` has all of it

    def _kind(self, entity: Entity, key: str) -> Typed | None:
        """The class of what stands in a field."""
        value = entity.get(key)
        found = self.types.of(value) if isinstance(value, Entity) else None
        field = self.types.field(entity, key)
        return found or (None if field is None else field.asked)

    # Values

    def _dataset(self, dataset: Dataset, field: Field | None) -> Any:
        """A dataset: its values where nothing else has to be said, else an object."""
        entity = self.graph.item_entity(dataset)
        typed = self.types.of(entity) if dataset.attributes else None
        found: dict[str, Any] = {}
        if typed is not None or dataset.attributes:
            found = self._class(entity, typed, field) | self._attributes(dataset, typed)
        if not self._small(dataset):
            outside = self.elsewhere(dataset)
            if outside is not None:
                return outside | found
        if dataset.shape and dataset.size * dataset.dtype.itemsize > MAX_WRITTEN:
            raise NotPlainError
        values = self._plain(dataset[()])
        if found or (field is None and not isinstance(values, list)):
            return found | {VALUE: values}
        if isinstance(values, dict):
            raise NotPlainError
        return values

    def _small(self, dataset: Dataset) -> bool:
        """Whether an array is written out."""
        return not dataset.shape or self.limit is None or dataset.size <= self.limit

    def _plain(self, value: Any) -> Any:
        """A value as a document writes it. Raises `NotPlainError`."""
        if isinstance(value, Pointer):
            return self._reference(value)
        if isinstance(value, str):
            return _text(value)
        if isinstance(value, numpy.void) and value.dtype.names is not None:
            return [self._plain(one) for one in value.tolist()]
        if isinstance(value, numpy.generic):
            value = _narrowed(value).item()
        if isinstance(value, numpy.ndarray):
            return self._list(value)
        if isinstance(value, int) and not isinstance(value, bool) and value not in _INT64:
            raise NotPlainError
        if isinstance(value, bool | int | float):
            return value
        raise NotPlainError

    def _list(self, array: Any) -> Any:
        if array.dtype.kind in "biuf":
            return _narrowed(array).tolist()
        if array.dtype.kind == "V" and array.dtype.names is None:
            raise NotPlainError
        if array.ndim == 0:
            return self._plain(array[()])
        return [self._list(row) if array.ndim > 1 else self._plain(row) for row in array]

    def _reference(self, pointer: Pointer) -> str:
        """A reference to an object of this file, where the document has it.

        Raises `NotPlainError` for one to a region, to nothing, or to another file.
        """
        if pointer.region is not None or not pointer.path:
            raise NotPlainError
        if pointer.file is not self.file:
            raise NotPlainError
        steps = [part for part in pointer.path.split("/") if part]
        if steps[:1] == [ROOT]:
            raise NotPlainError
        return Mention(steps)

    def _outside(self, group: Group, key: str, there: Pointer) -> str:
        """A reference to what an external link leads to.

        Raises `NotPlainError` for a soft link, which leads there through another one, and for
        what is less than an object or an array.
        """
        link = group.link(key)  # type: ignore[attr-defined]
        item = there.item()
        dataset = as_dataset(item)
        if link.kind != "external" or _is_broken(link.path):
            raise NotPlainError
        if dataset is not None and not dataset.shape and not dataset.attributes:
            raise NotPlainError
        found = self.beyond(link.file, link.path)
        if found is None:
            raise NotPlainError
        return found


def _narrowed(values: Any) -> Any:
    """Floating-point values as Python has them. Raises `NotPlainError` for what needs more bits."""
    if values.dtype.kind != "f" or values.dtype.itemsize <= 8:
        return values
    with numpy.errstate(over="ignore"):
        found = values.astype(float)
    if not numpy.array_equal(found, values, equal_nan=True):
        raise NotPlainError
    return found


def _is_hidden(key: str) -> bool:
    """Whether a document cannot have a field of this name; `storage` then has it."""
    return key in _SPECIAL or _is_broken(key)


def _is_broken(text: str) -> bool:
    """Whether a text has bytes that are no UTF-8."""
    return any("\ud800" <= sign <= "\udfff" for sign in text)


def _text(text: str) -> Any:
    """A text, marked where it would be taken for a reference. Raises `NotPlainError`."""
    if _is_broken(text):
        raise NotPlainError
    return Tagged(text) if needs_tag(text) else escaped(text)
