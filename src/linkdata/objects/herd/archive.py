"""The archive of external resources: a zip of tab separated texts, as hdmf.common writes it.

Takes: records; or a path to such an archive.
Gives: `write` and `read`.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from linkdata.errors import RetrievalError, UsageError, error
from linkdata.objects.herd.records import REFERS, TABLES, Records
from linkdata.output import write_bytes

#: No table of terms is larger; more is not read.
MAX_BYTES = 1 << 28


def write(path: str | os.PathLike[str], tables: Iterable[Records], *, force: bool = False) -> None:
    """Write tables. Raises `OutputError` (`output-exists` unless `force`)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for records in tables:
            archive.writestr(f"{records.name}.tsv", _text(records))
    write_bytes(Path(path), [buffer.getvalue()], force=force)


def _text(records: Records) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(records.columns)
    writer.writerows(records.rows)
    return text.getvalue()


def read(path: str | os.PathLike[str]) -> list[Records]:
    """Read tables, in whichever folder of the archive they are.

    Raises `RetrievalError` where there is no archive, `UsageError` where a table is missing, has
    other columns, or refers to a row that there is not.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {PurePosixPath(one.filename).stem: one for one in archive.infolist()
                       if one.filename.endswith(".tsv")}  # fmt: skip
            missing = [name for name in TABLES if name not in entries]
            if missing:
                raise _broken(path, f"there is no table `{missing[0]}`")
            if any(one.file_size > MAX_BYTES for one in entries.values()):
                raise _broken(path, "a table is too large")
            tables = {
                name: _records(path, name, archive.read(entries[name]).decode()) for name in TABLES
            }
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError) as problem:
        raise RetrievalError(
            error("resource-unreadable", f"`{path}` is no archive of external resources: {problem}",
                  place=str(path))
        ) from problem  # fmt: skip
    for records in tables.values():
        for column in set(records.columns) & set(REFERS):
            rows = len(tables[REFERS[column]])
            outside = [number for number in records[column] if not 0 <= number < rows]
            if outside:
                raise _broken(path, f"`{records.name}` refers to row {outside[0]} of"
                                    f" `{REFERS[column]}`, which has {rows}")  # fmt: skip
    return list(tables.values())


def _records(path: str | os.PathLike[str], name: str, text: str) -> Records:
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))
    columns = TABLES[name]
    if not rows or sorted(rows[0]) != sorted(columns):
        raise _broken(path, f"the table `{name}` has other columns than {', '.join(columns)}")
    order = [rows[0].index(column) for column in columns]
    try:
        return Records(
            name,
            [
                [int(row[at]) if column in REFERS else row[at]
                 for column, at in zip(columns, order, strict=True)]
                for row in rows[1:] if row
            ],
        )  # fmt: skip
    except (ValueError, IndexError) as problem:
        raise _broken(path, f"a row of `{name}` has too few cells, or no number") from problem


def _broken(path: str | os.PathLike[str], reason: str) -> UsageError:
    return UsageError(error("usage", f"`{path}` cannot be used: {reason}", place=str(path)))
