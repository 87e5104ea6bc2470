"""Checks of what references and `from` say, without any input or output.

Takes: a resolver and one of its documents.
Gives: diagnostics for every reference that does not arrive and every `from` of a wrong form.
Implements: `specs/linkdata-1.0.md`, sections "References", "From, overlay" and "Diagnostics".
"""

from __future__ import annotations

from collections.abc import Iterator

from linkdata import iri, plugins
from linkdata.errors import (
    Diagnostic,
    LinkdataError,
    Related,
    did_you_mean,
    error,
    note,
    warning,
)
from linkdata.resolve.registry import Context
from linkdata.resolve.resolver import Resolver
from linkdata.resolve.targets import FROM, entries, is_source, origin_of
from linkdata.spans import Span
from linkdata.syntax import nodes
from linkdata.syntax.document import META, RESERVED, Document
from linkdata.syntax.nodes import Alias, Candidate, Mapping, Node, Scalar
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
    document = context.document
    origin = entries(mapping)[FROM]
    fields = entries(origin)
    example = 'for example `from: {type: hdf5, source: "prefix:/path"}` or `from: "raw:#data"`'
    if isinstance(origin, Alias):
        origin = origin.target
    if fields:
        for key in ("type", "source"):
            part = fields.get(key)
            if part is None:
                at = _key_place(document, mapping)
                yield error("from-invalid", f"this `from` has no `{key}`", at, hint=example)
            elif not isinstance(part, Scalar) or not isinstance(part.value, str):
                yield error(
                    "from-invalid", f"the `{key}` of a `from` is a string", document.span(part),
                    hint=example,
                )  # fmt: skip
        for key, part in fields.items():
            if key not in ("type", "source"):
                yield error(
                    "from-invalid", f"a `from` has no `{key}`", document.span(part),
                    hint=did_you_mean(key, ("type", "source")) or example,
                )  # fmt: skip
        kind, source = fields.get("type"), fields.get("source")
        if not isinstance(kind, Scalar) or not isinstance(source, Scalar):
            return
        known = ["linkdata", *plugins.names("linkdata.sources")]
        if isinstance(kind.value, str) and kind.value not in known:
            yield error(
                "from-type-unknown", f"there is no source of the type `{kind.value}`",
                document.span(kind), hint=did_you_mean(kind.value, known)
                or "known are " + ", ".join(f"`{name}`" for name in known),
            )  # fmt: skip
            return
    elif isinstance(origin, Scalar) and isinstance(origin.value, str):
        kind, source = None, origin
    else:
        yield error("from-invalid", "a `from` is a reference, or has `type` and `source`",
                    document.span(origin), hint=example)  # fmt: skip
        return
    if not isinstance(source.value, str):
        return
    parsed = parse_reference(source.text) if isinstance(source, Candidate) else None
    if parsed is None or is_escaped(source.text):
        yield error("from-invalid", f"`{source.text}` is not a reference", document.span(source),
                    hint=example)  # fmt: skip
        return
    to_file = parsed.form is Form.SOURCE
    bound = context.prefixes.get(parsed.name)
    if to_file and bound is None:
        yield resolver.unknown_prefix(context, parsed, source)
    elif bound is not None and bound.prefix.iri is not None:
        yield error(
            "prefix-wrong-kind", f"the prefix `{parsed.name}` is bound to an IRI, not to a file",
            document.span(source), related=[Related("it is declared here", bound.prefix.span)],
            hint="a file is declared as `- path: file.nwb`",
        )  # fmt: skip
    elif kind is None or kind.value == "linkdata":
        if to_file:
            yield error(
                "from-invalid", f"`{source.text}` is a place in a source file",
                document.span(source),
                hint=f'write `from: {{type: hdf5, source: "{source.text}"}}`',
            )  # fmt: skip
        else:
            yield from _expanded(resolver, context, mapping)
    elif not to_file:
        yield error(
            "from-invalid", f"`{source.text}` is not a place in a source file",
            document.span(source), hint='a place in a file is written `prefix:/path`',
        )  # fmt: skip


def _expanded(
    resolver: Resolver, context: Context, mapping: Mapping | nodes.Sequence
) -> Iterator[Diagnostic]:
    """What goes wrong when the layers of an object are put together."""
    origin = origin_of(mapping)
    try:
        if origin is not None:
            resolver.resolve(context, origin[1])
    except LinkdataError:
        return  # among the findings about references
    try:
        resolver.object(resolver.place(context, mapping))
    except LinkdataError as problem:
        yield from problem.diagnostics


def _key_place(document: Document, mapping: Mapping | nodes.Sequence) -> Span:
    """The place of the key `from`."""
    holders = [mapping] if isinstance(mapping, Mapping) else mapping.items
    for holder in holders:
        if isinstance(holder, Mapping) and FROM in holder.entries:
            return document.key_span(holder, FROM)
    return document.span(mapping)


def _is_origin(candidate: Candidate) -> bool:
    return candidate.slot == FROM or is_source(candidate)
