"""Which columns a table has.

Takes: the entity of a table: in a file, in a document, in memory, or laid over each other.
Gives: `Columns`, by name, each with its indexes outermost first.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".

A file keeps a ragged column as two datasets, an index and what it cuts; a document may write it as
nested lists. Both are the same column here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from linkdata.arrays.inline import InlineArray
from linkdata.errors import UsageError, error
from linkdata.graph.changes import Made
from linkdata.graph.entity import IS_A, VALUE, Entity, Link, Value
from linkdata.graph.values import current
from linkdata.objects.access import wrap
from linkdata.objects.known import BUILT_IN, RAGGED, REGIONS
from linkdata.objects.registry import get_class, lineage
from linkdata.objects.tables.columns import Data, ElementIdentifiers, VectorData
from linkdata.objects.tables.enums import EnumData
from linkdata.objects.tables.ragged import VectorIndex, flattened

if TYPE_CHECKING:
    from linkdata.schema.naming import Typed

INDEX = "_index"
ID, COLNAMES, DESCRIPTION = "id", "colnames", "description"
#: Fields of tables that are no columns.
_NOT_COLUMNS = frozenset(
    (ID, COLNAMES, DESCRIPTION, IS_A, "name", "namespace", "neurodata_type", "data_type",
     "object_id", "categories", "category_tables", "meanings_tables", VALUE)
)  # fmt: skip
_TARGET = "target"
_NOT_COLUMNS_OF = {"MeaningsTable": _NOT_COLUMNS - {VALUE} | {_TARGET}}


@dataclass(slots=True)
class Columns:
    """The columns of a table: `outer` by name, what rows are read from; `parts` all there is."""

    outer: dict[str, VectorData] = field(default_factory=dict)
    parts: dict[str, VectorData] = field(default_factory=dict)

    def add(self, name: str, outer: VectorData) -> None:
        """Take a column in, with its indexes, or with its elements."""
        self.outer[name] = outer
        part = outer
        while isinstance(part, VectorIndex):
            self.parts[part.name] = part
            part = part.target
        self.parts[name] = part
        if isinstance(part, EnumData):
            elements = part.elements
            self.parts[elements.name] = elements

    def ordered(self) -> tuple[VectorData, ...]:
        """All parts, an index before what it cuts."""
        return tuple(self.parts.values())


def columns_of(entity: Entity) -> Columns:
    """The columns of a table. Raises what following its references raises."""
    found = Columns()
    with entity.held():
        for name in names_of(entity):
            found.add(name, column(entity, name))
    return found


def names_of(entity: Entity) -> list[str]:
    """The names of the columns, in order: `colnames`, and what was laid over a table of a file."""
    if entity.changes is not None and COLNAMES in entity.changes:
        return list(entity.changes[COLNAMES])
    if COLNAMES not in entity:
        return list(_columns_among(entity, entity.keys()))
    listed: Any = entity.link(COLNAMES)
    names = [str(name) for name in (listed.tolist() if hasattr(listed, "tolist") else listed)]
    if entity.written(COLNAMES) is not None:
        return names
    beside = [key for key in entity if key not in names and entity.written(key) is not None]
    kept = [name for name in names if name not in entity.dropped]
    return [*kept, *_columns_among(entity, beside)]


def _columns_among(entity: Entity, keys: list[str]) -> Iterator[str]:
    present = set(keys)
    no_columns = _NOT_COLUMNS_OF.get((entity.is_a or "").rpartition(":")[2], _NOT_COLUMNS)
    for key in keys:
        if key in no_columns or (key.endswith(INDEX) and key[: -len(INDEX)] in present):
            continue
        if _is_column(entity.link(key)):
            yield key


def _is_column(value: Value) -> bool:
    if isinstance(value, Link):
        if value.target.array is not None:
            return bool(value.target.array.shape)
        held = value.target.written(VALUE)
        return isinstance(held, list) or bool(getattr(held, "shape", ()))
    return isinstance(value, list) or bool(getattr(value, "shape", ()))


def column(entity: Entity, name: str) -> VectorData:
    """The column of a name: its outermost index where it is ragged.

    Raises `UsageError` where the table lists a column that it does not have.
    """
    if name not in entity:
        raise UsageError(
            error("usage", f"the table lists a column `{name}` that it does not have",
                  entity.span, hint="take it from `colnames`, or add it")
        )  # fmt: skip
    outer = name
    while outer + INDEX in entity:
        outer += INDEX
    if outer != name:
        return _as(entity, outer, VectorIndex)
    found = _as(entity, name, declared_class(entity, name))
    return _nested(entity, name, found)


def _as(entity: Entity, name: str, cls: type[VectorData]) -> VectorData:
    """A field as a column: an object that says what it is, or values that stand alone."""
    value = entity.link(name)
    made = value.target if isinstance(value, Link) else _alone(entity, name, value)
    seen = wrap(made)
    found = seen if isinstance(seen, VectorData) else cls.of(made)
    inner = name.removesuffix(INDEX)
    if isinstance(found, VectorIndex) and _is_named_after(entity, inner, name, found):
        found.cut(_as(entity, inner, VectorIndex if inner.endswith(INDEX) else VectorData))
    return found


def _is_named_after(entity: Entity, inner: str, name: str, index: VectorIndex) -> bool:
    """Whether its name alone says what an index cuts.

    What a file refers to is the same; to find out where a reference leads, all objects of the file
    would be walked over.
    """
    if _TARGET not in index.entity:
        return True
    return inner != name and inner in entity and index.entity.written(_TARGET) is None


def _alone(entity: Entity, name: str, value: Any) -> Made:
    """Values without an object of their own, as one. The table does not change."""
    made = Made(name)
    made.put_into(entity, name)
    made.fields[VALUE] = value
    return made


def _nested(entity: Entity, name: str, found: VectorData) -> VectorData:
    """A column of nested lists, with the indexes that cut it; any other column itself."""
    kept = found._kept
    if not isinstance(kept, list | InlineArray) or isinstance(found, VectorIndex):
        return found
    depth = _depth(entity, name, kept)
    if not depth:
        return found
    values, levels = flattened(wrap(kept) if isinstance(kept, list) else kept[...], depth)
    if isinstance(values, list):
        values = current(values)
    inner = Made(name, found.entity.is_a, type(found))
    inner.fields.update(_other_fields(found))
    inner.put_into(entity, name)
    inner.fields[VALUE] = values
    outer: VectorData = type(found).of(inner)
    for ends in reversed(levels):
        outer = VectorIndex(outer.name + INDEX, ends, outer)
        if isinstance(outer.entity, Made):
            outer.entity.put_into(entity, outer.name)
    return outer


def _other_fields(found: VectorData) -> dict[str, Any]:
    entity = found.entity
    return {key: entity.link(key) for key in entity if key not in (VALUE, "data", IS_A)}


def _depth(entity: Entity, name: str, kept: Any) -> int:
    """How many levels of nested lists are rows of their own lengths.

    That the table's class says; else lists that differ in length do.
    """
    said = declared_depth(entity, name)
    if said is not None:
        return said
    depth, level = 0, kept
    while isinstance(level, list) and level and all(isinstance(row, _ROWS) for row in level):
        if not _differ(level):
            return depth
        depth += 1
        level = [item for row in level for item in (row if isinstance(row, list) else [])]
    return depth


_ROWS = (list, InlineArray)


def _differ(rows: list[Any]) -> bool:
    return len({len(row) for row in rows}) > 1 or any(
        isinstance(row, list)
        and row
        and all(isinstance(one, _ROWS) for one in row)
        and _differ(row)
        for row in rows
    )


def declared_depth(entity: Entity, name: str) -> int | None:
    """How many indexes the table's class gives a column; None where it says nothing of it."""
    for kind in _lineage(entity):
        if name in RAGGED.get(kind, {}):
            return RAGGED[kind][name]
    typed = _typed(entity)
    slots = {} if typed is None else typed.cls.slots
    depth, outer = 0, name
    while outer + INDEX in slots:
        outer += INDEX
        depth += 1
    return depth or (0 if name in slots else None)


def declared_class(entity: Entity, name: str) -> type[VectorData]:
    """The class that the table's class gives a column that does not say its own."""
    if any(name in REGIONS.get(kind, ()) for kind in _lineage(entity)):
        return cast("type[VectorData]", get_class("DynamicTableRegion"))
    typed = _typed(entity)
    slot = None if typed is None else typed.cls.slots.get(name)
    if typed is not None and slot is not None:
        for kind in (one for asked in slot.classes for one in typed.schema.ancestors(asked)):
            if kind in BUILT_IN and issubclass(found := get_class(kind), VectorData):
                return found
    return VectorData


def _lineage(entity: Entity) -> list[str]:
    return lineage((entity.is_a or "").rpartition(":")[2])


def _typed(entity: Entity) -> Typed | None:
    """The table's class in the schema of the document's imports, where it has some."""
    if isinstance(entity, Made) or not entity.context.imports:
        return None
    from linkdata.schema.typing import types_of

    return types_of(entity.graph).of(entity)


def identifiers(entity: Entity, columns: Columns) -> Data:
    """The identifiers of the rows: those of the table, else positions."""
    if ID in entity:
        return ElementIdentifiers.of(_as(entity, ID, VectorData))
    made = Made(ID, "hdmf-common:ElementIdentifiers", ElementIdentifiers)
    made.fields[VALUE] = list(range(_rows(entity, columns)))
    return ElementIdentifiers.of(made)


def _rows(entity: Entity, columns: Columns) -> int:
    """How many rows the columns have. Raises `UsageError` where they differ."""
    lengths = {name: len(column) for name, column in columns.outer.items()}
    check_aligned(entity, lengths)
    return next(iter(lengths.values()), 0)


def check_aligned(entity: Entity, lengths: dict[str, int], rows: int | None = None) -> None:
    """Raise `UsageError` that names the lengths, where columns differ from each other or `rows`."""
    wanted = next(iter(lengths.values()), 0) if rows is None else rows
    if all(length == wanted for length in lengths.values()):
        return
    told = ", ".join(f"`{name}` has {length}" for name, length in lengths.items())
    raise UsageError(
        error("usage", "the columns of a table have one length"
              + (f", {rows} as its ids" if rows is not None else "") + f", but {told}",
              entity.span)
    )  # fmt: skip
