"""`linkdata tree`: what a document holds, for a person to read.

Takes: the path of a document.
Gives: a tree of its objects on standard output; no values of arrays are read.
Implements: `specs/linkdata-1.0.md`, section "Command line".
"""

from __future__ import annotations

from pathlib import Path

import click

from linkdata.cli import options

#: Where no terminal wraps lines they are left whole.
WIDTH = 10_000


@click.command(
    epilog=options.examples(
        "linkdata tree session.yaml",
        "linkdata tree session.yaml --depth 2",
        "linkdata tree session.yaml --reference '#data.acquisition'",
    )
)
@click.argument("document", metavar="DOC")
@click.option(
    "--depth",
    type=click.IntRange(min=0),
    default=4,
    show_default=True,
    help="How many levels of fields to show.",
)
@click.option("--reference", metavar="REF", help="Show this object instead of the whole document.")
@options.resolving
@options.network
@options.stores
@options.quiet
def tree(
    document: str,
    depth: int,
    reference: str | None,
    roots: tuple[Path, ...],
    authorities: dict[str, Path],
    network: tuple[str, ...],
    stores: tuple[str, ...],
    quiet: bool,
) -> None:
    """Show what a document holds as a tree."""
    from rich.console import Console

    import linkdata
    from linkdata.objects.display import document_outline, outline, rich_tree

    path = options.document(document)
    with linkdata.open(
        path, roots=roots, authorities=authorities, network=network, stores=stores
    ) as dataset:
        graph = dataset.graph
        if reference is None:
            top = document_outline(graph, depth)
        else:
            top = outline(reference, graph.look_up(reference), depth)
        console = Console(highlight=False)
        if not console.is_terminal:
            console.width = WIDTH
        console.print(rich_tree(top))
