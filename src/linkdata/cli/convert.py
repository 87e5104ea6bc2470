"""`linkdata convert`: a document in another format.

Takes: the path of a document or HDF5 file, and where to write.
Gives: a file, or the text on standard output.
Implements: `specs/linkdata-1.0.md`, section "Command line".
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from linkdata.cli import options, progress

FORMATS = ("yaml", "hdf5", "json", "ttl", "nt", "nq", "trig", "rdf", "jsonld", "yamlld", "kerchunk")


@click.command(
    epilog=options.examples(
        "linkdata convert session.nwb session.yaml",
        "linkdata convert session.yaml session.nwb",
        "linkdata convert --arrays store session.nwb session.yaml",
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
@click.option(
    "--arrays",
    type=click.Choice(("link", "store", "inline")),
    default="link",
    show_default=True,
    help="Where arrays of an HDF5 file go: they stay in it, into a store, or into the document.",
)
@click.option(
    "--inline",
    metavar="N",
    type=click.IntRange(min=0),
    default=None,
    help="Write out arrays of up to N elements (100).",
)
@click.option(
    "--digest",
    type=click.Choice(("none", "stored", "content")),
    default="none",
    show_default=True,
    help="Write arrays that stay in an HDF5 file with their digest: of their bytes as they lie, "
    "or, decoded, of their content.",
)
@click.option(
    "--store",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the store that chunks and manifests go to; OUT.chunks if left out. "
    "Arrays of a document are looked for in it.",
)
@click.option(
    "--links",
    type=click.Choice(("external", "copy")),
    help="To HDF5: link to what other files bring as a whole, or copy it.",
)
@click.option("--expanded", is_flag=True, help="Follow every reference; each object once.")
@click.option("--canonical", is_flag=True, help="To N-Quads: the same bytes for the same graph.")
@click.option("--superclasses", is_flag=True, help="To RDF: all classes that an object is.")
@click.option("--rows", is_flag=True, help="To RDF: tables row by row.")
@click.option("--force", is_flag=True, help="Overwrite OUT.")
@options.resolving
@options.network
@options.quiet
def convert(
    source: str,
    target: str,
    format: str | None,
    arrays: str,
    inline: int | None,
    digest: Any,
    store: Path | None,
    links: str | None,
    expanded: bool,
    canonical: bool,
    superclasses: bool,
    rows: bool,
    force: bool,
    roots: tuple[Path, ...],
    authorities: dict[str, Path],
    network: tuple[str, ...],
    quiet: bool,
) -> None:
    """Write IN to OUT, in the format of its suffix: .yaml .nwb .h5 .json, or RDF: .ttl .nt .nq
    .trig .rdf .jsonld .yamlld.

    IN is a document or an HDF5 file. An HDF5 file made into a document, and that made into an HDF5
    file again, is the same file.

    OUT may be `-` for standard output; `--to` then tells the format.
    """
    import linkdata

    if target == "-" and format is None:
        raise click.UsageError("standard output has no suffix; tell the format with --to")
    if digest != "none" and arrays != "link":
        raise click.UsageError("--digest is for arrays that stay in their file (--arrays link)")
    path = options.document(source)
    stores = [store] if store is not None and store.is_dir() else []
    with linkdata.open(
        path, roots=roots, authorities=authorities, network=network, stores=stores
    ) as dataset:
        if target == "-" and format != "hdf5":
            text = dataset.dumps(format or "yaml", expanded=expanded, canonical=canonical,
                                 superclasses=superclasses, rows=rows)  # fmt: skip
            click.echo(text, nl=False)
            return
        with progress.shown(quiet=quiet) as told:
            dataset.save(target, format=format, arrays=arrays, inline=inline, store=store,
                         links=links, expanded=expanded, force=force, progress=told,
                         canonical=canonical, superclasses=superclasses, rows=rows,
                         digest=None if digest == "none" else digest)  # fmt: skip
    if not quiet:
        click.echo(f"wrote {target}", err=True)
