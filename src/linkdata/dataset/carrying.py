"""Carrying: the schemas that an NWB file carries, as a document imports them.

Takes: the graph of the file.
Gives: `imports_of_file`, plain data for `meta.imports`.
Implements: `specs/linkdata-1.0.md`, section "Derived documents".
"""

from __future__ import annotations

from typing import Any

from linkdata.graph.entity import Entity
from linkdata.graph.graph import Graph
from linkdata.nwb.authoring import ALIASES
from linkdata.nwb.specifications import ROOT, namespaces


def imports_of_file(graph: Graph, prefix: str) -> dict[str, Any]:
    """The imports of the specifications in the file that `prefix` is bound to; opens the file."""
    root = graph.data
    item = root.item if isinstance(root, Entity) else None
    imports: dict[str, Any] = {}
    for name, version in namespaces(item.file) if item is not None else ():
        alias = ALIASES.get(name, name)
        imports[name] = {
            **({"as": alias} if alias != name else {}),
            "version": version,
            "from": [{"hdf5": f"{prefix}:/{ROOT}/{name}/{version}"}],
        }
    return imports
