from __future__ import annotations

import pytest

from linkdata.spans import Source
from linkdata.syntax.nodes import plain
from linkdata.syntax.reader import read


def found(text: str) -> list[str]:
    stream = read(Source("x", text))
    return [f"{d.code} {d.span.position if d.span else None}" for d in stream.diagnostics]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a: "b"#c', "yaml-syntax 1:7"),
        ("a: [b]#c", "yaml-syntax 1:7"),
        ("a: |#c\n  b", "yaml-syntax 1:5"),
        ('a: "b" #c#d', None),
        ("a: b#c", None),
        ("a: |\n  b#c\n", None),
        ("a: 1\t#c", None),
        ("#a#b\na: 1", None),
        ('a: "x#y" # z#z', None),
    ],
)
def test_comments_need_a_space(text: str, expected: str | None) -> None:
    assert found(text) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%YAML 1.2\n---\na: 1", None),
        ("%YAML 1.2 # c\n---\na: 1", None),
        ("%YAML 1.2\r\n---\r\na: 1", None),
        ("%YAML 1.1\n---\na: 1", "yaml-directive 1:1"),
        ("%TAG ! tag:x,2000:\n---\na: 1", "yaml-directive 1:1"),
        ("%FOO\n---\na: 1", "yaml-directive 1:1"),
        ("a: 1\n...\n%YAML 1.2\n---\nb: 1", "yaml-directive 3:1"),
        ("a: |\n  x\n  %TAG\n", None),
        ('a: "x\n\n  %TAG"\n', None),
        ("# %FOO\na: 1", None),
    ],
)
def test_directives(text: str, expected: str | None) -> None:
    assert found(text) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%YAML 1.2\r---\ra: 1\r", []),
        ("a: 1\r...\r%TAG ! tag:x\r---\rb: 1\r", ["yaml-directive 3:1"]),
    ],
)
def test_directives_between_carriage_returns(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("a:\n  b: [1,\n   2]\n", True),
        ("a:\n  b: [1,\n  2]\n", False),
        ("a:\n  b: [1,\n  ]\n", True),  # only what closes
        ("a: [\n1]\n", False),
        ("[\n1]\n", True),  # nothing is around it
        ('a:\n  b: "1\n   2"\n', True),
        ('a:\n  b: "1\n  2"\n', False),
        ("a: '1\n2'\n", False),
        ("- [1,\n 2]\n", True),
        ("- [1,\n2]\n", False),
        ("a: [1,\n\n  2]\n", True),  # an empty line is no line of it
    ],
)
def test_continued_lines_are_indented(text: str, good: bool) -> None:
    assert (found(text) == []) is good


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("a: |\n\n  b\n", True),
        ("a: |\n    \n  b\n", False),
        ("a: |\n  \n  b\n", True),
        ("a: |2\n    \n  b\n", True),
        ("a: >-\n   \n  b\n", False),
    ],
)
def test_empty_lines_before_a_block_scalar(text: str, good: bool) -> None:
    assert (found(text) == []) is good


@pytest.mark.parametrize("tag", ["!!map ", "&x "])
def test_a_tagged_or_anchored_mapping_has_the_column_of_its_first_key(tag: str) -> None:
    assert found(f"a: {tag}\n  b: [1,\n   2]\n") == []
    assert found(f"a: {tag}\n  b: [1,\n  2]\n") != []


def test_a_refused_text_still_gives_its_nodes() -> None:
    stream = read(Source("x", 'a: "b"#c\n'))
    assert plain(stream.documents[0].root) == {"a": "b"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('d:\n  ? "n"\n  : 1\n  b: [1,\n    2]\n', []),
        ('? "n"\n: 1\nb: [1,\n 2]\n', []),
        ('d:\n  ? "n"\n  : 1\n  b: [1,\n  2]\n', ["yaml-syntax 5:3"]),
        ("d: !!map\n  b: [1,\n  2]\n", ["yaml-syntax 3:3"]),
    ],
)
def test_lines_go_on_further_in_than_the_mapping(text: str, expected: list[str]) -> None:
    assert found(text) == expected
