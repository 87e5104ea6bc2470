"""The dtypes of the language, and the LinkML types that stand for them.

Takes: the base of identities.
Gives: `NAMES`, `range_of` (the LinkML range of a dtype), `language_schema` (the schema
`nwb.language` that defines the types).
Errors: none.
Source: HDMF specification language, section "dtype": the table of names, "Reference dtype". The
precision of a dtype is a minimum, so no type has an upper bound.
"""

from __future__ import annotations

from typing import Any

from linkdata.schema.language.specs import DtypeSpec

LANGUAGE = "nwb.language"
ANY = "AnyType"

# The name in the language: the LinkML type that it is a kind of, and the XSD type of its values.
_TYPES: dict[str, tuple[str, str]] = {
    "float32": ("float", "xsd:float"),
    "float64": ("double", "xsd:double"),
    "long": ("integer", "xsd:long"),
    "int64": ("integer", "xsd:long"),
    "int": ("integer", "xsd:int"),
    "int32": ("integer", "xsd:int"),
    "int16": ("integer", "xsd:short"),
    "short": ("integer", "xsd:short"),
    "int8": ("integer", "xsd:byte"),
    "uint": ("integer", "xsd:unsignedInt"),
    "uint64": ("integer", "xsd:unsignedLong"),
    "uint32": ("integer", "xsd:unsignedInt"),
    "uint16": ("integer", "xsd:unsignedShort"),
    "uint8": ("integer", "xsd:unsignedByte"),
    "numeric": ("float", "xsd:decimal"),
    "text": ("string", "xsd:string"),
    "utf": ("string", "xsd:string"),
    "utf8": ("string", "xsd:string"),
    "utf_8": ("string", "xsd:string"),
    "ascii": ("string", "xsd:string"),
    "bytes": ("string", "xsd:string"),
    "bool": ("boolean", "xsd:boolean"),
    "isodatetime": ("datetime", "xsd:dateTime"),
}
# These are LinkML's own: `linkml:types` has them.
_LINKML = ("float", "double", "datetime", "date")

REFERENCE_NAMES = frozenset({"object", "region", "ref", "reference"})
NAMES = frozenset({*_TYPES, *_LINKML, "utf-8"} - {"utf_8"})


def range_of(dtype: DtypeSpec | None) -> str:
    """The range of a slot whose values have this dtype; the target of a reference."""
    if dtype is None or dtype.fields:
        return ANY
    if dtype.target_type is not None:
        return dtype.target_type
    name = (dtype.name or "").replace("-", "_")
    return name if name in _TYPES or name in _LINKML else ANY


def is_text(dtype: DtypeSpec | None) -> bool:
    """Whether values are strings."""
    base = _TYPES.get(range_of(dtype), ("", ""))[0]
    return base in ("string", "datetime") or range_of(dtype) in ("datetime", "date")


def is_float(dtype: DtypeSpec | None) -> bool:
    """Whether values are floating point numbers."""
    name = range_of(dtype)
    return _TYPES.get(name, (name, ""))[0] in ("float", "double")


def language_schema(base: str) -> dict[str, Any]:
    """The LinkML schema `nwb.language`: the types, and the class of anything."""
    separator = ":" if base.endswith(":") else "/"
    return {
        "id": f"{base}{LANGUAGE}",
        "name": LANGUAGE,
        "title": "Types of the NWB specification language",
        "prefixes": {
            "linkml": "https://w3id.org/linkml/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
            LANGUAGE: f"{base}{LANGUAGE}{separator}",
        },
        "default_prefix": LANGUAGE,
        "imports": ["linkml:types"],
        "types": {name: _type(name, *found) for name, found in _TYPES.items()},
        "classes": {ANY: {"description": "Any value.", "class_uri": "linkml:Any"}},
    }


def _type(name: str, typeof: str, uri: str) -> dict[str, Any]:
    found: dict[str, Any] = {"typeof": typeof, "uri": uri}
    return found | ({"minimum_value": 0} if name.startswith("uint") else {})
