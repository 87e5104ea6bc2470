"""Misses: why a reference does not arrive, as findings.

Takes: where following a reference ended.
Gives: `Missing`, raised inside the resolver, `Elsewhere`, `cycle` and `why`, the words for it.
Implements: `specs/linkdata-1.0.md`, section "References".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from linkdata.errors import Diagnostic, Related, did_you_mean, error
from linkdata.resolve.registry import Context
from linkdata.resolve.targets import Target
from linkdata.spans import Span
from linkdata.syntax import nodes
from linkdata.syntax.document import RESERVED, Document
from linkdata.syntax.nodes import Candidate, Mapping, Node, Scalar, Step
from linkdata.syntax.references import Form, Reference, format_path

#: How many links of a circle a finding shows.
MAX_SHOWN = 8


class Missing(Exception):
    """A path ends before its last step: at which step, in what, and what there is instead."""

    def __init__(self, index: int, target: Target, names: Iterable[str], reason: str) -> None:
        super().__init__(reason)
        self.index = index
        self.target = target
        self.names = names
        self.reason = reason

    def finding(self, reference: Reference, span: Span | None) -> Diagnostic:
        """The finding that a reference dangles."""
        step = reference.path[self.index]
        what = _cut_off(reference, self.index)
        name = f"[{step}]" if isinstance(step, int) else f"`{step}`"
        return error(
            "reference-dangling",
            f"there is no {name} in `{what}`" + (self.reason and f": {self.reason}"),
            span,
            hint=did_you_mean(str(step), self.names),
        )


class Elsewhere:
    """Where names stand in documents, to tell who looked for one in the wrong place."""

    def __init__(self) -> None:
        self._known: dict[int, dict[str, Mapping]] = {}

    def hint(self, document: Document, name: str) -> str | None:
        """The shortest path that ends in a name, if the document has the name anywhere."""
        known = self._known.get(id(document))
        if known is None:  # once, as every reference of a document may miss
            known = self._known[id(document)] = _keys(document.root)
        if name not in known:
            return None
        return f"`{name}` stands at `#{format_path((*nodes.path_of(known[name]), name))}`"


def _keys(root: Mapping) -> dict[str, Mapping]:
    """Of each key outside reserved sections a mapping that has it, as near the root as may be."""
    found: dict[str, Mapping] = {}
    waiting: deque[Node] = deque([root])
    while waiting:
        node = waiting.popleft()
        if type(node) is nodes.Sequence:
            waiting.extend(node.items)
        elif isinstance(node, Mapping):
            for key, value in node.entries.items():
                if node is not root or key not in RESERVED:
                    found.setdefault(key, node)
                    waiting.append(value)
    return found


def cycle(chain: list[tuple[Context, Candidate]], length: int) -> Diagnostic:
    """The finding about a circle of references, seen from its first; only some are shown."""
    context, first = chain[0]
    shown = chain[:MAX_SHOWN]
    way = " -> ".join(f"`{candidate.text}`" for _, candidate in shown)
    way += f" -> ... {length - len(shown)} more" if length > len(shown) else ""
    return error(
        "reference-cycle",
        f"the chain of references never arrives: {way} -> `{first.text}`",
        context.document.span(first),
        related=[
            Related("it goes on here", at.document.span(candidate)) for at, candidate in shown[1:]
        ],
        hint="one of them has to lead to an object or a value",
    )


def why(target: Target, step: Step) -> str:
    """Why a target has no such step, where there is more to say than that."""
    node = target.node
    if isinstance(node, Scalar):
        return "it is a null" if node.is_null else "it is a single value"
    if type(node) is nodes.Sequence:
        if isinstance(step, int):
            return f"it has {len(node.items)} items, counted from [0]"
        return "" if node.named is not None else "it is a list; positions are in brackets"
    return "it is not a list" if isinstance(step, int) else ""


def _cut_off(reference: Reference, length: int) -> str:
    """The reference with only the first steps of its path."""
    if reference.form is Form.LEXICAL and not length:
        return "@"
    return str(reference._replace(path=reference.path[:length]))
