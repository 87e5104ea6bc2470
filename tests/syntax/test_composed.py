"""Documents that nobody wrote: reading their text gives the nodes that they have."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from linkdata.syntax.composed import composed
from linkdata.syntax.nodes import Mapping, Node, Scalar, plain, start
from linkdata.syntax.reader import read

WORDS = st.from_regex(r"[a-z]{1,8}", fullmatch=True).map(lambda word: f"k{word}")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"))
FIELDS = st.dictionaries(
    WORDS,
    st.recursive(TEXTS, lambda inner: st.dictionaries(WORDS, inner, min_size=1, max_size=3)),
    min_size=1,
)


def places(node: Node) -> list[Any]:
    """Where keys and texts are, and where mappings begin."""
    if isinstance(node, Scalar):
        return [node.at]
    assert isinstance(node, Mapping)
    inner = [places(one) for one in node.entries.values()]
    return [start(node.at), node.key_places, node.slot, inner]


@given(FIELDS)
def test_reading_the_text_gives_the_same(fields: dict[str, Any]) -> None:
    made = composed("x", fields)
    again = read(made.source)
    assert not again.diagnostics
    (one,), (other,) = made.documents, again.documents
    assert plain(one.root) == plain(other.root) == fields
    assert places(one.root) == places(other.root)
    known = [(found.at, found.slot) for found in one.candidates]
    assert all((found.at, found.slot) in known for found in other.candidates)


def test_half_a_character_is_no_text() -> None:
    """As the name of a file may have it."""
    made = composed("x", {"path": "\udcff.h5"})
    assert [one.code for one in made.diagnostics] == ["text-encoding"]
    assert made.documents == []
