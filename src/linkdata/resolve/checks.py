"""Checks of what references and `from` say, without any input or output.

Takes: a resolver and one of its documents.
Gives: diagnostics for every reference that does not arrive and every `from` of a wrong form.
Implements: `specs/linkdata-1.0.md`, sections "References", "Overlay" and "Diagnostics".
"""

from __future__ import annotations

from collections.abc import Iterator

from linkdata import iri
from linkdata.errors import (
    Diagnostic,
    LinkdataError,
    did_you_mean,
    note,
    warning,
)
from linkdata.resolve.origins import origin_of
from linkdata.resolve.registry import Context
from linkdata.resolve.resolver import Resolver
from linkdata.resolve.targets import FROM, is_source
from linkdata.syntax import nodes
from linkdata.syntax.document import META, RESERVED
from linkdata.syntax.nodes import Candidate, Mapping, Node
from linkdata.syntax.references import Form, is_escaped, parse_reference


def document_findings(resolver: Resolver, context: Context, *, own: bool) -> Iterator[Diagnostic]:
    """What is wrong in a document. `own` tells that it is checked for itself, not as a base."""
    if own:
        yield from _identity(context)
    for candidate in context.document.candidates:
        yield from _reference(resolver, context, candidate)
    for mapping in _bringing(context.document.root):
        yield from _origin(resolver, context, mapping)


def _identity(context: Context) -> Iterator[Diagnostic]:
    document = context.document
    meta = document.root.entries.get(META)
    span = document.span(meta) if meta is not None else None
    name = document.source.name
    if document.meta.id is None:
        own = context.iri.removeprefix(context.base or iri.DEFAULT_BASE)
        yield note(
            "meta-id-missing", f"the document has no `id`; its file's name `{own}` stands in",
            span, place=name, hint="with `meta.id` identities survive renaming the file",
        )  # fmt: skip
    if context.base is None:
        yield note(
            "meta-base-missing",
            f"the document has no `base`; identities stand under `{iri.DEFAULT_BASE}`", span,
            place=name, hint="for identities on the web: `base: https://example.org/lab/`",
        )  # fmt: skip


def _reference(resolver: Resolver, context: Context, candidate: Candidate) -> Iterator[Diagnostic]:
    text = candidate.text
    span = context.document.span(candidate)
    parsed = None if is_escaped(text) else parse_reference(text)
    if parsed is None:
        if text[0] in "#@" and not is_escaped(text) and not _is_origin(candidate):
            yield warning(
                "reference-malformed", "this begins like a reference but has none of the forms",
                span, hint=f"for a plain string write `{text[0]}` twice; in a reference quote "
                'names with other than letters, digits, `_`, `-`: `#data."a b"`',
            )  # fmt: skip
        return
    if parsed.form is Form.SOURCE and parsed.name not in context.prefixes:
        hint = did_you_mean(parsed.name, context.prefixes)
        if hint and not _is_origin(candidate):
            yield warning(
                "prefix-unknown", f"the prefix `{parsed.name}` is not declared", span, hint=hint
            )
        return
    try:
        resolver.resolve(context, candidate)
    except LinkdataError as problem:
        yield from problem.diagnostics


def _bringing(root: Node) -> Iterator[Mapping | nodes.Sequence]:
    """All mappings with a `from`, outside of `meta`."""
    waiting: list[Node] = []
    if isinstance(root, Mapping):
        waiting = [node for key, node in root.entries.items() if key not in RESERVED]
        if FROM in root.entries:
            yield root
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            if FROM in node.entries:
                yield node
            waiting += node.entries.values()
        elif isinstance(node, nodes.Sequence):
            if node.named is not None and FROM in node.named:
                yield node
                continue
            waiting += node.items


def _origin(
    resolver: Resolver, context: Context, mapping: Mapping | nodes.Sequence
) -> Iterator[Diagnostic]:
    """What is wrong with a `from`: its form, or how it goes on."""
    origin, found = origin_of(context, mapping)
    yield from found
    if origin is None or origin.reference.form is Form.SOURCE:
        return
    try:
        resolver.resolve(context, origin.candidate)
    except LinkdataError:
        return  # among the findings about references
    try:
        resolver.object(resolver.place(context, mapping))
    except LinkdataError as problem:
        yield from problem.diagnostics


def _is_origin(candidate: Candidate) -> bool:
    return candidate.slot == FROM or is_source(candidate)
