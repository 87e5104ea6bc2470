from __future__ import annotations

import math

import numpy
import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkdata.errors import OutputError
from linkdata.rdf import terms
from linkdata.rdf.terms import IRI, Blank, Literal, iri_term, literal, parsed
from linkdata.rdf.vocabulary import RDF, XSD


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x", ("x", None)), ("", ("", None)), (True, ("true", "boolean")),
        (False, ("false", "boolean")),
        (1, ("1", "integer")), (-(10**30), ("-1" + "0" * 30, "integer")),
        (1.0, ("1.0E0", "double")), (0.1, ("1.0E-1", "double")), (123.25, ("1.2325E2", "double")),
        (1e300, ("1.0E300", "double")), (-0.0, ("-0.0E0", "double")),
        (5e-324, ("5.0E-324", "double")), (1e16, ("1.0E16", "double")),
        (math.inf, ("INF", "double")), (-math.inf, ("-INF", "double")),
        (math.nan, ("NaN", "double")),
        (numpy.float32(0.5), ("5.0E-1", "double")), (numpy.int8(3), ("3", "integer")),
        (numpy.bool_(True), ("true", "boolean")), (numpy.str_("x"), ("x", None)),
        (b"\x00\xff", ("00FF", "hexBinary")), (numpy.void(b"ab"), ("6162", "hexBinary")),
    ],
)  # fmt: skip
def test_literals(value: object, expected: tuple[str, str | None]) -> None:
    lexical, datatype = expected
    assert parsed(literal(value)) == Literal(lexical, datatype and XSD + datatype)


@given(st.from_regex(r"-?[0-9]{0,17}\.?[0-9]{0,17}", fullmatch=True))
def test_numbers_with_a_point_need_not_be_read(text: str) -> None:
    found = terms.positional(text)
    assert found is None or found == literal(float(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.5", "1.5E0"), ("-12.50", "-1.25E1"), ("100.", "1.0E2"), ("0.25", "2.5E-1"),
        ("-0.00120", "-1.2E-3"), ("123456789012345.", "1.23456789012345E14"),
        ("1234567890123456.", None), ("0.0", None), ("1e5", None), ("1", None), ("01.5", None),
        (".5", None), ("", None),
    ],
)  # fmt: skip
def test_which_numbers_with_a_point_are_known_by_their_text(
    text: str, expected: str | None
) -> None:
    found = terms.positional(text)
    assert (None if found is None else parsed(found)) == (
        None if expected is None else Literal(expected, XSD + "double")
    )


@pytest.mark.parametrize("value", [1j, object(), "\ud800", None, {}])
def test_what_rdf_cannot_hold(value: object) -> None:
    with pytest.raises(OutputError) as caught:
        literal(value)
    assert caught.value.code == "value-not-representable"


def test_iris_are_absolute() -> None:
    assert parsed(iri_term("http://x/y")) == IRI("http://x/y")
    with pytest.raises(OutputError) as caught:
        iri_term("y")
    assert caught.value.code == "iri-invalid"


def test_terms_are_in_canonical_form() -> None:
    assert iri_term("http://x/é") == "<http://x/é>"
    assert terms.typed("a", "http://x/t") == '"a"^^<http://x/t>'
    assert terms.typed("a", XSD + "string") == '"a"'
    assert terms.tagged("a", "en") == '"a"@en'
    assert literal('"\\\n\r\t\b\f\0\x7f\x85\u2028😀') == (
        '"\\"\\\\\\n\\r\\t\\b\\f\\u0000\\u007F\x85\u2028😀"'
    )


def test_terms_as_values() -> None:
    assert parsed("_:b0") == Blank("b0")
    assert parsed('"a"@en') == Literal("a", RDF + "langString", "en")
    assert parsed('"\\u0041\\U0001F600\\""') == Literal('A😀"')


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_string_survives(value: str) -> None:
    term = literal(value)
    line = f"<urn:s> <urn:p> {term} .\n"
    (quad,) = pyoxigraph.parse(line.encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    assert quad.object.value == value
    assert parsed(term) == Literal(value)


@settings(max_examples=300, deadline=None)
@given(st.floats())
def test_every_double_survives_and_is_canonical(value: float) -> None:
    lexical = parsed(literal(value)).lexical  # type: ignore[union-attr]
    found = float(lexical.replace("INF", "inf"))
    assert found == value or (math.isnan(found) and math.isnan(value))
    if math.isfinite(value):
        mantissa, exponent = lexical.split("E")
        digits = mantissa.lstrip("-")
        assert digits[1] == "."
        assert digits[0] != "0" or value == 0
        assert not digits.endswith("0") or digits[2:] == "0"
        assert str(int(exponent)) == exponent
