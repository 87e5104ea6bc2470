"""The trials of 200 sessions as one table: a collection, beside a loop with pynwb.

python benchmarks/many_sessions.py [COUNT]

Half of the sessions are NWB files. The others are documents: every second one holds the trials
itself, and the rest bring their NWB file with `from`. pynwb reads the NWB files of all. Both
tables must be equal, and so must be the one that a `dask.distributed.LocalCluster` makes.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy
from processes import side_by_side
from pynwb import NWBHDF5IO, NWBFile, TimeSeries
from pynwb.file import Subject

import linkdata

TRIALS = 100
# Both have read a session before: what is compared is reading, not importing.
OURS_BEFORE = """
import linkdata
linkdata.open_many({patterns!r}[:1]).where(session="s0000").table("trials")
"""
OURS = """
found = linkdata.open_many({patterns!r}).table("trials", workers={workers})
assert len(found) == {rows}
"""
THEIRS_BEFORE = """
import pandas
from pathlib import Path
from pynwb import NWBHDF5IO
with NWBHDF5IO({folder!r} + "/s0000.nwb", "r") as io:
    io.read().trials.to_dataframe()
"""
THEIRS = """
frames = []
for path in sorted(Path({folder!r}).glob("*.nwb")):
    with NWBHDF5IO(path, "r") as io:
        frame = io.read().trials.to_dataframe()
    frame.insert(0, "session", path.stem)
    frames.append(frame)
found = pandas.concat(frames)
assert len(found) == {rows}
"""


def nwb_file(number: int) -> NWBFile:
    """A session: who, when, a recording, and trials with a ragged column."""
    chance = numpy.random.default_rng(number)
    file = NWBFile(
        session_description=f"session {number}",
        identifier=f"id{number}",
        session_start_time=datetime(2024, 1, 1, 10, tzinfo=UTC) + timedelta(days=number),
    )
    file.subject = Subject(subject_id=f"m{number % 5}", species="Mus musculus", sex="F", age="P9D")
    running = TimeSeries(name="running", data=chance.normal(size=5000), unit="m/s", rate=50.0)
    file.add_acquisition(running)
    file.add_trial_column("choice", "left or right")
    file.add_trial_column("licks", "times of licks", index=True)
    for trial in range(TRIALS):
        file.add_trial(
            start_time=trial * 1.5,
            stop_time=trial * 1.5 + 1.0,
            choice="LR"[int(chance.integers(2))],
            licks=chance.random(int(chance.integers(0, 4))),
        )
    return file


def document(number: int, frame: Any) -> str:
    """The same session as a document that holds its trials."""
    columns = "".join(
        f"      {name}: {json.dumps([_plain(cell) for cell in frame[name]])}\n" for name in frame
    )
    return (
        f"meta: {{id: s{number:04}, base: 'https://example.org/'}}\n"
        f"data:\n  is_a: NWBFile\n  identifier: id{number}\n"
        f"  general:\n    subject: {{subject_id: m{number % 5}}}\n"
        f"  intervals:\n    trials:\n      is_a: TimeIntervals\n{columns}"
    )


def _plain(cell: Any) -> Any:
    return cell.tolist() if hasattr(cell, "tolist") else cell


def write(folder: Path, count: int) -> list[str]:
    """The sessions; gives the patterns of a collection of all."""
    names = ("nwb", "own", "from")
    for name in names:
        (folder / name).mkdir()
    (folder / "linkdata.toml").touch()
    (folder / "all").mkdir()
    for number in range(count):
        path = folder / "all" / f"s{number:04}.nwb"
        with NWBHDF5IO(path, "w") as io:
            io.write(nwb_file(number))
        if number % 2 == 0:
            (folder / "nwb" / path.name).hardlink_to(path)
            continue
        kind = names[1 + number // 2 % 2]
        text = (
            f"meta: {{id: {path.stem}, prefixes: {{raw: {{path: ../all/{path.name}}}}}}}\n"
            "data:\n  from: {type: hdf5, source: 'raw:/'}\n"
        )
        if kind == "own":
            with NWBHDF5IO(path, "r") as io:
                text = document(number, io.read().trials.to_dataframe())
        (folder / kind / f"{path.stem}.yaml").write_text(text)
    return [f"{folder}/{name}/*" for name in names]


def main() -> None:
    from pandas.testing import assert_frame_equal

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        patterns = write(folder, count)
        rows = count * TRIALS
        before = OURS_BEFORE.format(patterns=patterns)
        loop = THEIRS.format(folder=str(folder / "all"), rows=rows)
        loop_before = THEIRS_BEFORE.format(folder=str(folder / "all"))
        found = side_by_side(
            {
                "linkdata": (before, OURS.format(patterns=patterns, workers=None, rows=rows)),
                "linkdata, two processes": (
                    before,
                    OURS.format(patterns=patterns, workers=2, rows=rows),
                ),
                "pynwb": (loop_before, loop),
            },
            runs=3,
        )
        for name, measured in found.items():
            ratio = found["pynwb"].seconds / measured.seconds
            print(f"{count} sessions, {name}: {measured.seconds:.2f} s, pynwb / this {ratio:.1f}")

        names: dict[str, Any] = {}
        exec(loop_before + loop, names)
        expected = names["found"].set_index("session", append=True).sort_index()
        collection = linkdata.open_many(patterns)
        mine = collection.table("trials")
        assert_frame_equal(mine.set_index("session", append=True).sort_index(), expected)
        print("the tables are equal")

        from dask.distributed import Client, LocalCluster

        with LocalCluster(n_workers=2, threads_per_worker=1) as cluster, Client(cluster) as client:
            begin = time.perf_counter()
            there = collection.table("trials", client=client)
            print(f"on a LocalCluster of two: {time.perf_counter() - begin:.2f} s")
        assert_frame_equal(there, mine)
        print("the tables are equal")


if __name__ == "__main__":
    main()
