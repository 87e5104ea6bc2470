"""Adding 1 GiB of gzip-compressed samples to a store, beside h5py only reading them.

    python benchmarks/store_add.py [RUNS]

Beside it: what hashing alone takes, and icechunk writing the same array, if that is installed.
Each run has a store of its own, and all are removed at the end: a file system that has just removed
thousands of files takes long to make new ones. Before each run what others left is written, and the
disk may rest: many that are rented write fast only for a while. 1 GiB for each run has to be free.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile

from big_file import SERIES, big_file
from processes import side_by_side

READ = """
with h5py.File({file!r}) as file:
    data = file[{name!r}]
    for row in range(0, data.shape[0], data.chunks[0]):
        data[row : row + data.chunks[0]]
"""
REST = """
import os, time
os.sync()
time.sleep(8)
"""
SETUP = """
import tempfile
from pathlib import Path
from linkdata.arrays.adding import add_array
from linkdata.arrays.hdf5 import HDF5File
from linkdata.roots import Roots
from linkdata.store.folder import FolderStore
path = Path({file!r})
array = HDF5File(lambda: path, path.name, Roots([path.parent])).item({name!r})
home = tempfile.mkdtemp(dir={folder!r})
"""
ADD = "add_array(array, FolderStore(home))"
ICECHUNK = """
import h5py, icechunk, tempfile, zarr
storage = icechunk.local_filesystem_storage(tempfile.mkdtemp(dir={folder!r}))
"""
WRITE = """
repository = icechunk.Repository.create(storage)
session = repository.writable_session("main")
with h5py.File({file!r}) as file:
    data = file[{name!r}]
    made = zarr.create_array(session.store, name="x", shape=data.shape, chunks=data.chunks,
                             dtype=data.dtype)
    for row in range(0, data.shape[0], 32 * data.chunks[0]):
        made[row : row + 32 * data.chunks[0]] = data[row : row + 32 * data.chunks[0]]
session.commit("added")
"""


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    path = big_file()
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        names = {"file": str(path), "name": f"{SERIES}/data", "folder": folder}
        codes = {
            "h5py reads": ("import h5py", READ.format(**names)),
            "content digests": (SETUP.format(**names), "add_array(array)"),
            "stored digests": (SETUP.format(**names), "add_array(array, digest='stored')"),
            "store add": (SETUP.format(**names), ADD),
            "store add, all there": (SETUP.format(**names) + ADD, ADD),
        }
        if importlib.util.find_spec("icechunk"):
            codes["icechunk writes"] = (ICECHUNK.format(**names), WRITE.format(**names))
        else:
            print("icechunk is not installed, and left out")
        codes = {name: (REST + setup, code) for name, (setup, code) in codes.items()}
        found = side_by_side(codes, runs)
    base = found["h5py reads"].seconds
    for what, measured in found.items():
        print(
            f"{what:22} {measured.seconds:6.2f} s  {measured.peak:5.0f} MiB"
            f"  {base / measured.seconds:5.2f} times as fast as h5py reads"
        )


if __name__ == "__main__":
    main()
