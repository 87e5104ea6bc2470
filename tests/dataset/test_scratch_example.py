"""The example of derived documents does what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pynwb")

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "scratch.py"


def test_pynwb_and_documents_make_the_same_three_files(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(EXAMPLE), str(tmp_path / "out")],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "raw.nwb: equal content, 0 links to other files, the same",
        "processed.nwb: equal content, 2 links to other files, the same",
        "scratch.nwb: equal content, 2 links to other files, the same",
        "documents: dft_filtered is complex128, 256 values",
        "pynwb: dft_filtered is complex128, 256 values",
    ]
