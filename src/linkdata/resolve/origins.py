"""Origins: what a `from` says.

Takes: a mapping that has a `from`.
Gives: `origin_of`: the type and the reference of its source, or what is wrong with its form.
Implements: `specs/linkdata-1.0.md`, section "`from`".
"""

from __future__ import annotations

from typing import NamedTuple

from linkdata import plugins
from linkdata.errors import Diagnostic, DocumentError, Related, did_you_mean, error
from linkdata.resolve.registry import Context
from linkdata.resolve.targets import FROM, entries
from linkdata.spans import Span
from linkdata.store.digests import Digest
from linkdata.syntax import nodes
from linkdata.syntax.document import Document
from linkdata.syntax.nodes import Alias, Candidate, Kind, Mapping, Node, Scalar
from linkdata.syntax.references import Form, Reference, is_escaped, parse_reference

#: The type of sources that are documents; all others come from plug-ins.
LINKDATA = "linkdata"
#: The group of plug-ins for the others.
SOURCES = "linkdata.sources"

_KEYS = ("type", "source", "digest")
_EXAMPLE = 'for example `from: {type: hdf5, source: "prefix:/path"}` or `from: "raw:#data"`'


class Origin(NamedTuple):
    """Where an object comes from. `digest` is that of the array, if it is declared."""

    type: str
    candidate: Candidate
    reference: Reference
    digest: Digest | None = None


def origin_of(
    context: Context, mapping: Mapping | nodes.Sequence
) -> tuple[Origin | None, list[Diagnostic]]:
    """The origin of a mapping with a `from`; None and the reasons when it has not that form."""
    reader = _Reader(context, mapping)
    return reader.origin(), reader.found


class _Reader:
    def __init__(self, context: Context, mapping: Mapping | nodes.Sequence) -> None:
        self.context = context
        self.document: Document = context.document
        self.mapping = mapping
        self.found: list[Diagnostic] = []
        self.digest: Digest | None = None

    def origin(self) -> Origin | None:
        node: Node = entries(self.mapping)[FROM]
        if isinstance(node, Alias):
            node = node.target
        kind: str | None = LINKDATA
        source: Node | None = node
        if not isinstance(node, Scalar):
            fields = entries(node)
            if not fields:
                self.invalid("a `from` is a reference, or has `type` and `source`", node)
                return None
            kind, source = self.long_form(fields)
        if not self.found and not (isinstance(source, Scalar) and isinstance(source.value, str)):
            self.invalid("a `from` is a reference, or has `type` and `source`", source or node)
        if self.found or kind is None or not isinstance(source, Scalar):
            return None
        return self.reference(kind, source)

    def long_form(self, fields: dict[str, Node]) -> tuple[str | None, Node | None]:
        """The type and the source of `{type: ..., source: ...}`."""
        for key in ("type", "source"):
            part = fields.get(key)
            if part is None:
                self.found.append(
                    error("from-invalid", f"this `from` has no `{key}`", self.key_place(),
                          hint=_EXAMPLE)
                )  # fmt: skip
            elif not isinstance(part, Scalar) or not isinstance(part.value, str):
                self.invalid(f"the `{key}` of a `from` is a string", part)
        for key, part in fields.items():
            if key not in _KEYS:
                self.invalid(f"a `from` has no `{key}`", part, did_you_mean(key, _KEYS))
        self.read_digest(fields.get("digest"))
        kind = fields.get("type")
        if self.found or not isinstance(kind, Scalar) or not isinstance(kind.value, str):
            return None, None
        if kind.value != LINKDATA and not plugins.is_registered(SOURCES, kind.value):
            known = [LINKDATA, *plugins.names(SOURCES)]
            hint = did_you_mean(kind.value, known)
            self.found.append(
                error("from-type-unknown", f"there is no source of the type `{kind.value}`",
                      self.document.span(kind),
                      hint=hint or "known are " + ", ".join(f"`{name}`" for name in known))
            )  # fmt: skip
        return kind.value, fields.get("source")

    def read_digest(self, node: Node | None) -> None:
        """The digest that is declared for the array."""
        if node is None:
            return
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            self.invalid("the `digest` of a `from` is a string", node)
            return
        try:
            self.digest = Digest.parse(node.text, self.document.span(node))
        except DocumentError as problem:
            self.found += problem.diagnostics

    def reference(self, kind: str, source: Scalar) -> Origin | None:
        """The reference of the source, if it suits the type."""
        text, span = source.text, self.document.span(source)
        parsed = None
        if isinstance(source, Candidate) and source.kind is not Kind.VERBATIM:
            parsed = None if is_escaped(text) else parse_reference(text)
        if parsed is None or not isinstance(source, Candidate):
            self.invalid(f"`{text}` is not a reference", source)
            return None
        if parsed.form in (Form.SOURCE, Form.DOCUMENT) and not self.has_file(parsed, span):
            return None
        in_file = parsed.form is Form.SOURCE
        if in_file and kind == LINKDATA:
            hint = f'write `from: {{type: hdf5, source: "{text}"}}`'
            self.invalid(f"`{text}` is a place in a source file", source, hint)
        elif not in_file and kind != LINKDATA:
            hint = "a place in a file is written `prefix:/path`"
            self.invalid(f"`{text}` is not a place in a source file", source, hint)
        elif self.digest is not None and not in_file:
            hint = "the digest of a document is declared with its prefix, as `hash`"
            self.invalid("only an array in a file has a `digest` here", source, hint)
        return None if self.found else Origin(kind, source, parsed, self.digest)

    def has_file(self, parsed: Reference, span: Span) -> bool:
        """Whether the prefix of a reference is bound to a file."""
        bound = self.context.prefixes.get(parsed.name)
        if bound is None:
            if parsed.form is Form.SOURCE:  # of other forms the resolver tells
                self.found.append(unknown_prefix(self.context, parsed.name, span))
                return False
            return True
        if bound.prefix.iri is None:
            return True
        self.found.append(
            error(
                "prefix-wrong-kind",
                f"the prefix `{parsed.name}` is bound to an IRI, not to a file",
                span,
                related=[Related("it is declared here", bound.prefix.span)],
                hint="a file is declared as `- path: file.nwb`",
            )
        )
        return False

    def key_place(self) -> Span:
        """The place of the key `from`."""
        mapping = self.mapping
        for holder in [mapping] if isinstance(mapping, Mapping) else mapping.items:
            if isinstance(holder, Mapping) and FROM in holder.entries:
                return self.document.key_span(holder, FROM)
        return self.document.span(mapping)

    def invalid(self, message: str, node: Node, hint: str | None = None) -> None:
        self.found.append(
            error("from-invalid", message, self.document.span(node), hint=hint or _EXAMPLE)
        )


def unknown_prefix(context: Context, name: str, span: Span | None) -> Diagnostic:
    """The finding that a prefix is not declared."""
    return error(
        "prefix-unknown",
        f"the prefix `{name}` is not declared",
        span,
        hint=did_you_mean(name, context.prefixes)
        or "declare it in `meta.prefixes`; if a plain string is meant, tag it `!!str`",
    )
