from __future__ import annotations

import pytest

from linkdata.resolve.checks import document_findings
from linkdata.resolve.loader import Loader
from linkdata.resolve.resolver import Resolver
from linkdata.resolve.retrievers import MapRetriever


def found(text: str, *, own: bool = False) -> list[str]:
    registry = Loader(MapRetriever({"http://x/a.yaml": text})).load("http://x/a.yaml")
    findings = document_findings(Resolver(registry), registry.root.contexts[0], own=own)
    return [
        f"{one.severity} {one.code} {one.span.position if one.span else ''}" for one in findings
    ]


def test_notes_only_about_the_document_itself() -> None:
    assert found("data: {}\n", own=True) == [
        "note meta-id-missing ", "note meta-base-missing ",
    ]  # fmt: skip
    assert found("data: {}\n") == []
    assert found("meta: {id: a, base: http://b/}\n", own=True) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a: "#1 of 3"', ["warning reference-malformed 1:4"]),
        ('a: "@"', ["warning reference-malformed 1:4"]),
        ('a: "##x"', []),
        ('a: !!str "#nope"', []),
        ('"#nope": 1', []),
        ('meta: {x: "#nope"}', []),
        ('storage: {x: "#nope"}', ["error reference-dangling 1:14"]),
        ('a: "#nope"', ["error reference-dangling 1:4"]),
        ('a: "p:#x"', ["error prefix-unknown 1:4"]),
        ('a: "p:/x"', []),
        ('prefixes: {prob: {path: x}}\na: "probe:/x"', ["warning prefix-unknown 2:4"]),
        ('prefixes: {obo: urn:x}\na: "obo:/x"\nb: "obo:#x"', []),
    ],
)
def test_references(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("5", ["error from-invalid 2:11"]),
        ("[]", ["error from-invalid 2:11"]),
        ("hello", ["error from-invalid 2:11"]),
        ('"##b"', ["error from-invalid 2:11"]),
        ('"f:/x"', ["error from-invalid 2:11"]),
        ("{type: hdf5}", ["error from-invalid 2:5"]),
        ('{source: "#b"}', ["error from-invalid 2:5"]),
        ("{type: 5, source: 6}", ["error from-invalid 2:18", "error from-invalid 2:29"]),
        ('{type: hdf55, source: "f:/x"}', ["error from-type-unknown 2:18"]),
        ('{type: hdf5, source: "#b"}', ["error from-invalid 2:32"]),
        ('{type: linkdata, source: "f:/x"}', ["error from-invalid 2:36"]),
        ('{type: hdf5, source: "g:/x"}', ["error prefix-unknown 2:32"]),
        ('{type: hdf5, source: "i:/x"}', ["error prefix-wrong-kind 2:32"]),
        ('{type: linkdata, source: "#b", extra: 1}', ["error from-invalid 2:49"]),
        ('"#v"', ["error from-not-object 2:11"]),
        ('"#b"', []),
        ('{type: hdf5, source: "f:/x"}', []),
    ],
)
def test_from(origin: str, expected: list[str]) -> None:
    text = f"prefixes: {{f: {{path: x.h5}}, i: urn:x}}\na: {{from: {origin}}}\nb: {{}}\nv: 1\n"
    assert found(text) == expected


def test_several_findings_of_one_from_are_all_told() -> None:
    assert len(found("a: {from: {tpe: x, sorce: y}}")) == 4
