from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from linkdata import __version__
from linkdata.cli.main import COMMANDS, LazyGroup, cli
from linkdata.errors import ResolutionError, UsageError, error

HEAVY = (
    "h5py",
    "numpy",
    "rdflib",
    "pydantic",
    "pandas",
    "linkml_runtime",
    "rich",
    "yaml",
    "ruamel",
)


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["check", "--help"]])
def test_help_imports_nothing_heavy(args: list[str]) -> None:
    script = (
        "import sys\n"
        "from linkdata.cli.main import main\n"
        f"sys.argv = ['linkdata', *{args!r}]\n"
        "try:\n    main()\n"
        "finally:\n"
        f"    print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"
    assert "linkdata" in done.stdout


def test_the_group_lists_all_commands(run) -> None:
    result = run("--help")
    assert result.exit_code == 0
    for name, (_, about) in COMMANDS.items():
        assert f"  {name}" in result.stdout
        assert about in result.stdout


def test_version(run) -> None:
    assert run("--version").stdout == f"linkdata {__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(run, name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert "Examples:\n" in result.stdout
    assert f"  linkdata {name} " in result.stdout
    assert "--quiet" in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.name == name
    assert COMMANDS[name][1].endswith(".")


def test_an_unknown_command_is_misuse_with_a_near_miss(run) -> None:
    result = run("chekc")
    assert result.exit_code == 2
    assert "did you mean `check`?" in result.stderr


def raising(problem: BaseException) -> click.Group:
    group = LazyGroup("linkdata", invoke_without_command=True)

    @group.result_callback()
    def nothing(value: object) -> None:
        raise problem

    return group


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (ResolutionError(error("reference-dangling", "nothing is there")), 1),
        (UsageError(error("usage", "that makes no sense")), 2),
        (KeyboardInterrupt(), 130),
    ],
)
def test_problems_become_exit_codes(problem: BaseException, code: int, capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        raising(problem)([], prog_name="linkdata")
    assert caught.value.code == code
    told = capsys.readouterr().err
    if not isinstance(problem, KeyboardInterrupt):
        assert told == f"{problem}\n"


def test_a_closed_pipe_is_quiet(document: Path) -> None:
    script = "import sys; from linkdata.cli.main import main; sys.argv[0] = 'linkdata'; main()"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", script, "convert", "--to", "json", str(document), "-"],
        stdout=writer,
        stderr=subprocess.PIPE,
    )
    os.close(writer)
    assert done.returncode == 141
    assert done.stderr == b""
