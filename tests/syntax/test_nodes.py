from __future__ import annotations

import math

import pytest
from hypothesis import given, settings

from linkdata.spans import Source
from linkdata.syntax.nodes import Candidate, Mapping, Scalar, Sequence, enclosing, path_of, plain
from linkdata.syntax.reader import read
from linkdata.testing.strategies import Sample, documents


def root(text: str) -> Mapping:
    stream = read(Source("x", text))
    assert stream.diagnostics == []
    found = stream.documents[0].root
    assert isinstance(found, Mapping)
    return found


def candidate(text: str) -> Candidate:
    (found,) = read(Source("x", text)).documents[0].candidates
    return found


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('a: {b: "#x"}', ("a", "b")),
        ('a: [1, ["#x"]]', ("a", 1, 0)),
        ('a: [{b: "#x"}]', ("a", "b")),  # a named list stands for its names
        ('a: [{b: {c: "#x"}}, {d: }]', ("a", "b", "c")),
        ('a: [{b: "#x"}, {b: 1}]', ("a", 0, "b")),  # not a named list
        ('a: [{b: [{c: "#x"}]}]', ("a", "b", "c")),
        ('"": {"a.b": "#x"}', ("", "a.b")),
    ],
)
def test_paths(text: str, path: tuple[object, ...]) -> None:
    assert path_of(candidate(text)) == path


def test_enclosing_skips_the_mapping_around_an_entry() -> None:
    around = list(enclosing(candidate('a: [{b: {c: ["#x"]}}]')))
    assert [type(node).__name__ for node, _ in around] == [
        "Sequence", "Mapping", "Sequence", "Mapping",
    ]  # fmt: skip
    assert [slot for _, slot in around] == [0, "c", "b", "a"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[{x: 1}]", ["x"]),
        ("[{x: 1}, {y: [2]}, {z: }]", ["x", "y", "z"]),
        ("[]", None),
        ("[{}]", None),
        ("[{x: 1}, {x: 2}]", None),
        ("[{x: 1, y: 2}]", None),
        ("[{x: 1}, y]", None),
        ("[&a {x: 1}, *a]", None),
        ("[[x]]", None),
    ],
)
def test_named_lists(text: str, named: list[str] | None) -> None:
    node = root(f"k: {text}").entries["k"]
    assert isinstance(node, Sequence)
    assert (None if node.named is None else list(node.named)) == named


def test_plain_gives_back_what_was_written() -> None:
    assert plain(root("a: [{x: }, {y: {}}]\nb: &b {c: 1}\nd: *b\ne: !!float 1\n")) == {
        "a": [{"x": None}, {"y": {}}],
        "b": {"c": 1},
        "d": {"c": 1},
        "e": 1.0,
    }


def test_the_place_of_a_key() -> None:
    node = root("a: 1\n'b c': 2\n")
    assert [(at >> 32, at & 0xFFFFFFFF) for at in (node.key_place("a"), node.key_place("b c"))] == [
        (0, 1), (5, 10),
    ]  # fmt: skip


def test_null_only_where_it_is_written_plain() -> None:
    entries = root("a:\nb: ''\nc: ~\nd: 'null'\ne: !!str\n").entries
    nulls = {key: node.is_null for key, node in entries.items() if isinstance(node, Scalar)}
    assert nulls == {"a": True, "b": False, "c": True, "d": False, "e": False}


def test_a_tagged_float() -> None:
    entries = root("a: !!float 0x10\nb: !!float .nan\nc: !!float '1'\n").entries
    a, b, c = (node.value for node in entries.values() if isinstance(node, Scalar))
    assert (a, type(a), c) == (16.0, float, 1.0)
    assert math.isnan(b)  # type: ignore[arg-type]


def test_reprs_are_short() -> None:
    node = root("a: 1\nb: [1, 2]\nc: &c {}\nd: *c\n")
    assert repr(node) == "Mapping(a, b, c, d)"
    assert [repr(value) for value in node.entries.values()] == [
        "Scalar('1')", "Sequence(2 items)", "Mapping()", "Alias(Mapping())",
    ]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(documents())
def test_a_document_reads_back_as_its_content(sample: Sample) -> None:
    assert plain(root(sample.text)) == sample.content


@settings(max_examples=100, deadline=None)
@given(documents())
def test_the_path_of_every_candidate_is_its_slot(sample: Sample) -> None:
    found = read(Source("x", sample.text)).documents[0].candidates
    paths = {path_of(one) for one in found if one.text.startswith("#")}
    assert sample.references.keys() <= paths
