from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import h5py
import numpy
import pandas
import pytest
from pandas.testing import assert_frame_equal

import linkdata
from linkdata.arrays.adding import add_array
from linkdata.dataset import workers
from linkdata.dataset.collection import Collection
from linkdata.dataset.dataset import Dataset
from linkdata.dataset.workspace import Workspace
from linkdata.errors import UsageError
from linkdata.store.folder import FolderStore

DOCUMENT = """\
meta: {{id: s{n}, base: "https://example.org/"}}
data:
  is_a: NWBFile
  identifier: id{n}
  session_start_time: "2024-01-0{n}T10:00:00+00:00"
  general:
    subject: {{subject_id: m{m}, species: Mus musculus, sex: F}}
  acquisition:
    run: {{is_a: TimeSeries, data: [1.0, 2.0, 3.0, 4.0], starting_time: {{value: 1.0, rate: 2.0}}}}
  intervals:
    trials:
      is_a: TimeIntervals
      start_time: [0.0, {n}.0]
      stop_time: [1.0, {n}.5]
      licks: [[0.5], []]
"""


def nwb(path: Path, number: int) -> None:
    """A small NWB file as pynwb lays it out."""
    with h5py.File(path, "w") as file:
        file.attrs.update({"neurodata_type": "NWBFile", "namespace": "core"})
        file["identifier"] = f"id{number}"
        file["session_start_time"] = f"2024-01-0{number}T10:00:00+00:00"
        subject = file.create_group("general/subject")
        subject.attrs.update({"neurodata_type": "Subject", "namespace": "core"})
        subject["subject_id"] = f"m{number % 2}"
        table = file.create_group("intervals/trials")
        table.attrs.update({"neurodata_type": "TimeIntervals", "namespace": "core"})
        table.attrs["colnames"] = numpy.array(
            ["start_time", "stop_time", "licks"], dtype=h5py.string_dtype()
        )
        table.attrs["description"] = "trials"

        def column(name: str, values: Any, kind: str) -> h5py.Dataset:
            made = table.create_dataset(name, data=values)
            made.attrs.update({"neurodata_type": kind, "namespace": "hdmf-common"})
            return made

        column("id", [0, 1], "ElementIdentifiers")
        for name, values in {
            "start_time": [0.0, float(number)], "stop_time": [1.0, number + 0.5], "licks": [0.5],
        }.items():  # fmt: skip
            column(name, values, "VectorData").attrs["description"] = name
        index = column("licks_index", [1, 1], "VectorIndex")
        index.attrs["target"] = table["licks"].ref
        series = file.create_group("processing/behavior/speed")
        series.attrs.update({"neurodata_type": "TimeSeries", "namespace": "core"})
        series["data"] = numpy.arange(3.0)
        series["timestamps"] = [0.0, 1.0, 20.0 + number]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sessions 1 to 4: two documents, two NWB files; and one document without trials."""
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.chdir(tmp_path)
    Path("sessions").mkdir()
    for number in (1, 2):
        text = DOCUMENT.format(n=number, m=number % 2)
        Path(f"sessions/s{number}.yaml").write_text(text)
    for number in (3, 4):
        nwb(Path(f"sessions/s{number}.nwb"), number)
    Path("sessions/z.yaml").write_text("data: {identifier: z}\n")
    return tmp_path


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the sessions that are opened."""
    found: list[str] = []
    open_one = Workspace.open

    def counting(self: Workspace, path: Any, **given: Any) -> Dataset:
        found.append(Path(path).stem)
        return open_one(self, path, **given)

    monkeypatch.setattr(Workspace, "open", counting)
    return found


ALL = "sessions/*"
NAMES = ["s1", "s2", "s3", "s4", "z"]


def rows(frame: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame[["session", "start_time", "stop_time"]].to_numpy()]


def test_sessions_come_one_after_the_other(folder: Path, opened: list[str]) -> None:
    collection = linkdata.open_many(ALL)
    assert (len(collection), collection.names, opened) == (5, NAMES, [])
    sessions = iter(collection)
    assert next(sessions).data.identifier == "id1"
    assert opened == ["s1"]
    assert [ds.data.identifier for ds in sessions] == ["id2", "id3", "id4", "z"]
    assert repr(collection) == "<Collection of 5 sessions>"


def test_one_session(folder: Path) -> None:
    collection = linkdata.open_many(ALL)
    assert collection["s3"].data.identifier == collection[2].data.identifier == "id3"
    assert collection[-1].data.identifier == "z"
    with pytest.raises(linkdata.FieldError, match="did you mean"):
        collection["s33"]
    with pytest.raises(linkdata.FieldError):
        collection[5]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("sessions/s1.yaml", ["s1"]),
        (Path("sessions/s1.yaml"), ["s1"]),
        (["sessions/s4.nwb", "sessions/*.yaml"], ["s4", "s1", "s2", "z"]),
        (["sessions/s1.yaml", "sessions/s1.yaml"], ["s1"]),
        ("**/*.nwb", ["s3", "s4"]),
        ([], []),
    ],
)
def test_paths_and_patterns(folder: Path, given: Any, expected: list[str]) -> None:
    assert linkdata.open_many(given).names == expected


@pytest.mark.parametrize("given", ["none/*.yaml", "sessions/s9.yaml", ["sessions/*", "none*"]])
def test_what_no_file_has(folder: Path, given: Any) -> None:
    with pytest.raises(linkdata.RetrievalError) as caught:
        linkdata.open_many(given)
    assert caught.value.code == "resource-missing"


def test_a_folder_is_no_session(folder: Path) -> None:
    with pytest.raises(UsageError, match="sessions/"):
        linkdata.open_many("sessions")


def test_sessions_of_one_name(tmp_path: Path) -> None:
    for name in ("a/x.yaml", "b/x.yaml", "b/x.nwb", "b/y.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = linkdata.open_many(f"{tmp_path}/*/*")
    assert found.names == ["a/x.yaml", "b/x.nwb", "b/x.yaml", "y"]
    (tmp_path / "b/x.nwb").unlink()
    assert linkdata.open_many(f"{tmp_path}/*/*").names == ["a/x", "b/x", "y"]


# Tables


def test_a_table_of_all(folder: Path) -> None:
    frame = linkdata.open_many(ALL).table("trials")
    assert list(frame.columns) == ["session", "start_time", "stop_time", "licks"]
    assert rows(frame) == [
        (f"s{n}", start, stop) for n in (1, 2, 3, 4) for start, stop in ((0.0, 1.0), (n, n + 0.5))
    ]
    assert [list(cell) for cell in frame.licks] == [[0.5], []] * 4
    assert list(frame.index) == [0, 1] * 4


def test_the_same_as_one_by_one(folder: Path) -> None:
    frames = []
    for number in (3, 4):
        with linkdata.open(f"sessions/s{number}.nwb") as ds:
            frame = ds.data.trials.to_dataframe()
        frame.insert(0, "session", f"s{number}")
        frames.append(frame)
    found = linkdata.open_many("sessions/*.nwb").table("trials")
    assert_frame_equal(found, pandas.concat(frames))


def test_the_same_by_several_processes(folder: Path) -> None:
    collection = linkdata.open_many(ALL)
    assert_frame_equal(collection.table("trials", workers=3), collection.table("trials"))
    assert_frame_equal(collection.summary(workers=2), collection.summary())


@pytest.mark.parametrize("name", ["intervals.trials", "#data.intervals.trials"])
def test_a_table_by_its_path(folder: Path, name: str) -> None:
    collection = linkdata.open_many("sessions/s?.*")
    assert_frame_equal(collection.table(name), collection.table("trials"))


def test_some_columns(folder: Path) -> None:
    collection = linkdata.open_many(ALL)
    frame = collection.table("trials", columns=["stop_time", "start_time"])
    assert list(frame.columns) == ["session", "stop_time", "start_time"]
    with pytest.raises(linkdata.FieldError, match="stop"):
        collection.table("trials", columns=["stop"])


def test_what_no_session_has(folder: Path) -> None:
    with pytest.raises(linkdata.FieldError, match="no session has a table `units`"):
        linkdata.open_many(ALL).table("units")
    with pytest.raises(UsageError, match="not a table"):
        linkdata.open_many(ALL).table("identifier")


def test_a_session_that_cannot_be_opened(folder: Path) -> None:
    Path("sessions/s5.yaml").write_text("data: [\n")
    collection = linkdata.open_many(ALL)
    for count in (1, 2):
        with pytest.raises(linkdata.TextError, match=r"s5\.yaml"):
            collection.table("trials", workers=count)
    assert [one.code for one in collection.check() if one.severity == "error"] == ["yaml-syntax"]


def test_on_a_cluster(folder: Path) -> None:
    distributed = pytest.importorskip("dask.distributed")
    collection = linkdata.open_many(ALL)
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        frame = collection.table("trials", client=client)
    assert_frame_equal(frame, collection.table("trials"))


# Summaries and filters


def test_a_summary(folder: Path) -> None:
    frame = linkdata.open_many(ALL).summary()
    assert list(frame.index) == NAMES
    first = frame.loc["s1"].to_dict()
    assert first.pop("date").isoformat() == "2024-01-01T10:00:00+00:00"
    assert first == {
        "identifier": "id1", "subject": "m1", "species": "Mus musculus", "sex": "F",
        "duration": 3.0, "trials": 2, "units": 0,
        "contents": "acquisition: run; intervals: trials",
    }  # fmt: skip
    third = frame.loc["s3"]
    assert (third.subject, third.duration, third.trials) == ("m1", 23.0, 2)
    assert third.contents == "processing: behavior; intervals: trials"
    assert frame.loc["z"].identifier == "z"


def test_filters(folder: Path) -> None:
    collection = linkdata.open_many(ALL)
    assert collection.where(subject="m1").names == ["s1", "s3"]
    assert collection.where(subject=["m1", "m9"], sex="F").names == ["s1"]
    assert collection.where(date=lambda date: date.day >= 3).names == ["s3", "s4"]
    assert collection.where(lambda ds: ds.data.intervals.trials.stop_time[1] > 3).names == [
        "s3",
        "s4",
    ]
    twice = collection.where(subject="m1").where(session=["s3", "s4"])
    assert twice.names == ["s3"]
    assert rows(twice.table("trials")) == [("s3", 0.0, 1.0), ("s3", 3.0, 3.5)]
    assert list(twice.summary().index) == ["s3"]
    assert [ds.data.identifier for ds in collection.where(subject="m0")] == ["id2", "id4"]
    assert collection.where(trials=0).names == ["z"]


def test_a_filter_opens_no_more_than_it_needs(folder: Path, opened: list[str]) -> None:
    collection = linkdata.open_many(ALL)
    some = collection.where(session={"s3", "s4"}, subject="m1")
    assert (repr(some), opened) == ("<Collection of at most 2 sessions>", [])
    sessions = iter(some)
    next(sessions)
    assert opened == ["s3"]
    assert some.names == ["s3"]
    opened.clear()
    assert some.names == ["s3"]
    assert len(some) == 1
    assert opened == []


def test_what_is_filtered_out_has_no_file_opened(folder: Path) -> None:
    Path("sessions/s6.yaml").write_text(
        "meta: {prefixes: {raw: {path: gone.nwb}}}\n"
        "data:\n  general: {subject: {subject_id: other}}\n"
        "  acquisition: {x: {from: {type: hdf5, source: 'raw:/x'}}}\n"
    )
    assert linkdata.open_many("sessions/s[16].yaml").where(subject="m1").names == ["s1"]


def test_a_field_that_there_is_not(folder: Path) -> None:
    with pytest.raises(UsageError, match="did you mean `subject`"):
        linkdata.open_many(ALL).where(subjct="m1")


def test_reloaded(folder: Path) -> None:
    collection = linkdata.open_many("sessions/*.yaml")
    assert collection.where(subject="m7").names == []
    os.utime("sessions/s1.yaml")
    Path("sessions/s1.yaml").write_text(DOCUMENT.format(n=1, m=7))
    assert collection.where(subject="m7").names == []
    assert collection.reload().where(subject="m7").names == ["s1"]


def test_nothing_at_all() -> None:
    empty = linkdata.open_many([])
    assert isinstance(empty, Collection)
    assert len(empty) == 0
    assert list(empty) == []
    assert len(empty.summary()) == 0


def test_a_question_to_all(folder: Path) -> None:
    pytest.importorskip("pyoxigraph")
    collection = linkdata.open_many(ALL).where(session=["s1", "s2", "s3"])
    text = 'SELECT DISTINCT ?id { ?d ?p ?id FILTER(REGEX(STR(?id), "^id[0-9]$")) } ORDER BY ?id'
    assert list(collection.query(text)) == [("id1",), ("id2",), ("id3",)]


# Workers


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_is_told(folder: Path, workers: int) -> None:
    heard: list[tuple[int, int]] = []
    collection = linkdata.open_many(ALL)
    collection.table(
        "trials", workers=workers, progress=lambda done, total: heard.append((done, total))
    )
    total = len(collection)
    assert heard[-1] == (total, total)
    assert [done for done, _ in heard] == sorted({done for done, _ in heard})


def test_what_workers_make_is_in_order() -> None:
    calls = [(number, 2) for number in range(20)]
    assert workers.each(pow, calls, 3) == workers.each(pow, calls, 1) == [n * n for n in range(20)]


def test_what_a_worker_raises_is_raised() -> None:
    for count in (1, 2):
        with pytest.raises(ZeroDivisionError):
            workers.each(divmod, [(1, 1), (1, 0), (1, 1), (1, 0)], count)


def test_a_worker_that_is_killed() -> None:
    worker = workers._Worker()
    with pytest.raises(UsageError, match="ended by itself"):
        worker.call(os._exit, (3,))
    worker.close()


def test_what_a_worker_prints_does_not_come_between() -> None:
    worker = workers._Worker()
    assert worker.call(print, ("noise",)) is None
    assert worker.call(pow, (2, 3)) == 8
    worker.close()


def test_arrays_come_from_stores_that_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FolderStore(tmp_path / "elsewhere") as store:
        added = add_array(numpy.arange(6), store)
    entry = json.dumps(added.described)
    (tmp_path / "s.yaml").write_text(f"meta: {{id: s}}\ndata: {{x: {entry}}}\n")
    monkeypatch.chdir(tmp_path)
    collection = linkdata.open_many(tmp_path / "s.yaml", stores=["elsewhere"])
    monkeypatch.chdir("/")  # folders are those of the time when they were given
    assert [session["#data.x"][...].tolist() for session in collection] == [[0, 1, 2, 3, 4, 5]]
