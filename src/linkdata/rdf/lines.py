"""Line formats: N-Triples and N-Quads.

Takes: statements.
Gives: text, the lines of one statement at a time.
Implements: `specs/linkdata-1.0.md`, section "RDF formats"; RDF 1.1 N-Triples and N-Quads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from linkdata.rdf.statements import Statement
from linkdata.rdf.triples import Labels, listed


def lines(said: Iterable[Statement], prefixes: Mapping[str, str]) -> Iterator[str]:
    """One triple a line. The triples stand in the default graph, so N-Quads are the same."""
    labels = Labels()
    for subject, about in said:
        yield "".join(
            [
                f"{subject} {predicate} {term} .\n"
                if type(term) is str
                else "".join(
                    [f"{s} {p} {o} .\n" for s, p, o in listed(subject, predicate, term, labels)]
                )
                for predicate, term in about
            ]
        )
