from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkdata.spans import Position, Source


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("ab", 0, "1:1"),
        ("ab", 2, "1:3"),
        ("a\nb", 2, "2:1"),
        ("a\r\nb", 3, "2:1"),
        ("a\r\nb", 2, "1:3"),  # between CR and LF the line has not ended
        ("a\rb", 2, "2:1"),
        ("a\n\rb", 3, "3:1"),
        ("a\r\r\nb", 4, "3:1"),
        ("é😀x", 2, "1:3"),  # code points, neither bytes nor UTF-16 units
        ("e\u0301x", 2, "1:3"),
        ("a\u2028b\u0085c", 4, "1:5"),  # line breaks elsewhere, not in YAML 1.2
        ("a\x0bb\x0cc", 4, "1:5"),
        ("", 0, "1:1"),
        ("a\n", 2, "2:1"),
    ],
)
def test_positions(text: str, offset: int, expected: str) -> None:
    assert str(Source("x", text).position(offset)) == expected


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_lines_come_without_their_break(line_break: str) -> None:
    source = Source("x", line_break.join(["one", "", "three"]))
    assert [source.line(number) for number in (1, 2, 3)] == ["one", "", "three"]


def test_positions_are_ordered_as_in_the_text() -> None:
    assert Position(1, 9) < Position(2, 1) < Position(2, 2)


@given(st.text("ab\r\n é😀", max_size=30))
def test_position_and_line_agree_at_every_offset(text: str) -> None:
    source = Source("x", text)
    for offset, character in enumerate(text):
        at = source.position(offset)
        if character not in "\r\n":
            assert source.line(at.line)[at.column - 1] == character


def test_a_span_knows_its_text_and_both_ends() -> None:
    span = Source("x", "a: bcd\ne").span(3, 6)
    assert (span.text, str(span), str(span.end_position)) == ("bcd", "x:1:4", "1:7")


def test_a_span_is_one_character_unless_told() -> None:
    assert Source("x", "abc").span(1).text == "b"


@pytest.mark.parametrize(
    ("text", "span", "expected"),
    [
        ("a: bcd", (3, 6), "1 | a: bcd\n  |    ^^^"),
        ("a: bcd", (3, 3), "1 | a: bcd\n  |    ^"),  # nothing is marked with one sign
        ("a: bcd", (6, 7), "1 | a: bcd\n  |       ^"),  # the end of the text
        ("a: [b\nc]", (3, 8), "1 | a: [b\n  |    ^^"),  # only the first line
        ("\ta\tb", (3, 4), "1 |  a b\n  |    ^"),  # a tab is as wide as its mark
        ("\n" * 9 + "x", (9, 10), "10 | x\n   | ^"),
        ("a: b\r\nc", (3, 4), "1 | a: b\n  |    ^"),
    ],
)
def test_snippets(text: str, span: tuple[int, int], expected: str) -> None:
    assert Source("x", text).span(*span).snippet() == expected


def test_a_span_is_pickled_with_its_text_but_not_with_what_was_worked_out() -> None:
    span = Source("x", "a\nb").span(2, 3)
    assert str(span) == "x:2:1"
    copy = pickle.loads(pickle.dumps(span))
    assert (str(copy), copy.text) == ("x:2:1", "b")
    assert "_starts" not in vars(pickle.loads(pickle.dumps(span.source)))


def test_repr_does_not_show_the_text() -> None:
    assert repr(Source("x", "secret")) == "Source('x', 6 characters)"
