"""Identities as texts: what stands around an object, and what a path inside one is.

Takes: IRIs of objects.
Gives: `parent_of`, `place_of`, `steps_of`, `split`.
Implements: `specs/linkdata-1.0.md`, section "Identity".
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote

from linkdata import iri
from linkdata.syntax.references import Step, format_path, parse_path

_READY = 1 << 12


@lru_cache(maxsize=_READY)
def place_of(key: str) -> str:
    """A key as a step in the fragment of an identity."""
    return iri.encode(format_path((key,)))


def split(identity: str) -> tuple[str, tuple[Step, ...]] | None:
    """The document of an identity and the path in it; None when it is no such identity."""
    document, hash_sign, fragment = identity.partition("#")
    steps = parse_path(unquote(fragment)) if hash_sign else ()
    if steps is None or (hash_sign and not steps):
        return None
    return document, steps


def joined(document: str, steps: tuple[Step, ...]) -> str:
    """The identity of a path in a document."""
    return f"{document}#{iri.encode(format_path(steps))}" if steps else document


def parent_of(identity: str) -> str:
    """The object in which an object is written, as its identity tells; the document, at last."""
    head, _, last = identity.rpartition(".")
    if last and "%" not in last and "#" in head:  # the usual: a bare name
        return head
    found = split(identity)
    if found is None:
        return identity.partition("#")[0]
    document, steps = found
    while steps and isinstance(steps[-1], int):
        steps = steps[:-1]  # a list belongs to the field that it fills
    return joined(document, steps[:-1])
