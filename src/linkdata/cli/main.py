"""The group of all commands, and what happens at its edge.

Takes: the arguments of the process.
Gives: an exit code: 0 good, 1 the input is wrong, 2 misuse, 130 interrupted.
Implements: `specs/linkdata-1.0.md`, section "Command line".

A command's module is imported when the command is used, not to list it.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from linkdata import __version__
from linkdata.cli import report
from linkdata.errors import LinkdataError, UsageError, did_you_mean

#: Command -> where it is, and what it does in one line.
COMMANDS = {
    "bundle": ("linkdata.cli.bundle:bundle", "Collect a document and all that it needs."),
    "check": ("linkdata.cli.check:check", "Say everything that is wrong with documents."),
    "context": ("linkdata.cli.context:context", "Print the JSON-LD context of a document."),
    "convert": ("linkdata.cli.convert:convert", "Write a document in another format."),
    "derive": ("linkdata.cli.derive:derive", "Write a new document on top of another one."),
    "diff": ("linkdata.cli.diff:diff", "Say what differs between two files, by meaning."),
    "fmt": ("linkdata.cli.fmt:fmt", "Lay documents out in the canonical way, comments kept."),
    "get": ("linkdata.cli.get:get", "Print one value, object or array."),
    "mv": ("linkdata.cli.mv:mv", "Move a file, and rewrite what refers to it."),
    "query": ("linkdata.cli.query:query", "Ask documents a question in SPARQL."),
    "schema": ("linkdata.cli.schema:schema", "Show the classes that a document's imports give."),
    "store": ("linkdata.cli.store:store", "Keep arrays in chunks that are named by their content."),
    "tree": ("linkdata.cli.tree:tree", "Show what a document holds as a tree."),
}

#: What a shell says of a process that wrote to a pipe nobody reads any more.
BROKEN_PIPE = 141
INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name. Imports its module."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name. Raises `click.UsageError` with a near miss."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            hint = did_you_mean(args[0], COMMANDS)
            ctx.fail(f"there is no command `{args[0]}`" + (f"; {hint}" if hint else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it raises becomes a report and an exit code."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except LinkdataError as problem:
            report.write_text(problem.diagnostics, sys.stderr)
            ctx.exit(2 if isinstance(problem, UsageError) else 1)
        except BrokenPipeError:
            # Python flushes the stream once more when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(BROKEN_PIPE)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        return result


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="A document is checked with `linkdata check session.yaml`. "
    "`linkdata COMMAND --help` has examples of each command.",
)
@click.version_option(__version__, prog_name="linkdata", message="%(prog)s %(version)s")
def cli() -> None:
    """Scientific datasets as linked YAML documents."""


def main() -> None:
    """Run the command line and leave the process."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character shows its escape.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    cli(prog_name="linkdata")
