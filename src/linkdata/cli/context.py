"""`linkdata context`: the JSON-LD context of a document.

Takes: the path of a document or HDF5 file.
Gives: the context on standard output; with it the expanded JSON of the document is JSON-LD.
Implements: `specs/linkdata-1.0.md`, sections "JSON-LD contexts" and "Command line".
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from linkdata.cli import options


@click.command(
    epilog=options.examples(
        "linkdata context session.yaml > session.context.jsonld",
        "linkdata context session.nwb",
    )
)
@click.argument("document", metavar="DOC")
@options.resolving
@options.network
@options.quiet
def context(
    document: str,
    roots: tuple[Path, ...],
    authorities: dict[str, Path],
    network: tuple[str, ...],
    quiet: bool,
) -> None:
    """Print the JSON-LD context of DOC.

    With it, what `linkdata convert DOC out.json` writes is JSON-LD.
    """
    import linkdata
    from linkdata.dataset.spoken import spoken
    from linkdata.rdf.context import context as made

    path = options.document(document)
    with (
        linkdata.open(path, roots=roots, authorities=authorities, network=network) as dataset,
        spoken(dataset.graph) as graph,
    ):
        found = made(graph)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))
