"""Nodes: what a YAML text says, with the place of everything it says.

Takes: nothing; the reader makes nodes.
Gives: `Scalar`, `Candidate`, `Alias`, `Mapping`, `Sequence`, and paths between them.
Implements: `specs/linkdata-1.0.md`, sections "Text" and "Named lists".

Nodes are small, as a document has many: a place is one integer (`start << 32 | end`, character
offsets), and the values of scalars are worked out when they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import TypeAlias

from linkdata.syntax.references import Step as Step
from linkdata.syntax.scalars import ScalarValue, as_float, core_value

_LOW = (1 << 32) - 1


class Kind(IntEnum):
    """How the value of a scalar follows from its text."""

    PLAIN = 0  # by the core schema
    STRING = 1  # the text itself
    FLOAT = 2  # tagged !!float: a number, as a float
    VERBATIM = 3  # tagged !!str: the text itself, never a reference


class Scalar:
    """A single value: its text, its place, and how to read it."""

    __slots__ = ("at", "kind", "text")

    def __init__(self, text: str, at: int, kind: Kind) -> None:
        self.text = text
        self.at = at
        self.kind = kind

    @property
    def value(self) -> ScalarValue:
        """The value by the YAML 1.2 core schema: None, bool, int, float or str."""
        if self.kind == Kind.PLAIN:
            return core_value(self.text)
        if self.kind == Kind.FLOAT:
            return as_float(core_value(self.text))
        return self.text

    @property
    def is_null(self) -> bool:
        """Whether the value is null."""
        return self.kind == Kind.PLAIN and core_value(self.text) is None

    def __repr__(self) -> str:
        return f"Scalar({self.text!r})"


class Candidate(Scalar):
    """A string that may be a reference, with where it stands: references depend on that.

    `parent` is the collection that holds it, `slot` its key or position in it.
    """

    __slots__ = ("parent", "slot")

    def __init__(
        self, text: str, at: int, kind: Kind, parent: Mapping | Sequence, slot: Step
    ) -> None:
        super().__init__(text, at, kind)
        self.parent = parent
        self.slot = slot


class Alias:
    """A YAML alias of a collection: the same object again, at another place."""

    __slots__ = ("at", "target")

    def __init__(self, target: Mapping | Sequence, at: int) -> None:
        self.target = target
        self.at = at

    def __repr__(self) -> str:
        return f"Alias({self.target!r})"


class _Collection:
    __slots__ = ("at", "parent", "slot")

    def __init__(self, at: int, parent: Mapping | Sequence | None, slot: Step) -> None:
        self.at = at
        self.parent = parent
        self.slot = slot


class Mapping(_Collection):
    """Keys and their nodes, in the order of the text."""

    __slots__ = ("entries", "is_null", "key_places")

    def __init__(self, at: int, parent: Mapping | Sequence | None = None, slot: Step = "") -> None:
        super().__init__(at, parent, slot)
        self.entries: dict[str, Node] = {}
        self.key_places: list[int] = []  # in the order of `entries`
        self.is_null = False  # written as a null, in a named list

    def key_place(self, key: str) -> int:
        """The place of a key."""
        return self.key_places[list(self.entries).index(key)]

    def __repr__(self) -> str:
        return f"Mapping({', '.join(self.entries)})"


class Sequence(_Collection):
    """Nodes in order. `named` holds the entries by name when it is a named list."""

    __slots__ = ("items", "named")

    def __init__(self, at: int, parent: Mapping | Sequence | None = None, slot: Step = "") -> None:
        super().__init__(at, parent, slot)
        self.items: list[Node] = []
        self.named: dict[str, Node] | None = None

    def find_names(self) -> None:
        """Decide whether this is a named list; the reader calls it when the list is complete."""
        names: dict[str, Node] = {}
        for item in self.items:
            if type(item) is not Mapping or len(item.entries) != 1:
                return
            names.update(item.entries)
        if not names or len(names) != len(self.items):
            return
        for item in self.items:
            assert type(item) is Mapping
            for name, value in item.entries.items():
                if isinstance(value, Scalar) and value.is_null:
                    empty = Mapping(value.at, item, name)
                    empty.is_null = True
                    item.entries[name] = names[name] = empty
        self.named = names

    def __repr__(self) -> str:
        return f"Sequence({len(self.items)} items)"


Node: TypeAlias = "Scalar | Alias | Mapping | Sequence"

#: What a document holds as plain data.
Plain: TypeAlias = "ScalarValue | list[Plain] | dict[str, Plain]"


def start(at: int) -> int:
    """The offset at which a place begins."""
    return at >> 32


def end(at: int) -> int:
    """The offset at which a place ends."""
    return at & _LOW


def enclosing(node: Candidate | Mapping | Sequence) -> Iterator[tuple[Mapping | Sequence, Step]]:
    """The collections around `node`, innermost first, each with the slot that leads inward.

    The one-key mappings that make up a named list do not count: the list stands for them.
    """
    parent, slot = node.parent, node.slot
    while parent is not None:
        outer = parent.parent
        if type(outer) is Sequence and outer.named is not None and type(parent) is Mapping:
            parent, outer = outer, outer.parent
        yield parent, slot
        slot = parent.slot
        parent = outer


def path_of(node: Candidate | Mapping | Sequence) -> tuple[Step, ...]:
    """The path of a node from the root of its document (specs, "Identity")."""
    return tuple(slot for _, slot in enclosing(node))[::-1]


def plain(node: Node) -> Plain:
    """The node as plain data: scalars by the core schema, aliases as what they stand for."""
    if isinstance(node, Scalar):
        return node.value
    if type(node) is Alias:
        return plain(node.target)
    if type(node) is Mapping:
        if node.is_null:
            return None
        return {key: plain(value) for key, value in node.entries.items()}
    assert type(node) is Sequence
    return [plain(item) for item in node.items]
