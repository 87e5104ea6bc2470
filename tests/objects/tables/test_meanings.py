"""Tables of what the values of a column mean."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hdmf.common import MeaningsTable as HDMFMeanings
from pynwb import NWBHDF5IO, NWBFile

import linkdata
from linkdata import DynamicTable, MeaningsTable, VectorData
from linkdata.errors import FieldError, UsageError


def made() -> DynamicTable:
    kinds = VectorData("kind", "what was shown", ["a", "b", "a"])
    table = DynamicTable("trials", "d", columns=[kinds, VectorData("n", "d", [1, 2, 3])])
    meanings = MeaningsTable(target=table.kind)
    meanings.add_row(value="a", meaning="a grating")
    meanings.add_row(value="b", meaning="a tone")
    table.add_meanings_table(meanings)
    return table


def test_a_column_and_its_meanings() -> None:
    table = made()
    meanings = table.kind.get_meanings()
    assert isinstance(meanings, MeaningsTable)
    assert meanings.name == "kind_meanings"
    assert meanings.description == "Meanings for values in 'kind'"
    assert meanings[:].meaning.tolist() == ["a grating", "a tone"]
    assert meanings.target == table.kind
    assert list(table.meanings_tables) == ["kind_meanings"]
    assert table.get_meanings_table("kind_meanings") == meanings
    assert table.n.get_meanings() is None
    assert VectorData("x", "alone").get_meanings() is None
    assert table.colnames == ["kind", "n"]


def test_what_is_refused() -> None:
    table = made()
    with pytest.raises(UsageError, match="already"):
        table.add_meanings_table(MeaningsTable(target=table.kind))
    with pytest.raises(UsageError, match="no column"):
        table.add_meanings_table(MeaningsTable(target=VectorData("x", "d")))
    with pytest.raises(UsageError, match="column as its target"):
        MeaningsTable(target="kind")  # type: ignore[arg-type]
    with pytest.raises(FieldError):
        table.get_meanings_table("nope_meanings")
    with pytest.raises(FieldError):
        table.get_meanings_for_column("nope")


def test_they_are_saved_with_their_table(tmp_path: Path) -> None:
    ds = linkdata.loads(
        "meta:\n  imports:\n    core: {as: nwb, from: [{pypi: {package: pynwb}}]}\n"
        "    hdmf-common: {as: hdmf, from: [{pypi: {package: hdmf}}]}\n"
        "data:\n  is_a: nwb:NWBFile\n  identifier: x\n  session_description: d\n"
        '  session_start_time: "2024-01-01T12:00:00+00:00"\n',
        base=tmp_path / "x.yaml",
    )
    table = made()
    table.add_column("start_time", "d", data=[0.0, 1.0, 2.0])
    table.add_column("stop_time", "d", data=[0.5, 1.5, 2.5])
    ds.data.intervals = {"trials": table}
    for path in (tmp_path / "x.yaml", tmp_path / "x.nwb"):
        ds.save(path)
        again = linkdata.open(path).data.trials
        assert again.colnames == ["kind", "n", "start_time", "stop_time"]
        meanings = again["kind"].get_meanings()
        assert isinstance(meanings, MeaningsTable)
        assert meanings[:].value.tolist() == ["a", "b"]
        assert meanings.colnames == ["value", "meaning"]
        assert list(meanings.target[:]) == ["a", "b", "a"]
    with NWBHDF5IO(tmp_path / "x.nwb", "r") as io:
        theirs = io.read().trials["kind"].get_meanings()
        assert theirs["meaning"].data[:].tolist() == ["a grating", "a tone"]


def test_those_of_a_file_that_pynwb_wrote(tmp_path: Path) -> None:
    file = NWBFile("s", "id", datetime(2024, 1, 1, tzinfo=UTC))
    file.add_trial_column("kind", "what was shown")
    file.add_trial(start_time=0.0, stop_time=1.0, kind="a")
    meanings = HDMFMeanings(target=file.trials["kind"])
    meanings.add_row(value="a", meaning="a grating")
    file.trials.add_meanings_table(meanings)
    with NWBHDF5IO(tmp_path / "x.nwb", "w") as io:
        io.write(file)
    trials = linkdata.open(tmp_path / "x.nwb").data.trials
    found = trials.kind.get_meanings()
    assert found[:].meaning.tolist() == ["a grating"]
    assert found.target == trials.kind
    assert "meanings_tables" not in trials[:].columns


def test_without_colnames_the_target_is_no_column() -> None:
    data = linkdata.loads(
        "data:\n  kind: [a, b]\n  meanings:\n    is_a: MeaningsTable\n"
        '    target: "#data.kind"\n    value: [a, b]\n    meaning: [one, two]\n'
    ).data
    assert data.meanings.colnames == ["value", "meaning"]
    assert list(data.meanings.target[:]) == ["a", "b"]
