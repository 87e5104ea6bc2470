"""The datasets of a table in a file: columns, their indexes, row numbers, `colnames`.

Takes: a planner, and a table of a document.
Gives: `put_columns`, `complete` for tables; `completed` for any column.
Implements: `specs/linkdata-1.0.md`, section "NWB and HDF5 files"; hdmf-common, its tables.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from linkdata import iri
from linkdata.arrays.inline import InlineArray
from linkdata.graph.entity import VALUE, Entity, Link
from linkdata.nwb import plan as plans
from linkdata.nwb.names import join
from linkdata.nwb.packing import smallest_index
from linkdata.nwb.ragged import COLNAMES, ID, SHAPE, column_names, unfolded
from linkdata.nwb.valuing import LeftOutError
from linkdata.schema.naming import Typed
from linkdata.schema.tables import INDEX, REGION, is_column, is_index

if TYPE_CHECKING:
    from linkdata.nwb.planning import Planner
    from linkdata.schema.typing import Field

_IDS = f"{iri.SCHEMAS}hdmf-common:ElementIdentifiers"
_ELECTRODES = "/general/extracellular_ephys/electrodes"


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a document: the object that it is, if it is one, its values, its class."""

    name: str
    entity: Entity | None
    values: Any
    kind: Typed | None
    field: Field | None

    @property
    def has_values(self) -> bool:
        """Whether it has values of its own, and is no link to another column."""
        return self.entity is not None or self.values is not None


def put_columns(planner: Planner, entity: Entity, typed: Typed, path: str) -> None:
    """Put the columns of a table that are written in the document, with their indexes."""
    for key in planner.members_of(entity):
        if key == COLNAMES or (entity.item is not None and entity.written(key) is None):
            continue
        if planner.is_attribute(entity, path, key):
            continue
        one = _column(planner, entity, key)
        if is_column(one.kind) and (one.entity is None or _is_written(one)) and one.has_values:
            with contextlib.suppress(LeftOutError):
                _put_column(planner, entity, typed, path, one)


def complete(planner: Planner, entity: Entity, typed: Typed, path: str) -> None:
    """Put row numbers and `colnames` where they are not written; columns are there already."""
    keys = [key for key in planner.members_of(entity) if key != COLNAMES]
    columns = (
        _column(planner, entity, key) for key in keys if not planner.is_attribute(entity, path, key)
    )
    names = column_names((one.name, one.kind) for one in columns)
    place = join(path, ID)
    if place not in planner.entries:
        found = next((one for one in typed.schema.classes.values() if one.uri == _IDS), None)
        kind = None if found is None else Typed(found, typed.schema)
        made = planner.values.dataset(list(range(_length(planner, path, names))), place, "int")
        attributes = planner.identity(kind, f"{entity.iri}.{ID}", place)
        planner.put(place, replace(made, attributes=attributes))
    if entity.written(COLNAMES) is None:
        group = planner.entries[path]
        assert isinstance(group, plans.Group)
        if COLNAMES in entity:  # those of the file, and what was laid over it
            listed_now: Any = entity.link(COLNAMES)
            known = list(listed_now)
            kept = [name for name in known if name not in entity.dropped]
            names = [*kept, *(name for name in names if name not in known)]
            if names == known:
                return
        listed = planner.values.attribute(names, f"{path}@{COLNAMES}", "text")
        attributes = dict(group.attributes) | {COLNAMES: listed}
        planner.put(path, replace(group, attributes=attributes))


def _length(planner: Planner, path: str, names: list[str]) -> int:
    """How many rows there are."""
    for name in names:
        outer = name
        while join(path, outer + INDEX) in planner.entries:
            outer += INDEX
        found = planner.entries.get(join(path, outer))
        if isinstance(found, plans.Dataset) and found.space.shape:
            return found.space.shape[0]
    return 0


def _column(planner: Planner, entity: Entity, key: str) -> _Column:
    field = planner.types.field(entity, key)
    asked = None if field is None else field.asked
    value = entity.link(key)
    if isinstance(value, Link):
        target = value.target if value.owned else None
        kind = planner.types.of(value.target) or asked
        return _Column(key, target, None, kind, field)
    return _Column(key, None, value, asked, field)


def _is_written(one: _Column) -> bool:
    return one.entity is not None and one.entity.written(VALUE) is not None


def _put_column(planner: Planner, table: Entity, typed: Typed, path: str, one: _Column) -> None:
    """Put a column that is written in the document."""
    place = join(path, one.name)
    values = one.values if one.entity is None else one.entity.written(VALUE)
    shaped = one.entity is not None and SHAPE in one.entity
    ends: list[list[int]] = []
    if not shaped and not one.name.endswith(INDEX):
        flat, ends = unfolded(typed, one.name, _as_lists(values))
        values = flat if ends else values
    if one.entity is None:
        made = planner.bare(values, one.field, place, f"{table.iri}.{one.name}")
    else:
        made = planner.dataset_of(one.entity, values, place, one.field)
    planner.put(place, made)
    outer = one.name
    for level in reversed(ends):
        outer += INDEX
        planner.put(join(path, outer), _index(planner, table, path, outer, level, typed))


def _as_lists(values: Any) -> Any:
    """Values as nested lists; arrays that lie elsewhere as they are."""
    if isinstance(values, InlineArray):
        return values.tolist()
    return [_as_lists(one) for one in values] if isinstance(values, list) else values


def completed(
    planner: Planner,
    attributes: Mapping[str, plans.Attribute],
    kind: Typed | None,
    field: Field | None,
    place: str,
) -> dict[str, plans.Attribute]:
    """The attributes of a dataset, with those that a column of its class must have."""
    found = dict(attributes)
    if kind is None or not is_column(kind):
        return found
    group, _, name = place.rpartition("/")
    index = is_index(kind)
    if "description" in kind.cls.slots and "description" not in found:
        said = "" if field is None or field.item else " ".join(field.slot.description.split())
        if index:
            said = f"Index for VectorData '{name.removesuffix(INDEX)}'"
        text = said or "no description"
        found["description"] = planner.values.attribute(text, f"{place}@description", "text")
    if index and "target" not in found:
        reference = plans.Reference(join(group or "/", name.removesuffix(INDEX)))
        found["target"] = planner.values.attribute(reference, f"{place}@target")
    target = _table_of(planner, name) if kind.is_a(REGION) else None
    if target is not None and "table" not in found:
        found["table"] = planner.values.attribute(plans.Reference(target), f"{place}@table")
    return found


def _table_of(planner: Planner, name: str) -> str | None:
    """The table that a region leads to when nothing says it: electrodes have only one."""
    known = _ELECTRODES in planner.paths.values()
    return _ELECTRODES if name == "electrodes" and known else None


def _index(
    planner: Planner, table: Entity, path: str, name: str, ends: list[int], typed: Typed
) -> plans.Dataset:
    """The index of a ragged column that was written as nested lists."""
    place = join(path, name)
    packing = planner.values.packed(ends, place, kind=smallest_index(ends[-1] if ends else 0))
    made = plans.Dataset(packing.type, packing.space, plans.Inline(packing.values))
    found = typed.schema.classes.get("VectorIndex")
    kind = None if found is None else Typed(found, typed.schema)
    attributes = planner.identity(kind, f"{table.iri}.{name}", place)
    return replace(made, attributes=completed(planner, attributes, kind, None, place))
