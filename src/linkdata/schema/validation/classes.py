"""Classes: whether the class that an object names is one, and one that it may have.

Takes: an entity, and what knows the classes of its graph.
Gives: `class_findings`; `classes_of`, all classes whose slots an object has to fill; `takes`.
Implements: `specs/linkdata-1.0.md`, section "Validation", VAL-02, VAL-03 and VAL-07.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkdata import iri
from linkdata.errors import Diagnostic, did_you_mean, error, note, warning
from linkdata.graph.entity import Entity
from linkdata.resolve.registry import Context
from linkdata.schema.naming import ClassNames, Typed, is_part
from linkdata.schema.typing import Field, SchemaTypes
from linkdata.schema.validation import places
from linkdata.syntax.document import DATA

_SHOWN = 8


def class_findings(types: SchemaTypes, entity: Entity) -> Iterator[Diagnostic]:
    """What is wrong with the class that an object names, or with its naming none."""
    named = entity.named_class
    if named is not None:
        context, node = named
        if not context.imports:
            return
        names = types.names(context)
        found = names.find(node.text)
        span = context.document.span(node)
        if found is None:
            problem = _unknown(node.text, names, context)
            if problem is not None:
                code, message, hint = problem
                yield error(code, message, span, hint=hint)
        elif found.cls.abstract:
            hint = "one of " + _some(_concrete(found))
            yield error("class-abstract", f"`{found.name}` is abstract: no object is one alone",
                        span, hint=hint)  # fmt: skip
        return
    if entity.source_class is not None:
        yield from _in_file(types, entity, *entity.source_class)
    elif types.of(entity) is None:
        yield from _missing(types, entity)


def classes_of(types: SchemaTypes, entity: Entity) -> list[Typed]:
    """The class of an object; and the part of a class that its slot asks for, if that refines what
    the object's own class descends from.
    """
    own = types.of(entity)
    if own is None:
        return []
    field = types.place(entity)
    parts = [] if field is None or field.is_collection else list(field.classes)
    return [own, *(one for one in parts if is_part(one.cls) and not own.is_a(one.cls.uri))]


def takes(field: Field, typed: Typed) -> bool:
    """Whether an object of a class may stand in a field. A part takes all of what it refines."""
    if any(typed.is_a(one.cls.uri) or typed.is_a(one.named.uri) for one in field.classes):
        return True
    return typed.schema is not field.schema and _takes_by_name(field, typed)


def _takes_by_name(field: Field, typed: Typed) -> bool:
    """The same where two translations of one schema give its classes different IRIs: a document's
    import, say, and the specifications of a file.
    """
    schema = field.schema
    for one in typed.lineage:
        known = schema.classes.get(one.name)
        if known is not None:
            names = (wanted.cls.name for wanted in field.classes)
            return known.uri != one.uri and any(schema.is_a(one.name, name) for name in names)
    return False


def name_of(typed: Typed) -> str:
    """What messages call the objects of a class; a part of a class by its name in the file."""
    named = typed.named
    return str(named.facts.get("name", named.name)) if is_part(named) else named.name


def wanted(field: Field) -> str:
    """The classes that a field takes, for messages."""
    return _some([name_of(one) for one in field.classes])


def _unknown(text: str, names: ClassNames, context: Context) -> tuple[str, str, str | None] | None:
    """The code, message and hint for a name that means no class; None where nobody can tell."""
    is_partial = len(names.schemas) < len(context.imports)
    if ":" in text:
        alias = text.partition(":")[0]
        if alias not in names.schemas:
            if alias in context.iri_prefixes or (iri.is_absolute(text) and "/" in text):
                return None  # a class of another vocabulary, or of an import that cannot be had
            hint = did_you_mean(alias, [*names.schemas, *context.iri_prefixes])
            return "prefix-unknown", f"the prefix `{alias}` of a class is not declared", hint
    else:
        candidates = [alias for alias, one in names.schemas.items() if text in one.classes]
        if len(candidates) > 1:
            hint = "write " + " or ".join(f"`{alias}:{text}`" for alias in candidates)
            return "class-ambiguous", f"several imports have a class `{text}`", hint
        if is_partial:
            return None
    return "class-unknown", f"there is no class `{text}`", did_you_mean(text, names.names(text))


def _in_file(
    types: SchemaTypes, entity: Entity, name: str, namespace: str | None
) -> Iterator[Diagnostic]:
    item = entity.item
    if namespace is None or item is None:
        return
    schema = types.carried.schema(item.file, namespace)
    if schema is None or name in schema.classes:
        return
    # Of a schema that only stands in nobody knows whether it has all classes.
    say = warning if types.carried.is_stand_in(schema) else error
    yield say(
        "class-unknown", f"the schema `{namespace}` {schema.version or ''} has no class `{name}`",
        places.of_object(entity).span, place=item.place, hint=did_you_mean(name, schema.classes),
    )  # fmt: skip


def _missing(types: SchemaTypes, entity: Entity) -> Iterator[Diagnostic]:
    """What is wrong with an object that names no class where one has to be named."""
    if places.is_brought(entity):
        return
    field = types.place(entity)
    spot = places.of_object(entity)
    if field is None:
        node = entity.layers[0][1]
        if node.slot == DATA and entity.context.imports and len(entity.keys()) > 0:
            yield note("class-missing", "the object names no class: no schema says what is in it",
                       spot.span, hint="give it an `is_a`")  # fmt: skip
    elif not field.is_collection and not field.anything and len(list(field.classes)) > 1:
        yield error("class-missing", "the object names no class, and could be of several",
                    spot.span, hint="give it an `is_a`: " + wanted(field))  # fmt: skip


def _concrete(typed: Typed) -> list[str]:
    schema = typed.schema
    return [
        name
        for name, one in schema.classes.items()
        if not one.abstract and schema.is_a(name, typed.name)
    ]


def _some(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    return shown + (" ..." if len(names) > _SHOWN else "")
