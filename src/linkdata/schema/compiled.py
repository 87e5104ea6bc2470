"""Compiling: from LinkML to the compiled schema, through linkml-runtime's `SchemaView`.

Takes: a LinkML schema as plain data, and those that it imports.
Gives: `Schema`.
Implements: `specs/linkdata-1.0.md`, section "Schemas and imports"; the LinkML metamodel.
"""

from __future__ import annotations

import logging
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from linkdata.errors import SchemaError, error
from linkdata.schema.model import (
    Class,
    Dimension,
    Enum,
    Range,
    RangeKind,
    Schema,
    Shape,
    Slot,
    Type,
)

if TYPE_CHECKING:
    from linkml_runtime import SchemaView
    from linkml_runtime.linkml_model import meta

# `ifabsent` of LinkML is a little language: `string(x)`, `int(1)`, `float(1.0)`, `true`.
_IFABSENT = re.compile(r"(?P<type>\w+)\((?P<value>.*)\)\Z", re.DOTALL)


#: What `load` gives: a LinkML schema as plain data, by the name under which it is imported.
LoadSchema: TypeAlias = "Callable[[str], Mapping[str, Any]]"


def compile_schema(root: Mapping[str, Any], load: LoadSchema, digest: str, place: str) -> Schema:
    """The compiled schema of a LinkML schema, as plain data, and all that it imports.

    `load` gives imported schemas by name (a relative path without suffix, seen from the root); it
    raises `SchemaError` for one that is not there. Schemas of LinkML itself come from
    linkml-runtime; nothing is fetched. Raises `SchemaError` (`schema-invalid`) at `place`.
    """
    from linkml_runtime import SchemaView

    _quiet()
    try:
        definition = _definition(root)
        view = SchemaView(definition)
        _import_all(view, load)
        view.imports_closure()
        return _Compiler(view, digest).schema()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise SchemaError(
            error("schema-invalid", f"linkml-runtime cannot read it: {problem}", place=place)
        ) from problem


def _definition(schema: Mapping[str, Any]) -> meta.SchemaDefinition:
    from linkml_runtime.linkml_model.meta import SchemaDefinition
    from linkml_runtime.loaders import yaml_loader

    found = yaml_loader.load(dict(schema), target_class=SchemaDefinition)
    return cast("meta.SchemaDefinition", found)


def _import_all(view: SchemaView, load: LoadSchema) -> None:
    """Put all imported schemas into the view, so that it looks for none by itself."""
    waiting = [str(view.schema.name)]
    while waiting:
        importer = waiting.pop()
        for key in imported_names(importer, {"imports": view.schema_map[importer].imports}):
            if key not in view.schema_map:
                view.schema_map[key] = _definition(load(key))
                waiting.append(key)


def imported_names(importer: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """What a schema imports, by names seen from the root; `importer` is its own."""
    imports = schema.get("imports")
    for name in map(str, imports if isinstance(imports, list) else ()):
        if name.startswith("linkml:"):
            continue  # shipped with linkml-runtime
        if "/" in importer and ":" not in name:
            yield posixpath.normpath(posixpath.join(posixpath.dirname(importer), name))
        else:
            yield name


def _quiet() -> None:
    """linkml-runtime tells of harmless things, such as prefixes that are declared twice."""
    for name in ("linkml_runtime", "linkml_runtime.utils.namespaces"):
        logging.getLogger(name).setLevel(logging.ERROR)


class _Compiler:
    def __init__(self, view: SchemaView, digest: str) -> None:
        self.view = view
        self.digest = digest
        self.class_names = {str(name) for name in view.all_classes()}
        self.enum_names = {str(name) for name in view.all_enums()}

    def schema(self) -> Schema:
        view, top = self.view, self.view.schema
        return Schema(
            name=str(top.name),
            version=None if top.version is None else str(top.version),
            uri=str(top.id),
            digest=self.digest,
            classes={name: self.one_class(name) for name in sorted(self.class_names)},
            types={str(name): self.one_type(name) for name in view.all_types()},
            enums={str(name): self.one_enum(name) for name in view.all_enums()},
            facts=_facts(top),
        )

    def one_class(self, name: str) -> Class:
        view = self.view
        found = view.get_class(name)
        slots = {
            str(slot.name): self.one_slot(name, slot) for slot in view.class_induced_slots(name)
        }
        return Class(
            name=name,
            schema=str(view.in_schema(name)),
            uri=str(view.get_uri(found, expand=True)),
            parent=None if found.is_a is None else str(found.is_a),
            mixins=tuple(map(str, found.mixins)),
            abstract=bool(found.abstract or found.mixin),
            description=found.description or "",
            slots=slots,
            facts=_facts(found),
        )

    def one_slot(self, owner: str, slot: meta.SlotDefinition) -> Slot:
        fixed = slot.equals_string if slot.equals_string is not None else slot.equals_number
        ranges = tuple(dict.fromkeys(self.ranges(slot)))
        return Slot(
            name=str(slot.name),
            owner=self.definer(owner, str(slot.name)),
            uri=str(self.view.get_uri(slot, expand=True)),
            ranges=ranges,
            description=slot.description or "",
            required=bool(slot.required),
            multivalued=bool(slot.multivalued),
            inlined=bool(slot.inlined or slot.inlined_as_list),
            inlined_as_list=bool(slot.inlined_as_list),
            identifier=bool(slot.identifier or slot.key),
            fixed=None if fixed is None else _typed(fixed),
            default=_default(slot.ifabsent),
            pattern=slot.pattern,
            minimum=_number(slot.minimum_value),
            maximum=_number(slot.maximum_value),
            minimum_count=slot.minimum_cardinality,
            maximum_count=slot.maximum_cardinality,
            facts=_facts(slot),
        )

    def definer(self, owner: str, slot: str) -> str:
        """The nearest class that says something of a slot: the one itself, or an ancestor."""
        for name in self.view.class_ancestors(owner):
            found = self.view.get_class(name)
            if slot in found.attributes or slot in found.slots or slot in found.slot_usage:
                return str(name)
        return owner

    def ranges(self, slot: meta.SlotDefinition) -> Iterator[Range]:
        """The alternatives of a slot. What an alternative leaves open, the slot itself says."""
        default = str(slot.range or self.view.schema.default_range or "string")
        own_shape = _shape(slot.array)
        alternatives = [*slot.any_of, *slot.exactly_one_of]
        for alternative in alternatives:
            name = str(alternative.range or default)
            yield self.range(name, _shape(getattr(alternative, "array", None)) or own_shape)
        if not alternatives:
            yield self.range(default, own_shape)

    def range(self, name: str, shape: Shape | None) -> Range:
        if name in self.class_names:
            found = self.view.get_class(name)
            anything = str(found.class_uri) == "linkml:Any"
            return Range(name, RangeKind.ANY if anything else RangeKind.CLASS, shape)
        return Range(name, RangeKind.ENUM if name in self.enum_names else RangeKind.TYPE, shape)

    def one_type(self, name: str) -> Type:
        found = self.view.induced_type(name)
        return Type(
            name=str(name),
            uri=str(self.view.expand_curie(found.uri)) if found.uri else "",
            base=str(found.base or "str"),
            pattern=found.pattern,
            minimum=_number(found.minimum_value),
            maximum=_number(found.maximum_value),
        )

    def one_enum(self, name: str) -> Enum:
        values = self.view.get_enum(name).permissible_values
        return Enum(
            str(name),
            {
                str(text): None if value.meaning is None else self.view.expand_curie(value.meaning)
                for text, value in values.items()
            },
        )


def _shape(array: Any) -> Shape | None:
    if array is None:
        return None
    exact = array.exact_number_dimensions
    # `false` means: no bound.
    maximum = array.maximum_number_dimensions
    bounded = None if maximum is False or str(maximum) == "False" else maximum
    dimensions = tuple(
        Dimension(
            alias=dimension.alias,
            minimum=dimension.exact_cardinality or dimension.minimum_cardinality,
            maximum=dimension.exact_cardinality or dimension.maximum_cardinality,
        )
        for dimension in array.dimensions
    )
    return Shape(
        dimensions=dimensions or None,
        minimum=exact if exact is not None else array.minimum_number_dimensions,
        maximum=exact if exact is not None else bounded,
    )


def _facts(element: Any) -> Mapping[str, Any]:
    """The annotations of an element, as plain data."""
    found = element.annotations
    items = found.items() if hasattr(found, "items") else vars(found).items()
    return {
        str(tag): _plain(getattr(item, "value", item)) for tag, item in items if not callable(item)
    }


def _plain(value: Any) -> Any:
    if hasattr(value, "_as_dict"):
        value = value._as_dict
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _typed(value: Any) -> bool | int | float | str:
    return value if isinstance(value, bool | int | float) else str(value)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _default(ifabsent: str | None) -> bool | int | float | str | None:
    if ifabsent is None:
        return None
    text = str(ifabsent)
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    match = _IFABSENT.match(text)
    if match is None:
        return text
    value = match["value"]
    try:
        if match["type"] in ("int", "integer"):
            return int(value)
        if match["type"] in ("float", "double", "decimal"):
            return float(value)
    except ValueError:
        return value
    return value
