"""`linkdata get`: one value, object or array of a document.

Takes: the path of a document, and a reference as it would be written in it.
Gives: the value on standard output: scalars as themselves, objects as YAML or JSON, arrays as
numpy shows them.
Implements: `specs/linkdata-1.0.md`, section "Command line".
"""

from __future__ import annotations

import json
import sys
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkdata.cli import options

if TYPE_CHECKING:
    from linkdata.graph.graph import Graph

#: Larger arrays are shown by their edges: so many elements on either side of each axis.
SMALL = 1000
EDGE = 3

Index = tuple[Any, ...]


def _index(ctx: click.Context, parameter: click.Parameter, given: str | None) -> Index | None:
    if given is None:
        return None
    try:
        return tuple(_axis(part.strip()) for part in given.split(","))
    except (TypeError, ValueError):
        message = f"`{given}` is not a slice; write for example 0:3,0:3"
        raise click.BadParameter(message) from None


def _axis(text: str) -> Any:
    if text == "...":
        return ...
    if ":" not in text:
        return int(text)
    return slice(*(int(part) if part.strip() else None for part in text.split(":")))


@click.command(
    epilog=options.examples(
        "linkdata get session.yaml '#data.identifier'",
        "linkdata get session.yaml '#data.general' --json",
        "linkdata get session.yaml 'nwbfile:/acquisition/series/data' --slice 0:3,0:3",
    )
)
@click.argument("document", metavar="DOC")
@click.argument("reference", metavar="REFERENCE")
@click.option("--slice", "index", metavar="SLICE", callback=_index, help="Only this, as in 0:3,0.")
@click.option("--all", "whole", is_flag=True, help="All values of an array, however many.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@options.resolving
@options.network
@options.stores
@options.quiet
def get(
    document: str,
    reference: str,
    index: Index | None,
    whole: bool,
    as_json: bool,
    roots: tuple[Path, ...],
    authorities: dict[str, Path],
    network: tuple[str, ...],
    stores: tuple[str, ...],
    quiet: bool,
) -> None:
    """Print what REFERENCE means in the document DOC.

    A reference is written as in a document. Quote it: a shell takes `#` for a comment.
    """
    import linkdata

    path = options.document(document)
    with linkdata.open(
        path, roots=roots, authorities=authorities, network=network, stores=stores
    ) as dataset:
        value = dataset.graph.look_up(reference)
        if index is not None:
            value = _part(value if isinstance(value, list) else dataset[reference], index)
            whole = whole or as_json
        graph = dataset.graph
        click.echo(_shown(graph, value, whole=whole, as_json=as_json, quiet=quiet))


def _part(value: Any, index: Index) -> Any:
    if not hasattr(value, "__getitem__") or isinstance(value, str):
        raise click.UsageError("--slice is for arrays and lists, and this is neither")
    try:
        return value[index[0]] if isinstance(value, list) and len(index) == 1 else value[index]
    except (IndexError, TypeError, ValueError) as problem:
        raise click.UsageError(f"--slice does not fit: {problem}") from None


def _shown(graph: Graph, value: Any, *, whole: bool, as_json: bool, quiet: bool) -> str:
    from linkdata.graph.expanded import dtype_name, expanded

    is_array = getattr(value, "shape", None) not in (None, ()) and hasattr(value, "dtype")
    if is_array and as_json:
        plain = expanded(graph, _values(value) if whole else value)
        return json.dumps(plain, indent=None if whole else 2, ensure_ascii=False)
    if is_array:
        header = f"# {dtype_name(value.dtype)} {tuple(map(int, value.shape))}\n"
        return ("" if quiet else header) + _array_text(value, whole=whole)
    plain = expanded(graph, value)
    if as_json:
        return json.dumps(plain, indent=2, ensure_ascii=False)
    if isinstance(plain, dict | list):
        from linkdata.syntax.writer import written

        return written(plain).removesuffix("\n")
    return plain if isinstance(plain, str) else json.dumps(plain)


def _values(array: Any) -> Any:
    return array[...].tolist()


def _array_text(array: Any, *, whole: bool) -> str:
    import numpy

    if whole or numpy.prod(array.shape) <= SMALL:
        return numpy.array2string(numpy.asarray(array[...]), threshold=sys.maxsize)
    return numpy.array2string(_edges(array), threshold=0, edgeitems=EDGE)


def _edges(array: Any) -> Any:
    """The corners of an array, with one element between them that numpy shows as dots.

    Only what is shown is read, however large the array is.
    """
    import numpy

    cuts = []
    for length in array.shape:
        ends = [(slice(0, EDGE), slice(0, EDGE))]
        ends.append((slice(length - EDGE, length), slice(EDGE + 1, 2 * EDGE + 1)))
        short = [(slice(0, length), slice(0, length))]
        cuts.append(ends if length > 2 * EDGE else short)
    shape = [min(length, 2 * EDGE + 1) for length in array.shape]
    found = numpy.zeros(shape, dtype=array.dtype)
    for corner in product(*cuts):
        found[tuple(into for _, into in corner)] = array[tuple(here for here, _ in corner)]
    return found
