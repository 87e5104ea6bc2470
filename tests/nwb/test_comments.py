from __future__ import annotations

import os
from pathlib import Path

import h5py
import pytest
from h5py import h5o
from hypothesis import given
from hypothesis import strategies as st

from linkdata.arrays.hdf5.addresses import address
from linkdata.nwb.comments import Comments


@pytest.mark.parametrize("libver", ["earliest", "v108", "latest"])
@pytest.mark.parametrize("userblock", [0, 1024])
@pytest.mark.parametrize("attributes", [0, 40])
def test_comments_in_headers_of_each_kind(
    tmp_path: Path, libver: str, userblock: int, attributes: int
) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver=libver, userblock_size=userblock) as file:
        for name in ("said", "silent"):
            group = file.create_group(name, track_order=bool(attributes))
            for number in range(attributes):  # so that the header goes on elsewhere
                group.attrs[f"a{number}"] = "x" * 50
        h5o.set_comment(file["said"].id, "in a few wörds".encode())
        h5o.set_comment(file["/"].id, b"c" * 3000)
    with h5py.File(path) as file, path.open("rb") as raw:
        comments = Comments(raw.fileno(), userblock)
        assert comments.of(address(file["said"].id)).decode() == "in a few wörds"
        assert comments.of(address(file["silent"].id)) == b""
        assert comments.of(address(file["/"].id)) == b"c" * 3000


@given(st.binary(max_size=300), st.sampled_from((b"", b"OHDR\x02")), st.integers(-5, 2**64))
def test_bytes_out_of_order_give_a_comment_or_a_value_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, head: bytes, at: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "header"
    path.write_bytes(head + data)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        for where in (0, at):
            try:
                assert isinstance(Comments(descriptor, 0).of(where), bytes)
            except ValueError as problem:
                assert "header" in str(problem)  # noqa: PT017
    finally:
        os.close(descriptor)


def test_continuations_that_lead_to_themselves_end(tmp_path: Path) -> None:
    block = (0x10).to_bytes(2, "little") + (16).to_bytes(2, "little") + bytes(4)
    block += (16).to_bytes(8, "little") + (24).to_bytes(8, "little")
    head = b"\x01\0" + bytes(6) + (24).to_bytes(4, "little") + bytes(4)
    path = tmp_path / "header"
    path.write_bytes(head + block)
    with path.open("rb") as raw:
        assert Comments(raw.fileno(), 0).of(0) == b""
