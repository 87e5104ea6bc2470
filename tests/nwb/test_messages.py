from __future__ import annotations

import h5py
import numpy
import pytest
from h5py import h5t
from hypothesis import given

from linkdata.nwb.datatypes import (
    BOOL,
    Array,
    Datatype,
    Enum,
    Float,
    ReferenceType,
    Sequence,
    String,
    ieee,
    integer,
    packed,
)
from linkdata.nwb.messages import UnknownTypeError, decoded, encoded
from linkdata.testing.plans import datatypes


@given(datatypes())
def test_message_is_read_back_as_the_same_type(kind: Datatype) -> None:
    assert decoded(encoded(kind)) == kind


@given(datatypes(writable=True))
def test_hdf5_reads_the_message_as_the_same_type(kind: Datatype) -> None:
    found = h5t.decode(encoded(kind))
    assert found.get_size() == kind.size
    assert decoded(found.encode()) == kind


@pytest.mark.parametrize(
    ("dtype", "kind"),
    [
        (numpy.dtype("<i4"), integer(4)),
        (numpy.dtype(">u2"), integer(2, signed=False, order=">")),
        (numpy.dtype("<f2"), ieee(2)),
        (numpy.dtype(">f8"), ieee(8, ">")),
        (numpy.dtype(bool), BOOL),
        (numpy.dtype("S7"), String(7, "ascii", "pad")),
        (h5py.string_dtype(), String()),
        (h5py.string_dtype("ascii"), String(charset="ascii")),
        (h5py.string_dtype("utf-8", 9), String(9, "utf8", "pad")),
        (h5py.ref_dtype, ReferenceType()),
        (h5py.regionref_dtype, ReferenceType(region=True)),
        (h5py.vlen_dtype("<f4"), Sequence(ieee(4))),
        (h5py.enum_dtype({"A": -1, "B": 5}, "i2"), Enum(integer(2), (("A", -1), ("B", 5)))),
        (numpy.dtype(("<i2", (2, 3))), Array((2, 3), integer(2))),
        (numpy.dtype([("x", "<i4"), ("y", "<f8")]), packed((("x", integer(4)), ("y", ieee(8))))),
    ],
)
def test_types_of_h5py(dtype: numpy.dtype, kind: Datatype) -> None:
    assert decoded(h5t.py_create(dtype, logical=True).encode()) == kind


def test_hdf5_reads_what_h5py_has_no_function_for() -> None:
    vax = Float(8, "vax", sign=63, exponent=(52, 11), mantissa=(0, 52), bias=1025)
    found = h5t.decode(encoded(vax))
    assert found.get_order() == h5t.ORDER_VAX
    assert decoded(found.encode()) == vax


@pytest.mark.parametrize(
    "message", [b"", b"\x03\x00", b"\x03\x00\x1f", b"\x03\x00" + bytes([0x1D]) * 8]
)
def test_other_bytes_are_refused(message: bytes) -> None:
    with pytest.raises(UnknownTypeError):
        decoded(message)


def test_references_of_hdf5_1_12_are_refused() -> None:
    message = bytearray(encoded(ReferenceType()))
    message[3] |= 2
    with pytest.raises(UnknownTypeError, match=r"1\.12"):
        decoded(bytes(message))
