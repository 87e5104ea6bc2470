"""pynwb: a dataset as an `NWBFile` of pynwb, and the other way round.

Takes: datasets; NWBFiles of pynwb.
Gives: `to_pynwb`, `from_pynwb`. The one module that imports pynwb.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".

Between the two lies an NWB file, in a temporary folder that goes when what was made of it goes.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkdata.dataset.saving import Saving, of_file, save
from linkdata.errors import UsageError, error
from linkdata.graph.changes import changed
from linkdata.graph.graph import Graph
from linkdata.resolve.retrievers import file_path

if TYPE_CHECKING:
    from linkdata.dataset.dataset import Dataset

_NAME = "session.nwb"


def to_pynwb(graph: Graph) -> Any:
    """A graph as a `pynwb.NWBFile`, read from a file of its own, or from the one that it is of.

    Arrays in files that the document brings are linked to, not copied. Raises `UsageError` when
    pynwb is missing, and what writing an NWB file raises.
    """
    pynwb = _library()
    folder: str | None = None
    if of_file(graph) and not any(changed(graph)):
        path = file_path(graph.context.location)
    else:
        folder = tempfile.mkdtemp(prefix="linkdata-")
        path = Path(folder) / _NAME
        save(graph, path, "hdf5", Saving(links="external"))
    # The NWBFile holds its reader, which is closed when both go.
    found = pynwb.NWBHDF5IO(path, "r", load_namespaces=True).read()
    if folder is not None:
        weakref.finalize(found, shutil.rmtree, folder, ignore_errors=True)
    return found


def from_pynwb(nwbfile: Any) -> Dataset:
    """A dataset of a `pynwb.NWBFile`: one made in memory, or one that was read and changed.

    Raises `UsageError` when pynwb is missing, or for what is no NWBFile.
    """
    pynwb = _library()
    if not isinstance(nwbfile, pynwb.NWBFile):
        raise UsageError(error("usage", f"{type(nwbfile).__name__} is no NWBFile of pynwb"))
    from linkdata.dataset.opening import open

    folder = tempfile.mkdtemp(prefix="linkdata-")
    path = Path(folder) / _NAME
    with pynwb.NWBHDF5IO(path, "w") as writer:
        if nwbfile.read_io is None:
            writer.write(nwbfile)
        else:
            writer.export(src_io=nwbfile.read_io, nwbfile=nwbfile)
    found = open(path)
    weakref.finalize(found.graph, shutil.rmtree, folder, ignore_errors=True)
    return found


def _library() -> Any:
    try:
        import pynwb
    except ImportError:
        hint = "pip install 'linkdata[pynwb]'"
        raise UsageError(error("usage", "pynwb is not installed", hint=hint)) from None
    return pynwb
