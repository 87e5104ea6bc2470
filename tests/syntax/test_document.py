from __future__ import annotations

import pytest

from linkdata.spans import Source
from linkdata.syntax.document import Document, documents
from linkdata.syntax.reader import read


def document(text: str) -> Document:
    made, found = documents(read(Source("x.yaml", text)))
    assert [str(one) for one in found] == []
    return made[0]


def found(text: str) -> list[str]:
    _, problems = documents(read(Source("x", text)))
    return [f"{one.code} {one.span.position if one.span else ''}" for one in problems]


def test_meta() -> None:
    meta = document(
        "meta:\n  id: a/b-1\n  base: 'urn:lab:'\n  extends: [x.yaml, ../y.yaml, //lab/z.yaml]\n"
        "  imports: {core: {as: c, version: 2.7, from: [{pypi: {package: p}}]}, other: {}}\n"
    ).meta
    assert (meta.id, meta.base) == ("a/b-1", "urn:lab:")
    assert [(e.authority, e.path) for e in meta.extends] == [
        ("", "x.yaml"), ("", "../y.yaml"), ("lab", "z.yaml"),
    ]  # fmt: skip
    assert [(i.name, i.alias, i.version) for i in meta.imports.values()] == [
        ("core", "c", "2.7"), ("other", "other", None),
    ]  # fmt: skip


def test_prefixes_in_all_their_forms() -> None:
    prefixes = document(
        "prefixes:\n  obo: http://obo/\n  one: {path: a.h5, hash: x}\n"
        "  two: [{path: a.h5}, {url: http://x/}, {path: b.h5}, {hash: y}, {hash: z}]\n"
    ).meta.prefixes
    assert prefixes["obo"].iri == "http://obo/"
    assert [(at.kind, at.target) for at in prefixes["one"].locations] == [("path", "a.h5")]
    assert [(at.kind, at.target) for at in prefixes["two"].locations] == [
        ("path", "a.h5"), ("url", "http://x/"), ("path", "b.h5"),
    ]  # fmt: skip
    assert [text for text, _ in prefixes["two"].hashes] == ["y", "z"]


def test_spans_are_those_of_the_declarations() -> None:
    text = "prefixes:\n  one: {path: a.h5}\n"
    made = document(text)
    prefix = made.meta.prefixes["one"]
    assert (str(prefix.span), prefix.locations[0].span.text) == ("x.yaml:2:3", "a.h5")
    assert made.key_span(made.root, "prefixes").text == "prefixes"
    assert made.span(made.root.entries["prefixes"]).position.column == 3


def test_nothing_under_meta_is_a_candidate() -> None:
    made = document('meta: {note: "#a"}\nimports: {}\nstorage: {x: "#b"}\ndata: "#c"\n')
    assert [one.text for one in made.candidates] == ["#b", "#c"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a", ["document-not-mapping 1:1"]),
        ("text", ["document-not-mapping 1:1"]),
        ("~", ["document-empty 1:1"]),
        ("a: 1\n---\n---\nb: 1\n", ["document-empty 3:1"]),
        ("meta: 1", ["meta-invalid 1:7"]),
        ("meta: {id: 7}", ["meta-id-invalid 1:12"]),
        ("meta: {id: a//b}", ["meta-id-invalid 1:12"]),
        ("meta: {id: a/../b}", ["meta-id-invalid 1:12"]),
        ("meta: {id: .}", ["meta-id-invalid 1:12"]),
        ('meta: {id: "a\\n"}', ["meta-id-invalid 1:12"]),
        ("meta: {base: x}", ["meta-base-invalid 1:14"]),
        ("meta: {extends: [a#b, {}, '', http://x/y]}", [
            "extends-invalid 1:18", "extends-invalid 1:23",
            "extends-invalid 1:27", "extends-invalid 1:31",
        ]),
        ("meta: {prefixes: {1a: urn:x}}", ["prefix-name-invalid 1:19"]),
        ("meta: {prefixes: {a: 1}}", ["prefix-invalid 1:22"]),
        ("meta: {prefixes: {a: {pth: x}}}", ["prefix-invalid 1:23"]),
        ("meta: {prefixes: {a: [x]}}", ["prefix-invalid 1:23"]),
        ("meta: {prefixes: {a: {hash: x}}}", ["prefix-no-location 1:19"]),
        ("meta: {prefixes: [a, b]}", ["meta-invalid 1:18"]),
        ("meta: {prefixes: {}}\nprefixes: {}\n", ["meta-duplicate 2:1"]),
        ("imports: {a: 1}", ["import-invalid 1:14"]),
        ("imports: {a: {form: []}}", ["import-invalid 1:15"]),
        ("imports: {a: {from: x}}", ["import-invalid 1:21"]),
        ("imports: {a: {as: '1 a'}}", ["import-invalid 1:19"]),
    ],
)  # fmt: skip
def test_refusals(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text", ["meta:", "meta: ~", "prefixes:", "imports: ~", "meta: {extends: }"]
)
def test_null_is_the_same_as_absent(text: str) -> None:
    assert found(f"{text}\n") == []


def test_unknown_keys_have_hints() -> None:
    (one,) = documents(read(Source("x", "prefixes: {a: {pat: x, path: y}}")))[1]
    assert one.hint == "did you mean `path`?"


@pytest.mark.parametrize(
    "text",
    [
        "imports: {x: [{foo: 1}]}",
        "prefixes: {x: [[{foo: 1}]]}",
        "a: &a {foo: 1}\nprefixes: {x: *a}",
        "a: &a {foo: 1}\nimports: {x: *a}",
    ],
)
def test_an_unknown_key_in_a_named_list_or_an_alias(text: str) -> None:
    assert next(one.split()[0] for one in found(text)) in ("import-invalid", "prefix-invalid")


def test_a_location_with_two_keys() -> None:
    assert [one.split()[0] for one in found("prefixes: {x: [{path: a, url: http://b/}]}")] == [
        "prefix-invalid"
    ]


def test_prefixes_through_an_alias() -> None:
    assert found("x: &p {f: http://x/}\nmeta: {prefixes: *p}\n") == []


def test_documents_of_a_stream_are_counted() -> None:
    made, _ = documents(read(Source("x", "a: 1\n---\nb: 2\n")))
    assert [one.index for one in made] == [0, 1]
    assert repr(made[1]) == "Document('x', None)"
