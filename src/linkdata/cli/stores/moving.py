"""`linkdata store push` and `pull`: arrays from one store to another.

Takes: two stores, perhaps documents or digests.
Gives: the arrays in the other store; exit code 1 when some could not be brought.
Implements: `specs/linkdata-1.0.md`, section "The command `store`".
"""

from __future__ import annotations

import click

from linkdata.cli import options
from linkdata.cli.stores import common


@click.command(
    epilog=options.examples(
        "linkdata store push s3://laboratory/chunks --store chunks",
        "linkdata store push /backup/chunks session.yaml --store chunks",
    )
)
@click.argument("target", metavar="TO")
@click.argument("wanted", nargs=-1, metavar="[DOC|DIGEST]...")
@common.store
@common.as_json
@options.quiet
def push(
    target: str, wanted: tuple[str, ...], place: str | None, as_json: bool, quiet: bool
) -> None:
    """Bring what the store TO lacks to it: all, or what documents name.

    Only what is missing is moved, and what was broken off goes on where it stopped.
    """
    _move(common.place_of(place), target, wanted, as_json, quiet)


@click.command(
    epilog=options.examples(
        "linkdata store pull s3://laboratory/chunks --store chunks",
        "linkdata store pull https://data.example.org/chunks session.yaml --store chunks",
    )
)
@click.argument("source", metavar="FROM")
@click.argument("wanted", nargs=-1, metavar="[DOC|DIGEST]...")
@common.store
@common.as_json
@options.quiet
def pull(
    source: str, wanted: tuple[str, ...], place: str | None, as_json: bool, quiet: bool
) -> None:
    """Bring what a store lacks to it from the store FROM: all, or what documents name.

    A web server has no lists: name the documents, or the digests of the arrays.
    """
    _move(source, common.place_of(place), wanted, as_json, quiet)


def _move(source: str, target: str, wanted: tuple[str, ...], as_json: bool, quiet: bool) -> None:
    from linkdata.store.opening import open_store
    from linkdata.store.transfer import transfer

    digests = list(common.rooted(wanted)) if wanted else None
    with (
        open_store(source) as origin,
        open_store(target, writable=True) as destination,
        common.counted("moving", 0, quiet=quiet or as_json) as more,
    ):
        done = transfer(origin, destination, digests, told=more)
    if as_json:
        common.write_json(
            {
                "manifests": done.manifests,
                "chunks": done.chunks,
                "bytes": done.size,
                "chunk_bytes": done.chunk_size,
                "there": done.there,
                "findings": common.findings_data(done.findings),
            }
        )
    else:
        common.tell(done.findings)
        if not quiet:
            moved = f"{common.said(done.manifests, 'array')}, {common.said(done.chunks, 'chunk')}"
            there = f"; {done.there:,} objects were there" if done.there else ""
            click.echo(f"moved {moved}, {common.sized(done.size)}{there}", err=True)
    if done.findings:
        click.get_current_context().exit(1)
