from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "store_kill.py"


@pytest.mark.slow
def test_processes_that_are_killed_leave_a_good_store(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "700", str(tmp_path)]  # more, until arrays go
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
    assert ": 0 bad" in done.stdout
