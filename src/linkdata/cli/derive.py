"""`linkdata derive`: a new document on top of another one, or of an HDF5 file.

Takes: the path of the source, and of the new document.
Gives: a document whose data is that of the source, to be added to.
Implements: `specs/linkdata-1.0.md`, section "Derived documents".
"""

from __future__ import annotations

from pathlib import Path

import click

from linkdata.cli import options


@click.command(
    epilog=options.examples(
        "linkdata derive raw.yaml processed.yaml",
        "linkdata derive recording.nwb processed.yaml",
        "linkdata derive --hash raw.yaml processed.yaml",
    )
)
@click.argument("source", metavar="SOURCE")
@click.argument("target", metavar="DOC", type=click.Path(path_type=Path))
@click.option("--hash", "hashed", is_flag=True, help="Declare the source with its hash.")
@click.option("--force", is_flag=True, help="Overwrite DOC.")
@options.resolving
@options.network
@options.stores
@options.quiet
def derive(
    source: str,
    target: Path,
    hashed: bool,
    force: bool,
    roots: tuple[Path, ...],
    authorities: dict[str, Path],
    network: tuple[str, ...],
    stores: tuple[str, ...],
    quiet: bool,
) -> None:
    """Write the document DOC on top of SOURCE, a document or an HDF5 file.

    The data of DOC is that of SOURCE, which is not copied. What you add to DOC is laid over it.
    """
    import linkdata
    from linkdata.dataset.deriving import derived
    from linkdata.output import write_text

    path = options.document(source)
    with linkdata.open(
        path, roots=roots, authorities=authorities, network=network, stores=stores
    ) as dataset:
        write_text(target, [derived(dataset, target, hashed=hashed)], force=force)
    if not quiet:
        click.echo(f"wrote {target}", err=True)
