"""`linkdata store add`: the arrays of files and documents into a store.

Takes: paths of NWB and HDF5 files, and of documents.
Gives: the digest of each array on standard output; exit code 1 when one could not be added.
Implements: `specs/linkdata-1.0.md`, section "The command `store`".
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkdata.cli import options, progress
from linkdata.cli.stores import common
from linkdata.spans import shown

if TYPE_CHECKING:
    from linkdata.dataset.adding import Added


@click.command(
    epilog=options.examples(
        "linkdata store add session.nwb --store chunks",
        "linkdata store add session.yaml            # into session.yaml.chunks",
        "linkdata store add *.nwb --store chunks --json",
    )
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@common.store
@click.option(
    "--digest",
    type=click.Choice(("content", "stored")),
    default="content",
    show_default=True,
    help="With `stored` nothing is decoded, and only the manifests are kept.",
)
@common.as_json
@options.resolving
@options.quiet
def add(
    files: tuple[str, ...],
    place: str | None,
    digest: Any,
    as_json: bool,
    roots: tuple[Path, ...],
    authorities: dict[str, Path],
    quiet: bool,
) -> None:
    """Put the arrays of files into a store, and print their digests.

    FILE is an NWB or HDF5 file, or a document. Chunks are kept as they are in the file, still
    compressed; what the store has already is not written again. Without --store, and without a
    store in the configuration, the arrays of FILE go to the folder FILE.chunks.
    """
    import linkdata
    from linkdata.dataset.adding import add_arrays
    from linkdata.store.opening import open_store

    paths = [options.document(file) for file in files]
    known = place or common.configured()
    written: list[dict[str, Any]] = []
    failed = False
    new_chunks = new_bytes = 0
    with progress.shown(quiet=quiet or as_json) as told:
        for path in paths:
            with (
                linkdata.open(path, roots=roots, authorities=authorities) as dataset,
                open_store(known or path + common.SUFFIX, writable=True) as store,
            ):
                for added in add_arrays(dataset.graph, store, digest=digest, told=told):
                    if added.finding is not None:
                        failed = True
                        common.tell([added.finding])
                    elif added.entry is not None:
                        new_chunks += added.entry.new_chunks
                        new_bytes += added.entry.new_bytes
                    if as_json:
                        written.append(_data(path, added))
                    elif added.entry is not None:
                        click.echo(_line(path, added, len(paths) > 1))
                store.flush()
    if as_json:
        common.write_json(written)
    elif not quiet:
        new = f"{common.said(new_chunks, 'new chunk')}, {common.sized(new_bytes)}"
        click.echo(f"{new}, in {known or 'the stores beside the files'}", err=True)
    if failed:
        click.get_current_context().exit(1)


def _line(path: str, added: Added, several: bool) -> str:
    assert added.entry is not None
    shape = "×".join(map(str, added.entry.shape))
    where = f"{path} {added.reference}" if several else added.reference
    return f"{added.entry.digest}  {added.entry.dtype} {shape}  {shown(where)}"


def _data(path: str, added: Added) -> dict[str, Any]:
    data: dict[str, Any] = {"file": path, "array": added.reference}
    entry = added.entry
    if entry is not None:
        data |= {
            "digest": str(entry.digest),
            "dtype": entry.dtype,
            "shape": list(entry.shape),
            "chunks": entry.chunks,
            "new_chunks": entry.new_chunks,
            "new_bytes": entry.new_bytes,
        }
    if added.finding is not None:
        data["finding"] = common.findings_data([added.finding])[0]
    return data
