"""What a table knows of the meanings of the values in its columns.

Takes: tables with `MeaningsTable`s, in their field `meanings_tables`.
Gives: `HasMeanings`, the part of `DynamicTable` that finds and adds them.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkdata.errors import UsageError, error
from linkdata.graph.changes import assign
from linkdata.graph.entity import Entity
from linkdata.objects.access import Named, view
from linkdata.objects.putting import unwrapped

if TYPE_CHECKING:
    from linkdata.objects.tables.meanings_table import MeaningsTable

#: The field of a table that holds them, and what follows the name of a column in theirs.
FIELD, SUFFIX = "meanings_tables", "_meanings"


class HasMeanings(Named):
    """A table whose columns may have tables that say what their values mean."""

    @property
    def meanings_tables(self) -> dict[str, MeaningsTable]:
        """The tables of meanings, by their names: the column's, and `_meanings`."""
        group = self._meanings
        found: dict[str, Any] = {}
        for key in group or ():
            one = group.get(key) if group is not None else None
            if isinstance(one, Entity):
                found[key] = view(one)
        return found

    @property
    def _meanings(self) -> Entity | None:
        found = self.entity.get(FIELD) if FIELD in self.entity else None
        return found if isinstance(found, Entity) else None

    def add_meanings_table(self, meanings_table: MeaningsTable) -> None:
        """Add the meanings of a column's values, in memory.

        Raises `UsageError` where its target is no column of this table, or has some already.
        """
        target, name = meanings_table.target.name, meanings_table.name
        if target not in self:
            raise UsageError(
                error("usage", f"`{target}` is no column of `{self.name}`", self.entity.span,
                      hint="add the column before its meanings")
            )  # fmt: skip
        if name in self.meanings_tables:
            raise UsageError(
                error("usage", f"there is a `{name}` in `{self.name}` already", self.entity.span)
            )
        if self._meanings is None:
            assign(self.entity, FIELD, unwrapped({}))
        group = self._meanings
        assert group is not None
        assign(group, name, unwrapped(meanings_table))

    def get_meanings_table(self, name: str) -> MeaningsTable:
        """A table of meanings by its name. Raises `FieldError`."""
        found = self.meanings_tables
        if name not in found:
            raise self.entity.missing(name)
        return found[name]

    def get_meanings_for_column(self, col_name: str) -> MeaningsTable | None:
        """The meanings of a column's values, if there are some.

        Raises `FieldError` for a column that there is not.
        """
        if col_name not in self:
            raise self.entity.missing(col_name)
        return self.meanings_tables.get(col_name + SUFFIX)
