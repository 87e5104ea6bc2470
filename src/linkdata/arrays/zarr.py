"""Arrays as a read-only Zarr store (version 3 of the format), for xarray, dask and zarr itself.

Takes: a tree of named arrays.
Gives: `ZarrStore`; `entry_of`, how Zarr says what elements are.
Implements: `specs/linkdata-1.0.md`, section "Zarr and kerchunk".

Nothing is copied: a chunk is read, verified and decoded when Zarr asks for it, and given as plain
little-endian bytes. Needs the extra `linkdata[zarr]`.
"""

from __future__ import annotations

import asyncio
import builtins
import json
import weakref
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import ExitStack
from math import prod
from threading import RLock
from typing import TYPE_CHECKING, Any

from zarr.abc.store import OffsetByteRequest, RangeByteRequest, Store, SuffixByteRequest

from linkdata.arrays.chunking import Chunked, HasChunks, read_chunk
from linkdata.arrays.protocols import Array
from linkdata.arrays.trees import Tree, element_in, packed_strings
from linkdata.errors import OutputError, StoreError, error
from linkdata.store.grids import counts, region, slab
from linkdata.store.kinds import PLAIN, TEXT_NAME, Element

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from zarr.abc.store import ByteRequest
    from zarr.core.buffer import Buffer, BufferPrototype

METADATA = "zarr.json"
_CHUNK = "c"


class _Shown:
    """An array as Zarr sees it: its metadata, and its chunks as bytes."""

    def __init__(self, name: str, array: Array, attributes: Mapping[str, Any]) -> None:
        self.name = name
        self.array = array
        self.attributes = attributes
        shape = array.shape
        assert shape is not None, "what has no value is not in the tree"
        self.shape = tuple(map(int, shape))
        self.element = element_in(array)
        self.entry = entry_of(self.element)
        own = array.chunks
        self.grid = own if own and 0 not in own else slab(self.shape, self.element.nominal)

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata document."""
        assert self.entry is not None
        data_type, fill, codecs = self.entry
        return {
            "zarr_format": 3,
            "node_type": "array",
            "shape": list(self.shape),
            "data_type": data_type,
            "chunk_grid": {
                "name": "regular",
                "configuration": {"chunk_shape": [int(length) for length in self.grid]},
            },
            "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
            "fill_value": fill,
            "codecs": codecs,
            "attributes": dict(self.attributes),
            # Names of its own for each array: in a group, axes of one name must be equally long.
            "dimension_names": [f"{self.name}_{axis}" for axis in range(len(self.shape))],
        }

    def chunk(self, place: str, opened: Callable[[_Shown], Chunked | None]) -> bytes | None:
        """The bytes of a chunk, by the end of its key; `None` where there is none.

        `opened` gives the chunks of the array where they are held open.
        """
        parts = place.split("/")[1:]
        counted = counts(self.shape, self.grid)
        if len(parts) != len(counted) or not all(part.isdecimal() for part in parts):
            return None
        at = tuple(map(int, parts))
        if any(here >= count for here, count in zip(at, counted, strict=True)):
            return None
        import numpy

        chunks = opened(self)
        if chunks is not None:
            index = sum(here * prod(counted[axis + 1 :]) for axis, here in enumerate(at))
            values = read_chunk(chunks, index)
        else:
            values = numpy.asarray(self.array[region(at, self.shape, self.grid) or ...])
        return _bytes(self.element, _padded(values, self.grid))

    def places(self) -> Iterable[str]:
        """The ends of the keys of all chunks."""
        import numpy

        for at in numpy.ndindex(*counts(self.shape, self.grid)):
            yield "/".join((_CHUNK, *map(str, at)))


class ZarrStore(Store):
    """A read-only store of the arrays of a tree. What Zarr has no type for is left out.

    `again` makes the same store anew, in another process: with it the store can be pickled.
    """

    supports_writes = False
    supports_deletes = False
    supports_listing = True
    supports_partial_writes = False

    def __init__(self, tree: Tree, again: tuple[Callable[..., ZarrStore], tuple[Any, ...]]) -> None:
        """Read nothing yet."""
        super().__init__(read_only=True)
        self._tree = tree
        self._again = again
        self._lock = RLock()
        self._shown: dict[str, _Shown | None] = {}
        self._chunks: dict[int, Chunked | None] = {}
        self._stack = ExitStack()
        weakref.finalize(self, self._stack.close)
        self._is_open = True

    def __reduce__(self) -> tuple[Callable[..., ZarrStore], tuple[Any, ...]]:
        return self._again

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ZarrStore) and (
            other is self or (other._again == self._again and other._tree is self._tree)
        )

    def __hash__(self) -> int:
        return id(self._tree)

    def __repr__(self) -> str:
        return f"ZarrStore({self._again[1]!r})"

    # Reading

    async def get(
        self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """The bytes of a key, or a part of them; `None` where there is none."""
        found = await asyncio.to_thread(self._bytes, key)
        if found is None:
            return None
        return prototype.buffer.from_bytes(found[_part(byte_range, len(found))])

    async def get_partial_values(
        self,
        prototype: BufferPrototype,
        key_ranges: Iterable[tuple[str, ByteRequest | None]],
    ) -> builtins.list[Buffer | None]:
        """Parts of the bytes of several keys."""
        wanted = (self.get(key, prototype, part) for key, part in key_ranges)
        return builtins.list(await asyncio.gather(*wanted))

    async def exists(self, key: str) -> bool:
        """Whether there is such a key."""
        return await asyncio.to_thread(self._has, key)

    # Listing

    async def list(self) -> AsyncIterator[str]:
        """All keys."""
        for key in self._keys("", self._tree):
            yield key

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        """The keys that begin so."""
        for key in self._keys("", self._tree):
            if key.startswith(prefix):
                yield key

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        """The names of what lies directly below a path."""
        path = prefix.strip("/")
        start = f"{path}/" if path else ""
        names = dict.fromkeys(
            key[len(start) :].partition("/")[0]
            for key in self._keys("", self._tree)
            if key.startswith(start)
        )
        for name in names:
            yield name

    # Writing

    async def set(self, key: str, value: Buffer) -> None:
        """Raise `OutputError`: the store is read only."""
        raise _refused()

    async def delete(self, key: str) -> None:
        """Raise `OutputError`: the store is read only."""
        raise _refused()

    # What there is

    def _bytes(self, key: str) -> bytes | None:
        path, _, last = key.rpartition("/")
        if last == METADATA:
            found = self._metadata(path)
            return None if found is None else json.dumps(found).encode()
        array, place = self._chunk_of(key)
        return None if array is None else array.chunk(place, self._opened)

    def _opened(self, array: _Shown) -> Chunked | None:
        """The chunks of an array in a file, which stays open until the store is closed."""
        source = array.array
        if not isinstance(source, HasChunks) or hasattr(source, "digest"):
            return None  # those with a digest are verified when they are read
        with self._lock:
            if id(array) not in self._chunks:
                found = self._stack.enter_context(source.opened_chunks())
                self._chunks[id(array)] = found if found.grid == array.grid else None
            return self._chunks[id(array)]

    def close(self) -> None:
        """Let go of the files that were read."""
        with self._lock:
            self._chunks.clear()
            self._stack.close()
        super().close()

    def _has(self, key: str) -> bool:
        path, _, last = key.rpartition("/")
        if last == METADATA:
            return self._group(path) is not None or self._array(path) is not None
        array, place = self._chunk_of(key)
        return array is not None and place in array.places()

    def _metadata(self, path: str) -> dict[str, Any] | None:
        group = self._group(path)
        if group is not None:
            found = _group_metadata(group)
            if not path:  # all of it, so that nobody has to ask for each
                nodes = dict(self._nodes("", group))
                found["consolidated_metadata"] = {
                    "kind": "inline",
                    "must_understand": False,
                    "metadata": nodes,
                }
            return found
        array = self._array(path)
        return None if array is None else array.metadata

    def _nodes(self, path: str, group: Tree) -> Iterable[tuple[str, dict[str, Any]]]:
        """The metadata of all that is in a group, by path."""
        for name in group.arrays:
            array = self._array(path + name)
            if array is not None:
                yield path + name, array.metadata
        for name, inner in group.groups.items():
            yield path + name, _group_metadata(inner)
            yield from self._nodes(f"{path}{name}/", inner)

    def _keys(self, path: str, group: Tree) -> Iterable[str]:
        yield path + METADATA
        for name in group.arrays:
            array = self._array(path + name)
            if array is not None:
                yield f"{path}{name}/{METADATA}"
                yield from (f"{path}{name}/{key}" for key in array.places())
        for name, inner in group.groups.items():
            yield from self._keys(f"{path}{name}/", inner)

    def _group(self, path: str) -> Tree | None:
        found: Tree | None = self._tree
        for name in filter(None, path.split("/")):
            found = found.groups.get(name) if found is not None else None
        return found

    def _array(self, path: str) -> _Shown | None:
        """The array at a path, if Zarr can hold it."""
        with self._lock:
            if path not in self._shown:
                self._shown[path] = self._new_array(path)
            return self._shown[path]

    def _new_array(self, path: str) -> _Shown | None:
        parent, _, name = path.rpartition("/")
        group = self._group(parent)
        array = None if group is None else group.arrays.get(name)
        if group is None or array is None or array.shape is None:
            return None
        try:
            shown = _Shown(name, array, group.described.get(name, {}))
        except StoreError:  # references and the like
            return None
        return shown if shown.entry is not None else None

    def _chunk_of(self, key: str) -> tuple[_Shown | None, str]:
        """The array that a chunk's key is of, and the end of the key."""
        parts = key.split("/")
        for length in range(len(parts) - 1, -1, -1):
            if parts[length] == _CHUNK:
                array = self._array("/".join(parts[:length]))
                if array is not None:
                    return array, "/".join(parts[length:])
        return None, ""


def entry_of(element: Element) -> tuple[Any, Any, list[dict[str, Any]]] | None:
    """The data type, the fill value and the codecs of elements; `None` where Zarr has none."""
    name = element.name
    if name == TEXT_NAME:
        return "string", "", [{"name": "vlen-utf8"}]
    if not isinstance(name, str) or name not in PLAIN:
        return None
    fill: Any = 0
    if name == "bool":
        fill = False
    elif name.startswith("float"):
        fill = 0.0
    elif name.startswith("complex"):
        fill = [0.0, 0.0]
    return name, fill, [{"name": "bytes", "configuration": {"endian": "little"}}]


def _padded(values: NDArray[Any], grid: tuple[int, ...]) -> NDArray[Any]:
    """A chunk at the edge as large as the others."""
    if values.shape == grid:
        return values
    import numpy

    fill: Any = "" if values.dtype.kind == "O" else 0
    whole = numpy.full(grid, fill, values.dtype)
    whole[tuple(slice(length) for length in values.shape)] = values
    return whole


def _bytes(element: Element, values: NDArray[Any]) -> bytes:
    """The bytes of a chunk as the codecs of `entry_of` have them."""
    if element.name != TEXT_NAME:
        return b"".join(element.encode(values))
    return packed_strings(values)


def _group_metadata(group: Tree) -> dict[str, Any]:
    return {"zarr_format": 3, "node_type": "group", "attributes": dict(group.attributes)}


def _part(request: ByteRequest | None, size: int) -> slice:
    if isinstance(request, RangeByteRequest):
        return slice(request.start, request.end)
    if isinstance(request, OffsetByteRequest):
        return slice(request.offset, None)
    if isinstance(request, SuffixByteRequest):
        return slice(max(0, size - request.suffix), None)
    return slice(None)


def _refused() -> OutputError:
    return OutputError(error("output-failed", "a document's Zarr store is for reading only"))
