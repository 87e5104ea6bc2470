"""IRIs, CURIEs and prefix maps.

Takes: texts that name things on the web of data.
Gives: tests and expansions on plain strings; an IRI is a `str` throughout the package.
Implements: `specs/linkdata-1.0.md`, sections "Identity" and "Prefixes"; RFC 3986 and 3987.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

#: Where identities stand when a document has no `base`.
DEFAULT_BASE = "urn:linkdata:"

#: Where names stand that no schema and no prefix says more about.
TERMS = "urn:linkdata:term:"

#: Where classes and slots of an imported schema stand until the schema itself says otherwise.
SCHEMAS = "urn:linkdata:schema:"

_CURIE = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*):([^\x00-\x20<>\"{}|\\^`]*)\Z")
_PREFIX_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")

# What `ifragment` of RFC 3987 does not allow: the rest of ASCII, private use, non-characters.
_UCS = "".join(f"{chr(p + 0)}-{chr(p + 0xFFFD)}" for p in range(0x10000, 0xE0000, 0x10000))
_ALLOWED = (
    r"A-Za-z0-9\-._~!$&'()*+,;=:@/?"
    "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef" + _UCS + "\U000e1000-\U000efffd"
)
_NOT_ALLOWED = re.compile(f"[^{_ALLOWED}]+")
# Brackets only stand around an IP address; `%` only before two hexadecimal digits.
_ABSOLUTE = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:(?://\[[0-9A-Fa-f:.]+\])?"
    rf"(?=.)(?:[{_ALLOWED}]|%[0-9A-Fa-f]{{2}})*(?:\#(?:[{_ALLOWED}]|%[0-9A-Fa-f]{{2}})*)?\Z"
)


def is_absolute(text: str) -> bool:
    """Whether `text` is an absolute IRI (a scheme, a colon, and no forbidden character)."""
    return _ABSOLUTE.match(text) is not None


def is_prefix_name(text: str) -> bool:
    """Whether `text` may name a prefix."""
    return _PREFIX_NAME.match(text) is not None


def is_base(text: str) -> bool:
    """Whether `text` may be a document's `base`: absolute, ending in `/` or `:`, no `#` or `?`."""
    return is_absolute(text) and text[-1] in "/:" and "#" not in text and "?" not in text


def encode(text: str) -> str:
    """Percent-encode what the fragment of an IRI may not hold, from its UTF-8 form."""
    return _NOT_ALLOWED.sub(lambda run: quote(run[0], safe="", errors="surrogateescape"), text)


def expand(curie: str, prefixes: Mapping[str, str]) -> str | None:
    """The IRI that `curie` stands for, or None when it is no CURIE of these prefixes."""
    match = _CURIE.match(curie)
    if match is None:
        return None
    base = prefixes.get(match[1])
    return None if base is None else base + match[2]
