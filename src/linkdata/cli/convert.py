"""`linkdata convert`: a document in another format.

Takes: the path of a document or HDF5 file, and where to write.
Gives: a file, or the text on standard output.
Implements: `specs/linkdata-1.0.md`, section "Command line".
"""

from __future__ import annotations

from pathlib import Path

import click

from linkdata.cli import options

FORMATS = ("yaml", "json", "ttl", "nt")


@click.command(
    epilog=options.examples(
        "linkdata convert session.yaml session.ttl",
        "linkdata convert --expanded session.yaml whole.yaml",
        "linkdata convert --to nt session.yaml - | sort",
    )
)
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@click.option(
    "--to", "format", type=click.Choice(FORMATS), help="The format, when OUT does not tell."
)
@click.option("--expanded", is_flag=True, help="Follow every reference; each object once.")
@click.option("--force", is_flag=True, help="Overwrite OUT.")
@options.resolving
@options.quiet
def convert(
    source: str,
    target: str,
    format: str | None,
    expanded: bool,
    force: bool,
    roots: tuple[Path, ...],
    authorities: dict[str, Path],
    quiet: bool,
) -> None:
    """Write the document IN to OUT, in the format of its suffix: .yaml .json .ttl .nt.

    OUT may be `-` for standard output; `--to` then tells the format.
    """
    import linkdata

    if target == "-" and format is None:
        raise click.UsageError("standard output has no suffix; tell the format with --to")
    path = options.document(source)
    with linkdata.open(path, roots=roots, authorities=authorities) as dataset:
        if target == "-":
            click.echo(dataset.dumps(format or "yaml", expanded=expanded), nl=False)
            return
        dataset.save(target, format=format, expanded=expanded, force=force)
    if not quiet:
        click.echo(f"wrote {target}", err=True)
