"""New tables, columns and rows, in memory.

Takes: tables, values, and what kind of column they are for.
Gives: `fill` and `from_frame` for a new table, `made_column`, `put_in`, `add_row` for any.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from linkdata.arrays.inline import rectangular
from linkdata.errors import UsageError, did_you_mean, error
from linkdata.objects.tables.columns import ElementIdentifiers, VectorData
from linkdata.objects.tables.enums import EnumData
from linkdata.objects.tables.layout import COLNAMES, ID, INDEX, Columns, check_aligned
from linkdata.objects.tables.ragged import VectorIndex, flattened

if TYPE_CHECKING:
    from linkdata.objects.tables.table import DynamicTable

#: What a column of a table class may say of itself, beside its name and description.
_SPECIFIED = ("index", "table", "enum", "class")


def usage(message: str, table: DynamicTable | None = None, hint: str | None = None) -> UsageError:
    """An error about a call on a table."""
    span = None if table is None else table.entity.span
    return UsageError(error("usage", message, span, hint=hint))


def arranged(columns: Sequence[Any], colnames: Iterable[str] | None) -> Columns:
    """Columns, given with their indexes, in the order of `colnames`.

    Raises `UsageError` for one that comes twice, an index without its target, a name without a
    column.
    """
    columns = [part for column in columns for part in _parts(column)]
    names = [column.name for column in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise usage(f"the column `{twice[0]}` is given twice")
    outer: dict[str, VectorData] = {}
    hidden: set[str] = set()
    for column in columns:
        if isinstance(column, VectorIndex):
            if column.target.name not in names:
                raise usage(f"the index `{column.name}` is given without `{column.target.name}`")
            hidden.update((column.name, column.target.name))
            last = column.get_target_data().name
            if last not in outer or _depth(column) > _depth(outer[last]):
                outer[last] = column
        elif isinstance(column, EnumData):
            hidden.add(column.elements.name)
    for column in columns:
        if column.name not in outer and column.name not in hidden:
            outer[column.name] = column
    order = [column.name for column in columns if column.name in outer]
    arranged = Columns()
    for name in order if colnames is None else colnames:
        if name not in outer:
            raise usage(f"there is no column `{name}` as `colnames` says",
                        hint=did_you_mean(name, outer))  # fmt: skip
        arranged.add(name, outer[name])
    return arranged


def _parts(column: Any) -> list[VectorData]:
    """A column as it was given; one that is only specified, with its indexes."""
    if isinstance(column, Mapping):
        return _parts_of(specified(column))
    if not isinstance(column, VectorData):
        raise usage("`columns` are VectorData, or mappings with `name` and `description`")
    return [column]


def _parts_of(outer: VectorData) -> list[VectorData]:
    found = [outer]
    while isinstance(found[-1], VectorIndex):
        found.append(found[-1].target)
    return found


def fill(table: DynamicTable, ids: Any, columns: Columns) -> None:
    """Give a new table its ids and columns, and those that its class requires."""
    lengths = {key: len(column) for key, column in columns.outer.items()}
    own = ids if isinstance(ids, ElementIdentifiers) else None
    if own is None:
        given = () if ids is None else ids
        own = ElementIdentifiers(ID, given if hasattr(given, "shape") else list(given))
    check_aligned(table.entity, lengths, len(own) or None)
    if lengths and not len(own):
        own.extend(range(next(iter(lengths.values()))))
    table._put(ID, own)
    for key, part in columns.parts.items():
        table._put(key, part)
    table._put(COLNAMES, list(columns.outer))
    for column in table.__columns__:
        if column.get("required") and column["name"] not in columns.outer:
            put_in(table, column["name"], specified(column))


def _depth(column: VectorData) -> int:
    return 1 + _depth(column.target) if isinstance(column, VectorIndex) else 0


def made_column(
    name: str,
    description: str = "no description",
    data: Any = None,
    *,
    table: Any = False,
    index: Any = False,
    enum: Any = False,
    col_cls: type[VectorData] | None = None,
    dtype: Any = None,
    **fields: Any,
) -> VectorData:
    """A column with its indexes; what is given is as for `DynamicTable.add_column`."""
    from linkdata.objects.tables.region import DynamicTableRegion

    if table is not False and enum is not False:
        raise usage(f"the column `{name}` cannot be both a region and of a fixed set")
    values = [] if data is None else data
    levels: list[Any] = []
    if index is not False and not _is_number(index):
        levels = [index]  # the ends of the rows themselves
    elif index is not False:
        levels = [[] for _ in range(int(index))]
        if len(values):
            values, levels = flattened(_listed(values), int(index))
    elif isinstance(values, list) and _is_ragged(values):
        # hdmf.common warns and keeps the lists; here they are what they look like.
        values, levels = flattened(values, 1)
    if dtype is not None:
        values = _typed(name, values, dtype)
    inner: VectorData
    if table is not False:
        given = {} if table is True else {"table": table}
        inner = (col_cls or DynamicTableRegion)(
            name=name, data=values, description=description, **given, **fields
        )
    elif enum is not False:
        given = {} if enum is True else {"elements": enum}
        inner = (col_cls or EnumData)(name=name, description=description, data=values, **given,
                                      **fields)  # fmt: skip
    else:
        inner = (col_cls or VectorData)(name=name, description=description, data=values, **fields)
    outer = inner
    for ends in reversed(levels):
        outer = VectorIndex(outer.name + INDEX, ends, outer)
    return outer


def _is_number(index: Any) -> bool:
    return isinstance(index, bool | int)


def _listed(values: Any) -> Any:
    return list(values) if hasattr(values, "shape") else values


def _is_ragged(values: list[Any]) -> bool:
    return (
        all(_length(value) is not None for value in values)
        and len({_length(value) for value in values}) > 1
    )


def _length(value: Any) -> int | None:
    if isinstance(value, list | tuple):
        return len(value)
    return len(value) if getattr(value, "shape", ()) else None


def _typed(name: str, values: Any, dtype: Any) -> Any:
    import numpy

    try:
        return numpy.asarray(values, dtype=dtype)
    except (TypeError, ValueError) as problem:
        raise usage(f"the values of `{name}` are not of dtype {dtype}: {problem}") from problem


def specified(column: Mapping[str, Any], data: Any = None, **given: Any) -> VectorData:
    """A column as a class of tables, or a user, specifies it in a mapping."""
    known = {key: column[key] for key in _SPECIFIED if key in column}
    cls = known.pop("class", None)
    more = {key: value for key, value in column.items()
            if key not in (*_SPECIFIED, "name", "description", "required")}  # fmt: skip
    return made_column(
        column["name"], column.get("description", "no description"), data,
        col_cls=cls, **{**known, **more, **given},
    )  # fmt: skip


def put_in(table: DynamicTable, name: str, outer: VectorData) -> None:
    """Make a column part of a table: its parts as fields, and its name in `colnames`.

    Raises `UsageError` where it has not as many rows as the table.
    """
    rows = len(table)
    known = table.colnames
    if known or rows:
        usage_unless_aligned(table, name, outer)
    put_parts(table, name, outer)
    if name not in known and (table.names_columns or isinstance(outer, EnumData)):
        table._put(COLNAMES, [*known, name])
    if not known and not rows:
        table._number(len(outer))


def put_parts(table: DynamicTable, name: str, outer: VectorData) -> None:
    """Make a column, its indexes and its elements fields of a table."""
    part = outer
    while isinstance(part, VectorIndex):
        table._put(part.name, part)
        part = part.target
    table._put(name, part)
    if isinstance(part, EnumData):
        table._put(part.elements.name, part.elements)


def usage_unless_aligned(table: DynamicTable, name: str, outer: VectorData) -> None:
    """Raise `UsageError` where a column has not as many rows as the table."""
    if len(outer) != len(table):
        raise usage(
            f"the column `{name}` has {len(outer)} rows, but the table has {len(table)}", table,
            hint="all columns of a table have one length",
        )  # fmt: skip


def add_row(table: DynamicTable, values: dict[str, Any], row_id: int | None, unique: bool) -> None:
    """Put one row at the end of a table.

    Raises `UsageError` for a column that is missing, or that the table does not have; nothing is
    changed then.
    """
    predefined = {column["name"]: column for column in table.__columns__}
    known = set(table.colnames)
    extra = [name for name in values if name not in known and name not in predefined]
    if extra:
        raise usage(f"the table has no column `{extra[0]}`", table,
                    hint=did_you_mean(extra[0], [*known, *predefined])
                    or "`add_column` adds one")  # fmt: skip
    missing = [name for name in table.colnames if name not in values]
    if missing:
        raise usage(f"the row has no value for the column `{missing[0]}`", table)
    rows = len(table)
    new = rows if row_id is None else int(row_id)
    if unique and new in list(table.id):
        raise usage(f"the id {new} is already in the table", table)
    for name, value in values.items():
        if name not in known and value is not None:
            if rows:
                raise usage(f"the column `{name}` has no values for the {rows} rows there are",
                            table, hint="add it with `add_column` and its values")  # fmt: skip
            put_in(table, name, specified(predefined[name]))
    columns = dict(table._columns.outer)
    for name, column in columns.items():
        _check_terms(column, values[name])
    table._identify(new, rows)
    for name, column in columns.items():
        column.add_row(values[name])
        if column.entity is not table._part(column.name):
            put_parts(table, name, column)
    table.entity.memo.clear()


def _check_terms(column: VectorData, value: Any) -> None:
    """Raise `ModelError` for texts that a column does not take, before anything is changed."""
    inner = column.get_target_data() if isinstance(column, VectorIndex) else column
    check = getattr(inner._kept, "check", None)
    if check is not None:
        check(value if isinstance(value, list | tuple) else [value])


def from_frame(
    frame: Any,
    index_column: str | None,
    foreseen: Iterable[Mapping[str, Any]],
    specs: Iterable[Mapping[str, Any]],
    descriptions: Mapping[str, str],
) -> dict[str, Any]:
    """The ids and columns of a `pandas.DataFrame`, as arguments for a table.

    Raises `UsageError` for a column that is specified, or required, and not there.
    """
    known = {column["name"]: column for column in (*foreseen, *specs)}
    wanted = {one["name"] for one in foreseen if one.get("required")}
    missing = sorted((wanted | {one["name"] for one in specs}) - set(map(str, frame.columns)))
    if missing:
        raise usage(f"the data frame has no column `{missing[0]}`")
    source = frame.index if index_column is None else frame[index_column]
    name = index_column or frame.index.name or ID
    ids = ElementIdentifiers(name, source.to_numpy().tolist())
    return {"id": ids, "columns": _frame_columns(frame, known, descriptions)}


def _frame_columns(
    frame: Any, specs: Mapping[str, Mapping[str, Any]], descriptions: Mapping[str, str]
) -> list[VectorData]:
    """The columns of a data frame; lists of different lengths become ragged columns."""
    columns: list[VectorData] = []
    for name in frame.columns:
        data = _from_series(frame[name])
        spec = dict(specs.get(str(name), {"name": str(name)}))
        spec.setdefault("description", descriptions.get(str(name), "no description"))
        if hasattr(frame[name], "cat") and not spec.get("enum"):
            elements = frame[name].cat.categories.tolist()
            spec["enum"], data = elements, frame[name].cat.codes.tolist()
        elif isinstance(data, list) and rectangular(data) is None and "index" not in spec:
            spec["index"] = True
        columns += _parts_of(specified(spec, data))
    return columns


def _from_series(series: Any) -> Any:
    values = series.to_numpy()
    return values if values.dtype.kind in "biufc" else series.tolist()
