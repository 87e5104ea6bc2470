"""What a document brings from files: objects taken over with all that stands in them.

Takes: items of source files, and the paths at which the document has them.
Gives: `Brought`: their entries in a plan, with references and links made to lead where the objects
are now.
Implements: `specs/linkdata-1.0.md`, section "NWB and HDF5 files".
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from linkdata.arrays.hdf5.file import HDF5File
from linkdata.arrays.protocols import Item
from linkdata.errors import LinkdataError, OutputError, error
from linkdata.nwb import plan as plans
from linkdata.nwb.datatypes import Datatype
from linkdata.nwb.filling import TYPE
from linkdata.nwb.names import join
from linkdata.nwb.plan import (
    Chunk,
    Dataset,
    Entry,
    ExternalLink,
    HardLink,
    Link,
    Packed,
    Plan,
    SoftLink,
)
from linkdata.nwb.reading import read_plan


@dataclass(frozen=True)
class Moved:
    """The values of another source, with the references in them moved."""

    source: plans.Source
    places: _Places

    @property
    def type(self) -> Datatype:
        """The datatype of the values."""
        return self.source.type

    def read(self, start: tuple[int, ...], count: tuple[int, ...]) -> Packed:
        """A block of values."""
        values: Packed = self.places.moved(self.source.read(start, count))
        return values

    def chunks(self, dataset: Dataset) -> Iterator[Chunk] | None:
        """None: values with references are never moved as they lie."""
        return self.source.chunks(dataset)


@dataclass(eq=False)
class _Places:
    """Where the objects of one file are in the new one."""

    file: HDF5File
    known: Plan | None
    paths: dict[str, str]

    @cached_property
    def plan(self) -> Plan:
        """The plan of the file, read when something of it is taken over, unless it is known."""
        return self.known or read_plan(self.file)

    @property
    def is_same(self) -> bool:
        """Whether every object is where it was."""
        return all(there == here for there, here in self.paths.items())

    def path(self, path: str) -> str | None:
        """Where the object at a path is now."""
        rest, current = "", path
        while True:
            found = self.paths.get(current)
            if found is not None:
                return join(found, rest) if rest else found
            if current == "/":
                return None
            current, _, name = current.rpartition("/")
            current = current or "/"
            rest = f"{name}/{rest}" if rest else name

    def moved(self, values: Any) -> Any:
        """Packed values with references that lead to where objects are now."""
        if isinstance(values, plans.Reference):
            found = self.path(values.path) if values.path else None
            return replace(values, path=found or "")
        if isinstance(values, tuple):
            return tuple(self.moved(one) for one in values)
        return values

    def entry(self, entry: Entry) -> Entry:
        """An entry as it is in the new file."""
        if self.is_same:
            return entry
        if isinstance(entry, HardLink | SoftLink):
            found = self.path(entry.target) if entry.target.startswith("/") else None
            return replace(entry, target=found) if found is not None else entry
        if isinstance(entry, ExternalLink):
            return entry
        attributes = {
            name: replace(one, values=self.moved(one.values))
            for name, one in entry.attributes.items()
        }
        if isinstance(entry, Dataset) and entry.type.points and entry.data is not None:
            data = entry.data
            if isinstance(data, plans.Inline):
                data = plans.Inline(self.moved(data.values))
            elif not isinstance(data, plans.Stored):
                data = Moved(data, self)
            return replace(entry, attributes=attributes, data=data)
        return replace(entry, attributes=attributes)


class Brought:
    """All that a document brings, by file.

    What becomes of links to other files, `links` says: with `copy` what they lead to is copied,
    with `external` they lead there from the new folder, with `same` they stay as they are. Files
    whose plans are `known` are not read for them.
    """

    def __init__(self, links: str, known: Mapping[HDF5File, Plan]) -> None:
        self.links = links
        self._known = known
        self._files: dict[int, _Places] = {}

    def add(self, item: Item, path: str) -> None:
        """An item, with all that stands in it, is at a path of the new file."""
        self._places(item).paths.setdefault(item.name, path)

    def add_member(self, item: Item, key: str, path: str) -> None:
        """A member of an item is at a path."""
        self._places(item).paths.setdefault(join(item.name, key), path)

    def path(self, item: Item) -> str | None:
        """Where an item is in the new file, if it is there."""
        places = self._files.get(id(item.file))
        return None if places is None else places.path(item.name)

    def entry(self, item: Item) -> plans.Object:
        """The entry of one item, at its new place."""
        places = self._places(item)
        found = places.entry(places.plan.entries[item.name])
        assert not isinstance(found, HardLink | SoftLink | ExternalLink)
        return found

    def tree(
        self, item: Item, place: str, *, whole: bool, folder: Path | None
    ) -> Iterator[tuple[str, Entry]]:
        """The entries of an item and of all that stands in it, below a place.

        Unless `whole`, objects that have a type are links to their file, as seen from `folder`;
        what has no type, groups that gather objects and values that belong to them, is copied.
        """
        yield from self._below(self._places(item), item.name, place, whole, folder)

    def member(
        self, item: Item, key: str, place: str, *, whole: bool, folder: Path | None
    ) -> Iterator[tuple[str, Entry]]:
        """The entries of one member of a group, as `tree` gives them."""
        yield from self._below(self._places(item), join(item.name, key), place, whole, folder)

    def _below(
        self, places: _Places, path: str, place: str, whole: bool, folder: Path | None
    ) -> Iterator[tuple[str, Entry]]:
        entries = places.plan.entries
        found = entries.get(path)
        if found is None:
            return
        linked: str | None = None  # what stands in an object that is a link is not here
        inner = path.rstrip("/") + "/"
        for name, entry in [(path, found), *_inside(entries, inner)]:
            if linked is not None and name.startswith(linked):
                continue
            at = place if name == path else join(place, name[len(inner) :])
            if not whole and not isinstance(entry, Link) and TYPE in entry.attributes:
                linked = name + "/"
                yield at, ExternalLink(self._shown(places, folder), name)
            elif isinstance(entry, ExternalLink):
                yield from self._beyond(places, name, entry, at, folder)
            else:
                yield at, places.entry(entry)

    def _beyond(
        self, places: _Places, name: str, link: ExternalLink, at: str, folder: Path | None
    ) -> Iterator[tuple[str, Entry]]:
        """The entries of a link from a file to another one. A broken one stays as it is."""
        if self.links == "external" and folder is not None and not os.path.isabs(link.file):
            path = os.path.normpath(places.file.path.parent / link.file)
            link = replace(link, file=os.path.relpath(path, folder))
        item: Item | None = None
        if self.links == "copy":
            with suppress(LinkdataError):
                item = places.file.item(name)
        if item is None:
            yield at, link
            return
        here = self.path(item)
        if here is not None and here != at:
            yield at, SoftLink(here)
            return
        self.add(item, at)
        yield from self._below(self._places(item), item.name, at, True, folder)

    def _shown(self, places: _Places, folder: Path | None) -> str:
        """The path of a file as links say it: relative to the folder of the new one."""
        path = places.file.path
        return str(path) if folder is None else os.path.relpath(path, folder)

    def plan(self, item: Item) -> Plan:
        """The plan of the file that an item is in."""
        return self._places(item).plan

    def _places(self, item: Item) -> _Places:
        found = self._files.get(id(item.file))
        if found is None:
            file = _hdf5(item)
            found = self._files[id(item.file)] = _Places(file, self._known.get(file), {})
        return found


def _inside(entries: Mapping[str, Entry], inner: str) -> list[tuple[str, Entry]]:
    return [(name, entry) for name, entry in entries.items() if name.startswith(inner)]


def _hdf5(item: Item) -> HDF5File:
    if not isinstance(item.file, HDF5File):
        raise OutputError(
            error("value-not-representable", "only what lies in HDF5 files can be taken over",
                  place=item.place)
        )  # fmt: skip
    return item.file
