"""From plain data to specs, with everything that is wrong with them.

Takes: the data of one source file, as `texts.plain` gives it.
Gives: `parse_source`: a `Source`; what is wrong goes to the `Notes` of the file.
Errors: none raised; `schema-invalid` as an error (a wrong form) or a warning (an unknown key, which
is kept in `extra`), at its place.
Source: HDMF specification language, sections "Groups", "Attributes", "Links", "Datasets" with the
keys of each, "dtype", "dims", "shape", "quantity".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from linkdata.errors import Diagnostic, did_you_mean, error, warning
from linkdata.schema.language import texts
from linkdata.schema.language.dtypes import NAMES, REFERENCE_NAMES
from linkdata.schema.language.specs import (
    QUANTITIES,
    AttributeSpec,
    DatasetSpec,
    DtypeSpec,
    Extra,
    FieldSpec,
    GroupSpec,
    LinkSpec,
    Quantity,
    Source,
)

T = TypeVar("T")
Path = tuple[str | int, ...]

_PREFIXES = ("neurodata_type", "data_type")
_TYPE_KEYS = {f"{prefix}_{what}" for prefix in _PREFIXES for what in ("def", "inc")}
_STORED = {"name", "default_name", "doc", "quantity", "linkable", "attributes"} | _TYPE_KEYS
_VALUED = {"dtype", "dims", "shape", "value", "default_value"}
_GROUP = _STORED | {"datasets", "groups", "links"}
_DATASET = _STORED | _VALUED
_ATTRIBUTE = _VALUED | {"name", "doc", "required"}
_LINK = {"name", "doc", "target_type", "quantity"}


@dataclass
class Notes:
    """What is wrong with one text."""

    name: str
    text: str
    found: list[Diagnostic] = field(default_factory=list)

    def error(self, path: Path, message: str, hint: str | None = None) -> None:
        """Something of a wrong form."""
        span = texts.place(self.name, self.text, path)
        self.found.append(error("schema-invalid", message, span, hint=hint))

    def warning(self, path: Path, message: str, code: str = "schema-invalid") -> None:
        """Something odd that is kept."""
        span = texts.place(self.name, self.text, path)
        self.found.append(warning(code, message, span))


def parse_source(name: str, data: Any, notes: Notes) -> Source:
    """The specs of a source file."""
    if not isinstance(data, Mapping):
        if data is not None:
            notes.error((), "a source of a namespace is a mapping of `groups` and `datasets`")
        return Source(name=name)
    parser = _Parser(notes)
    groups = parser.several(data, (), "groups", parser.group)
    datasets = parser.several(data, (), "datasets", parser.dataset)
    return Source(
        name=name,
        groups=groups,
        datasets=datasets,
        prefix=parser.prefix or "data_type",
        extra=parser.extra(data, (), {"groups", "datasets"}),
    )


class _Parser:
    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.prefix: str | None = None

    def several(
        self, data: Mapping[str, Any], path: Path, key: str, parse: Callable[[Any, Path], T | None]
    ) -> tuple[T, ...]:
        """The specs of a list; what is no spec is noted and left out."""
        listed = data.get(key)
        if listed is None:
            return ()
        here = (*path, key)
        if not isinstance(listed, list):
            self.notes.error(here, f"`{key}` is a list of specifications")
            return ()
        found: list[T] = []
        names: set[Any] = set()
        for number, item in enumerate(listed):
            spec = self.one(item, (*here, number), parse)
            if spec is None:
                continue
            name = getattr(spec, "name", None)
            if path and name is not None and name in names:
                self.notes.error((*here, number), f"`{name}` comes twice in `{key}`")
                continue
            names.add(name)
            found.append(spec)
        return tuple(found)

    def one(self, item: Any, path: Path, parse: Callable[[Any, Path], T | None]) -> T | None:
        if not isinstance(item, Mapping):
            self.notes.error(path, "a specification is a mapping")
            return None
        return parse(item, path)

    def group(self, data: Mapping[str, Any], path: Path) -> GroupSpec | None:
        stored = self.stored(data, path)
        if stored is None:
            return None
        return GroupSpec(
            **stored,
            datasets=self.several(data, path, "datasets", self.dataset),
            groups=self.several(data, path, "groups", self.group),
            links=self.several(data, path, "links", self.link),
            extra=self.extra(data, path, _GROUP),
        )

    def dataset(self, data: Mapping[str, Any], path: Path) -> DatasetSpec | None:
        stored = self.stored(data, path)
        if stored is None:
            return None
        valued = self.valued(data, path)
        return DatasetSpec(**stored, **valued, extra=self.extra(data, path, _DATASET))

    def attribute(self, data: Mapping[str, Any], path: Path) -> AttributeSpec | None:
        name = self.text(data, path, "name")
        if name is None:
            self.notes.error(path, "an attribute without a `name`")
            return None
        return AttributeSpec(
            name=name,
            doc=self.text(data, path, "doc"),
            required=self.boolean(data, path, "required"),
            **self.valued(data, path),
            extra=self.extra(data, path, _ATTRIBUTE),
        )

    def link(self, data: Mapping[str, Any], path: Path) -> LinkSpec | None:
        target = self.text(data, path, "target_type")
        if target is None:
            self.notes.error(path, "a link without a `target_type`")
            return None
        return LinkSpec(
            name=self.text(data, path, "name"),
            target_type=target,
            doc=self.text(data, path, "doc"),
            quantity=self.quantity(data, path),
            extra=self.extra(data, path, _LINK),
        )

    def stored(self, data: Mapping[str, Any], path: Path) -> dict[str, Any] | None:
        """What groups and datasets have in common."""
        found = {
            "type_def": self.type_name(data, path, "def"),
            "type_inc": self.type_name(data, path, "inc"),
            "name": self.text(data, path, "name"),
            "default_name": self.text(data, path, "default_name"),
            "doc": self.text(data, path, "doc"),
            "quantity": self.quantity(data, path),
            "linkable": self.boolean(data, path, "linkable"),
            "attributes": self.several(data, path, "attributes", self.attribute),
        }
        if found["type_def"] is None and (
            len(path) == 2 or not (found["name"] or found["type_inc"])
        ):
            wanted = "defines no type" if len(path) == 2 else "has neither a type nor a `name`"
            self.notes.error(path, f"a specification that {wanted}")
            return None
        return found

    def valued(self, data: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """What attributes and datasets have in common."""
        return {
            "dtype": self.dtype(data, path),
            "dims": self.extents(data, path, "dims"),
            "shape": "scalar"
            if data.get("shape") == "scalar"
            else self.extents(data, path, "shape"),
            "value": frozen(data.get("value")),
            "default_value": frozen(data.get("default_value")),
        }

    def type_name(self, data: Mapping[str, Any], path: Path, what: str) -> str | None:
        for prefix in _PREFIXES:
            name = self.text(data, path, f"{prefix}_{what}")
            if name is not None:
                self.prefix = self.prefix or prefix
                return name
        return None

    def text(self, data: Mapping[str, Any], path: Path, key: str) -> str | None:
        value = data.get(key)
        if value is None or isinstance(value, str):
            return value
        self.notes.error((*path, key), f"`{key}` is a string")
        return None

    def boolean(self, data: Mapping[str, Any], path: Path, key: str) -> bool | None:
        value = data.get(key)
        if value is None or isinstance(value, bool):
            return value
        self.notes.error((*path, key), f"`{key}` is true or false")
        return None

    def quantity(self, data: Mapping[str, Any], path: Path) -> Quantity:
        value = data.get("quantity")
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        number = isinstance(value, int) and not isinstance(value, bool) and value > 0
        if value is None or number or (isinstance(value, str) and value in QUANTITIES):
            return value
        hint = "1, 2, ..., `?`, `*`, `+`, zero_or_one, zero_or_many or one_or_many"
        self.notes.error((*path, "quantity"), "`quantity` says how often", hint)
        return None

    def dtype(self, data: Mapping[str, Any], path: Path, *, flat: bool = False) -> DtypeSpec | None:
        value, here = data.get("dtype"), (*path, "dtype")
        if value is None:
            return None
        if isinstance(value, str):
            if value in NAMES or value in REFERENCE_NAMES:
                return DtypeSpec(name=value)
            self.notes.error(here, f"no dtype is called `{value}`", did_you_mean(value, NAMES))
        elif isinstance(value, Mapping):
            target = self.text(value, here, "target_type")
            if target is not None:
                return DtypeSpec(target_type=target, reftype=self.text(value, here, "reftype"))
            self.notes.error(here, "a reference names its `target_type`")
        elif isinstance(value, list) and not flat:
            fields = self.several({"dtype": value}, path, "dtype", self.field)
            return DtypeSpec(fields=fields) if fields else None
        else:
            self.notes.error(here, "a dtype is a name, a reference, or a list of fields")
        return None

    def field(self, data: Mapping[str, Any], path: Path) -> FieldSpec | None:
        name, dtype = self.text(data, path, "name"), self.dtype(data, path, flat=True)
        if name is None or dtype is None:
            self.notes.error(path, "a field of a compound has a `name` and a `dtype`")
            return None
        doc = self.text(data, path, "doc")
        extra = self.extra(data, path, {"name", "doc", "dtype"})
        return FieldSpec(name=name, doc=doc, dtype=dtype, extra=extra)

    def extents(self, data: Mapping[str, Any], path: Path, key: str) -> tuple[Any, ...] | None:
        """`dims` or `shape`: one list, or a list of alternatives; a bare item is a list of one."""
        value = data.get(key)
        if value is None:
            return None
        listed = value if isinstance(value, list) else [value]
        kinds = (str, int) if key == "dims" else (int,)
        for item in (leaf for part in listed for leaf in (part if _nested(part) else [part])):
            if isinstance(item, bool) or not isinstance(item, (*kinds, type(None))):
                self.notes.error((*path, key), f"`{key}` is a list, or a list of lists")
                return None
        return tuple(tuple(part) if _nested(part) else part for part in listed) or None

    def extra(self, data: Mapping[str, Any], path: Path, known: Iterable[str]) -> Extra:
        unknown = [key for key in data if key not in known]
        for key in unknown:
            message = f"`{key}` is no key of the specification language here; it is kept"
            self.notes.warning((*path, key), message)
        return tuple((str(key), frozen(data[key])) for key in unknown)


def _nested(part: Any) -> bool:
    return isinstance(part, list)


def frozen(value: Any) -> Any:
    """A value with its lists made tuples, so that specs are immutable."""
    if isinstance(value, list):
        return tuple(frozen(item) for item in value)
    return value
