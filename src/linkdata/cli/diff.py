"""`linkdata diff`: what differs between two files, by meaning.

Takes: the paths of two documents or HDF5 files, in any pairing.
Gives: a line for each difference on standard output; exit code 0 when there is none, 1 else.
Implements: `specs/linkdata-1.0.md`, section "Differences of files".
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkdata.cli import options
from linkdata.spans import shown

if TYPE_CHECKING:
    from linkdata.nwb.comparison import Change

COUNTED = {"content": "in content", "storage": "in how values are stored"}
HEADINGS = {"content": "", "storage": "how values are stored:", "detail": "details:"}


@click.command(
    epilog=options.examples(
        "linkdata diff before.nwb after.nwb",
        "linkdata diff session.nwb session.yaml",
        "linkdata diff --values-only a.nwb b.nwb && echo the same data",
    )
)
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--values-only", is_flag=True, help="Leave out how values are stored.")
@click.option(
    "--details", is_flag=True, help="Also tell what only HDF5 itself sees; it never counts."
)
@click.option("--json", "as_json", is_flag=True, help="A JSON list, for programs.")
@options.resolving
@options.stores
@options.quiet
@click.pass_context
def diff(
    ctx: click.Context,
    first: str,
    second: str,
    values_only: bool,
    details: bool,
    as_json: bool,
    roots: tuple[Path, ...],
    authorities: dict[str, Path],
    stores: tuple[str, ...],
    quiet: bool,
) -> None:
    """Say what differs between A and B, as HDF5 files: of a document, the file that it makes.

    Exits with 1 when something differs.
    """
    from linkdata.dataset.comparing import differences

    paths = (options.document(first), options.document(second))
    found = differences(*paths, roots=roots, authorities=authorities, stores=stores)
    counting = {"content"} if values_only else {"content", "storage"}
    telling = counting | {"detail"} if details else counting
    counted = [change for change in found if change.section in counting]
    told = [change for change in found if change.section in telling]
    if as_json:
        click.echo(json.dumps([_plain(change) for change in told], indent=2, ensure_ascii=False))
    else:
        _print(told)
        if not quiet:
            click.echo(_summary(counted), err=True)
    ctx.exit(1 if counted else 0)


def _print(changes: list[Change]) -> None:
    for section, heading in HEADINGS.items():
        lines = [shown(str(change)) for change in changes if change.section == section]
        if lines and heading:
            click.echo(heading)
        margin = "  " if heading else ""
        for line in lines:
            click.echo(f"{margin}{line}")


def _plain(change: Change) -> dict[str, str | None]:
    return {
        "place": change.place,
        "section": change.section,
        "what": change.what,
        "first": change.before,
        "second": change.after,
    }


def _summary(changes: list[Change]) -> str:
    counts = Counter[str](change.section for change in changes)
    if not counts:
        return "no differences"
    parts = (f"{counts[section]} {words}" for section, words in COUNTED.items() if counts[section])
    total = len(changes)
    return f"{total} difference{'s' if total > 1 else ''}: {', '.join(parts)}"
