"""The examples about tables: they agree with hdmf and pynwb, row by row."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pynwb
import pytest

import linkdata

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(*arguments: Any) -> str:
    command = [sys.executable, "-W", "ignore", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_every_row_of_hdmfs_api_agrees_or_is_explained() -> None:
    lines = run(EXAMPLES / "hdmf_side_by_side.py").splitlines()
    assert lines[-1].endswith(" 0 DIFFERS")
    assert sum("  agrees" in line for line in lines) >= 90


def test_the_tour_gives_pynwbs_answers(tmp_path: Path) -> None:
    assert "every answer was the same as pynwb's" in run(EXAMPLES / "nwb_tour.py", tmp_path)


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, linkdata.Object):
        return bool(ours.name == theirs.name)
    if isinstance(theirs, list | tuple | np.ndarray):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return bool(ours == theirs)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The session as an NWB file."""
    path = tmp_path_factory.mktemp("session") / "session.nwb"
    linkdata.open(EXAMPLES / "npc_session.yaml").save(path)
    return path


def test_the_session_has_nothing_wrong() -> None:
    assert linkdata.check(EXAMPLES / "npc_session.yaml") == []


def test_the_session_passes_pynwb_validate(session: Path) -> None:
    command = [Path(sys.executable).with_name("pynwb-validate"), session]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no errors found" in done.stdout


@pytest.mark.parametrize("written", [True, False], ids=["document", "file"])
def test_the_session_answers_as_pynwb_does(session: Path, written: bool) -> None:
    data = linkdata.open(EXAMPLES / "npc_session.yaml" if written else session).data
    with pynwb.NWBHDF5IO(session, "r", load_namespaces=True) as io:
        nwb = io.read()
        for unit in range(5):
            assert np.array_equal(data.units.spike_times[unit], nwb.units["spike_times"][unit])
        for name in ("units", "trials", "epochs", "invalid_times", "electrodes"):
            ours, theirs = getattr(data, name)[:], getattr(nwb, name)[:]
            assert sorted(ours.columns) == sorted(theirs.columns)
            assert ours.index.equals(theirs.index)
            assert all(same(ours[column], theirs[column].tolist()) for column in theirs)
        speed = data.processing["behavior"]["running_speed"]
        theirs = nwb.processing["behavior"]["running_speed"]
        assert np.array_equal(speed.times(), theirs.timestamps[:])
        assert np.array_equal(speed.in_units(), theirs.data[:])
        assert data.subject.sex == nwb.subject.sex
        assert list(data.devices.keys()) == list(nwb.devices)
        assert list(data.electrode_groups) == list(nwb.electrode_groups)
        assert (
            data.units.electrodes[2].location.tolist()
            == nwb.units["electrodes"][2].location.tolist()
        )
        lfp = data.acquisition["probeB_LFP"]
        assert np.allclose(lfp.in_units(), nwb.acquisition["probeB_LFP"].get_data_in_units())
        region = lfp.electrodes.to_dataframe().group_name.tolist()
        assert region == nwb.acquisition["probeB_LFP"].electrodes.to_dataframe().group_name.tolist()
        assert isinstance(data.units.to_dataframe().electrodes[0], pd.DataFrame)
