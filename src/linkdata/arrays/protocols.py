"""What arrays are to the rest of linkdata, and what a source of arrays brings.

Takes: nothing.
Gives: the Protocols `Array`, `Group`, `Dataset`, `Datatype`, `SourceFile`, `Source`; the base class
`Attributes`; the values `Pointer` and `Region` that stand for references.
Implements: `specs/linkdata-1.0.md`, sections "Arrays" and "HDF5 sources".

An entry point of `linkdata.sources` is a `Source`. It opens `SourceFile`s; these give `Group`s and
`Dataset`s by path. Everything is lazy: a file is opened when a shape, a value, a name is asked for,
and let go of afterwards, unless someone holds it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias, runtime_checkable

from linkdata.errors import LinkdataError, SourceError, error
from linkdata.roots import OpenFile, Roots

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

Index: TypeAlias = Any
"""What stands in the brackets: an integer, a slice, `...`, a list or array of integers or of
booleans, or a tuple of these; a string for one field of a compound type."""

AttributeValue: TypeAlias = (
    "bool | int | float | complex | str | Pointer | numpy.generic | NDArray[Any] | None"
)
"""A Python scalar, a numpy array, a `Pointer`; `None` for what has no value (a null dataspace), a
numpy scalar for what Python has no type for (one compound, one opaque value)."""


class StoredAttribute(NamedTuple):
    """An attribute as a file has it; without a dtype it cannot be read, for the `problem`."""

    name: str
    value: AttributeValue
    dtype: numpy.dtype[Any] | None
    problem: LinkdataError | None = None


class Attributes(Mapping[str, AttributeValue]):
    """The attributes of an item; values are read when asked for."""

    __slots__ = ()

    @abstractmethod
    def dtype(self, name: str, /) -> numpy.dtype[Any]:
        """The dtype of one attribute: a Python scalar does not say its width."""

    @abstractmethod
    def stored(self) -> list[StoredAttribute]:
        """All attributes, read at once; of one that cannot be read, why."""


class Array(Protocol):
    """An n-dimensional array, wherever its values are.

    Strings are `str` (dtype object). Values are read when indexed, and only those asked for.
    The Protocol is not for `isinstance`, which would ask for a shape and so open the file.
    """

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The lengths of the axes; `()` for a scalar, `None` for an array without a value."""

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """The dtype of what indexing gives; object for strings, references and ragged values."""

    @property
    def ndim(self) -> int:
        """How many axes there are."""

    @property
    def size(self) -> int:
        """How many elements there are."""

    @property
    def chunks(self) -> tuple[int, ...] | None:
        """The shape of a stored chunk, or `None` where the array is not stored in chunks."""

    def __getitem__(self, index: Index, /) -> Any:
        """Values, as numpy indexing gives them; `[()]` of a scalar is a Python scalar."""

    def __len__(self) -> int:
        """The length of the first axis."""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All values, as a numpy array."""


class Item(Protocol):
    """What groups, datasets and named datatypes have in common."""

    @property
    def kind(self) -> Literal["group", "dataset", "datatype"]:
        """What it is; known without opening the file."""

    @property
    def name(self) -> str:
        """The absolute canonical path in its file."""

    @property
    def file(self) -> SourceFile:
        """The file that it is in."""

    @property
    def place(self) -> str:
        """File and path, for messages."""

    @property
    def attributes(self) -> Attributes:
        """The attributes, read when asked for."""


class Dataset(Item, Array, Protocol):
    """An array in a file, with attributes."""


class Datatype(Item, Protocol):
    """A named datatype in a file."""

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """The dtype of values of this type, once read."""


class Group(Item, Protocol):
    """A group in a file: named members, and attributes."""

    def keys(self) -> list[str]:
        """The names of the members, as created where the file remembers that, else by name."""

    def get(self, key: str) -> Member:
        """One member: the object where this is its home, a `Pointer` where its home is elsewhere.

        Raises `SourceError`: `source-path-missing`, `source-link-broken`, `source-link-refused`.
        """


class SourceFile(Protocol):
    """A file that a source opened."""

    @property
    def name(self) -> str:
        """What its user calls it."""

    def item(self, path: str, /) -> Group | Dataset | Datatype:
        """The object at a path; links are followed. Raises `SourceError`, `RetrievalError`."""

    def held(self) -> AbstractContextManager[object]:
        """A context in which the file stays open, which makes many small reads quick."""

    def close(self) -> None:
        """Let go of what was opened; the next access opens it again."""


class Ranged(Protocol):
    """A file whose bytes are had in ranges, such as one in a network."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def size(self) -> int:
        """How many bytes it has."""

    @property
    def stamp(self) -> Hashable:
        """What is another value once the bytes are others; None where nothing tells."""

    def read(self, start: int, stop: int, /) -> bytes:
        """The bytes from `start` up to `stop`. Raises `RetrievalError`."""


@runtime_checkable
class Source(Protocol):
    """What an entry point of `linkdata.sources` is, or makes when called without arguments."""

    def open(
        self,
        locate: Callable[[], Path | Ranged],
        name: str,
        roots: Roots,
        *,
        writable: bool = False,
        verify: Callable[[OpenFile], None] | None = None,
    ) -> SourceFile:
        """A file, not yet touched.

        `locate` gives its checked, real path (`Roots.locate`), or the file itself where it is read
        in ranges; it is called on first use, again
        when the file changed, and may raise. `verify` gets the open file before anything is read
        from it, and may raise. `name` is what messages call the file. What the file's own links
        lead to is opened only below `roots`.
        """


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a dataset: a block (`slices`, one for each axis) or a set of `points`.

    Exactly one of the two is given. Points are coordinates, in the order of the selection.
    """

    slices: tuple[slice, ...] | None = None
    points: tuple[tuple[int, ...], ...] | None = None

    @property
    def index(self) -> Index:
        """What selects the region in brackets: of points, a tuple of lists, one for each axis."""
        if self.slices is not None:
            return self.slices
        return tuple(list(axis) for axis in zip(*(self.points or ()), strict=True))

    def __hash__(self) -> int:  # slices have no hash before Python 3.12
        blocks = [(part.start, part.stop, part.step) for part in self.slices or ()]
        return hash((tuple(blocks), self.points))


@dataclass(frozen=True, slots=True)
class Pointer:
    """What a reference or a link means: an object of a file by its canonical path.

    `path` is empty where the target has no path (a reference to an object that was unlinked).
    `region` is the part of the dataset that is meant, or `None` for the whole object.
    """

    file: SourceFile
    path: str
    region: Region | None = None

    def item(self) -> Group | Dataset | Datatype:
        """The object that is meant. Raises `SourceError` (`source-link-broken`) without a path."""
        if not self.path:
            reason = "a reference to an object that no path leads to"
            raise SourceError(error("source-link-broken", reason, place=self.file.name))
        return self.file.item(self.path)

    def __repr__(self) -> str:
        region = f", {self.region.index}" if self.region else ""
        return f"Pointer({self.file.name}:{self.path or '?'}{region})"


Member: TypeAlias = Group | Dataset | Datatype | Pointer
"""What a group holds under a name."""
