"""Changes in memory as edits of the document's text.

Takes: a graph, with fields set in memory.
Gives: `edits`, which bring the text of its document to say the same.
Implements: `specs/linkdata-1.0.md`, section "Changes in memory".

What is set on an object of a source file is laid over the `from` that brings it. Arrays that a text
cannot say, complex ones, or should not, large ones, are kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from linkdata.arrays.inline import InlineArray
from linkdata.errors import NotYetError, OutputError, error
from linkdata.graph.changes import Made, changed
from linkdata.graph.entity import GONE, VALUE, Entity, Link
from linkdata.graph.expanded import is_outside
from linkdata.graph.graph import Graph
from linkdata.graph.stores import CHUNKS
from linkdata.graph.values import current
from linkdata.syntax import nodes
from linkdata.syntax.document import META
from linkdata.syntax.edits import Edit
from linkdata.syntax.nodes import path_of
from linkdata.syntax.patches import REMOVED, Patches, Raw
from linkdata.syntax.references import format_path, parse_path

#: As many values are written into a document; more belong into a file or a store.
MAX_VALUES = 100_000
_INDEX = "_index"
_ID = "id"
#: The dtypes that lists of numbers are read as again.
_SAID = frozenset(("int64", "float64"))

#: Keeps an array in a store, and gives what a document writes for it.
Keep: TypeAlias = "Callable[[Any], dict[str, Any]]"


def edits(
    graph: Graph, keep: Keep | None = None, imports: Mapping[str, Any] | None = None
) -> Iterator[Edit]:
    """The edits of the text for all that was changed. `keep` takes the arrays that are not written.

    `imports` are put into a text that has none, so that what is new has its classes.

    Raises `OutputError` (`value-not-representable`) for changes that the document cannot say: of
    objects that are written in other documents, and without `keep` of complex arrays. `NotYetError`
    for arrays too large to write.
    """
    said = _Saying(graph, keep)
    patches = Patches(graph.context.document.source.text)
    for entity in changed(graph):
        mapping, path = _place(graph, entity)
        for key, value in said.fields(entity).items():
            patches.set(mapping, [*path, key], value)
    meta = graph.context.document.root.entries.get(META)
    if imports and isinstance(meta, nodes.Mapping):
        patches.set(meta, ["imports"], _verbatim(imports))
    yield from patches.edits()


class _Saying:
    """Says values as plain data."""

    def __init__(self, graph: Graph, keep: Keep | None) -> None:
        self.graph = graph
        self.keep = keep

    def fields(self, entity: Entity) -> dict[str, Any]:
        """The changed fields as plain data; an index with what it cuts as nested lists."""
        changes = entity.changes or {}
        found: dict[str, Any] = {}
        for key, value in changes.items():
            if key.endswith(_INDEX) and key[: -len(_INDEX)] in changes:
                continue
            outer = key
            while outer + _INDEX in changes:
                outer += _INDEX
            found[key] = REMOVED if value is GONE else self._plain(entity, value)
            if _is_kept(found[key]):  # so its indexes stand beside it
                levels = range(len(key), len(outer), len(_INDEX))
                beside = (outer[: level + len(_INDEX)] for level in levels)
                found |= {name: self._plain(entity, changes[name]) for name in beside}
            elif outer != key:
                found[key] = _nested(entity, key, outer, found[key])
        return found

    def _plain(self, owner: Entity, value: Any) -> Any:
        """A value as plain data that means it in the document."""
        value = current(value)
        if isinstance(value, Link):
            if isinstance(value.target, Made) and value.owned:
                return self._made(value.target)
            return Raw(_reference(self.graph, value.target))
        if isinstance(value, list):
            return [self._plain(owner, item) for item in value]
        if is_outside(value):
            source = self.graph.files.reference(getattr(value, "dataset", value))
            return {"from": {"type": "hdf5", "source": Raw(source)}}
        if isinstance(value, complex):
            value = InlineArray(value)
        if hasattr(value, "tolist") and hasattr(value, "dtype"):
            return self._array(owner, value)
        return value

    def _array(self, owner: Entity, value: Any) -> Any:
        """An array as nested lists, or as what is kept elsewhere."""
        is_complex = value.dtype.kind == "c"
        is_wide = value.dtype.kind not in "iuf" or str(value.dtype) in _SAID
        loses = isinstance(owner, Made) and owner.exact and not is_wide
        if self.keep is not None and (is_complex or loses or value.size > MAX_VALUES):
            return self.keep(value)
        if value.size <= MAX_VALUES and not is_complex:
            return value.tolist()
        hint = "save the dataset to a file, with a store beside it"
        if is_complex:
            raise OutputError(
                error("value-not-representable", "a text cannot say complex numbers", owner.span,
                      hint=hint)
            )  # fmt: skip
        raise NotYetError(
            error("not-yet", f"an array of {value.size} values is too large to write into"
                  " a text", owner.span, hint=hint)
        )  # fmt: skip

    def _made(self, made: Made) -> Any:
        """An object made in memory: a mapping, or its bare values where it has nothing else."""
        fields = self.fields(made)
        ids = fields.get(_ID)
        if isinstance(ids, list) and fields.get("colnames") and ids == list(range(len(ids))):
            del fields[_ID]  # positions of rows need not be written
        name = (made.is_a or "").rpartition(":")[2]
        if set(fields) <= {VALUE}:
            return fields.get(VALUE, {})
        if _is_kept(fields.get(VALUE)):
            fields |= fields.pop(VALUE)
        if name and name not in ("VectorData", "ElementIdentifiers", "object"):
            return {"is_a": name, **fields}
        return fields


def _verbatim(data: Any) -> Any:
    """Plain data whose texts mean what a document means by them."""
    if isinstance(data, Mapping):
        return {key: _verbatim(value) for key, value in data.items()}
    return list(map(_verbatim, data)) if isinstance(data, list) else Raw(data)


def _is_kept(value: Any) -> bool:
    """Whether plain data are those of an array that is kept elsewhere."""
    return isinstance(value, dict) and CHUNKS in value


def _nested(entity: Entity, key: str, outer: str, column: Any) -> Any:
    """A ragged column as a document writes it: rows as lists."""
    values = column[VALUE] if isinstance(column, dict) else column
    name = key + _INDEX
    while True:
        ends = _ends((entity.changes or {})[name])
        values = [values[a:b] for a, b in zip([0, *ends], ends, strict=False)]
        if name == outer:
            break
        name += _INDEX
    return {**column, VALUE: values} if isinstance(column, dict) else values


def _ends(index: Any) -> list[int]:
    """Where rows end: the values of an index alone, not what else is said of it."""
    held = (index.target.changes or {})[VALUE] if isinstance(index, Link) else index
    return [int(end) for end in held]


def _reference(graph: Graph, entity: Entity) -> str:
    """How the document refers to an object."""
    if isinstance(entity, Made) and entity.owner is not None:
        owner = _reference(graph, entity.owner)
        if owner.startswith("#"):
            return "#" + format_path([*(parse_path(owner[1:]) or ()), entity.name])
    if entity.layers:
        context, node = entity.layers[0]
        if context is graph.context:
            return "#" + format_path(path_of(node))
    elif entity.item is not None:
        return graph.files.reference(entity.item)
    raise _not_here(entity, "refer to")


def _place(graph: Graph, entity: Entity) -> tuple[nodes.Mapping, list[str]]:
    """The mapping of the text that an entity's fields go into, and the path below it."""
    if entity.layers:
        context, node = entity.layers[0]
        if context is graph.context and type(node) is nodes.Mapping:
            return node, []
        raise _not_here(entity, "change")
    item = entity.item
    bringers = []
    for one in graph.known():
        if item is None or one.external is None or not one.layers or one.item is None:
            continue
        context, node = one.layers[0]
        within = item.name == one.item.name or item.name.startswith(one.item.name.rstrip("/") + "/")
        if one.item.file is item.file and within and context is graph.context:
            bringers.append((len(one.item.name), one, node))
    if item is None or not bringers:
        raise _not_here(entity, "change")
    length, one, node = max(bringers, key=lambda found: found[0])
    if type(node) is not nodes.Mapping or one.item is None:
        raise _not_here(entity, "change")
    return node, [step for step in item.name[length:].split("/") if step]


def _not_here(entity: Entity, what: str) -> OutputError:
    return OutputError(
        error("value-not-representable", f"the document has no way to {what} <{entity.iri}>",
              entity.span, hint="change it in the document that it is written in")
    )  # fmt: skip
