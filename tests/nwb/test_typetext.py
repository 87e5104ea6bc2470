from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from linkdata.nwb.datatypes import BOOL, Datatype, Integer, Opaque, String, ieee, integer, packed
from linkdata.nwb.typetext import TypeSyntaxError, described, parsed
from linkdata.syntax.writer import written
from linkdata.testing.plans import datatypes


@given(datatypes())
def test_text_is_read_back_as_the_same_type(kind: Datatype) -> None:
    assert parsed(str(kind)) == kind
    assert "\n" not in str(kind)


@given(datatypes())
def test_description_survives_yaml(kind: Datatype) -> None:
    import yaml

    assert parsed(yaml.safe_load(written({"dtype": described(kind)}))["dtype"]) == kind


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (integer(4), "<i4"),
        (integer(2, signed=False, order=">"), ">u2"),
        (ieee(8), "<f8"),
        (Integer(4, "<", 12, 3), "<i4[12+3]"),
        (String(), "utf8"),
        (String(None, "ascii", "pad"), "ascii[pad]"),
        (String(5, "ascii", "pad"), "ascii[5]"),
        (String(5, "utf8", "term"), "utf8[5,term]"),
        (BOOL, "bool"),
        (Opaque(3), "opaque[3]"),
        (packed((("x", ieee(4)),)), '{"compound": {"x": "<f4"}}'),
    ],
)
def test_texts_of_common_types(kind: Datatype, text: str) -> None:
    assert str(kind) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "i4", "<i", "<i0", "<f3", "<f4[3]", "<i1[9]", "<i1[0+3]", "utf8[0]", "utf16", "{", "[]",
        '{"of": "<i4"}', '{"enum": {"A": 0}, "of": "<f4"}', '{"enum": {"A": 0}}',
        '{"array": ["x"], "of": "<i4"}', '{"compound": {"x": "nothing"}}', '{"complex": "<i4"}',
        '{"bits": "<f4", "pad": [0, 0]}', '{"bits": "<i4", "pad": [0, 2]}',
        '{"compound": {"x": "<i4"}, "offsets": [], "size": 4}',
    ],
)  # fmt: skip
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(TypeSyntaxError):
        parsed(text)


@pytest.mark.parametrize("found", [None, 3, [], {}, {"float": 4}])
def test_other_data_is_no_type(found: Any) -> None:
    with pytest.raises(TypeSyntaxError):
        parsed(found)
