from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import linkdata
from linkdata.spans import Source
from linkdata.syntax.nodes import plain
from linkdata.syntax.reader import read
from linkdata.testing.bounds import deadline
from linkdata.testing.strategies import Sample, documents, plain_scalars, written


def body(text: str) -> dict[str, Any]:
    """The expanded form, without what RDF says beyond it."""
    found = json.loads(linkdata.loads(text).dumps("json"))
    assert isinstance(found, dict)
    assert len(found.pop("@included")) == 1
    return found


def test_every_object_stands_once_and_is_named_elsewhere() -> None:
    found = body('n: {x: 1}\ndata: {a: "#n", b: "#n", c: {d: "#data.c"}}\nfree: {y: 2}\n')
    base = "urn:linkdata:document"
    found.pop("@context", None)
    assert found == {
        "@id": base,
        "data": {
            "@id": f"{base}#data",
            "a": {"@id": f"{base}#n", "x": 1},
            "b": {"@id": f"{base}#n"},
            "c": {"@id": f"{base}#data.c", "d": {"@id": f"{base}#data.c"}},
        },
        "free": {"@id": f"{base}#free", "y": 2},
    }


def test_classes_are_types() -> None:
    found = body("prefixes: {o: http://o/}\ndata: {is_a: 'o:X', x: 1}\n")["data"]
    assert found == {"@id": "urn:linkdata:document#data", "@type": "http://o/X", "x": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, 2]", [1, 2]), ("[[1.5]]", [[1.5]]), ("~", None), (".nan", "NaN"), ("-.inf", "-INF"),
        ("[.inf, 1.5]", ["INF", 1.5]), ("100000000000000000000", 10**20), ("é😀", "é😀"),
        ('"\\0"', "\0"), ('"##x"', "#x"), ("[a, [b]]", ["a", ["b"]]), ("true", True),
    ],
)  # fmt: skip
def test_values(text: str, expected: object) -> None:
    assert body(f"data: {{x: {text}}}\n")["data"]["x"] == expected


def test_named_lists_are_mappings() -> None:
    found = body("data: [{b: {v: 1}}, {a: }]\n")["data"]
    assert list(found) == ["@id", "b", "a"]
    assert found["a"] == {"@id": "urn:linkdata:document#data.a"}


def test_yaml_and_json_say_the_same() -> None:
    text = 'n: {x: [1, 2]}\ndata: {a: "#n", b: ["#n", é]}\n'
    ds = linkdata.loads(text)
    expanded = ds.dumps("yaml", expanded=True)
    assert yaml.safe_load(expanded) == json.loads(ds.dumps("json"))
    assert "&" not in expanded


@pytest.mark.parametrize("value", ["1e5", "0o17", "1.5e3"])
def test_strings_of_expanded_yaml_stay_strings(value: str) -> None:
    expanded = linkdata.loads(f"data: {{x: '{value}'}}\n").dumps("yaml", expanded=True)
    root: Any = plain(read(Source("x", expanded)).documents[0].root)
    assert root["data"]["x"] == value


@settings(max_examples=150, deadline=None)
@given(st.one_of(plain_scalars(), st.text(st.characters(exclude_categories=["Cs"]), max_size=20)))
def test_strings_of_expanded_json_stay_strings(value: str) -> None:
    ds = linkdata.loads(f"data: {{x: !!str {written(value)}}}\n")
    assert json.loads(ds.dumps("json"))["data"]["x"] == value


@settings(max_examples=60, deadline=None)
@given(documents())
def test_every_document_can_be_written(sample: Sample) -> None:
    ds = linkdata.loads(sample.text)
    for text in (ds.dumps("json"), ds.dumps("yaml", expanded=True), repr(ds), ds._repr_html_()):
        assert text
    assert ds.dumps() == sample.text


@settings(max_examples=60, deadline=None)
@given(documents())
def test_every_identity_stands_at_most_once_with_its_fields(sample: Sample) -> None:
    full: list[str] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if "@id" in value and len(value) > 1:
                full.append(value["@id"])
            for item in value.values():
                look(item)
        elif isinstance(value, list):
            for item in value:
                look(item)

    look(body(sample.text))
    assert len(set(full)) == len(full)


@pytest.mark.parametrize("key", ["@id", "@type", "@context"])
def test_fields_named_like_the_words_of_json_ld(key: str) -> None:
    ours = body("data: {is_a: X}\n")
    theirs = body(f'data: {{is_a: X, "{key}": evil}}\n"{key}": evil\n')
    assert (theirs["@id"], theirs.get("@context")) == (ours["@id"], ours.get("@context"))
    assert (theirs["data"]["@id"], theirs["data"]["@type"]) == (
        ours["data"]["@id"], ours["data"]["@type"],
    )  # fmt: skip


@pytest.mark.parametrize("format", ["json", "nt", "ttl"])
def test_a_hexadecimal_integer_of_five_thousand_decimal_digits(format: str) -> None:
    ds = linkdata.loads(f"data: {{x: 0x{'f' * 4200}}}\n")
    with contextlib.suppress(linkdata.LinkdataError):
        assert ds.dumps(format)


@pytest.mark.parametrize("format", ["json", "yaml"])
def test_a_long_row_of_named_objects(format: str) -> None:
    text = "".join(f'n{at}: {{next: "#n{at + 1}"}}\n' for at in range(2_000))
    ds = linkdata.loads(f'data: {{first: "#n0"}}\n{text}n2000: {{}}\n')
    with contextlib.suppress(linkdata.LinkdataError):
        assert ds.dumps(format, expanded=True)


@pytest.mark.parametrize("format", ["json", "nt", "ttl"])
def test_a_bomb_of_references_to_lists(format: str) -> None:
    levels = "".join(
        f'  l{n}: ["#data.l{n - 1}"{(", " + chr(34) + f"#data.l{n - 1}" + chr(34)) * 9}]\n'
        for n in range(1, 10)
    )
    ds = linkdata.loads(f"data:\n  l0: [x]\n{levels}")
    with deadline(), contextlib.suppress(linkdata.LinkdataError):
        ds.dumps(format)


@pytest.mark.parametrize("value", ["5", "[A, B]", "{x: 1}"])
def test_an_odd_class_is_not_lost(value: str) -> None:
    found = body(f"data: {{is_a: {value}}}\n")["data"]
    assert found.keys() > {"@id"}


@pytest.mark.parametrize("format", ["json", "yaml", "nt", "ttl"])
def test_data_that_is_a_reference_is_written(format: str) -> None:
    text = linkdata.loads('n: {x: precious}\ndata: "#n"\n').dumps(format, expanded=True)
    assert "precious" in text


def test_a_top_level_reference_is_written() -> None:
    found = body('n: {x: 1}\nm: "#n"\ndata: {}\n')
    assert found["m"] == {"@id": found["n"]["@id"]}
