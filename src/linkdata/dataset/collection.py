"""Collections: many sessions as one, opened as far as they are looked at.

Takes: paths and patterns of documents and NWB files.
Gives: `open_many`, and `Collection`: its sessions one after the other, their summary, a table
across all, filters.
Implements: `specs/linkdata-1.0.md`, section "Collections".
"""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from linkdata.dataset import sessions
from linkdata.dataset.crates import is_bundle
from linkdata.dataset.dataset import Dataset
from linkdata.dataset.workers import each
from linkdata.dataset.workspace import Allowance, Bindings, Folders, Workspace
from linkdata.errors import (
    Diagnostic,
    FieldError,
    RetrievalError,
    UsageError,
    did_you_mean,
    error,
)
from linkdata.resolve.remote import is_remote

if TYPE_CHECKING:
    from linkdata.rdf.query import Answer

#: The column and the filter that hold the name of a session.
SESSION = "session"
#: How many sessions make another process worth starting: that takes as long as to read hundreds.
FOR_ONE_WORKER = 400

Test = Callable[[Dataset], Any]
#: Told how many sessions are done, and how many there are.
Told = Callable[[int, int], None]


def open_many(
    sessions: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    roots: Folders = (),
    authorities: Bindings | None = None,
    network: Iterable[str] = (),
    stores: Folders = (),
) -> Collection:
    """A collection of the documents and NWB files that paths and patterns name.

    In a pattern `*` and `?` stand for parts of a name and `**` for any folders. What is named
    twice counts once; the order is that of the arguments, and of names within a pattern. A URL is
    a path too. Nothing is opened. For `roots`, `authorities`, `network` and `stores` see
    `linkdata.open`.

    Raises `RetrievalError` for a path or a pattern that no file has.
    """
    given = [sessions] if isinstance(sessions, str | os.PathLike) else list(sessions)
    paths = dict.fromkeys(path for one in given for path in _named(os.fspath(one)))
    allowance = Allowance(
        tuple(map(os.path.abspath, roots)),
        {name: os.path.abspath(folder) for name, folder in (authorities or {}).items()},
        tuple(network),
        tuple(one if is_remote(os.fspath(one)) else os.path.abspath(one) for one in stores),
    )
    return Collection(_names(list(paths)), Workspace(allowance))


def _named(given: str) -> list[str]:
    """The files that a path or a pattern names. A file whose name has a `*` is itself."""
    if is_remote(given):
        return [given]
    if os.path.lexists(given):
        if os.path.isdir(given) and not is_bundle(Path(given)):
            raise UsageError(
                error("usage", f"`{given}` is a folder", place=given,
                      hint=f"name the files in it, as in `{os.path.join(given, '*.yaml')}`")
            )  # fmt: skip
        return [given]
    found = sorted(path for path in glob.glob(given, recursive=True) if not os.path.isdir(path))
    if not found:
        folder = Path(given).parent
        near = os.listdir(folder) if folder.is_dir() and not glob.has_magic(given) else []
        raise RetrievalError(
            error("resource-missing", f"there is no file `{given}`", place=given,
                  hint=did_you_mean(Path(given).name, near))
        )  # fmt: skip
    return found


def _names(paths: list[str]) -> dict[str, str]:
    """The paths by the names of their sessions: without the suffix, and no longer than needed."""
    if not paths:
        return {}
    stems = [PurePath(path).stem for path in paths]
    several = {stem for stem, count in Counter(stems).items() if count > 1}
    shared = os.path.commonpath([os.path.dirname(_absolute(path)) for path in paths])
    longer = [os.path.splitext(os.path.relpath(_absolute(path), shared))[0] for path in paths]
    if len(set(longer)) < len(longer):  # the same but for the suffix
        longer = [os.path.relpath(_absolute(path), shared) for path in paths]
    names = [more if stem in several else stem for stem, more in zip(stems, longer, strict=True)]
    return dict(zip(names, paths, strict=True))


def _absolute(path: str) -> str:
    """An absolute path; for a URL one that names are made from."""
    return "/" + path.replace("://", "/") if is_remote(path) else os.path.abspath(path)


class Collection:
    """Many sessions. Iterating opens them one after the other; `where` leaves some out.

    Documents that sessions share are read once, and stay as they were.
    """

    def __init__(
        self, named: dict[str, str], workspace: Workspace, tests: tuple[Test, ...] = ()
    ) -> None:
        """`named` are paths by the names of sessions; `tests` have to be passed."""
        self._named = named
        self._workspace = workspace
        self._tests = tests
        self._passed: dict[str, str] | None = None if tests else named

    # Sessions

    @property
    def names(self) -> list[str]:
        """The names of the sessions: of their files, without the suffix; with folders where two
        would have one name. Opens what the filters need."""
        return list(self._matching())

    def __len__(self) -> int:
        return len(self._matching())

    def __iter__(self) -> Iterator[Dataset]:
        """The sessions in order, each opened when it comes."""
        if self._passed is not None:
            for path in self._passed.values():
                yield self._workspace.open(path)
            return
        passed: dict[str, str] = {}
        for name, path in self._named.items():
            dataset = self._workspace.open(path)
            if self._passes(dataset):
                passed[name] = path
                yield dataset
        self._passed = passed

    def __getitem__(self, key: int | str) -> Dataset:
        """One session, by its name or its position. Raises `FieldError`, `UsageError`."""
        matching = self._matching()
        if isinstance(key, str):
            if key not in matching:
                hint = did_you_mean(key, matching)
                raise FieldError(error("field-missing", f"there is no session `{key}`", hint=hint))
            return self._workspace.open(matching[key])
        try:
            return self._workspace.open(list(matching.values())[key])
        except IndexError:
            raise FieldError(
                error("field-missing", f"there are {len(matching)} sessions, and none at {key}")
            ) from None

    def _matching(self) -> dict[str, str]:
        if self._passed is None:
            for _ in self:
                pass
        assert self._passed is not None
        return self._passed

    def _passes(self, dataset: Dataset) -> bool:
        """Whether a session passes all filters. One that lacks the field of a filter does not."""
        with dataset:
            try:
                return all(test(dataset) for test in self._tests)
            except FieldError:
                return False

    # Filters

    def where(self, *tests: Test, **fields: Any) -> Collection:
        """The sessions that pass: an open file is read only as far as the filters need.

        A test gets a `Dataset`; a session that lacks a field that it asks for does not pass.
        `fields` are names of a summary, and `session`: each is a value, a list or set of values,
        or a test of the value: `where(subject="m1", date=lambda date: date.year == 2024)`.

        Raises `UsageError` for a name that is not in a summary.
        """
        wanted = fields.pop(SESSION, None)
        known = self._named if self._passed is None else self._passed
        named = {
            name: path for name, path in known.items() if wanted is None or _fits(name, wanted)
        }
        done = () if self._passed is not None else self._tests
        made = tuple(_field_test(name, value) for name, value in fields.items())
        return Collection(named, self._workspace, (*done, *tests, *made))

    # Across sessions

    def summary(
        self, *, workers: int | None = None, client: Any = None, progress: Told | None = None
    ) -> Any:
        """A `pandas.DataFrame` with a row for each session: who, when, how long, what is in it.

        `duration` is in seconds: the last time of any series or interval. For `workers`, `client`
        and `progress` see `table`.
        """
        import pandas

        rows = self._each(sessions.summary, (), workers, client, progress)
        return pandas.DataFrame.from_records(
            [{SESSION: name, **row} for name, row in zip(self.names, rows, strict=True)],
            columns=[SESSION, *sessions.FIELDS],
        ).set_index(SESSION)

    def table(
        self,
        name: str,
        *,
        columns: Sequence[str] | None = None,
        workers: int | None = None,
        client: Any = None,
        progress: Told | None = None,
    ) -> Any:
        """One table of all sessions as a `pandas.DataFrame`, its first column the session.

        `name` is `trials`, `units`, `electrodes` or the like, a path below `data`, or a reference
        as a document has it. With `columns` only those are read. Sessions without the table add no
        rows. `workers` are so many processes of this machine (by default as many as are worth it);
        `client` is a `dask.distributed.Client`, whose workers see the same files. `progress` is
        told how many sessions are done, and how many there are.

        Raises `FieldError` when no session has the table, `UsageError` for what is no table.
        """
        import pandas

        frames = self._each(sessions.table, (name, columns), workers, client, progress)
        kept = []
        for session, frame in zip(self.names, frames, strict=True):
            if frame is not None:
                frame.insert(0, SESSION, session)
                kept.append(frame)
        if not kept:
            raise FieldError(error("field-missing", f"no session has a table `{name}`"))
        return pandas.concat(kept)

    def _each(
        self,
        work: Callable[..., Any],
        rest: tuple[Any, ...],
        workers: int | None,
        client: Any,
        progress: Told | None,
    ) -> list[Any]:
        """What `work` makes of each session, in order; in this process or in several."""
        paths = list(self._matching().values())
        count = _worth(len(paths)) if workers is None else workers
        told = progress or (lambda done, total: None)
        found: list[Any] = []
        if client is None and count <= 1:
            for one in _worked(self._workspace, work, paths, rest):
                found.append(one)
                told(len(found), len(paths))
            return found
        parts = 4 * (count if client is None else max(len(client.ncores()), 1))
        size = max(1, -(-len(paths) // parts))
        # Other processes may have another working directory.
        paths = [path if is_remote(path) else os.path.abspath(path) for path in paths]
        batches = [paths[number : number + size] for number in range(0, len(paths), size)]
        calls = [(self._workspace.allowance, work, batch, rest) for batch in batches]
        if client is None:
            done = each(batch_of, calls, min(count, len(calls)), _adding(told, len(paths)))
            return [one for batch in done for one in batch]
        for future in [client.submit(batch_of, *call, pure=False) for call in calls]:
            found += future.result()
            told(len(found), len(paths))
        return found

    def query(self, text: str, *, rows: bool = False, superclasses: bool = False) -> Answer:
        """The answer to a SPARQL query over all sessions together; see `Dataset.query`."""
        from linkdata.dataset.querying import query

        def held() -> Iterator[Dataset]:
            for dataset in self:
                with dataset:
                    yield dataset

        return query(held(), text, rows=rows, superclasses=superclasses)

    def check(self) -> list[Diagnostic]:
        """Everything that is wrong with any of the sessions."""
        return Workspace(self._workspace.allowance).check(self._matching().values())

    def reload(self) -> Collection:
        """The collection as the files are now; only texts that changed are read again."""
        return Collection(self._named, self._workspace.again(), self._tests)

    def __repr__(self) -> str:
        count = len(self._named if self._passed is None else self._passed)
        return f"<Collection of {'at most ' if self._passed is None else ''}{count} sessions>"


def batch_of(
    allowance: Allowance, work: Callable[..., Any], paths: list[str], rest: tuple[Any, ...]
) -> list[Any]:
    """What `work` makes of each of some sessions; for a worker."""
    return list(_worked(Workspace(allowance), work, paths, rest))


def _adding(told: Told, total: int) -> Callable[[list[Any]], None]:
    """What counts the sessions of batches that are done."""
    done = 0

    def add(batch: list[Any]) -> None:
        nonlocal done
        done += len(batch)
        told(done, total)

    return add


def _worked(
    workspace: Workspace, work: Callable[..., Any], paths: list[str], rest: tuple[Any, ...]
) -> Iterator[Any]:
    for path in paths:
        with workspace.open(path) as dataset:
            yield work(dataset, *rest)


def _worth(count: int) -> int:
    """How many processes are worth starting for so many sessions."""
    return max(1, min(os.cpu_count() or 1, count // FOR_ONE_WORKER))


def _field_test(name: str, wanted: Any) -> Test:
    field = sessions.FIELDS.get(name)
    if field is None:
        known = [SESSION, *sessions.FIELDS]
        raise UsageError(
            error("usage", f"a summary has no field `{name}`",
                  hint=did_you_mean(name, known) or "it has " + ", ".join(known))
        )  # fmt: skip
    return lambda dataset: _fits(field(dataset), wanted)


def _fits(value: Any, wanted: Any) -> bool:
    """Whether a value is the wanted one, is among them, or passes the test that is wanted."""
    if callable(wanted):
        return value is not None and bool(wanted(value))
    if isinstance(wanted, list | set | frozenset | tuple):
        return value in wanted
    return bool(value == wanted)
