"""The plan of an HDF5 file: all that it says, as plain dataclasses.

Takes: nothing.
Gives: `Plan`, and what stands in it: `Group`, `Dataset`, `NamedType`, the links, `Attribute`.
Implements: `specs/linkdata-1.0.md`, section "Plans of HDF5 files".

A plan is flat: one entry for each name in each group, under its path. An object stands under its
canonical path (the first on a walk in depth, by name); where another hard link leads to it there
is a `HardLink`. A named datatype that no path leads to any more stands under `~1`, `~2`. A group
that keeps no order of creation has its members by name. Plans are equal when their files would be
the same in everything that HDF5 tells about them.

Values are packed. Of a type that does not point: `bytes`, the elements as they are stored, in C
order. Of one that does, a tuple of elements: strings of any length are `bytes`, references
`Reference` or `None`, sequences and arrays are packed values again, compounds tuples with one
packed element for each member (`bytes` for those that do not point).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal, Protocol, TypeAlias

from linkdata.nwb.datatypes import Datatype
from linkdata.nwb.names import parent

Packed: TypeAlias = "bytes | tuple[Any, ...]"
Tracking: TypeAlias = Literal["no", "tracked", "indexed"]
"""Whether an order of creation is kept, and whether there is an index by it."""


@dataclass(frozen=True, slots=True)
class Space:
    """The axes of values. `shape` is `()` for a scalar, `None` where there is no value at all.

    `maxshape` is how far each axis may grow, `None` for without end; left out, it cannot.
    """

    shape: tuple[int, ...] | None
    maxshape: tuple[int | None, ...] | None = None

    def __post_init__(self) -> None:
        if self.maxshape is None:
            object.__setattr__(self, "maxshape", self.shape)

    @property
    def count(self) -> int:
        """How many elements there are."""
        return 0 if self.shape is None else prod(self.shape)


SCALAR = Space(())


@dataclass(frozen=True, slots=True)
class Selection:
    """Which elements of a dataspace are meant.

    `slab` has `start`, `stride`, `count`, `block`, each one number an axis (-1 in count or block
    is without end); `blocks` and `points` have `places`: the lowest and highest element of each
    block, or the elements, in their order.
    """

    kind: Literal["all", "none", "slab", "blocks", "points"]
    slab: tuple[tuple[int, ...], ...] = ()
    places: tuple[tuple[Any, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to the object at a canonical path, or to a region of it.

    The path is empty where none leads to the object (it was unlinked).
    """

    path: str
    region: Selection | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute. `named` is the path of its datatype, if that is a named one."""

    type: Datatype
    space: Space
    values: Packed
    named: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """One step of a filter pipeline. The name is what the file calls it, for messages."""

    code: int
    optional: bool
    values: tuple[int, ...] = ()
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Fill:
    """What reads where nothing was written; `value` is one packed element, `None` for zero.

    `defined` is false where nothing at all is promised. `time` is when it is written.
    """

    value: Packed | None = None
    defined: bool = True
    time: Literal["ifset", "alloc", "never"] = "ifset"


@dataclass(frozen=True, slots=True)
class External:
    """A stretch of a file that has values of a dataset; a `size` of `None` is without end."""

    file: str
    offset: int
    size: int | None


@dataclass(frozen=True, slots=True)
class Mapped:
    """A part of a virtual dataset: `here` in it, `there` in the `space` of a dataset of a `file`.

    The file is `.` for the same one.
    """

    here: Selection
    file: str
    dataset: str
    space: Space
    there: Selection


@dataclass(frozen=True, slots=True)
class Storage:
    """How the values of a dataset are stored."""

    layout: Literal["contiguous", "compact", "chunked", "virtual"] = "contiguous"
    chunks: tuple[int, ...] | None = None
    filters: tuple[Filter, ...] = ()
    fill: Fill = Fill()
    allocation: Literal["early", "late", "incremental"] = "late"
    external: tuple[External, ...] = ()
    virtual: tuple[Mapped, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk as it is stored: where its first element is, the filters it skipped, its bytes.

    One that a source gives has them until the next one is asked for; `kept` has them for good.
    """

    offset: tuple[int, ...]
    skipped: int
    data: bytes | memoryview

    @property
    def kept(self) -> Chunk:
        """The same chunk, with bytes of its own."""
        return Chunk(self.offset, self.skipped, bytes(self.data))


@dataclass(frozen=True, slots=True)
class Inline:
    """Values in the plan itself."""

    values: Packed


@dataclass(frozen=True, slots=True)
class Stored:
    """Chunks in the plan itself, as they are stored; for what cannot be decoded here."""

    chunks: tuple[Chunk, ...]


class Source(Protocol):
    """Values outside of the plan. Sources that are equal have the same values.

    It may raise any `LinkdataError` when it is read.
    """

    @property
    def type(self) -> Datatype:
        """The datatype that `read` packs values in."""

    def read(self, start: tuple[int, ...], count: tuple[int, ...]) -> Packed:
        """A block of values, as packed elements in C order (of numbers, any buffer of bytes)."""

    def chunks(self, dataset: Dataset) -> Iterator[Chunk] | None:
        """The chunks for a dataset, if they are stored just as it stores them; else `None`."""


Data: TypeAlias = "Inline | Stored | Source"


@dataclass(frozen=True, slots=True)
class Group:
    """A group. `members` is whether the order of its links' creation is kept, `tracking` that of
    its attributes'; `times` whether times of changes are.
    """

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    members: Tracking = "no"
    tracking: Tracking = "no"
    times: bool = False
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset. Without `data` nothing was ever written (or it lies in other files)."""

    type: Datatype
    space: Space
    data: Data | None = None
    storage: Storage = Storage()
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    named: str | None = None
    tracking: Tracking = "no"
    times: bool = False
    comment: str = ""


@dataclass(frozen=True, slots=True)
class NamedType:
    """A named (committed) datatype."""

    type: Datatype
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    tracking: Tracking = "no"
    comment: str = ""


@dataclass(frozen=True, slots=True)
class HardLink:
    """Another name of the object at the canonical path `target`."""

    target: str


@dataclass(frozen=True, slots=True)
class SoftLink:
    """A path, followed when somebody asks."""

    target: str


@dataclass(frozen=True, slots=True)
class ExternalLink:
    """A path in another file."""

    file: str
    target: str


Object: TypeAlias = Group | Dataset | NamedType
Link: TypeAlias = HardLink | SoftLink | ExternalLink
Entry: TypeAlias = Object | Link


@dataclass(slots=True)
class Plan:
    """A whole file. `entries` has the root group under `/`, and each group before its members.

    `userblock` are the bytes before the file proper, a power of two of them, from 512. `version`
    is that of the file's superblock: 0 of the format of HDF5 1.6, 2 of 1.8, 3 of 1.10.
    """

    entries: dict[str, Entry] = field(default_factory=lambda: {"/": Group()})
    userblock: bytes = b""
    version: int = 0

    def members(self) -> dict[str, list[str]]:
        """The paths of the members of each group, in their order."""
        found: dict[str, list[str]] = {
            path: [] for path, entry in self.entries.items() if isinstance(entry, Group)
        }
        for path in self.entries:
            if path.startswith("/") and path != "/":
                found[parent(path)].append(path)
        for path, paths in found.items():
            if self.entries[path].members == "no":  # type: ignore[union-attr]
                paths.sort(key=_by_name)
        return found

    def group(self, path: str) -> Group:
        """The group at a canonical path. Raises KeyError where there is none."""
        found = self.entries[path]
        if not isinstance(found, Group):
            raise KeyError(path)
        return found

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Plan):
            return NotImplemented
        return (
            self.userblock == other.userblock
            and self.version == other.version
            and self.entries == other.entries
            and self.members() == other.members()
            and all(
                attribute_order(entry) == attribute_order(other.entries[path])
                for path, entry in self.entries.items()
            )
        )


def attribute_order(entry: Entry) -> list[str]:
    """The names of an object's attributes in the order that the file has them in."""
    if isinstance(entry, Link):
        return []
    names = list(entry.attributes)
    return names if entry.tracking != "no" else sorted(names, key=_by_name)


def _by_name(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
