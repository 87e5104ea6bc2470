"""Arrays of references: the elements are objects of the graph.

Takes: a dataset of a source file whose elements are, or hold, references.
Gives: `LinkedArray`, an array whose indexing gives entities where the file has references.
Implements: `specs/linkdata-1.0.md`, section "HDF5 sources", references inside files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkdata.arrays.base import holds_pointers
from linkdata.arrays.over import OverDataset
from linkdata.arrays.protocols import Dataset, Index, Pointer
from linkdata.graph.entity import Link

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from linkdata.graph.graph import Graph


class LinkedArray(OverDataset):
    """The elements of a dataset, references followed to entities."""

    __slots__ = ("graph",)

    def __init__(self, dataset: Dataset, graph: Graph) -> None:
        super().__init__(dataset)
        self.graph = graph

    def __getitem__(self, index: Index, /) -> Any:
        return self._followed(self.dataset[index], self.dataset.dtype)

    def __setitem__(self, index: Index, value: Any) -> None:
        self.dataset[index] = value  # type: ignore[index]

    def _followed(self, found: Any, dtype: numpy.dtype[Any]) -> Any:
        """Values of a dtype with the references in them followed."""
        if isinstance(found, Pointer):
            value = self.graph.pointed(found)
            return self._shown(value.target if isinstance(value, Link) else value)
        if getattr(found, "dtype", None) is None or not holds_pointers(dtype):
            return found
        import numpy

        if dtype.names is not None:
            if found.dtype.names is None:  # one field of the compound
                return self._elements(found)
            if not found.shape:  # in a box: numpy would look into an object put into a record
                return self._followed(numpy.array([found], dtype=found.dtype), dtype)[0]
            followed: NDArray[Any] = numpy.array(found, copy=True)
            for name in dtype.names:
                if holds_pointers(dtype[name]):
                    followed[name] = self._followed(found[name], dtype[name])
            return followed
        return self._elements(found)

    def _elements(self, found: NDArray[Any]) -> NDArray[Any]:
        import numpy

        if found.dtype.kind != "O":
            return found
        result = numpy.empty(found.shape, dtype=object)
        for position, element in enumerate(found.flat):
            result.flat[position] = self._followed(element, found.dtype)
        return result

    def _shown(self, value: Any) -> Any:
        """What stands for an object."""
        return value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        import numpy

        return numpy.asarray(self[...], dtype=dtype)

    def __repr__(self) -> str:
        return f"LinkedArray({self.dataset!r})"
