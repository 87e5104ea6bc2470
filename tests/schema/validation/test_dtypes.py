from __future__ import annotations

import numpy as np
import pytest

from linkdata.arrays.base import pointer_dtype, text_dtype
from linkdata.schema.model import Range, RangeKind, Schema, Type
from linkdata.schema.validation.dtypes import elements_of, of_dtype
from linkdata.schema.validation.looks import Kind, dtype_name

STORED = (
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float32", "float64", "bool", "ascii", "utf", "object"),
)

#: For each dtype of the language, those that a file may have.
ALLOWED = {
    "int8": "int8 int16 int32 int64",
    "short": "int16 int32 int64",
    "int": "int32 int64",
    "int64": "int64",
    "long": "int64",
    "uint8": "uint8 uint16 uint32 uint64",
    "uint": "uint32 uint64",
    "uint64": "uint64",
    "float": "float32 float64",
    "float32": "float32 float64",
    "double": "float64",
    "float64": "float64",
    "numeric": "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64",
    "text": "ascii utf",
    "utf-8": "ascii utf",
    "ascii": "ascii",
    "bool": "bool",
    "isodatetime": "ascii utf",
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_may_be_stored(name: str) -> None:
    found = of_dtype(name)
    assert found is not None
    assert found.stored is not None
    assert {one for one in STORED if one in found.stored} == set(ALLOWED[name].split())


def test_hdmf_allows_the_same() -> None:
    helper = pytest.importorskip("hdmf.spec.spec").DtypeHelper
    for name in ALLOWED:
        if name == "isodatetime":  # there the texts themselves are looked at
            continue
        found = of_dtype(name)
        assert found is not None
        assert found.stored is not None
        allowed = helper.allowable[name]
        assert {one for one in STORED if one in found.stored} == {
            one for one in STORED if one in allowed
        }


def test_what_may_be_written() -> None:
    for name, kinds in {
        "float32": {Kind.FLOAT, Kind.INTEGER},
        "uint8": {Kind.INTEGER},
        "text": {Kind.TEXT},
        "bool": {Kind.BOOLEAN},
    }.items():
        found = of_dtype(name)
        assert found is not None
        assert found.kinds == kinds
    assert of_dtype("compound") is None


@pytest.mark.parametrize(
    ("dtype", "name"),
    [
        (np.dtype("<i4"), "int32"),
        (np.dtype(">f8"), "float64"),
        (np.dtype(bool), "bool"),
        (text_dtype("ascii"), "ascii"),
        (text_dtype(), "utf"),
        (pointer_dtype(), "object"),
    ],
)
def test_names_of_stored_dtypes(dtype: np.dtype[object], name: str) -> None:
    assert dtype_name(dtype) == name


def test_types_of_linkml() -> None:
    types = {
        name: Type(name, "", base)
        for name, base in {
            "integer": "int", "float": "float", "datetime": "XSDDateTime", "uri": "URI",
            "isodatetime": "XSDDateTime", "int32": "int",
        }.items()
    }  # fmt: skip
    schema = Schema("s", None, "", "", {}, types, {})

    def of(name: str) -> object:
        found = elements_of(Range(name, RangeKind.TYPE), schema)
        return None if found is None else (found.kinds, found.stored is None, found.time)

    assert of("integer") == ({Kind.INTEGER}, True, None)
    assert of("float") == ({Kind.INTEGER, Kind.FLOAT}, True, None)
    assert of("datetime") == ({Kind.TEXT}, True, "XSDDateTime")
    assert of("uri") == ({Kind.TEXT}, True, None)
    assert of("nothing") is None
    # Types that translations of the NWB language define keep what they mean there.
    assert of("isodatetime") == ({Kind.TEXT}, False, "isodatetime")
    assert of("int32") == ({Kind.INTEGER}, False, None)
