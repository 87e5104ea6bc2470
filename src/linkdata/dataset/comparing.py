"""Comparing: the plans of documents and HDF5 files, in any pairing.

Takes: two paths.
Gives: `differences`.
Implements: `specs/linkdata-1.0.md`, section "Differences of files".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from linkdata.arrays.hdf5 import HDF5File
from linkdata.dataset.exchange import storage_of
from linkdata.dataset.inputs import is_hdf5, local
from linkdata.dataset.opening import open as open_dataset
from linkdata.nwb.comparison import Change, changes
from linkdata.nwb.plan import Plan
from linkdata.nwb.planning import plan_of
from linkdata.nwb.reading import read_plan
from linkdata.nwb.storing import restored
from linkdata.roots import Roots


def differences(
    first: str, second: str, *, roots: Sequence[Path] = (), authorities: Mapping[str, Path] = {}
) -> list[Change]:
    """What differs between two files; of a document, the HDF5 file that it stands for counts.

    Raises what opening and reading them raises.
    """
    with ExitStack() as stack:
        pair = [stack.enter_context(_planned(path, roots, authorities)) for path in (first, second)]
        return list(changes(*pair))


@contextmanager
def _planned(path: str, roots: Sequence[Path], authorities: Mapping[str, Path]) -> Iterator[Plan]:
    """The plan of a file, which stays open as long as the context lasts."""
    given = local(path)
    if is_hdf5(given):
        file = HDF5File(lambda: given, path, Roots([given.parent, *roots]))
        with file.held():
            yield read_plan(file)
        return
    with open_dataset(path, roots=roots, authorities=authorities) as dataset:
        graph = dataset.graph
        yield restored(lambda hints: plan_of(graph, hints, links="copy"), storage_of(graph))
