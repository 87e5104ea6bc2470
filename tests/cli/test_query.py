from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from linkdata.cli.main import cli

DOCUMENT = "meta: {{id: {id}, base: http://b/}}\ndata: {{name: {id}, site: CA1}}\n"
QUERY = "SELECT ?n { ?s term:name ?n ; term:site 'CA1' } ORDER BY ?n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(DOCUMENT.format(id=name))
    return tmp_path


def run(*arguments: str, input: str | None = None) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["query", *arguments], input=input)
    return done.exit_code, done.output


@pytest.mark.usefixtures("folder")
def test_documents_are_asked_together() -> None:
    assert run("a.yaml", "b.yaml", QUERY) == (0, "n\n-\na\nb\n")
    assert run("a.yaml", "b.yaml", QUERY, "--format", "csv") == (0, "n\na\nb\n")


def test_a_query_in_a_file(folder: Path) -> None:
    (folder / "q.rq").write_text(QUERY)
    assert run("--file", "q.rq", "b.yaml") == (0, "n\n-\nb\n")
    assert run("--file", "-", "b.yaml", input=QUERY) == (0, "n\n-\nb\n")


@pytest.mark.usefixtures("folder")
def test_construct_is_turtle() -> None:
    code, text = run("a.yaml", "CONSTRUCT { ?s a term:New } { ?s term:name ?n }")
    assert code == 0
    assert "<http://b/a#data> a term:New ." in text


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("a.yaml",), 2, "name the documents"),
        (("a.yaml", "SELEC"), 2, "the query is not SPARQL"),
        (("missing.yaml", QUERY), 1, "there is no file"),
        (("a.yaml", QUERY, "--format", "ttl"), 2, "this query has no ttl"),
        (("a.yaml", "SELECT * { SERVICE <http://x/> {} }"), 1, "network-refused"),
    ],
)
def test_what_goes_wrong(arguments: tuple[str, ...], code: int, message: str) -> None:
    found, text = run(*arguments)
    assert (found, message in text) == (code, True), text
