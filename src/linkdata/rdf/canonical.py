"""Canonical N-Quads: RDF Dataset Canonicalization (RDFC-1.0).

Takes: N-Quads, one statement a line.
Gives: the same statements with canonical labels for blank nodes, sorted, each once.
Implements: `specs/linkdata-1.0.md`, section "Canonical RDF"; RDFC-1.0.

Only the cells of lists are blank nodes in what linkdata writes. Most can be told apart by what is
said of them directly; for the others the algorithm follows the ways through their neighbours, and
how much it may do is bounded, as the specification of RDFC-1.0 asks for.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from itertools import chain, permutations
from typing import NamedTuple, TypeAlias

from linkdata.errors import OutputError, error

#: How many times the neighbours of a blank node may be looked at.
MAX_STEPS = 5_000_000

_TERM = r'<[^>]*>|_:[^\s<"]+|"(?:[^"\\]|\\.)*"(?:\^\^<[^>]*>|@[A-Za-z0-9-]+)?'
_LINE = re.compile(rf"[ \t]*({_TERM})[ \t]*({_TERM})[ \t]*({_TERM})[ \t]*(<[^>]*>|_:[^\s<\"]+)?"
                   r"[ \t]*\.[ \t]*(?:#.*)?\Z")  # fmt: skip
_BLANK = re.compile(r"[ \t]*(?:#.*)?\Z")


class _Quad(NamedTuple):
    """Subject, predicate, object and graph as texts; the default graph is the empty text."""

    subject: str
    predicate: str
    object: str
    graph: str

    def text(self, names: dict[str, str]) -> str:
        """The line of the quad, its blank nodes renamed."""
        parts = [names.get(part, part) for part in self if part]
        return f"{' '.join(parts)} .\n"

    @property
    def blank(self) -> set[str]:
        """The blank nodes of the quad."""
        return {part for part in self if part.startswith("_:")}


def canonical(parts: Iterable[str], algorithm: str = "sha256") -> Iterator[str]:
    """The canonical lines of N-Quads in the canonical form of their terms.

    `algorithm` is `sha256` or `sha384`. Raises `OutputError` (`value-too-large`) for what would
    take too long to tell apart, and `value-not-representable` for what is no N-Quads.
    """
    ground: set[str] = set()
    quads: set[_Quad] = set()
    for line in chain.from_iterable(part.split("\n") for part in parts):
        # The lines of linkdata are in canonical form; only those with blank nodes are looked into.
        if "_:" not in line and line.startswith("<") and line.endswith(" ."):
            ground.add(f"{line}\n")
        elif not _BLANK.match(line):
            quads.add(_quad(line))
    with_blanks = {quad for quad in quads if quad.blank}
    ground.update(quad.text({}) for quad in quads - with_blanks)
    names = _Canonicalizer(with_blanks, algorithm).names()
    ground.update(quad.text(names) for quad in with_blanks)
    yield from sorted(ground)


def _quad(line: str) -> _Quad:
    match = _LINE.match(line)
    if match is None:
        raise OutputError(error("value-not-representable", f"`{line}` is no line of N-Quads"))
    return _Quad(match[1], match[2], match[3], match[4] or "")


class _Issuer:
    """Gives blank nodes new labels in the order in which they are asked for."""

    def __init__(self, prefix: str, issued: dict[str, str] | None = None) -> None:
        self.prefix = prefix
        self.issued = issued or {}

    def issue(self, node: str) -> str:
        known = self.issued.get(node)
        if known is None:
            known = self.issued[node] = f"{self.prefix}{len(self.issued)}"
        return known

    def copy(self) -> _Issuer:
        return _Issuer(self.prefix, dict(self.issued))


#: A hash, and the issuer that gave labels on the way to it.
_Walked: TypeAlias = "tuple[str, _Issuer]"


class _Canonicalizer:
    def __init__(self, quads: Iterable[_Quad], algorithm: str) -> None:
        self.algorithm = algorithm
        self.quads: defaultdict[str, list[_Quad]] = defaultdict(list)
        for quad in quads:
            for node in quad.blank:
                self.quads[node].append(quad)
        #: For each blank node the others in its quads: the quad, the position, the node.
        self.neighbours = {
            node: [
                (quad, position, other)
                for quad in found
                for position, other in (("s", quad.subject), ("o", quad.object), ("g", quad.graph))
                if other.startswith("_:") and other != node
            ]
            for node, found in self.quads.items()
        }
        self.issuer = _Issuer("_:c14n")
        self.first: dict[str, str] = {}
        self.steps = 0

    def names(self) -> dict[str, str]:
        """The canonical label of each blank node."""
        by_hash: defaultdict[str, list[str]] = defaultdict(list)
        for node in self.quads:
            self.first[node] = self._first_degree(node)
            by_hash[self.first[node]].append(node)
        shared = []
        for value in sorted(by_hash):
            if len(by_hash[value]) == 1:
                self.issuer.issue(by_hash[value][0])
            else:
                shared.append(value)
        for value in shared:
            found = []
            for node in by_hash[value]:
                if node not in self.issuer.issued:
                    issuer = _Issuer("_:b")
                    issuer.issue(node)
                    found.append(self._n_degree(node, issuer))
            for _, issuer in sorted(found, key=lambda pair: pair[0]):
                for node in issuer.issued:
                    self.issuer.issue(node)
        return self.issuer.issued

    def _hash(self, text: str) -> str:
        return hashlib.new(self.algorithm, text.encode()).hexdigest()

    def _first_degree(self, node: str) -> str:
        lines = []
        for quad in self.quads[node]:
            names = {one: "_:a" if one == node else "_:z" for one in quad.blank}
            lines.append(quad.text(names))
        return self._hash("".join(sorted(lines)))

    def _related(self, node: str, quad: _Quad, issuer: _Issuer, position: str) -> str:
        known = self.issuer.issued.get(node) or issuer.issued.get(node) or self.first[node]
        predicate = "" if position == "g" else quad.predicate
        return self._hash(f"{position}{predicate}{known}")

    def _n_degree(self, node: str, issuer: _Issuer) -> _Walked:
        """The hash of a blank node by the ways that lead on from it, and the labels on them."""
        stack = [self._walk(node, issuer)]  # not Python's own: ways are as long as lists are
        answer: _Walked | None = None
        while True:
            try:
                stack.append(self._walk(*(stack[-1].send(answer) if answer else next(stack[-1]))))
                answer = None
            except StopIteration as done:
                stack.pop()
                answer = done.value
                if not stack:
                    assert answer is not None
                    return answer

    def _walk(self, node: str, issuer: _Issuer) -> Generator[tuple[str, _Issuer], _Walked, _Walked]:
        """One level of it; yields the nodes that it has to know more of first."""
        related: defaultdict[str, list[str]] = defaultdict(list)
        for quad, position, other in self.neighbours[node]:
            related[self._related(other, quad, issuer, position)].append(other)
        data = ""
        for value in sorted(related):
            data += value
            if len(related[value]) == 1:  # one way only, as from cell to cell of a list
                self._count()
                [other] = related[value]
                known = self.issuer.issued.get(other)
                if known is None and other not in issuer.issued:
                    label = issuer.issue(other)
                    found, issuer = yield (other, issuer)
                    data += f"{label}{label}<{found}>"
                else:
                    data += known or issuer.issued[other]
                continue
            chosen, chosen_issuer = "", None
            for order in permutations(related[value]):
                self._count()
                path, copy = "", issuer.copy()
                recursive: list[str] = []
                for other in order:
                    known = self.issuer.issued.get(other)
                    if known is None:
                        if other not in copy.issued:
                            recursive.append(other)
                        known = copy.issue(other)
                    path += known
                    if chosen and len(path) >= len(chosen) and path > chosen:
                        break
                else:
                    for other in recursive:
                        found, copy = yield (other, copy)
                        path += f"{copy.issue(other)}<{found}>"
                        if chosen and len(path) >= len(chosen) and path > chosen:
                            break
                    else:
                        if not chosen or path < chosen:
                            chosen, chosen_issuer = path, copy
            data += chosen
            if chosen_issuer is not None:
                issuer = chosen_issuer
        return self._hash(data), issuer

    def _count(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise OutputError(
                error("value-too-large", "too many cells of lists are alike for canonical labels",
                      hint="keep long columns of repeated values in arrays")
            )  # fmt: skip
