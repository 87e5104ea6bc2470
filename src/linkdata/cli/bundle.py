"""`linkdata bundle`: a document with everything it reaches, in a folder or ZIP file.

Takes: the path of a document or HDF5 file.
Gives: the bundle; or, with `--verify`, what in a bundle is not as its hashes say.
Implements: `specs/linkdata-1.0.md`, section "Bundles".
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from linkdata.cli import options, progress, report


@click.command(
    epilog=options.examples(
        "linkdata bundle session.yaml -o session.zip",
        "linkdata bundle session.yaml -o to-share/",
        "linkdata bundle --verify session.zip",
    )
)
@click.argument("source", metavar="DOC")
@click.option("-o", "--output", metavar="ZIP|DIR", type=click.Path(path_type=Path))
@click.option("--verify", is_flag=True, help="DOC is a bundle: compare it with its hashes.")
@click.option("--force", is_flag=True, help="Overwrite a ZIP file.")
@click.option("--json", "as_json", is_flag=True, help="Write what is in the bundle as JSON.")
@options.resolving
@options.network
@options.stores
@options.quiet
def bundle(
    source: str,
    output: Path | None,
    verify: bool,
    force: bool,
    as_json: bool,
    roots: tuple[Path, ...],
    authorities: dict[str, Path],
    network: tuple[str, ...],
    stores: tuple[str, ...],
    quiet: bool,
) -> None:
    """Collect the document DOC and all files that it needs.

    Those are the documents, source files, schemas and stores that it reaches, and the files that
    HDF5 files link to. Paths between them become relative; ro-crate-metadata.json lists them with
    their hashes.
    """
    from linkdata.dataset import bundling

    if verify:
        _verify(Path(source), quiet=quiet)
        return
    if output is None:
        raise click.UsageError("tell where the bundle goes with -o ZIP or -o DIR")
    import linkdata

    path = options.document(source)
    with (
        linkdata.open(
            path, roots=roots, authorities=authorities, network=network, stores=stores
        ) as dataset,
        progress.shown(quiet=quiet) as told,
    ):
        made = bundling.bundle(dataset, output, force=force, told=told)
    if as_json:
        files = [{"path": one.path, "size": one.size, "sha256": one.sha256} for one in made.entries]
        click.echo(json.dumps({"document": made.document, "files": files}, indent=2))
    if not quiet:
        report.write_text(made.findings, sys.stderr)
        size = sum(one.size for one in made.entries)
        click.echo(f"wrote {output}: {len(made.entries)} files, {size:,} bytes", err=True)


def _verify(path: Path, *, quiet: bool) -> None:
    from linkdata.dataset import bundling

    found = bundling.verify(path)
    report.write_text(found, sys.stdout)
    if found:
        click.get_current_context().exit(1)
    if not quiet:
        click.echo(f"{path}: all as listed", err=True)
