"""The names of the columns of a table.

Takes: names, and what is to be told of new ones.
Gives: `Names`, a list that equals any list or tuple of the same names.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable


class Names(list[str]):
    """Names in order. hdmf.common has them as a tuple, nwb-linkml as a list; this is as good as
    both.
    """

    def __init__(self, names: Iterable[str], told: Callable[[list[str]], None]) -> None:
        super().__init__(names)
        self._told = told

    def append(self, name: str) -> None:
        """Name one more column; one that is named already is no error."""
        if name not in self:
            super().append(name)
            self._told(list(self))

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, list | tuple) else False

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None
