"""Queries: SPARQL over the triples of one or many graphs.

Takes: a store of triples, a query, prefixes.
Gives: `Answer`: a table of values, a truth value or triples, and their texts.
Implements: `specs/linkdata-1.0.md`, section "Queries"; SPARQL 1.1.

Prefixes are declared already: those of the mapping and of the documents. Nothing is fetched: a
query that asks another service is refused.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from linkdata.errors import RetrievalError, UsageError, error
from linkdata.rdf.libraries import pyoxigraph

Cell: TypeAlias = "str | int | float | bool | None"

# What may hold the word without meaning it: strings, IRIs and comments.
_ASIDE = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r"|<[^<>\"{}|^`\\\s]*>|#[^\n]*",
    re.DOTALL,
)
_SERVICE = re.compile(r"(?<![\w?$:.-])SERVICE(?![\w:-])", re.IGNORECASE)


def query(store: Any, text: str, prefixes: Mapping[str, str]) -> Answer:
    """The answer of a `pyoxigraph.Store` to a query.

    Raises `UsageError` for a query that is not well-formed, `RetrievalError` (`network-refused`)
    for one that asks another service.
    """
    if _SERVICE.search(_ASIDE.sub(" ", text)):
        raise RetrievalError(
            error("network-refused", "the query asks another service (SERVICE)",
                  hint="query the documents here, and put the answers together")
        )  # fmt: skip
    try:
        found = store.query(text, prefixes=dict(prefixes))
    except SyntaxError as problem:
        raise UsageError(
            error("usage", f"the query is not SPARQL: {problem}",
                  hint="prefixes of the documents are declared already")
        ) from problem  # fmt: skip
    return Answer(found, prefixes)


class Answer:
    """What a query gives: the rows of SELECT, the truth of ASK, the triples of CONSTRUCT."""

    def __init__(self, found: Any, prefixes: Mapping[str, str]) -> None:
        oxigraph = pyoxigraph()
        self.prefixes = dict(prefixes)
        self._formats = oxigraph.QueryResultsFormat
        self._oxigraph = oxigraph
        self.is_graph = isinstance(found, oxigraph.QueryTriples)
        self.is_truth = isinstance(found, oxigraph.QueryBoolean)
        self._found = found

    @property
    def columns(self) -> list[str]:
        """The names of the columns of a table."""
        return [] if self.is_graph or self.is_truth else [v.value for v in self._found.variables]

    def __bool__(self) -> bool:
        """The answer of ASK."""
        return bool(self._found) if self.is_truth else True

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        """The rows of a table, or triples: IRIs and literals as values of Python."""
        if self.is_truth:
            yield (bool(self._found),)
            return
        for row in self._found:
            terms = (row.subject, row.predicate, row.object) if self.is_graph else row
            yield tuple(self._cell(term) for term in terms)

    def text(self, format: str) -> str:
        """The answer as `table`, `csv`, `json` (SPARQL results) or `ttl` (of CONSTRUCT).

        Raises `UsageError` for a format that the kind of query does not have.
        """
        if self.is_graph != (format == "ttl"):
            known = "ttl" if self.is_graph else "table, csv or json"
            raise UsageError(error("usage", f"this query has no {format}", hint=f"use {known}"))
        return _TEXTS[format](self)

    def _cell(self, term: Any) -> Cell:
        if term is None:
            return None
        if isinstance(term, self._oxigraph.Literal):
            read = _NUMBERS.get(term.datatype.value.rpartition("#")[2])
            try:
                return read(term.value) if read is not None else str(term.value)
            except ValueError:
                return str(term.value)
        return str(term.value)

    def _table(self) -> str:
        if self.is_truth:
            return f"{str(bool(self)).lower()}\n"
        rows = [["" if one is None else self._short(one) for one in row] for row in self._found]
        columns = self.columns
        widths = [
            max([len(name), *(len(row[place]) for row in rows)])
            for place, name in enumerate(columns)
        ]
        lines = [columns, ["-" * width for width in widths], *rows]
        return "".join(
            "  ".join(f"{one:{width}}" for one, width in zip(line, widths, strict=True)).rstrip()
            + "\n"
            for line in lines
        )

    def _short(self, term: Any) -> str:
        if not isinstance(term, self._oxigraph.NamedNode):
            return re.sub(r"[\x00-\x1f\x7f]", " ", str(term.value))
        for name, namespace in sorted(self.prefixes.items(), key=lambda item: -len(item[1])):
            if term.value.startswith(namespace) and len(term.value) > len(namespace):
                return f"{name}:{term.value[len(namespace) :]}"
        return str(term.value)

    def _csv(self) -> str:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns or ["answer"])
        writer.writerows([["" if one is None else one for one in row] for row in self._lexical()])
        return out.getvalue()

    def _lexical(self) -> Iterator[list[str | None]]:
        if self.is_truth:
            yield [str(bool(self)).lower()]
            return
        for row in self._found:
            yield [None if term is None else str(term.value) for term in row]

    def _json(self) -> str:
        text: bytes = self._found.serialize(format=self._formats.JSON)
        return text.decode() + "\n"

    def _turtle(self) -> str:
        form = self._oxigraph.RdfFormat.TURTLE
        text: bytes = self._oxigraph.serialize(self._found, format=form, prefixes=self.prefixes)
        return text.decode()


_TEXTS = {"table": Answer._table, "csv": Answer._csv, "json": Answer._json, "ttl": Answer._turtle}
_NUMBERS: dict[str, Any] = {
    **dict.fromkeys(
        ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger",
         "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte"), int,
    ),
    **dict.fromkeys(("double", "float", "decimal"), lambda text: float(text.replace("INF", "inf"))),
    "boolean": lambda text: text in ("true", "1"),
}  # fmt: skip
