"""Values of the graph as datasets and attributes of a plan.

Takes: values, where they are to stand, and what is known of how they were stored.
Gives: `Values`, `Hints`; `LeftOutError` for what a document need not give.
Implements: `specs/linkdata-1.0.md`, section "NWB and HDF5 files".
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace
from typing import Any

import numpy

from linkdata.arrays.inline import InlineArray
from linkdata.errors import OutputError, error
from linkdata.graph.entity import Entity, Link
from linkdata.nwb import plan as plans
from linkdata.nwb.brought import Brought
from linkdata.nwb.datatypes import Datatype
from linkdata.nwb.fitting import Fit, Kind
from linkdata.nwb.packing import NotPackedError, Packing, pack, refused, storage_for, texts_in
from linkdata.nwb.plan import Attribute, Dataset


@dataclass(slots=True)
class Hints:
    """What is known of how values were stored: datatypes by place, and by the datatype that a
    writer would choose (`@` before it: of attributes); which fields of a group are attributes;
    identities of objects.
    """

    types: dict[str, Kind] = field(default_factory=dict)
    defaults: dict[str, Kind] = field(default_factory=dict)
    attributes: dict[str, frozenset[str]] = field(default_factory=dict)
    object_ids: dict[str, str] = field(default_factory=dict)
    #: Places that may be left out when what the document says there has no type.
    optional: Container[str] = frozenset()
    #: Places that were links to other files.
    links: Container[str] = frozenset()


class LeftOutError(Exception):
    """A value that has no type, in a place that may be left out."""


class Values:
    """Packs values. `where` gives the path of an object in the file."""

    def __init__(
        self, hints: Hints, brought: Brought, where: Callable[[Entity], str | None]
    ) -> None:
        self.hints = hints
        self.brought = brought
        self.where = where

    def dataset(
        self, value: Any, place: str, expected: str | None, kind: Datatype | None = None
    ) -> Dataset:
        """A dataset of values, without attributes. Raises `OutputError`."""
        if hasattr(type(value), "manifest"):  # in a store: what reads those is loaded for them
            from linkdata.nwb.arrays import array_data

            outside = array_data(value)
            if outside is not None:
                return outside
        item = getattr(value, "dataset", value)
        if hasattr(item, "kind") and hasattr(item, "file"):
            taken = self.brought.entry(item)
            assert isinstance(taken, Dataset)
            return replace(taken, attributes={})
        packing = self.packed(value, place, expected, kind)
        data = plans.Inline(packing.values) if packing.space.count else None
        return Dataset(packing.type, packing.space, data, storage_for(packing.type))

    def packed(
        self,
        value: Any,
        place: str,
        expected: str | None = None,
        kind: Datatype | None = None,
    ) -> Packing:
        """A value, packed in the datatype that is known of its place if it fits, else in `kind`."""
        plain = self._plain(value, place)
        try:
            natural = pack(plain, expected, kind)
        except NotPackedError as problem:
            with contextlib.suppress(NotPackedError):
                return self._hinted(plain, place, expected, None)
            if place in self.hints.optional:
                raise LeftOutError from problem
            raise refused(problem, place) from problem
        with contextlib.suppress(NotPackedError):  # it was edited: its type is its own
            return self._hinted(plain, place, expected, natural)
        return natural

    def _hinted(
        self, plain: Any, place: str, expected: str | None, natural: Packing | None
    ) -> Packing:
        """A value in the datatype that it was stored in. Raises `NotPackedError`."""
        hint = self.hints.types.get(place)
        if hint is None and natural is not None:
            hint = self.hints.defaults.get(f"{'@' * ('@' in place)}{natural.type}")
        if hint is None:
            if natural is None:
                raise NotPackedError("nothing is known of it")
            return natural
        return pack(plain, expected, hint.of(texts_in(plain)) if isinstance(hint, Fit) else hint)

    def _plain(self, value: Any, place: str, nested: bool = False) -> Any:
        """A value of the graph with references as what a file has for them."""
        if isinstance(value, Link):
            path = self.where(value.target)
            if path is not None:
                return plans.Reference(path)
            if value.owned:  # a row that is written as an object
                return {key: self._plain(value.target.link(key), place) for key in value.target}
            raise OutputError(
                error("object-unplaced", f"{place} refers to an object that the file does not have",
                      value.span)
            )  # fmt: skip
        if isinstance(value, list):
            return [self._plain(item, place, nested=True) for item in value]
        if isinstance(value, InlineArray):
            return value.tolist() if nested else numpy.asarray(value)
        return numpy.asarray(value) if hasattr(value, "dtype") else value

    def attribute(self, value: Any, place: str, expected: str | None = None) -> Attribute:
        """An attribute of a value. Raises `OutputError`."""
        packing = self.packed(value, place, expected)
        return Attribute(packing.type, packing.space, packing.values)
