"""Tables: columns of one length.

Takes: columns in memory; or entities of tables in documents and files.
Gives: `DynamicTable`, with hdmf.common's arguments and methods.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from linkdata.errors import FieldError
from linkdata.graph.changes import Made, assign
from linkdata.graph.entity import Entity
from linkdata.objects import frames
from linkdata.objects.access import Object
from linkdata.objects.known import COMMON
from linkdata.objects.putting import unwrapped
from linkdata.objects.tables import building
from linkdata.objects.tables.columns import Data, ElementIdentifiers, VectorData
from linkdata.objects.tables.enums import EnumData
from linkdata.objects.tables.foreign import asked, foreign_columns, linked_tables
from linkdata.objects.tables.layout import (
    COLNAMES,
    DESCRIPTION,
    ID,
    Columns,
    columns_of,
    identifiers,
    names_of,
)
from linkdata.objects.tables.meanings import HasMeanings
from linkdata.objects.tables.names import Names
from linkdata.objects.tables.picking import is_position, position, positions
from linkdata.objects.tables.ragged import VectorIndex

if TYPE_CHECKING:
    from linkdata.objects.display import Picture
    from linkdata.objects.tables.region import DynamicTableRegion

_COLUMNS = "columns"


class DynamicTable(HasMeanings):
    """A table: named columns along the same rows, and an id for each row.

    `table["name"]` and `table.name` are a column; `table[3]`, `table[2:5]`, `table[[0, 4]]` and
    `table[mask]` are rows, as a `pandas.DataFrame`; `table[3, "name"]` is a cell. Only the rows
    asked for are read from a file.
    """

    _TYPE: ClassVar[tuple[str, str]] = (COMMON, "DynamicTable")
    #: Columns that tables of this class have: mappings with `name`, `description`, and as for
    #: `add_column` `index`, `table`, `enum`, `class`; with `required` they are always there.
    __columns__: ClassVar[tuple[Mapping[str, Any], ...]] = ()

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        own = cls.__dict__.get("__columns__")
        if own is not None:
            inherited = next((base.__columns__ for base in cls.__mro__[1:]
                              if hasattr(base, "__columns__")), ())  # fmt: skip
            named = {column["name"] for column in own}
            cls.__columns__ = (*(c for c in inherited if c["name"] not in named), *own)

    def __init__(
        self,
        name: str,
        description: str,
        id: Any = None,
        columns: Sequence[Any] | None = None,
        colnames: Iterable[str] | None = None,
        target_tables: Mapping[str, DynamicTable] | None = None,
        meanings_tables: Iterable[Any] = (),
        **fields: Any,
    ) -> None:
        """Make a table in memory.

        `columns` are columns with their indexes, or mappings with `name` and `description`.
        `target_tables` gives the tables that columns of regions point into, `meanings_tables` what
        values mean. `fields` are more of its fields. Raises `UsageError` where lengths differ.
        """
        made = Made(name, ":".join(self._TYPE), type(self))
        super().__init__(made)
        for key, value in {DESCRIPTION: description, **fields}.items():
            if value is not None:
                assign(made, key, unwrapped(value))
        building.fill(self, id, building.arranged(columns or (), colnames))
        for key, table in (target_tables or {}).items():
            self._aim(key, table)
        for meanings in meanings_tables or ():
            self.add_meanings_table(meanings)

    def _aim(self, name: str, table: DynamicTable) -> None:
        """Give a column of regions its table, the column too if the class only foresees it."""
        foreseen = next((one for one in self.__columns__ if one["name"] == name), None)
        if name not in self.colnames and foreseen is not None:
            building.put_in(self, name, building.specified(foreseen))
        column = self[name]
        inner = column.get_target_data() if isinstance(column, VectorIndex) else column
        inner.table = table

    # Columns

    @property
    def _columns(self) -> Columns:
        memo = self.entity.memo
        found: Columns | None = memo.get(_COLUMNS)
        if found is None:
            found = memo[_COLUMNS] = columns_of(self.entity)
        return found

    @property
    def colnames(self) -> Names:
        """The names of the columns, in order. Names can be appended to it."""
        return Names(self._columns.outer, lambda names: self._put(COLNAMES, names))

    @property
    def columns(self) -> tuple[VectorData, ...]:
        """All columns, and indexes, each before what it cuts."""
        return self._columns.ordered()

    @property
    def id(self) -> Data:
        """The identifiers of the rows; where none are written they count from 0."""
        memo = self.entity.memo
        found: Data | None = memo.get(ID)
        if found is None:
            found = memo[ID] = identifiers(self.entity, self._columns)
        return found

    def get_column(self, name: str) -> VectorData:
        """The column of a name: its index, where it is ragged. Raises `FieldError`."""
        columns = self._columns
        found = columns.outer.get(name) or columns.parts.get(name)
        if found is None:
            raise self.entity.missing(name)
        return found

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "_entity" not in self.__dict__:
            raise AttributeError(name)
        columns = self._columns
        found = columns.outer.get(name) or columns.parts.get(name)
        if found is not None:
            return found
        if any(column["name"] == name for column in self.__columns__):
            return None  # foreseen by the class, and not there
        return super().__getattr__(name)

    def _put(self, key: str, value: Any) -> None:
        assign(self.entity, key, unwrapped(value))

    def _part(self, name: str) -> Entity | None:
        """The entity that the table itself has for a column or an index."""
        found = self.entity.get(name) if name in self.entity else None
        return found if isinstance(found, Entity) else None

    def _set(self, key: str, value: Any) -> None:
        if not isinstance(value, VectorData):
            super()._set(key, value)
        elif key in self._columns.outer:
            self._keep(key, value)
        else:
            building.put_in(self, key, value)

    def _keep(self, name: str, outer: VectorData) -> None:
        """Put a column with its indexes in the place of the one that there is."""
        building.usage_unless_aligned(self, name, outer)
        building.put_parts(self, name, outer)

    def add_column(
        self,
        name: str,
        description: str,
        data: Any = None,
        table: Any = False,
        index: Any = False,
        enum: Any = False,
        col_cls: type[VectorData] | None = None,
        dtype: Any = None,
        check_ragged: bool = True,
        **fields: Any,
    ) -> None:
        """Add a column, in memory; with `data` for each row that there is.

        With `index` it is ragged: True or a number of levels, where `data` are nested lists; or
        the ends of the rows, where `data` are the elements of all of them. With `table` it is a
        region of that table; with `enum` of a fixed set, that may be given. `col_cls` is the class
        of the column, `dtype` that of its values. Raises `UsageError` where the lengths differ,
        and for a name that there is already.
        """
        if name in self._columns.outer:
            raise building.usage(f"the table has a column `{name}` already", self)
        foreseen = next((one for one in self.__columns__ if one["name"] == name), {})
        column = building.made_column(
            name, description, data,
            table=foreseen.get("table", False) if table is False else table,
            index=foreseen.get("index", False) if index is False else index,
            enum=foreseen.get("enum", False) if enum is False else enum,
            col_cls=col_cls or foreseen.get("class"), dtype=dtype, **fields,
        )  # fmt: skip
        building.put_in(self, name, column)

    def add_row(
        self,
        data: Mapping[str, Any] | None = None,
        id: int | None = None,
        enforce_unique_id: bool = False,
        check_ragged: bool = True,
        **values: Any,
    ) -> None:
        """Add a row, in memory: a value for each column, by name or in `data`.

        Without an `id` the row's is its position. Raises `UsageError` where a value is missing or
        for no column of the table.
        """
        building.add_row(self, {**(data or {}), **values}, id, enforce_unique_id)

    def _number(self, rows: int) -> None:
        """Give a table without rows the ids of as many."""
        self._put(ID, ElementIdentifiers(ID, list(range(rows))))

    def _identify(self, new: int, rows: int) -> None:
        """Give one more row its id; where ids are positions, that need not be written."""
        if ID not in self.entity and new == rows:
            return
        ids = self.id
        ids.append(new)
        if ID not in self.entity:
            self._put(ID, ids)

    @property
    def names_columns(self) -> bool:
        """Whether the table itself says which columns it has, as it must in memory."""
        return COLNAMES in self.entity or isinstance(self.entity, Made)

    # Rows

    def __len__(self) -> int:
        return len(self.id)

    def __iter__(self) -> Iterator[Any]:
        return (self[row] for row in range(len(self)))

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and (key in names_of(self.entity) or key in self.entity)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            if key == ID:
                return self.id
            columns = self._columns
            found = columns.outer.get(key) or columns.parts.get(key)
            return super().__getitem__(key) if found is None else found
        return self.get(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        if not isinstance(key, str):
            hint = "set a column, or elements of one: table['x'][3] = ..."
            raise building.usage("rows are not set whole", self, hint)
        self._set(key, value)

    def get(
        self,
        key: Any,
        default: Any = None,
        df: bool = True,
        index: bool = True,
        exclude: Iterable[str] | None = None,
        **_: Any,
    ) -> Any:
        """A column for a name; a cell for a row and a name; rows for everything else.

        Rows are a `pandas.DataFrame`, or with `df=False` a list: of the ids, and of the values of
        each column. Of regions it has row numbers, or with `index=False` the rows of the other
        tables, as data frames in cells. Raises `PositionError` for a row that there is not.
        """
        if isinstance(key, str):
            try:
                return self[key]
            except FieldError:
                return default
        if isinstance(key, tuple):
            row, name = key
            if is_position(name):
                name = [ID, *self.colnames][int(name)]
            return self[name][row]
        if not df and not index:
            raise building.usage("rows of other tables are only had in data frames", self)
        rows = self._rows(key)
        ids = self.id.get(rows)
        left_out = set(exclude or ())
        cells = {name: column.get(rows, **asked(column, df, index))
                 for name, column in self._columns.outer.items()
                 if name not in left_out}  # fmt: skip
        if not df:
            return [ids, *cells.values()]
        for name in cells:
            cells[name] = self._shown(name, cells[name])
        if is_position(key):
            return frames.single_row(ids, cells, self.id.name)
        return frames.data_frame(ids, cells, self.id.name)

    def _rows(self, key: Any) -> Any:
        """An index of rows that is within the table: a position, a slice, or positions."""
        if isinstance(key, slice):
            return key
        length = len(self)
        return position(key, length) if is_position(key) else positions(key, length)

    def _shown(self, name: str, values: Any) -> Any:
        column = self._columns.outer[name]
        if isinstance(column, EnumData) and getattr(values, "shape", None):
            return frames.categorical(values, column.elements[:])
        return values

    def to_dataframe(self, exclude: Iterable[str] | None = None, index: bool = False) -> Any:
        """All rows as a `pandas.DataFrame`, without the columns of `exclude`.

        Of regions it has the rows of the other tables, or with `index` their numbers.
        """
        return self.get(slice(None), index=index, exclude=exclude)

    def to_pandas(self) -> Any:
        """All rows as a `pandas.DataFrame`; regions are row numbers."""
        return self[:]

    @classmethod
    def from_dataframe(
        cls,
        df: Any,
        name: str,
        index_column: str | None = None,
        table_description: str = "",
        columns: Sequence[Mapping[str, Any]] | None = None,
        column_descriptions: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> Self:
        """A table of a `pandas.DataFrame`: its index, or `index_column`, are the ids.

        `columns` say more of columns, as mappings with `name`. Categories become `EnumData`, lists
        of different lengths ragged. Raises `UsageError` for a column that should be there.
        """
        given = building.from_frame(
            df, index_column, cls.__columns__, columns or (), column_descriptions or {}
        )
        return cls(name=name, description=table_description, **given, **fields)

    def copy(self) -> Self:
        """A table of the same columns, in memory."""
        return type(self)(
            name=self.name, description=self.description, id=list(self.id),
            columns=list(self.columns), colnames=list(self.colnames),
        )  # fmt: skip

    # Regions

    def create_region(
        self, name: str, region: slice | Sequence[int], description: str
    ) -> DynamicTableRegion:
        """A region of this table: the rows of a slice or a list. Raises `PositionError`."""
        from linkdata.objects.tables.region import DynamicTableRegion

        rows = positions(region, len(self))
        return DynamicTableRegion(name=name, data=rows, description=description, table=self)

    def get_foreign_columns(self) -> list[Any]:
        """The names of the columns that point into other tables."""
        return [column.name for column in foreign_columns(self._columns)]

    def has_foreign_columns(self) -> bool:
        """Whether there are columns that point into other tables."""
        return bool(foreign_columns(self._columns))

    def get_linked_tables(self, other_tables: Iterable[DynamicTable] | None = None) -> list[Any]:
        """All columns that lead to other tables, from here and from those: each a `Foreign`."""
        return linked_tables([self, *(other_tables or ())])

    def __eq__(self, other: object) -> bool:
        """Whether it is the same table; or of the same name, description and rows."""
        if not isinstance(other, DynamicTable):
            return False
        if self.entity is other.entity:
            return True
        said = (self.name, self.get(DESCRIPTION)) == (other.name, other.get(DESCRIPTION))
        return said and bool(self.to_dataframe().equals(other.to_dataframe()))

    __hash__ = Object.__hash__

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return self[:].to_numpy(dtype=dtype)

    def _picture(self) -> Picture | None:
        if not isinstance(self._columns.outer.get("spike_times"), VectorIndex):
            return None
        from linkdata.objects.pictures import raster

        return raster(self)
