"""Changes in memory: fields set on objects, and objects that no text and no file has.

Takes: entities, and values for their fields.
Gives: `assign` and `remove`; `Made`, an entity made in memory; `changed`, what a graph has of both.
Implements: `specs/linkdata-1.0.md`, section "Changes in memory".

The changes of an entity are laid over all that is written of it: whoever reads through entities
sees them. Neither text nor file is touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from linkdata import iri
from linkdata.graph.entity import GONE, Entity, Link
from linkdata.syntax.references import format_path

if TYPE_CHECKING:
    from linkdata.graph.graph import Graph

#: Where objects stand that are in no document yet.
MEMORY = iri.DEFAULT_BASE + "memory"


class Made(Entity):
    """An object made in memory: all its fields are changes.

    `kind` names its class, `namespace:Class`; `made_as` is the Python class it was made with; an
    `exact` one has its arrays written in the dtype that they have. It has no graph until it is put
    into an object that has one, and then the identity of that place.
    """

    __slots__ = ("exact", "kind", "made_as", "name", "owner")

    def __init__(self, name: str, kind: str | None = None, made_as: type | None = None) -> None:
        super().__init__(cast("Graph", None), below(MEMORY, name), None, (), None)
        self.name = name
        self.kind = kind
        self.made_as = made_as
        self.owner: Entity | None = None
        self.exact = False
        self.changes = {}

    @property
    def document_iri(self) -> str:
        """The identity of the document that it is in."""
        return self.iri.partition("#")[0]

    @property
    def is_a(self) -> str | None:
        """The name of its class."""
        found = self.fields.get("is_a")
        return found if isinstance(found, str) else self.kind

    @property
    def source_class(self) -> tuple[str, str | None] | None:
        """The name and the namespace of its class."""
        if self.is_a is None:
            return None
        namespace, _, name = self.is_a.rpartition(":")
        return name, namespace or None

    @property
    def class_iri(self) -> str | None:
        """The IRI of its class; None while it is in no document."""
        return None if self.graph is None else super().class_iri

    @property
    def fields(self) -> dict[str, Any]:
        """Its fields, as they were put in."""
        assert self.changes is not None
        return self.changes

    def put_into(self, owner: Entity, key: str) -> None:
        """Give it the identity of a field of `owner`, and all that stands in it one below that."""
        self.owner = owner
        self.name = key
        self.iri = below(owner.iri, key)
        self.graph = owner.graph
        for inner, value in self.fields.items():
            for link in _links(value):
                if link.owned and isinstance(link.target, Made):
                    link.target.put_into(self, inner)


def assign(entity: Entity, key: str, value: Any, *, contains: bool = True) -> None:
    """Set a field in memory: a scalar, an array, a link, or a list of these.

    An object made in memory that stands nowhere yet is put there, unless the field only mentions
    what it holds (`contains` is false); any other object is mentioned.
    """
    if entity.changes is None:
        entity.changes = {}
    entity.changes[key] = _placed(entity, key, value) if contains else value
    entity.memo.clear()


def remove(entity: Entity, key: str) -> None:
    """Take a field away in memory. Raises `FieldError` when there is none."""
    entity.link(key)
    assign(entity, key, GONE)


def changed(graph: Graph) -> Iterator[Entity]:
    """The entities of a graph that were changed in memory, without those made there."""
    return (entity for entity in graph.known() if entity.changes)


def _placed(entity: Entity, key: str, value: Any) -> Any:
    if isinstance(value, list):
        # The list itself where it can be: its owner may go on filling it.
        placed = [_placed(entity, key, item) for item in value]
        return value if all(a is b for a, b in zip(placed, value, strict=True)) else placed
    if isinstance(value, Link) and isinstance(value.target, Made) and value.target is not entity:
        made = value.target
        if made.owner is None:
            made.put_into(entity, key)
        return value._replace(owned=made.owner is entity and made.name == key)
    return value


def _links(value: Any) -> Iterator[Link]:
    if isinstance(value, Link):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _links(item)


def below(owner: str, key: str) -> str:
    """The identity of a field of the object with the identity `owner`."""
    step = iri.encode(format_path([key]))
    return f"{owner}.{step}" if "#" in owner else f"{owner}#{step}"
