"""Between HDF5 files and documents, both ways.

Takes: a dataset, and the place of the new file.
Gives: `describe`, a document of an HDF5 file; `write_hdf5`, an HDF5 file of a document.
Implements: `specs/linkdata-1.0.md`, section "NWB and HDF5 files".

The document that is made of a file is opened again, in memory, and planned as if a person had
written it. What that plan lacks goes into its section `storage`, so nothing can be lost.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkdata.dataset.inputs import is_unpacked
from linkdata.dataset.saving import Saving, of_file, path_of
from linkdata.graph.graph import Graph
from linkdata.graph.stores import SUFFIX
from linkdata.nwb.plan import Dataset as PlannedDataset
from linkdata.nwb.plan import Entry, ExternalLink, Plan
from linkdata.nwb.planning import plan_of
from linkdata.nwb.reading import read_plan
from linkdata.nwb.storing import restored, section_of
from linkdata.nwb.valuing import Hints
from linkdata.output import write_text
from linkdata.resolve.targets import External
from linkdata.syntax import nodes
from linkdata.syntax.document import STORAGE
from linkdata.syntax.writer import document as document_text

if TYPE_CHECKING:
    from linkdata.store.folder import FolderStore


def describe(graph: Graph, path: Path, options: Saving) -> None:
    """Write the document of an HDF5 file, from which `write_hdf5` makes the same file again.

    Raises `OutputError`, `StoreError`, and what reading the file raises.
    """
    from linkdata.dataset.opening import loads
    from linkdata.nwb.authoring import LIMIT, Author

    folder = options.store or path.with_name(path.name + SUFFIX)
    keeps = options.arrays == "store" or options.digest == "stored"
    chunks = _store(folder) if keeps else None
    author = Author(
        graph,
        path,
        options.arrays,
        store=chunks,
        digest=options.digest,
        limit=LIMIT if options.inline is None else options.inline,
        progress=lambda path: options.progress(path, 0, 0),
    )
    # Before any value is read, upon which HDF5 sorts the members of a compound in memory.
    exact = read_plan(author.file)
    data = author.document()
    if chunks is not None:
        chunks.flush()
        if options.store is not None:
            here = os.path.realpath(path.parent)
            data["meta"]["store"] = os.path.relpath(os.path.realpath(options.store), here)
    text = document_text(data)
    allowed = [*author.folders, *([folder] if options.store is not None else [])]
    with loads(text, base=path, roots=allowed) as made:
        if options.arrays == "link":  # the same file, so that arrays in it are seen to be the same
            bound = made.graph.context.prefixes[author.prefix]
            made.graph.files.adopt(External("hdf5", bound, "/", (), bound.prefix.span), author.file)

        def predict(hints: Hints) -> Plan:
            found = plan_of(made.graph, hints, links="external", known={author.file: exact})
            if chunks is not None:
                _recognize(found, exact)
            return found

        section = section_of(exact, predict)
    parts = [text, *([document_text({STORAGE: section})] if section else [])]
    write_text(path, parts, force=options.force)


def _store(folder: Path) -> FolderStore:
    from linkdata.store.folder import FolderStore

    return FolderStore(folder)


def write_hdf5(graph: Graph, path: Path, options: Saving) -> None:
    """Write the HDF5 file that a document stands for.

    Raises `OutputError`, and what following the document's references raises.
    """
    from linkdata.nwb.writing import write_plan

    plan = planned(graph, Path(os.path.realpath(path.parent)), options)
    write_plan(plan, path, force=options.force,
               progress=lambda done, total: options.progress(path.name, done, total))  # fmt: skip


def planned(graph: Graph, folder: Path, options: Saving) -> Plan:
    """The plan of the HDF5 file in a folder that a document stands for.

    External links are as they were, for a document that was made of a file, unless the user asks
    for links: then they lead to their files from the folder.
    """
    usual = "same" if of_file(graph) else "external"
    if is_unpacked(path_of(graph)):
        usual = "copy"  # nothing may lead into a cache
    links = options.links or usual

    def predict(hints: Hints) -> Plan:
        return plan_of(graph, hints, links=links, folder=folder,
                       progress=lambda path: options.progress(path, 0, 0))  # fmt: skip

    first: dict[str, Entry] = {}

    def remembered(hints: Hints) -> Plan:
        made = predict(hints)
        first.update(made.entries)
        return made

    plan = restored(remembered, storage_of(graph))
    if options.links == "external":
        for path, entry in first.items():
            if isinstance(entry, ExternalLink) and isinstance(plan.entries.get(path), ExternalLink):
                plan.entries[path] = entry
    return plan


def storage_of(graph: Graph) -> dict[str, Any]:
    """The section `storage` of a document, as plain data."""
    node = graph.context.document.root.entries.get(STORAGE)
    found = nodes.plain(node) if node is not None else None
    return found if isinstance(found, dict) else {}


def _recognize(found: Plan, exact: Plan) -> None:
    """Let arrays that were just put into the store be the same in both plans, so that they need
    not be read again to be compared.
    """
    from linkdata.nwb.arrays import InArray

    for path, entry in found.entries.items():
        there = exact.entries.get(path)
        if (
            isinstance(entry, PlannedDataset)
            and isinstance(entry.data, InArray)
            and isinstance(there, PlannedDataset)
            and there.type == entry.type
        ):
            exact.entries[path] = replace(there, data=entry.data)
