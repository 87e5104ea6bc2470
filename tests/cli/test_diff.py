from __future__ import annotations

import json
from pathlib import Path

import h5py
import pytest


@pytest.fixture
def files(run, tmp_path: Path) -> Path:
    """`a.h5`; `same.h5`, which is; `stored.h5`, stored in another way; `other.h5`."""
    for name, chunks, unit in (
        ("a", None, "V"), ("same", None, "V"), ("stored", (2,), "V"), ("other", None, "mV")
    ):  # fmt: skip
        with h5py.File(tmp_path / f"{name}.h5", "w") as file:
            file.create_dataset("x", data=[1, 2, 3], chunks=chunks).attrs["unit"] = unit
    return tmp_path


def test_no_differences(run, files: Path) -> None:
    result = run("diff", "a.h5", "same.h5")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "no differences\n"


def test_difference_of_content(run, files: Path) -> None:
    result = run("diff", "a.h5", "other.h5")
    assert (result.exit_code, result.stdout) == (1, "/x@unit: value: V -> mV\n")
    assert result.stderr == "1 difference: 1 in content\n"
    assert run("diff", "--quiet", "a.h5", "other.h5").stderr == ""


def test_difference_of_storage_counts_unless_only_values_do(run, files: Path) -> None:
    result = run("diff", "a.h5", "stored.h5")
    assert result.exit_code == 1
    assert "how values are stored:\n  /x: layout: contiguous -> chunked\n" in result.stdout
    assert run("diff", "--values-only", "a.h5", "stored.h5").exit_code == 0


def test_details_are_told_and_do_not_count(run, files: Path) -> None:
    with h5py.File(files / "same.h5", "r+") as file:
        h5py.h5o.set_comment(file["x"].id, b"a comment")
    assert run("diff", "a.h5", "same.h5").stdout == ""
    result = run("diff", "--details", "a.h5", "same.h5")
    assert result.exit_code == 0
    assert "a comment" in result.stdout


def test_json(run, files: Path) -> None:
    found = json.loads(run("diff", "--json", "a.h5", "other.h5").stdout)
    assert found == [
        {"place": "/x@unit", "section": "content", "what": "value", "first": "V", "second": "mV"}
    ]
    assert json.loads(run("diff", "--json", "a.h5", "same.h5").stdout) == []


def test_file_and_its_document(run, files: Path) -> None:
    assert run("convert", "a.h5", "a.yaml").exit_code == 0
    assert run("diff", "a.h5", "a.yaml").exit_code == 0
    assert run("diff", "a.yaml", "a.h5").exit_code == 0
    path = files / "a.yaml"
    path.write_text(path.read_text().replace("unit: V", "unit: mV"))
    assert run("diff", "a.h5", "a.yaml").stdout == "/x@unit: value: V -> mV\n"
    assert run("diff", "a.yaml", "a.yaml").exit_code == 0


def test_mistakes(run, files: Path) -> None:
    assert run("diff", "a.h5").exit_code == 2
    assert run("diff", "a.h5", ".").exit_code == 2
    result = run("diff", "a.h5", "missing.h5")
    assert result.exit_code == 1
    assert "error[resource-missing]" in result.stderr
    (files / "no.h5").write_text("not HDF5")
    assert "error[source-not-hdf5]" in run("diff", "a.h5", "no.h5").stderr


def test_control_characters_do_not_reach_the_terminal(run, files: Path) -> None:
    with h5py.File(files / "a.h5", "r+") as file:
        file.attrs["\x1b[31m"] = "\x1b[2J"
    assert "\x1b" not in run("diff", "a.h5", "same.h5").stdout
