"""Turtle and TriG: a paragraph a subject, prefixes declared, lists in brackets.

Takes: statements and prefixes.
Gives: text, one subject at a time.
Implements: `specs/linkdata-1.0.md`, section "RDF formats"; RDF 1.1 Turtle and TriG.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from linkdata.rdf import vocabulary as v
from linkdata.rdf.statements import Statement
from linkdata.rdf.terms import Term

_LOCAL = r"[A-Za-z_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?|"
#: Datatypes whose literals Turtle writes bare.
_BARE = frozenset(f"<{v.XSD}{name}>" for name in ("integer", "double", "boolean"))
#: What strings end with, which stand in Turtle as they do here; they come often.
_QUOTE = '"'
_READY = 1 << 12


def turtle(said: Iterable[Statement], prefixes: Mapping[str, str]) -> Iterator[str]:
    """Turtle. TriG is the same, as all triples stand in the default graph."""
    for name, value in prefixes.items():
        yield f"@prefix {name}: <{value}> .\n"
    names = Names(prefixes)
    known, predicate, term = names.known.get, names.predicate, names.term
    subject: str | None = None
    for statement in said:
        about = statement.about
        if not about:
            continue
        if len(dict(about)) == len(about):
            body = " ;\n".join(
                [
                    f"    {known(p) or predicate(p)} {o if o[-1:] == _QUOTE else term(o)}"
                    for p, o in about
                ]
            )
        else:
            body = " ;\n".join(
                f"    {predicate(p)} {objects}" for p, objects in _grouped(about, term)
            )
        # What comes in pieces about one subject reads as one paragraph.
        if statement.subject == subject:
            yield f" ;\n{body}"
        else:
            end = "" if subject is None else " .\n"
            subject = statement.subject
            yield f"{end}\n{term(subject)}\n{body}"
    if subject is not None:
        yield " .\n"


def _grouped(
    about: Iterable[tuple[str, Term]], term: Callable[[Term], str]
) -> Iterator[tuple[str, str]]:
    """Predicates, each once, with all that they say."""
    found: dict[str, list[str]] = {}
    for predicate, value in about:
        found.setdefault(predicate, []).append(term(value))
    for predicate, values in found.items():
        yield predicate, ", ".join(values)


class Names:
    """Terms as Turtle writes them."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._names = {prefixes[name]: name for name in reversed([*prefixes])}  # the first counts
        # The longest namespace first: it leaves the shortest name.
        namespaces = sorted(self._names, key=len, reverse=True)
        found = "|".join(map(re.escape, namespaces)) or "(?!)"
        self._in_namespace = re.compile(rf"<({found})({_LOCAL})>\Z")
        #: What predicates are called; those that come first are kept.
        self.known = {v.TYPE: "a"}

    def term(self, term: Term) -> str:
        """An IRI, a literal or a list."""
        if type(term) is not str:
            return f"( {' '.join([self.term(item) for item in term])} )" if term else "()"
        if term[0] == "<":
            return self.iri(term)
        if term[-1] != ">":  # a string, one in a language, a blank node
            return term
        text, _, datatype = term.rpartition('"^^')
        if datatype in _BARE and text[-1] not in "NF":
            return text[1:]
        return f'{text}"^^{self.predicate(datatype)}'

    def predicate(self, term: str) -> str:
        """An IRI that may come often."""
        found = self.known.get(term) or self.iri(term)
        if len(self.known) < _READY:
            self.known[term] = found
        return found

    def iri(self, term: str) -> str:
        """An IRI, as short as the prefixes make it."""
        match = self._in_namespace.match(term)
        return term if match is None else f"{self._names[match[1]]}:{match[2]}"
