"""The JSON-LD context of a document: with it, its expanded JSON is JSON-LD.

Takes: a graph.
Gives: `context`, plain data, and what JSON-LD cannot tell of this document.
Implements: `specs/linkdata-1.0.md`, section "JSON-LD contexts"; JSON-LD 1.1.

Names mean what the class of their object makes of them, so each class has a context of its own,
and names of objects without a class stand at the top. What has to be said of a name, such as that
its value is a list or a date, follows from the values that the document has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from linkdata import iri
from linkdata.errors import Diagnostic, note
from linkdata.graph.entity import IS_A, VALUE, Entity, Link
from linkdata.graph.expanded import ARRAY, field_name, name_in
from linkdata.graph.graph import Graph
from linkdata.graph.literals import literal_of
from linkdata.rdf import vocabulary as v
from linkdata.rdf.formats import prefixes
from linkdata.rdf.identities import place_of
from linkdata.rdf.jsonld import DELIMITERS, unambiguous
from linkdata.rdf.rules import Rules
from linkdata.rdf.statements import unsaid
from linkdata.rdf.terms import Literal, Term, parsed
from linkdata.rdf.values import Met, Values

#: Datatypes that values of JSON have by themselves.
_NATURAL = frozenset((None, v.XSD + "integer", v.XSD + "boolean"))
_IRI = "@id"
#: A field of an object: the class, the name, the predicate (None when it says nothing), the value
#: in the graph and the term.
_Field: TypeAlias = "tuple[str | None, str, str | None, Any, Term]"


@dataclass(slots=True)
class _Use:
    """How a name is used in the objects of one class."""

    predicates: set[str] = field(default_factory=set)
    lists: set[bool] = field(default_factory=set)
    datatypes: set[str | None] = field(default_factory=set)

    @property
    def is_clear(self) -> bool:
        """Whether one definition fits all uses."""
        alike = len(self.datatypes) <= 1 or self.datatypes <= _NATURAL
        return len(self.predicates) <= 1 and len(self.lists) <= 1 and alike

    def definition(self) -> dict[str, Any] | None:
        """What a context says of the name; None for what is no statement."""
        if not self.predicates:
            return None
        made: dict[str, Any] = {"@id": min(self.predicates)}
        if self.lists == {True}:
            made["@container"] = "@list"
        if len(self.datatypes) == 1 and not self.datatypes <= _NATURAL:
            made["@type"] = min(one for one in self.datatypes if one is not None)
        return made


def context(graph: Graph) -> tuple[dict[str, Any], list[Diagnostic]]:
    """The context of a document, and notes about names for which no definition fits all uses.

    Raises what `statements` raises.
    """
    uses: defaultdict[str | None, defaultdict[str, _Use]] = defaultdict(lambda: defaultdict(_Use))
    rules = Rules(graph)
    values = Values(graph, rules)
    for kind, name, predicate, value, term in _fields(graph, rules, values):
        use = uses[kind][name]
        if predicate is not None:
            use.predicates.add(predicate[1:-1])
        use.lists.add(isinstance(term, list))
        use.datatypes.update(_datatypes(value, term))
    made: dict[str, Any] = {"@version": 1.1, "@vocab": iri.TERMS}
    for name, namespace in unambiguous(prefixes(graph)).items():
        # Others have to be said to be prefixes.
        ends = namespace.endswith(DELIMITERS)
        made[name] = namespace if ends else {"@id": namespace, "@prefix": True}
    found: list[Diagnostic] = []
    top = uses.pop(None, defaultdict(_Use))
    for name, use in sorted(top.items()):
        definition = use.definition()
        if definition not in ({"@id": iri.TERMS + name}, {"@id": name}):
            made[name] = definition
        found += _unclear(name, None, use)
    for kind in sorted(uses, key=str):
        scoped = {name: use.definition() for name, use in sorted(uses[kind].items())}
        made[str(kind)] = {"@id": kind, "@context": scoped}
        for name, use in sorted(uses[kind].items()):
            found += _unclear(name, kind, use)
    made[ARRAY] = {"@id": ARRAY, "@context": _ARRAY}
    return {"@context": made}, found


_ARRAY = {
    "from": None,
    "dtype": {"@id": v.DTYPE[1:-1]},
    "shape": {"@id": v.SHAPE[1:-1], "@container": "@list"},
    "chunks": {"@id": v.CHUNKS[1:-1]},
}


def _fields(graph: Graph, rules: Rules, values: Values) -> Iterator[_Field]:
    """Each field of each object."""
    for key, value in graph.top():
        met = Met([], [])
        term = values.field(graph.document, key, None, "", met)
        if term is not None:
            yield None, field_name(key), rules.predicate(graph.context, key), value, term
    for entity in graph.walk():
        if literal_of(entity) is not None:
            continue
        kind = entity.class_iri
        known, silent = rules.of(entity), unsaid(entity)
        for key in entity:
            rule = known.get(key)
            if key == IS_A and kind is not None:
                continue
            coercion = None if rule is None else rule.coercion
            if key in silent:
                yield kind, name_in(entity, key), None, None, v.NIL
                continue
            place = f"{entity.iri}.{place_of(key)}"
            term = values.field(entity, key, coercion, place, Met([], []))
            if term is not None:
                predicate = rule.predicate if rule else rules.predicate(entity.context, key)
                yield kind, name_in(entity, key), predicate, entity.link(key), term
        yield from _own_value(entity, kind, rules, values)


def _own_value(entity: Entity, kind: str | None, rules: Rules, values: Values) -> Iterator[_Field]:
    """The value of an object that is a dataset of a file."""
    array = entity.array
    if array is None or VALUE in entity:
        return
    rule = rules.of(entity).get(VALUE)
    predicate = rule.predicate if rule else rules.predicate(entity.context, VALUE)
    if array.shape not in ((), None):
        yield kind, VALUE, predicate, array, f"<{entity.iri}.{VALUE}>"
        return
    value = array[()]
    coercion = None if rule is None else rule.coercion
    term = values.value(value, coercion, "", Met([], []))
    if term is not None:
        yield kind, VALUE, predicate, value, term


def _datatypes(value: Any, term: Term) -> Iterator[str | None]:
    """The datatypes of literals in a term; `@id` for what is a string in the expanded form and
    an IRI here. What has an identity there says by itself that it is an IRI.
    """
    if isinstance(term, list):
        items = value.tolist() if hasattr(value, "tolist") else value
        kept = [item for item in items if item is not None] if isinstance(items, list) else []
        for number, inner in enumerate(term):
            yield from _datatypes(kept[number] if number < len(kept) else None, inner)
        return
    found = parsed(term)
    if isinstance(value, Link):  # it says by itself what it is
        return
    if isinstance(found, Literal):
        yield found.datatype
    elif isinstance(value, str):
        yield _IRI


def _unclear(name: str, kind: str | None, use: _Use) -> Iterator[Diagnostic]:
    if not use.is_clear:
        where = f"objects of the class <{kind}>" if kind else "objects without a class"
        yield note(
            "value-not-representable",
            f"`{name}` holds values of several kinds in {where}: a JSON-LD context cannot say both",
            hint="the .jsonld form says everything as it is",
        )
