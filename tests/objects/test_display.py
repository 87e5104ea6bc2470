from __future__ import annotations

from html.parser import HTMLParser
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

import linkdata
from linkdata.objects.display import document_outline, one_line, rich_tree
from linkdata.testing.bounds import deadline
from linkdata.testing.strategies import written


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


OUR_TAGS = {"div", "details", "summary", "b", "span"}


def test_one_line() -> None:
    found = linkdata.loads("data: {is_a: Thing, x: 1, y: 2}\n")
    assert repr(found.data) == "<Thing #data: x, y>"
    assert repr(found) == (
        "<Dataset urn:linkdata:document from <text>: <object urn:linkdata:document: data>>"
    )


def test_many_fields_are_counted() -> None:
    text = ", ".join(f"k{number}: 1" for number in range(9))
    assert repr(linkdata.loads(f"data: {{{text}}}\n").data) == (
        "<object #data: k0, k1, k2, k3, k4, k5, ... 9 fields>"
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"), (True, "True"), (1.5, "1.5"), ("a\n  b", "a b"), ([1, 2], "[2 items]"),
        ("x" * 73, "x" * 69 + "..."), ("x" * 72, "x" * 72),
    ],
)  # fmt: skip
def test_values_in_one_line(value: object, expected: str) -> None:
    assert one_line(value) == expected


HOSTILE = ["<script>alert(1)</script>", "<img src=x onerror=y>", "&amp;", "\"'>", "</details>"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_html_is_escaped_wherever_text_comes_from(hostile: str) -> None:
    text = written(
        {"data": {hostile: hostile, "o": {"is_a": hostile, "l": [hostile, {"x": hostile}]},
                  "d": f"#data.{written(hostile)}.x"}}
    )  # fmt: skip
    ds = linkdata.loads(text)
    for html in (ds._repr_html_(), ds.data._repr_html_()):
        found = Tags(html)
        assert found.tags <= OUR_TAGS
        assert hostile in found.text


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_no_text_makes_html_of_its_own(value: str) -> None:
    html = linkdata.loads(f"data: {{{written('k' + value)}: {written(value)}}}\n")._repr_html_()
    assert Tags(html).tags <= OUR_TAGS


def test_problems_are_shown_and_do_not_raise() -> None:
    ds = linkdata.loads('data: {x: "#nope", y: 1}\n')
    assert "reference-dangling" in ds._repr_html_()
    assert repr(ds.data) == "<object #data: x, y>"


def test_an_object_is_shown_once_and_then_by_its_path() -> None:
    ds = linkdata.loads('n: {x: 1}\ndata: {a: "#n", b: "#n", c: "#data"}\n')
    shown = Tags(ds._repr_html_()).text
    assert shown.count("-> #n") == 1
    assert shown.count("-> #data") == 1


def test_the_tree_in_a_terminal() -> None:
    ds = linkdata.loads("data: {is_a: T, '[red]x': '[bold]y', l: [1, 2], o: {p: q}}\n")
    out = StringIO()
    Console(file=out, width=80, color_system=None).print(rich_tree(document_outline(ds.graph, 4)))
    assert out.getvalue().splitlines() == [
        "urn:linkdata:document",
        "└── data  T",
        "    ├── [red]x  [bold]y",
        "    ├── l  [1, 2]",
        "    └── o",
        "        └── p  q",
    ]


def test_large_objects_are_cut() -> None:
    text = ", ".join(f"k{number}: {{}}" for number in range(100))
    assert "... 60 more" in linkdata.loads(f"data: {{{text}}}\n")._repr_html_()


@pytest.mark.parametrize("where", ["key", "value"])
def test_no_control_characters_reach_the_terminal(where: str) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J"
    content = {hostile: {}} if where == "key" else {"x": hostile}
    ds = linkdata.loads(written({"data": content}))
    out = StringIO()
    Console(file=out, width=80, color_system=None).print(rich_tree(document_outline(ds.graph, 4)))
    assert "\x1b" not in out.getvalue() + repr(ds.data)


def test_a_bomb_of_references_to_lists() -> None:
    levels = "".join(
        f"  l{n}: [{', '.join([chr(34) + f'#data.l{n - 1}' + chr(34)] * 10)}]\n"
        for n in range(1, 10)
    )
    ds = linkdata.loads(f"data:\n  l0: [x]\n{levels}")
    with deadline():
        ds._repr_html_()
