"""Plug-ins: entry points of installed distributions, loaded when they are asked for by name.

Takes: the name of a group (`linkdata.sources`, `linkdata.retrievers`, `linkdata.digests`) and the
name of a member.
Gives: the names that are registered, and the object behind one of them.
Implements: `specs/linkdata-1.0.md`, section "Plug-ins".

The built-ins of linkdata come through the same door. The table of entry points is read once in a
process, on first use; the code of a plug-in is imported only by `load`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from linkdata.errors import UsageError, did_you_mean, error

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_OWN = "linkdata."


@cache
def _table(group: str) -> dict[str, EntryPoint]:
    """The entry points of one group by name, in the order of the names."""
    from importlib.metadata import entry_points

    # Where two distributions claim a name, ours wins, then the one that sorts first: what a name
    # means must not depend on the order in which folders are searched.
    ranked = sorted(
        entry_points(group=group),
        key=lambda point: (point.name, not point.value.startswith(_OWN), point.value),
    )
    table: dict[str, EntryPoint] = {}
    for point in ranked:
        table.setdefault(point.name, point)
    return table


def names(group: str) -> list[str]:
    """The names registered in `group`, sorted. Nothing is imported."""
    return list(_table(group))


@cache
def load(group: str, name: str) -> object:
    """The object that `name` stands for in `group`; imports the module that holds it.

    Raises `UsageError` (`usage`) when nothing is registered under the name, or when importing it
    fails for whatever reason.
    """
    point = _table(group).get(name)
    if point is None:
        raise UsageError(
            error(
                "usage",
                f"`{name}` is not registered in `{group}`",
                hint=did_you_mean(name, names(group)),
            )
        )
    try:
        return point.load()
    except Exception as problem:  # importing foreign code may raise anything
        raise UsageError(
            error("usage", f"the plug-in `{name}` ({point.value}) cannot be loaded: {problem!r}")
        ) from problem
