"""Columns of values out of a fixed set.

Takes: numbers of elements, or the elements themselves.
Gives: `EnumData`, with hdmf.common's arguments and methods.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from typing import Any

from linkdata.errors import UsageError, error
from linkdata.objects.known import EXPERIMENTAL
from linkdata.objects.tables.columns import VectorData, numpy_kind
from linkdata.objects.tables.picking import is_position, length_of, picked
from linkdata.objects.tables.ragged import as_column


class EnumData(VectorData):
    """A column whose values are elements of a fixed set; the numbers of the elements are kept."""

    _TYPE = (EXPERIMENTAL, "EnumData")

    def __init__(
        self, name: str, description: str, data: Any = (), elements: Any = (), **fields: Any
    ) -> None:
        """Make a column in memory. `data` are positions in `elements`, or elements themselves.

        Raises `UsageError` for an element that is not among `elements`, where there are some.
        """
        if not isinstance(elements, VectorData):
            about = f"fixed set of elements referenced by {name}"
            elements = VectorData(f"{name}_elements", about, list(elements))
        data = list(data) if isinstance(data, tuple) else data
        if length_of(data) and numpy_kind(data) in "OSU":
            data = self._numbered(name, data, elements)
        super().__init__(name, description, data, **fields)
        self._mention("elements", elements)

    @staticmethod
    def _numbered(name: str, data: Any, elements: VectorData) -> list[int]:
        known = {element: at for at, element in enumerate(elements)}
        if not known:
            for element in data:
                known.setdefault(element, len(known))
            elements.extend(known)
        unknown = next((one for one in data if one not in known), None)
        if unknown is not None:
            raise UsageError(
                error("usage", f"`{unknown}` is not among the elements of `{name}`",
                      hint="`add_element` adds one")
            )  # fmt: skip
        return [known[element] for element in data]

    @property
    def elements(self) -> VectorData:
        """The elements, as a column."""
        return as_column(super().__getitem__("elements"))

    def add_element(self, element: Any) -> int:
        """Allow one more element. Gives its number."""
        known = list(self.elements)
        if element in known:
            return known.index(element)
        self.elements.append(element)
        return len(known)

    def get(
        self, key: Any, default: Any = None, index: bool = False, join: bool = False, **_: Any
    ) -> Any:
        """Elements at an index; their numbers with `index`, one text of them all with `join`."""
        if isinstance(key, str):
            return super().get(key, default)
        found = picked(self._kept, key)
        if index:
            return found
        if is_position(found) or getattr(found, "shape", None) == ():
            return self.elements.get(int(found))
        import numpy

        decoded = numpy.asarray(self.elements[:])[numpy.asarray(found, dtype=int)]
        return "".join(decoded.ravel()) if join else decoded

    def add_row(self, val: Any, index: bool = False, **_: Any) -> None:
        """Put the value of a new row at the end: an element, new ones too, or its number."""
        self.append(int(val) if index else self.add_element(val))

    def __iter__(self) -> Any:
        return iter(self.get(slice(None)))
