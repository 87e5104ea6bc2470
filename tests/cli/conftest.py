from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from linkdata.cli.main import cli

Run = Callable[..., Result]

DOCUMENT = """\
meta:
  id: session
  base: https://example.org/lab/
data:
  is_a: Thing
  name: a name
  code: "001"
  flag: true
  nothing: ~
  words: [a, b, c]
  numbers: [1, 2, 3]
  matrix: [[1, 2], [3, 4]]
  part: "#part"
part:
  colour: red  # a comment
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "no-such-file.toml"))
    monkeypatch.delenv("LINKDATA_ROOTS", raising=False)
    monkeypatch.delenv("LINKDATA_AUTHORITIES", raising=False)

    def run(*args: str, input: str | bytes | None = None) -> Result:
        return CliRunner().invoke(cli, args, input=input, catch_exceptions=False)

    return run


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "session.yaml"
    path.write_text(DOCUMENT, encoding="utf-8")
    return path
