"""The registry: everything that was loaded, closed for look-up.

Takes: what the loader found.
Gives: `Context` (what the names of one document mean), `Resource`, `Registry`; all frozen.
Implements: `specs/linkdata-1.0.md`, sections "Documents", "Identity" and "Resources, roots and
authorities".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit, uses_relative

from linkdata import iri
from linkdata.errors import (
    Diagnostic,
    DigestMismatchError,
    RetrievalError,
    Severity,
    did_you_mean,
    error,
)
from linkdata.spans import Span
from linkdata.syntax.document import Document, Import, Prefix
from linkdata.syntax.references import Form, Reference, Step, format_path

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class Bound(NamedTuple):
    """A declared prefix, with the location of the document that wrote it."""

    prefix: Prefix
    location: str
    base: str


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """A document among the others: its identity, and what its names mean.

    `iri` is the document's identity, `location` where it was retrieved, `base` the declared or
    inherited base. `extends` are the
    documents it builds on, later ones first, as those override earlier ones. `overlaid` is false
    only when nothing in the document is laid over anything.
    """

    document: Document
    iri: str
    location: str
    base: str | None
    prefixes: Mapping[str, Bound]
    imports: Mapping[str, Import]
    extends: tuple[Context, ...] = ()
    overlaid: bool = False

    @property
    def iri_prefixes(self) -> dict[str, str]:
        """The prefixes that CURIEs may have: declared ones and the aliases of imports."""
        found = {item.alias: f"{iri.SCHEMAS}{item.name}:" for item in self.imports.values()}
        for name, bound in self.prefixes.items():
            if bound.prefix.iri is not None:
                found[name] = bound.prefix.iri
        return found

    def identity(self, path: tuple[Step, ...]) -> str:
        """The IRI of the object that is written at `path` of this document."""
        return f"{self.iri}#{iri.encode(format_path(path))}" if path else self.iri

    def __repr__(self) -> str:
        return f"Context({self.iri!r})"


def family(context: Context) -> Iterator[Context]:
    """A document and all that it extends, each once."""
    seen: set[int] = set()
    waiting = [context]
    while waiting:
        member = waiting.pop()
        if id(member) not in seen:
            seen.add(id(member))
            yield member
            waiting += reversed(member.extends)


class Resource(NamedTuple):
    """What was retrieved at one location: the documents of a stream, and their findings."""

    location: str
    contexts: tuple[Context, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Registry:
    """All resources that the first one needs, by location. Look-up does no input or output.

    `aliases` are locations that lead to one of the resources, as through a link to a folder.
    """

    root: Resource
    resources: Mapping[str, Resource]
    failures: Mapping[str, Diagnostic] = field(default_factory=lambda: MappingProxyType({}))
    bindings: Mapping[Bound, str] = field(default_factory=lambda: MappingProxyType({}))
    authorities: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def resource(self, context: Context, reference: Reference, span: Span | None) -> Resource:
        """The resource that a reference from `context` names.

        Raises `RetrievalError` or `DigestMismatchError` with the reason why it could not be had.
        """
        if reference.form is Form.DOCUMENT:
            bound = context.prefixes[reference.name]
            location = self.bindings.get(bound, "")
            key = location or binding_key(bound)
        else:
            location = key = locate(
                context, reference.name, reference.target, self.authorities, span
            )
        found = self.resources.get(self.aliases.get(location, location))
        if found is not None:
            problems = [one for one in found.diagnostics if one.severity is Severity.ERROR]
            if problems:
                raise RetrievalError(problems)
            return found
        failure = self.failures.get(key)
        if failure is None:
            failure = error(
                "resource-missing",
                f"`{reference}` was not loaded with the document",
                hint="open the document that this reference is meant from",
            )
        kind = DigestMismatchError if failure.code == "digest-mismatch" else RetrievalError
        raise kind(replaced(failure, span=failure.span or span))


def binding_key(bound: Bound) -> str:
    """The key of a failure to bind a prefix."""
    return f"{bound.location} {bound.prefix.name}"


def locate(
    context: Context,
    authority: str,
    path: str,
    authorities: Mapping[str, str],
    span: Span | None,
) -> str:
    """The location of another document, seen from one.

    Raises `RetrievalError` (`authority-unknown`, `resource-missing`).
    """
    if authority:
        root = authorities.get(authority)
        if root is None:
            raise RetrievalError(
                error(
                    "authority-unknown",
                    f"no configuration binds the authority `{authority}`",
                    span,
                    hint=did_you_mean(authority, authorities)
                    or f"bind it: --authority {authority}=FOLDER, or in linkdata.toml",
                )
            )
        return join(root, path, span)
    return join(context.location, path, span)


def encode_path(path: str) -> str:
    """A file path as the path of a location."""
    return iri.encode(path).replace("?", "%3F")


def decoded_path(location: str) -> str:
    """The path of a location as that of a file, whose name need not be UTF-8."""
    return unquote(urlsplit(location).path, errors="surrogateescape")


def join(base: str, path: str, span: Span | None) -> str:
    """The location of `path`, relative to the location `base`.

    Raises `RetrievalError` (`resource-missing`) when `base` is not a place to be relative to.
    """
    encoded = encode_path(path)
    if ":" in encoded.partition("/")[0] and not _URL.match(path):
        encoded = f"./{encoded}"  # in a relative IRI the first name would be taken for a scheme
    scheme, is_url, rest = base.partition("://")
    if is_url and scheme not in uses_relative and not _URL.match(path):
        # All URLs with a host are relative to each other in one way; urllib knows some schemes.
        location = scheme + urljoin(f"http://{rest}", encoded).removeprefix("http")
    else:
        location = urljoin(base, encoded)
    if ":" not in location.split("/", 1)[0]:
        raise RetrievalError(
            error(
                "resource-missing",
                f"`{path}` is relative, and this document has no place",
                span,
                hint="give the text a place: loads(text, base=...)",
            )
        )
    return location


def stem(location: str) -> str:
    """The name of a location's file without its suffix: the identity of what has no `id`."""
    name = decoded_path(location).rpartition("/")[2] or unquote(location)
    return iri.encode(PurePosixPath(name).stem or name)
