"""`linkdata mv`: move a file or folder, and rewrite what refers to it.

Takes: the old path and the new one.
Gives: the file there, and documents whose paths lead to it.
Implements: `specs/linkdata-1.0.md`, section "Moving files".
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from linkdata.cli import options, report


@click.command(
    epilog=options.examples(
        "linkdata mv session.yaml 2024/session-7.yaml",
        "linkdata mv raw.nwb data/",
        "linkdata mv --dry-run rigs shared/rigs",
    )
)
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path))
@click.argument("new", metavar="NEW", type=click.Path(path_type=Path))
@click.option(
    "--in",
    "folders",
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Rewrite the documents below this folder too. Repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--force", is_flag=True, help="Overwrite NEW.")
@click.option("--json", "as_json", is_flag=True, help="Write what was done as JSON.")
@options.quiet
def mv(
    old: Path,
    new: Path,
    folders: tuple[Path, ...],
    dry_run: bool,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Move OLD, a document, a source file or a folder, to NEW.

    References, prefixes and `extends` in all documents of the project that lead to it are
    rewritten, and so are relative paths in what moves. The project is the folder of the nearest
    linkdata.toml, or else the folder of OLD.
    """
    from linkdata.dataset.moving import plan_move

    move = plan_move(old, new, folders)
    if not dry_run:
        move.carry_out(force=force)
    if as_json:
        done = {
            "moved": [{"from": str(before), "to": str(after)} for before, after in
                      move.moves.items()],
            "rewritten": [{"document": one.name, "paths": one.paths} for one in move.rewrites],
        }  # fmt: skip
        click.echo(json.dumps(done, indent=2))
    elif not quiet:
        click.echo(f"{'would move' if dry_run else 'moved'} {old} to {new}", err=True)
        for one in move.rewrites:
            paths = "1 path" if one.paths == 1 else f"{one.paths} paths"
            click.echo(f"  {one.name}: {paths}", err=True)
    if not quiet:
        report.write_text(move.findings, sys.stderr)
