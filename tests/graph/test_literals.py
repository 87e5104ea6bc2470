from __future__ import annotations

import json
from typing import Any

import pytest

import linkdata
from linkdata.errors import OutputError

HEAD = "meta: {id: d, base: http://b/}\nprefixes: {xsd: 'http://www.w3.org/2001/XMLSchema#'}\n"
XSD = "http://www.w3.org/2001/XMLSchema#"


def data(text: str) -> tuple[dict[str, Any], str]:
    ds = linkdata.loads(f"{HEAD}data: {{{text}}}\n")
    found = json.loads(ds.dumps("json"))["data"]
    return {key: value for key, value in found.items() if key != "@id"}, ds.dumps("nt")


@pytest.mark.parametrize(
    ("text", "expanded", "term"),
    [
        ('{"@value": Maus, "@language": de}', {"@value": "Maus", "@language": "de"}, '"Maus"@de'),
        ('{"@value": "1.50", "@type": xsd:decimal}', {"@value": "1.50", "@type": XSD + "decimal"},
         f'"1.50"^^<{XSD}decimal>'),
        ('{"@value": 3}', {"@value": 3}, f'"3"^^<{XSD}integer>'),
        ('{"@value": a}', {"@value": "a"}, '"a"'),
    ],
)  # fmt: skip
def test_literals_are_no_objects(text: str, expanded: object, term: str) -> None:
    found, lines = data(f"x: {text}, y: '#data.x', z: [{text}, 1]")
    assert found == {"x": expanded, "y": expanded, "z": [expanded, 1]}
    assert f"<http://b/d#data> <urn:linkdata:term:x> {term} .\n" in lines
    assert f"<http://b/d#data> <urn:linkdata:term:y> {term} .\n" in lines
    assert "d#data.x" not in lines


def test_with_other_fields_it_is_an_object() -> None:
    found, lines = data('x: {"@value": a, b: 1}')
    assert found == {"x": {"@id": "http://b/d#data.x", "@@value": "a", "b": 1}}
    assert "d#data.x> <urn:linkdata:term:b>" in lines


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"@value": a, "@type": nobody:x}', "iri-invalid"),
        ('{"@value": 1, "@type": xsd:integer}', "value-not-representable"),
        ('{"@value": a, "@language": "not a tag"}', "value-not-representable"),
        ('{"@value": a, "@language": de, "@type": xsd:string}', "value-not-representable"),
    ],
)
def test_what_is_no_literal(text: str, code: str) -> None:
    with pytest.raises(OutputError) as caught:
        data(f"x: {text}")
    assert caught.value.code == code
