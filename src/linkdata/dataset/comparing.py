"""Comparing: the plans of documents and HDF5 files, in any pairing.

Takes: two paths.
Gives: `differences`.
Implements: `specs/linkdata-1.0.md`, section "Differences of files".
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from linkdata.arrays.hdf5 import HDF5File
from linkdata.dataset.dataset import Dataset
from linkdata.dataset.exchange import planned
from linkdata.dataset.inputs import is_hdf5, local
from linkdata.dataset.opening import open as open_dataset
from linkdata.dataset.saving import Saving
from linkdata.nwb.comparison import Change, changes
from linkdata.nwb.plan import Plan
from linkdata.nwb.reading import read_plan
from linkdata.roots import Roots


def differences(
    first: str,
    second: str,
    *,
    roots: Sequence[Path] = (),
    authorities: Mapping[str, Path] = {},
    stores: Sequence[str] = (),
) -> list[Change]:
    """What differs between two files; of a document, the HDF5 file that it stands for counts.

    Raises what opening and reading them raises.
    """
    with ExitStack() as stack:
        opened = partial(open_dataset, roots=roots, authorities=authorities, stores=stores)
        pair = [stack.enter_context(_planned(path, roots, opened)) for path in (first, second)]
        return list(changes(*pair))


@contextmanager
def _planned(path: str, roots: Sequence[Path], opened: Callable[[str], Dataset]) -> Iterator[Plan]:
    """The plan of a file, which stays open as long as the context lasts."""
    given = local(path)
    if is_hdf5(given):
        file = HDF5File(lambda: given, path, Roots([given.parent, *roots]))
        with file.held():
            yield read_plan(file)
        return
    with opened(path) as dataset:
        yield planned(dataset.graph, Path(os.path.realpath(given.parent)), Saving())
