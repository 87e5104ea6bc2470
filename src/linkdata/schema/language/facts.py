"""The facts of a spec that LinkML has no words for, as annotations.

Takes: a spec. Gives: `facts`, its annotations; `Facts`, what annotations say, for the inverse.
Errors: none.
Source: HDMF specification language, the keys of "Groups", "Attributes", "Links" and "Datasets".

Annotations say what was written, and nothing that was not; LinkML's own words say what it means,
with inheritance and defaults worked out. The order of children is that of the slots.
The tags, all short and with plain values:

| tag | on | value |
| --- | --- | --- |
| `role` | schema | `namespace` or `source` |
| | class | `group` or `dataset` |
| | slot | `attribute`, `dataset`, `group`, `link`, `field` (of a compound), `name` (of the object),
  `value` (of a dataset), `children` (of a group: those that have a type but no name) |
| `name` | class, slot | the fixed name in the file; without it, any name is allowed |
| `default_name` | class, slot | the name that a writer chooses |
| `type` | class, slot | `data_type_inc` |
| `def` | slot | `data_type_def` of a type that is defined here, inside another |
| `nested` | class | true: no type of its own, a part of another class |
| `inline` | class | true: a type that is defined inside another |
| `collection` | slot | true: a group of which only the children have a slot |
| `position` | alternative | where among its siblings the child stands |
| `quantity`, `linkable`, `required` | class, slot | as written |
| `dtype` | class, slot | the name of a dtype, or `compound`, or `reference` |
| `target`, `reftype` | slot | what a reference or link points to, and the kind of reference |
| `dims`, `shape`, `fixed`, `default` | class, slot | as written, in JSON; `fixed` is `value` |
| `extra` | all | the keys that the language does not know, in JSON |
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from linkdata.schema.language.catalog import Spec, spec_role
from linkdata.schema.language.parsing import frozen
from linkdata.schema.language.specs import Dims, DtypeSpec, Extra, FieldSpec, LinkSpec

_AS_WRITTEN = ("name", "default_name", "quantity", "linkable", "required")
_JSON = {"dims": "dims", "shape": "shape", "value": "fixed", "default_value": "default"}


def facts(spec: Spec) -> dict[str, Any]:
    """The annotations of a spec's class or slot."""
    found: dict[str, Any] = {"role": spec_role(spec)}
    for key in _AS_WRITTEN:
        _put(found, key, getattr(spec, key, None))
    _put(found, "type", getattr(spec, "type_inc", None))
    if isinstance(spec, LinkSpec):
        found["target"] = spec.target_type
    found |= dtype_facts(getattr(spec, "dtype", None))
    for key, tag in _JSON.items():
        value = getattr(spec, key, None)
        if value is not None:
            found[tag] = to_json(value)
    return found | extra_facts(spec.extra)


def dtype_facts(dtype: DtypeSpec | None) -> dict[str, Any]:
    """The annotations of a dtype. The fields of a compound have slots of their own."""
    if dtype is None:
        return {}
    if dtype.fields:
        return {"dtype": "compound"}
    if dtype.target_type is None:
        return {"dtype": dtype.name}
    found = {"dtype": "reference", "target": dtype.target_type}
    return found | ({"reftype": dtype.reftype} if dtype.reftype is not None else {})


def extra_facts(extra: Extra) -> dict[str, Any]:
    """The annotation of what the language does not know."""
    return {"extra": to_json(dict(extra))} if extra else {}


def _put(found: dict[str, Any], tag: str, value: Any) -> None:
    if value is not None:
        found[tag] = value


def to_json(value: Any) -> str:
    """A value as the text that an annotation holds."""
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the annotations of an element say."""

    tags: Mapping[str, Any]

    @classmethod
    def of(cls, element: Mapping[str, Any]) -> Facts:
        """The facts of a schema, class, slot, or alternative of a slot.

        Annotations in the short form (`tag: value`) and the long one are understood.
        """
        found = element.get("annotations") or {}
        return cls(
            {
                tag: item["value"] if isinstance(item, Mapping) and "value" in item else item
                for tag, item in found.items()
            }
        )

    def __getitem__(self, tag: str) -> Any:
        return self.tags.get(tag)

    @property
    def role(self) -> str:
        """The role, or nothing for an element that is no translation."""
        return str(self.tags.get("role", ""))

    def written(self) -> dict[str, Any]:
        """The keys that were written as they are."""
        return {key: self[key] for key in _AS_WRITTEN if key in self.tags}

    def valued(self, fields: Iterable[FieldSpec] = ()) -> dict[str, Any]:
        """The keys that attributes and datasets share."""
        found: dict[str, Any] = {"dtype": self.dtype(fields)}
        for key, tag in _JSON.items():
            found[key] = self.json(tag)
        return found

    def dtype(self, fields: Iterable[FieldSpec] = ()) -> DtypeSpec | None:
        """The dtype; of a compound, the fields are given."""
        name = self["dtype"]
        if name is None:
            return None
        if name == "compound":
            return DtypeSpec(fields=tuple(fields))
        if name == "reference" and self["target"] is not None:
            return DtypeSpec(target_type=self["target"], reftype=self["reftype"])
        return DtypeSpec(name=name)

    def json(self, tag: str) -> Dims | Any:
        """The value of a tag that holds JSON."""
        text = self[tag]
        return None if text is None else frozen(json.loads(text))

    @property
    def extra(self) -> Extra:
        """The keys that the language does not know."""
        text = self["extra"]
        return () if text is None else tuple((k, frozen(v)) for k, v in json.loads(text).items())
