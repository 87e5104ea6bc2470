from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from linkdata.nwb.ragged import folded, unfolded


@given(st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=5))
def test_a_folded_column_unfolds_to_what_it_was(rows: list[list[int]]) -> None:
    flat = [value for row in rows for value in row]
    ends = [sum(map(len, rows[: n + 1])) for n in range(len(rows))]
    members: dict[str, Any] = {"x": list(flat), "x_index": list(ends), "id": list(range(len(rows)))}
    folded(None, {}, members, ["x"])
    if "x_index" in members:  # rows of one length would be taken for a column of two axes
        assert members["x"] == flat
        return
    assert members["x"] == rows
    assert unfolded(None, "x", members["x"]) == (flat, [ends])


def test_what_follows_from_the_columns_is_left_out() -> None:
    fields: dict[str, Any] = {"colnames": ["b", "a"], "description": "x"}
    members: dict[str, Any] = {
        "a": [1, 2],
        "b": {"description": "x", "value": [3, 4]},
        "id": [0, 1],
    }
    folded(None, fields, members, ["a", "b"])
    assert fields == {"description": "x"}
    assert list(members) == ["b", "a"]


def test_what_does_not_follow_stays() -> None:
    fields: dict[str, Any] = {"colnames": ["a", "gone"]}
    members: dict[str, Any] = {"a": [1, 2], "id": [5, 6]}
    folded(None, fields, members, ["a"])
    assert fields == {"colnames": ["a", "gone"]}
    assert members == {"a": [1, 2], "id": [5, 6]}
    members = {"a": [1, 2], "a_index": [2, 1]}  # these ends go back
    folded(None, {}, members, ["a"])
    assert members == {"a": [1, 2], "a_index": [2, 1]}
