"""The graph: everything of a registry as objects with identity. Built as far as it is looked at.

Takes: a closed registry, and what finds source files.
Gives: `Graph`: entities of targets, values of fields, a walk over all objects.
Implements: `specs/linkdata-1.0.md`, sections "Identity" and "Placement".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, cast

from linkdata import iri
from linkdata.arrays.base import holds_pointers
from linkdata.arrays.inline import InlineArray, rectangular
from linkdata.arrays.protocols import Dataset, Item, Pointer
from linkdata.errors import (
    FieldError,
    LinkdataError,
    ResolutionError,
    SourceError,
    did_you_mean,
    error,
)
from linkdata.graph.changes import Made
from linkdata.graph.entity import (
    VALUE,
    Entity,
    Link,
    Value,
    as_dataset,
    as_group,
    item_key,
    target_key,
)
from linkdata.graph.files import Files, located
from linkdata.graph.linked import LinkedArray
from linkdata.graph.placement import Collection, Placements, slot_of
from linkdata.graph.seen import Seen
from linkdata.graph.stores import Stores
from linkdata.graph.types import Types
from linkdata.resolve.bindings import Binder
from linkdata.resolve.registry import Context, Registry
from linkdata.resolve.resolver import Resolver
from linkdata.resolve.targets import External, Target, is_object
from linkdata.spans import Span
from linkdata.syntax import nodes
from linkdata.syntax.document import DATA
from linkdata.syntax.nodes import Alias, Candidate, Kind, Node, Scalar, Step
from linkdata.syntax.references import unescape
from linkdata.syntax.scalars import ScalarValue

if TYPE_CHECKING:
    from linkdata.arrays.verified import VerifiedArray
    from linkdata.store.protocols import ReadableStore

#: How many values a list may have, and how deep it may be, with lists it refers to written out.
MAX_WEIGHT = 1_000_000
MAX_DEPTH = 100


class Graph:
    """The objects of one document, and of all that it refers to."""

    def __init__(
        self,
        registry: Registry,
        context: Context,
        binder: Binder,
        *,
        writable: bool = False,
        types: Callable[[Graph], Types] | None = None,
        stores: Sequence[str | Path | ReadableStore] = (),
    ) -> None:
        """`types` makes what knows the classes of objects; it is called when first needed.

        `stores` are where chunks of arrays are looked for first.
        """
        self.registry = registry
        self.context = context
        self.resolver = Resolver(registry)
        self.files = Files(binder, writable=writable)
        self.stores = Stores(binder, stores)
        self._entities: dict[tuple[object, ...], Entity] = {}
        self._lists: dict[int, tuple[Value, int, int]] = {}
        self._sizes: dict[int, tuple[int, int]] = {}  # of lists that are in `_lists`
        self._reading: set[int] = set()
        self._placements: Placements | None = None
        self._lock = RLock()
        self._make_types = types

    # Where to begin

    @cached_property
    def document(self) -> Entity:
        """The document itself: its fields are `data` and the named objects."""
        return self.entity(self.resolver.root(self.context))

    @property
    def data(self) -> Value:
        """The root object."""
        return self.document.get(DATA)

    def look_up(self, text: str, slot: tuple[Step, ...] = ()) -> Value:
        """What a reference means, thought to stand in `slot` of the document.

        Raises `ResolutionError`, `RetrievalError`, `SourceError`.
        """
        found = self.value(self.resolver.resolve_text(self.context, text, slot))
        return found.target if isinstance(found, Link) else found

    # Targets

    def value(self, target: Target, known: Target | None = None) -> Value:
        """The value of what a field or a reference leads to, objects as links.

        `known` is what the target settles to, where that was found already.

        Raises `ResolutionError` and its kin for a reference that does not arrive.
        """
        node = target.node
        settled, span, owned = target, None, True
        if isinstance(node, Candidate | Alias):
            settled = known or self.resolver.settle(target)
            if settled is not target:
                span = target.context.document.span(node)
                owned = id(node) in self.placed
        node = settled.node
        if isinstance(node, Scalar):
            return meaning(node)
        if type(node) is nodes.Sequence and node.named is None:
            return self._list(settled.context, node)
        if node is None:
            assert settled.external is not None
            found = self.outside(settled.external, span)
            return found._replace(owned=owned, span=span) if isinstance(found, Link) else found
        found = self.entity(settled)
        return found.array if found.is_plain_array else Link(found, owned, span)

    def _list(self, context: Context, node: nodes.Sequence) -> Value:
        """The value of an ordinary list; the same one each time, however often it is mentioned.

        Raises `ResolutionError` (`reference-cycle`, `value-too-large`).
        """
        known = self._lists.get(id(node))
        if known is None:
            span = context.document.span(node)
            if id(node) in self._reading:
                raise ResolutionError(
                    error("reference-cycle", "the list holds itself", span,
                          hint="only objects may refer to each other in a circle")
                )  # fmt: skip
            self._reading.add(id(node))
            try:
                known = self._measured(self._items(context, node))
            finally:
                self._reading.discard(id(node))
            if known[1] > MAX_WEIGHT or known[2] > MAX_DEPTH:
                raise ResolutionError(
                    error("value-too-large", "with its references written out the list is too "
                          + ("large" if known[1] > MAX_WEIGHT else "deep"), span,
                          hint="make objects of the lists that it refers to")
                )  # fmt: skip
            self._lists[id(node)] = known
        return known[0]

    def _items(self, context: Context, node: nodes.Sequence) -> Value:
        first: Node = node
        while type(first) is nodes.Sequence and first.items:
            first = first.items[0]
        if isinstance(first, Scalar) and isinstance(first.value, int | float):
            numbers = nodes.plain(node)
            if isinstance(numbers, list) and _all_numbers(node) and rectangular(numbers):
                return InlineArray(numbers)
        if len(self._reading) > MAX_DEPTH:
            raise ResolutionError(
                error("value-too-large", "lists that refer to lists are nested too deeply",
                      context.document.span(node))
            )  # fmt: skip
        return [self.value(Target(context, item)) for item in node.items]

    def _measured(self, value: Value) -> tuple[Value, int, int]:
        """A list with the number of its values and its depth, lists in it written out."""
        if not isinstance(value, list):
            return value, 1, 1
        weight, depth = 1, 0
        for item in value:
            if isinstance(item, list):
                known = self._sizes.get(id(item))
                inner = known if known is not None else self._measured(item)[1:]
                weight, depth = weight + inner[0], max(depth, inner[1])
            else:
                weight += 1
        self._sizes[id(value)] = (weight, depth + 1)
        return value, weight, depth + 1

    def entity(self, target: Target) -> Entity:
        """The object that a settled target is; always the same one for the same object."""
        node = target.node
        assert node is not None
        if not is_object(node):
            raise ResolutionError(
                error(
                    "from-not-object", "this is not an object", target.context.document.span(node)
                )
            )
        key = target_key(target)
        found = self._entities.get(key)
        if found is None:
            layers, external = self.resolver.object(target)
            assert isinstance(node, nodes.Mapping | nodes.Sequence)
            identity = target.context.identity(nodes.path_of(node))
            found = Entity(self, identity, target, layers, external)
            self._entities[key] = found
        return found

    def known(self) -> list[Entity]:
        """The objects that were asked for so far."""
        return list(self._entities.values())

    def forget(self) -> None:
        """Let go of objects. A graph in a user's hands keeps them: see `linkdata.graph.passing`."""

    # Items of source files

    def outside(self, external: External, span: Span | None = None) -> Value:
        """The value at a place of a source file; the steps from its path are fields.

        Raises `SourceError` and its kin, at `span` or where the place is written.
        """
        try:
            value: Value = self.item_value(self.files.item(external._replace(steps=())))
            for step in external.steps:
                if isinstance(value, Link) and isinstance(step, str):
                    value = value.target.link(step)
                elif isinstance(step, int) and not isinstance(value, Link | str):
                    value = cast("Any", value)[step]
                else:
                    raise SourceError(
                        error("source-path-missing", f"there is no `{step}` in a single value")
                    )
            return value
        except FieldError as problem:
            found = problem.diagnostic
            raise SourceError(
                error("source-path-missing", found.message, span or external.span, hint=found.hint)
            ) from problem
        except LinkdataError as problem:
            raise located(problem, span or external.span) from problem

    def item_value(self, item: Item) -> Value:
        """The value of an item: a bare dataset is its array or scalar, the rest are objects."""
        dataset = as_dataset(item)
        if dataset is not None and not dataset.attributes:
            return dataset[()] if dataset.shape in ((), None) else self.array(dataset)
        return Link(self.item_entity(item), owned=True)

    def item_entity(self, item: Item) -> Entity:
        """The object that an item of a source file is."""
        key = item_key(item)
        found = self._entities.get(key)
        if found is None:
            identity = self.files.identity(item.file, self._base, item.name)
            found = Entity(self, identity, None, (), None, item)
            self._entities[key] = found
        return found

    def member(self, item: Item, key: str) -> tuple[Value, ...]:
        """The value of a field of an item, alone in a tuple; an empty one when there is none."""
        group, dataset = as_group(item), as_dataset(item)
        if group is not None and key in group.keys():  # noqa: SIM118 - not a mapping
            member = group.get(key)
            if isinstance(member, Pointer):
                return (self.pointed(member),)
            return (self.item_value(member),)
        if key in item.attributes:
            return (self.attribute(item.attributes[key]),)
        if dataset is not None and key == VALUE:
            return (dataset[()] if dataset.shape in ((), None) else self.array(dataset),)
        return ()

    def attribute(self, value: Any) -> Value:
        """The value of an attribute: references as links, arrays as arrays."""
        if isinstance(value, Pointer):
            return self.pointed(value)
        if hasattr(value, "dtype") and getattr(value, "shape", ()) != ():
            if value.dtype.kind == "O" and any(isinstance(e, Pointer) for e in value.flat):
                return [self.attribute(element) for element in value.tolist()]
            return InlineArray(value)
        return value

    def pointed(self, pointer: Pointer) -> Value:
        """What a reference inside a source file means."""
        item = pointer.item()
        dataset = as_dataset(item)
        if pointer.region is not None and dataset is not None:
            return InlineArray(self.array(dataset)[pointer.region.index])
        found = self.item_value(item)
        return found._replace(owned=False) if isinstance(found, Link) else found

    def array(self, item: Dataset) -> Any:
        """The array of a dataset; references in it are entities."""
        return LinkedArray(item, self) if holds_pointers(item.dtype) else item

    def verified(self, entity: Entity, dataset: Dataset) -> VerifiedArray:
        """The array of a dataset that must have the digest that the document declares."""
        from linkdata.arrays.verified import VerifiedArray

        external, digest = entity.external, entity.digest
        assert external is not None
        assert digest is not None
        return VerifiedArray(dataset, digest, self.stores.of(entity.context), external.span)

    def array_iri(self, array: Any) -> str:
        """The IRI of an array that lies in a source file, or in a store."""
        dataset = getattr(array, "dataset", array)
        if not hasattr(dataset, "file"):
            return f"{iri.DEFAULT_BASE}array:{dataset.digest}"
        return self.files.identity(dataset.file, self._base, dataset.name)

    @property
    def _base(self) -> str:
        return self.context.base or iri.DEFAULT_BASE

    # Classes

    @cached_property
    def types(self) -> Types | None:
        """What knows the classes of objects, when there is something that does."""
        return None if self._make_types is None else self._make_types(self)

    def class_iri(self, context: Context, name: str, span: Span | None) -> str:
        """The IRI of a class that a document names.

        Raises `ResolutionError` (`prefix-unknown`) for a CURIE whose prefix is not declared.
        """
        if ":" not in name:
            return iri.TERMS + iri.encode(name)
        expanded = iri.expand(name, context.iri_prefixes)
        if expanded is not None:
            return expanded
        if iri.is_absolute(name) and ("://" in name or name.startswith("urn:")):
            return name
        prefix = name.partition(":")[0]
        raise ResolutionError(
            error(
                "prefix-unknown", f"the prefix `{prefix}` of the class `{name}` is not declared",
                span, hint=did_you_mean(prefix, context.iri_prefixes)
                or "declare it in `meta.prefixes` or `meta.imports`",
            )
        )  # fmt: skip

    def source_class_iri(self, name: str) -> str:
        """The IRI of a class that a source file names, `namespace:Class`."""
        namespace, separator, local = name.partition(":")
        if not separator:
            return iri.TERMS + iri.encode(name)
        return f"{iri.SCHEMAS}{iri.encode(namespace)}:{iri.encode(local)}"

    # All of it

    @property
    def placements(self) -> Placements:
        """Where references put the named objects of the document."""
        with self._lock:  # classes are asked for while it is filled, and they ask for it
            if self._placements is None:
                self._placements = Placements()
                self._placements.fill(self.resolver, self.context, self._contains)
            return self._placements

    def _contains(self, holder: Collection, key: str, target: Target) -> bool:
        if self.types is None or target.node is None or not is_object(target.node):
            return True
        entity = self.entity(self.resolver.place(self.context, holder))
        return self.types.contains(entity, key, self.entity(target))

    @property
    def placed(self) -> set[int]:
        """The references (by `id` of their node) that put an object in its place."""
        return self.placements.placing

    def owner(self, entity: Entity) -> tuple[Entity, str] | None:
        """The object in which an object stands, and the field; None for one that stands alone."""
        if isinstance(entity, Made):
            return None if entity.owner is None else (entity.owner, entity.name)
        if entity.target is None:
            return self._owner_in_file(entity)
        node, context = entity.target.node, entity.target.context
        if not isinstance(node, Collection) or node.parent is None:
            return None
        place = slot_of(node.parent, node.slot)
        if place is not None and place[0].parent is None:  # at the top level
            placed = context is self.context and place[1] != DATA
            place = self.placements.slots.get(id(node)) if placed else None
        if place is None or place[0].parent is None:
            return None
        return self.entity(self.resolver.place(context, place[0])), place[1]

    def _owner_in_file(self, entity: Entity) -> tuple[Entity, str] | None:
        item = entity.item
        if item is None or item.name == "/":
            return None
        folder, _, key = item.name.rpartition("/")
        known = self._entities.get((id(item.file), folder or "/"))
        return known or self.item_entity(item.file.item(folder or "/")), key

    def top(self) -> Iterator[tuple[str, Value]]:
        """What stands at the top of the document: `data`, named objects that nothing places, and
        other named values. Raises what following the document's references raises.
        """
        for key in sorted(self.document, key=lambda key: key != DATA):  # `data` first
            value = self.document.link(key)
            if isinstance(value, Link):
                if key == DATA:
                    value = value._replace(owned=True)
                elif value.span is None and self._is_placed(value.target):
                    continue
            yield key, value

    def _is_placed(self, entity: Entity) -> bool:
        """Whether a reference puts an object, a named one of the document, in its place."""
        return entity.target is not None and id(entity.target.node) in self.placements.slots

    def roots(self) -> Iterator[Entity]:
        """Objects that stand in no other: `data`, and named objects that nothing places."""
        for _, value in self.top():
            yield from (link.target for link in links(value) if link.owned)

    def walk(self, failed: Callable[[LinkdataError], None] | None = None) -> Iterator[Entity]:
        """All objects, each once, an object before those that stand in it.

        `failed` hears of fields that cannot be followed; without it that raises.
        """
        seen = Seen(self.registry)
        waiting = [self.roots()]
        while waiting:
            entity = next(waiting[-1], None)
            if entity is None:
                waiting.pop()
            elif seen.add(entity):
                yield entity
                waiting.append(self._inside(entity, failed))

    @staticmethod
    def _inside(entity: Entity, failed: Callable[[LinkdataError], None] | None) -> Iterator[Entity]:
        """The objects that stand in the fields of an object, as they are asked for."""
        for key in entity:
            try:
                value = entity.link(key)
            except LinkdataError as problem:
                if failed is None:
                    raise
                failed(problem)
            else:
                yield from (link.target for link in links(value) if link.owned)


def links(value: Value) -> Iterator[Link]:
    """The links in a value."""
    if isinstance(value, Link):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from links(item)


def meaning(node: Scalar) -> ScalarValue:
    """The value of a scalar that is no reference, its escape undone."""
    if type(node) is Candidate and node.kind is not Kind.VERBATIM:
        return unescape(node.text)
    return node.value


def _all_numbers(node: Node) -> bool:
    if type(node) is nodes.Sequence:
        return all(_all_numbers(item) for item in node.items)
    return isinstance(node, Scalar) and isinstance(node.value, int | float)
