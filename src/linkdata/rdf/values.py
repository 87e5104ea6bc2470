"""Values: what stands in a field, as terms.

Takes: values of a graph, and nodes of its documents.
Gives: `Values`: the term of each, and the objects and arrays that were met on the way.
Implements: `specs/linkdata-1.0.md`, section "RDF".

A string is looked at where it is written: there it is known whether it may be a CURIE, and which
prefixes count. What only a file says is never a CURIE.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from linkdata.arrays.inline import InlineArray
from linkdata.errors import OutputError
from linkdata.graph.entity import Entity, Link
from linkdata.graph.expanded import Budget, is_outside
from linkdata.graph.files import located
from linkdata.graph.graph import Graph, meaning
from linkdata.graph.literals import Written, literal_of
from linkdata.rdf import terms
from linkdata.rdf.coercion import Coercion, named
from linkdata.rdf.rules import Rules
from linkdata.rdf.terms import Term
from linkdata.resolve.registry import Context
from linkdata.resolve.targets import Target, entries
from linkdata.syntax import nodes
from linkdata.syntax.nodes import Alias, Candidate, Kind, Scalar
from linkdata.syntax.scalars import MAX_INTEGER_DIGITS, WORDS, core_value

_NO_PREFIXES: dict[str, str] = {}
#: What numbers begin with.
_NUMERIC = frozenset("0123456789+-.")
_WORDS = {text: None if value is None else terms.literal(value) for text, value in WORDS.items()}
_SCALARS = frozenset((str, bool, int, float))
_INT64 = range(-(2**63), 2**63)


class Met(NamedTuple):
    """What values led to: objects that stand in them, and arrays outside the document."""

    objects: list[Entity]
    arrays: list[tuple[str, Any]]


class Values:
    """From values to terms. A `budget` says how many values lists may come to."""

    def __init__(self, graph: Graph, rules: Rules, budget: Budget | None = None) -> None:
        self.graph = graph
        self.rules = rules
        self.budget = budget or Budget(graph)

    def field(
        self, entity: Entity, key: str, coercion: Coercion | None, place: str, met: Met
    ) -> Term | None:
        """The term of a field; None for null, which says nothing. `place` is the field's IRI.

        Raises `OutputError`, and what following references raises.
        """
        if entity.target is not None and entity.layers and not (
            entity.changes and key in entity.changes
        ):  # fmt: skip
            context, mapping = entity.layers[0]
            node = entries(mapping).get(key)
            if type(node) is Scalar:  # nothing below it counts
                return self.scalar(context, node, coercion)
            found = self.graph.resolver.field(entity.target, key)
            if found is not None and found.node is not None:
                return self.written(found, coercion, place, met)
        return self.value(entity.link(key), coercion, place, met)

    def written(
        self, target: Target, coercion: Coercion | None, place: str, met: Met
    ) -> Term | None:
        """The term of what is written somewhere, its references followed."""
        node, settled = target.node, target
        if isinstance(node, Candidate | Alias):
            settled = self.graph.resolver.settle(target)
        found = settled.node
        if isinstance(found, Scalar):
            return self.scalar(settled.context, found, coercion)
        if type(found) is nodes.Sequence and found.named is None:
            numbers = _numbers(found)
            if numbers is not None:
                return self._list(numbers, coercion, place, met)
            value = self.graph.value(target, settled)
            if isinstance(value, list):  # else it is numbers
                self.budget.spend(len(value))
                items = (
                    self.written(Target(settled.context, item), coercion, f"{place}%5B{i}%5D", met)
                    for i, item in enumerate(found.items)
                )
                return [item for item in items if item is not None]
            return self.value(value, coercion, place, met)
        return self.value(self.graph.value(target, settled), coercion, place, met)

    def scalar(self, context: Context, node: Scalar, coercion: Coercion | None) -> str | None:
        """The term of a scalar that is no reference. Raises `OutputError`."""
        natural = ":" not in node.text if coercion is None else coercion.is_natural
        if natural and node.kind is Kind.PLAIN and type(node) is Scalar:
            return plain(node.text)
        value = meaning(node)
        if value is None:
            return None
        prefixes = _NO_PREFIXES
        if node.kind is not Kind.VERBATIM:
            prefixes = self.rules.prefixes(context)
        try:
            if coercion is not None:
                return coercion.term(value, prefixes)
            return named(value, prefixes) if isinstance(value, str) else terms.literal(value)
        except OutputError as problem:
            raise located(problem, context.document.span(node)) from problem

    def value(self, value: Any, coercion: Coercion | None, place: str, met: Met) -> Term | None:
        """The term of a value of the graph."""
        if value is None:
            return None
        if type(value) in _SCALARS:  # most often
            return _scalar(value, coercion)
        if isinstance(value, Link):
            written = literal_of(value.target)
            if written is not None:
                return _literal(written)
            if value.owned:
                met.objects.append(value.target)
            return terms.iri_term(value.target.iri)
        if isinstance(value, Entity):
            return terms.iri_term(value.iri)
        if is_outside(value):
            identity = self._identity(value, place)
            met.arrays.append((identity, value))
            return identity
        if isinstance(value, InlineArray) or getattr(value, "shape", ()) not in ((), None):
            return self._list(value.tolist(), coercion, place, met)
        if isinstance(value, list | tuple):
            return self._list(list(value), coercion, place, met)
        if isinstance(value, complex):
            return self._list([value.real, value.imag], coercion, place, met)
        if getattr(getattr(value, "dtype", None), "names", None):  # one compound
            return self._list(list(value.item()), coercion, place, met)
        return _scalar(value, coercion)

    def _list(
        self, values: list[Any], coercion: Coercion | None, place: str, met: Met
    ) -> list[Term]:
        self.budget.spend(len(values))
        items = (
            self.value(item, coercion, f"{place}%5B{i}%5D", met) for i, item in enumerate(values)
        )
        return [item for item in items if item is not None]

    def _identity(self, array: Any, place: str) -> str:
        """The IRI of an array: that of the file it lies in, else that of its place."""
        dataset = getattr(array, "dataset", array)
        if hasattr(dataset, "file"):
            return terms.iri_term(self.graph.array_iri(array))
        return f"<{place}>"


def _scalar(value: Any, coercion: Coercion | None) -> str:
    """The term of a scalar that is no CURIE."""
    return terms.literal(value) if coercion is None else coercion.term(value, _NO_PREFIXES)


def _numbers(node: nodes.Sequence) -> list[Any] | None:
    """The numbers of a list of integers, or of one of floats, as they are in an array of them; None
    for every other list.
    """
    if not node.items or type(node.items[0]) is not Scalar:
        return None
    values = [item.value if type(item) is Scalar else None for item in node.items]
    kinds = set(map(type, values))
    if kinds == {float} or (kinds == {int} and all(value in _INT64 for value in values)):
        return values
    return None


def _literal(written: Written) -> Term | None:
    """The term of a literal that is written out."""
    if written.language is not None:
        return terms.tagged(written.value, written.language)
    if written.datatype is not None:
        return terms.typed(written.value, written.datatype)
    return None if written.value is None else terms.literal(written.value)


def plain(text: str) -> str | None:
    """The term of a plain scalar."""
    if text[:1] in _NUMERIC:
        if text.isdecimal() and text.isascii() and (text[0] != "0" or text == "0"):
            return terms.integer(text) if len(text) <= MAX_INTEGER_DIGITS else terms.string(text)
        found = terms.positional(text)
        return terms.literal(core_value(text)) if found is None else found
    if text in _WORDS:
        return _WORDS[text]
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'  # what `terms.string` makes of it, most often
    return terms.string(text)
