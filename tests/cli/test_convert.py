from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.mark.parametrize("name", ["out.yaml", "out.yml", "out.json", "out.ttl", "out.nt"])
def test_formats_by_suffix(run, document: Path, tmp_path: Path, name: str) -> None:
    result = run("convert", "session.yaml", name)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert result.stderr == f"wrote {name}\n"
    assert tmp_path.joinpath(name).stat().st_size > 0


def test_yaml_is_the_document_itself(run, document: Path, tmp_path: Path) -> None:
    assert run("convert", "-q", "session.yaml", "out.yaml").output == ""
    assert tmp_path.joinpath("out.yaml").read_text() == document.read_text()


def test_expanded(run, document: Path, tmp_path: Path) -> None:
    assert run("convert", "--expanded", "session.yaml", "out.yaml").exit_code == 0
    assert "https://example.org/lab/session#part" in tmp_path.joinpath("out.yaml").read_text()


def test_standard_output(run, document: Path) -> None:
    result = run("convert", "--to", "json", "session.yaml", "-")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["data"]["name"] == "a name"
    assert result.stderr == ""
    assert run("convert", "--to", "yaml", "session.yaml", "-").stdout == document.read_text()


def test_standard_output_needs_a_format(run, document: Path) -> None:
    result = run("convert", "session.yaml", "-")
    assert result.exit_code == 2
    assert "--to" in result.stderr


def test_to_wins_over_the_suffix(run, document: Path, tmp_path: Path) -> None:
    assert run("convert", "--to", "json", "session.yaml", "out.txt").exit_code == 0
    json.loads(tmp_path.joinpath("out.txt").read_text())


def test_nothing_is_overwritten_unless_forced(run, document: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    out.write_text("mine")
    result = run("convert", "session.yaml", "out.json")
    assert result.exit_code == 1
    assert "error[output-exists]" in result.stderr
    assert out.read_text() == "mine"
    assert run("convert", "--force", "session.yaml", "out.json").exit_code == 0
    assert out.read_text() != "mine"


def test_an_unknown_suffix(run, document: Path) -> None:
    result = run("convert", "session.yaml", "out.xyz")
    assert result.exit_code == 1
    assert "error[output-format-unknown]" in result.stderr


def test_a_wrong_document_writes_nothing(run, tmp_path: Path) -> None:
    tmp_path.joinpath("a.yaml").write_text("data: {a: 1, a: 2}\n")
    result = run("convert", "a.yaml", "b.json")
    assert result.exit_code == 1
    assert "a.yaml:1:14: error[yaml-duplicate-key]" in result.stderr
    assert not tmp_path.joinpath("b.json").exists()
