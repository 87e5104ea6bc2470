"""What verifying costs: a whole store, and reading slices from it.

    python benchmarks/store_verify.py [RUNS]

`verify` stands beside reading and hashing the same files in one thread; sliced reads beside the
same reads without any digest worked out.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from big_file import SERIES, big_file
from processes import side_by_side

from linkdata.arrays.adding import add_array
from linkdata.arrays.hdf5 import HDF5File
from linkdata.roots import Roots
from linkdata.store.folder import FolderStore

HASH = """
for path in files:
    with open(path, "rb") as file:
        blake3(file.read()).hexdigest()
"""
VERIFY = "assert all(one.state == 'good' for one in verify(FolderStore({store!r})))"
READING = """
import random
from linkdata.arrays.chunked import ChunkedArray, read_manifest
from linkdata.store.digests import Digest
from linkdata.store.folder import FolderStore
store = FolderStore({store!r})
manifest = read_manifest(Digest.parse({digest!r}), [store], "x")
random.seed(1)
rows = [random.randrange(manifest.shape[0] - 3000) for _ in range(60)]
"""
UNVERIFIED = """
from linkdata.store import framing, objects

def unchecked(word, data, place):
    line, payload = framing._parted(word, data, place)
    facts = framing._parsed(word, line, place)
    common = ("linkdata", "seal", "size", "stored", "version")
    found = {{key: value for key, value in facts.items() if key not in common}}
    return found, payload, Digest.parse(facts["stored"])

objects.unframed = unchecked
"""
READ = """
for row in rows:
    ChunkedArray(manifest, store)[row : row + 3000]
"""


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        path, home = big_file(), Path(folder) / "store"
        array = HDF5File(lambda: path, path.name, Roots([path.parent])).item(f"{SERIES}/data")
        names = {"store": str(home), "digest": str(add_array(array, FolderStore(home)).digest)}
        files = [str(one) for one in home.rglob("*") if one.is_file()]
        found = side_by_side(
            {
                "read and hash": (f"from blake3 import blake3\nfiles = {files!r}", HASH),
                "verify": (
                    "from linkdata.store.folder import FolderStore\n"
                    "from linkdata.store.verifying import verify",
                    VERIFY.format(**names),
                ),
                "unverified slices": ((READING + UNVERIFIED).format(**names), READ),
                "verified slices": (READING.format(**names), READ),
            },
            runs,
        )
    for what, base in (("verify", "read and hash"), ("verified slices", "unverified slices")):
        one, other = found[what], found[base]
        print(
            f"{what}: {one.seconds:.3f} s, {base}: {other.seconds:.3f} s,"
            f" ratio {one.seconds / other.seconds:.2f}"
        )


if __name__ == "__main__":
    main()
