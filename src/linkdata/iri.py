"""IRIs, CURIEs and prefix maps.

Takes: texts that name things on the web of data.
Gives: tests and expansions on plain strings; an IRI is a `str` throughout the package.
Implements: `specs/linkdata-1.0.md`, sections "Identity" and "Prefixes"; RFC 3986 and 3987.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import quote, unquote

#: Where identities stand when a document has no `base`.
DEFAULT_BASE = "urn:linkdata:"

#: Where names stand that no schema and no prefix says more about.
TERMS = "urn:linkdata:term:"

#: Where classes and slots of an imported schema stand until the schema itself says otherwise.
SCHEMAS = "urn:linkdata:schema:"

#: Schemes of IRIs without an authority that no CURIE is meant by.
OPAQUE_SCHEMES = ("urn:", "mailto:", "tag:", "did:", "info:", "data:")
_ELEMENT = re.compile(r"[A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff][A-Za-z0-9._-]*\Z")
_CURIE = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*):([^\x00-\x20<>\"{}|\\^`]*)\Z")
_PREFIX_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")

# Texts of these characters alone are IRIs' own; most are, and the patterns below are large.
_PLAIN = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/?]*\Z")


@cache
def _allowed() -> str:
    """What `ifragment` of RFC 3987 allows: not the rest of ASCII, private use, non-characters."""
    planes = "".join(f"{chr(p + 0)}-{chr(p + 0xFFFD)}" for p in range(0x10000, 0xE0000, 0x10000))
    return (
        r"A-Za-z0-9\-._~!$&'()*+,;=:@/?"
        "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef" + planes + "\U000e1000-\U000efffd"
    )


@cache
def _not_allowed() -> re.Pattern[str]:
    return re.compile(f"[^{_allowed()}]+")


@cache
def _absolute() -> re.Pattern[str]:
    """Brackets only stand around an IP address; `%` only before two hexadecimal digits."""
    part = rf"(?:[{_allowed()}]|%[0-9A-Fa-f]{{2}})*"
    return re.compile(
        r"[A-Za-z][A-Za-z0-9+.-]*:(?://\[[0-9A-Fa-f:.]+\])?" rf"(?=.){part}(?:\#{part})?\Z"
    )


def is_absolute(text: str) -> bool:
    """Whether `text` is an absolute IRI (a scheme, a colon, and no forbidden character)."""
    return _absolute().match(text) is not None


def is_prefix_name(text: str) -> bool:
    """Whether `text` may name a prefix."""
    return _PREFIX_NAME.match(text) is not None


def is_base(text: str) -> bool:
    """Whether `text` may be a document's `base`: absolute, ending in `/` or `:`, no `#` or `?`."""
    return is_absolute(text) and text[-1] in "/:" and "#" not in text and "?" not in text


def encode(text: str) -> str:
    """Percent-encode what the fragment of an IRI may not hold, from its UTF-8 form."""
    if _PLAIN.match(text):
        return text
    return _not_allowed().sub(lambda run: quote(run[0], safe="", errors="surrogateescape"), text)


def term(name: str) -> str:
    """The IRI of a name that no schema and no prefix says more about.

    It ends in what may be the name of an XML element, which RDF/XML needs: where the name does
    not, `_` is added.
    """
    encoded = encode(name)
    if encoded.endswith("_"):
        encoded = f"{encoded[:-1]}%5F"
    elif not _ELEMENT.search(encoded):
        encoded += "_"
    return TERMS + encoded


def name_of(term: str) -> str | None:
    """The name that an IRI below `TERMS` stands for; None for every other IRI."""
    if not term.startswith(TERMS):
        return None
    return unquote(term[len(TERMS) :].removesuffix("_"), errors="surrogateescape")


def expand(curie: str, prefixes: Mapping[str, str]) -> str | None:
    """The IRI that `curie` stands for, or None when it is no CURIE of these prefixes."""
    match = _CURIE.match(curie)
    if match is None:
        return None
    base = prefixes.get(match[1])
    return None if base is None else base + match[2]


def resolved(name: str, prefixes: Mapping[str, str]) -> str | None:
    """The absolute IRI that is meant by a CURIE of these prefixes, or by an IRI in full.

    None for anything else, a CURIE of an unknown prefix too, though it has the form of an IRI.
    """
    found = expand(name, prefixes)
    if found is None and ("://" in name or name.startswith(OPAQUE_SCHEMES)):
        found = name
    return found if found is not None and is_absolute(found) else None
