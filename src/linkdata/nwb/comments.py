"""Comments of objects, read from their headers.

Takes: a descriptor of an HDF5 file and the address of an object.
Gives: `Comments`.
Implements: `specs/linkdata-1.0.md`, section "Plans of HDF5 files".

h5py can write comments, but what its `get_comment` gives is memory that nobody wrote. So the
message is looked up where it is. See "Object Headers" in the HDF5 file format specification.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator

_COMMENT, _CONTINUATION = 0x0D, 0x10
_FIRST = 1024  # bytes that most headers fit in
_MAX_BLOCKS = 1000
_MAX_BLOCK = 1 << 24  # bytes; what a file claims is not what is asked of memory
_SIGNED_BLOCK = b"OCHK"


class Comments:
    """The comments in a file whose addresses and lengths have 8 bytes."""

    def __init__(self, fd: int, base: int) -> None:
        """`base` is where the file proper begins."""
        self._fd = fd
        self._base = base

    def of(self, address: int) -> bytes:
        """The comment of the object at an address, nothing if it has none.

        Raises ValueError for a header out of order.
        """
        try:
            for kind, data in self._messages(address):
                if kind == _COMMENT:
                    return data.partition(b"\0")[0]
        except (struct.error, IndexError) as problem:
            raise ValueError(f"an object header out of order ({problem})") from problem
        return b""

    def _messages(self, address: int) -> Iterator[tuple[int, bytes]]:
        head = self._bytes(address, _FIRST)
        signed = head.startswith(b"OHDR")
        begin, length, ordered = _new_head(head) if signed else _old_head(head)
        block = head[begin : begin + length]
        if len(block) < length:
            block = self._bytes(address + begin, length)
        waiting = [block]
        for _ in range(_MAX_BLOCKS):
            if not waiting:
                return
            block = waiting.pop()
            for kind, data in _new(block, ordered) if signed else _old(block):
                yield kind, data
                if kind == _CONTINUATION:
                    at, length = struct.unpack_from("<QQ", data)
                    more = self._bytes(at, length)
                    waiting.append(more[len(_SIGNED_BLOCK) : -4] if signed else more)

    def _bytes(self, address: int, length: int) -> bytes:
        if length > _MAX_BLOCK:
            raise ValueError(f"an object header out of order (a block of {length} bytes)")
        try:
            return os.pread(self._fd, length, self._base + address)
        except (OSError, OverflowError) as problem:
            raise ValueError(f"an object header out of order ({problem})") from problem


def _old_head(head: bytes) -> tuple[int, int, bool]:
    """Where messages begin, how long their block is, whether each has a number."""
    (length,) = struct.unpack_from("<8xI", head)
    return 16, length, False


def _new_head(head: bytes) -> tuple[int, int, bool]:
    flags = head[5]
    at = 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 0b11)
    return at + width, int.from_bytes(head[at : at + width], "little"), bool(flags & 0x04)


def _old(block: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 8 <= len(block):
        kind, size = struct.unpack_from("<HH", block, at)
        yield kind, block[at + 8 : at + 8 + size]
        at += 8 + size


def _new(block: bytes, ordered: bool) -> Iterator[tuple[int, bytes]]:
    at, head = 0, 6 if ordered else 4
    while at + head <= len(block):
        kind, size = struct.unpack_from("<BH", block, at)
        yield kind, block[at + head : at + head + size]
        at += head + size
