from __future__ import annotations

import numpy
import pytest

from linkdata import DynamicTable, DynamicTableRegion, VectorData
from linkdata.errors import PositionError, UsageError


def cells() -> DynamicTable:
    return DynamicTable("cells", "d", columns=[VectorData("n", "d", ["a", "b", "c", "d"])])


def region() -> DynamicTableRegion:
    return DynamicTableRegion("r", [3, 0, 3], "d", cells())


def test_rows_in_the_order_of_the_numbers() -> None:
    assert region()[:].n.tolist() == ["d", "a", "d"]
    assert region()[0:2].index.tolist() == [3, 0]
    assert region()[[2, 1]].n.tolist() == ["d", "a"]
    assert region()[1].n.tolist() == ["a"]
    assert region()[numpy.array([True, False, False])].n.tolist() == ["d"]
    assert region().to_dataframe().n.tolist() == ["d", "a", "d"]
    assert [row.n.iloc[0] for row in region()] == ["d", "a", "d"]


def test_columns_and_cells() -> None:
    assert region()["n"].data == ["a", "b", "c", "d"]
    assert region()[1, "n"] == "a"
    assert region()[0:2, "n"] == ["d", "a"]
    assert region().shape == (3, 1)
    assert numpy.asarray(region()).tolist() == [3, 0, 3]


@pytest.mark.parametrize("rows", [[4], [-1], numpy.array([0, 9])])
def test_rows_that_the_table_does_not_have(rows: object) -> None:
    with pytest.raises(PositionError, match="`cells` has 4 rows"):
        DynamicTableRegion("r", rows, "d", cells())
    late = DynamicTableRegion("r", rows, "d")
    with pytest.raises(PositionError):
        late.table = cells()
    unchecked = DynamicTableRegion("r", rows, "d", cells(), validate_data=False)
    assert len(unchecked) == len(rows)  # type: ignore[arg-type]


def test_what_is_added_is_checked() -> None:
    found = region()
    found.append(1)
    found.extend([2])
    assert found.data == [3, 0, 3, 1, 2]
    with pytest.raises(PositionError):
        found.append(4)
    with pytest.raises(PositionError):
        found[9]


def test_a_region_of_no_table() -> None:
    with pytest.raises(UsageError, match="of which table"):
        DynamicTableRegion("r", [0], "d")[0]


def test_numbers_can_be_had() -> None:
    assert region().get(slice(0, 2), index=True) == [3, 0]
    with pytest.raises(UsageError):
        region().get(slice(0, 2), df=False)


def test_no_rows() -> None:
    assert region()[0:0].shape == (0, 1)
