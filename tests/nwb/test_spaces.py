from __future__ import annotations

import pytest
from h5py import h5s

from linkdata.nwb.plan import Selection, Space
from linkdata.nwb.spaces import dataspace, select, selection_of, space_of


@pytest.mark.parametrize(
    "space", [Space(None), Space(()), Space((0,)), Space((2, 3)), Space((2, 3), (None, 5))]
)
def test_spaces(space: Space) -> None:
    assert space_of(dataspace(space)) == space


@pytest.mark.parametrize(
    "selection",
    [
        Selection("all"),
        Selection("none"),
        Selection("points", places=((3, 1), (0, 2), (3, 1))),
        Selection("slab", slab=((1, 0), (3, 1), (2, 1), (2, 3))),
    ],
)
def test_selections(selection: Selection) -> None:
    found = dataspace(Space((10, 4)))
    select(found, selection)
    assert selection_of(found) == selection


def test_blocks_in_no_order() -> None:
    made = dataspace(Space((10,)))
    made.select_hyperslab((1,), (1,), None, (2,))
    made.select_hyperslab((5,), (1,), None, (1,), op=h5s.SELECT_OR)
    found = selection_of(made)
    assert found == Selection("blocks", places=(((1,), (2,)), ((5,), (5,))))
    again = dataspace(Space((10,)))
    select(again, found)
    assert selection_of(again) == found
    assert again.get_select_npoints() == 3


def test_slab_without_end() -> None:
    made = dataspace(Space((10,), (None,)))
    made.select_hyperslab((2,), (h5s.UNLIMITED,), (3,), (1,))
    found = selection_of(made)
    assert found.slab[2] == (-1,)
    again = dataspace(Space((10,), (None,)))
    select(again, found)
    assert selection_of(again) == found
