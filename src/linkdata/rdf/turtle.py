"""Turtle and TriG: a paragraph a subject, prefixes declared, lists in brackets.

Takes: statements and prefixes.
Gives: text, one subject at a time.
Implements: `specs/linkdata-1.0.md`, section "RDF formats"; RDF 1.1 Turtle and TriG.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from linkdata.rdf import vocabulary as v
from linkdata.rdf.statements import Statement
from linkdata.rdf.terms import Term

_LOCAL = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\Z|\Z")
#: Datatypes whose literals Turtle writes bare.
_BARE = frozenset(f"<{v.XSD}{name}>" for name in ("integer", "double", "boolean"))
_INDENT = "    "
_READY = 1 << 16


def turtle(said: Iterable[Statement], prefixes: Mapping[str, str]) -> Iterator[str]:
    """Turtle. TriG is the same, as all triples stand in the default graph."""
    for name, value in prefixes.items():
        yield f"@prefix {name}: <{value}> .\n"
    names = Names(prefixes)
    subject: str | None = None
    for statement in said:
        if not statement.about:
            continue
        pairs = [f"{names.predicate(p)} {names.term(o)}" for p, o in statement.about]
        # What comes in pieces about one subject reads as one paragraph.
        if statement.subject == subject:
            yield " ;\n" + " ;\n".join([_INDENT + pair for pair in pairs])
        else:
            end = "" if subject is None else " .\n"
            subject = statement.subject
            body = " ;\n".join([_INDENT + pair for pair in pairs])
            yield f"{end}\n{names.term(subject)}\n{body}"
    if subject is not None:
        yield " .\n"


class Names:
    """Terms as Turtle writes them."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        # The longest namespace first: it leaves the shortest name.
        self._prefixes = sorted(prefixes.items(), key=lambda item: -len(item[1]))
        self._namespaces = tuple(f"<{namespace}" for namespace in prefixes.values())
        # What comes often is kept.
        self._short: Callable[[str], str] = lru_cache(maxsize=_READY)(self.iri)
        self.predicate: Callable[[str], str] = lru_cache(maxsize=_READY)(self._predicate)

    def term(self, term: Term) -> str:
        """An IRI, a literal or a list."""
        if type(term) is not str:
            return f"( {' '.join([self.term(item) for item in term])} )" if term else "()"
        if term[-1] == '"':
            return term
        if term[0] == "<":
            return self._short(term) if term.startswith(self._namespaces) else term
        text, separator, datatype = term.rpartition('"^^')
        if not separator or datatype[0] != "<":  # a string in a language, a blank node
            return term
        if datatype in _BARE and text[-1] not in "NF":
            return text[1:]
        return f'{text}"^^{self.predicate(datatype)}'

    def _predicate(self, term: str) -> str:
        return "a" if term == v.TYPE else self.iri(term)

    def iri(self, term: str) -> str:
        """An IRI, as short as the prefixes make it."""
        for name, namespace in self._prefixes:
            if term.startswith(namespace, 1):
                local = term[len(namespace) + 1 : -1]
                if _LOCAL.match(local):
                    return f"{name}:{local}"
        return term
