"""Whole tables of files as data frames, without an object for each column.

Takes: a table.
Gives: `direct_frame`: what `to_dataframe` gives, where all that takes is to read plain datasets.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".

A collection reads the same small table out of many files, each of them once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from linkdata.objects import frames
from linkdata.objects.known import REGIONS
from linkdata.objects.registry import has_registered, lineage
from linkdata.objects.tables.layout import COLNAMES, ID, INDEX
from linkdata.objects.tables.table import DynamicTable

#: What columns have that are more than their values: regions, and values out of a fixed set.
_MORE = ("table", "elements")


def direct_frame(table: DynamicTable, columns: Sequence[str] | None = None) -> Any | None:
    """A table of a file as a `pandas.DataFrame`; None for one that is not as simple as that.

    With `columns` it has only those. Raises what reading the file raises.
    """
    entity = table.entity
    if type(table) is not DynamicTable or entity.layers or entity.changes or has_registered():
        return None
    group: Any = entity.item
    if not hasattr(group, "plain_members") or COLNAMES not in group.attributes:
        return None
    listed = [str(name) for name in group.attributes[COLNAMES]]
    kinds = lineage((entity.is_a or "").rpartition(":")[2])
    if any(name in listed for kind in kinds for name in REGIONS.get(kind, ())):
        return None
    names = listed if columns is None else list(columns)
    members = set(group.keys())
    if len(set(listed)) < len(listed) or not {ID, *names} <= members or not set(names) <= {*listed}:
        return None
    parts = {name: _parts(name, members) for name in names}
    wanted = dict.fromkeys([ID, *(part for found in parts.values() for part in found)])
    values = group.plain_members(wanted, unless=_MORE)
    if values is None:
        return None
    cells = {name: _cells([values[part] for part in found]) for name, found in parts.items()}
    return frames.data_frame(values[ID], cells, ID)


def _parts(name: str, members: set[str]) -> list[str]:
    """The datasets of a column: its indexes, outermost first, and what they cut."""
    found = [name]
    while found[0] + INDEX in members:
        found.insert(0, found[0] + INDEX)
    return found


def _cells(parts: list[Any]) -> Any:
    """The cells of a column: rows of its values, cut by the indexes before them."""
    if len(parts) == 1:
        return parts[0]
    ends, inner = parts[0].tolist(), _cells(parts[1:])
    return [inner[first:last] for first, last in zip([0, *ends], ends, strict=False)]
