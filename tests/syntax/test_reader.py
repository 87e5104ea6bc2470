from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkdata.errors import CODES, LinkdataError
from linkdata.spans import Source
from linkdata.syntax import builder
from linkdata.syntax.nodes import Alias, Candidate, Kind, Mapping, Scalar, Sequence, plain
from linkdata.syntax.reader import read
from linkdata.testing.bounds import deadline
from linkdata.testing.strategies import texts

SETTINGS = settings(max_examples=200, deadline=None)


def root(text: str) -> Mapping:
    stream = read(Source("x", text))
    assert [str(found) for found in stream.diagnostics] == []
    found = stream.documents[0].root
    assert isinstance(found, Mapping)
    return found


def found(text: str) -> list[str]:
    problems = read(Source("x", text)).diagnostics
    return [f"{one.code} {one.span.position if one.span else None}" for one in problems]


# Texts


@SETTINGS
@given(st.one_of(texts(), st.text(max_size=100)))
def test_reading_never_raises_and_says_why_it_gives_nothing(text: str) -> None:
    with deadline():
        stream = read(Source("x", text))
    assert stream.documents or stream.diagnostics
    for diagnostic in stream.diagnostics:
        assert diagnostic.code in CODES
        assert diagnostic.span is not None
        assert 0 <= diagnostic.span.start <= len(text)
        assert diagnostic.span.snippet()
    for document in stream.documents:
        plain(document.root)


@SETTINGS
@given(texts(max_size=60))
def test_places_lie_in_the_text_and_findings_are_in_order(text: str) -> None:
    stream = read(Source("x", text))
    places = [d.span.start for d in stream.diagnostics if d.span]
    assert places == sorted(places)
    if not stream.diagnostics:
        for document in stream.documents:
            for candidate in document.candidates:
                assert 0 <= candidate.at >> 32 <= candidate.at & 0xFFFFFFFF <= len(text)


@SETTINGS
@given(texts(max_size=60))
def test_line_breaks_make_no_difference(text: str) -> None:
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    one, two = read(Source("x", unix)), read(Source("x", unix.replace("\n", "\r\n")))
    assert [d.code for d in one.diagnostics] == [d.code for d in two.diagnostics]
    assert [repr(plain(d.root)) for d in one.documents] == [
        repr(plain(d.root)) for d in two.documents
    ]


def test_a_stream_holds_its_documents_in_order() -> None:
    stream = read(Source("x", "a: 1\n---\nb: 2\n...\n---\nc: 3\n"))
    assert [plain(document.root) for document in stream.documents] == [{"a": 1}, {"b": 2}, {"c": 3}]
    assert stream.source.name == "x"


def test_parsed_counts_its_values_and_keeps_its_candidates() -> None:
    parsed = read(Source("x", 'a: ["#b", x]\nb: &b {c: "p:/q"}\nd: *b\n')).documents[0]
    assert parsed.nodes == 7  # not keys
    assert [(c.text, c.slot) for c in parsed.candidates] == [("#b", 0), ("p:/q", "c")]
    assert parsed.candidates[1].parent is parsed.root.entries["b"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "is_candidate"),
    [
        ('"#a"', True),
        ("'@a'", True),
        ("./x#a", True),
        ("//lab/x#a", True),
        ("p:/x", True),
        ("p:#x", True),
        ('!!str "#a"', False),
        ('! "#a"', False),
        ("a#b", False),
        ("me@example.org", False),
    ],
)
def test_what_may_be_a_reference(value: str, is_candidate: bool) -> None:
    assert (type(root(f"k: {value}").entries["k"]) is Candidate) is is_candidate


def test_an_alias_of_a_scalar_is_the_scalar_and_of_a_collection_the_place() -> None:
    entries = root('a: &a "#x"\nb: *a\nc: &c [1]\nd: *c\ne: &e 1\nf: *e\n').entries
    copied, alias = entries["b"], entries["d"]
    assert isinstance(copied, Candidate)
    assert (copied.text, copied.slot) == ("#x", "b")
    assert isinstance(alias, Alias)
    assert alias.target is entries["c"]
    assert isinstance(entries["f"], Scalar)
    assert entries["f"].value == 1


def test_an_anchor_set_again_counts_from_there_on() -> None:
    assert plain(root("a: &x 1\nb: *x\nc: &x 2\nd: *x\n")) == {"a": 1, "b": 1, "c": 2, "d": 2}


def test_anchors_end_with_their_document() -> None:
    assert found("a: &x 1\n---\nb: *x\n") == ["yaml-alias-undefined 3:4"]


def test_kinds_of_scalars() -> None:
    entries = root("a: 1\nb: '1'\nc: !!str 1\nd: !!float 1\ne: |\n  1\n").entries
    kinds = [node.kind for node in entries.values() if isinstance(node, Scalar)]
    assert kinds == [Kind.PLAIN, Kind.STRING, Kind.VERBATIM, Kind.FLOAT, Kind.STRING]


def test_nesting_of_one_hundred_is_allowed() -> None:
    assert found("a: " + "[" * 99 + "]" * 99) == []
    assert found("a: " + "[" * 100 + "]" * 100) == ["yaml-too-deep 1:103"]


def test_an_alias_weight_just_below_the_limit_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "MAX_ALIAS_WEIGHT", 100)
    text = "a: &a [" + "x, " * 9 + "x]\nb: [" + "*a, " * 8 + "*a]\n"
    assert found(text) == []
    assert [code.split()[0] for code in found(text.replace("b: [", "b: [" + "*a, " * 20))] == [
        "yaml-alias-weight"
    ]


def test_one_run_shows_every_unquoted_reference() -> None:
    assert found("a: @x\nb: #y\nc: [@z]\nd: 1\n") == [
        "reference-unquoted 1:4",
        "reference-unquoted 2:4",
        "reference-unquoted 3:5",
    ]


def test_after_fifty_unquoted_references_the_reader_stops_counting() -> None:
    text = "".join(f"k{number}: @x\n" for number in range(200))
    assert len(found(text)) == 51


@pytest.mark.parametrize(
    ("text", "place"),
    [("a: &x #data.x", "1:7"), ("a: !!null #x", "1:11"), ("a: ## x", "1:4"), ("a: ####", "1:4")],
)
def test_unquoted_references_that_are_missed(text: str, place: str) -> None:
    assert found(text) == [f"reference-unquoted {place}"]


def test_an_unquoted_reference_in_a_flow_mapping() -> None:
    assert found("{a: #b\n}") == ["reference-unquoted 1:5"]


def test_the_place_of_an_anchored_scalar() -> None:
    node = root('a: &x "#b"').entries["a"]
    assert isinstance(node, Scalar)
    assert node.at >> 32 == 6


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: !!str x", 9),
        ("a: &x !!str x", 12),
        ("a: !<tag:yaml.org,2002:str> |-\n  x", 28),
        ("a: &x  # 'comment'\n  !!str\n  'x'", 29),
        ("a: &x\r\n  # c\r\n  x", 16),
        ("a: &x\nb: x", 3),
    ],
)
def test_places_behind_anchors_and_tags(text: str, place: int) -> None:
    node = root(text).entries["a"]
    assert isinstance(node, Scalar)
    assert node.at >> 32 == place


def test_the_place_of_an_anchored_key() -> None:
    mapping = root("a:\n  &k b: [1,\n    2]\n").entries["a"]
    assert isinstance(mapping, Mapping)
    assert mapping.key_place("b") >> 32 == 8


@pytest.mark.parametrize(
    "text", ["a: &x # c", "a: !!null # c", "a: # c", "a: #\n", "- [b, # c\n c]"]
)
def test_comments_behind_what_is_empty(text: str) -> None:
    assert found(text) == []


def test_an_unclosed_list_that_begins_with_a_comment() -> None:
    assert [code.split()[0] for code in found("a: [ # c\n")] == ["yaml-syntax"]


def test_a_byte_order_mark_counts_as_no_column() -> None:
    assert found("\ufeffa: @b") == ["reference-unquoted 1:4"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a, b]: 1", "yaml-key-not-scalar 1:1"),
        ("{a: 1}: 1", "yaml-key-not-scalar 1:1"),
        (": 1", "yaml-key-not-scalar 1:1"),
        ("a: b: c", "yaml-syntax 1:5"),
        ("a: `b", "yaml-syntax 1:4"),
        ("a:\n\t- b", "yaml-syntax 2:1"),
        ("a: \ud800", "text-encoding 1:4"),
        ("a: \x00", "text-control-character 1:4"),
        ("a: -", "yaml-syntax 1:4"),
        ("", "document-empty 1:1"),
        ("# only\n", "document-empty 1:1"),
    ],
)
def test_refusals(text: str, expected: str) -> None:
    assert found(text) == [expected]


def test_hints_help() -> None:
    hints = {
        text: read(Source("x", text)).diagnostics[0].hint
        for text in ("a: @b", "a:\n\t- b", "a: `b", "a: b: c", "a: *b")
    }
    assert hints == {
        "a: @b": 'quote it: "@b"',
        "a:\n\t- b": "indent with spaces, not tabs",
        "a: `b": "quote the value",
        "a: b: c": "quote a value that holds `: `, or check the indentation",
        "a: *b": 'if a string is meant, quote it: "*b"',
    }


def test_named_lists_are_found_when_they_are_complete() -> None:
    node = root("a: [{x: 1}, {y: }]").entries["a"]
    assert isinstance(node, Sequence)
    assert node.named is not None
    empty = node.named["y"]
    assert isinstance(empty, Mapping)
    assert empty.is_null


# Work


def test_many_duplicate_keys_take_linear_time() -> None:
    text = "".join(f"k{number}: 1\n" for number in range(100_000)) * 2
    with deadline():
        read(Source("x", text))


@pytest.mark.parametrize(
    "text", ['a: "b"' + "#x" * 100_000, 'a: "' + "x#" * 50_000 + '" # ' + "x#" * 50_000]
)
def test_many_signs_in_one_line_take_linear_time(text: str) -> None:
    with deadline():
        read(Source("x", text))


def test_many_control_characters_take_little_memory() -> None:
    source = Source("x", "\x01" * 1_000_000)
    tracemalloc.start()
    try:
        assert len(read(source).diagnostics) == 50
        assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    finally:
        tracemalloc.stop()


def test_a_float_that_is_too_large_for_its_tag() -> None:
    stream = read(Source("x", "a: !!float 1" + "0" * 400))
    try:
        plain(stream.documents[0].root)
    except LinkdataError:
        return
