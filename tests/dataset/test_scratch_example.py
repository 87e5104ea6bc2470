"""The example of derived documents does what it says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import linkdata
from linkdata.cli.main import cli

pytest.importorskip("pynwb")

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "scratch.py"


def test_pynwb_and_documents_make_the_same_three_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(EXAMPLE), str(out)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "raw.nwb: equal content, 0 links to other files, the same",
        "processed.nwb: equal content, 2 links to other files, the same",
        "scratch.nwb: equal content, 2 links to other files, the same",
        "documents: dft_filtered is complex128, 256 values",
        "pynwb: dft_filtered is complex128, 256 values",
    ]
    expected = linkdata.open(out / "pynwb" / "scratch.nwb").get_scratch("dft_filtered").tolist()
    documents, bundle = tmp_path / "elsewhere" / "documents", tmp_path / "b.zip"
    shutil.copytree(out / "documents", documents)
    shutil.rmtree(out)
    assert all_of(documents / "scratch.yaml") == (expected, 256, 256)
    made = CliRunner().invoke(cli, ["bundle", str(documents / "scratch.yaml"), "-o", str(bundle)])
    assert made.exit_code == 0, made.output
    shutil.rmtree(documents)
    assert all_of(bundle) == (expected, 256, 256)


def all_of(path: Path) -> tuple[object, int, int]:
    """What comes from the three files of the chain."""
    ds = linkdata.open(path)
    filtered = ds.data.processing.filtering_module.filtered_timeseries
    raw = ds.data.acquisition.raw_timeseries
    assert filtered.timestamps[7] == raw.timestamps[7]
    return ds.get_scratch("dft_filtered").tolist(), len(filtered.data[:]), len(raw.data[:])
