from __future__ import annotations

from pathlib import Path


def test_the_whole_document(run, document: Path) -> None:
    result = run("tree", "session.yaml")
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    assert "data  Thing" in result.stdout
    assert "name  a name" in result.stdout
    assert "matrix  [[1, 2], [3, 4]]" in result.stdout
    assert "colour  red" in result.stdout


def test_depth(run, document: Path) -> None:
    shown = run("tree", "session.yaml", "--depth", "1").stdout
    assert "data" in shown
    assert "name" not in shown
    assert run("tree", "session.yaml", "--depth", "-1").exit_code == 2


def test_one_object(run, document: Path) -> None:
    shown = run("tree", "session.yaml", "--reference", "#part").stdout
    assert "#part" in shown
    assert "colour  red" in shown
    assert "matrix" not in shown


def test_square_brackets_are_text(run, tmp_path: Path) -> None:
    tmp_path.joinpath("a.yaml").write_text('data: {x: "[red]a[/red] [1]", "[b]": 1}\n')
    shown = run("tree", "a.yaml").stdout
    assert "[red]a[/red] [1]" in shown
    assert "[b]  1" in shown


def test_long_lines_are_not_wrapped(run, tmp_path: Path) -> None:
    name = "n" * 120
    tmp_path.joinpath("a.yaml").write_text(f"data: {{{name}: 1}}\n")
    assert f"{name}  1" in run("tree", "a.yaml").stdout


def test_a_cycle_ends(run, tmp_path: Path) -> None:
    tmp_path.joinpath("a.yaml").write_text('data: {a: "#b"}\nb: {back: "#data"}\n')
    assert "-> #data" in run("tree", "a.yaml", "--depth", "20").stdout


def test_a_dangling_reference(run, document: Path) -> None:
    result = run("tree", "session.yaml", "--reference", "#nope")
    assert result.exit_code == 1
    assert "error[reference-dangling]" in result.stderr


def test_a_terminal_is_not_given_commands(run, tmp_path: Path) -> None:
    tmp_path.joinpath("a.yaml").write_text('data: {x: "\\e[2J"}\n')
    shown = run("tree", "a.yaml").stdout
    assert "x  \ufffd[2J" in shown
