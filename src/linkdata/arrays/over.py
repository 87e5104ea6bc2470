"""Arrays over datasets of files: what they say of themselves is what the dataset says.

Takes: a dataset, from a subclass that gives its elements in another way.
Gives: `OverDataset`.
Implements: `specs/linkdata-1.0.md`, section "Arrays".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkdata.arrays.base import ArrayBase
from linkdata.arrays.protocols import Dataset

if TYPE_CHECKING:
    from typing import Self

    import numpy


class OverDataset(ArrayBase):
    """An array with the shape, dtype and chunks of a dataset."""

    __slots__ = ("dataset",)

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The lengths of the axes, as the file says."""
        return self.dataset.shape

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """The dtype of what indexing gives, as the file says."""
        return self.dataset.dtype

    @property
    def chunks(self) -> tuple[int, ...] | None:
        """The shape of a stored chunk."""
        return self.dataset.chunks

    @property
    def value(self) -> Self:
        """The array itself."""
        return self
