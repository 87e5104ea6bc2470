"""Datatypes as texts and plain data that a person can read, and back.

Takes: a `Datatype`, or what was written of one.
Gives: `described` (a string, or a mapping for what is made of others) and `parsed`, its reverse;
`text`, the same on one line.
Implements: `specs/linkdata-1.0.md`, section "Plans of HDF5 files".

    <i4 >u2 <f8             integers and floating point numbers, little- or big-endian, bytes
    <i4[12] <i4[12+3]       of 12 bits; 3 bits up
    <bits2                  a field of bits
    utf8 ascii              strings of any length
    utf8[12] ascii[5,term]  strings in 12 bytes, padded with NULs; ended by one (`term`), or `space`
    bool                    the enumeration of FALSE and TRUE, as h5py has it
    ref regref              references to objects, to regions
    opaque[16]              bytes
    {enum: {A: 0}, of: <i1}
    {compound: {x: <f8, y: <i4}}          without gaps; else `offsets: [0, 8]` and `size: 16` too
    {array: [3, 2], of: <f4}
    {vlen: <f4}
    {complex: <f8}
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from linkdata.nwb.datatypes import (
    BOOL,
    Array,
    Bitfield,
    Bits,
    Complex,
    Compound,
    Datatype,
    Enum,
    Float,
    Integer,
    Member,
    Opaque,
    ReferenceType,
    Sequence,
    String,
    Time,
    ieee,
    is_ieee,
    packed,
)
from linkdata.nwb.names import escaped, unescaped

_NUMBER = re.compile(r"([<>])(i|u|f|bits)([0-9]+)(?:\[([0-9]+)(?:\+([0-9]+))?\])?")
_STRING = re.compile(r"(utf8|ascii)(?:\[([0-9]+)?(?:(?:(?<=[0-9]),)?(term|pad|space))?\])?")
_OPAQUE = re.compile(r"opaque\[([0-9]+)\]")
_WORDS: dict[str, Datatype] = {
    "bool": BOOL,
    "ref": ReferenceType(),
    "regref": ReferenceType(region=True),
}
_NAMES = {kind: word for word, kind in _WORDS.items()}
_MAX_BYTES = 2**31


class TypeSyntaxError(ValueError):
    """What was to be a datatype and is none; the message says why."""


def text(kind: Datatype) -> str:
    """A datatype on one line. `parsed` reads it back."""
    found = described(kind)
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def described(kind: Datatype) -> str | dict[str, Any]:
    """A datatype as plain data."""
    if kind in _NAMES:
        return _NAMES[kind]
    return _DESCRIBE[type(kind)](kind)


def _bits(kind: Bits) -> str | dict[str, Any]:
    short = f"{kind.order}{_letter(kind)}{kind.width}"
    if kind.precision != 8 * kind.width or kind.offset:
        short += f"[{kind.precision}+{kind.offset}]" if kind.offset else f"[{kind.precision}]"
    return short if kind.pad == (0, 0) else {"bits": short, "pad": list(kind.pad)}


def _letter(kind: Bits) -> str:
    if isinstance(kind, Integer):
        return "i" if kind.signed else "u"
    return "bits" if isinstance(kind, Bitfield) else "f"


def _float(kind: Float) -> str | dict[str, Any]:
    return _bits(kind) if is_ieee(kind) else _float_in_full(kind)


def _float_in_full(kind: Float) -> dict[str, Any]:
    return {
        "float": kind.width,
        "order": kind.order,
        "bits": [kind.precision, kind.offset],
        "sign": kind.sign,
        "exponent": list(kind.exponent),
        "mantissa": list(kind.mantissa),
        "bias": kind.bias,
        "norm": kind.norm,
        "pad": [*kind.pad, kind.inner],
    }


def _time(kind: Time) -> dict[str, Any]:
    return {"time": kind.width, "order": kind.order, "bits": kind.precision}


def _string(kind: String) -> str:
    usual = "term" if kind.length is None else "pad"
    inside = [] if kind.length is None else [str(kind.length)]
    if kind.padding != usual:
        inside.append(kind.padding)
    return kind.charset + (f"[{','.join(inside)}]" if inside else "")


def _opaque(kind: Opaque) -> str | dict[str, Any]:
    short = f"opaque[{kind.length}]"
    return {"opaque": kind.length, "tag": escaped(kind.tag)} if kind.tag else short


def _enum(kind: Enum) -> dict[str, Any]:
    return {
        "enum": {escaped(name): number for name, number in kind.members},
        "of": described(kind.base),
    }


def _compound(kind: Compound) -> dict[str, Any]:
    found: dict[str, Any] = {
        "compound": {escaped(member.name): described(member.type) for member in kind.members}
    }
    if kind != packed(tuple((member.name, member.type) for member in kind.members)):
        found["offsets"] = [member.offset for member in kind.members]
        found["size"] = kind.size
    return found


_DESCRIBE: dict[type[Datatype], Callable[[Any], str | dict[str, Any]]] = {
    Integer: _bits,
    Bitfield: _bits,
    Float: _float,
    Time: _time,
    String: _string,
    Opaque: _opaque,
    Enum: _enum,
    Compound: _compound,
    Sequence: lambda kind: {"vlen": described(kind.base)},
    Array: lambda kind: {"array": list(kind.shape), "of": described(kind.base)},
    Complex: lambda kind: {"complex": described(kind.base)},
}


def parsed(found: Any) -> Datatype:
    """The datatype that `described` or `text` gave this for. Raises `TypeSyntaxError`."""
    if isinstance(found, str):
        return _parsed_text(found)
    if not isinstance(found, Mapping):
        raise TypeSyntaxError(f"{found!r} is not a datatype")
    for key, parse in _PARSE.items():
        if key in found:
            try:
                return parse(found)
            except (KeyError, TypeError, ValueError) as problem:
                if isinstance(problem, TypeSyntaxError):
                    raise
                reason = f"a datatype of `{key}` with something missing or wrong: {problem}"
                raise TypeSyntaxError(reason) from problem
    raise TypeSyntaxError(f"a datatype is none of {', '.join(_PARSE)}")


def _parsed_text(found: str) -> Datatype:
    if found in _WORDS:
        return _WORDS[found]
    if found.startswith("{"):
        try:
            return parsed(json.loads(found))
        except json.JSONDecodeError as problem:
            raise TypeSyntaxError(f"`{found}` is not a datatype") from problem
    if match := _NUMBER.fullmatch(found):
        return _number(match)
    if match := _STRING.fullmatch(found):
        charset, length, padding = match.groups()
        usual = "term" if length is None else "pad"
        size = None if length is None else _size(int(length))
        return String(size, charset, padding or usual)  # type: ignore[arg-type]
    if match := _OPAQUE.fullmatch(found):
        return Opaque(_size(int(match[1])))
    raise TypeSyntaxError(f"`{found}` is not a datatype")


def _number(match: re.Match[str]) -> Bits:
    order, letter, width, precision, offset = match.groups()
    size = _size(int(width))
    if letter == "f":
        if precision or size not in (2, 4, 8):
            raise TypeSyntaxError(f"`{match[0]}` is none of IEEE's floating point numbers")
        return ieee(size, order)  # type: ignore[arg-type]
    place = {"precision": int(precision or 0), "offset": int(offset or 0)}
    if (
        place["precision"] + place["offset"] > 8 * size
        or place["precision"] == 0 != place["offset"]
    ):
        raise TypeSyntaxError(f"`{match[0]}` has more bits than bytes for them")
    if letter == "bits":
        return Bitfield(size, order, **place)  # type: ignore[arg-type]
    return Integer(size, order, **place, signed=letter == "i")  # type: ignore[arg-type]


def _size(size: int) -> int:
    if not 0 < size < _MAX_BYTES:
        raise TypeSyntaxError(f"an element cannot have {size} bytes")
    return size


def _ones(found: Any, count: int) -> tuple[int, ...]:
    pad = tuple(found)
    if len(pad) != count or any(bit not in (0, 1) for bit in pad):
        raise TypeSyntaxError(f"`pad` is {count} of 0 and 1")
    return pad


def _parsed_float(found: Mapping[str, Any]) -> Float:
    low, high, inner = _ones(found["pad"], 3)
    precision, offset = found["bits"]
    exponent, mantissa = found["exponent"], found["mantissa"]
    if found["order"] not in ("<", ">", "vax") or found["norm"] not in ("none", "msb", "implied"):
        raise TypeSyntaxError("`order` is <, > or vax; `norm` is none, msb or implied")
    return Float(
        _size(found["float"]),
        found["order"],
        precision,
        offset,
        (low, high),
        found["sign"],
        (exponent[0], exponent[1]),
        (mantissa[0], mantissa[1]),
        found["bias"],
        found["norm"],
        inner,
    )


def _parsed_bits(found: Mapping[str, Any]) -> Bits:
    match = _NUMBER.fullmatch(found["bits"])
    if match is None or match[2] == "f":
        raise TypeSyntaxError(f"`{found['bits']}` is no integer and no field of bits")
    low, high = _ones(found["pad"], 2)
    kind = _number(match)
    object.__setattr__(kind, "pad", (low, high))
    return kind


def _parsed_enum(found: Mapping[str, Any]) -> Enum:
    base = parsed(found["of"])
    if not isinstance(base, Integer):
        raise TypeSyntaxError("an enumeration is `of` integers")
    names = found["enum"]
    return Enum(base, tuple((unescaped(name), int(names[name])) for name in names))


def _parsed_compound(found: Mapping[str, Any]) -> Compound:
    members = tuple((unescaped(name), parsed(kind)) for name, kind in found["compound"].items())
    if "offsets" not in found:
        return packed(members)
    placed = zip(members, found["offsets"], strict=True)
    return Compound(
        _size(found["size"]), tuple(Member(name, at, kind) for (name, kind), at in placed)
    )


def _parsed_complex(found: Mapping[str, Any]) -> Complex:
    base = parsed(found["complex"])
    if not isinstance(base, Float):
        raise TypeSyntaxError("a complex number is of floating point numbers")
    return Complex(base)


def _parsed_time(found: Mapping[str, Any]) -> Time:
    return Time(_size(found["time"]), found["order"], found["bits"])


_PARSE: dict[str, Callable[[Mapping[str, Any]], Datatype]] = {
    "compound": _parsed_compound,
    "enum": _parsed_enum,
    "array": lambda found: Array(tuple(map(int, found["array"])), parsed(found["of"])),
    "vlen": lambda found: Sequence(parsed(found["vlen"])),
    "opaque": lambda found: Opaque(_size(found["opaque"]), unescaped(found["tag"])),
    "float": _parsed_float,
    "time": _parsed_time,
    "complex": _parsed_complex,
    "bits": _parsed_bits,
}
