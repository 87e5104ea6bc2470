from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from linkdata.spans import Source
from linkdata.syntax.nodes import Kind, Mapping, Scalar, plain
from linkdata.syntax.reader import read
from linkdata.syntax.writer import Flow, Tagged, document, written

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(["<<", "\u2028", "a\x85b", "\x7f", "\ufeff", "a\r\nb", "---", "~", "01"]),
)  # fmt: skip
odd = st.sampled_from(
    ["<<", "\u2028", "a\x85b", "\x7f", "\ufeff", "#", "\n\u00b4", " \r\n", "- a", "a: b", "'", "\t"]
)
keys = odd | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
data = st.dictionaries(
    keys,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=12,
    ),
    min_size=1,
    max_size=4,
)


def node(text: str) -> Mapping:
    (parsed,) = read(Source("x", text)).documents
    assert isinstance(parsed.root, Mapping)
    return parsed.root


@pytest.mark.parametrize("text", ["#x", "@x", "./a.yaml#b", "p:/x", "o:x", "1", "", "a\nb"])
def test_a_tagged_text_is_no_reference(text: str) -> None:
    found = node(document({"a": Tagged(text)})).entries["a"]
    assert isinstance(found, Scalar)
    assert (found.kind, found.value) == (Kind.VERBATIM, text)
    assert document({"a": Tagged("#x")}) == 'a: !!str "#x"\n'


@pytest.mark.parametrize("text", ["no", "on", "12:30:00", "1_000", "0b1", "01", "~", "1e3"])
def test_what_yaml_1_1_reads_differently_is_quoted(text: str) -> None:
    for found in (document({"a": text}), written({"a": text})):
        assert yaml.safe_load(found) == {"a": text}


def test_dates_are_quoted_where_that_is_asked_for() -> None:
    assert written({"a": "2024-01-01"}) == "a: 2024-01-01\n"
    assert written({"a": "2024-01-01"}, dates=False) == "a: '2024-01-01'\n"


def test_order_is_kept_and_short_lists_stand_on_a_line() -> None:
    text = document({"b": {"y": [1, [2]], "x": [{"k": 1}]}, "a": Flow(k=1, j=2)})
    assert text == "b:\n  y: [1, [2]]\n  x:\n  - k: 1\na: {k: 1, j: 2}\n"


@settings(max_examples=200, deadline=None)
@given(data)
def test_what_is_written_reads_back(value: dict[str, object]) -> None:
    assert plain(node(document(value))) == value
    assert plain(node(written(value))) == value
