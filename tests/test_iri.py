from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkdata import iri

any_text = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://example.org/a", True),
        ("urn:x:y", True),
        ("urn:é", True),
        ("a+b.c-1:x", True),
        ("1a:x", False),
        ("urn:", False),
        ("/a", False),
        ("a b:c", False),
        ("urn:a b", False),
        ("urn:a>b", False),
        ("urn:a\n", False),
        ("", False),
    ],
)
def test_absolute(text: str, expected: bool) -> None:
    assert iri.is_absolute(text) is expected


@pytest.mark.parametrize("text", ["http://[/", "http://x/%zz", "urn:x\u0085", "urn:x\ue000"])
def test_not_an_iri_by_rfc_3987(text: str) -> None:
    assert not iri.is_absolute(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.org/", True),
        ("urn:lab:", True),
        ("https://example.org", False),
        ("https://example.org/?q/", False),
        ("https://example.org/#a/", False),
        ("lab/", False),
        ("", False),
    ],
)
def test_bases(text: str, expected: bool) -> None:
    assert iri.is_base(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", True), ("_1.b-c", True), ("1a", False), ("a:b", False), ("é", False), ("", False),
        ("a\n", False),
    ],
)  # fmt: skip
def test_prefix_names(text: str, expected: bool) -> None:
    assert iri.is_prefix_name(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('data."a b"', "data.%22a%20b%22"),
        ("a[0]", "a%5B0%5D"),
        ("Größe", "Größe"),
        ("50%", "50%25"),
        ("a#b", "a%23b"),
        ("!$&'()*+,;=:@/?-._~", "!$&'()*+,;=:@/?-._~"),
        ("\x00\x7f\x80", "%00%7F%C2%80"),
        ("\u00a0\ud7ff\uf900\ufdcf\ufdf0\uffef", "\u00a0\ud7ff\uf900\ufdcf\ufdf0\uffef"),
        ("\ue000\ufdd0\ufff0", "%EE%80%80%EF%B7%90%EF%BF%B0"),
        ("\U00010000\U0001fffd\U0001fffe", "\U00010000\U0001fffd%F0%9F%BF%BE"),
        ("\U000e0fff\U000e1000", "%F3%A0%BF%BF\U000e1000"),
        ("\U000f0000", "%F3%B0%80%80"),
    ],
)
def test_encoding_of_fragments(text: str, expected: str) -> None:
    assert iri.encode(text) == expected


@given(any_text)
def test_encoding_can_be_undone(text: str) -> None:
    assert unquote(iri.encode(text)) == text


@given(any_text)
def test_what_was_encoded_makes_an_absolute_iri(text: str) -> None:
    assert iri.is_absolute("urn:x:" + iri.encode(text)) is True


@pytest.mark.parametrize(
    ("curie", "expected"),
    [
        ("obo:X_1", "http://obo/X_1"),
        ("obo:", "http://obo/"),
        ("obo:a:b", "http://obo/a:b"),
        ("other:x", None),
        ("obo", None),
        ("obo:a b", None),
        ("é:x", None),
    ],
)
def test_curies(curie: str, expected: str | None) -> None:
    assert iri.expand(curie, {"obo": "http://obo/"}) == expected


@pytest.mark.parametrize(
    ("key", "name"),
    [("a", "a"), ("a b", "a%20b"), ("1", "1_"), ("x1", "x1"), ("a 1", "a%201_"), ("a_", "a%5F"),
     ("_", "%5F"), ("", "_"), ("é", "é"), ("a#b", "a%23b"), ("100%", "100%25_")],
)  # fmt: skip
def test_terms_of_names(key: str, name: str) -> None:
    assert iri.term(key) == iri.TERMS + name
    assert iri.name_of(iri.TERMS + name) == key


@given(any_text, any_text)
def test_terms_are_iris_that_tell_names_apart(one: str, other: str) -> None:
    assert iri.is_absolute(iri.term(one))
    assert iri.name_of(iri.term(one)) == one
    assert (iri.term(one) == iri.term(other)) == (one == other)
    assert re.search(r"[^\W\d][\w.-]*\Z", iri.term(one))


def test_other_iris_stand_for_no_name() -> None:
    assert iri.name_of("http://x/y") is None


@pytest.mark.parametrize(
    ("name", "found"),
    [("o:x", "http://o/x"), ("http://x/y", "http://x/y"), ("urn:x", "urn:x"), ("p:x", None),
     ("mailto:a@b", "mailto:a@b"), ("x", None), ("http://x/ y", None), ("o:", "http://o/")],
)  # fmt: skip
def test_resolved(name: str, found: str | None) -> None:
    assert iri.resolved(name, {"o": "http://o/"}) == found
