"""Sparse matrices, row by row.

Takes: the three arrays of the compressed form and the shape; or a dense or scipy matrix.
Gives: `CSRMatrix`, with hdmf.common's arguments and methods.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from linkdata.errors import UsageError, error
from linkdata.graph.changes import Made, assign
from linkdata.objects.access import Object, wrap
from linkdata.objects.known import COMMON
from linkdata.objects.putting import unwrapped

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PARTS = ("data", "indices", "indptr", "shape")


class CSRMatrix(Object):
    """A sparse matrix: `data`, the column of each value, and where each row begins in them."""

    _TYPE: ClassVar[tuple[str, str]] = (COMMON, "CSRMatrix")

    def __init__(
        self,
        data: Any,
        indices: Any = None,
        indptr: Any = None,
        shape: Any = None,
        name: str = "csr_matrix",
        **fields: Any,
    ) -> None:
        """Make a matrix in memory, of its parts, of a dense matrix, or of one of scipy.

        Raises `UsageError` where parts are missing or do not fit each other.
        """
        import numpy

        if hasattr(data, "tocsr"):
            found = data.tocsr()
            parts = (found.data, found.indices, found.indptr, found.shape)
        elif numpy.ndim(data) == 2:
            parts = _compressed(numpy.asarray(data))
        elif numpy.ndim(data) == 1 and not any(one is None for one in (indices, indptr, shape)):
            parts = (data, indices, indptr, shape)
        else:
            raise _usage("`data` is a matrix, or one axis of values with"
                         " `indices`, `indptr` and `shape`")  # fmt: skip
        made = Made(name, ":".join(self._TYPE), type(self))
        super().__init__(made)
        values = numpy.asarray(parts[0])
        columns, begins, size = map(_unsigned, parts[1:], _PARTS[1:])
        if size.shape != (2,) or len(begins) != size[0] + 1 or len(columns) != len(values):
            raise _usage("the parts do not fit each other: `indptr` has one element more than there"
                         " are rows, `indices` as many as `data`, `shape` two")  # fmt: skip
        if len(columns) and int(columns.max()) >= size[1]:
            raise _usage(f"`indices` has a column {int(columns.max())} of {int(size[1])}")
        for key, part in zip(_PARTS, (values, columns, begins, size), strict=True):
            assign(made, key, part)
        for key, value in fields.items():
            assign(made, key, unwrapped(value))

    @classmethod
    def from_scipy_sparse(cls, sparse_matrix: Any, **fields: Any) -> Self:
        """A matrix of one of scipy, of any of its forms. `fields` may have `name`."""
        return cls(sparse_matrix, **fields)

    def _part(self, key: str) -> Any:
        return wrap(self.entity.link(key))

    @property
    def data(self) -> Any:
        """The values that are not zero, row by row."""
        return self._part("data")

    @property
    def indices(self) -> Any:
        """The column of each value."""
        return self._part("indices")

    @property
    def indptr(self) -> Any:
        """Where each row begins among the values; and where the last one ends."""
        return self._part("indptr")

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and of columns."""
        rows, columns = (int(length) for length in self._part("shape"))
        return rows, columns

    @property
    def nnz(self) -> int:
        """How many values are kept."""
        return len(self.data)

    def to_scipy_sparse(self) -> Any:
        """The matrix as a `scipy.sparse.csr_matrix`. Raises `UsageError` when scipy is missing."""
        try:
            from scipy.sparse import csr_matrix
        except ImportError:
            hint = "pip install 'linkdata[sparse]'"
            raise UsageError(error("usage", "scipy is not installed", hint=hint)) from None
        parts = (self.data[...], self.indices[...], self.indptr[...])
        return csr_matrix(parts, shape=self.shape)

    def to_spmat(self) -> Any:
        """The same as `to_scipy_sparse`; hdmf.common's name for it."""
        return self.to_scipy_sparse()

    def to_dense(self) -> NDArray[Any]:
        """The whole matrix as a numpy array."""
        found: NDArray[Any] = self[:]
        return found

    def toarray(self) -> NDArray[Any]:
        """The same as `to_dense`; scipy's name for it."""
        return self.to_dense()

    def __getitem__(self, key: Any) -> Any:
        """Rows as a dense array, of a slice or a position; fields by their names."""
        if isinstance(key, str):
            return super().__getitem__(key)
        import numpy

        rows, rest = (key[0], key[1:]) if isinstance(key, tuple) else (key, ())
        wanted = numpy.atleast_1d(numpy.arange(self.shape[0])[rows])
        begins = numpy.asarray(self.indptr[...], dtype="int64")
        low = int(begins[wanted].min()) if len(wanted) else 0
        high = int(begins[wanted + 1].max()) if len(wanted) else 0
        values, columns = self.data[low:high], self.indices[low:high]
        dense = numpy.zeros((len(wanted), self.shape[1]), dtype=self.data.dtype)
        for at, row in enumerate(wanted):
            part = slice(int(begins[row]) - low, int(begins[row + 1]) - low)
            numpy.add.at(dense[at], columns[part], values[part])
        found = dense[0] if numpy.ndim(rows) == 0 and not isinstance(rows, slice) else dense
        return found[(slice(None), *rest)] if rest and found.ndim == 2 else found[rest or ...]

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return self.to_dense().astype(dtype or self.data.dtype)


def _compressed(dense: NDArray[Any]) -> tuple[Any, Any, Any, Any]:
    import numpy

    rows, columns = dense.nonzero()
    begins = numpy.concatenate([[0], numpy.cumsum(numpy.bincount(rows, minlength=len(dense)))])
    return dense[rows, columns], columns, begins, dense.shape


def _unsigned(values: Any, name: str) -> NDArray[Any]:
    import numpy

    found = numpy.asarray(values)
    if found.ndim != 1 or (found.size and (found.dtype.kind not in "iu" or found.min() < 0)):
        raise _usage(f"`{name}` is one axis of numbers that are not negative")
    width = numpy.dtype(f"uint{8 * found.dtype.itemsize}") if found.dtype.kind in "iu" else "uint64"
    return found.astype(width)


def _usage(message: str) -> UsageError:
    return UsageError(error("usage", message))
