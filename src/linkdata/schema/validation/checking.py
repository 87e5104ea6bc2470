"""Validation of a graph: every object by its class, every field by its slot.

Takes: a graph.
Gives: `schema_findings`: all that is not as the schemas say, and what is wrong with the schemas.
Implements: `specs/linkdata-1.0.md`, section "Validation".

Objects are visited from the top of the document down to what stands in them, in its files too; what
is only mentioned is not visited. Nothing raises: what cannot be read is among the findings.
Read `classes` and `objects`, then `fields` and `values`; `tables` has what HDMF says of its tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from linkdata.errors import Diagnostic, LinkdataError, Severity
from linkdata.graph.entity import Entity
from linkdata.graph.graph import Graph, links
from linkdata.schema.model import Schema
from linkdata.schema.naming import Typed
from linkdata.schema.typing import SchemaTypes, types_of
from linkdata.schema.validation import columns, rows
from linkdata.schema.validation.classes import class_findings, classes_of
from linkdata.schema.validation.members import Member, members_of
from linkdata.schema.validation.objects import collection_findings, object_findings
from linkdata.schema.validation.tables import Tables


def schema_findings(graph: Graph) -> Iterator[Diagnostic]:
    """Everything in a graph that is not as its schemas say."""
    types = types_of(graph)
    yield from _import_findings(types)
    with graph.files.held():
        yield from _Visits(types).findings()
    yield from types.carried.findings


def _import_findings(types: SchemaTypes) -> Iterator[Diagnostic]:
    """Imports of the document that cannot be had."""
    context = types.graph.context
    for item in context.imports.values():
        try:
            types.imports(context).imported(item)
        except LinkdataError as problem:
            yield from problem.diagnostics


class _Visits:
    """Visits each object once."""

    def __init__(self, types: SchemaTypes) -> None:
        self.types = types
        self._seen: set[int] = set()
        self._tables = Tables(types)

    def findings(self) -> Iterator[Diagnostic]:
        waiting = self._roots()[::-1]
        while waiting:
            entity = waiting.pop()
            if id(entity) in self._seen:
                continue
            self._seen.add(id(entity))
            try:
                inner: list[Entity] = []
                yield from self._one(entity, inner)
                waiting += reversed(inner)
            except LinkdataError as problem:  # a file that cannot be opened, say
                yield from problem.diagnostics

    def _roots(self) -> list[Entity]:
        """`data` and the named objects that are written at the top."""
        found: list[Entity] = []
        document = self.types.graph.document
        for key in document:
            try:
                value = document.link(key)
            except LinkdataError:
                continue  # among the findings about references
            found += (one.target for one in links(value) if one.owned or one.span is None)
        return found

    def _one(self, entity: Entity, inner: list[Entity]) -> Iterator[Diagnostic]:
        members: list[Member] = []
        for member in members_of(entity):
            if isinstance(member, Member):
                members.append(member)
                inner += (one.target for one in links(member.value) if one.owned)
            else:
                yield member
        row = rows.row_class(self.types, entity)
        if row is not None:
            yield from rows.row_findings(self.types, row, members)
            yield from rows.lacking(entity, row, members)
            return
        yield from class_findings(self.types, entity)
        place = self.types.place(entity)
        if self.types.of(entity) is None and place is not None and place.is_collection:
            yield from self._weighed(place.schema, collection_findings(self.types, members))
        for typed in classes_of(self.types, entity):
            yield from self._weighed(typed.schema, self._by_class(entity, typed, members))

    def _weighed(self, schema: Schema, found: Iterator[Diagnostic]) -> Iterator[Diagnostic]:
        """What a schema says; of one that only stands in, softened."""
        return softened(found) if self.types.carried.is_stand_in(schema) else found

    def _by_class(
        self, entity: Entity, typed: Typed, members: list[Member]
    ) -> Iterator[Diagnostic]:
        """What is wrong with an object by one of its classes."""
        yield from object_findings(self.types, entity, typed, members)
        yield from rows.stored_findings(entity, typed)
        if columns.is_table(typed):
            yield from self._tables.findings(members)
        if columns.descends(typed, columns.REGION):
            yield from self._tables.region_findings(entity)


def softened(findings: Iterator[Diagnostic]) -> Iterator[Diagnostic]:
    """What a schema says that only stands in: at most warnings, and nothing about fixed values,
    which change from version to version.
    """
    for one in findings:
        if one.severity is Severity.ERROR:
            one = replace(one, severity=Severity.WARNING)
        if one.code != "value-fixed":
            yield one
