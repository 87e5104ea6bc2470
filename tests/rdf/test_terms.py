from __future__ import annotations

import math

import numpy
import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkdata.errors import OutputError
from linkdata.rdf.terms import IRI, XSD, Blank, Literal, literal, ntriples, resource


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x", ("x", None)), ("", ("", None)), (True, ("true", "boolean")),
        (False, ("false", "boolean")),
        (1, ("1", "integer")), (-(10**30), ("-1" + "0" * 30, "integer")), (1.0, ("1.0", "double")),
        (1e300, ("1e+300", "double")), (-0.0, ("-0.0", "double")), (math.inf, ("INF", "double")),
        (-math.inf, ("-INF", "double")), (math.nan, ("NaN", "double")),
        (numpy.float32(0.5), ("0.5", "double")), (numpy.int8(3), ("3", "integer")),
        (numpy.bool_(True), ("true", "boolean")), (numpy.str_("x"), ("x", None)),
    ],
)  # fmt: skip
def test_literals(value: object, expected: tuple[str, str | None]) -> None:
    lexical, datatype = expected
    assert literal(value) == Literal(lexical, datatype and XSD + datatype)


@pytest.mark.parametrize("value", [b"x", 1j, object(), "\ud800", None, {}])
def test_what_rdf_cannot_hold(value: object) -> None:
    with pytest.raises(OutputError) as caught:
        literal(value)
    assert caught.value.code == "value-not-representable"


def test_resources_are_absolute() -> None:
    assert resource("http://x/y") == IRI("http://x/y")
    with pytest.raises(OutputError) as caught:
        resource("y")
    assert caught.value.code == "iri-invalid"


def test_terms_as_text() -> None:
    assert ntriples(IRI("http://x/é")) == "<http://x/é>"
    assert ntriples(Blank("b0")) == "_:b0"
    assert ntriples(Literal("a", "http://x/t")) == '"a"^^<http://x/t>'
    assert ntriples(Literal('"\\\n\r\t\0\x7f\x85\u2028😀')) == (
        '"\\"\\\\\\n\\r\t\\u0000\\u007F\x85\u2028😀"'
    )


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_string_survives_ntriples(value: str) -> None:
    line = f"<urn:s> <urn:p> {ntriples(literal(value))} .\n"
    (quad,) = pyoxigraph.parse(line.encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    assert quad.object.value == value


@settings(max_examples=100, deadline=None)
@given(st.floats())
def test_every_double_survives(value: float) -> None:
    lexical = literal(value).lexical
    found = float(lexical.replace("INF", "inf"))
    assert found == value or (math.isnan(found) and math.isnan(value))
