"""Objects as they are written: the quick way through documents that speak for themselves.

Takes: a document in which nothing is laid over anything, and whose schemas, if it has any, say by
the names of fields what they are.
Gives: `Written`: what is said of its objects.
Implements: `specs/linkdata-1.0.md`, section "RDF".

Identities grow with the way down, so do classes; scalars become terms from their text, and no
entity is made and kept for an object. A test holds what is said here and what is said through
entities together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import TypeAlias

from linkdata import iri
from linkdata.graph.entity import IS_A, Link
from linkdata.graph.literals import is_literal
from linkdata.graph.stores import CHUNKS
from linkdata.rdf import terms
from linkdata.rdf import vocabulary as v
from linkdata.rdf.coercion import Coercion
from linkdata.rdf.identities import place_of
from linkdata.rdf.kinds import Kinds, ObjectKind, Said, is_certain
from linkdata.rdf.rules import Rules
from linkdata.rdf.terms import Term
from linkdata.rdf.values import Met, Values, plain
from linkdata.resolve.registry import Context
from linkdata.resolve.targets import Target, entries, is_object
from linkdata.syntax.document import DATA, RESERVED
from linkdata.syntax.nodes import Alias, Candidate, Kind, Mapping, Node, Scalar, Sequence, path_of

#: How many names, and identities of objects that references lead to, are kept.
_READY = 1 << 12
#: How many fields of an object are said at a time: so large ones take no more memory.
_BLOCK = 1 << 10
_PLAIN = Kind.PLAIN
#: A key that IRIs hold as it is, and XML elements too.
_BARE = re.compile(r"[A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9])?\Z")
#: A reference from the root through bare names: its identity reads like it.
_DIRECT = re.compile(r"#[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\Z")
#: The identity of an object, that of the one in which it is written, its node and its kind.
_Waiting: TypeAlias = "tuple[str, str, Mapping | Sequence, ObjectKind]"
About: TypeAlias = "tuple[str, list[tuple[str, Term]]]"
#: What is left to say of an object, with the objects in each block of its fields.
_Blocks: TypeAlias = "Iterator[tuple[About, list[_Waiting]]]"
#: The kind of an object, the name of a field of it, and what scalars become there.
_Slot: TypeAlias = "tuple[ObjectKind | None, str, Coercion | None]"
#: Where the document's own fields stand.
_ON_TOP: _Slot = (None, "", None)


def is_plain(rules: Rules, context: Context) -> bool:
    """Whether a document speaks for itself: without `from` and `extends`, and with schemas that
    are certain.
    """
    return not context.overlaid and (not context.imports or is_certain(rules, context))


class Written:
    """Says the objects of one document from their nodes."""

    def __init__(self, values: Values, *, superclasses: bool = False) -> None:
        self.values = values
        self.graph = values.graph
        self.context = values.graph.context
        self.prefixes = values.rules.prefixes(self.context)
        self.kinds = Kinds(values.rules, self.context, superclasses=superclasses)
        self._classes: dict[str, str] = {}
        self._identities: dict[int, str] = {}  # of objects that references lead to
        #: Named objects and lists that nothing was found to contain, while the walk goes on from
        #: `data`, with their names.
        self._unplaced = {
            id(node): key
            for key, node in self.context.document.root.entries.items()
            if key != DATA and key not in RESERVED and isinstance(node, Mapping | Sequence)
        }
        self._placing = True
        #: The references that place objects, and these, where schemas say which do.
        self._placed: tuple[AbstractSet[int], AbstractSet[int]] | None = None
        if self.kinds.only is None:
            placements = self.graph.placements
            self._placed = placements.placing, placements.slots.keys()

    def document(self, met: Met) -> Iterator[About]:
        """The document's own fields, and all objects. Arrays are added to `met`.

        As everywhere, a named object that a reference reached from `data` contains is no field of
        the document.
        """
        named = self.context.document.root.entries
        document = self.context.iri
        subject = f"<{document}>"
        for key in sorted(named, key=lambda key: key != DATA):
            node = named[key]
            if key != DATA:
                self._placing = False
                if key in RESERVED or (is_object(node) and not self._is_on_top(node)):
                    continue
            inner: list[_Waiting] = []
            place = f"{document}#{place_of(key)}"
            term = self._term(node, place, document, inner, met, _ON_TOP)
            if key != DATA and isinstance(node, Sequence) and id(node) not in self._unplaced:
                inner.clear()  # a list that was met on the way: its objects are said
            if term is not None:
                yield subject, [(self.values.rules.predicate(self.context, key), term)]
            yield from self._objects(inner, met)

    def _objects(self, inner: list[_Waiting], met: Met) -> Iterator[About]:
        """Objects, and all that stands in them; an object before its parts."""
        waiting: list[_Waiting | _Blocks] = [*reversed(inner)]
        while waiting:
            top = waiting.pop()
            blocks = self._object(*top, met) if type(top) is tuple else top
            block = next(blocks, None)  # type: ignore[arg-type]
            if block is not None:
                said, inner = block
                yield said
                waiting.append(blocks)
                waiting += reversed(inner)

    def _object(
        self, identity: str, parent: str, node: Mapping | Sequence, kind: ObjectKind, met: Met
    ) -> Iterator[tuple[About, list[_Waiting]]]:
        """What is said of an object, and the objects in it; a large one in several blocks."""
        prefixes, known = self.prefixes, kind.fields
        fields = entries(node)
        subject, below = f"<{identity}>", f"{identity}."
        silent: Node | None = fields.get(IS_A)
        about: list[tuple[str, Term]] = [(v.TYPE, one) for one in kind.classes]
        if not about:
            named = self._class(silent) if silent is not None else None
            if named is None:
                silent = None
            else:
                about.append((v.TYPE, named))
        about.append((v.PART_OF, f"<{parent}>"))
        following = iter(fields.items())
        for _ in range(0, len(fields) or 1, _BLOCK):
            inner: list[_Waiting] = []
            for key, value in islice(following, _BLOCK):
                said = known.get(key) or self._said(kind, key)
                predicate, step, coercion, natural = said
                term: Term | None
                if value is silent:
                    continue
                if type(value) is Scalar and (
                    natural or (coercion is None and (":" not in value.text or not prefixes))
                ):
                    is_bare = value.kind is _PLAIN
                    term = plain(value.text) if is_bare else terms.literal(value.value)
                elif type(value) is Scalar:
                    term = self.values.scalar(self.context, value, coercion)
                else:
                    term = self._term(
                        value, below + step, identity, inner, met, (kind, key, coercion)
                    )
                if term is not None:
                    about.append((predicate, term))
            yield (subject, about), inner
            about = []

    def _said(self, kind: ObjectKind, key: str) -> Said:
        """How a field of objects of a kind is said."""
        rule = self.kinds.rule(kind, key)
        if rule is not None:
            coercion = rule.coercion
            natural = coercion is not None and coercion.is_natural
            made = Said(rule.predicate, place_of(key), coercion, natural)
        elif _BARE.match(key):  # then it stands in IRIs as it is
            made = Said(f"<{iri.TERMS}{key}>", key, None, False)
        else:
            made = Said(self.values.rules.predicate(self.context, key), place_of(key), None, False)
        if len(kind.fields) < _READY:
            kind.fields[key] = made
        return made

    def _term(
        self, value: Node, place: str, holder: str, inner: list[_Waiting], met: Met, slot: _Slot
    ) -> Term | None:
        """The term of what stands at a place of an object; `inner` gets objects found there."""
        if type(value) is Candidate or type(value) is Alias:
            known, target = self._target(value)
            if target is not None and _is_written(target):
                return self._mentioned(value, target, known, inner, slot)
            if target is not None and is_object(target):
                self._places(value, target)
            elif target is not None and self._placing and id(target) in self._unplaced:
                key = self._unplaced.pop(id(target))
                document = self.context.iri
                self._term(target, f"{document}#{place_of(key)}", document, inner, met, _ON_TOP)
        elif _is_written(value):
            assert isinstance(value, Mapping | Sequence)
            inner.append((place, holder, value, self._kind(slot, value)))
            return f"<{place}>"
        elif type(value) is Sequence and not _are_numbers(value):
            self.values.budget.spend(len(value.items))
            found = (
                self._term(item, f"{place}%5B{i}%5D", holder, inner, met, slot)
                for i, item in enumerate(value.items)
            )
            return [item for item in found if item is not None]
        term = self.values.written(Target(self.context, value), slot[2], place, met)
        # What a list of this document holds is said where the list is written.
        met.objects[:] = [
            one for one in met.objects if one.context is not self.context or one.in_store
        ]
        return term

    def _kind(self, slot: _Slot, node: Mapping | Sequence) -> ObjectKind:
        around, key, _ = slot
        return self.kinds.alone(node) if around is None else self.kinds.inside(around, key, node)

    def _mentioned(
        self,
        reference: Node,
        node: Mapping | Sequence,
        known: str | None,
        inner: list[_Waiting],
        slot: _Slot,
    ) -> str:
        """The term of an object that is referred to; the reference may place it there."""
        if known is None:
            known = self._identities.get(id(node))
        if known is None:
            known = f"<{self.context.identity(path_of(node))}>"
            if len(self._identities) < _READY:
                self._identities[id(node)] = known
        if self._places(reference, node):
            inner.append((known[1:-1], self.context.iri, node, self._kind(slot, node)))
        return known

    def _places(self, reference: Node, node: Node) -> bool:
        """Whether a reference puts an object in its place; without a schema the first one does."""
        if self._placed is not None:
            return id(reference) in self._placed[0]
        return self._placing and self._unplaced.pop(id(node), None) is not None

    def _is_on_top(self, node: Node) -> bool:
        """Whether nothing places a named object; bare arrays are values, which nothing places."""
        if CHUNKS in entries(node):
            found = self.graph.value(Target(self.context, node))
            if not isinstance(found, Link):
                return True
        return id(node) not in self._placed[1] if self._placed else id(node) in self._unplaced

    def _target(self, value: Candidate | Alias) -> tuple[str | None, Mapping | Sequence | None]:
        """The object or list of this document that is meant, and its term where that is plain."""
        if isinstance(value, Alias):
            return None, value.target
        text = value.text
        if value.kind is not Kind.VERBATIM and _DIRECT.match(text):
            fields: dict[str, Node] = self.context.document.root.entries
            node: Node | None = None
            for step in text[1:].split("."):
                node = fields.get(step)
                fields = {} if node is None else entries(node)
            if isinstance(node, Mapping | Sequence):
                return f"<{self.context.iri}{text}>", node
        found = self.graph.resolver.resolve(self.context, value)
        if found.context is self.context and isinstance(found.node, Mapping | Sequence):
            return None, found.node
        return None, None

    def _class(self, node: Node) -> str | None:
        """The class that an object names; a reference there is a field like any other."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            return None
        if type(node) is Candidate and self.graph.resolver.reference(self.context, node):
            return None
        known = self._classes.get(node.text)
        if known is None:
            span = self.context.document.span(node)
            known = terms.iri_term(self.graph.class_iri(self.context, node.text, span))
            self._classes[node.text] = known
        return known


def _is_written(node: Node) -> bool:
    """Whether a node is an object, and no literal that is written out and no array in a store."""
    return is_object(node) and CHUNKS not in entries(node) and not is_literal(node)


def _are_numbers(node: Node) -> bool:
    """Whether nested lists hold numbers alone, which is an array."""
    if type(node) is Sequence:
        return bool(node.items) and all(_are_numbers(item) for item in node.items)
    return type(node) is Scalar and isinstance(node.value, int | float)
