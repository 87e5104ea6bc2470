"""Elements: the kind of an array's elements, by the name that manifests have or by a numpy dtype.

Takes: names, as plain JSON, and numpy dtypes.
Gives: `element` and `element_of`.
Implements: `specs/linkdata-1.0.md`, section "Elements".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from linkdata.store.composites import Block, Compound, List
from linkdata.store.kinds import (
    EXTENDED_NAME,
    PLAIN,
    TEXT,
    TEXT_NAME,
    Element,
    Extended,
    Opaque,
    Plain,
    is_extended,
    unsupported,
)

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

_MAX_NESTED = 32


class _Names:
    """Reads the names that are mappings; one method for each key."""

    keys: ClassVar[dict[frozenset[str], str]] = {
        frozenset({"opaque"}): "opaque",
        frozenset({"list"}): "list",
        frozenset({"array", "shape"}): "array",
        frozenset({"fields"}): "fields",
    }

    def __init__(self, depth: int) -> None:
        self.depth = depth

    def inner(self, name: Any) -> Element:
        return element(name, self.depth + 1)

    def opaque(self, name: dict[str, Any]) -> Element:
        return Opaque(_count(name["opaque"]))

    def list(self, name: dict[str, Any]) -> Element:
        return List(self.inner(name["list"]))

    def array(self, name: dict[str, Any]) -> Element:
        shape = name["shape"]
        if not isinstance(shape, list):
            raise unsupported(f"`{shape}` is no shape")
        return Block(self.inner(name["array"]), tuple(_count(length) for length in shape))

    def fields(self, name: dict[str, Any]) -> Element:
        fields = name["fields"]
        if not isinstance(fields, list) or not all(
            isinstance(field, list) and len(field) == 2 and isinstance(field[0], str)
            for field in fields
        ):
            raise unsupported("the fields of a compound are pairs of a name and an element")
        if not fields or len({field for field, _ in fields}) != len(fields):
            raise unsupported("the fields of a compound have a name each, and there is one")
        return Compound(tuple((field, self.inner(inner)) for field, inner in fields))


def element(name: Any, depth: int = 0) -> Element:
    """The element of a name as manifests have it.

    Raises `StoreError` (`store-array-unsupported`) for a name of none.
    """
    if depth > _MAX_NESTED:
        raise unsupported("elements are nested too deeply")
    if isinstance(name, str):
        if name in PLAIN:
            return Plain(name)
        if name == TEXT_NAME:
            return TEXT
        if name == EXTENDED_NAME:
            return Extended()
    elif isinstance(name, dict):
        method = _Names.keys.get(frozenset(name))
        if method is not None:
            found: Element = getattr(_Names(depth), method)(name)
            return found
    raise unsupported(f"elements of the kind `{str(name)[:80]}`")


def element_of(dtype: numpy.dtype[Any], values: NDArray[Any] | None = None) -> Element:
    """The element of a numpy dtype.

    What an object dtype holds is asked of its notes (h5py's), and else of the `values`.
    Raises `StoreError` (`store-array-unsupported`): references, dates, mixtures.
    """
    if dtype.subdtype is not None:
        return Block(element_of(dtype.subdtype[0]), dtype.subdtype[1])
    if dtype.names is not None:
        return Compound(tuple((name, element_of(dtype[name])) for name in dtype.names))
    if dtype.kind in "SU":
        return TEXT
    if dtype.kind == "V":
        return Opaque(dtype.itemsize)
    if dtype.kind == "O":
        return _of_objects(dtype, values)
    if is_extended(dtype):
        return Extended()
    name = "bool" if dtype.kind == "b" else dtype.name
    if name not in PLAIN:
        raise unsupported(f"elements of dtype {dtype}")
    return Plain(name)


def _of_objects(dtype: numpy.dtype[Any], values: NDArray[Any] | None) -> Element:
    import numpy

    notes: Mapping[str, Any] = dtype.metadata or {}
    if notes.get("vlen") in (str, bytes):
        return TEXT
    if "vlen" in notes:
        return List(element_of(numpy.dtype(notes["vlen"])))
    if "ref" in notes:
        raise unsupported("references")
    if values is None or not all(isinstance(value, str | bytes) for value in values.flat):
        raise unsupported("objects that are not all strings")
    return TEXT


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise unsupported(f"`{value}` is no length")
    return value
