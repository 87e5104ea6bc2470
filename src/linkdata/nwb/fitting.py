"""Datatypes that depend on the values: strings of just the length that the longest one has.

Takes: datatypes, and packed values.
Gives: `Fit`, a string type without a length; `fitted` and `Fit.of`, one way and the other.
Implements: `specs/linkdata-1.0.md`, section "The section `storage`".

    ascii[fit] utf8[fit,term]      as `ascii[12]`, but as long as the longest value
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeAlias

from linkdata.errors import OutputError, error
from linkdata.nwb import typetext
from linkdata.nwb.datatypes import Charset, Datatype, Padding, String
from linkdata.nwb.plan import Packed

_FIT = re.compile(r"(utf8|ascii)\[fit(?:,(term|space))?\]")


@dataclass(frozen=True)
class Fit:
    """A string as long as the longest value, of one byte at least."""

    charset: Charset
    padding: Padding

    def of(self, leaves: list[Any]) -> String:
        """The datatype for texts."""
        lengths = (len(leaf.encode("utf-8", "surrogateescape")) for leaf in leaves
                   if isinstance(leaf, str))  # fmt: skip
        return String(max(max(lengths, default=1), 1), self.charset, self.padding)

    def __str__(self) -> str:
        return f"{self.charset}[fit{'' if self.padding == 'pad' else ',' + self.padding}]"


Kind: TypeAlias = "Datatype | Fit"


def fitted(kind: Datatype, values: Packed) -> Kind:
    """A datatype, as `Fit` if its values say how long it is."""
    if not isinstance(kind, String) or kind.length is None or not isinstance(values, bytes):
        return kind
    step = kind.length
    longest = max(
        (len(values[at : at + step].rstrip(b"\0 ")) for at in range(0, len(values), step)),
        default=0,
    )
    return Fit(kind.charset, kind.padding) if max(longest, 1) == step else kind


def kind_text(kind: Kind) -> str:
    """The text of a datatype, on one line."""
    return str(kind)


def parsed_kind(text: Any) -> Kind:
    """The datatype of a text. Raises `OutputError` (`storage-invalid`)."""
    match = _FIT.fullmatch(text) if isinstance(text, str) else None
    if match is not None:
        return Fit("utf8" if match[1] == "utf8" else "ascii", match[2] or "pad")  # type: ignore[arg-type]
    try:
        return typetext.parsed(text)
    except typetext.TypeSyntaxError as problem:
        raise OutputError(
            error("storage-invalid", f"`{text}` in `storage` is no datatype: {problem}")
        ) from problem
