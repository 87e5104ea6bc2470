"""Parsing: RDF of every format as triples.

Takes: the bytes of an RDF text, and its format.
Gives: `Triples`, what is said of each subject, with lists as lists.
Implements: `specs/linkdata-1.0.md`, section "Documents from RDF".

Nothing is fetched: a JSON-LD context that is not in the text is an error.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from linkdata.errors import DocumentError, error
from linkdata.rdf import vocabulary as v
from linkdata.rdf.libraries import pyoxigraph
from linkdata.rdf.terms import Term, literal, parsed, tagged, typed

#: Format -> the name that pyoxigraph has for it.
FORMATS = {
    "ttl": "TURTLE",
    "nt": "N_TRIPLES",
    "nq": "N_QUADS",
    "trig": "TRIG",
    "rdf": "RDF_XML",
    "jsonld": "JSON_LD",
}


class Triples:
    """What a text says: for each subject, its predicates and the terms they have.

    Terms are texts as N-Triples has them; a list is a Python list of terms.
    """

    def __init__(self, data: bytes, format: str, place: str) -> None:
        """Raises `DocumentError` (`rdf-invalid`) for what is no RDF of the format, and
        `UsageError` when pyoxigraph is missing.
        """
        self.place = place
        self._raw: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
        oxigraph = pyoxigraph()
        form = getattr(oxigraph.RdfFormat, FORMATS[format])
        try:
            for quad in oxigraph.parse(data, format=form):
                subject, predicate = _text(quad.subject), _text(quad.predicate)
                terms = self._raw[subject].setdefault(predicate, [])
                term = _text(quad.object)
                if term not in terms:
                    terms.append(term)
        except (SyntaxError, OSError) as problem:
            raise DocumentError(
                error("rdf-invalid", f"this is not {format}: {problem}", place=place)
            ) from problem

    def lines(self) -> Iterator[str]:
        """The triples as lines of N-Triples, in the canonical form of terms."""
        for subject, about in self._raw.items():
            for predicate, terms in about.items():
                yield "".join(f"{subject} {predicate} {term} .\n" for term in terms)

    def subjects(self) -> list[str]:
        """All subjects that are no cells of lists."""
        return [one for one in self._raw if v.FIRST not in self._raw[one]]

    def about(self, subject: str) -> dict[str, list[Term]]:
        """What is said of a subject. Raises `DocumentError` (`rdf-invalid`)."""
        return {
            predicate: [self.term(term) for term in terms]
            for predicate, terms in self._raw.get(subject, {}).items()
        }

    def term(self, term: str) -> Term:
        """A term; the first cell of a list is the list. Raises `DocumentError`."""
        if term == v.NIL:
            return []
        if term.startswith("_:"):
            return self._list(term)
        return term

    def _list(self, cell: str) -> Term:
        found: list[Term] = []
        seen: set[str] = set()
        while cell != v.NIL:
            about = self._raw.get(cell, {})
            first, rest = about.get(v.FIRST, []), about.get(v.REST, [])
            if len(first) != 1 or len(rest) != 1 or len(about) != 2 or cell in seen:
                raise self.wrong("a blank node that is no cell of a list")
            seen.add(cell)
            found.append(self.term(first[0]))
            cell = rest[0]
        return found

    def wrong(self, reason: str) -> DocumentError:
        """The error that the triples do not follow the mapping."""
        message = f"these triples are not those of a document: {reason}"
        return DocumentError(error("rdf-invalid", message, place=self.place))


def _text(term: Any) -> str:
    """A term of pyoxigraph in the canonical form of N-Triples."""
    text = str(term)
    if text[0] != '"':
        return text
    if term.language is not None:
        return tagged(term.value, term.language)
    datatype = term.datatype.value
    return literal(term.value) if datatype == v.XSD + "string" else typed(term.value, datatype)


def of_literal(term: str) -> Any:
    """The scalar whose term this is, or None when no scalar of a document has it by itself."""
    found = parsed(term)
    read = _SCALARS.get(getattr(found, "datatype", "") or "")
    if getattr(found, "datatype", "") is None:
        return found.lexical  # type: ignore[union-attr]
    if read is None:
        return None
    try:
        value = read(found.lexical)  # type: ignore[union-attr]
    except ValueError:
        return None
    return value if literal(value) == term else None


_SCALARS: dict[str, Any] = {
    v.XSD + "integer": int,
    v.XSD + "boolean": {"true": True, "false": False}.get,
    v.XSD + "double": lambda text: float(text.replace("INF", "inf")),
}
