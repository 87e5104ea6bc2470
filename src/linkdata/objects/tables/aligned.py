"""Aligned tables: tables beside each other, along the same rows.

Takes: tables in memory; or entities of such tables in documents and files.
Gives: `AlignedDynamicTable`, with hdmf.common's arguments and methods.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from linkdata.graph.entity import Link
from linkdata.objects import frames
from linkdata.objects.access import wrap
from linkdata.objects.known import COMMON
from linkdata.objects.tables import building
from linkdata.objects.tables.layout import ID
from linkdata.objects.tables.table import DynamicTable

_CATEGORIES = "categories"


class AlignedDynamicTable(DynamicTable):
    """A table with tables as categories of more columns. All have the same number of rows.

    `table["category"]` is a category as a `pandas.DataFrame`, `table.category` the table itself;
    rows have the categories as an upper level of their columns.
    """

    _TYPE = (COMMON, "AlignedDynamicTable")

    def __init__(
        self,
        name: str,
        description: str,
        id: Any = None,
        columns: Sequence[Any] | None = None,
        colnames: Iterable[str] | None = None,
        category_tables: Sequence[DynamicTable] | Mapping[str, DynamicTable] | None = None,
        categories: Iterable[str] | None = None,
        **fields: Any,
    ) -> None:
        """Make a table in memory. `categories` puts the tables in order.

        Raises `UsageError` where a category has another number of rows, is aligned itself, comes
        twice or is not among `categories`.
        """
        given = (
            category_tables.values() if isinstance(category_tables, Mapping) else category_tables
        )
        tables = list(given or ())
        if id is None and not columns and tables:
            id = range(len(tables[0]))
        super().__init__(name, description, id, columns, colnames, **fields)
        order = [table.name for table in tables] if categories is None else list(categories)
        if sorted(order) != sorted(table.name for table in tables):
            raise building.usage("`categories` and `category_tables` do not name the same tables")
        for table in sorted(tables, key=lambda one: order.index(one.name)):
            self.add_category(table)

    # Categories

    @property
    def categories(self) -> list[str]:
        """The names of the categories, in order."""
        if _CATEGORIES in self.entity:
            listed: Any = self.entity.link(_CATEGORIES)
            return list(map(str, listed.tolist() if hasattr(listed, "tolist") else listed))
        return [key for key in self.entity if self._is_table(key)]

    def _is_table(self, key: str) -> bool:
        value = self.entity.link(key)
        return isinstance(value, Link) and isinstance(wrap(value), DynamicTable)

    @property
    def category_tables(self) -> dict[str, DynamicTable]:
        """The tables of the categories, by name."""
        return {name: self.get_category(name) for name in self.categories}

    def get_category(self, name: str | None = None) -> DynamicTable:
        """The table of a category; without a name, or with its own, this one.

        Raises `FieldError` where there is no such category.
        """
        if name is None or (name == self.name and name not in self.categories):
            return self
        if name not in self.categories:
            raise self.entity.missing(name)
        found = wrap(self.entity.link(name))
        return found if isinstance(found, DynamicTable) else DynamicTable.of(found)

    #: The name that hdmf.common's documentation uses.
    get_category_table = get_category

    def add_category(self, category: DynamicTable) -> None:
        """Add a table as a category, in memory.

        Raises `UsageError` where it has another number of rows, is aligned itself, or is there.
        """
        if isinstance(category, AlignedDynamicTable):
            raise building.usage(f"the category `{category.name}` is an aligned table itself", self)
        if category.name in self.categories:
            raise building.usage(f"there is a category `{category.name}` already", self)
        if len(category) != len(self):
            raise building.usage(
                f"the category `{category.name}` has {len(category)} rows, but the table has"
                f" {len(self)}", self,
            )  # fmt: skip
        known = self.categories
        self._put(category.name, category)
        self._put(_CATEGORIES, [*known, category.name])

    def add_category_table(
        self, name: str | DynamicTable, description: str = "no description", **fields: Any
    ) -> DynamicTable:
        """Add a table as a category; of a name and a description, one without columns.

        Gives the table. `fields` are more arguments of `DynamicTable`.
        """
        table = name
        if not isinstance(table, DynamicTable):
            ids = fields.pop("id", None)
            table = DynamicTable(
                table, description, list(self.id) if ids is None else ids, **fields
            )
        self.add_category(table)
        return table

    # Columns and rows

    def add_column(
        self, name: str, description: str, data: Any = None, *args: Any,
        category: str | None = None, **more: Any,
    ) -> None:  # fmt: skip
        """Add a column to the table itself, or to a category. Raises what `DynamicTable`'s does."""
        if category is None or category == self.name:
            super().add_column(name, description, data, *args, **more)
        else:
            self.get_category(category).add_column(name, description, data, *args, **more)

    def add_row(
        self, data: Mapping[str, Any] | None = None, id: int | None = None,
        enforce_unique_id: bool = False, check_ragged: bool = True, **values: Any,
    ) -> None:  # fmt: skip
        """Add a row, in memory: a value for each own column, a mapping for each category.

        Raises `UsageError` where a category is missing, and what `DynamicTable`'s does.
        """
        given = {**(data or {}), **values}
        categories = self.categories
        missing = [name for name in categories if name not in given]
        if missing:
            raise building.usage(f"the row has no values for the category `{missing[0]}`", self)
        inner = {name: given.pop(name) for name in categories}
        super().add_row(given, id, enforce_unique_id)
        for name, row in inner.items():
            self.get_category(name).add_row(row)

    def get_colnames(
        self, include_category_tables: bool = False, ignore_category_ids: bool = False
    ) -> list[Any]:
        """The names of the columns; with those of the categories as pairs of table and column."""
        if not include_category_tables:
            return self.colnames
        found = [(self.name, name) for name in self.colnames]
        for category, table in self.category_tables.items():
            names = table.colnames if ignore_category_ids else [ID, *table.colnames]
            found += [(category, name) for name in names]
        return found

    def __contains__(self, key: object) -> bool:
        if isinstance(key, tuple):
            category, name = key
            return name in self.get_category(category)
        return key in self.categories or super().__contains__(key)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str) and key in self.categories:
            return self.get_category(key).to_dataframe()
        return super().__getitem__(key)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__") and "_entity" in self.__dict__ and name in self.categories:
            return self.get_category(name)
        return super().__getattr__(name)

    def _set(self, key: str, value: Any) -> None:
        if isinstance(value, DynamicTable):
            self.add_category(value)
        else:
            super()._set(key, value)

    def get(self, key: Any, default: Any = None, **more: Any) -> Any:  # type: ignore[override]
        """A column, a category as a data frame, or rows of all of them beside each other.

        `[row, category]` and `[category, row]` are a row of a category; `[row, (category,
        column)]`, `[row, category, column]` and `[category, column, row]` a cell;
        `[category, column]` a column. The category None is the table itself.
        """
        if key is None:
            return self.to_dataframe()
        if isinstance(key, str):
            return super().get(key, default)
        if isinstance(key, tuple):
            return self._named(key) if isinstance(key[0], str) else self._cell(key)
        own = super().get(key, **more).reset_index()
        inner = {name: table.get(key).reset_index() for name, table in self.category_tables.items()}
        return self._joined(own, inner)

    def _cell(self, key: tuple[Any, ...]) -> Any:
        row, *rest = key
        if row is None:
            return self._named((self.name, *rest))
        path = tuple(rest[0]) if len(rest) == 1 and isinstance(rest[0], tuple) else tuple(rest)
        return self._named((*path, row))

    def _named(self, path: tuple[Any, ...]) -> Any:
        found: Any = self.get_category(path[0])
        for step in path[1:]:
            found = DynamicTable.__getitem__(found, step) if found is self else found[step]
        return found

    def _joined(self, own: Any, inner: Mapping[str, Any]) -> Any:
        joined = frames.side_by_side({self.name: own, **inner})
        return joined.set_index((self.name, self.id.name))

    def to_dataframe(
        self,
        exclude: Iterable[str] | None = None,
        index: bool = False,
        ignore_category_ids: bool = False,
    ) -> Any:
        """All rows, the categories as an upper level of the columns."""
        own = super().get(slice(None), index=index, exclude=exclude).reset_index()
        inner = {name: table.to_dataframe() for name, table in self.category_tables.items()}
        if not ignore_category_ids:
            inner = {name: frame.reset_index() for name, frame in inner.items()}
        return self._joined(own, inner)

    # Regions

    def has_foreign_columns(self, ignore_category_tables: bool = False) -> bool:
        """Whether there are columns, of categories too, that point into other tables."""
        return bool(self.get_foreign_columns(ignore_category_tables))

    def get_foreign_columns(self, ignore_category_tables: bool = False) -> list[Any]:
        """Category (None for the table itself) and name of columns that point into other tables."""
        found: list[Any] = [(None, name) for name in super().get_foreign_columns()]
        if not ignore_category_tables:
            for category, table in self.category_tables.items():
                found += [(category, name) for name in table.get_foreign_columns()]
        return found

    def get_linked_tables(
        self, other_tables: Any = None, ignore_category_tables: bool = False
    ) -> list[Any]:
        """All columns that lead to other tables; see `DynamicTable.get_linked_tables`."""
        more = [] if ignore_category_tables else list(self.category_tables.values())
        return super().get_linked_tables([*(other_tables or ()), *more])
