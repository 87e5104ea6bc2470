"""What schemas know of predicates: the fields that they are of, and how texts are read there.

Takes: the schemas of a document's imports.
Gives: `Known`, for `Back`.
Implements: `specs/linkdata-1.0.md`, section "Documents from RDF".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from linkdata.errors import LinkdataError
from linkdata.rdf.coercion import Coercion
from linkdata.rdf.terms import Literal, parsed
from linkdata.schema.model import Slot
from linkdata.schema.naming import ClassNames, Typed
from linkdata.schema.typing import SchemaTypes


class Known:
    """Looks predicates up in schemas."""

    def __init__(self, types: SchemaTypes, names: ClassNames) -> None:
        self.types = types
        self._classes: dict[str, list[Typed]] = defaultdict(list)
        self._fields: dict[str, dict[str, list[tuple[Slot, Typed]]]] = defaultdict(dict)
        for schema in names.schemas.values():
            for cls in schema.classes.values():
                typed = Typed(cls, schema)
                self._classes[typed.named.uri].append(typed)
                for key, slot in types.slots(typed).named.items():
                    self._fields[slot.uri].setdefault(key, []).append((slot, typed))

    def name_of(self, classes: list[str], predicate: str) -> str | None:
        """The field that a predicate is of in an object of these classes, else in any object."""
        names = {
            key
            for typed in self._typed(classes)
            for key, slot in self.types.slots(typed).named.items()
            if slot.uri == predicate
        } or set(self._fields.get(predicate, ()))
        return names.pop() if len(names) == 1 else None

    def read_as(self, classes: list[str], predicate: str, term: str) -> Any:
        """The scalar that a slot of this predicate reads as a literal; None when none does."""
        found = parsed(term)
        if not isinstance(found, Literal) or found.datatype is None or found.language:
            return None
        typed = self._typed(classes)
        slots = [
            (slot, of)
            for fields in self._fields.get(predicate, {}).values()
            for slot, of in fields
            if not typed or any(of.cls.uri == one.cls.uri for one in typed)
        ]
        for slot, of in slots:
            coercion = Coercion(slot, of.schema)
            for value in _readings(found.lexical):
                try:
                    if coercion.term(value, {}) == term:
                        return value
                except LinkdataError:
                    continue
        return None

    def _typed(self, classes: list[str]) -> list[Typed]:
        return [typed for one in classes for typed in self._classes.get(one[1:-1], ())]


def _readings(lexical: str) -> Iterator[Any]:
    """The scalars that a text may be read as."""
    for read in (int, lambda text: float(text.replace("INF", "inf"))):
        try:
            yield read(lexical)
        except ValueError:
            continue
    yield lexical
