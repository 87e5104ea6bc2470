"""Hypothesis strategies: datatypes of HDF5, values of them, and plans of whole files.

Takes: nothing; needs `hypothesis`.
Gives: `datatypes`, `packed_values`, `plans`.
Implements: `specs/linkdata-1.0.md`, section "Plans of HDF5 files", as generators.

With `writable=True` a plan is one that a file can be made of and read back the same.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from linkdata.nwb.datatypes import (
    BOOL,
    Array,
    Bitfield,
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
    packed,
)
from linkdata.nwb.names import join
from linkdata.nwb.plan import (
    Attribute,
    Data,
    Dataset,
    Entry,
    ExternalLink,
    Fill,
    Filter,
    Group,
    HardLink,
    Inline,
    NamedType,
    Packed,
    Plan,
    Reference,
    SoftLink,
    Space,
    Storage,
)

_NAMES = ("a", "b", "a b", "a@b", "a.", "é", "x\\y", "\udcff", "{c}", "d,e", "0", "~")
_ORDERS: SearchStrategy[Any] = st.sampled_from(("<", ">"))
_TRACKING: SearchStrategy[Any] = st.sampled_from(("no", "tracked", "indexed"))


@st.composite
def _numbers(draw: DrawFn) -> Datatype:
    width = draw(st.sampled_from((1, 2, 4, 8)))
    order: Any = draw(_ORDERS)
    if draw(st.booleans()):
        return Integer(width, order, signed=draw(st.booleans()))
    precision = draw(st.integers(1, 8 * width))
    offset = draw(st.integers(0, 8 * width - precision))
    pad = (draw(st.integers(0, 1)), draw(st.integers(0, 1)))
    if draw(st.booleans()):
        return Bitfield(width, order, precision, offset, pad)
    return Integer(width, order, precision, offset, pad, signed=draw(st.booleans()))


@st.composite
def _odd_floats(draw: DrawFn) -> Datatype:
    """16-bit numbers with a mantissa of their own; and VAX ones."""
    mantissa = draw(st.integers(1, 13))
    exponent = draw(st.integers(1, 14 - mantissa))
    return Float(
        2,
        draw(st.sampled_from(("<", ">", "vax"))),
        sign=15,
        exponent=(mantissa, exponent),
        mantissa=(0, mantissa),
        bias=draw(st.integers(0, 2**31)),
        norm=draw(st.sampled_from(("none", "msb", "implied"))),
        inner=draw(st.integers(0, 1)),
    )


_FLOATS = st.builds(ieee, st.sampled_from((2, 4, 8)), _ORDERS)
_ODD = st.one_of(
    _odd_floats(),
    st.builds(Complex, _FLOATS),
    st.builds(Time, st.sampled_from((4, 8)), _ORDERS, st.just(32)),
)
_PADDINGS = st.sampled_from(("term", "pad", "space"))
_CHARSETS = st.sampled_from(("ascii", "utf8"))
_FIXED = st.builds(String, st.integers(1, 20), _CHARSETS, _PADDINGS)
_VARIABLE = st.builds(String, st.none(), _CHARSETS, _PADDINGS)
_OPAQUE = st.builds(Opaque, st.integers(1, 9), st.sampled_from(("", "tag", "a tag of more")))


@st.composite
def _enums(draw: DrawFn) -> Datatype:
    base = Integer(draw(st.sampled_from((1, 2, 8))), draw(_ORDERS), signed=draw(st.booleans()))
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=4, unique=True))
    lowest = -128 if base.signed else 0
    numbers = st.lists(
        st.integers(lowest, 127), min_size=len(names), max_size=len(names), unique=True
    )
    return Enum(base, tuple(zip(names, draw(numbers), strict=True)))


@st.composite
def _compounds(draw: DrawFn, inner: SearchStrategy[Datatype]) -> Datatype:
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=3, unique=True))
    made = packed(tuple((name, draw(inner)) for name in names))
    if made.points or draw(st.booleans()):
        return made
    gap = draw(st.integers(1, 7))  # before each member, and at the end
    placed = tuple(
        Member(member.name, member.offset + gap * (number + 1), member.type)
        for number, member in enumerate(made.members)
    )
    return Compound(made.size + gap * (len(placed) + 1), placed)


@cache
def datatypes(*, writable: bool = False) -> SearchStrategy[Datatype]:
    """Datatypes, nested too; the `writable` ones are those that h5py can write values of."""
    simple = st.one_of(
        _numbers(), _FLOATS, _FIXED, _VARIABLE, _OPAQUE, _enums(), st.just(BOOL),
        st.builds(ReferenceType, st.just(False)),
    )  # fmt: skip
    leaves = simple if writable else simple | _ODD | st.just(ReferenceType(region=True))
    bases = st.one_of(_FLOATS, st.builds(Integer, st.sampled_from((1, 2, 4, 8)), _ORDERS))
    sequences = st.builds(Sequence, bases | _VARIABLE)
    axes = st.sampled_from(((1,), (2,), (2, 1)))

    def nested(inner: SearchStrategy[Datatype]) -> SearchStrategy[Datatype]:
        made = _compounds(inner) | st.builds(Array, axes, inner)
        return made if writable else made | st.builds(Sequence, inner)

    return st.recursive(leaves | sequences, nested, max_leaves=3)


@st.composite
def packed_values(
    draw: DrawFn, kind: Datatype, count: int, references: SearchStrategy[Reference | None]
) -> Packed:
    """Packed values of a datatype: any bytes, where it is bytes."""
    return _packed(draw, kind, count, references)


_TEXTS = st.binary(max_size=5).filter(lambda text: b"\0" not in text)
_LENGTHS = st.integers(0, 2)


def _packed(
    draw: DrawFn, kind: Datatype, count: int, references: SearchStrategy[Reference | None]
) -> Packed:
    if kind.points:
        return tuple(_element(draw, kind, references) for _ in range(count))
    some = draw(st.binary(min_size=1, max_size=16))  # repeated: elements may have many bytes
    size = kind.size * count
    return (some * (size // len(some) + 1))[:size]


def _element(draw: DrawFn, kind: Datatype, references: SearchStrategy[Reference | None]) -> Any:
    if isinstance(kind, ReferenceType):
        return draw(references)
    if isinstance(kind, String):
        return draw(_TEXTS)
    if isinstance(kind, Sequence):
        return _packed(draw, kind.base, draw(_LENGTHS), references)
    if isinstance(kind, Array):
        return _packed(draw, kind.base, kind.count, references)
    assert isinstance(kind, Compound)
    types = [member.type for member in kind.members]
    return tuple(
        _element(draw, one, references) if one.points else _packed(draw, one, 1, references)
        for one in types
    )


@st.composite
def _spaces(draw: DrawFn) -> Space:
    kind = draw(st.sampled_from(("null", "scalar", "simple")))
    if kind != "simple":
        return Space(None if kind == "null" else ())
    return Space(tuple(draw(st.lists(st.integers(0, 3), min_size=1, max_size=2))))


@st.composite
def _attributes(
    draw: DrawFn, kinds: SearchStrategy[Datatype], references: SearchStrategy[Reference | None]
) -> dict[str, Attribute]:
    found = {}
    for name in draw(st.lists(st.sampled_from(_NAMES), max_size=3, unique=True)):
        kind, space = draw(kinds), draw(_spaces())
        found[name] = Attribute(kind, space, _packed(draw, kind, space.count, references))
    return found


def _sorted(attributes: dict[str, Attribute]) -> dict[str, Attribute]:
    order = sorted(attributes, key=lambda name: name.encode("utf-8", "surrogateescape"))
    return {name: attributes[name] for name in order}


def _is_ragged(kind: Datatype) -> bool:
    """Whether values are, or have in them, some of variable length."""
    if isinstance(kind, Compound):
        return any(_is_ragged(member.type) for member in kind.members)
    if isinstance(kind, Array):
        return _is_ragged(kind.base)
    return isinstance(kind, Sequence | String) and kind.points


@st.composite
def _datasets(
    draw: DrawFn, kinds: SearchStrategy[Datatype], references: SearchStrategy[Reference | None]
) -> Dataset:
    kind, space = draw(kinds), draw(_spaces())
    storage = Storage()
    if space.shape and draw(st.booleans()):
        limits = tuple(draw(st.sampled_from((None, length, length + 2))) for length in space.shape)
        # HDF5 takes no axis that can never have an element for one that is cut into chunks.
        limits = tuple(None if limit == 0 else limit for limit in limits)
        space = Space(space.shape, limits)
        chunks = tuple(draw(st.integers(1, min(4, limit or 4))) for limit in limits)
        filters: list[Filter] = []
        if not kind.points and draw(st.booleans()):
            filters = [Filter(2, True, (kind.size,)), Filter(1, True, (draw(st.integers(1, 9)),))]
        storage = Storage("chunked", chunks, tuple(filters), allocation="incremental")
    # HDF5 itself sees to it that no pointer is ever read that nobody wrote.
    times = ("alloc",) if _is_ragged(kind) else ("ifset", "alloc", "never")
    time: Any = draw(st.sampled_from(times))
    storage = replace(storage, fill=Fill(time=time))
    data: Data | None = None
    if space.count and draw(st.integers(0, 4)):
        data = Inline(_packed(draw, kind, space.count, references))
    return Dataset(kind, space, data, storage)


@st.composite
def plans(draw: DrawFn, *, writable: bool = False) -> Plan:
    """Plans of small files: groups in groups, datasets, named types, links of each kind."""
    kinds = datatypes(writable=writable)
    paths = ["/"]
    groups = ["/"]
    entries: dict[str, Entry] = {"/": Group()}
    for name in draw(st.lists(st.sampled_from(_NAMES), max_size=6)):
        path = join(draw(st.sampled_from(groups)), name)
        if path in entries:
            continue
        entries[path] = Group()
        paths.append(path)
        if draw(st.booleans()):
            groups.append(path)
    targets = st.sampled_from(paths).map(Reference)
    references = st.none() | targets
    for path in paths:
        attributes = draw(_attributes(kinds, references))
        tracking = draw(_TRACKING)
        common: dict[str, Any] = {
            "attributes": attributes if tracking != "no" else _sorted(attributes),
            "tracking": tracking,
            "times": draw(st.booleans()),
            "comment": draw(st.sampled_from(("", "a comment", "\udcff"))),
        }
        if path in groups:
            entries[path] = Group(members=draw(_TRACKING), **common)
        elif draw(st.integers(0, 5)):
            entries[path] = replace(draw(_datasets(kinds, references)), **common)
        else:
            named = NamedType(draw(kinds), _sorted(attributes), comment=common["comment"])
            entries[path] = named
    # The names of links come after all others, so that objects keep their paths.
    for number in range(draw(st.integers(0, 3))):
        link = st.one_of(
            st.builds(HardLink, st.sampled_from(paths)),
            st.builds(SoftLink, st.sampled_from(("a", "/b", "../\udcff"))),
            st.builds(ExternalLink, st.sampled_from(("o.h5", "é\udcff")), st.just("/x")),
        )
        entries[f"/\udcff\udcff{number}"] = draw(link)
    return Plan(entries, version=3)
