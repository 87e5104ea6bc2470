"""Statements: the graph as RDF, one subject after the other.

Takes: a graph, and what is asked for beyond the usual.
Gives: `statements`: for each subject its predicates and terms, as they are ready.
Implements: `specs/linkdata-1.0.md`, section "RDF".

Nothing is collected: an object is said, a block of its fields at a time, and then those that stand
in these. What was said is forgotten soon. Documents in which no schema and no overlay says anything
beyond the text are read from their nodes, which is several times as fast as through entities; what
is said is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, NamedTuple, TypeAlias

from linkdata.graph.changes import changed
from linkdata.graph.entity import IS_A, VALUE, Entity, Link
from linkdata.graph.graph import Graph
from linkdata.graph.passing import KEPT, passing
from linkdata.graph.seen import Seen
from linkdata.rdf import terms
from linkdata.rdf import vocabulary as v
from linkdata.rdf.annotations import Annotations
from linkdata.rdf.coercion import Coercion
from linkdata.rdf.description import Described
from linkdata.rdf.identities import parent_of, place_of
from linkdata.rdf.rules import Rules
from linkdata.rdf.tables import Tables
from linkdata.rdf.terms import Term
from linkdata.rdf.values import Met, Values
from linkdata.rdf.written import Written, is_plain

#: Attributes that name the class of an object of a file; `rdf:type` says the same.
_CLASS_ATTRIBUTES = frozenset(("neurodata_type", "data_type", "namespace"))
#: The attribute by which a file points at the specifications it carries: no data.
_SPECIFICATIONS = ".specloc"
#: What the expanded form says of arrays too.
_OF_ARRAYS = frozenset((v.DTYPE, v.SHAPE, v.CHUNKS))
_AN_ARRAY = (v.TYPE, v.ARRAY)
#: How many fields of an object are said at a time.
_BLOCK = 1 << 10


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for: all classes that an object is, the rows of tables; without `fields` only
    what is said beyond what the expanded form says.
    """

    superclasses: bool = False
    rows: bool = False
    fields: bool = True


class Statement(NamedTuple):
    """What is said of one subject: its term, and pairs of a predicate and a term, or a list."""

    subject: str
    about: list[tuple[str, Term]]


def statements(graph: Graph, options: Options | None = None) -> Iterator[Statement]:
    """What is said of the document, of each object, of arrays and the files that hold them.

    A subject may come more than once. Raises `OutputError` (`iri-invalid`,
    `value-not-representable`), and what following the document's references raises.
    """
    return _Speaker(passing(graph), options or Options()).all()


#: What is left to say of an object, with what each block of its fields led to.
_Blocks: TypeAlias = "Iterator[tuple[Iterable[Statement], Met]]"


class _Speaker:
    def __init__(self, graph: Graph, options: Options) -> None:
        self.graph = graph
        self.options = options
        self.rules = Rules(graph)
        self.values = Values(graph, self.rules)
        self.described = Described(graph, self.rules.types)
        self.tables = Tables(graph, self.rules)
        self.annotations = Annotations(graph, self.rules)
        self.plain = not any(changed(graph)) and is_plain(self.rules, graph.context)
        self.seen = Seen(graph.registry)

    def all(self) -> Iterator[Statement]:
        """Everything, the document first, with its data."""
        for number, said in enumerate(self.everything(), 1):
            yield said
            if number % KEPT == 0:
                self.graph.forget()

    def everything(self) -> Iterator[Statement]:
        """The same, with all objects kept."""
        document, *others = self.described.document()
        body = self.as_written() if self.plain else self.as_meant()
        yield Statement(*document)
        yield from islice(body, 1)
        yield from (Statement(*said) for said in others)
        yield from body

    def as_meant(self) -> Iterator[Statement]:
        """The document's own fields, and all objects, as schemas and overlays make them."""
        subject = terms.iri_term(self.graph.document.iri)
        for key, value in self.graph.top():
            met = Met([], [])
            place = f"{subject[1:-1]}#{place_of(key)}"
            if isinstance(value, Link):
                term = self.values.value(value, None, place, met)
            else:
                term = self.values.field(self.graph.document, key, None, place, met)
            if term is not None and self.options.fields:
                predicate = self.rules.predicate(self.graph.context, key)
                yield Statement(subject, [(predicate, term)])
            yield from self.arrays(met)
            yield from self.objects(met)
        yield from (Statement(*said) for said in self.annotations.statements())

    def as_written(self) -> Iterator[Statement]:
        """The same for a document that speaks for itself."""
        met = Met([], [])
        written = Written(self.values, superclasses=self.options.superclasses)
        for subject, about in written.document(met):
            if not self.options.fields:
                about = [one for one in about if one[0] == v.PART_OF and type(one[1]) is str]
            yield Statement(subject, about)
            if met.arrays:
                yield from self.arrays(met)
                met.arrays.clear()
        yield from self.objects(met)

    def objects(self, met: Met) -> Iterator[Statement]:
        """Objects, each once, with all that stands in them; an object before its parts."""
        waiting: list[Entity | _Blocks] = [*reversed(met.objects)]
        while waiting:
            top = waiting.pop()
            if isinstance(top, Entity):
                if not self.seen.add(top):
                    continue
                top = self.object(top)
            block = next(top, None)
            if block is not None:
                said, inner = block
                yield from said
                yield from self.arrays(inner)
                waiting.append(top)
                waiting += reversed(inner.objects)

    def object(self, entity: Entity) -> _Blocks:
        """What is said of one object, and what stands in it; of a large one in several blocks."""
        kinds = self.rules.classes(entity, superclasses=self.options.superclasses)
        about: list[tuple[str, Term]] = [(v.TYPE, kind) for kind in kinds]
        table = self.tables.table(entity, rows=self.options.rows)
        for _, said_of_table in islice(table, 1):
            about += said_of_table
        about.append((v.PART_OF, f"<{parent_of(entity.iri)}>"))
        about += self.described.origin(entity)
        beyond = len(about)
        rules = self.rules.of(entity)
        silent = unsaid(entity)
        keys = entity.keys()
        array = entity.array
        if VALUE in keys:
            array = None
        elif array is not None:
            keys.append(VALUE)
        subject = terms.iri_term(entity.iri)
        following = iter(keys)
        for start in range(0, len(keys) or 1, _BLOCK):
            met = Met([], [])
            for key in islice(following, _BLOCK):
                if key in silent or (key == IS_A and kinds):
                    continue
                rule = rules.get(key)
                place = f"{entity.iri}.{place_of(key)}"
                coercion = None if rule is None else rule.coercion
                if array is not None and key == VALUE:
                    term = self.own_array(array, coercion, place, met)
                else:
                    term = self.values.field(entity, key, coercion, place, met)
                if term is not None:
                    predicate = (
                        rule.predicate if rule else self.rules.predicate(entity.context, key)
                    )
                    about.append((predicate, term))
            if not self.options.fields:
                about = about[len(kinds) : beyond]
                beyond = 0  # the blocks after the first say fields alone
            said = [Statement(subject, about)] if about else []
            yield (said if start else chain(said, map(Statement._make, table))), met
            about = []
        self.annotations.met(entity)

    def own_array(self, array: Any, coercion: Coercion | None, place: str, met: Met) -> Term | None:
        """The term of the array that an object is."""
        if array.shape in ((), None):
            return self.values.value(array[()], coercion, place, met)
        term = f"<{place}>"
        met.arrays.append((term, array))
        return term

    def arrays(self, met: Met) -> Iterator[Statement]:
        """What is said of arrays outside the document, and of their files."""
        for identity, array in met.arrays:
            for subject, about in self.described.array(identity, array):
                if subject == identity and not self.options.fields:
                    about = [one for one in about if one[0] not in _OF_ARRAYS and one != _AN_ARRAY]
                yield Statement(subject, about)


def unsaid(entity: Entity) -> frozenset[str]:
    """The fields of an object of a file that say its class, or where its schemas are."""
    item = entity.item
    if item is None:
        return frozenset()
    if item.name == "/" and _SPECIFICATIONS in item.attributes:
        place = getattr(item.attributes[_SPECIFICATIONS], "path", "/specifications")
        return _CLASS_ATTRIBUTES | {_SPECIFICATIONS, place.strip("/")}
    return _CLASS_ATTRIBUTES if entity.source_class is not None else frozenset()
