"""Searching: files that may be one that is not where it was declared to be.

Takes: the allowed roots, and the names that the file had.
Gives: `candidates`, the likely ones first. Whether one is the file, its digest tells.
Implements: `specs/linkdata-1.0.md`, section "Resources, roots and authorities".
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path, PurePath

from linkdata.roots import Roots

#: How many files are looked at, and how many of those are worth reading.
MAX_SEEN, MAX_READ = 100_000, 100


def candidates(roots: Roots, names: Collection[str]) -> Iterator[Path]:
    """Files below the roots that have one of the names, then those of a name's suffix."""
    suffixes = {PurePath(name).suffix for name in names} - {""}
    same: list[Path] = []
    like: list[Path] = []
    for path in _files(roots):
        if path.name in names:
            same.append(path)
        elif path.suffix in suffixes and len(like) < MAX_READ:
            like.append(path)
    yield from [*same, *like][:MAX_READ]


def _files(roots: Roots) -> Iterator[Path]:
    """Files below the roots, in the order of their names; none in hidden folders."""
    seen = 0
    for root in roots.folders:
        for folder, inner, names in os.walk(root):
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            for name in sorted(names):
                seen += 1
                if seen > MAX_SEEN:
                    return
                yield Path(folder, name)
