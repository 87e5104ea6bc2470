from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkdata.nwb.names import escaped, join, parent, parsed_place, place, unescaped

NAMES = st.binary(min_size=1, max_size=9).map(lambda name: name.decode("utf-8", "surrogateescape"))


@given(NAMES)
def test_escaped_name_is_read_back_and_is_unicode(name: str) -> None:
    escaped(name).encode("utf-8")
    assert unescaped(escaped(name)) == name


@given(NAMES, st.none() | NAMES)
def test_place_is_read_back(path: str, attribute: str | None) -> None:
    assert parsed_place(place(f"/{path}", attribute)) == (f"/{path}", attribute)


@pytest.mark.parametrize(
    ("path", "attribute", "text"),
    [
        ("/a/b", None, "/a/b"),
        ("/a", "unit", "/a@unit"),
        ("/a@b", None, "/a\\@b"),
        ("/\udcff\\", "\\@", "/\\xff\\\\@\\\\@"),
    ],
)
def test_places(path: str, attribute: str | None, text: str) -> None:
    assert place(path, attribute) == text


def test_join_and_parent() -> None:
    assert join("/", "a") == "/a"
    assert join("/a", "b") == "/a/b"
    assert parent("/a/b") == "/a"
    assert parent("/a") == "/"
