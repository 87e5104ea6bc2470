"""What the graph asks of schemas: the classes of objects, and whether a field contains.

Takes: nothing.
Gives: the Protocol `Types`; `linkdata.schema.typing` has what fulfils it.
Implements: `specs/linkdata-1.0.md`, sections "Classes" and "Placement".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from linkdata.graph.entity import Entity


class Types(Protocol):
    """Knows the classes of the objects of one graph."""

    def class_iri(self, entity: Entity) -> str | None:
        """The IRI of an object's class; None when no schema says what it is."""

    def contains(self, entity: Entity, key: str, target: Entity) -> bool:
        """Whether a field of an object contains `target` when it refers to it, or mentions it."""
