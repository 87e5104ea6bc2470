"""Opening a document that points at a 1 GiB HDF5 file, beside one that points at 1 MiB."""

from __future__ import annotations

import tempfile
from pathlib import Path

import h5py
import numpy as np
from processes import side_by_side

CODE = """
dataset = linkdata.open({path!r})
recording = dataset.data.recording
"""
SLICE = """
dataset = linkdata.open({path!r})
part = dataset.data.recording.data[1000:1010, 0:3]
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for name, mebibytes in (("1 MiB", 1), ("1 GiB", 1024)):
            stem = name.replace(" ", "")
            with h5py.File(Path(folder) / f"{stem}.h5", "w") as file:
                group = file.create_group("recording")
                rows = mebibytes * 2**20 // (2 * 64)
                data = group.create_dataset("data", (rows, 64), "int16", chunks=(8192, 64))
                block = np.arange(8192 * 64, dtype="int16").reshape(8192, 64)
                for start in range(0, rows, 8192):
                    data[start : start + 8192] = block[: rows - start]
            document = Path(folder) / f"{stem}.yaml"
            document.write_text(
                f"meta: {{id: {stem}, prefixes: {{raw: {{path: {stem}.h5}}}}}}\n"
                'data:\n  recording:\n    from: {type: hdf5, source: "raw:/recording"}\n'
            )
            paths[name] = str(document)
        for what, code in (("open", CODE), ("open and read a slice", SLICE)):
            found = side_by_side(
                {
                    name: ("import linkdata; linkdata.open", code.format(path=path))
                    for name, path in paths.items()
                },
                runs=11,
            )
            small, large = found["1 MiB"], found["1 GiB"]
            print(f"{what}: 1 MiB {small.seconds:.4f} s, 1 GiB {large.seconds:.4f} s,"
                  f" ratio {large.seconds / small.seconds:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
