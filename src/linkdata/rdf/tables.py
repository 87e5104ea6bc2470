"""Tables: DynamicTables described with CSVW, and their rows where they are asked for.

Takes: objects that are tables: those whose class is, or descends from, HDMF's DynamicTable.
Gives: `Tables`: their columns, each an array or a list; with `rows`, one subject a row.
Implements: `specs/linkdata-1.0.md`, section "RDF".

A row's identity is its position in the table. Its fields are the table's columns, under the same
predicates; a position in another table is that table's row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from linkdata import iri
from linkdata.arrays.inline import InlineArray
from linkdata.errors import LinkdataError
from linkdata.graph.entity import VALUE, Entity, Link
from linkdata.graph.expanded import Budget, is_outside
from linkdata.graph.graph import Graph
from linkdata.rdf import terms
from linkdata.rdf import vocabulary as v
from linkdata.rdf.coercion import Coercion
from linkdata.rdf.identities import place_of
from linkdata.rdf.rules import Rules
from linkdata.rdf.terms import Term
from linkdata.rdf.values import Met, Values

#: The class of tables, wherever its schema comes from.
TABLE = f"{iri.SCHEMAS}hdmf-common:DynamicTable"
#: What the name of a column that says where rows end adds to the name of its column.
INDEX = "_index"
_ID, _COLNAMES, _TARGET = "id", "colnames", "table"
#: How many rows are read at a time.
_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its values, and for a ragged one where the values of each row end."""

    key: str
    predicate: str
    coercion: Coercion | None
    values: Any
    ends: Any | None = None
    target: str | None = None  # the table whose positions the values are


class _Cells(Budget):
    """Cells are not weighed: each is read where it is, and written before the next row is read."""

    def spend(self, values: int) -> None:
        """Count nothing."""


class Tables:
    """Says what the columns of tables are, and their rows."""

    def __init__(self, graph: Graph, rules: Rules) -> None:
        self.graph = graph
        self.rules = rules
        self.values = Values(graph, rules, _Cells(graph))

    def table(self, entity: Entity, *, rows: bool) -> Iterator[tuple[str, list[tuple[str, Term]]]]:
        """What is said of a table beyond its fields; nothing of an object that is none."""
        if not self.rules.is_a(entity, TABLE):
            return
        columns = list(self._columns(entity))
        schema = f"<{entity.iri}.{_COLNAMES}>"
        places = [f"<{entity.iri}.{place_of(one.key)}>" for one in columns]
        table = terms.iri_term(entity.iri)
        yield table, [(v.TYPE, v.TABLE), (v.TABLE_SCHEMA, schema)]
        yield schema, [(v.COLUMN, list(places))]
        for place, column in zip(places, columns, strict=True):
            about: list[tuple[str, Term]] = [(v.NAME, terms.string(column.key))]
            yield place, [*about, (v.PROPERTY_URL, column.predicate)]
        if rows:
            yield from self._rows(entity, table, columns)

    def _columns(self, entity: Entity) -> Iterator[_Column]:
        """The columns, in the table's order where it says one, else by their names."""
        keys = entity.keys()
        named = _plain(entity.link(_COLNAMES)) if _COLNAMES in keys else None
        names = [str(one) for one in named] if isinstance(named, list) else sorted(keys)
        rules = self.rules.of(entity)
        for key in ([_ID] if _ID in keys and _ID not in names else []) + names:
            is_index = key.endswith(INDEX) and key.removesuffix(INDEX) in keys
            if key not in keys or key == _COLNAMES or is_index:
                continue
            values = values_of(entity.link(key))
            if values is None:
                continue
            ends = values_of(entity.link(key + INDEX)) if key + INDEX in keys else None
            rule = rules.get(key)
            yield _Column(
                key,
                rule.predicate if rule else self.rules.predicate(entity.context, key),
                rule.coercion if rule else None,
                values,
                ends,
                self._target(entity.link(key)),
            )

    def _target(self, column: Any) -> str | None:
        """The table whose rows a column names by their positions."""
        if not isinstance(column, Link):
            return None
        try:
            found = column.target.link(_TARGET)
        except LinkdataError:
            return None
        return found.target.iri if isinstance(found, Link) else None

    def _rows(
        self, entity: Entity, table: str, columns: list[_Column]
    ) -> Iterator[tuple[str, list[tuple[str, Term]]]]:
        count = max((_length(one) for one in columns), default=0)
        for start in range(0, count, _BLOCK):
            stop = min(start + _BLOCK, count)
            blocks = [_block(one, start, stop) for one in columns]
            for row in range(start, stop):
                subject = f"{table[:-1]}%5B{row}%5D>"
                about: list[tuple[str, Term]] = [(v.ROW_NUMBER, terms.literal(row + 1))]
                for column, block in zip(columns, blocks, strict=True):
                    if row - start < len(block):
                        term = self._cell(column, block[row - start], subject[1:-1])
                        if term is not None:
                            about.append((column.predicate, term))
                yield table, [(v.ROW, subject)]
                yield subject, about

    def _cell(self, column: _Column, value: Any, place: str) -> Term | None:
        if column.target is not None:
            return _positions(column.target, value)
        met = Met([], [])
        return self.values.value(value, column.coercion, f"{place}.{place_of(column.key)}", met)


def _positions(table: str, value: Any) -> Term:
    """The rows of a table at a position, or at several."""
    found = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(found, list):
        return [_positions(table, item) for item in found]
    return f"<{table}%5B{int(found)}%5D>"


def values_of(value: Any) -> Any | None:
    """The values of a column, wherever they are; None for what is no column."""
    if isinstance(value, Link):
        entity = value.target
        found = entity.array
        if found is None and VALUE in entity:
            found = entity.link(VALUE)
        value = found
    if is_outside(value) or isinstance(value, InlineArray):
        return value if value.shape else None
    return value if isinstance(value, list) else None


def _plain(value: Any) -> Any:
    found = values_of(value)
    return found if isinstance(found, list) or found is None else found[...].tolist()


def _length(column: _Column) -> int:
    return len(column.values if column.ends is None else column.ends)


def _block(column: _Column, start: int, stop: int) -> list[Any]:
    """The values of some rows, as lists and scalars of Python, objects as they are."""
    if column.ends is None:
        return as_list(column.values[start:stop])
    first = int(column.ends[start - 1]) if start else 0
    ends = [int(end) for end in column.ends[start:stop]]
    values = as_list(column.values[first : ends[-1]]) if ends else []
    begins = [first, *ends[:-1]]
    return [values[a - first : b - first] for a, b in zip(begins, ends, strict=True)]


def as_list(values: Any) -> list[Any]:
    """The values of a list, an inline array, or a part of an array that was read."""
    found = values.tolist() if hasattr(values, "tolist") else values
    return list(found)
