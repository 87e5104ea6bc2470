"""Opening: from a path or a text to a dataset, through all phases.

Takes: a path to a document or an HDF5 file, or a text.
Gives: `Dataset`; `check` gives the findings instead, and never raises for what the input holds.
Implements: `specs/linkdata-1.0.md`, section "Opening and checking".
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from linkdata.dataset.dataset import Dataset
from linkdata.dataset.inputs import is_rdf
from linkdata.dataset.workspace import Allowance, Bindings, Folders, Workspace
from linkdata.errors import Diagnostic


def open(
    path: str | os.PathLike[str],
    *,
    document: int | str | None = None,
    roots: Folders = (),
    authorities: Bindings | None = None,
    network: Iterable[str] = (),
    stores: Folders = (),
    writable: bool = False,
) -> Dataset:
    """Open a document, or an HDF5 file as if it were one; RDF that follows the mapping becomes a
    document that says the same (.ttl .nt .nq .trig .rdf .jsonld). `path` may be a URL.

    `document` chooses from a stream of several, by its `meta.id` or its position from 0. `roots`
    are folders that files may be read from, beside the document's own; `authorities` bind names
    of `//name/path` to folders. Documents, HDF5 files and schemas are had from the hosts in
    `network` (`host`, `host:port`, `s3://bucket`), and from nowhere else. Chunks of arrays are
    looked for in the folders in `stores` first. With `writable`, values set in arrays go to their
    files.

    Nothing is read from HDF5 files until a value, a shape or a name in them is asked for.

    Raises `RetrievalError` when there is no such file, `TextError` and `DocumentError` with all
    that is wrong with the document itself. A reference that does not arrive raises when it is
    followed; `Dataset.check` finds all of them.
    """
    allowance = Allowance(tuple(roots), authorities or {}, tuple(network), tuple(stores))
    workspace = Workspace(allowance)
    if is_rdf(os.fspath(path)):
        from linkdata.dataset.returning import returned

        return returned(os.fspath(path), workspace)
    return workspace.open(path, document=document, writable=writable)


def loads(
    text: str,
    *,
    base: str | os.PathLike[str] | None = None,
    document: int | str | None = None,
    roots: Folders = (),
    authorities: Bindings | None = None,
    network: Iterable[str] = (),
    stores: Folders = (),
    writable: bool = False,
) -> Dataset:
    """Open a document from a string. `base` is the file that it stands for; it need not exist.

    Without `base` the document has no place: relative paths in it lead nowhere. Raises what
    `open` raises.
    """
    allowance = Allowance(tuple(roots), authorities or {}, tuple(network), tuple(stores))
    workspace = Workspace(allowance)
    return workspace.loads(text, base=base, document=document, writable=writable)


def check(
    path: str | os.PathLike[str],
    *,
    roots: Folders = (),
    authorities: Bindings | None = None,
    network: Iterable[str] = (),
    stores: Folders = (),
    verify: bool = False,
) -> list[Diagnostic]:
    """Everything that is wrong with a document, in the order of its files and places.

    With `verify`, all arrays that the document has digests for are read and compared with them.
    """
    allowance = Allowance(tuple(roots), authorities or {}, tuple(network), tuple(stores))
    return Workspace(allowance).check([path], verify=verify)
