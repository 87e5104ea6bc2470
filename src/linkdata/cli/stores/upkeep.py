"""`linkdata store gc` and `repair`: removing what nobody names, mending what is broken.

Takes: a store, the documents that name its arrays, and other stores or files.
Gives: the store, smaller or whole again.
Implements: `specs/linkdata-1.0.md`, section "The command `store`".
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkdata.cli import options
from linkdata.cli.stores import common

if TYPE_CHECKING:
    from linkdata.store.digests import Digest
    from linkdata.store.protocols import Kind, WritableStore


@click.command(
    epilog=options.examples(
        "linkdata store gc --store chunks --root sessions/ --dry-run",
        "linkdata store gc --store chunks --root sessions/ --root paper.yaml",
        "linkdata store gc --store session.yaml.chunks      # what session.yaml names is kept",
    )
)
@common.store
@click.option(
    "--root",
    "roots",
    multiple=True,
    metavar="DOC|DIR|DIGEST",
    help="Keep the arrays that this document names, or all documents below this folder. "
    "Repeatable.",
)
@click.option(
    "--grace",
    default="14d",
    show_default=True,
    metavar="TIME",
    callback=common.duration,
    help="Keep what was put or put again within this time: 14d, 12h, 30m.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
@common.as_json
@options.quiet
def gc(
    place: str | None,
    roots: tuple[str, ...],
    grace: float,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Remove from a store what no document names.

    Every digest that stands anywhere in a root is kept, with all its chunks. Others may read and
    write meanwhile; what they put within the grace is kept.
    """
    from linkdata.store.collecting import collect
    from linkdata.store.opening import open_store

    where = common.place_of(place)
    named = common.rooted(roots or _beside(where))  # read when the collection has begun
    with (
        open_store(where, writable=True) as store,
        common.counted("collecting", 0, quiet=quiet or as_json) as more,
    ):
        done = collect(store, named, grace=grace, dry_run=dry_run, told=more)
    if as_json:
        common.write_json(
            {
                "removed": not dry_run,
                "manifests": done.manifests,
                "chunks": done.chunks,
                "temporary": done.temporary,
                "bytes": done.size,
                "kept_manifests": done.kept_manifests,
                "kept_chunks": done.kept_chunks,
                "not_here": [str(digest) for digest in done.absent],
            }
        )
    elif not quiet:
        verb = "would remove" if dry_run else "removed"
        removed = f"{common.said(done.manifests, 'array')}, {common.said(done.chunks, 'chunk')}"
        kept = f"{common.said(done.kept_manifests, 'array')}, "
        kept += common.said(done.kept_chunks, "chunk")
        click.echo(f"{verb} {removed}, {common.sized(done.size)}; kept {kept}", err=True)


def _beside(place: str) -> list[str]:
    """The document whose own store this is. Raises `click.UsageError` if there is none."""
    document = Path(place.removesuffix(common.SUFFIX))
    if not place.endswith(common.SUFFIX) or not document.is_file():
        raise click.UsageError(
            "say what is to be kept: --root DOC, or --root DIR for all documents below it"
        )
    return [str(document)]


@click.command(
    epilog=options.examples(
        "linkdata store repair --store chunks --from s3://laboratory/chunks",
        "linkdata store repair --store chunks --from session.nwb",
    )
)
@common.store
@click.option(
    "--from",
    "sources",
    multiple=True,
    metavar="DIR|URL|FILE",
    help="Another store, or a file or document, whose arrays are put again. Repeatable.",
)
@click.option("--deep", is_flag=True, help="Decode each chunk, and compare its content too.")
@common.as_json
@options.quiet
def repair(
    place: str | None, sources: tuple[str, ...], deep: bool, as_json: bool, quiet: bool
) -> None:
    """Put good objects where corrupt or missing ones are.

    What is corrupt is put aside, into the folder `quarantine` of the store, and never deleted.
    Exits with 1 when something could not be mended.
    """
    from linkdata.store.opening import open_store
    from linkdata.store.repairing import repair as repaired
    from linkdata.store.repairing import wrong

    files = [source for source in sources if Path(source).is_file()]
    mended: list[tuple[Kind, Digest]] = []
    with open_store(common.place_of(place), writable=True) as store, ExitStack() as opened:
        others = [open_store(source) for source in sources if source not in files]
        for other in others:
            opened.callback(other.close)
        if files:
            mended = [(one.kind, one.digest) for one in wrong(store, deep=deep)]
            _put_again(files, store, mended if deep else [])
        done = repaired(store, others, deep=deep)
        mended = [key for key in mended if key not in done.failed] + done.repaired
    if as_json:
        common.write_json(
            {
                "repaired": [{"kind": kind, "digest": str(digest)} for kind, digest in mended],
                "findings": common.findings_data(done.findings),
            }
        )
    else:
        common.tell(done.findings)
        if not quiet:
            click.echo(
                f"{common.said(len(mended), 'object')} repaired, {len(done.findings):,} not",
                err=True,
            )
    if done.findings:
        click.get_current_context().exit(1)


def _put_again(files: list[str], store: WritableStore, bad: list[tuple[Kind, Digest]]) -> None:
    """Put the arrays of files and documents into a store, those over again that are bad."""
    import linkdata
    from linkdata.dataset.adding import add_arrays

    for kind, digest in bad:
        store.quarantine(kind, digest)
    for file in files:
        with linkdata.open(file) as dataset:
            for added in add_arrays(dataset.graph, store):
                if added.finding is not None:
                    common.tell([added.finding])
