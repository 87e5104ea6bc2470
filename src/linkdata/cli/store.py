"""`linkdata store`: arrays kept in chunks that are named by their content.

Takes: the name of what is to be done with a store.
Gives: the command that does it.
Implements: `specs/linkdata-1.0.md`, section "The command `store`".
"""

from __future__ import annotations

import click

from linkdata.cli import options
from linkdata.cli.stores.adding import add
from linkdata.cli.stores.looking import ls, verify
from linkdata.cli.stores.moving import pull, push
from linkdata.cli.stores.upkeep import gc, repair


@click.group(
    epilog=options.examples(
        "linkdata store add session.nwb --store chunks",
        "linkdata store verify --store chunks",
        "linkdata store push s3://laboratory/chunks --store chunks",
    )
)
def store() -> None:
    """Keep arrays in a store of chunks that are named by their content.

    A store is a folder, or a place in a bucket: --store DIR, --store s3://bucket/place. All of
    these commands have --json for programs, and --quiet.
    """


for command in (add, ls, verify, gc, push, pull, repair):
    store.add_command(command)
