"""Identities as NWB has them: the `object_id` of an object, and of the file that it is in.

Takes: objects.
Gives: `object_id`, `file_of`, `type_of`.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from linkdata.graph.changes import Made
from linkdata.graph.entity import Entity
from linkdata.objects.access import Object, view

_ID = "object_id"


def object_id(found: Object) -> str:
    """The `object_id` that an object has; else the UUID that follows from its IRI."""
    written = found.entity.link(_ID) if _ID in found.entity else None
    return written if isinstance(written, str) else str(uuid5(NAMESPACE_URL, found.entity.iri))


def file_of(found: Object) -> Object:
    """The root of the document that an object is in; of memory, the outermost object."""
    entity = found.entity
    while isinstance(entity, Made) and entity.owner is not None:
        entity = entity.owner
    if entity.graph is None:
        return view(entity)
    root = entity.graph.document
    data = root.get("data") if "data" in root else root
    return view(data if isinstance(data, Entity) else root)


def type_of(found: Object) -> str:
    """The name of an object's type, without its namespace."""
    return (found.entity.is_a or type(found).__name__).rpartition(":")[2]
