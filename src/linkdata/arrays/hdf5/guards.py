"""Guards: the other files that the values of a dataset may lie in.

Takes: an open dataset.
Gives: `reaches_out`; `check_storage`, which lets it be read, or raises; `missing_filter`.
Implements: `specs/linkdata-1.0.md`, section "HDF5 sources".

HDF5 opens the files that external storage and virtual datasets name as it finds them: any file of
the machine, in several folders one after the other. Here each must be where it says, below the
roots, and be what it should, so that HDF5 finds it at the first place it looks.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

from h5py import h5d, h5p, h5z

from linkdata.arrays.hdf5.failures import failure
from linkdata.arrays.hdf5.walk import arrive, encoded
from linkdata.errors import RetrievalError, SourceError

if TYPE_CHECKING:
    from linkdata.arrays.hdf5.file import HDF5File

_MAX_NESTED = 16  # virtual datasets of virtual datasets


def reaches_out(dataset: h5d.DatasetID, values: bool) -> bool:
    """Whether HDF5 opens other files for the shape of the dataset, or for its `values`."""
    created = dataset.get_create_plist()
    if created.get_layout() == h5d.VIRTUAL:
        return True
    return values and bool(created.get_external_count())


def check_storage(file: HDF5File, dataset: h5d.DatasetID, path: bytes, depth: int = 0) -> None:
    """Check every other file that reading the dataset would open.

    `depth` says how many virtual datasets this one is inside of. Raises `SourceError`:
    `source-external-storage`, `source-virtual-missing`, `source-unsupported`.
    """
    created = dataset.get_create_plist()
    if created.get_external_count():
        _check_external(file, created, path, depth)
    if created.get_layout() == h5d.VIRTUAL:
        _check_virtual(file, created, path, depth)


def _check_external(file: HDF5File, created: h5p.PropDCID, path: bytes, depth: int) -> None:
    place = file.place(path)
    _check_environment("HDF5_EXTFILE_PREFIX", place)
    if depth:  # HDF5 would look for it in the working directory
        reason = "a virtual dataset has a source whose values lie in files of their own"
        raise failure("source-external-storage", reason, place)
    for number in range(created.get_external_count()):
        filename = os.fsdecode(created.get_external(number)[0])
        try:
            file.roots.locate(file.folder / filename)
        except RetrievalError as problem:
            found = problem.diagnostic
            reason = f"the values lie in another file: {found.message}"
            raise failure("source-external-storage", reason, place, found.hint) from problem


def _check_virtual(file: HDF5File, created: h5p.PropDCID, path: bytes, depth: int) -> None:
    place = file.place(path)
    _check_environment("HDF5_VDS_PREFIX", place)
    if depth >= _MAX_NESTED:
        raise failure("source-unsupported", "virtual datasets are nested too deeply", place)
    sources = {
        (created.get_virtual_filename(number), created.get_virtual_dsetname(number))
        for number in range(created.get_virtual_count())
    }
    for filename, target in sorted(sources):
        if "%" in filename or "%" in target:
            reason = f"sources named by a pattern, `{filename}`, `{target}`"
            raise failure("source-unsupported", reason, place)
        source = file if filename == "." else _source(file, filename, place)
        if depth and source.folder != file.folder:
            # HDF5 would look for the inner source in the outer folder.
            reason = "a virtual dataset inside of another one, across folders"
            raise failure("source-unsupported", reason, place)
        _check_source(source, encoded(target), place, depth)


def _source(file: HDF5File, filename: str, place: str) -> HDF5File:
    try:
        return file.sibling(filename)
    except RetrievalError as problem:
        missing = problem.code == "resource-missing"
        code = "source-virtual-missing" if missing else "source-external-storage"
        found = problem.diagnostic
        reason = f"a part of the values lies in another file: {found.message}"
        raise failure(code, reason, place, found.hint) from problem


def _check_source(source: HDF5File, target: bytes, place: str, depth: int) -> None:
    """A source must be there (HDF5 gives fill values for a missing one), and stay in its file."""
    with ExitStack() as stack:
        try:
            found = arrive(source, target, stack)
        except (SourceError, RetrievalError) as problem:
            first = problem.diagnostic
            reason = f"a source of the values cannot be read: {first.message}"
            raise failure("source-virtual-missing", reason, place, first.hint) from problem
        if found.file is not source:
            reason = "a source of the values is behind an external link"
            raise failure("source-unsupported", reason, place)
        if not isinstance(found.id, h5d.DatasetID):
            reason = f"a source of the values is no dataset: {source.place(found.path)}"
            raise failure("source-virtual-missing", reason, place)
        check_storage(source, found.id, found.path, depth + 1)


def _check_environment(variable: str, place: str) -> None:
    """HDF5 looks where this variable says before it looks where we do."""
    if os.environ.get(variable):
        raise failure(
            "source-external-storage",
            "the values lie in other files, and the environment says where to look for them",
            place,
            f"unset {variable}",
        )


def is_installed(code: int) -> bool:
    """Whether HDF5 can decode what a filter has encoded; one that it merely knows may not."""
    return h5z.filter_avail(code) and bool(
        h5z.get_filter_info(code) & h5z.FILTER_CONFIG_DECODE_ENABLED
    )


def missing_filter(dataset: h5d.DatasetID) -> str | None:
    """The first filter that the values need and that is not installed, in words."""
    created = dataset.get_create_plist()
    if not created.get_nfilters():
        return None
    for number in range(created.get_nfilters()):
        code, _, _, name = created.get_filter(number)
        if not is_installed(code):
            known = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
            return f"filter {code} ({known})" if known else f"filter {code}"
    return None
