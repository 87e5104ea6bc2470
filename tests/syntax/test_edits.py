from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkdata.spans import Source
from linkdata.syntax.edits import Edit, applied, quoted, replacement
from linkdata.syntax.nodes import plain
from linkdata.syntax.reader import read


def test_edits_are_made_in_the_order_of_the_text() -> None:
    assert applied("a b c", [Edit(4, 5, "3"), Edit(0, 1, "1")]) == "1 b 3"


def test_without_edits_the_text_is_the_same() -> None:
    assert applied("a\r\nb ", []) == "a\r\nb "


def test_an_edit_may_insert_or_remove() -> None:
    assert applied("ac", [Edit(1, 1, "b"), Edit(1, 2, "")]) == "ab"


def test_an_edit_that_comes_twice_is_made_once() -> None:
    assert applied("a b", [Edit(2, 3, "c"), Edit(2, 3, "c")]) == "a c"


@pytest.mark.parametrize(
    ("old", "expected"),
    [
        ("b", '"x"'),
        ("'|- # b'", '"x"'),
        (">-\n  b\n", '"x"\n'),
        ("|2+ # c\r\n  b\r\n\r\n", '"x" # c\r\n\r\n'),
    ],
)
def test_what_replaces_a_scalar(old: str, expected: str) -> None:
    assert replacement(old, "x") == expected


def read_back(text: str) -> object:
    stream = read(Source("x", f"- {quoted(text)}\n"))
    assert stream.diagnostics == []
    return plain(stream.documents[0].root)


TIDY = st.characters(
    exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufffe\uffff\ufeff"
)


@given(st.text(TIDY))
def test_a_quoted_string_reads_back(text: str) -> None:
    assert read_back(text) == [text]


@pytest.mark.parametrize("text", ["\0", "\x1b", "\t", "\n", '"', "\\"])
def test_controls_that_json_escapes(text: str) -> None:
    assert read_back(text) == [text]


@pytest.mark.parametrize("text", ["\x7f", "\x85", "\u2028", "\u2029", "\ufffe"])
def test_controls_that_json_does_not_escape(text: str) -> None:
    assert read_back(text) == [text]
