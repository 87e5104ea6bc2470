"""The names of slots, classes and schema files in LinkML.

Takes: names and types as the specification language has them.
Gives: `snake`, `word`, `alias`, `schema_name`, `unique`.
Errors: none.
Source: HDMF specification language, section "Groups", keys `name` and `data_type_def`; the forms
of names are those that translations of NWB to LinkML share (`TimeSeries__data`, `lab_meta_data`).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from linkdata.schema.language.texts import stem

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_WORD = re.compile(r"\W+")


def snake(type_name: str) -> str:
    """`LabMetaData` as `lab_meta_data`: the slot of children that have a type but no name."""
    return _HUMP.sub("_", word(type_name)).lower()


def word(name: str) -> str:
    """A name of letters, digits and underscores that does not begin with a digit."""
    found = _NO_WORD.sub("_", name).strip("_") if _NO_WORD.search(name) else name
    return f"_{found}" if not found or found[0].isdigit() else found


def alias(dimension: object) -> str:
    """The name of an axis: `r, g, b` as `r_g_b`."""
    return word(str(dimension)).lower()


def schema_name(namespace: str, source: str) -> str:
    """The name of the LinkML schema of a source file: `core.nwb.base`."""
    return f"{namespace}.{stem(source).replace('/', '.')}"


def unique(candidates: Iterable[str], taken: Container[str]) -> str:
    """The first candidate that is free; the last one with a number if none is."""
    last = ""
    for last in candidates:
        if last not in taken:
            return last
    number = 2
    while f"{last}_{number}" in taken:
        number += 1
    return f"{last}_{number}"
