"""`linkdata query`: SPARQL over documents.

Takes: paths of documents and HDF5 files, and a query.
Gives: the answer on standard output: a table, CSV, JSON, or Turtle.
Implements: `specs/linkdata-1.0.md`, sections "Queries" and "Command line".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from linkdata.cli import options

if TYPE_CHECKING:
    from linkdata.dataset.dataset import Dataset


@click.command(
    epilog=options.examples(
        "linkdata query session.yaml 'SELECT ?s WHERE { ?s a nwb:ElectricalSeries }'",
        "linkdata query --file question.rq sessions/*.yaml --format csv",
        "linkdata query a.nwb b.nwb --rows 'SELECT ?e WHERE { ?e term:location \"CA1\" }'",
    )
)
@click.argument("arguments", metavar="DOC... [SPARQL]", nargs=-1, required=True)
@click.option(
    "--file",
    "file",
    metavar="FILE",
    type=click.File(encoding="utf-8"),
    help="Read the query from this file; `-` is standard input.",
)
@click.option(
    "--format",
    "format",
    type=click.Choice(("table", "csv", "json", "ttl")),
    help="How to write the answer; table, or ttl for CONSTRUCT, if left out.",
)
@click.option("--rows", is_flag=True, help="Tables row by row: each row is a subject.")
@click.option("--superclasses", is_flag=True, help="All classes that an object is.")
@options.resolving
@options.network
@options.stores
@options.quiet
def query(
    arguments: tuple[str, ...],
    file: TextIO | None,
    format: str | None,
    rows: bool,
    superclasses: bool,
    roots: tuple[Path, ...],
    authorities: dict[str, Path],
    network: tuple[str, ...],
    stores: tuple[str, ...],
    quiet: bool,
) -> None:
    """Ask documents a question in SPARQL, one or many together.

    The last argument is the query, unless `--file` names one. Prefixes of the documents, and term,
    dcat, dcterms, schema, owl, prov, spdx, csvw, hdf, rdf, xsd, need no declaration.
    """
    import linkdata
    from linkdata.dataset.querying import query as answer

    names, text = (arguments, file.read()) if file else (arguments[:-1], arguments[-1])
    if not names:
        raise click.UsageError("name the documents, and the query after them")
    paths = [options.document(name) for name in names]

    def datasets() -> Iterator[Dataset]:
        for path in paths:
            with linkdata.open(
                path, roots=roots, authorities=authorities, network=network, stores=stores
            ) as dataset:
                yield dataset

    found = answer(datasets(), text, rows=rows, superclasses=superclasses)
    click.echo(found.text(format or ("ttl" if found.is_graph else "table")), nl=False)
