"""`linkdata check`: everything that is wrong with documents.

Takes: paths of documents.
Gives: a report of all findings, and exit code 1 when there is an error among them.
Implements: `specs/linkdata-1.0.md`, section "Command line".
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkdata.cli import options, report
from linkdata.errors import Severity

if TYPE_CHECKING:
    from linkdata.dataset.workspace import Workspace


@click.command(
    epilog=options.examples(
        "linkdata check session.yaml",
        "linkdata check --strict *.yaml",
        "linkdata check --format github data/*.yaml",
        "linkdata check --authority lab=/srv/lab session.yaml",
        "linkdata check session.yaml --explain '#data.rig.rate'",
    )
)
@click.argument("documents", nargs=-1, required=True, metavar="DOC...")
@click.option(
    "--format",
    "format",
    type=click.Choice(list(report.FORMATS)),
    default="text",
    show_default=True,
    help="How to write the findings.",
)
@click.option("--strict", is_flag=True, help="Let warnings fail too.")
@click.option("--notes/--no-notes", default=True, show_default=True, help="Tell notes too.")
@click.option(
    "--explain",
    "references",
    metavar="REF",
    multiple=True,
    help="Say where the value of REF comes from, instead of checking. Repeatable.",
)
@click.option("--verify", is_flag=True, help="Read all arrays that have digests, and compare them.")
@options.resolving
@options.network
@options.stores
@options.quiet
def check(
    documents: tuple[str, ...],
    format: str,
    strict: bool,
    notes: bool,
    references: tuple[str, ...],
    verify: bool,
    roots: tuple[Path, ...],
    authorities: dict[str, Path],
    network: tuple[str, ...],
    stores: tuple[str, ...],
    quiet: bool,
) -> None:
    """Say everything that is wrong with documents, and with what they refer to.

    Exits with 1 when anything is an error.
    """
    from linkdata.dataset.workspace import Allowance, Workspace

    paths = [options.document(document) for document in documents]
    workspace = Workspace(Allowance(roots, authorities, network, stores))
    if references:
        _explain(workspace, paths, references, format)
        return
    found = workspace.check(paths, verify=verify)
    findings = [one for one in found if notes or one.severity is not Severity.NOTE]
    if format == "text":
        report.write_text(findings, sys.stdout)
        if not quiet:
            click.echo(report.summary(findings, len(paths)), err=True)
    else:
        written = report.FORMATS[format](findings)
        if written:
            click.echo(written)
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    if any(finding.severity in failing for finding in findings):
        click.get_current_context().exit(1)


def _explain(
    workspace: Workspace, paths: list[str], references: tuple[str, ...], format: str
) -> None:
    from linkdata.cli import explaining

    written = explaining.FORMATS.get(format)
    if written is None:
        raise click.UsageError(f"--explain has no format `{format}`; it has text and json")
    found = [workspace.open(path).explain(one) for path in paths for one in references]
    click.echo(written(found))
