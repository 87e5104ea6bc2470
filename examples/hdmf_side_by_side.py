"""Do with hdmf.common and with linkdata the same things, and print where they agree.

    python hdmf_side_by_side.py

Each operation of hdmf.common's documented API is one function here, called once with hdmf's classes
and once with linkdata's. A row of the table that is printed `agrees`, or is explained. The exit
code is 1 when a row does neither. Needs hdmf, pandas and scipy.
"""

from __future__ import annotations

import json
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hdmf.common
import numpy as np
import pandas as pd
from hdmf.common import DynamicTable as HDMFTable
from hdmf.common.resources import HERD as HDMFHERD
from hdmf.common.table import EnumData as HDMFEnumData
from hdmf.container import HERDManager
from hdmf.term_set import TermSet, TermSetWrapper
from scipy import sparse

import linkdata


class _Root(HDMFTable, HERDManager):
    """A table that external resources can take for the file: hdmf wants one."""

    external_resources = None


HDMF = SimpleNamespace(
    name="hdmf",
    **{name: getattr(hdmf.common, name) for name in hdmf.common.__dict__ if name[0].isupper()},
    register_class=hdmf.common.register_class,
    get_class=hdmf.common.get_class,
    Root=_Root,
)
HDMF.EnumData, HDMF.HERD = HDMFEnumData, HDMFHERD
HDMF.TermSet, HDMF.TermSetWrapper = TermSet, TermSetWrapper
LINKDATA = SimpleNamespace(
    name="linkdata",
    **{name: getattr(linkdata, name) for name in linkdata.__all__},
    Root=linkdata.DynamicTable,
)

OPERATIONS: dict[str, tuple[Callable[[Any], Any], str]] = {}


def operation(group: str, label: str, explained: str = "") -> Callable[[Any], Any]:
    """Add a function to the table; `explained` says why the two differ, where they do."""

    def add(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        OPERATIONS[f"{group}: {label}"] = (function, explained)
        return function

    return add


# What operations begin with


def subjects(m: Any) -> Any:
    table = m.DynamicTable(name="subjects", description="subjects of an experiment")
    table.add_column(name="subject_id", description="who")
    table.add_column(name="age", description="in months")
    table.add_column(name="weight", description="in grams")
    table.add_row(subject_id="mouse_001", age=8, weight=25.3)
    table.add_row(subject_id="mouse_002", age=10, weight=27.1)
    table.add_row(subject_id="mouse_003", age=9, weight=24.8)
    return table


def spikes(m: Any) -> Any:
    return m.VectorData(
        name="spike_times", description="in seconds",
        data=[0.1, 0.3, 0.7, 1.2, 0.2, 0.8, 0.05, 0.4, 0.6],
    )  # fmt: skip


def ragged(m: Any) -> Any:
    return m.VectorIndex(name="spike_times_index", data=[4, 6, 9], target=spikes(m))


def doubly_ragged(m: Any) -> Any:
    table = m.DynamicTable(name="t", description="d", id=[0, 1, 2])
    table.add_column(
        name="waveforms", description="d", index=2, data=[[[1, 2], [3, 4, 5]], [[6]], [[7, 8], [9]]]
    )
    return table


def neurons(m: Any) -> Any:
    table = m.DynamicTable(name="neurons", description="neurons")
    table.add_column(name="neuron", description="which")
    table.add_column(name="area", description="where")
    for number in range(6):
        table.add_row(neuron=f"n{number}", area="CA1" if number < 3 else "CA3")
    return table


def region(m: Any) -> Any:
    return m.DynamicTableRegion(name="ca3", data=[5, 3, 3], description="d", table=neurons(m))


def pointing(m: Any) -> Any:
    """A table with a ragged column of rows of another one."""
    table = m.DynamicTable(name="analysis", description="d")
    table.add_column(name="cells", description="d", index=True, table=neurons(m))
    table.add_column(name="rate", description="d")
    table.add_row(cells=[0, 1], rate=15.5)
    table.add_row(cells=[4], rate=2.5)
    return table


def aligned(m: Any) -> Any:
    stimuli = m.DynamicTable(
        name="stimuli", description="d",
        columns=[m.VectorData(name="kind", description="d", data=["a", "b", "a"])],
    )  # fmt: skip
    responses = m.DynamicTable(
        name="responses", description="d",
        columns=[m.VectorData(name="count", description="d", data=[5, 7, 9])],
    )  # fmt: skip
    return m.AlignedDynamicTable(
        name="session", description="d", category_tables=[stimuli, responses],
        columns=[m.VectorData(name="time", description="d", data=[0.5, 1.5, 2.5])],
    )  # fmt: skip


def states(m: Any) -> Any:
    return m.EnumData(
        name="state", description="d", data=[0, 1, 2, 1], elements=["rest", "run", "groom"]
    )


MATRIX = sparse.csr_matrix(np.array([[1, 0, 2], [0, 3, 0], [4, 5, 6]]))


def raised(function: Callable[[], Any]) -> str:
    """Whether a call is refused; each library has exceptions of its own."""
    try:
        function()
    except Exception:  # hdmf refuses with bare and with private ones
        return "refused"
    return "taken"


# DynamicTable


@operation("DynamicTable", "name, description, colnames")
def _(m: Any) -> Any:
    table = subjects(m)
    return table.name, table.description, table.colnames


@operation("DynamicTable", "len")
def _(m: Any) -> Any:
    return len(subjects(m))


@operation("DynamicTable", "columns")
def _(m: Any) -> Any:
    return [column.name for column in pointing(m).columns]


@operation("DynamicTable", "id")
def _(m: Any) -> Any:
    return list(subjects(m).id[:])


@operation("DynamicTable", "to_dataframe")
def _(m: Any) -> Any:
    return subjects(m).to_dataframe()


@operation("DynamicTable", "to_dataframe(exclude=...)")
def _(m: Any) -> Any:
    return subjects(m).to_dataframe(exclude={"age"})


@operation("DynamicTable", "table[:]")
def _(m: Any) -> Any:
    return subjects(m)[:]


@operation("DynamicTable", "table[0]")
def _(m: Any) -> Any:
    return subjects(m)[0]


@operation("DynamicTable", "table[1:3], table[[0, 2]], table[array]")
def _(m: Any) -> Any:
    return subjects(m)[1:3], subjects(m)[[0, 2]], subjects(m)[np.array([2])]


@operation(
    "DynamicTable", "table[mask]",
    "hdmf takes the booleans for the rows 1, 0, 1 where columns are lists; linkdata for a mask",
)  # fmt: skip
def _(m: Any) -> Any:
    return list(subjects(m)[np.array([True, False, True])].subject_id)


@operation("DynamicTable", "table['column'], table.column, get_column(name).data")
def _(m: Any) -> Any:
    table = subjects(m)
    return table["age"].data, table.age.data, table.get("age").data


@operation("DynamicTable", "get_column(name)", "documented, but hdmf has no such method")
def _(m: Any) -> Any:
    return list(subjects(m).get_column("age").data)


@operation("DynamicTable", "table[row, column], table[row, number of the column]")
def _(m: Any) -> Any:
    return subjects(m)[1, "weight"], subjects(m)[1, 3]


@operation("DynamicTable", "get(key, default)")
def _(m: Any) -> Any:
    return subjects(m).get("nope", 5)


@operation("DynamicTable", "get(rows, df=False)")
def _(m: Any) -> Any:
    return subjects(m).get([0, 2], df=False)


@operation("DynamicTable", "in")
def _(m: Any) -> Any:
    return "age" in subjects(m), "nope" in subjects(m)


@operation("DynamicTable", "columns as mappings")
def _(m: Any) -> Any:
    columns = [{"name": "a", "description": "d"}, {"name": "b", "description": "d"}]
    table = m.DynamicTable(name="t", description="d", columns=columns)
    table.add_row(a=1, b="x")
    return table[:], table.colnames


@operation("DynamicTable", "ragged columns as mappings", "documented, but hdmf raises a TypeError")
def _(m: Any) -> Any:
    columns = [{"name": "b", "description": "d", "index": True}]
    table = m.DynamicTable(name="t", description="d", columns=columns)
    table.add_row(b=[1, 2])
    return table[:]


@operation("DynamicTable", "columns and colnames in another order")
def _(m: Any) -> Any:
    columns = [m.VectorData(name=n, description="d", data=[1, 2]) for n in ("a", "b")]
    return m.DynamicTable(name="t", description="d", columns=columns, colnames=["b", "a"])[:]


@operation("DynamicTable", "id given")
def _(m: Any) -> Any:
    columns = [m.VectorData(name="a", description="d", data=[1, 2])]
    return m.DynamicTable(name="t", description="d", columns=columns, id=[7, 9])[:]


@operation("DynamicTable", "columns of different lengths")
def _(m: Any) -> Any:
    columns = [
        m.VectorData(name=n, description="d", data=d) for n, d in (("a", [1]), ("b", [1, 2]))
    ]
    return raised(lambda: m.DynamicTable(name="t", description="d", columns=columns))


@operation("DynamicTable", "a column given twice")
def _(m: Any) -> Any:
    columns = [m.VectorData(name="a", description="d", data=[1]) for _ in range(2)]
    return raised(lambda: m.DynamicTable(name="t", description="d", columns=columns))


@operation("DynamicTable", "add_column(data)")
def _(m: Any) -> Any:
    table = subjects(m)
    table.add_column(name="sex", description="d", data=["M", "F", "M"])
    return table[:]


@operation("DynamicTable", "add_column(data) of a wrong length")
def _(m: Any) -> Any:
    return raised(lambda: subjects(m).add_column(name="x", description="d", data=[1, 2]))


@operation("DynamicTable", "add_column(index=True)")
def _(m: Any) -> Any:
    table = subjects(m)
    table.add_column(name="x", description="d", data=[[1, 2], [], [3]], index=True)
    return table[:], list(table.x_index.data), list(table["x"].target.data)


@operation("DynamicTable", "add_column(index=[ends])")
def _(m: Any) -> Any:
    table = subjects(m)
    table.add_column(name="x", description="d", data=[1, 2, 3], index=[2, 2, 3])
    return table[:]


@operation("DynamicTable", "add_column(index=2)")
def _(m: Any) -> Any:
    table = doubly_ragged(m)
    return table[:], [column.name for column in table.columns], table["waveforms"][0]


@operation("DynamicTable", "add_column(enum=True), add_row")
def _(m: Any) -> Any:
    table = m.DynamicTable(name="t", description="d")
    table.add_column(name="state", description="d", enum=True)
    for state in ("rest", "run", "rest"):
        table.add_row(state=state)
    return (
        list(table["state"].elements.data),
        list(table["state"].data),
        list(table.to_dataframe().state),
    )


@operation("DynamicTable", "add_column(col_cls=...)")
def _(m: Any) -> Any:
    table = subjects(m)
    table.add_column(
        name="r", description="d", data=[0, 1, 2], col_cls=m.DynamicTableRegion, table=neurons(m)
    )
    return table["r"][1]


@operation("DynamicTable", "a column of any number of dimensions")
def _(m: Any) -> Any:
    table = subjects(m)
    data = np.arange(3 * 10 * 12).reshape(3, 10, 12)
    table.add_column(name="bonus", description="d", data=data)
    return table[0].bonus.iloc[0], table[:].bonus.iloc[2]


@operation("DynamicTable", "add_row(id=...), enforce_unique_id")
def _(m: Any) -> Any:
    table = subjects(m)
    row = {"subject_id": "x", "age": 1, "weight": 2.0}
    table.add_row(id=77, **row)
    return list(table.id[:]), raised(lambda: table.add_row(id=77, enforce_unique_id=True, **row))


@operation("DynamicTable", "add_row(data)")
def _(m: Any) -> Any:
    table = subjects(m)
    table.add_row({"subject_id": "x", "age": 1, "weight": 2.0})
    return table[3]


@operation("DynamicTable", "add_row without a value, with one too many")
def _(m: Any) -> Any:
    table = subjects(m)
    return (
        raised(lambda: table.add_row(subject_id="x")),
        raised(lambda: table.add_row(subject_id="x", age=1, weight=2.0, nope=3)),
    )


@operation("DynamicTable", "a row out of range")
def _(m: Any) -> Any:
    return raised(lambda: subjects(m)[3])


@operation("DynamicTable", "from_dataframe")
def _(m: Any) -> Any:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [[1], [2, 3]]})
    table = m.DynamicTable.from_dataframe(frame, name="t", table_description="d")
    return table[:], table.colnames, table.description


@operation("DynamicTable", "from_dataframe(index_column, columns)")
def _(m: Any) -> Any:
    frame = pd.DataFrame({"a": [1, 2], "which": [5, 6]})
    columns = [{"name": "a", "description": "what"}]
    table = m.DynamicTable.from_dataframe(
        frame, name="t", index_column="which", columns=columns, table_description="d"
    )
    return list(table.id[:]), table["a"].description, table["a"].data[1]


@operation("DynamicTable", "__columns__ of a subclass, required and not")
def _(m: Any) -> Any:
    class Trials(m.DynamicTable):
        __columns__ = (
            {"name": "start", "description": "d", "required": True},
            {"name": "tags", "description": "d", "index": True},
            {"name": "note", "description": "d"},
        )

    table = Trials(name="trials", description="d")
    table.add_row(start=0.5, tags=["a", "b"])
    table.add_row(start=1.5, tags=[])
    return table.colnames, table[:], table.note


@operation("DynamicTable", "create_region")
def _(m: Any) -> Any:
    table = neurons(m)
    one = table.create_region(name="r", region=slice(1, 3), description="d")
    other = table.create_region(name="r", region=[0, 5], description="d")
    return one[:], other[:], raised(lambda: table.create_region("r", [9], "d"))


@operation("DynamicTable", "get_foreign_columns, has_foreign_columns, get_linked_tables")
def _(m: Any) -> Any:
    table = pointing(m)
    links = [(one.source_table.name, one.source_column.name, one.target_table.name)
             for one in table.get_linked_tables()]  # fmt: skip
    return table.get_foreign_columns(), table.has_foreign_columns(), links


@operation("DynamicTable", "==")
def _(m: Any) -> Any:
    table = subjects(m)
    other = subjects(m)
    other.add_row(subject_id="x", age=1, weight=1.0)
    return table == subjects(m), table == other, table == 5


@operation("DynamicTable", "copy")
def _(m: Any) -> Any:
    return subjects(m).copy()[:]


# VectorData


@operation("VectorData", "name, description, data, len")
def _(m: Any) -> Any:
    column = spikes(m)
    return column.name, column.description, column.data, len(column)


@operation("VectorData", "column[2], column[1:3], column[[0, 3]]")
def _(m: Any) -> Any:
    column = spikes(m)
    return column[2], column[1:3], column[[0, 3]]


@operation("VectorData", "append, extend, add_row")
def _(m: Any) -> Any:
    column = spikes(m)
    column.append(2.5)
    column.extend([3.5, 4.5])
    column.add_row(5.5)
    return column.data


@operation("VectorData", "append to a numpy array")
def _(m: Any) -> Any:
    column = m.VectorData(name="a", description="d", data=np.array([1, 2]))
    column.append(3)
    return column.data


@operation("VectorData", "two dimensions, shape")
def _(m: Any) -> Any:
    column = m.VectorData(name="a", description="d", data=np.arange(6).reshape(3, 2))
    return column.shape, column[1], column[:, 0]


@operation("VectorData", "get")
def _(m: Any) -> Any:
    return spikes(m).get(slice(0, 2))


# VectorIndex


@operation("VectorIndex", "index[0], index[1], index[2]")
def _(m: Any) -> Any:
    return [ragged(m)[number] for number in range(3)]


@operation("VectorIndex", "index[0:2], index[[2, 0]], index[mask]")
def _(m: Any) -> Any:
    index = ragged(m)
    return index[0:2], index[[2, 0]], index[[True, False, True]]


@operation("VectorIndex", "target, data, dtype of data")
def _(m: Any) -> Any:
    index = ragged(m)
    return index.target.name, list(index.data), {np.asarray(one).dtype.name for one in index.data}


@operation("VectorIndex", "add_vector, add_row")
def _(m: Any) -> Any:
    index = ragged(m)
    index.add_vector([9.0, 9.5])
    index.add_row([])
    return index[3], index[4], list(index.data)


@operation("VectorIndex", "more than 255 elements widen the index")
def _(m: Any) -> Any:
    index = ragged(m)
    index.add_vector([0.0] * 300)
    return [int(one) for one in index.data], np.asarray(index.data[-1]).dtype.name


@operation("VectorIndex", "of a VectorIndex")
def _(m: Any) -> Any:
    outer = m.VectorIndex(name="outer", data=[2, 3], target=ragged(m))
    return outer[0], outer[1]


# ElementIdentifiers


@operation("ElementIdentifiers", "data, len, [0]")
def _(m: Any) -> Any:
    ids = m.ElementIdentifiers(name="ids", data=[4, 5, 6])
    return ids.data, len(ids), ids[0]


@operation("ElementIdentifiers", "== finds positions")
def _(m: Any) -> Any:
    ids = m.ElementIdentifiers(name="ids", data=[4, 5, 6])
    return list(ids == [6, 4]), list(ids == 5)


@operation("ElementIdentifiers", "append; texts")
def _(m: Any) -> Any:
    ids = m.ElementIdentifiers(name="ids", data=[4])
    ids.append(5)
    return ids.data, raised(lambda: m.ElementIdentifiers(name="ids", data=["a"]))


@operation("ElementIdentifiers", "add_ref", "documented, but hdmf has no such method")
def _(m: Any) -> Any:
    return m.ElementIdentifiers(name="ids", data=[4]).add_ref(subjects(m))


# DynamicTableRegion


@operation("DynamicTableRegion", "region[:], region[0:2], region[0]")
def _(m: Any) -> Any:
    return region(m)[:], region(m)[0:2], region(m)[0]


@operation("DynamicTableRegion", "region['column'], region[0, 'column']")
def _(m: Any) -> Any:
    return region(m)["area"].data, region(m)[0, "neuron"]


@operation("DynamicTableRegion", "table, data, shape")
def _(m: Any) -> Any:
    return region(m).table.name, region(m).data, region(m).shape


@operation("DynamicTableRegion", "get(index=True)")
def _(m: Any) -> Any:
    return region(m).get(slice(0, 2), index=True)


@operation("DynamicTableRegion", "to_dataframe")
def _(m: Any) -> Any:
    return region(m).to_dataframe()


@operation("DynamicTableRegion", "a row that the table does not have")
def _(m: Any) -> Any:
    table = neurons(m)
    return raised(
        lambda: m.DynamicTableRegion(name="r", data=[6], description="d", table=table)
    ), raised(lambda: region(m)[3])


@operation("DynamicTableRegion", "table set later")
def _(m: Any) -> Any:
    made = m.DynamicTableRegion(name="r", data=[1], description="d")
    made.table = neurons(m)
    return made[0]


@operation("DynamicTableRegion", "in a table: table[:] has row numbers")
def _(m: Any) -> Any:
    return pointing(m)[:]


@operation("DynamicTableRegion", "in a table: to_dataframe() has data frames")
def _(m: Any) -> Any:
    return list(pointing(m).to_dataframe().cells)


@operation("DynamicTableRegion", "ragged: table['cells'][0]")
def _(m: Any) -> Any:
    return pointing(m)["cells"][0], pointing(m)["cells"][0:2]


@operation("DynamicTableRegion", "regions of regions")
def _(m: Any) -> Any:
    table = m.DynamicTable(name="outer", description="d")
    table.add_column(name="analyses", description="d", table=pointing(m), data=[])
    table.add_row(analyses=1)
    return table.to_dataframe().analyses.iloc[0].rate.tolist()


@operation("DynamicTableRegion", "get_referenced_tables", "documented, but hdmf has no such method")
def _(m: Any) -> Any:
    return [table.name for table in region(m).get_referenced_tables()]


# AlignedDynamicTable


@operation("AlignedDynamicTable", "categories, len, get_colnames")
def _(m: Any) -> Any:
    table = aligned(m)
    return table.categories, len(table), table.get_colnames(include_category_tables=True)


@operation("AlignedDynamicTable", "t[:2], t[0], t[[0, 2]]")
def _(m: Any) -> Any:
    table = aligned(m)
    return table[:2], table[0], table[[0, 2]]


@operation("AlignedDynamicTable", "to_dataframe, ignore_category_ids")
def _(m: Any) -> Any:
    return aligned(m).to_dataframe(), aligned(m).to_dataframe(ignore_category_ids=True)


@operation("AlignedDynamicTable", "t['responses'], t['responses']['count'][0], t['time']")
def _(m: Any) -> Any:
    table = aligned(m)
    return table["responses"], table["responses"]["count"][0], table["time"].data


@operation("AlignedDynamicTable", "t[category, column], t[category, column, row]")
def _(m: Any) -> Any:
    table = aligned(m)
    return table["responses", "count"].data, table["responses", "count", 1]


@operation("AlignedDynamicTable", "t[row, (category, column)], t[row, category, column]")
def _(m: Any) -> Any:
    table = aligned(m)
    return table[1, ("responses", "count")], table[1, "responses", "count"]


@operation("AlignedDynamicTable", "t[category, row]")
def _(m: Any) -> Any:
    return aligned(m)["responses", 1]


@operation("AlignedDynamicTable", "get_category, in")
def _(m: Any) -> Any:
    table = aligned(m)
    return table.get_category("stimuli").name, "stimuli" in table, ("stimuli", "kind") in table


@operation("AlignedDynamicTable", "add_category, one that does not align")
def _(m: Any) -> Any:
    table = aligned(m)
    one = m.DynamicTable(name="one", description="d", id=[0, 1, 2])
    table.add_category(one)
    short = m.DynamicTable(name="short", description="d", id=[0])
    return table.categories, raised(lambda: table.add_category(short))


@operation("AlignedDynamicTable", "add_column(category=...), add_row")
def _(m: Any) -> Any:
    table = aligned(m)
    table.add_column(name="more", description="d", data=[1, 2, 3], category="stimuli")
    table.add_row(time=3.5, stimuli={"kind": "b", "more": 4}, responses={"count": 1})
    return table[3:4]


@operation(
    "AlignedDynamicTable", "add_category_table, get_category_table",
    "documented, but hdmf calls them add_category and get_category",
)  # fmt: skip
def _(m: Any) -> Any:
    table = aligned(m)
    table.add_category_table(name="neural", description="d")
    return table.get_category_table("neural").name


@operation("AlignedDynamicTable", "get_foreign_columns, get_linked_tables")
def _(m: Any) -> Any:
    table = aligned(m)
    table.add_category(m.DynamicTable(
        name="where", description="d",
        columns=[m.DynamicTableRegion(name="cell", data=[0, 1, 2], description="d",
                                      table=neurons(m))],
    ))  # fmt: skip
    return table.get_foreign_columns(), [one.target_table.name for one in table.get_linked_tables()]


# EnumData


@operation("EnumData", "elements, data")
def _(m: Any) -> Any:
    return list(states(m).elements.data), list(states(m).data)


@operation("EnumData", "column[0], column[1:3], get(index=True)")
def _(m: Any) -> Any:
    return states(m)[0], list(states(m)[1:3]), list(states(m).get(slice(None), index=True))


@operation("EnumData", "add_row")
def _(m: Any) -> Any:
    column = states(m)
    column.add_row("run")
    column.add_row("sleep")
    return [int(one) for one in column.data], list(column.elements.data)


@operation(
    "EnumData", "in a data frame", "hdmf gives the numbers of the elements; linkdata categories"
)
def _(m: Any) -> Any:
    table = m.DynamicTable(name="t", description="d", columns=[states(m), states(m).elements][:1])
    return table[:].state


@operation("EnumData", "add_element", "documented, but hdmf has no such method")
def _(m: Any) -> Any:
    column = states(m)
    column.add_element("sleep")
    return list(column.elements.data)


@operation(
    "EnumData", "texts as data", "documented, but hdmf keeps the texts and cannot index them"
)
def _(m: Any) -> Any:
    return m.EnumData(name="s", description="d", data=["b", "a"], elements=["a", "b"])[0]


# CSRMatrix


@operation("CSRMatrix", "of a scipy matrix: data, indices, indptr, shape")
def _(m: Any) -> Any:
    matrix = m.CSRMatrix(data=MATRIX, name="matrix")
    return (
        matrix.name,
        list(matrix.data),
        list(matrix.indices),
        list(matrix.indptr),
        [*matrix.shape],
    )


@operation("CSRMatrix", "of its parts, of a dense matrix")
def _(m: Any) -> Any:
    parts = m.CSRMatrix(data=MATRIX.data, indices=MATRIX.indices.astype("uint32"),
                        indptr=MATRIX.indptr.astype("uint32"), shape=[3, 3])  # fmt: skip
    dense = m.CSRMatrix(data=MATRIX.toarray())
    return parts.to_spmat().toarray(), dense.to_spmat().toarray(), dense.nnz


@operation("CSRMatrix", "toarray")
def _(m: Any) -> Any:
    return m.CSRMatrix(data=MATRIX).toarray()


@operation("CSRMatrix", "to_scipy_sparse, to_dense, from_scipy_sparse",
           "documented, but hdmf calls it to_spmat, and its constructor takes scipy's")  # fmt: skip
def _(m: Any) -> Any:
    matrix = m.CSRMatrix.from_scipy_sparse(MATRIX, name="matrix")
    return matrix.to_dense(), matrix.to_scipy_sparse().toarray()


# SimpleMultiContainer


@operation("SimpleMultiContainer", "containers, get_container, [name]")
def _(m: Any) -> Any:
    box = m.SimpleMultiContainer(name="box", containers=[subjects(m), neurons(m)])
    return list(box.containers), box.get_container("neurons").name, box["subjects"].name


@operation("SimpleMultiContainer", "add_container, one name twice")
def _(m: Any) -> Any:
    box = m.SimpleMultiContainer(name="box")
    box.add_container(subjects(m))
    return list(box.containers), raised(lambda: box.add_container(subjects(m)))


@operation("SimpleMultiContainer", "len, iteration", "documented, but hdmf's has neither")
def _(m: Any) -> Any:
    box = m.SimpleMultiContainer(name="box", containers=[subjects(m), neurons(m)])
    return len(box), [one.name for one in box]


# HERD


def resources(m: Any) -> tuple[Any, Any]:
    columns = [m.VectorData(name="species", description="d", data=["Homo sapiens", "Mus musculus"])]
    root = m.Root(name="root", description="a description", columns=columns)
    found = m.HERD()
    found.add_ref(container=root, attribute="species", key="Mus musculus",
                  entity_id="NCBITaxon:10090",
                  entity_uri="http://purl.obolibrary.org/obo/NCBITaxon_10090")  # fmt: skip
    found.add_ref(container=root, attribute="species", key="Homo sapiens",
                  entity_id="NCBITaxon:9606",
                  entity_uri="http://purl.obolibrary.org/obo/NCBITaxon_9606")  # fmt: skip
    found.add_ref(container=root, attribute="description", key="mouse",
                  entity_id="NCBITaxon:10090")  # fmt: skip
    return root, found


def tables(found: Any) -> Any:
    """The six tables, without what is random: object ids and the names of Python classes."""
    left_out = {"object_id", "file_object_id", "object_type"}
    frames = [getattr(found, name).to_dataframe() for name in
              ("keys", "files", "entities", "objects", "object_keys", "entity_keys")]  # fmt: skip
    return [
        frame[[c for c in frame.columns if c not in left_out]].values.tolist() for frame in frames
    ]


@operation("HERD", "add_ref: the six tables")
def _(m: Any) -> Any:
    return tables(resources(m)[1])


@operation("HERD", "add_ref a second time", "hdmf keeps the same use of the same word twice")
def _(m: Any) -> Any:
    root, found = resources(m)
    found.add_ref(container=root, attribute="species", key="Mus musculus",
                  entity_id="NCBITaxon:10090")  # fmt: skip
    return tables(found)


@operation("HERD", "to_dataframe")
def _(m: Any) -> Any:
    frame = resources(m)[1].to_dataframe()
    return frame.drop(columns=["object_id", "file_object_id", "object_type"])


@operation("HERD", "get_key, get_entity")
def _(m: Any) -> Any:
    found = resources(m)[1]
    return found.get_key("mouse").key, found.get_entity("NCBITaxon:9606").entity_uri


@operation("HERD", "get_object_entities")
def _(m: Any) -> Any:
    root, found = resources(m)
    return found.get_object_entities(container=root, attribute="species")


@operation("HERD", "get_object_type")
def _(m: Any) -> Any:
    return list(resources(m)[1].get_object_type(object_type="VectorData").entity_id)


@operation("HERD", "a term without an IRI")
def _(m: Any) -> Any:
    root, found = resources(m)
    return raised(lambda: found.add_ref(container=root, key="x", entity_id="y:1"))


@operation("HERD", "to_zip of each, from_zip of the other")
def _(m: Any) -> Any:
    """What one wrote, the other reads: of `m` the writer's tables, and the reader's."""
    other = LINKDATA if m is HDMF else HDMF
    found = resources(m)[1]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "inner" / "herd.zip"
        path.parent.mkdir()
        with_path(found, path)
        return tables(found) == tables(other.HERD.from_zip(path=str(path)))


def with_path(found: Any, path: Path) -> None:
    """Write into a folder: hdmf keeps the folder's name in the zip, and cannot read that itself."""
    import contextlib

    with contextlib.chdir(path.parent):
        found.to_zip(path=path.name)


@operation("HERD", "add_resource", "documented, but hdmf has no such method")
def _(m: Any) -> Any:
    root, found = resources(m)
    found.add_resource({"container": root, "key": "x", "entity_id": "y:1",
                        "entity_uri": "http://example.org/1"})  # fmt: skip
    return found.get_entity("y:1").entity_uri


# MeaningsTable


def trials(m: Any) -> Any:
    """A table with the meanings of one of its columns."""
    kinds = m.VectorData(name="kind", description="d", data=["a", "b", "a"])
    number = m.VectorData(name="number", description="d", data=[1, 2, 3])
    table = m.DynamicTable(name="trials", description="d", columns=[kinds, number])
    meanings = m.MeaningsTable(target=kinds)
    meanings.add_row(value="a", meaning="a grating")
    meanings.add_row(value="b", meaning="a tone")
    table.add_meanings_table(meanings)
    return table


@operation("MeaningsTable", "name, description, target, rows")
def _(m: Any) -> Any:
    found = trials(m)["kind"].get_meanings()
    return found.name, found.description, found.target.name, found[:]


@operation("MeaningsTable", "meanings_tables, get_meanings_table, get_meanings_for_column")
def _(m: Any) -> Any:
    table = trials(m)
    return (
        list(table.meanings_tables),
        table.get_meanings_table("kind_meanings").name,
        table.get_meanings_for_column("kind").name,
        table.get_meanings_for_column("number"),
        raised(lambda: table.get_meanings_for_column("nope")),
    )


@operation("MeaningsTable", "one added twice, one of another table's column")
def _(m: Any) -> Any:
    table = trials(m)
    other = m.VectorData(name="other", description="d", data=[1])
    return (
        raised(lambda: table.add_meanings_table(m.MeaningsTable(target=table["kind"]))),
        raised(lambda: table.add_meanings_table(m.MeaningsTable(target=other))),
    )


# TermSet

SPECIES = """\
id: https://example.org/species
name: species
prefixes: {NCBI: {prefix_prefix: NCBI, prefix_reference: "http://example.org/ncbi/"}}
enums:
  Species:
    permissible_values:
      Homo sapiens: {description: the human, meaning: "NCBI:9606"}
      Mus musculus: {description: the house mouse, meaning: "NCBI:10090"}
"""


def terms(m: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "species.yaml"
        path.write_text(SPECIES)
        return m.TermSet(term_schema_path=str(path))


@operation("TermSet", "name, termset[text], view_set, validate")
def _(m: Any) -> Any:
    found = terms(m)
    human = found["Homo sapiens"]
    return (
        found.name, list(found.view_set), (human.id, human.description, human.meaning),
        found.validate("Mus musculus"), found.validate("Mus"), raised(lambda: found["Mus"]),
    )  # fmt: skip


@operation("TermSet", "TermSetWrapper as the data of a column, append, extend")
def _(m: Any) -> Any:
    wrapped = m.TermSetWrapper(value=["Homo sapiens"], termset=terms(m))
    column = m.VectorData(name="species", description="d", data=wrapped)
    column.append("Mus musculus")
    return (
        column[1], len(column), raised(lambda: column.append("Mus")),
        raised(lambda: column.extend(["Mus musculus", "Mus"])),
        raised(lambda: m.TermSetWrapper(value=["Mus"], termset=terms(m))),
    )  # fmt: skip


@operation("TermSet", "HERD.add_ref_termset")
def _(m: Any) -> Any:
    columns = [m.VectorData(name="species", description="d", data=["Mus musculus", "Mus"])]
    root = m.Root(name="root", description="d", columns=columns)
    found = m.HERD()
    missing = found.add_ref_termset(container=root, attribute="species", termset=terms(m))
    return missing, tables(found)


@operation("TermSet", "HERD.add_ref_container")
def _(m: Any) -> Any:
    wrapped = m.TermSetWrapper(value=["Homo sapiens", "Mus musculus"], termset=terms(m))
    columns = [m.VectorData(name="species", description="d", data=wrapped)]
    root = m.Root(name="root", description="d", columns=columns)
    found = m.HERD()
    found.add_ref_container(root_container=root)
    return found.keys.to_dataframe().key.tolist(), found.entities.to_dataframe()


# Registry


@operation("registry", "get_class")
def _(m: Any) -> Any:
    return [m.get_class(name, "hdmf-common") is getattr(m, name)
            for name in ("DynamicTable", "VectorData", "VectorIndex", "DynamicTableRegion",
                         "AlignedDynamicTable", "CSRMatrix", "SimpleMultiContainer",
                         "ElementIdentifiers")]  # fmt: skip


@operation("registry", "get_class of an experimental type")
def _(m: Any) -> Any:
    return m.get_class("EnumData", "hdmf-experimental") is m.EnumData


@operation("registry", "get_class of an unknown type")
def _(m: Any) -> Any:
    return raised(lambda: m.get_class("Nope", "hdmf-common"))


def known_to_hdmf(name: str, namespace: str) -> None:
    """Load a namespace with a type: hdmf registers classes for none that it does not know."""
    with tempfile.TemporaryDirectory() as folder:
        types = [{"data_type_def": name, "data_type_inc": "DynamicTable", "doc": "d"}]
        schema = [{"namespace": "hdmf-common"}, {"source": "types.yaml"}]
        about = {"name": namespace, "doc": "d", "version": "1.0.0", "author": "a", "contact": "c"}
        (Path(folder) / "types.yaml").write_text(json.dumps({"groups": types}))
        path = Path(folder) / "namespace.yaml"
        path.write_text(json.dumps({"namespaces": [about | {"schema": schema}]}))
        hdmf.common.load_namespaces(str(path))


@operation("registry", "register_class")
def _(m: Any) -> Any:
    class Trials(m.DynamicTable):
        pass

    if m is HDMF:
        known_to_hdmf("MyTrials", "my-lab")
    m.register_class("MyTrials", "my-lab", Trials)
    return m.get_class("MyTrials", "my-lab") is Trials


# Comparing


def same(one: Any, other: Any) -> bool:
    """Whether two results are the same; lists, tuples and arrays of the same elements are."""
    if isinstance(one, pd.DataFrame) and isinstance(other, pd.DataFrame):
        return (
            list(one.columns) == list(other.columns)
            and one.index.equals(other.index)
            and all(one.dtypes.astype(str) == other.dtypes.astype(str))
            and same(one.to_numpy().tolist(), other.to_numpy().tolist())
        )
    if isinstance(one, pd.Series) and isinstance(other, pd.Series):
        return str(one.dtype) == str(other.dtype) and same(one.tolist(), other.tolist())
    if isinstance(one, list | tuple | np.ndarray) and isinstance(other, list | tuple | np.ndarray):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def attempted(function: Callable[[Any], Any], m: Any) -> tuple[bool, Any]:
    try:
        return True, function(m)
    except Exception as problem:  # a call that fails is a row of the table, whatever it raises
        return False, f"{type(problem).__name__}: {problem}".splitlines()[0]


def main() -> int:
    warnings.simplefilter("ignore")
    counted = {"agrees": 0, "explained": 0, "DIFFERS": 0}
    width = max(map(len, OPERATIONS))
    for label, (function, explained) in OPERATIONS.items():
        (there, theirs), (here, ours) = attempted(function, HDMF), attempted(function, LINKDATA)
        agrees = there and here and same(theirs, ours)
        said = "agrees" if agrees else "explained" if explained and here else "DIFFERS"
        counted[said] += 1
        print(f"{label:<{width}}  {said}" + (f": {explained}" if said == "explained" else ""))
        if said == "DIFFERS":
            print(f"    hdmf: {theirs}\n    linkdata: {ours}")
    print(", ".join(f"{count} {what}" for what, count in counted.items()))
    return 1 if counted["DIFFERS"] else 0


if __name__ == "__main__":
    sys.exit(main())
