"""Documents: what the top level of a document's nodes means.

Takes: a parsed document of a stream.
Gives: `Document` with its `Meta`, and what is wrong with their form.
Implements: `specs/linkdata-1.0.md`, sections "Documents", "`extends`" and "Prefixes".

Only what one document says of itself is here; what it has from others is the registry's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from linkdata import iri
from linkdata.errors import Diagnostic, Related, did_you_mean, error
from linkdata.spans import Source, Span
from linkdata.syntax.nodes import (
    Alias,
    Candidate,
    Kind,
    Mapping,
    Node,
    Scalar,
    Sequence,
    end,
    start,
)
from linkdata.syntax.stream import Parsed, Stream

#: Top-level keys with a meaning of their own. All others are named objects.
META, DATA, STORAGE = "meta", "data", "storage"
#: Parts of `meta` that are also read at the top level.
LIFTED = ("prefixes", "imports")
#: Parts of `meta` with a meaning of their own. All others are free.
META_PARTS = frozenset(("id", "base", "extends", *LIFTED))
RESERVED = frozenset((META, STORAGE, *LIFTED))

_ID = re.compile(r"[A-Za-z0-9_.~-]+(?:/[A-Za-z0-9_.~-]+)*\Z")
_EXTENDS_AUTHORITY = re.compile(r"//([A-Za-z0-9_][A-Za-z0-9_.-]*)/([^#\x00]*[^#\x00/])\Z")
# Relative, and not an IRI.
_EXTENDS_PATH = re.compile(r"(?!/|[A-Za-z][A-Za-z0-9+.-]*:)[^#\x00]+\Z")


class Extension(NamedTuple):
    """One entry of `meta.extends`: a path, below an authority when that is not empty."""

    authority: str
    path: str
    span: Span


class Location(NamedTuple):
    """One place where a resource may be: `kind` is `path` or `url`."""

    kind: str
    target: str
    span: Span


class Prefix(NamedTuple):
    """A declared prefix: of IRIs when `iri` is given, otherwise of a resource."""

    name: str
    span: Span
    iri: str | None = None
    locations: tuple[Location, ...] = ()
    hashes: tuple[tuple[str, Span], ...] = ()


class Import(NamedTuple):
    """A declared import of a schema; what `sources` means is the schema layer's business."""

    name: str
    alias: str
    span: Span
    version: str | None = None
    sources: Node | None = None


@dataclass(slots=True)
class Meta:
    """What a document says about itself."""

    id: str | None = None
    base: str | None = None
    extends: list[Extension] = field(default_factory=list)
    prefixes: dict[str, Prefix] = field(default_factory=dict)
    imports: dict[str, Import] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One document of a stream."""

    source: Source
    root: Mapping
    candidates: list[Candidate]
    meta: Meta
    index: int = 0

    def span(self, node: Node) -> Span:
        """The place of a node."""
        return self.source.span(start(node.at), end(node.at))

    def key_span(self, mapping: Mapping, key: str) -> Span:
        """The place of a key."""
        at = mapping.key_place(key)
        return self.source.span(start(at), end(at))

    def __repr__(self) -> str:
        return f"Document({self.source.name!r}, {self.meta.id!r})"


def documents(stream: Stream) -> tuple[list[Document], list[Diagnostic]]:
    """The documents of a stream, as far as they have the form of one, and all that is wrong."""
    made: list[Document] = []
    found = list(stream.diagnostics)
    for index, parsed in enumerate(stream.documents):
        reader = _MetaReader(stream.source)
        document = reader.document(parsed, index)
        found += reader.diagnostics
        if document is not None:
            made.append(document)
    return made, found


class _MetaReader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.diagnostics: list[Diagnostic] = []

    def document(self, parsed: Parsed, index: int) -> Document | None:
        root = parsed.root
        if isinstance(root, Scalar) and root.is_null:
            self.fail("document-empty", "the document is empty", root)
            return None
        if not isinstance(root, Mapping):
            self.fail(
                "document-not-mapping", "a document is a mapping with `meta` and `data`", root,
                hint="put the content under the key `data`",
            )  # fmt: skip
            return None
        meta = Meta()
        parts: dict[str, Node] = {}
        node = root.entries.get(META)
        if node is not None and not (isinstance(node, Scalar) and node.is_null):
            entries = self.entries(node)
            if entries is None:
                self.fail("meta-invalid", "`meta` is a mapping", node)
            else:
                parts.update((key, value) for key, _, value in entries)
        for key in LIFTED:
            if key in root.entries:
                if key in parts:
                    self.diagnostics.append(
                        error(
                            "meta-duplicate",
                            f"`{key}` is given at the top level and in `meta`",
                            self.key_span(root, key),
                            related=[Related("it also stands here", self.span(parts[key]))],
                            hint="keep the one in `meta`",
                        )
                    )
                    continue
                parts[key] = root.entries[key]
        meta.id = self.identifier(parts.get("id"))
        meta.base = self.base(parts.get("base"))
        meta.extends = list(self.extends(parts.get("extends")))
        meta.imports = {item.name: item for item in self.imports(parts.get("imports"))}
        meta.prefixes = {prefix.name: prefix for prefix in self.prefixes(parts.get("prefixes"))}
        candidates = []
        for candidate in parsed.candidates:
            if _top(candidate) in (META, *LIFTED):
                candidate.kind = Kind.VERBATIM  # nothing under `meta` is a reference
            else:
                candidates.append(candidate)
        return Document(self.source, root, candidates, meta, index)

    # Parts of `meta`

    def identifier(self, node: Node | None) -> str | None:
        if node is None:
            return None
        text = self.text(node)
        if text is None or not _ID.match(text) or {".", ".."} & set(text.split("/")):
            self.fail(
                "meta-id-invalid", "`id` is a name of letters, digits and `_ - . ~ /`", node,
                hint="for example `id: session_01`",
            )  # fmt: skip
            return None
        return text

    def base(self, node: Node | None) -> str | None:
        if node is None:
            return None
        text = self.text(node)
        if text is None or not iri.is_base(text):
            hint = "for example `base: https://example.org/lab/`"
            self.fail(
                "meta-base-invalid", "`base` is an absolute IRI that ends in `/` or `:`", node,
                hint=hint,
            )  # fmt: skip
            return None
        return text

    def extends(self, node: Node | None) -> Iterator[Extension]:
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return
        held = _held(node)
        for item in held.items if isinstance(held, Sequence) else [node]:
            text = self.text(item)
            if text:
                match = _EXTENDS_AUTHORITY.match(text)
                if match is not None:
                    yield Extension(match[1], match[2], self.span(item))
                    continue
                if _EXTENDS_PATH.match(text):
                    yield Extension("", text, self.span(item))
                    continue
            self.fail(
                "extends-invalid", "an entry of `extends` is the path of a document", item,
                hint="a relative path, or `//authority/path.yaml`",
            )  # fmt: skip

    def prefixes(self, node: Node | None) -> Iterator[Prefix]:
        for name, span, value in self.declarations(node, "prefixes"):
            if not iri.is_prefix_name(name):
                self.diagnostics.append(
                    error("prefix-name-invalid", f"`{name}` cannot name a prefix", span,
                          hint="letters, digits, `_`, `-` and `.`, not beginning with a digit")
                )  # fmt: skip
                continue
            if isinstance(value, Scalar):
                text = self.text(value)
                if text is None or not iri.is_absolute(text):
                    self.fail(
                        "prefix-invalid",
                        f"the prefix `{name}` is neither an absolute IRI nor a list of locations",
                        value,
                        hint="a file is declared as `- path: file.nwb`",
                    )
                    continue
                yield Prefix(name, span, iri=text)
                continue
            prefix = self.resource(name, span, value)
            if prefix is not None:
                yield prefix

    def resource(self, name: str, span: Span, value: Node) -> Prefix | None:
        locations: list[Location] = []
        hashes: list[tuple[str, Span]] = []
        held = _held(value)
        listed = isinstance(held, Sequence)
        good = True
        for part in held.items if isinstance(held, Sequence) else [value]:
            mapping = _held(part)
            if not isinstance(mapping, Mapping) or (listed and len(mapping.entries) != 1):
                self.fail(
                    "prefix-invalid",
                    "a location is `path: ...`, `url: ...` or `hash: ...`",
                    part,
                    hint="each of them is an item of its own" if listed else None,
                )
                good = False
                continue
            for key, place, node in self.entries(mapping) or ():
                text = self.text(node)
                if key not in ("path", "url", "hash"):
                    self.unknown_key("prefix-invalid", "a location", key, place,
                                     ("path", "url", "hash"))  # fmt: skip
                    good = False
                elif not text:
                    self.fail("prefix-invalid", f"the `{key}` of a location is a string", node)
                    good = False
                elif key == "hash":
                    hashes.append((text, self.span(node)))
                else:
                    locations.append(Location(key, text, self.span(node)))
        if good and not locations:
            self.diagnostics.append(
                error("prefix-no-location", f"the prefix `{name}` has no `path` and no `url`", span,
                      hint="add `- path: file.nwb`, relative to this document")
            )  # fmt: skip
        return Prefix(name, span, None, tuple(locations), tuple(hashes))

    def imports(self, node: Node | None) -> Iterator[Import]:
        for name, span, value in self.declarations(node, "imports"):
            entries = self.entries(value)
            if entries is None:
                self.fail("import-invalid", f"the import `{name}` is a mapping", value,
                          hint="with `as`, `version` and `from`")  # fmt: skip
                continue
            fields = {key: part for key, _, part in entries}
            strings: dict[str, str | None] = {}
            for key, place, part in entries:
                if key not in ("as", "version", "from"):
                    self.unknown_key("import-invalid", "an import", key, place,
                                     ("as", "version", "from"))  # fmt: skip
                elif key != "from":
                    # `version: 2.7` is a text although YAML reads a number.
                    strings[key] = part.text if isinstance(part, Scalar) else None
                    if not strings[key]:
                        self.fail("import-invalid", f"the `{key}` of an import is a string", part)
            origin = fields.get("from")
            if origin is not None and not _is_list_of_sources(_held(origin)):
                self.fail("import-invalid", "the `from` of an import is a list of sources", origin,
                          hint="for example `- pypi: {package: nwb-models}`")  # fmt: skip
            alias = strings.get("as") or name
            if not iri.is_prefix_name(alias):
                self.fail("import-invalid", f"`{alias}` cannot name an import",
                          fields.get("as", value),
                          hint="letters, digits, `_`, `-` and `.`")  # fmt: skip
                continue
            yield Import(name, alias, span, strings.get("version"), fields.get("from"))

    # Helpers

    def declarations(self, node: Node | None, what: str) -> Iterator[tuple[str, Span, Node]]:
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return
        entries = self.entries(node)
        if entries is None:
            self.fail("meta-invalid", f"`{what}` is a mapping of names", node)
            return
        yield from entries

    def entries(self, node: Node) -> list[tuple[str, Span, Node]] | None:
        """The keys of a mapping or named list with their places and values, through an alias too.

        None for anything else.
        """
        node = _held(node)
        if isinstance(node, Sequence):
            if node.named is None:
                return None
            return [entry for item in node.items for entry in self.entries(item) or ()]
        if not isinstance(node, Mapping):
            return None
        # The places go with the keys: to look for each would take quadratic time.
        return [
            (key, self.source.span(start(at), end(at)), value)
            for (key, value), at in zip(node.entries.items(), node.key_places, strict=True)
        ]

    def unknown_key(
        self, code: str, what: str, key: str, place: Span, known: tuple[str, str, str]
    ) -> None:
        first, second, third = known
        hint = did_you_mean(key, known) or f"it has `{first}`, `{second}` and `{third}`"
        self.diagnostics.append(error(code, f"{what} has no `{key}`", place, hint=hint))

    def text(self, node: Node) -> str | None:
        value = node.value if isinstance(node, Scalar) else None
        return value if isinstance(value, str) else None

    def span(self, node: Node) -> Span:
        return self.source.span(start(node.at), end(node.at))

    def key_span(self, mapping: Mapping, key: str) -> Span:
        at = mapping.key_place(key)
        return self.source.span(start(at), end(at))

    def fail(self, code: str, message: str, node: Node, *, hint: str | None = None) -> None:
        self.diagnostics.append(error(code, message, self.span(node), hint=hint))


def _held(node: Node) -> Node:
    """What an alias stands for; another node itself."""
    return node.target if isinstance(node, Alias) else node


def _is_list_of_sources(node: Node) -> bool:
    if not isinstance(node, Sequence):
        return False
    items = map(_held, node.items)
    return all(isinstance(item, Mapping) and len(item.entries) == 1 for item in items)


def _top(candidate: Candidate) -> object:
    """The top-level key under which a candidate stands."""
    parent, slot = candidate.parent, candidate.slot
    while parent.parent is not None:
        parent, slot = parent.parent, parent.slot
    return slot
