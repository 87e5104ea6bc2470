"""Entities: the objects of the graph, and the links between them.

Takes: what the resolver arrives at, and items of source files.
Gives: `Entity` (identity, class, fields), `Link` (a mention of one), and the values fields have.
Implements: `specs/linkdata-1.0.md`, sections "Identity", "Placement" and "Overlay".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, cast

from linkdata.arrays.protocols import Dataset, Group, Item
from linkdata.errors import FieldError, LinkdataError, SourceError, did_you_mean, error
from linkdata.graph.stores import ABOUT, Brought, stored
from linkdata.graph.values import current
from linkdata.resolve.registry import Context
from linkdata.resolve.targets import External, Layer, Target, entries, is_root
from linkdata.spans import Span
from linkdata.syntax.document import RESERVED
from linkdata.syntax.nodes import Scalar

if TYPE_CHECKING:
    from linkdata.arrays.chunked import ChunkedArray
    from linkdata.arrays.chunking import HasChunks
    from linkdata.graph.graph import Graph
    from linkdata.store.digests import Digest

#: The field that names an object's class, and the one that holds an array's values.
IS_A, VALUE = "is_a", "value"
#: Attributes by which NWB files name the class of an object.
_TYPES, _NAMESPACE = ("neurodata_type", "data_type"), "namespace"
_SOURCE_CLASS = "source class"  # where an entity remembers it

#: What stands for a field that was taken away in memory.
GONE: Final = object()

#: What a field holds: a scalar, an array, a link to an object, or a list of values.
Value: TypeAlias = "bool | int | float | str | Link | list[Value] | Any | None"


class Link(NamedTuple):
    """A mention of an object in a field.

    `owned` tells that the object stands in this field: written there, brought there, or placed
    there by the first reference to it. `span` is the reference, when there is one.
    """

    target: Entity
    owned: bool
    span: Span | None = None


class Entity:
    """An object: an identity and fields.

    Its fields are those of its layers, the first of which names it, and those of the item of a
    source file below them. The file is opened when its fields are asked for.
    """

    __slots__ = ("_item", "changes", "external", "graph", "iri", "layers", "memo", "target")

    def __init__(
        self,
        graph: Graph,
        iri: str,
        target: Target | None,
        layers: tuple[Layer, ...],
        external: External | None,
        item: Item | None = None,
    ) -> None:
        self.graph = graph
        self.iri = iri
        self.target = target
        self.layers = layers
        self.external = external
        self._item = item
        #: Fields set in memory, over all that is written; see `linkdata.graph.changes`.
        self.changes: dict[str, Any] | None = None
        #: What others have worked out about it; forgotten when a field is set.
        self.memo: dict[str, Any] = {}

    @property
    def key(self) -> tuple[object, ...]:
        """What tells the object from all others, as long as the texts and files are open."""
        if self.target is not None:
            return target_key(self.target)
        return (id(self),) if self._item is None else item_key(self._item)

    @property
    def document_iri(self) -> str:
        """The identity of the document that the object is looked at from."""
        return self.graph.context.iri

    @property
    def context(self) -> Context:
        """The document whose names count in this object."""
        return self.layers[0][0] if self.layers else self.graph.context

    @property
    def span(self) -> Span | None:
        """Where the object is written; None for one that is only in a source file."""
        if not self.layers:
            return None
        context, node = self.layers[0]
        return context.document.span(node)

    @property
    def item(self) -> Item | None:
        """The item of a source file that the object has. Opens the file.

        Raises `SourceError` or `RetrievalError`.
        """
        if self._item is None and self.external is not None:
            try:
                value = self.graph.outside(self.external, self.span if self.layers else None)
            except SourceError as problem:
                # An object laid over a source may have parts that the source lacks.
                if problem.code != "source-path-missing" or self._must_exist():
                    raise
                self.external = None
                return None
            found: Any = value.target.item if isinstance(value, Link) else value
            self._item = found if hasattr(found, "kind") else getattr(found, "dataset", None)
        return self._item

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the source file of the object open meanwhile, which makes many small reads quick.

        Where it cannot be had nothing happens: whoever reads something of it is told.
        """
        with ExitStack() as stack:
            with suppress(LinkdataError):
                if self._item is not None:
                    stack.enter_context(self._item.file.held())
                elif self.external is not None:
                    stack.enter_context(self.graph.files.file(self.external).held())
            yield

    @property
    def unopened(self) -> bool:
        """Whether a source file has something to say of the object and was not asked yet."""
        return self._item is None and self.external is not None

    def _must_exist(self) -> bool:
        return self.external is None or not self.external.steps or not self.layers

    # Class

    @property
    def named_class(self) -> tuple[Context, Scalar] | None:
        """Where the document names the class; a reference there is a field like any other."""
        for context, mapping in self.layers:
            node = entries(mapping).get(IS_A)
            if isinstance(node, Scalar) and isinstance(node.value, str):
                if self.graph.resolver.reference(context, node) is None:
                    return context, node
                return None
        return None

    @property
    def source_class(self) -> tuple[str, str | None] | None:
        """The name and the namespace of the class that the source file says the object has."""
        if _SOURCE_CLASS not in self.memo:
            self.memo[_SOURCE_CLASS] = self._read_class()
        found: tuple[str, str | None] | None = self.memo[_SOURCE_CLASS]
        return found

    def _read_class(self) -> tuple[str, str | None] | None:
        item = self.item
        if item is None:
            return None
        attributes = item.attributes
        for key in _TYPES:
            name = _text(attributes.get(key))
            if name is not None:
                return name, _text(attributes.get(_NAMESPACE))
        return None

    @property
    def is_a(self) -> str | None:
        """The name of the object's class as it is written: a CURIE or a plain name."""
        if self.changes and isinstance(self.changes.get(IS_A), str):
            return str(self.changes[IS_A])
        named = self.named_class
        if named is not None:
            return named[1].text
        found = self.source_class
        if found is None:
            return None
        return found[0] if found[1] is None else f"{found[1]}:{found[0]}"

    @property
    def class_iri(self) -> str | None:
        """The IRI of the object's class: the one that a schema gives it, else as it is named."""
        known = self.graph.types.class_iri(self) if self.graph.types is not None else None
        if known is not None:
            return known
        named = self.named_class
        if named is not None:
            context, node = named
            return self.graph.class_iri(context, node.text, context.document.span(node))
        name = self.is_a
        return None if name is None else self.graph.source_class_iri(name)

    # Fields

    def keys(self) -> list[str]:
        """The names of the fields: as written, then as the source file has them."""
        dropped = self.dropped
        item = self.item
        names: list[str] = []
        if self.target is not None and self.layers:
            names = self.graph.resolver.names(self.target)
            if is_root(self.layers[0][1]):
                names = [name for name in names if name not in RESERVED]
        if item is None:
            if not self.in_store and not self.changes:  # most often
                return names
            found = dict.fromkeys(names)
        else:
            group = as_group(item)
            members = group.keys() if group is not None else ()
            found = dict.fromkeys(chain(members, item.attributes, names))
        if self.in_store:
            dropped = dropped | ABOUT
        written = [key for key in found if key not in dropped]
        if not self.changes:
            return written
        keys = dict.fromkeys((*written, *self.changes))
        return [key for key in keys if self.changes.get(key) is not GONE]

    @property
    def dropped(self) -> frozenset[str]:
        """The fields of the source file over which a null was laid."""
        if self.external is None:
            return frozenset()
        said: dict[str, bool] = {}
        for _, mapping in self.layers:  # the upper one decides
            for key, node in entries(mapping).items():
                said.setdefault(key, isinstance(node, Scalar) and node.is_null)
        return frozenset(key for key, null in said.items() if null)

    def __contains__(self, key: object) -> bool:
        if self.layers or self.changes or not isinstance(key, str):
            return key in self.keys()
        item = self.item  # which alone has its fields
        if item is None:
            return False
        group = as_group(item)
        return (group is not None and key in group.keys()) or key in item.attributes  # noqa: SIM118

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def link(self, key: str) -> Value:
        """The value of a field, with objects as `Link`s.

        Raises `FieldError`; `ResolutionError` and its kin when a reference does not arrive.
        """
        if self.changes and key in self.changes:
            if self.changes[key] is GONE:
                raise self.missing(key)
            return current(self.changes[key])
        written = self._written(key)
        if written:
            return written[0]
        if key == VALUE and (self.in_store or self.digest is not None):
            array = self.array
            if array is not None:
                return array if array.shape else array[()]
        item = self.item
        if item is not None and key not in self.dropped:
            found_in_file = self.graph.member(item, key)
            if found_in_file:
                return found_in_file[0]
        raise self.missing(key)

    def _written(self, key: str) -> tuple[Value, ...]:
        """The value that the document has for a field, alone in a tuple; empty if it has none."""
        if self.target is not None and self.layers:
            found = self.graph.resolver.field(self.target, key)
            if found is not None and found.node is not None:
                return (self.graph.value(found),)
        return ()

    def written(self, key: str) -> Value:
        """The value of a field as memory or the document have it, else None. Opens no file."""
        if self.changes and key in self.changes:
            return None if self.changes[key] is GONE else current(self.changes[key])
        found = self._written(key)
        return found[0] if found else None

    def get(self, key: str) -> Value:
        """The value of a field, with objects as entities. Raises what `link` raises."""
        return _unlinked(self.link(key))

    def missing(self, key: str) -> FieldError:
        """The error that there is no such field."""
        names = self.keys()
        hint = did_you_mean(key, names)
        if hint is None and names:
            some = ", ".join(f"`{name}`" for name in names[:8])
            hint = f"it has {some}" + (" ..." if len(names) > 8 else "")
        what = self.is_a or "the object"
        message = f"{what} <{self.iri}> has no field `{key}`"
        return FieldError(error("field-missing", message, self.span, hint=hint))

    @property
    def array(self) -> Any | None:
        """The array that the object is: in a store, or a dataset of a source file.

        Raises `DocumentError` for a document that does not say which, `SourceError` and its kin.
        """
        if self.changes and VALUE in self.changes:
            return None
        if self.in_store:
            return self.stored_array
        item = self.item
        dataset = as_dataset(item) if item is not None else None
        if dataset is not None and self.digest is not None:
            return self._remembered(partial(self.graph.verified, self, dataset))
        return None if dataset is None else self.graph.array(dataset)

    @property
    def in_store(self) -> bool:
        """Whether the document says that the object is an array in a store."""
        return stored(self.layers) is not None

    @property
    def stored_array(self) -> ChunkedArray:
        """The array in a store that the document says the object is; it must say so."""
        make = partial(self.graph.stores.array, self.layers, self._fallback)
        found: ChunkedArray = self._remembered(make)
        return found

    @property
    def is_plain_array(self) -> bool:
        """Whether the object is an array in a store and nothing else."""
        return self.in_store and self.external is None and not self.keys()

    @property
    def digest(self) -> Digest | None:
        """The digest that the document declares for the dataset of a source file."""
        external = self.external
        return external.digest if external is not None and not external.steps else None

    @property
    def _fallback(self) -> Sequence[HasChunks]:
        """Where else the chunks may be: what the object's `from` brings."""
        return [] if self.external is None else [Brought(self.graph.files, self.external)]

    def _remembered(self, make: Callable[[], Any]) -> Any:
        """An array that keeps what it has read, made once."""
        if "array" not in self.memo:
            self.memo["array"] = make()
        return self.memo["array"]

    def __repr__(self) -> str:
        return f"Entity({self.iri!r})"


def _text(value: Any) -> str | None:
    """A text, also one that stands alone in an array, as MatNWB writes attributes."""
    if getattr(value, "shape", None) == (1,):
        value = value[0]
    return value if isinstance(value, str) else None


def _unlinked(value: Value) -> Value:
    if isinstance(value, Link):
        return value.target
    if isinstance(value, list):
        return [_unlinked(item) for item in value]
    return value


def target_key(target: Target) -> tuple[object, ...]:
    """What tells an object that is written in a document from all others."""
    return (id(target.node), target.external, *(id(mapping) for _, mapping in target.under))


def item_key(item: Item) -> tuple[object, ...]:
    """What tells an object that is only in a source file from all others."""
    return (id(item.file), item.name)


def as_group(item: Item) -> Group | None:
    """The item if it is a group."""
    return cast("Group", item) if item.kind == "group" else None


def as_dataset(item: Item) -> Dataset | None:
    """The item if it is a dataset."""
    return cast("Dataset", item) if item.kind == "dataset" else None
