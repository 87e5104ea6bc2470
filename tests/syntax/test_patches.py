from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkdata.spans import Source
from linkdata.syntax.edits import applied
from linkdata.syntax.nodes import Mapping, plain
from linkdata.syntax.patches import REMOVED, Patches, Raw, flow
from linkdata.syntax.reader import read
from linkdata.syntax.references import unescape


def root(text: str) -> Mapping:
    stream = read(Source("x", text))
    assert not stream.diagnostics, (text, stream.diagnostics)
    found = stream.documents[0].root
    assert isinstance(found, Mapping)
    return found


def patched(text: str, *changes: tuple[str, Any]) -> str:
    patches = Patches(text)
    tree = root(text)
    for path, value in changes:
        patches.set(tree, path.split("."), value)
    return applied(text, patches.edits())


CASES = [
    ("a: 1\n", ("a", 2), "a: 2\n"),
    ("a: 1 # why\nb: 2\n", ("a", "x"), "a: x # why\nb: 2\n"),
    ("a: 1", ("b", 2), "a: 1\nb: 2"),
    ("a: 1 # why\n# end\n", ("b", 2), "a: 1 # why\nb: 2\n# end\n"),
    ("a: {x: 1}\n", ("a.y", 2), "a: {x: 1, y: 2}\n"),
    ("a: {}\n", ("a.y", 2), "a: {y: 2}\n"),
    ("a:\n  x: 1\nb: 2\n", ("a.y", 3), "a:\n  x: 1\n  y: 3\nb: 2\n"),
    ("a:\n  x: 1\n\n\nb: 2\n", ("a.y", 3), "a:\n  x: 1\n  y: 3\n\n\nb: 2\n"),
    ("a:\n- 1\n- 2\nb: 2\n", ("a", [3]), "a: [3]\nb: 2\n"),
    ("a:  # why\n- 1\nb: 2\n", ("a", [3]), "a:  # why\n  [3]\nb: 2\n"),
    ("a:\n", ("a", 1), "a: 1\n"),
    ("a:\nb: 1\n", ("a", "x"), "a: x\nb: 1\n"),
    ("a: |\n  text\n  more\nb: 1\n", ("a", "x"), "a: x\nb: 1\n"),
    ("a: | # why\n  text\n", ("a", "x"), "a: x # why\n"),
    ("a: 'it'\n", ("a", "is"), "a: is\n"),
    ("a: 1\r\nb: 2\r\n", ("c", 3), "a: 1\r\nb: 2\r\nc: 3\r\n"),
    ("a: 1\n", ("b.c.d", 2), "a: 1\nb: {c: {d: 2}}\n"),
    ("a: 1\nb: 2\nc: 3\n", ("b", REMOVED), "a: 1\nc: 3\n"),
    ("a: 1\nb:\n  c: 2\n  d: 3\ne: 4\n", ("b", REMOVED), "a: 1\ne: 4\n"),
    ("a: {b: 1, c: 2}\n", ("a.b", REMOVED), "a: {b: null, c: 2}\n"),
    ("a:\n  b: 1\n", ("a.b", REMOVED), "a:\n  b: null\n"),
    ("a: &x {b: 1}\nc: *x\n", ("c", 1), "a: &x {b: 1}\nc: 1\n"),
]


LONG = "t" * 60
CASES += [
    (
        "a: 1\n",
        ("b", {"x": LONG, "y": {"z": LONG, "s": 1}}),
        f"a: 1\nb:\n  x: {LONG}\n  y: {{z: {LONG}, s: 1}}\n",
    ),
    ("a:\n  x: 1\n", ("a.y", [LONG, LONG, 1]), f"a:\n  x: 1\n  y: [{LONG},\n    {LONG}, 1]\n"),
    ("a: {x: 1}\n", ("a.y", [LONG, LONG]), f"a: {{x: 1, y: [{LONG}, {LONG}]}}\n"),
]


@pytest.mark.parametrize(("text", "change", "expected"), CASES)
def test_one_change(text: str, change: tuple[str, Any], expected: str) -> None:
    found = patched(text, change)
    assert found == expected
    root(found)


def test_changes_that_share_a_new_mapping() -> None:
    found = patched("a: 1\n", ("b.c.x", 1), ("b.c.y", 2), ("b.z", 3), ("d", 4))
    assert found == "a: 1\nb: {c: {x: 1, y: 2}, z: 3}\nd: 4\n"


def test_references_and_texts_that_look_like_them() -> None:
    assert flow(Raw("#a.b")) == '"#a.b"'
    assert flow("#a.b") == '"##a.b"'
    assert flow("./x.yaml#a") == '!!str "./x.yaml#a"'
    assert flow("p:/x") == '!!str "p:/x"'


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab#@: ", min_size=1, max_size=4), inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.text("abcde -#:", min_size=1, max_size=4)
HEAD = "# a comment\na: 1  # one\nb:\n  x: [1, 2]\n  # inside\n  y: text\nc: {d: e}\n# last\n"


def meant(value: Any) -> Any:
    """What a document means: escaped signs undone; a named list is a mapping."""
    if isinstance(value, str):
        return unescape(value)
    if isinstance(value, list):
        return [meant(item) for item in value]
    if isinstance(value, dict):
        return {key: meant(item) for key, item in value.items()}
    return value


@settings(deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=4), st.dictionaries(KEYS, VALUES, max_size=3))
def test_whatever_is_set_is_read_back(top: dict[str, Any], below: dict[str, Any]) -> None:
    top.pop("b", None)
    patches = Patches(HEAD)
    tree = root(HEAD)
    for key, value in top.items():
        patches.set(tree, [key], value)
    for key, value in below.items():
        patches.set(tree, ["b", key], value)
    found = applied(HEAD, patches.edits())
    expected = {"a": 1, "b": {"x": [1, 2], "y": "text"}, "c": {"d": "e"}} | top
    expected["b"] |= below  # type: ignore[operator]
    assert meant(plain(root(found))) == expected
    for comment in ("# a comment", "# one", "# inside", "# last"):
        assert comment in found
