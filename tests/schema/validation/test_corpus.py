"""Real NWB files: what is wrong with them is found, and nothing else; pynwb finds no more."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import h5py
import pytest

import linkdata
from linkdata.cli.report import as_json
from linkdata.errors import Severity

CORPUS = os.environ.get("LINKDATA_CORPUS")
ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(CORPUS is None, reason="LINKDATA_CORPUS is not set")

FILES = sorted(
    path
    for path in (Path(CORPUS or ".") / "nwb").glob("*")
    if path.suffix in (".nwb", ".h5")
)  # fmt: skip

#: The errors of files that are wrong by the schemas they carry; all others have none.
ERRORS: dict[str, set[tuple[str, str]]] = {
    "aqnwb__createElectricalSeriesOutOfRange.h5": {("field-required", "/acquisition/esdata0")},
    "hdmf-zarr__sub_anm00239123_ses_20170627T093549_ecephys_and_ogen.nwb": {
        ("value-type", "/general/extracellular_ephys/electrodes/filtering"),
        ("value-dtype", "/general/extracellular_ephys/electrodes/group_name"),
        ("value-dtype", "/general/extracellular_ephys/electrodes/location"),
    },
    "matnwb__link_test.nwb": {("source-link-broken", "/general/subject")},
    # An excerpt: its columns end before their indexes do.
    "nwb-linkml__aibs.nwb": {
        ("value-type", "/general/extracellular_ephys/electrodes/filtering"),
        ("table-index", "/units/spike_amplitudes_index[0]"),
        ("table-index", "/units/spike_times_index[0]"),
        ("table-index", "/units/waveform_mean_index[0]"),
    },
    "nwb-linkml__aibs_ecephys.nwb": {
        ("value-type", "/general/extracellular_ephys/electrodes/filtering")
    },
    "pynwb__1.3.3_imageseries_no_unit.nwb": {
        ("field-required", "/acquisition/test_imageseries/data")
    },
    "pynwb__1.3.3_timeseries_no_data.nwb": {("field-required", "/acquisition/test_timeseries")},
    "pynwb__1.3.3_timeseries_no_unit.nwb": {
        ("field-required", "/acquisition/test_timeseries/data")
    },
    "pynwb__1.3.3_ts_no_data.nwb": {("field-required", "/acquisition/ADDME")},
    "pynwb__1.3.3_ts_no_unit.nwb": {("field-required", "/acquisition/ADDME/data")},
    "pynwb__1.5.1_imageseries_no_unit.nwb": {
        ("field-required", "/acquisition/test_imageseries/data")
    },
    "pynwb__1.5.1_timeseries_no_data.nwb": {("field-required", "/acquisition/test_timeseries")},
    "pynwb__1.5.1_timeseries_no_unit.nwb": {
        ("field-required", "/acquisition/test_timeseries/data")
    },
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_errors_are_those_that_are_there_and_stand_ins_are_told(path: Path) -> None:
    found = linkdata.check(path)
    errors = {
        (one.code, (one.place or "").removeprefix(f"{path}:"))
        for one in found
        if one.severity is Severity.ERROR
    }
    assert errors == ERRORS.get(path.name, set())
    if any(one.code == "schema-substituted" for one in found):
        with h5py.File(path) as file:
            assert "specifications" not in file


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script that compares with pynwb."""
    name = "benchmark_validation"
    made = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / "validation.py")
    assert made is not None
    assert made.loader is not None
    sys.modules[name] = importlib.util.module_from_spec(made)
    made.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="module")
def pynwb(script: ModuleType) -> Iterator[Any]:
    """A process with pynwb's validator."""
    with script.Validator() as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_pynwb_finds_no_more(path: Path, script: ModuleType, pynwb: Any) -> None:
    ours = [script.ours(one, path) for one in json.loads(as_json(linkdata.check(path)))]
    theirs, crash = pynwb.findings(path)
    assert script.Compared(ours, theirs, crash, (0.0, 0.0)).missed == []
