"""`linkdata check`: everything that is wrong with documents.

Takes: paths of documents.
Gives: a report of all findings, and exit code 1 when there is an error among them.
Implements: `specs/linkdata-1.0.md`, section "Command line".
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from linkdata.cli import options, report
from linkdata.errors import Diagnostic, Severity


@click.command(
    epilog=options.examples(
        "linkdata check session.yaml",
        "linkdata check --strict *.yaml",
        "linkdata check --format github data/*.yaml",
        "linkdata check --authority lab=/srv/lab session.yaml",
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
@options.resolving
@options.quiet
def check(
    documents: tuple[str, ...],
    format: str,
    strict: bool,
    notes: bool,
    roots: tuple[Path, ...],
    authorities: dict[str, Path],
    quiet: bool,
) -> None:
    """Say everything that is wrong with documents, and with what they refer to.

    Exits with 1 when anything is an error.
    """
    import linkdata

    paths = [options.document(document) for document in documents]
    found: dict[tuple[str, ...], Diagnostic] = {}
    for path in paths:
        for finding in linkdata.check(path, roots=roots, authorities=authorities):
            if notes or finding.severity is not Severity.NOTE:
                # Documents that share another one would tell its findings again.
                key = (finding.severity, finding.code, finding.message, finding.where)
                found.setdefault(key, finding)
    findings = list(found.values())
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
