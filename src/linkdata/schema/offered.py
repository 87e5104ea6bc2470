"""The schemas that a dataset offers: those that it imports, or those that its file carries.

Takes: a graph.
Gives: `offered`: schemas by their aliases, with where they are from and their LinkML.
Implements: `specs/linkdata-1.0.md`, section "Schemas and imports".

A document offers what it imports. An NWB file, or a document that imports nothing and whose root
object is brought from one, offers the namespaces that the file carries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkdata.arrays.protocols import SourceFile
from linkdata.errors import LinkdataError
from linkdata.graph.entity import Entity
from linkdata.schema.model import Schema
from linkdata.schema.typing import types_of

if TYPE_CHECKING:
    from linkdata.graph.graph import Graph


@dataclass(frozen=True, slots=True)
class Offered:
    """A schema: where it is from, and its LinkML schemas as plain data by name, when asked for.

    `linkml` takes the base of the IRIs of what is translated; without one it is the usual one.
    """

    place: str
    schema: Schema
    linkml: Callable[..., Mapping[str, Mapping[str, Any]]]


def offered(graph: Graph) -> dict[str, Offered]:
    """The schemas of a dataset by their aliases. Raises `SchemaError`."""
    types = types_of(graph)
    if graph.context.imports:
        return {
            alias: Offered(one.place, one.schema, one.linkml)
            for alias, one in types.imports(graph.context).all.items()
        }
    file = _root_file(graph)
    if file is None:
        return {}
    found: dict[str, Offered] = {}
    for name in types.carried.namespaces(file):
        schema = types.carried.schema(file, name)
        if schema is not None:
            gathered = types.carried.gathered(file, name)
            found[name] = Offered(gathered.place, schema, gathered.linkml)
    return found


def _root_file(graph: Graph) -> SourceFile | None:
    """The file that the root object is brought from."""
    try:
        root = graph.data
    except LinkdataError:
        return None
    item = root.item if isinstance(root, Entity) else None
    return None if item is None else item.file
