"""The arrays of a dataset as a tree, for those who give them to other libraries.

Takes: the graph of a document.
Gives: `tree_of`.
Implements: `specs/linkdata-1.0.md`, section "Zarr and kerchunk".

Objects are groups, arrays have the names of their fields. An object that is an array with other
fields (a dataset with attributes) is an array, its other fields are the attributes. Arrays of
references are left out.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from linkdata.arrays.trees import Tree
from linkdata.errors import UsageError, error
from linkdata.graph.entity import VALUE, Entity, Link
from linkdata.graph.graph import Graph
from linkdata.graph.linked import LinkedArray


def tree_of(graph: Graph, reference: str | None = None) -> Tree:
    """The arrays below an object, the root object unless said otherwise.

    Raises `UsageError` for what is no object, and what following references raises.
    """
    root = graph.data if reference is None else graph.look_up(reference)
    if not isinstance(root, Entity):
        raise UsageError(error("usage", f"`{reference or '#data'}` is no object"))
    return _Building().tree(root)


class _Building:
    """Makes a tree of an object, each object once."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def tree(self, entity: Entity) -> Tree:
        self._seen.add(id(entity))
        made = Tree()
        for key in entity:
            value = entity.link(key)
            if isinstance(value, Link):
                self._member(made, key, value)
            else:
                self._field(made, key, value)
        return made

    def _member(self, made: Tree, key: str, link: Link) -> None:
        inner = link.target
        if not link.owned or id(inner) in self._seen:
            return
        name = _named(key)
        array = inner.array
        if array is None:
            made.groups[name] = self.tree(inner)
        elif not isinstance(array, LinkedArray):
            made.arrays[name] = array
            made.described[name] = _attributes(inner)

    @staticmethod
    def _field(made: Tree, key: str, value: Any) -> None:
        if hasattr(value, "dtype") and hasattr(value, "shape"):
            if not isinstance(value, LinkedArray):
                made.arrays[_named(key)] = value
        elif _is_plain(value):
            made.attributes[key] = value


def _attributes(entity: Entity) -> dict[str, Any]:
    """The fields of an array that JSON can hold."""
    found = {key: entity.link(key) for key in entity if key != VALUE}
    return {key: value for key, value in found.items() if _is_plain(value)}


def _is_plain(value: Any) -> bool:
    if isinstance(value, float):
        return value - value == 0  # neither infinite nor a NaN
    return isinstance(value, bool | int | str)


def _named(key: str) -> str:
    """The name of a node: Zarr's have no slash, and do not begin with `__`."""
    name = quote(key, safe=" !#$&'()*+,:;=?@[]")
    return name if name.strip(".") and not name.startswith("__") else f"%{ord(key[0]):02X}{key[1:]}"
