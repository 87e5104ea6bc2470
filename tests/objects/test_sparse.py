from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import linkdata
from linkdata import CSRMatrix
from linkdata.errors import UsageError

DENSE = arrays(
    "int64", array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.integers(0, 2)
)


@settings(deadline=None)
@given(DENSE)
def test_there_and_back(dense: Any) -> None:
    matrix = CSRMatrix(dense)
    assert numpy.array_equal(matrix.to_dense(), dense)
    assert matrix.shape == dense.shape
    assert matrix.nnz == numpy.count_nonzero(dense)
    for row in range(len(dense)):
        assert numpy.array_equal(matrix[row], dense[row])
    assert numpy.array_equal(matrix[::-1], dense[::-1])
    assert numpy.array_equal(matrix[:, 0], dense[:, 0])


@settings(deadline=None)
@given(DENSE)
def test_as_scipy_has_it(dense: Any) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    theirs = sparse.csr_matrix(dense)
    ours = CSRMatrix.from_scipy_sparse(theirs, name="m")
    assert ours.name == "m"
    assert (ours.to_scipy_sparse() != theirs).nnz == 0
    assert numpy.array_equal(CSRMatrix(dense).indptr[:], theirs.indptr)
    assert numpy.array_equal(CSRMatrix(sparse.coo_matrix(dense)).to_dense(), dense)


@pytest.mark.parametrize(
    "parts",
    [
        ([1, 2],),
        ([1, 2], [0, 1], [0, 1, 2]),
        ([1, 2], [0, 1], [0, 1], [2, 2]),
        ([1, 2], [0], [0, 1, 2], [2, 2]),
        ([1, 2], [0, 5], [0, 1, 2], [2, 2]),
        ([1, 2], [0, -1], [0, 1, 2], [2, 2]),
        ([1, 2], [0, 1], [0, 1, 2], [2, 2, 2]),
        (numpy.zeros((2, 2, 2)),),
    ],
)
def test_parts_that_do_not_fit(parts: Any) -> None:
    with pytest.raises(UsageError):
        CSRMatrix(*parts)


def test_of_a_file(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        group = file.create_group("m")
        group.attrs["data_type"], group.attrs["namespace"] = "CSRMatrix", "hdmf-common"
        group.attrs["shape"] = numpy.array([2, 3], "uint64")
        group["data"], group["indices"], group["indptr"] = [5, 6], [2, 0], [0, 1, 2]
    found = linkdata.open(tmp_path / "x.h5").data.m
    assert isinstance(found, CSRMatrix)
    assert found.to_dense().tolist() == [[0, 0, 5], [6, 0, 0]]
    assert found.shape == (2, 3)
