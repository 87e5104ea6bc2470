from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

BEFORE = "data:\n    a:  [1,2]   # why\n\n\n\n    b: 001\n"
AFTER = "data:\n  a: [1, 2]  # why\n\n  b: 001\n"


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    path = tmp_path / "odd.yaml"
    path.write_text(BEFORE)
    return path


def test_rewrites_in_place(run, odd: Path, tmp_path: Path) -> None:
    odd.chmod(0o640)
    result = run("fmt", "odd.yaml")
    assert result.exit_code == 0
    assert odd.read_text() == AFTER
    assert stat.S_IMODE(odd.stat().st_mode) == 0o640
    assert result.stdout == ""
    assert result.stderr == "laid out odd.yaml\n"
    assert [path.name for path in tmp_path.iterdir()] == ["odd.yaml"]


def test_what_is_laid_out_is_not_touched(run, odd: Path) -> None:
    odd.write_text(AFTER)
    os.utime(odd, (1, 1))
    result = run("fmt", "odd.yaml")
    assert result.exit_code == 0
    assert result.output == ""
    assert odd.stat().st_mtime == 1


def test_a_link_stays_a_link(run, odd: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(odd)
    assert run("fmt", "-q", "link.yaml").output == ""
    assert link.is_symlink()
    assert odd.read_text() == AFTER


def test_check_writes_nothing(run, odd: Path, document: Path) -> None:
    result = run("fmt", "--check", "odd.yaml", "session.yaml")
    assert result.exit_code == 1
    assert result.stdout == "odd.yaml\n"
    assert odd.read_text() == BEFORE
    odd.write_text(AFTER)
    assert run("fmt", "--check", "odd.yaml").exit_code == 0


def test_diff_writes_nothing(run, odd: Path) -> None:
    result = run("fmt", "--diff", "odd.yaml")
    assert result.exit_code == 0
    assert "--- odd.yaml\n" in result.stdout
    assert "-    a:  [1,2]   # why\n+  a: [1, 2]  # why\n" in result.stdout
    assert odd.read_text() == BEFORE
    assert run("fmt", "--diff", "--check", "odd.yaml").exit_code == 1


def test_standard_input(run) -> None:
    result = run("fmt", "-", input=BEFORE)
    assert result.exit_code == 0
    assert result.stdout == AFTER
    result = run("fmt", "-", input="a: 1\na: 2\n")
    assert result.exit_code == 1
    assert "<stdin>:2:1: error[yaml-duplicate-key]" in result.stderr
    assert result.stdout == ""


def test_line_breaks_and_byte_order_marks_are_laid_out_too(run, odd: Path) -> None:
    odd.write_bytes(b"\xef\xbb\xbfdata: 1\r\n")
    assert run("fmt", "--check", "odd.yaml").exit_code == 1
    assert run("fmt", "odd.yaml").exit_code == 0
    assert odd.read_bytes() == b"data: 1\n"


def test_one_wrong_document_does_not_stop_the_others(run, odd: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("a: #x\n")
    tmp_path.joinpath("bytes.yaml").write_bytes(b"a: \xff\n")
    result = run("fmt", "wrong.yaml", "no.yaml", "bytes.yaml", "odd.yaml")
    assert result.exit_code == 1
    assert "wrong.yaml:1:4: error[reference-unquoted]" in result.stderr
    assert "no.yaml: error[resource-missing]" in result.stderr
    assert "bytes.yaml:1:4: error[text-encoding]" in result.stderr
    assert wrong.read_text() == "a: #x\n"
    assert odd.read_text() == AFTER


def test_a_folder_is_misuse_before_anything_is_written(run, odd: Path, tmp_path: Path) -> None:
    tmp_path.joinpath("folder").mkdir()
    assert run("fmt", "odd.yaml", "folder").exit_code == 2
    assert odd.read_text() == BEFORE
