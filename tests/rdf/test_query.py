from __future__ import annotations

import json
import sys
from typing import Any

import pytest

import linkdata
from linkdata.dataset.querying import query
from linkdata.errors import RetrievalError, UsageError

TEXT = """\
meta: {id: d, base: http://b/}
prefixes: {o: http://o/}
data: {is_a: o:Session, probes: [{site: CA1, depth: 10}, {site: CA3, depth: 2.5}], ok: true}
"""


@pytest.fixture(scope="module")
def ds() -> linkdata.Dataset:
    return linkdata.loads(TEXT)


def test_rows_are_values_of_python(ds: Any) -> None:
    found = ds.query("SELECT ?d ?s { ?p term:site ?s ; term:depth ?d } ORDER BY ?s")
    assert found.columns == ["d", "s"]
    assert list(found) == [(10, "CA1"), (2.5, "CA3")]


def test_prefixes_of_documents_are_declared(ds: Any) -> None:
    assert list(ds.query("SELECT ?x { ?x a o:Session }")) == [("http://b/d#data",)]


def test_truth(ds: Any) -> None:
    assert ds.query("ASK { ?x term:ok true }")
    assert not ds.query("ASK { ?x term:ok false }")
    assert ds.query("ASK {}").text("table") == "true\n"
    assert ds.query("ASK {}").text("csv") == "answer\ntrue\n"


def test_texts(ds: Any) -> None:
    select = "SELECT ?x ?n { ?x a o:Session OPTIONAL { ?x term:none ?n } }"
    assert (
        ds.query(select).text("table")
        == "x                n\n---------------  -\nhttp://b/d#data\n"
    )
    assert ds.query(select).text("csv") == "x,n\nhttp://b/d#data,\n"
    found = json.loads(ds.query(select).text("json"))
    assert found["results"]["bindings"] == [{"x": {"type": "uri", "value": "http://b/d#data"}}]
    turtle = ds.query("CONSTRUCT { ?x a o:New } { ?x a o:Session }").text("ttl")
    assert "<http://b/d#data> a o:New ." in turtle


def test_a_table_does_not_let_controls_through() -> None:
    ds = linkdata.loads('data: {x: "\\e[31m"}\n')
    assert "\x1b" not in ds.query("SELECT ?x { ?s term:x ?x }").text("table")


@pytest.mark.parametrize(
    ("text", "format"), [("SELECT * {}", "ttl"), ("CONSTRUCT {} {}", "csv"), ("SELEC", "table")]
)
def test_misuse(ds: Any, text: str, format: str) -> None:
    with pytest.raises(UsageError):
        ds.query(text).text(format)


@pytest.mark.parametrize(
    "text",
    ["SELECT * { SERVICE <http://x/> { ?s ?p ?o } }", "select * { service silent ?s { } }",
     "SELECT * { ?s ?p 'SERVICE' . SERVICE ?x {} }"],
)  # fmt: skip
def test_no_other_service_is_asked(ds: Any, text: str) -> None:
    with pytest.raises(RetrievalError) as caught:
        ds.query(text)
    assert caught.value.code == "network-refused"


@pytest.mark.parametrize(
    "text",
    ["SELECT ?service { ?service a o:Session }", "SELECT * { ?s ?p 'SERVICE' }",
     "SELECT * { ?s ?p <http://x/SERVICE> } # SERVICE", "SELECT * { ?s o:service ?o }",
     'SELECT * { ?s ?p """a "SERVICE" b""" }'],
)  # fmt: skip
def test_the_word_may_stand_elsewhere(ds: Any, text: str) -> None:
    list(ds.query(text))


def test_many_datasets_are_one_graph() -> None:
    one = linkdata.loads("meta: {id: a}\ndata: {l: [1, 2], to: 1}\n")
    two = linkdata.loads("meta: {id: b}\nprefixes: {o: http://o/}\ndata: {l: [3], at: o:x}\n")
    found = query([one, two], "SELECT (COUNT(?c) AS ?n) { ?c rdf:first ?x }")
    assert list(found) == [(3,)]  # cells of different documents stay apart
    assert list(query([one, two], "SELECT ?s { ?s term:at o:x }")) == [("urn:linkdata:b#data",)]


def test_without_pyoxigraph_it_says_what_to_install(
    ds: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyoxigraph", None)
    with pytest.raises(UsageError, match="linkdata\\[oxigraph\\]"):
        ds.query("ASK {}")
