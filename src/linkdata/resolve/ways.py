"""Ways: how one mapping came to lie below another.

Takes: two layers of an object.
Gives: `way`, the entries of `extends` and the `from` that lead from the upper one to the lower.
Implements: `specs/linkdata-1.0.md`, section "Provenance of values".

The layers are those that the resolver put together; here it is only found out why.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from linkdata.errors import LinkdataError
from linkdata.resolve.origins import origin_of
from linkdata.resolve.registry import Context, locate
from linkdata.resolve.resolver import Resolver
from linkdata.resolve.targets import FROM, Layer, entries
from linkdata.spans import Span
from linkdata.syntax import nodes


class By(StrEnum):
    """By what a mapping lies below another."""

    EXTENDS = "extends"
    FROM = "from"


class Passage(NamedTuple):
    """One step of a way: by what, where that is written, and the document that it leads to."""

    by: By
    text: str
    span: Span | None
    context: Context


def way(resolver: Resolver, upper: Layer, lower: Layer) -> list[Passage]:
    """How `lower`, one of the layers below `upper`, came to lie there."""
    passages: list[Passage] = []
    waiting: list[tuple[Layer, Layer] | Passage] = [(upper, lower)]  # the next one last
    while waiting:
        left = waiting.pop()
        if isinstance(left, Passage):
            passages.append(left)
            continue
        upper, lower = left
        if upper[1] is lower[1]:
            continue
        layers = resolver.object(resolver.place(*upper)).layers
        depth = next((n for n, layer in enumerate(layers) if layer[1] is lower[1]), 0)
        bringing = [n for n in range(depth) if FROM in entries(layers[n][1])]
        if bringing:
            brought, below = layers[bringing[-1]], layers[bringing[-1] + 1]
            waiting += [(below, lower), _brought(brought, below), (upper, brought)]
        elif upper[1].parent is None or lower[1].parent is None:
            passages += extending(resolver, upper[0], lower[0])
        else:
            waiting.append((_around(upper), _around(lower)))
    return passages


def _around(layer: Layer) -> Layer:
    outer, _ = next(iter(nodes.enclosing(layer[1])))
    return layer[0], outer


def _brought(layer: Layer, below: Layer) -> Passage:
    """The `from` of a layer."""
    context, mapping = layer
    origin, _ = origin_of(context, mapping)
    assert origin is not None, "what it brings was found"
    span = context.document.span(origin.candidate)
    return Passage(By.FROM, origin.candidate.text, span, below[0])


def extending(resolver: Resolver, upper: Context, lower: Context) -> list[Passage]:
    """The entries of `extends` from one document to another, the ones that count first."""
    seen: set[int] = set()
    waiting: list[tuple[Context, list[Passage]]] = [(upper, [])]
    while waiting:
        context, passages = waiting.pop(0)
        if context is lower:
            return passages
        if id(context) not in seen:
            seen.add(id(context))
            waiting += [
                (passage.context, [*passages, passage]) for passage in _entries(resolver, context)
            ]
    return []


def _entries(resolver: Resolver, context: Context) -> list[Passage]:
    """The entries of a document's `extends` with the documents they mean, later ones first."""
    registry = resolver.registry
    found: list[Passage] = []
    for entry in reversed(context.document.meta.extends):
        try:
            asked = locate(context, entry.authority, entry.path, registry.authorities, None)
        except LinkdataError:
            continue  # among the findings about the document
        location = registry.aliases.get(asked, asked)
        text = f"//{entry.authority}/{entry.path}" if entry.authority else entry.path
        found += (
            Passage(By.EXTENDS, text, entry.span, extended)
            for extended in context.extends
            if extended.location == location
        )
    return found
