"""Groups and datasets of a reference file.

Takes: references.
Gives: `KerchunkGroup`, `KerchunkDataset`.
Implements: `specs/linkdata-1.0.md`, section "Zarr and kerchunk".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from linkdata.arrays.assembling import assembled
from linkdata.arrays.base import ArrayBase, scalar
from linkdata.arrays.chunking import Raw
from linkdata.arrays.hdf5.selection import plan
from linkdata.arrays.kerchunk.decoding import fill_value, pipeline_of, values_of
from linkdata.arrays.kerchunk.metadata import Described, described
from linkdata.arrays.protocols import Attributes, AttributeValue, Index, StoredAttribute
from linkdata.errors import SourceError, UsageError, did_you_mean, error
from linkdata.store import codecs
from linkdata.store.elements import element_of
from linkdata.store.grids import counts, extent, position
from linkdata.store.kinds import TEXT, Element
from linkdata.store.packing import CANONICAL, Packing, packing_of

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from linkdata.arrays.kerchunk.source import KerchunkFile

_DIMENSIONS = "_ARRAY_DIMENSIONS"  # what xarray keeps among attributes


class KerchunkItem:
    """What groups and datasets share: a file and a path in it."""

    kind: ClassVar[Literal["group", "dataset"]]

    def __init__(self, file: KerchunkFile, path: str) -> None:
        """`path` has no slash at its ends."""
        self.file = file
        self.path = path

    @property
    def name(self) -> str:
        """The absolute path in the file."""
        return f"/{self.path}"

    @property
    def place(self) -> str:
        """File and path, for messages."""
        return f"{self.file.name}:{self.name}"

    @property
    def attributes(self) -> KerchunkAttributes:
        """The attributes."""
        return KerchunkAttributes(self)

    def key(self, name: str) -> str:
        """The key of something below the item."""
        return f"{self.path}/{name}" if self.path else name

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, KerchunkItem):
            return NotImplemented
        return self.file is other.file and self.path == other.path

    def __hash__(self) -> int:
        return hash((id(self.file), self.path))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.place})"


class KerchunkAttributes(Attributes):
    """The attributes of an item: JSON. Lists are arrays where they have a shape."""

    __slots__ = ("_item",)

    def __init__(self, item: KerchunkItem) -> None:
        self._item = item

    def _found(self) -> dict[str, Any]:
        found = self._item.file.references.json(self._item.key(".zattrs"))
        kept = found if isinstance(found, dict) else {}
        return {key: value for key, value in kept.items() if key != _DIMENSIONS}

    def __getitem__(self, name: str) -> AttributeValue:
        found = self._found()
        if name not in found:
            raise SourceError(
                error("source-path-missing", f"no attribute `{name}`",
                      place=f"{self._item.place}@{name}", hint=did_you_mean(name, found))
            )  # fmt: skip
        return _attribute(found[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._found())

    def __len__(self) -> int:
        return len(self._found())

    def __contains__(self, name: object) -> bool:
        return name in self._found()

    def get(self, name: str, default: Any = None, /) -> Any:
        """The value of an attribute, or the default where there is none."""
        found = self._found()
        return _attribute(found[name]) if name in found else default

    def dtype(self, name: str, /) -> numpy.dtype[Any]:
        """The dtype of one attribute, as numpy makes it of JSON."""
        import numpy

        return numpy.asarray(self[name]).dtype

    def stored(self) -> list[StoredAttribute]:
        """All attributes."""
        return [StoredAttribute(name, self[name], self.dtype(name)) for name in self]


class KerchunkGroup(KerchunkItem):
    """A group."""

    kind = "group"

    def keys(self) -> list[str]:
        """The names of the members, in the order of the file."""
        start = f"{self.path}/" if self.path else ""
        return list(
            dict.fromkeys(
                key[len(start) :].partition("/")[0]
                for key in self.file.nodes
                if key.startswith(start) and key != self.path and len(key) > len(start)
            )
        )

    def get(self, key: str) -> KerchunkGroup | KerchunkDataset:
        """One member. Raises `SourceError` (`source-path-missing`)."""
        return self.file.item(self.key(key))


class KerchunkDataset(KerchunkItem, ArrayBase):
    """An array whose chunks are somewhere else."""

    kind = "dataset"

    @cached_property
    def _described(self) -> Described:
        return described(self.file.references.json(self.key(".zarray")), self.place)

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return self._described.shape

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """The dtype of what indexing gives."""
        return self.element.dtype

    @property
    def element(self) -> Element:
        """What the elements are."""
        found = self._described
        return TEXT if found.is_text else element_of(found.dtype)

    @property
    def chunks(self) -> tuple[int, ...]:
        """The shape of a chunk."""
        return self._described.chunks

    @property
    def value(self) -> KerchunkDataset:
        """The dataset itself: what a document writes as `value`."""
        return self

    def __getitem__(self, index: Index, /) -> Any:
        if isinstance(index, str):
            if index not in (self.dtype.names or ()):
                raise UsageError(error("usage", f"there is no field `{index}`", place=self.place))
            return self[...][index]
        planned = plan(index, self.shape, self.chunks)
        block = assembled(planned, self.shape, self.chunks, self.dtype, self.chunk_values)
        if self.shape:
            return block[planned.pick]
        return block if index is Ellipsis else scalar(block)

    def chunk_key(self, index: int) -> str:
        """The key of a chunk by its number."""
        at = position(index, counts(self.shape, self.chunks))
        return self.key(self._described.separator.join(map(str, at)) or "0")

    def chunk_values(self, index: int) -> NDArray[Any]:
        """The elements of a chunk, those behind the edge left out."""
        import numpy

        found, key = self._described, self.chunk_key(index)
        shape = extent(position(index, counts(self.shape, self.chunks)), self.shape, self.chunks)
        if key not in self.file.references:
            return numpy.full(shape, fill_value(found), self.dtype)
        data = self.file.references.read(key)
        whole = values_of(found, data, f"{self.file.name}:/{key}")
        block = whole[tuple(slice(length) for length in shape)]
        return block if found.is_text else _seen(self.element, block)

    @contextmanager
    def opened_chunks(self) -> Iterator[_Chunks]:
        """Its chunks; see `linkdata.arrays.chunking.HasChunks`."""
        yield _Chunks(self)


class _Chunks:
    """The chunks of a dataset, as they lie where the references say."""

    padded = True

    def __init__(self, item: KerchunkDataset) -> None:
        found = item._described
        self.place = item.place
        self.element, self.shape, self.grid = item.element, found.shape, found.chunks
        pipeline = None if found.is_text else pipeline_of(found)
        packing = packing_of(found.dtype) if pipeline is not None else None
        self.packing: Packing = packing or CANONICAL
        self.codecs: tuple[codecs.Codec, ...] = pipeline.codecs if pipeline and packing else ()
        self._item = item

    def written(self, index: int) -> bool:
        """Whether there are references for a chunk."""
        return self._item.chunk_key(index) in self._item.file.references

    def raw(self, index: int) -> Raw:
        """A chunk as it lies."""
        return Raw(self._item.file.references.read(self._item.chunk_key(index)), 0)

    def values(self, index: int) -> NDArray[Any]:
        """The elements of a chunk."""
        return self._item.chunk_values(index)


def _seen(element: Element, block: NDArray[Any]) -> NDArray[Any]:
    """Elements as users see them: in the byte order of this machine, strings as `str`."""
    data = b"".join(element.encode(block))
    found, _ = element.decode(memoryview(data), block.size)
    return found.reshape(block.shape)


def _attribute(value: Any) -> AttributeValue:
    import json

    import numpy

    if isinstance(value, list):
        try:
            made = numpy.asarray(value)
        except ValueError:  # lists of different lengths
            made = None
        if made is not None and made.dtype.kind in "biuf":
            return made
        if all(isinstance(item, str) for item in value):
            return numpy.array(value, object)
    if isinstance(value, dict | list):
        return json.dumps(value)
    plain: AttributeValue = value
    return plain
