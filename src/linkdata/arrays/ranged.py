"""Files that are read in parts, wherever they are.

Takes: something that gives ranges of bytes (`linkdata.arrays.protocols.Ranged`).
Gives: `RangedFile`, a binary file over it that keeps what it read.
Implements: `specs/linkdata-1.0.md`, section "Remote files".

HDF5 reads many small pieces that lie near each other. Whole blocks are fetched instead, neighbours
that are both missing in one request, and the ones used last are kept.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Iterator

from linkdata.arrays.protocols import Ranged

BLOCK = 1 << 18
#: How many blocks are kept; 64 MiB.
KEPT = 256


class RangedFile(io.RawIOBase):
    """A file for reading, by one thread at a time. Reading raises what the source raises."""

    def __init__(self, source: Ranged, *, block: int = BLOCK, kept: int = KEPT) -> None:
        self.source = source
        self._block = block
        self._kept = kept
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go elsewhere."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.source.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: object, /) -> int:
        """Read as many bytes as fit, fewer at the end."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        stop = min(self._at + len(view), self.source.size)
        done = 0
        for part in self._parts(self._at, stop):
            view[done : done + len(part)] = part
            done += len(part)
        self._at += done
        return done

    def _parts(self, start: int, stop: int) -> Iterator[memoryview]:
        """The bytes from `start` up to `stop`, block by block."""
        if start >= stop:
            return
        first, last = start // self._block, (stop - 1) // self._block
        large = last - first >= self._kept
        if large:  # it would push out everything else
            yield memoryview(self.source.read(start, stop))
            return
        self._fetch(first, last)
        for number in range(first, last + 1):
            self._blocks.move_to_end(number)
            at = number * self._block
            yield memoryview(self._blocks[number])[max(start - at, 0) : stop - at]
        while len(self._blocks) > self._kept:
            self._blocks.popitem(last=False)

    def _fetch(self, first: int, last: int) -> None:
        """Have the blocks from `first` to `last`; neighbours are fetched in one request."""
        number = first
        while number <= last:
            if number in self._blocks:
                number += 1
                continue
            end = number
            while end <= last and end not in self._blocks:
                end += 1
            start, stop = number * self._block, min(end * self._block, self.source.size)
            data = self.source.read(start, stop)
            for one in range(number, end):
                at = (one - number) * self._block
                self._blocks[one] = data[at : at + self._block]
            number = end
