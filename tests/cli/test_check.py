from __future__ import annotations

import json
from pathlib import Path

import pytest

WRONG = 'meta: {id: wrong, base: "https://example.org/"}\ndata:\n  x: "#nope"\n  y: "#nope.z"\n'


def test_nothing_wrong(run, document: Path) -> None:
    result = run("check", "session.yaml")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr == "1 document, nothing wrong\n"


def test_findings_have_places_and_fail(run, tmp_path: Path) -> None:
    tmp_path.joinpath("wrong.yaml").write_text(WRONG)
    result = run("check", "wrong.yaml")
    assert result.exit_code == 1
    lines = result.stdout.split("\n")
    assert lines[0].startswith("wrong.yaml:3:6: error[reference-dangling]: ")
    assert lines[1] == '  3 |   x: "#nope"'
    assert lines[2] == "    |      ^^^^^^^"
    assert "wrong.yaml:4:6: error[reference-dangling]: " in result.stdout
    assert result.stderr == "2 errors in 1 document\n"


def test_quiet_leaves_the_summary_out(run, document: Path) -> None:
    assert run("check", "-q", "session.yaml").output == ""


def test_several_documents_and_a_missing_one(run, document: Path) -> None:
    result = run("check", "session.yaml", "sesion.yaml")
    assert result.exit_code == 1
    assert result.stdout.startswith("sesion.yaml: error[resource-missing]: ")
    assert result.stderr == "1 error in 2 documents\n"


def test_a_folder_is_misuse(run, tmp_path: Path) -> None:
    tmp_path.joinpath("folder").mkdir()
    result = run("check", "folder")
    assert result.exit_code == 2
    assert "`folder` is a folder, not a document; name the documents in it" in result.stderr


def test_no_document_is_misuse(run) -> None:
    assert run("check").exit_code == 2


def test_notes_can_be_left_out_and_do_not_fail(run, tmp_path: Path) -> None:
    tmp_path.joinpath("a.yaml").write_text("data: {x: 1}\n")
    result = run("check", "a.yaml")
    assert result.exit_code == 0
    assert "note[" in result.stdout
    result = run("check", "--no-notes", "a.yaml")
    assert result.stdout == ""
    assert result.stderr == "1 document, nothing wrong\n"


def test_strict_counts_warnings(run, tmp_path: Path) -> None:
    text = 'meta: {id: a, base: "https://example.org/"}\ndata: {x: "# y"}\n'
    tmp_path.joinpath("a.yaml").write_text(text)
    result = run("check", "a.yaml")
    assert result.exit_code == 0
    assert "warning[reference-malformed]" in result.stdout
    assert run("check", "--strict", "a.yaml").exit_code == 1


def test_shared_findings_are_told_once(run, tmp_path: Path) -> None:
    tmp_path.joinpath("shared.yaml").write_text(WRONG)
    for name in "ab":
        text = f'meta: {{id: {name}, base: "https://e.org/", extends: shared.yaml}}\ndata: {{}}\n'
        tmp_path.joinpath(f"{name}.yaml").write_text(text)
    both = run("check", "--format", "json", "a.yaml", "b.yaml")
    found = json.loads(both.stdout)
    places = [(f["file"], f["line"], f["column"], f["code"]) for f in found]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("format", ["json", "sarif", "github"])
def test_formats_for_programs(run, tmp_path: Path, format: str) -> None:
    tmp_path.joinpath("wrong.yaml").write_text(WRONG)
    result = run("check", "--format", format, "wrong.yaml")
    assert result.exit_code == 1
    assert result.stderr == ""
    if format == "github":
        assert result.stdout.startswith("::error file=wrong.yaml,line=3,col=6,")
    else:
        found = json.loads(result.stdout)
        assert len(found if format == "json" else found["runs"][0]["results"]) == 2


def test_formats_with_nothing_wrong(run, document: Path) -> None:
    assert json.loads(run("check", "--format", "json", "session.yaml").stdout) == []
    assert run("check", "--format", "github", "session.yaml").stdout == ""


def test_authorities_and_roots_are_passed_on(run, tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    home.mkdir()
    other.mkdir()
    other.joinpath("b.yaml").write_text('meta: {id: b, base: "https://e.org/"}\ndata: {x: {}}\n')
    head = 'meta: {id: a, base: "https://e.org/"}\n'
    home.joinpath("a.yaml").write_text(f'{head}data: {{x: "//lab/b.yaml#data.x"}}\n')
    home.joinpath("c.yaml").write_text(f'{head}data: {{x: "../other/b.yaml#data.x"}}\n')
    assert "authority-unknown" in run("check", "home/a.yaml").stdout
    assert run("check", "--authority", "lab=other", "home/a.yaml").exit_code == 0
    assert "resource-outside-roots" in run("check", "home/c.yaml").stdout
    assert run("check", "--allow-root", "other", "home/c.yaml").exit_code == 0


@pytest.mark.parametrize("given", ["lab", "lab=", "=other", "lab=no-such-folder"])
def test_a_bad_binding_is_misuse(run, document: Path, given: str) -> None:
    assert run("check", "--authority", given, "session.yaml").exit_code == 2
