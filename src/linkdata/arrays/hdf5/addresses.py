"""Identity: the one path of every object of a file.

Takes: an open file.
Gives: `Addresses`, from an object's address to its canonical path; `about`, what a link holds;
`address`, where an object is.
Implements: `specs/linkdata-1.0.md`, section "HDF5 sources".

An object that several hard links lead to has one canonical path: the first on a walk in depth, the
links of each group by name. References say addresses only, so their paths come from here too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from h5py import h5, h5g, h5l, h5o, h5p


class About(NamedTuple):
    """What lies behind one link, not followed.

    Of a hard link: the `kind` of its object (one of h5py.h5g's numbers), the `address`, and how
    many hard `links` lead there. Nothing more is known of any other link.
    """

    is_hard: bool
    kind: int = h5g.UNKNOWN
    address: int = 0
    links: int = 0


def about(group: h5g.GroupID, name: bytes) -> About:
    """What a link of a group holds. Raises RuntimeError where there is none."""
    if group.links.get_info(name).type != h5l.TYPE_HARD:
        return About(False)
    # This asks for little: `h5o.get_info` also sums up the chunk index of each dataset. (It must
    # not be asked about the link itself: of names that end in a dot it then knows nothing.)
    found = h5g.get_objinfo(group, name)
    return About(True, found.type, _address(found), found.nlink)


def address(item: h5o.ObjectID) -> int:
    """Where in the file an open object is."""
    return _address(h5g.get_objinfo(item))


def _address(found: h5g.GroupStat) -> int:
    low, high = found.objno
    return int(low | high << 64)


def names(group: h5g.GroupID, by_creation: bool = False) -> list[bytes]:
    """The names of a group's links, by name, or as created where the file tracks that."""
    found: list[bytes] = []
    order = h5.INDEX_NAME
    if by_creation:
        tracked = group.get_create_plist().get_link_creation_order()
        if tracked & h5p.CRT_ORDER_TRACKED:
            order = h5.INDEX_CRT_ORDER
    # `append` gives None, which lets the iteration go on.
    group.links.iterate(found.append, idx_type=order)
    return found


class Addresses:
    """The canonical paths of all objects that hard links lead to from the root."""

    def __init__(self, root: h5g.GroupID) -> None:
        start = address(root)
        # Parent and name instead of whole paths: a path of n groups would take n² memory.
        self._home: dict[int, tuple[int, bytes]] = {start: (start, b"")}
        pending = [(start, root, iter(names(root)))]
        while pending:
            parent, group, left = pending[-1]
            below = self._next_group(parent, group, left)
            if below is None:
                pending.pop()
            else:
                at, child = below
                pending.append((at, child, iter(names(child))))

    def _next_group(
        self, parent: int, group: h5g.GroupID, left: Iterator[bytes]
    ) -> tuple[int, h5g.GroupID] | None:
        """Take in the next objects of a group, up to and with the first new group among them."""
        for name in left:
            found = about(group, name)
            if not found.is_hard or found.address in self._home:
                continue
            self._home[found.address] = (parent, name)
            if found.kind == h5g.GROUP:
                return found.address, h5g.open(group, name)
        return None

    def path(self, address: int) -> bytes | None:
        """The canonical path of the object at an address, or `None` where none leads there."""
        parts: list[bytes] = []
        home = self._home.get(address)
        if home is None:
            return None
        while home[1]:
            parts.append(home[1])
            home = self._home[home[0]]
        return b"/" + b"/".join(reversed(parts))
