"""What every array can do once it has a shape and can be indexed.

Takes: a subclass with `shape`, `dtype` and `__getitem__`.
Gives: `ArrayBase`, with the rest of the Protocol `Array`; the dtypes of strings and pointers;
`scalar`.
Implements: `specs/linkdata-1.0.md`, section "Arrays".
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from math import prod
from typing import TYPE_CHECKING, Any

from linkdata.arrays.protocols import Index, Pointer
from linkdata.errors import UsageError, error

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

_BLOCK = 1024  # how many positions of the first axis iteration reads at once


def text_dtype(charset: str = "utf-8") -> numpy.dtype[Any]:
    """The dtype of arrays of `str`: object, with the same note that h5py makes, and one of how the
    file says it keeps them: `ascii` or `utf-8`."""
    import numpy

    return numpy.dtype("O", metadata={"vlen": str, "charset": charset})


def pointer_dtype() -> numpy.dtype[Any]:
    """The dtype of arrays whose elements are, or hold, `Pointer`s."""
    import numpy

    return numpy.dtype("O", metadata={"ref": Pointer})


def is_text(dtype: numpy.dtype[Any]) -> bool:
    """Whether a dtype is known to be one of `str`."""
    return _notes(dtype).get("vlen") is str


def charset_of(dtype: numpy.dtype[Any]) -> str | None:
    """How a file says that it keeps texts of this dtype, if it is known to be one of `str`."""
    found = _notes(dtype).get("charset")
    return None if found is None else str(found)


def holds_pointers(dtype: numpy.dtype[Any]) -> bool:
    """Whether elements of this dtype are, or hold, `Pointer`s."""
    if dtype.subdtype is not None:
        return holds_pointers(dtype.subdtype[0])
    if dtype.names is not None:
        return any(holds_pointers(dtype[name]) for name in dtype.names)
    return "ref" in _notes(dtype)


def _notes(dtype: numpy.dtype[Any]) -> Mapping[str, Any]:
    notes: Mapping[str, Any] | None = dtype.metadata
    return notes or {}


def scalar(array: NDArray[Any]) -> Any:
    """The element of an array of shape (), as a Python scalar where Python has one."""
    import numpy

    element = array[()]
    # A long double has no Python float to hold it, a date would become a number.
    if isinstance(element, numpy.generic) and element.dtype.char not in "gGmMVS":
        return element.item()
    return element


class ArrayBase(ABC):
    """The derived half of an `Array`.

    It has no `__eq__` of values: comparing reads everything, so it is written
    `numpy.array_equal(a, b)`.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...] | None:
        """The lengths of the axes; `()` for a scalar, `None` for an array without a value."""

    @property
    @abstractmethod
    def dtype(self) -> numpy.dtype[Any]:
        """The dtype of what indexing gives; object for strings, references and ragged values."""

    @abstractmethod
    def __getitem__(self, index: Index, /) -> Any: ...

    @property
    def chunks(self) -> tuple[int, ...] | None:
        """The shape of a stored chunk, or `None` where the array is not stored in chunks."""
        return None

    @property
    def ndim(self) -> int:
        """How many axes there are; 0 for a scalar and for what has no value."""
        return len(self.shape or ())

    @property
    def size(self) -> int:
        """How many elements there are; 0 for what has no value."""
        shape = self.shape
        return 0 if shape is None else prod(shape)

    def __len__(self) -> int:
        shape = self.shape
        if not shape:
            raise UsageError(error("usage", "an array without axes has no length"))
        return shape[0]

    def __bool__(self) -> bool:
        # Without this, `if array:` would ask for a length, which a scalar does not have.
        return True

    def __iter__(self) -> Iterator[Any]:
        length = len(self)
        step = (self.chunks or (_BLOCK,))[0] or _BLOCK
        for start in range(0, length, step):
            yield from self[start : min(start + step, length)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        import numpy

        # Reading makes an array that nobody else has: there is never a need to copy it.
        return numpy.asarray(self[...], dtype=dtype)
