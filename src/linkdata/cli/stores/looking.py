"""`linkdata store ls` and `verify`: what is in a store, and whether it is as it should be.

Takes: a store.
Gives: its arrays or chunks on standard output; `verify` exits with 1 if anything is corrupt, with 3
if nothing is but something is missing.
Implements: `specs/linkdata-1.0.md`, section "The command `store`".
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from linkdata.cli import options
from linkdata.cli.stores import common

if TYPE_CHECKING:
    from linkdata.store.protocols import ReadableStore

MISSING = 3
"""The exit code for a store that lacks something, and is otherwise good."""

_SUBSET = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})")


@click.command(
    epilog=options.examples(
        "linkdata store ls --store chunks",
        "linkdata store ls --store chunks --chunks --cid",
        "linkdata store ls --store s3://laboratory/chunks --json",
    )
)
@common.store
@click.option("--chunks", is_flag=True, help="List chunks, not arrays.")
@click.option("--cid", is_flag=True, help="List chunks, with the CIDs (version 1) of them.")
@common.as_json
@options.quiet
def ls(place: str | None, chunks: bool, cid: bool, as_json: bool, quiet: bool) -> None:
    """List the arrays of a store, or its chunks, in the order of their digests."""
    from linkdata.store.opening import open_store

    with open_store(common.place_of(place)) as store:
        found = _chunks(store, cid) if chunks or cid else _arrays(store)
        if as_json:
            common.write_json([data for data, _ in found])
            return
        for _, line in found:
            click.echo(line)


def _arrays(store: ReadableStore) -> list[tuple[dict[str, Any], str]]:
    from linkdata.store import contents, manifest

    listed = []
    for digest in sorted(store.list("manifests"), key=str):
        place = contents.place("manifests", digest, store.name)
        found = manifest.opened(store.get("manifests", digest), digest, place)
        data = {
            "digest": str(digest),
            "dtype": found.element.name,
            "shape": list(found.shape),
            "grid": list(found.grid),
            "chunks": len(found),
            "in_store": found.contents is not None,
        }
        shape, grid = "×".join(map(str, found.shape)), "×".join(map(str, found.grid))
        where = "" if found.contents is not None else ", kept elsewhere"
        kept = f"{common.said(len(found), 'chunk')} of {grid or 1}{where}"
        listed.append((data, f"{digest}  {found.element.name} {shape}  {kept}"))
    return listed


def _chunks(store: ReadableStore, with_cid: bool) -> list[tuple[dict[str, Any], str]]:
    from linkdata.store.cids import cid

    listed = []
    for digest in sorted(store.list("chunks"), key=str):
        size = store.size("chunks", digest)
        data: dict[str, Any] = {"digest": str(digest), "size": size}
        line = f"{digest}  {size}"
        if with_cid:
            data["cid"] = cid(digest)
            line += f"  {data['cid']}"
        listed.append((data, line))
    return listed


def _subset(ctx: click.Context, parameter: click.Parameter, given: str | None) -> Any:
    from linkdata.store.verifying import ALL, Subset

    if given is None:
        return ALL
    found = _SUBSET.fullmatch(given)
    if found is None or int(found[1]) > int(found[2]):
        raise click.BadParameter(f"`{given}` is no part; write N/TOTAL, as in 1/10")
    return Subset(int(found[1]), int(found[2]))


@click.command(
    epilog=options.examples(
        "linkdata store verify --store chunks",
        "linkdata store verify --store chunks --deep",
        "linkdata store verify --store chunks --subset 3/30    # a part each day",
    )
)
@common.store
@click.option("--deep", is_flag=True, help="Decode each chunk, and compare its content too.")
@click.option(
    "--subset",
    metavar="N/TOTAL",
    callback=_subset,
    help="Look at part N of TOTAL parts of the chunks. Manifests are always looked at.",
)
@common.as_json
@options.quiet
def verify(place: str | None, deep: bool, subset: Any, as_json: bool, quiet: bool) -> None:
    """Read everything in a store, and say what is corrupt or missing. Nothing is changed.

    Exits with 0 when all is good, with 1 when something is corrupt or cannot be judged, and with
    3 when nothing is, but chunks are missing that an array needs.
    """
    from linkdata.store.opening import open_store
    from linkdata.store.verifying import State
    from linkdata.store.verifying import verify as verified

    counts: Counter[State] = Counter()
    size = 0
    findings = []
    with (
        open_store(common.place_of(place)) as store,
        common.counted("verifying", 0, quiet=quiet or as_json) as more,
    ):
        for checked in verified(store, deep=deep, subset=subset):
            counts[checked.state] += 1
            size += checked.size
            more(checked.size)
            if checked.finding is not None:
                findings.append(checked.finding)
    findings.sort(key=lambda found: (found.code, found.message))
    if as_json:
        data = {str(state): counts[state] for state in State}
        common.write_json({**data, "bytes": size, "findings": common.findings_data(findings)})
    else:
        common.tell(findings)
        if not quiet:
            parts = [f"{counts[state]:,} {state}" for state in State if counts[state]]
            click.echo(f"{', '.join(parts) or 'empty'}; {common.sized(size)} read", err=True)
    if counts[State.CORRUPT] or counts[State.UNKNOWN]:
        click.get_current_context().exit(1)
    if counts[State.MISSING]:
        click.get_current_context().exit(MISSING)
