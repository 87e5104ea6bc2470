"""From translated LinkML schemas back to the specification language.

Takes: LinkML schemas as plain data, as `translate` gives them or as read from their files.
Gives: `invert`: the namespaces that they were translated from, equal to what was read.
Errors: `SchemaError` (`schema-invalid`) for schemas that are no such translation.
Source: the annotations in `facts`; HDMF specification language for what they mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from linkdata.errors import SchemaError, error
from linkdata.schema.language.facts import Facts
from linkdata.schema.language.names import schema_name
from linkdata.schema.language.reading import parse_entry
from linkdata.schema.language.specs import (
    AttributeSpec,
    Child,
    DatasetSpec,
    FieldSpec,
    GroupSpec,
    LinkSpec,
    Namespace,
    Node,
    Source,
)

Element = Mapping[str, Any]
Schemas = Mapping[str, Element]


def invert(schemas: Schemas) -> list[Namespace]:
    """The namespaces among the schemas; of each, the sources that are among them too."""
    found = [
        _namespace(schema, schemas)
        for schema in schemas.values()
        if Facts.of(schema).role == "namespace"
    ]
    if not found:
        raise SchemaError(error("schema-invalid", "no schema is the translation of a namespace"))
    return found


def _namespace(schema: Element, schemas: Schemas) -> Namespace:
    said = Facts.of(schema)
    name = str(said["namespace"])
    entries = tuple(parse_entry(dict(entry)) for entry in said.json("schema") or ())
    sources = [
        source
        for entry in entries
        if entry.source and (source := schemas.get(schema_name(name, entry.source))) is not None
    ]
    return Namespace(
        name=name,
        version=said["version"],
        full_name=schema.get("title"),
        doc=schema.get("description"),
        author=said.json("author"),
        contact=said.json("contact"),
        date=said["date"],
        schema=entries,
        sources=tuple(map(_source, sources)),
        extra=said.extra,
    )


def _source(schema: Element) -> Source:
    said = Facts.of(schema)
    classes: Mapping[str, Element] = schema.get("classes") or {}
    inverse = _Inverse(classes)
    specs = [
        inverse.definition(name)
        for name, found in classes.items()
        if not (Facts.of(found)["nested"] or Facts.of(found)["inline"])
    ]
    return Source(
        name=str(said["source"]),
        groups=tuple(spec for spec in specs if isinstance(spec, GroupSpec)),
        datasets=tuple(spec for spec in specs if isinstance(spec, DatasetSpec)),
        prefix=said["keys"] or "data_type",
        extra=said.extra,
    )


class _Inverse:
    def __init__(self, classes: Mapping[str, Element]) -> None:
        self.classes = classes

    def definition(self, name: str) -> Node:
        """The spec of a class that stands for a type."""
        found = self.classes[name]
        said = Facts.of(found)
        return self.node(said, found.get("description"), found, type_def=name)

    def node(
        self, said: Facts, doc: str | None, parts: Element | None, type_def: str | None = None
    ) -> Node:
        """A group or dataset: what is said of it, and the class that has its parts, if any."""
        inside = list(self.parts(parts)) if parts is not None else []
        common: dict[str, Any] = {
            "type_def": type_def,
            "type_inc": said["type"],
            "doc": doc,
            "attributes": tuple(part for part in inside if isinstance(part, AttributeSpec)),
            "extra": said.extra,
            **said.written(),
        }
        if said.role == "dataset":
            fields = self.fields(parts) if parts is not None else ()
            return DatasetSpec(**common, **said.valued(fields))
        return GroupSpec(
            **common,
            datasets=tuple(part for part in inside if isinstance(part, DatasetSpec)),
            groups=tuple(part for part in inside if isinstance(part, GroupSpec)),
            links=tuple(part for part in inside if isinstance(part, LinkSpec)),
        )

    def parts(self, found: Element) -> Iterator[Child]:
        """The specs of the slots of a class, in order."""
        members: list[Child] = []
        gathered: list[tuple[int, Child]] = []
        for slot in (found.get("attributes") or {}).values():
            said = Facts.of(slot)
            if said.role == "children":
                gathered += self.gathered(slot)
            elif said.role == "attribute":
                yield _attribute(said, slot.get("description"))
            elif said.role == "link":
                members.append(_link(said, slot.get("description")))
            elif said.role in ("group", "dataset"):
                members.append(self.member(said, slot))
        yield from _merged(members, gathered)

    def fields(self, found: Element) -> tuple[FieldSpec, ...]:
        """The fields of a compound, from the slots of its class."""
        slots = (found.get("attributes") or {}).values()
        return tuple(
            FieldSpec(
                name=said["name"],
                dtype=dtype,
                doc=slot.get("description"),
                extra=said.extra,
            )
            for slot in slots
            if (said := Facts.of(slot)).role == "field" and (dtype := said.dtype()) is not None
        )

    def member(self, said: Facts, slot: Element) -> Node:
        """The group or dataset of a slot."""
        if said["def"] is not None:
            return self.definition(str(said["def"]))
        doc = slot.get("description")
        if said["collection"]:
            children = [child for _, child in self.gathered(slot)]
            group = self.node(said, doc, None)
            return _with_children(group, children)
        target = self.classes.get(str(slot.get("range")))
        nested = target is not None and bool(Facts.of(target)["nested"])
        return self.node(said, doc, target if nested else None)

    def gathered(self, slot: Element) -> Iterator[tuple[int, Child]]:
        """The children among the alternatives of a slot, with their positions."""
        for alternative in slot.get("any_of") or ():
            said = Facts.of(alternative)
            if said["def"] is not None:
                yield int(said["position"]), self.definition(str(said["def"]))
            else:
                yield int(said["position"]), self.node(said, alternative.get("description"), None)


def _attribute(said: Facts, doc: str | None) -> AttributeSpec:
    return AttributeSpec(doc=doc, extra=said.extra, **said.written(), **said.valued())


def _link(said: Facts, doc: str | None) -> LinkSpec:
    return LinkSpec(target_type=said["target"], doc=doc, extra=said.extra, **said.written())


def _with_children(group: Node, children: list[Child]) -> Node:
    if not isinstance(group, GroupSpec):
        return group
    return GroupSpec(
        type_def=group.type_def,
        type_inc=group.type_inc,
        name=group.name,
        default_name=group.default_name,
        doc=group.doc,
        quantity=group.quantity,
        linkable=group.linkable,
        datasets=tuple(child for child in children if isinstance(child, DatasetSpec)),
        groups=tuple(child for child in children if isinstance(child, GroupSpec)),
        extra=group.extra,
    )


def _merged(members: list[Child], gathered: list[tuple[int, Child]]) -> Iterator[Child]:
    """Members in order, with the gathered ones put back among those of their kind."""
    for kind in (DatasetSpec, GroupSpec, LinkSpec):
        found = [member for member in members if isinstance(member, kind)]
        for position, child in sorted(gathered, key=lambda item: item[0]):
            if isinstance(child, kind):
                found.insert(position, child)
        yield from found
