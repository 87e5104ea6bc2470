"""The mean of 1 GiB of samples by a dask cluster of two processes, through a document's Zarr store.

    python benchmarks/zarr_dask.py [RUNS]

Beside it: the same sum by h5py, chunk by chunk, in one process.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import xarray
from big_file import SERIES, big_file
from distributed import Client, LocalCluster

import linkdata


def by_h5py(path: Path) -> float:
    with h5py.File(path) as file:
        data = file[f"{SERIES}/data"]
        step = data.chunks[0]
        total = sum(
            int(data[row : row + step].sum(dtype="i8")) for row in range(0, data.shape[0], step)
        )
        return total / data.size


def by_dask(path: Path) -> float:
    store = linkdata.open(path).zarr_store(f"#data{SERIES.replace('/', '.')}")
    return float(xarray.open_zarr(store)["data"].mean().compute())


def timed(work: Callable[[Path], float], path: Path) -> tuple[float, float]:
    begin = time.perf_counter()
    value = work(path)
    return value, time.perf_counter() - begin


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    path = big_file()
    seconds: dict[str, list[float]] = {"h5py": [], "dask": []}
    with LocalCluster(n_workers=2, threads_per_worker=1) as cluster, Client(cluster):
        for _ in range(runs):
            for name, work in (("h5py", by_h5py), ("dask", by_dask)):
                value, taken = timed(work, path)
                seconds[name].append(taken)
                print(f"{name}: mean {value:.9f} in {taken:.2f} s")
    ratio = statistics.median(seconds["h5py"]) / statistics.median(seconds["dask"])
    print(f"dask is {ratio:.2f} times as fast")


if __name__ == "__main__":
    main()
