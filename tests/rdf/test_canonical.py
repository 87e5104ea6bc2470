from __future__ import annotations

import os
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkdata
from linkdata.errors import OutputError
from linkdata.rdf import canonical as under_test
from linkdata.rdf.canonical import canonical
from linkdata.testing.strategies import Sample, documents

SUITE = Path(os.environ.get("LINKDATA_CORPUS", "/nonexistent")) / "suites" / "rdf-canon" / "tests"
FIRST, REST = (f"<http://www.w3.org/1999/02/22-rdf-syntax-ns#{name}>" for name in ("first", "rest"))
NIL = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#nil>"


def by_oxigraph(text: str) -> list[str]:
    made = pyoxigraph.Dataset(pyoxigraph.parse(text.encode(), format=pyoxigraph.RdfFormat.N_QUADS))
    made.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(f"{quad} .\n" for quad in made)


def column(values: list[str]) -> str:
    cells = [f"_:c{i}" for i in range(len(values))] + [NIL]
    lines = [f"<urn:s> <urn:p> {cells[0]} ."]
    for i, value in enumerate(values):
        lines.append(f"{cells[i]} {FIRST} {value} .")
        lines.append(f"{cells[i]} {REST} {cells[i + 1]} .")
    return "\n".join(lines) + "\n"


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["_:a", "_:b", "_:c", "<urn:x>"]),
            st.sampled_from(["<urn:p>", "<urn:q>"]),
            st.sampled_from(["_:a", "_:b", "_:c", "_:d", '"l"', "<urn:x>"]),
            st.sampled_from(["", "_:g", "<urn:g>"]),
        ),
        max_size=8,
    )
)
def test_any_graph_is_as_another_library_has_it(quads: list[tuple[str, ...]]) -> None:
    text = "".join(f"{' '.join(part for part in quad if part)} .\n" for quad in quads)
    assert list(canonical([text])) == by_oxigraph(text)


@pytest.mark.parametrize(
    "values",
    [['"a"'], ['"a"', '"b"', '"c"'], ['"a"'] * 30, ['"a"', '"b"'] * 10, ['"a"'] * 5 + ['"b"'] * 5],
)
def test_columns(values: list[str]) -> None:
    text = column(values)
    assert list(canonical([text])) == by_oxigraph(text)


@settings(max_examples=60, deadline=None)
@given(sample=documents())
def test_the_order_of_keys_makes_no_difference(sample: Sample) -> None:
    one, other = (linkdata.loads(text) for text in (sample.text, sample.reordered()))
    assert one.dumps("nq", canonical=True) == other.dumps("nq", canonical=True)


def test_labels_make_no_difference() -> None:
    text = column(['"a"'] * 4)
    other = text.replace("_:c", "_:zzz")
    lines = other.splitlines(keepends=True)
    assert list(canonical(lines[::-1])) == list(canonical([text]))


def test_where_a_document_lies_makes_no_difference(tmp_path: Path) -> None:
    text = "meta: {id: d, prefixes: {p: {path: x.yaml}}}\ndata: {a: [1, 1], b: 'p:#data'}\n"
    found = []
    for folder in (tmp_path / "a", tmp_path / "b" / "c"):
        folder.mkdir(parents=True)
        (folder / "x.yaml").write_text("data: {}\n")
        (folder / "any.yaml").write_text(text)
        found.append(linkdata.open(folder / "any.yaml").dumps("nq", canonical=True))
    assert found[0] == found[1]


def test_what_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "MAX_STEPS", 1000)
    with pytest.raises(OutputError) as caught:
        list(canonical([column(['"a"'] * 100)]))
    assert caught.value.code == "value-too-large"
    assert len(list(canonical([column([f'"{i}"' for i in range(5000)])]))) == 10001


def test_what_is_no_line() -> None:
    with pytest.raises(OutputError) as caught:
        list(canonical(["_:a b .\n"]))
    assert caught.value.code == "value-not-representable"


@pytest.mark.skipif(not SUITE.exists(), reason="LINKDATA_CORPUS has no rdf-canon suite")
def test_the_suite() -> None:
    inputs = sorted(SUITE.rglob("*-in.nq"))
    assert inputs
    for path in inputs:
        expected = path.with_name(path.name.replace("-in.nq", "-rdfc10.nq"))
        if not expected.exists():
            continue  # a map of labels, or a graph that is to be refused
        quads = pyoxigraph.parse(path.read_bytes(), format=pyoxigraph.RdfFormat.N_QUADS)
        text = pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS).decode()
        algorithm = "sha384" if path.name.startswith("test075") else "sha256"
        assert "".join(canonical([text], algorithm)) == expected.read_text(), path.name
