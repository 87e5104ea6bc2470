"""HDF5 files as a source of groups and arrays.

Takes: a way to the file, and the roots below which its own links may lead.
Gives: `HDF5Source` (the entry point), `HDF5File`, and what a file holds: `HDF5Group`,
`HDF5Dataset`, `HDF5Datatype`.
Implements: `specs/linkdata-1.0.md`, section "HDF5 sources".

To be read in this order: `failures` (exceptions), `selection` (indices), `values` (datatypes),
`session` (the open file), `addresses` (identity), `walk` (paths and links), `references`,
`guards` (other files), `blocks` (reading and writing), `attributes`, `items`, `file`. Importing
the package does not import h5py; the first file opened does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkdata.arrays.hdf5.file import HDF5File, HDF5Source

if TYPE_CHECKING:
    from linkdata.arrays.hdf5.items import HDF5Dataset, HDF5Datatype, HDF5Group

__all__ = ["HDF5Dataset", "HDF5Datatype", "HDF5File", "HDF5Group", "HDF5Source"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from linkdata.arrays.hdf5 import items

    return getattr(items, name)
