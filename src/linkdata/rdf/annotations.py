"""Annotations: what external resources (HERD) say of objects, as links to terms.

Takes: objects that are external resources, as they are said.
Gives: `Annotations`, whose `statements` link objects to the terms that their words mean.
Implements: `specs/linkdata-1.0.md`, section "Annotations".

The tables of external resources name objects by their `object_id`. An object has one as a field, or
its document keeps it in the section `storage`, or it follows from the object's identity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from linkdata import iri
from linkdata.errors import LinkdataError
from linkdata.graph.entity import Entity, Link
from linkdata.graph.graph import Graph
from linkdata.graph.identifiers import object_ids
from linkdata.rdf import terms
from linkdata.rdf import vocabulary as v
from linkdata.rdf.rules import Rules
from linkdata.rdf.tables import as_list, values_of
from linkdata.rdf.terms import Term
from linkdata.syntax.document import DATA, STORAGE
from linkdata.syntax.nodes import plain

#: The classes of external resources, wherever their schemas come from.
RESOURCES = tuple(f"{iri.SCHEMAS}{name}:HERD" for name in ("hdmf-common", "hdmf-experimental"))
_ID = "object_id"
_OBJECTS, _USES, _MEANINGS, _TERMS = "objects", "object_keys", "entity_keys", "entities"
#: The columns that are needed of each table, by their positions in a row.
_COLUMNS = {
    _OBJECTS: {_ID: 1},
    _USES: {"objects_idx": 0, "keys_idx": 1},
    _MEANINGS: {"entities_idx": 0, "keys_idx": 1},
    _TERMS: {"entity_uri": 1},
}


class Annotations:
    """Collects external resources, and says what they are about when all objects were met."""

    def __init__(self, graph: Graph, rules: Rules) -> None:
        self.graph = graph
        self.rules = rules
        self._resources: list[Entity] = []

    def met(self, entity: Entity) -> None:
        """An object was said: it counts if it is one of external resources."""
        if any(self.rules.is_a(entity, one) for one in RESOURCES):
            self._resources.append(entity)

    def statements(self) -> Iterator[tuple[str, list[tuple[str, Term]]]]:
        """`schema:about` of objects: the terms that are meant by words in them."""
        wanted: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for resources in self._resources:
            for identifier, term in _meanings(resources):
                if iri.is_absolute(term):
                    wanted[identifier][terms.iri_term(term)] = None
        if not wanted:
            return
        kept = self._kept()
        for entity in self.graph.walk():
            found = wanted.pop(_identifier(entity, kept), None)
            if found is not None:
                about: list[tuple[str, Term]] = [(v.ABOUT, term) for term in found]
                if entity.key in kept:
                    about.append((v.IDENTIFIER, terms.string(kept[entity.key])))
                yield terms.iri_term(entity.iri), about

    def _kept(self) -> dict[tuple[object, ...], str]:
        """The identifiers that the section `storage` has for objects of the document."""
        section = self.graph.context.document.root.entries.get(STORAGE)
        found = plain(section) if section is not None else None
        kept: dict[tuple[object, ...], str] = {}
        for path, identifier in object_ids(found).items() if isinstance(found, dict) else ():
            entity = self._at(path)
            if entity is not None:
                kept[entity.key] = identifier
        return kept

    def _at(self, path: str) -> Entity | None:
        """The object at a path of the file that the document describes."""
        value: Any = Link(self.graph.document, owned=True)
        for step in (DATA, *path.strip("/").split("/")):
            if not isinstance(value, Link):
                return None
            try:
                value = value.target.link(step) if step else value
            except LinkdataError:  # the document was edited
                return None
        return value.target if isinstance(value, Link) else None


def _identifier(entity: Entity, kept: dict[tuple[object, ...], str]) -> str:
    """The `object_id` of an object: written, kept by its document, or of its identity."""
    written = entity.link(_ID) if _ID in entity else kept.get(entity.key)
    return written if isinstance(written, str) else str(uuid5(NAMESPACE_URL, entity.iri))


def _meanings(resources: Entity) -> Iterator[tuple[str, str]]:
    """For each word of each object its `object_id`, and the IRI of the term that is meant."""
    objects, words = _rows(resources, _OBJECTS), defaultdict(list)
    uris = [uri for (uri,) in _rows(resources, _TERMS)]
    for term, word in _rows(resources, _MEANINGS):
        words[word].append(term)
    for used, word in _rows(resources, _USES):
        for term in words[word]:
            if used < len(objects) and term < len(uris):
                yield str(objects[used][0]), str(uris[term])


def _rows(resources: Entity, table: str) -> list[tuple[Any, ...]]:
    """The needed columns of a table: of a document lists or mappings, of a file a compound."""
    value = resources.link(table) if table in resources else None
    columns = _COLUMNS[table]
    found = values_of(value)
    return [
        tuple(_cell(row, name, place) for name, place in columns.items())
        for row in (as_list(found[:]) if found is not None else ())
    ]


def _cell(row: Any, name: str, place: int) -> Any:
    if isinstance(row, Link):
        return row.target.link(name)
    return row[place]
