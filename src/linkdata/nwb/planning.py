"""From the graph of a document to the plan of an HDF5 file.

Takes: a graph.
Gives: `plan_of`: what a writer makes of it who knows the schema, and nothing of how a file that
the document came from was stored.
Implements: `specs/linkdata-1.0.md`, section "NWB and HDF5 files".

First every object gets its path, then the entries are made, so that references know where to
lead. What comes from a file whole is taken over from the plan of that file.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from linkdata.arrays.hdf5.file import HDF5File
from linkdata.arrays.protocols import Item
from linkdata.errors import OutputError, error
from linkdata.graph.entity import IS_A, VALUE, Entity, Link, as_dataset
from linkdata.graph.graph import Graph
from linkdata.graph.placement import slot_of
from linkdata.nwb import plan as plans
from linkdata.nwb.brought import Brought
from linkdata.nwb.filling import NAMESPACE, OBJECT_ID, TYPE, filling, namespace_of
from linkdata.nwb.filling import object_id as object_id_of
from linkdata.nwb.names import join
from linkdata.nwb.outward import Outward
from linkdata.nwb.packing import (
    compound_of,
)
from linkdata.nwb.plan import Attribute, Dataset, Entry, Plan, SoftLink
from linkdata.nwb.ragged import SHAPE
from linkdata.nwb.rooting import root_entries
from linkdata.nwb.specifications import ROOT
from linkdata.nwb.tabling import complete, completed, put_columns
from linkdata.nwb.valuing import Hints, LeftOutError, Values
from linkdata.schema.naming import Typed, is_part
from linkdata.schema.tables import is_table
from linkdata.schema.typing import Field, SchemaTypes, holds_values, types_of
from linkdata.syntax.nodes import Candidate, Sequence

#: Keys of an object that are no field of it in a file.
_HIDDEN = frozenset((IS_A, VALUE, "from", "chunks", "digest"))


def plan_of(
    graph: Graph,
    hints: Hints | None = None,
    *,
    links: str = "same",
    folder: Path | None = None,
    known: Mapping[HDF5File, Plan] = MappingProxyType({}),
    progress: Callable[[str], None] = lambda path: None,
) -> Plan:
    """The plan of the file that a document stands for.

    `links` says what becomes of what lies in other files: `copy` takes it over, with what those
    files link to, `same` takes it over as it is, `external` links to it, as seen from `folder`.
    `known` are the plans of files that were read before.

    Raises `OutputError` (`value-not-representable`, `object-unplaced`) and what following the
    document's references raises.
    """
    brought = Brought(links, known)
    return Planner(graph, hints or Hints(), brought, folder, progress).plan()


class Planner:
    """Plans one file. Used by the modules of this package that plan tables and the root."""

    def __init__(
        self,
        graph: Graph,
        hints: Hints,
        brought: Brought,
        folder: Path | None,
        progress: Callable[[str], None],
    ) -> None:
        self.graph = graph
        self.hints = hints
        self.links = brought.links
        self.folder = folder
        self.progress = progress
        self.types: SchemaTypes = types_of(graph)
        self.paths: dict[int, str] = {}
        self.brought = brought
        self.values = Values(hints, self.brought, self.where)
        self.outward = Outward(graph, folder, hints.links)
        self.entries: dict[str, Entry] = {}

    def plan(self) -> Plan:
        """The whole plan."""
        root = self.graph.data
        if not isinstance(root, Entity):
            raise OutputError(
                error("value-not-representable", "`data` is not an object: a file has no root")
            )
        self._check_placed()
        self._place(root)
        self._group(root, "/", None)
        root_entries(self, root)
        self.outward.settle(self.entries)
        return Plan(self.entries)

    def _check_placed(self) -> None:
        """Raise `OutputError` when named objects stand nowhere in `data`, and are mentioned."""
        problems = [
            error("object-unplaced", f"`{key}` stands nowhere in `data`, so no file can have it",
                  value.target.span, hint="refer to it from a slot that contains it")
            for key, value in self.graph.top()
            if key != "data" and isinstance(value, Link)
        ]  # fmt: skip
        if problems:
            raise OutputError(problems)

    # Paths

    def _place(self, root: Entity) -> None:
        waiting = [(root, "/")]
        while waiting:
            entity, path = waiting.pop()
            self.paths.setdefault(id(entity), path)
            item = entity.item
            if item is not None:
                self.brought.add(item, path)
                if not entity.layers:
                    continue  # comes as a whole
            for key in entity:
                value = self.outward.written(entity, key, join(path, key))
                if isinstance(value, Link) and value.owned and not self._is_hidden(entity, key):
                    waiting.append((value.target, join(path, key)))
                elif value is None and item is not None and item.kind == "group":
                    self.brought.add_member(item, key, join(path, key))

    def where(self, entity: Entity) -> str | None:
        """The path of an object in the file, if it has one."""
        found = self.paths.get(id(entity))
        if found is None and entity.item is not None:
            found = self.brought.path(entity.item)
        return found

    # Objects

    def put(self, path: str, entry: Entry) -> None:
        """Put an entry into the plan."""
        self.entries[path] = entry

    def _object(self, entity: Entity, path: str, field: Field | None, key: str) -> None:
        self.progress(path)
        item = entity.item
        if item is not None and not entity.layers and not entity.changes:
            self._take(item, path)
        elif self.is_dataset(entity, field):
            self._dataset_object(entity, path, field)
        else:
            self._group(entity, path, field)

    def is_dataset(self, entity: Entity, field: Field | None) -> bool:
        """Whether an object is a dataset in a file."""
        if entity.item is not None:
            return as_dataset(entity.item) is not None
        typed = self.types.of(entity)
        roles = [one.facts["role"] for one in typed.lineage if "role" in one.facts] if typed else []
        if roles:
            return bool(roles[0] == "dataset")
        role = None if field is None else field.slot.facts.get("role")
        return role == "dataset" or holds_values(entity)

    def _group(self, entity: Entity, path: str, field: Field | None) -> None:
        typed = self.types.of(entity)
        attributes = self._attributes(entity, typed, path)
        self.put(path, plans.Group(attributes))
        table = typed if typed is not None and is_table(typed) else None
        if table is not None:
            put_columns(self, entity, table, path)
        for key in self.members_of(entity):
            with contextlib.suppress(LeftOutError):
                self._field(entity, path, key)
        if table is not None:
            complete(self, entity, table, path)
        for key in filling(typed).groups:
            self.fill_group(join(path, key), typed, key)

    def fill_group(self, path: str, typed: Typed | None, key: str) -> None:
        """Put a group that must be there, with those that must be in it, if it is not there yet."""
        self.entries.setdefault(path, plans.Group())
        slot = typed.cls.slots.get(key) if typed is not None else None
        if typed is None or slot is None or slot.facts.get("collection"):
            return
        for name in slot.classes:
            inner = Typed(typed.schema.classes[name], typed.schema)
            for one in filling(inner).groups:
                self.fill_group(join(path, one), inner, one)

    def members_of(self, entity: Entity) -> Iterator[str]:
        """The fields of a group, without those that are attributes of it in a file."""
        item = entity.item
        for key in entity:
            if self._is_hidden(entity, key) or (
                item is not None and entity.written(key) is None and key in item.attributes
            ):
                continue
            yield key

    def _is_hidden(self, entity: Entity, key: str) -> bool:
        """Whether a key is no field in a file: values are none, but for a column of that name."""
        if key != VALUE:
            return key in _HIDDEN
        slot = self.types.slot_of(entity, key)
        return slot is None or slot.facts.get("role") != "dataset"

    def _field(self, entity: Entity, path: str, key: str) -> None:
        """The entries of one field of a group; those of columns are made already."""
        place = join(path, key)
        if place in self.entries or self._is_linked(entity, key, place):
            return
        if self.is_attribute(entity, path, key):
            return
        field = self.types.field(entity, key)
        if entity.written(key) is None and entity.item is not None:
            self._take_member(entity.item, key, place)
            return
        value = entity.link(key)
        shared = self._shared(entity, key, value)
        if shared is not None and shared != place:
            self.put(place, SoftLink(shared))
        elif isinstance(value, Link):
            if value.owned and self.paths.get(id(value.target)) == place:
                self._object(value.target, place, field, key)
            else:
                self._mention(value, place)
        elif value is not None:
            self.put(place, self.bare(value, field, place, f"{entity.iri}.{key}"))

    def _is_linked(self, entity: Entity, key: str, place: str) -> bool:
        """Put a link to another file, or to what came from there, if a field refers to one."""
        outside = self.outward.external(entity, key) if self.links == "external" else None
        if outside is None:
            return False
        slot = self.types.slot_of(entity, key)
        if slot is not None and slot.facts.get("role") == "attribute":
            return False
        item = self.outward.item(outside, place)
        link = self.outward.link(outside, item)
        if link is None:
            return False
        here = None if item is None else self.brought.path(item)
        if here is None or here == place:
            self.put(place, link)
        else:
            self.put(place, SoftLink(here))
            self.outward.unless_here(place, link)
        return True

    def _shared(self, entity: Entity, key: str, value: Any) -> str | None:
        """The path of an array that a field refers to and that stands in another field."""
        item = getattr(value, "dataset", value)
        if hasattr(item, "kind") and hasattr(item, "file"):
            return self.brought.path(item)
        written = entity.target and self.graph.resolver.field(entity.target, key)
        if written is None or isinstance(value, Link) or not isinstance(written.node, Candidate):
            return None
        node = self.graph.resolver.settle(written).node
        if not isinstance(node, Sequence) or node.parent is None:
            return None
        found = slot_of(node.parent, node.slot)
        if found is None:
            return None
        context = self.graph.resolver.settle(written).context
        holder = self.where(self.graph.entity(self.graph.resolver.place(context, found[0])))
        if holder is None or found[1] == VALUE:
            return holder
        return join(holder, found[1])

    def _mention(self, link: Link, place: str) -> None:
        """A link to an object that stands elsewhere."""
        path = self.where(link.target)
        if path is not None:
            self.put(place, SoftLink(path))
            return
        item = link.target.item
        if item is None:
            raise OutputError(
                error("object-unplaced", f"{place} refers to an object that the file does not have",
                      link.span)
            )  # fmt: skip
        self._take(item, place)
        self.brought.add(item, place)

    # Values

    def bare(self, value: Any, field: Field | None, place: str, identity: str) -> Dataset:
        """A dataset that is written as its values alone."""
        kind = None if field is None else field.asked
        attributes = self.identity(kind, identity, place) | self._filled(kind, place)
        attributes = completed(self, attributes, kind, field, place)
        found = self.values.dataset(value, place, _expected(field, kind), compound_of(kind))
        return replace(found, attributes=attributes)

    def _dataset_object(self, entity: Entity, path: str, field: Field | None) -> None:
        item = entity.item
        if item is not None and entity.written(VALUE) is None:
            taken = self.brought.entry(item)
            assert isinstance(taken, Dataset)
            attributes = self._attributes(entity, self.types.of(entity), path)
            self.put(path, replace(taken, attributes=attributes))
            return
        value = entity.link(VALUE) if VALUE in entity else entity.array
        self.put(path, self.dataset_of(entity, value, path, field))

    def dataset_of(self, entity: Entity, value: Any, path: str, field: Field | None) -> Dataset:
        """The dataset that an object is, with these values."""
        typed = self.types.of(entity)
        found = self.values.dataset(value, path, _expected(field, typed), compound_of(typed))
        attributes = self._attributes(entity, typed, path)
        return replace(found, attributes=completed(self, attributes, typed, field, path))

    # Attributes

    def is_attribute(self, entity: Entity, path: str, key: str) -> bool:
        """Whether a field of a group is an attribute of it."""
        if key in self.hints.attributes.get(path, ()):
            return True
        field = self.types.field(entity, key)
        if field is not None and field.slot.facts.get("role"):
            return bool(field.slot.facts["role"] == "attribute")
        value = self.outward.written(entity, key, join(path, key))
        return isinstance(value, bool | int | float | str)

    def _attributes(self, entity: Entity, typed: Typed | None, path: str) -> dict[str, Attribute]:
        item = entity.item
        found = dict(self.brought.entry(item).attributes) if item is not None else {}
        if item is None:
            found |= self.identity(typed, entity.iri, path) | self._filled(typed, path)
        is_dataset = self.is_dataset(entity, None)
        for key in entity:
            if key in _HIDDEN or (is_dataset and key in (SHAPE, "dtype")):
                continue
            value = self.outward.written(entity, key, join(path, key))
            if value is None:
                continue
            if is_dataset or self.is_attribute(entity, path, key):
                slot = self.types.slot_of(entity, key)
                expected = None if slot is None else slot.facts.get("dtype")
                with contextlib.suppress(LeftOutError):
                    found[key] = self.values.attribute(value, f"{path}@{key}", expected)
        return found

    def identity(self, typed: Typed | None, identity: str, path: str) -> dict[str, Attribute]:
        """The attributes that say which type an object has, and which object it is."""
        if typed is None or is_part(typed.named):
            return {}
        said = {TYPE: typed.named.name, NAMESPACE: namespace_of(typed.named)}
        said[OBJECT_ID] = self.hints.object_ids.get(path) or object_id_of(identity)
        return {key: self.values.attribute(value, f"{path}@{key}") for key, value in said.items()}

    def _filled(self, typed: Typed | None, path: str) -> dict[str, Attribute]:
        given = filling(typed).attributes
        return {
            key: self.values.attribute(value, f"{path}@{key}", expected)
            for key, (value, expected) in given.items()
        }

    # What comes from files

    def _take(self, item: Item, place: str) -> None:
        """Take an object of a file over, with all that stands in it, or link to it."""
        whole = self.links != "external" or place == "/"
        for path, entry in self.brought.tree(item, place, whole=whole, folder=self.folder):
            self.put(path, entry)

    def _take_member(self, item: Item, key: str, place: str) -> None:
        whole = self.links != "external" or key == ROOT
        for path, entry in self.brought.member(item, key, place, whole=whole, folder=self.folder):
            self.put(path, entry)


def _expected(field: Field | None, typed: Typed | None) -> str | None:
    """The dtype that a schema says values have, the field's own first."""
    if field is not None and field.slot.facts.get("dtype"):
        return str(field.slot.facts["dtype"])
    for one in typed.lineage if typed is not None else ():
        if one.facts.get("dtype"):
            return str(one.facts["dtype"])
        value = one.slots.get(VALUE)
        if value is not None and value.facts.get("dtype"):
            return str(value.facts["dtype"])
    return None
