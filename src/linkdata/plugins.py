"""Plug-ins: entry points of installed distributions, loaded when they are asked for by name.

Takes: the name of a group (`linkdata.sources`, `linkdata.retrievers`, `linkdata.digests`,
`linkdata.codecs`) and the
name of a member.
Gives: the names that are registered, and the object behind one of them.
Implements: `specs/linkdata-1.0.md`, section "Plug-ins".

The built-ins of linkdata come through the same door. The table of entry points is read once in a
process, on first use; the code of a plug-in is imported only by `load`. As ours win over others of
the same name, what is asked for most is found without looking through all distributions.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from linkdata.errors import UsageError, did_you_mean, error

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_OWN = "linkdata."
#: What every opened dataset asks for; the same as in the package's own entry points.
_SHORT_CUTS = {
    ("linkdata.sources", "hdf5"): "linkdata.arrays.hdf5:HDF5Source",
    ("linkdata.retrievers", "file"): "linkdata.resolve.retrievers:FileRetriever",
}


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


def is_registered(group: str, name: str) -> bool:
    """Whether there is such a name in `group`. Nothing is imported."""
    return (group, name) in _SHORT_CUTS or name in _table(group)


@cache
def load(group: str, name: str) -> object:
    """The object that `name` stands for in `group`; imports the module that holds it.

    Raises `UsageError` (`usage`) when nothing is registered under the name, or when importing it
    fails for whatever reason.
    """
    own = _SHORT_CUTS.get((group, name))
    if own is not None:
        module, _, attribute = own.partition(":")
        return getattr(import_module(module), attribute)
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
