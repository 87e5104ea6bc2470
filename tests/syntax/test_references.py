from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkdata.syntax.references import (
    Form,
    Reference,
    Step,
    escape,
    format_path,
    is_bare,
    is_escaped,
    needs_tag,
    parse_path,
    parse_reference,
    unescape,
)
from linkdata.testing.strategies import paths, references

SETTINGS = settings(max_examples=300, deadline=None)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@SETTINGS
@given(paths())
def test_a_path_can_be_read_back(path: tuple[Step, ...]) -> None:
    assert parse_path(format_path(path)) == path


@SETTINGS
@given(references())
def test_a_reference_can_be_read_back(reference: Reference) -> None:
    assert parse_reference(str(reference)) == reference


@SETTINGS
@given(paths(), paths())
def test_different_paths_have_different_texts(one: tuple[Step, ...], two: tuple[Step, ...]) -> None:
    assert (format_path(one) == format_path(two)) == (one == two)


@SETTINGS
@given(any_text)
def test_any_text_is_a_path_or_not(text: str) -> None:
    path = parse_path(text)
    assert path is None or parse_path(format_path(path)) == path


@SETTINGS
@given(st.one_of(any_text, st.text('#@./:ab[]0"\\', max_size=12)))
def test_an_escaped_text_means_the_text(text: str) -> None:
    assert unescape(escape(text)) == text
    if text[:1] in ("#", "@"):
        assert is_escaped(escape(text))
    elif not needs_tag(text):
        assert parse_reference(text) is None


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ()),
        ("a.b-c._1", ("a", "b-c", "_1")),
        ("a[0][12].b", ("a", 0, 12, "b")),
        ('a."b c"', ("a", "b c")),
        ('""', ("",)),
        (r'"a\"b\\c"', ('a"b\\c',)),
        ('"a.b[0]"[1]', ("a.b[0]", 1)),
        ("größe.日本", ("größe", "日本")),
        ("0.1", ("0", "1")),
        ('"a\nb"', ("a\nb",)),
    ],
)
def test_paths(text: str, path: tuple[Step, ...]) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize(
    "text",
    [
        *("a.", ".a", "a..b", "[0]", "a[01]", "a[-1]", "a[]", "a[x]", "a[0", "a.[0]", "a b", "a\n"),
        *('"a', 'a"b"', '"a"b', r'"\n"', '"\\"', "a²", "e\u0301", "a٣", "😀", "a[1]b"),
    ],
)
def test_no_paths(text: str) -> None:
    assert parse_path(text) is None


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("#", Reference(Form.LOCAL)),
        ("@a.b", Reference(Form.LEXICAL, ("a", "b"))),
        ("./x y.yaml#a", Reference(Form.FILE, ("a",), target="./x y.yaml")),
        ("../../x#", Reference(Form.FILE, (), target="../../x")),
        ("//lab/a/b.yaml#c", Reference(Form.AUTHORITY, ("c",), "lab", "a/b.yaml")),
        ("p.1:#a", Reference(Form.DOCUMENT, ("a",), "p.1")),
        ("p:/", Reference(Form.SOURCE, (), "p", "/")),
        ("p:/a b#c\n", Reference(Form.SOURCE, (), "p", "/a b#c\n")),
    ],
)
def test_forms(text: str, reference: Reference) -> None:
    assert parse_reference(text) == reference


@pytest.mark.parametrize(
    "text",
    [
        *("", "@", "@[0]", "x.yaml#a", "./x.yaml", "./#a", ".x#a", "//lab#a", "//lab/#a", "/x#a"),
        *("1p:/x", ":/x", "p:x", "p:", "me@example.org", "doi:10.1/x", "#a b", "./x#a b", "é:/x"),
        *("#a#b", "p:#a b", "-p:/x", "./x\0#a", " #a"),
    ],
)
def test_no_references(text: str) -> None:
    assert parse_reference(text) is None


def test_an_authority_may_begin_with_a_digit() -> None:
    assert parse_reference("//1lab/x.yaml#a") == Reference(Form.AUTHORITY, ("a",), "1lab", "x.yaml")


@pytest.mark.parametrize("text", ["./x\ny#a", "./x\ty#a", "./x\x7fy#a", "//lab/x\x85#a"])
def test_no_control_characters_in_the_path_of_a_file(text: str) -> None:
    assert parse_reference(text) is None


@pytest.mark.parametrize("text", ["#a[{}]", "./x#a[{}]", "p:#a[{}]", "@a[{}]"])
def test_a_position_of_five_thousand_digits(text: str) -> None:
    parse_reference(text.format("9" * 5000))


@pytest.mark.parametrize(("key", "bare"), [
    ("a", True), ("-", True), ("0", True), ("é", True), ("ſ", True), ("ʰ", True), ("日", True),
    ("", False), ("a b", False), ("²", False), ("٣", False), ("Ⅷ", False), ("_é", True),
])  # fmt: skip
def test_bare_keys(key: str, bare: bool) -> None:
    assert is_bare(key) is bare
    assert format_path([key]).startswith('"') is not bare


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("##x", "#x"), ("@@", "@"), ("###x", "##x"), ("#@x", "#@x"), ("a##", "a##")],
)
def test_escapes(text: str, meaning: str) -> None:
    assert unescape(text) == meaning


@pytest.mark.parametrize(
    ("text", "needed"), [("./a#b", True), ("p:/x", True), ("#a", False), ("a", False)]
)
def test_what_only_a_tag_can_escape(text: str, needed: bool) -> None:
    assert needs_tag(text) is needed


def test_long_quoted_segments_take_linear_time() -> None:
    assert parse_path('"' + "\\\\" * 200_000 + '"') == ("\\" * 200_000,)
    assert parse_path('"' + "\\\\" * 200_000) is None
    assert parse_path("a" + ".b" * 200_000 + " ") is None
