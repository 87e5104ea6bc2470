"""Bytes become texts, or an error that says where they do not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkdata.errors import CODES, TextError
from linkdata.syntax import stream
from linkdata.syntax.reader import read
from linkdata.syntax.stream import decode


def test_decoding_drops_one_byte_order_mark() -> None:
    assert decode(b"\xef\xbb\xbfa: 1", "x").text == "a: 1"
    assert decode(b"\xef\xbb\xbf\xef\xbb\xbfa", "x").text == "\ufeffa"


def test_what_is_not_utf8_is_told_with_its_place() -> None:
    with pytest.raises(TextError) as caught:
        decode("é: 1\nb: ".encode() + b"\xff", "x")
    assert caught.value.code == "text-encoding"
    assert str(caught.value.diagnostic.span) == "x:2:4"
    assert "0xff at offset 9" in caught.value.diagnostic.message


@pytest.mark.parametrize("text", [b"a\xff", b"a\xc3\xa9bb\xff"])
def test_what_is_not_utf8_behind_a_byte_order_mark(text: bytes) -> None:
    with pytest.raises(TextError):
        decode(b"\xef\xbb\xbf" + text, "x")


def test_the_bad_byte_right_behind_a_byte_order_mark() -> None:
    with pytest.raises(TextError) as caught:
        decode(b"\xef\xbb\xbf\xff", "x")
    assert "0xff at offset 3" in caught.value.diagnostic.message


def test_a_text_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MAX_BYTES", 3)
    assert decode(b"a: ", "x").text == "a: "
    with pytest.raises(TextError) as caught:
        decode(b"a: 1", "x")
    assert caught.value.code == "text-too-large"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_raise_nothing_foreign(data: bytes) -> None:
    try:
        found = read(decode(data, "x"))
    except TextError:
        return
    assert {one.code for one in found.diagnostics} <= CODES.keys()
