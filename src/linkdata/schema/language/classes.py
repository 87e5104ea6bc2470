"""Types and nested parts as LinkML classes.

Takes: the catalog of a namespace.
Gives: `Classes`: the names of all classes in reach, and the classes of each source.
Errors: those of the catalog.
Source: HDMF specification language, sections "Groups" and "Datasets": every group and dataset has
a type or a fixed name; those that have only a name make a class `Parent__name`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linkdata.schema.language import names
from linkdata.schema.language.catalog import Catalog, Place
from linkdata.schema.language.facts import facts
from linkdata.schema.language.kinds import Kind, gathers, kind_of, slot_names
from linkdata.schema.language.slots import children_slot, name_slot, slot_of, value_slot
from linkdata.schema.language.specs import DatasetSpec, GroupSpec, LinkSpec

ClassDict = dict[str, Any]


class Classes:
    """The classes of a catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.names: dict[Place, str] = {place: name for name, place in catalog.types.items()}
        self.slots: dict[Place, dict[Place, str]] = {}
        taken = set(catalog.types)
        # The furthest namespace first: its names do not depend on who includes it.
        for namespace in reversed(catalog.namespaces):
            for name, place in catalog.types.items():
                if place.namespace == namespace:
                    self._name_nested(place, (name,), taken)

    def _name_nested(self, place: Place, path: tuple[str, ...], taken: set[str]) -> None:
        for child, slot in self.slots_of(place).items():
            if kind_of(child) is Kind.NESTED:
                here = (*path, slot)
                name = names.unique(("__".join(here[-2:]), "__".join(here)), taken)
                taken.add(name)
                self.names[child] = name
                self._name_nested(child, here, taken)

    def slots_of(self, place: Place) -> dict[Place, str]:
        """The names of the slots of the parts of a place."""
        if place not in self.slots:
            self.slots[place] = slot_names(place)
        return self.slots[place]

    def of_source(self, source: str) -> dict[str, ClassDict]:
        """The classes of a source of the namespace itself, each type before its nested parts."""
        return {
            self.names[place]: self.class_of(place)
            for definition in self.catalog.own(source)
            for place in self._with_nested(definition)
        }

    def _with_nested(self, place: Place) -> Iterator[Place]:
        yield place
        for child in self.slots_of(place):
            if kind_of(child) is Kind.NESTED:
                yield from self._with_nested(child)

    def class_of(self, place: Place) -> ClassDict:
        """The class of a type or of a nested part."""
        spec = place.spec
        found: ClassDict = {}
        if not isinstance(spec, GroupSpec | DatasetSpec):
            return found
        if spec.doc is not None:
            found["description"] = spec.doc
        found |= self._inheritance(place)
        found["class_uri"] = f"{place.namespace}:{self.names[place]}"
        found["annotations"] = self._facts(place)
        found["attributes"] = self._attributes(place)
        return found

    def _facts(self, place: Place) -> dict[str, Any]:
        if place.owner is None:
            return facts(place.spec) | ({"inline": True} if self.catalog.inline(place) else {})
        said: dict[str, Any] = {"role": facts(place.spec)["role"], "nested": True}
        return said if place.name is None else {**said, "name": place.name}

    def _inheritance(self, place: Place) -> ClassDict:
        """`is_a` of what a class extends; `mixins` for the second of two."""
        found: dict[str, None] = {}
        if place.owner is None:
            included = getattr(place.spec, "type_inc", None)
            if included is not None and self.catalog.known(included, place):
                found[included] = None
        else:
            for parent in place.parents:
                if parent in self.names:
                    found[self.names[parent]] = None
            # A part that refines a use of a type, without a class of its own, has that type.
            if not found and place.type is not None and self.catalog.known(place.type, place):
                found[place.type] = None
        nearest = list(found)
        if not nearest:
            return {}
        others = [name for name in nearest[1:] if not self._descends(nearest[0], name)]
        return {"is_a": nearest[0]} | ({"mixins": others} if others else {})

    def _descends(self, name: str, ancestor: str) -> bool:
        places = {found: place for place, found in self.names.items()}
        return places[ancestor] in places[name].lineage

    def _attributes(self, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {"name": name_slot(place)}
        if isinstance(place.spec, DatasetSpec) and _says_values(place):
            found["value"] = value_slot(place)
        gathered = gathers(place)
        for child, name in self.slots_of(place).items():
            found[name] = slot_of(child, self._uri(child, name), self.names.__getitem__)
        if gathered:
            found["value"] = children_slot(gathered)
        return found

    def _uri(self, place: Place, name: str) -> str:
        """The IRI of a slot, in the namespace that is the first to define it."""
        first = place
        while first.counterpart is not None:
            first = first.counterpart
        return f"{first.namespace}:{name}"


def _says_values(place: Place) -> bool:
    """Whether a dataset says what its values are; the first of a lineage always does."""
    spec = place.spec
    if not isinstance(spec, DatasetSpec) or place.has_fields:
        return False
    said = any(
        getattr(spec, key) is not None
        for key in ("dtype", "dims", "shape", "value", "default_value")
    )
    datasets = [step for step in place.lineage[1:] if isinstance(step.spec, DatasetSpec)]
    return said or not datasets


def uses(place: Place) -> Iterator[str]:
    """The types that a place and its parts name."""
    spec = place.spec
    if isinstance(spec, LinkSpec):
        yield spec.target_type
    dtype = getattr(spec, "dtype", None)
    if dtype is not None and dtype.target_type is not None:
        yield dtype.target_type
    for key in ("type_inc", "type_def"):
        if (found := getattr(spec, key, None)) is not None:
            yield found
    if place.type is not None:
        yield place.type
    for child in place.children:
        yield from uses(child)
