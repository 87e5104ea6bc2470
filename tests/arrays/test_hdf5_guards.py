from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy
import pytest

from linkdata.arrays.hdf5 import HDF5Dataset, HDF5File
from linkdata.errors import SourceError
from linkdata.roots import Roots

TEN = numpy.arange(10, dtype="i8")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("root/sub", "outside", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "outside/secret.bin").write_bytes(b"secret....")
    # Whatever HDF5 looks for in the working directory must not be found there.
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "root"


def make(path: Path, write: Callable[[h5py.File], object]) -> HDF5File:
    with h5py.File(path, "w") as file:
        write(file)
    return HDF5File(lambda: path, path.name, Roots([path.parents[1] / "root"]), writable=False)


def dataset(file: HDF5File, path: str = "x") -> HDF5Dataset:
    found = file.item(path)
    assert isinstance(found, HDF5Dataset)
    return found


def code(call: Callable[[], object]) -> str:
    with pytest.raises(SourceError) as caught:
        call()
    return caught.value.code


def virtual(*sources: tuple[str, str], length: int = 10) -> Callable[[h5py.File], object]:
    def write(file: h5py.File) -> None:
        layout = h5py.VirtualLayout((len(sources), length), "i8")
        for number, (name, path) in enumerate(sources):
            layout[number] = h5py.VirtualSource(name, path, shape=(length,))
        file.create_virtual_dataset("x", layout, fillvalue=-1)

    return write


def external(*names: str) -> Callable[[h5py.File], object]:
    return lambda file: file.create_dataset(
        "x", (5 * len(names),), "u1", external=[(name, 0, 5) for name in names]
    )


def test_external_storage_below_the_roots_is_read(root: Path) -> None:
    (root / "raw.bin").write_bytes(b"abcde")
    (root / "sub/more.bin").write_bytes(b"fghij")
    (root.parent / "elsewhere/raw.bin").write_bytes(b"WRONG")
    file = make(root / "a.h5", external("raw.bin", str(root / "sub/more.bin")))
    assert dataset(file)[...].tobytes() == b"abcdefghij"
    assert list(dataset(file).attributes) == []
    with file.held():
        assert dataset(file)[7:].tobytes() == b"hij"
        assert dataset(file).attributes.get("no") is None


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../outside/secret.bin", "door/secret.bin", "missing.bin", "pipe"]
)
def test_external_storage_elsewhere_is_refused(root: Path, name: str) -> None:
    import os

    (root / "door").symlink_to("../outside")
    os.mkfifo(root / "pipe")
    file = make(root / "a.h5", external(name))
    assert dataset(file).shape == (5,)
    assert code(lambda: dataset(file)[...]) == "source-external-storage"
    assert code(lambda: dataset(file).open()) == "source-external-storage"
    assert code(lambda: numpy.asarray(dataset(file))) == "source-external-storage"


def test_external_storage_behind_a_link_is_refused(root: Path) -> None:
    make(root / "sub/b.h5", external("../../outside/secret.bin"))
    path = root / "a.h5"
    with h5py.File(path, "w") as file:
        file["x"] = h5py.ExternalLink("sub/b.h5", "/x")
    found = dataset(HDF5File(lambda: path, "a", Roots([root])))
    assert code(lambda: found[...]) == "source-external-storage"


def test_nothing_is_written_outside(root: Path) -> None:
    path = root / "a.h5"
    make(path, external("../outside/secret.bin"))
    found = dataset(HDF5File(lambda: path, "a", Roots([root]), writable=True))
    with pytest.raises(SourceError):
        found[0] = 1
    assert (root.parent / "outside/secret.bin").read_bytes() == b"secret...."


def test_virtual_datasets_below_the_roots_are_read(root: Path) -> None:
    make(root / "sub/s.h5", lambda f: f.create_dataset("g/d", data=TEN))
    make(root.parent / "elsewhere/s.h5", lambda f: f.create_dataset("g/d", data=-TEN))

    def write(file: h5py.File) -> None:
        file["own"] = TEN * 2
        virtual(("sub/s.h5", "g/d"), (str(root / "sub/s.h5"), "/g/d"), (".", "/own"))(file)

    file = make(root / "a.h5", write)
    assert dataset(file).shape == (3, 10)
    assert dataset(file).chunks is None
    assert dataset(file)[...].tolist() == [TEN.tolist(), TEN.tolist(), (TEN * 2).tolist()]
    assert dataset(file)[1, [3, 1]].tolist() == [3, 1]


def test_a_virtual_dataset_without_limits(root: Path) -> None:
    make(root / "s.h5", lambda f: f.create_dataset("d", data=TEN, maxshape=(None,)))

    def write(file: h5py.File) -> None:
        layout = h5py.VirtualLayout((10,), "i8", maxshape=(None,))
        source = h5py.VirtualSource("s.h5", "d", shape=(10,), maxshape=(None,))
        endless = slice(0, h5py.h5s.UNLIMITED)
        layout[endless] = source[endless]
        file.create_virtual_dataset("x", layout)

    file = make(root / "a.h5", write)
    assert dataset(file).shape == (10,)
    (root / "s.h5").rename(root / "moved.h5")
    assert code(lambda: dataset(file).shape) == "source-virtual-missing"


def test_a_source_of_a_virtual_dataset_is_missing(root: Path) -> None:
    make(root / "s.h5", lambda f: f.create_dataset("d", data=TEN))
    make(root.parent / "elsewhere/none.h5", lambda f: f.create_dataset("d", data=TEN))
    (root / "text.h5").write_text("no HDF5")
    for name, path in (("none.h5", "d"), ("s.h5", "none"), ("s.h5", "/"), ("text.h5", "d")):
        file = make(root / "a.h5", virtual(("s.h5", "d"), (name, path)))
        assert code(lambda file=file: dataset(file)[...]) == "source-virtual-missing", (name, path)
    file = make(root / "b.h5", virtual(("s.h5", "d")))
    assert dataset(file)[0, 1] == 1
    (root / "s.h5").rename(root / "moved.h5")
    assert code(lambda: dataset(file)[0, 1]) == "source-virtual-missing"


def test_a_source_of_a_virtual_dataset_is_elsewhere(root: Path) -> None:
    make(root.parent / "outside/s.h5", lambda f: f.create_dataset("d", data=TEN))
    (root / "door").symlink_to("../outside")
    for name in ("../outside/s.h5", str(root.parent / "outside/s.h5"), "door/s.h5"):
        file = make(root / "a.h5", virtual((name, "d")))
        assert code(lambda file=file: dataset(file)[...]) == "source-external-storage", name


def test_sources_named_by_a_pattern_are_refused(root: Path) -> None:
    def write(file: h5py.File) -> None:
        space, source = (
            h5py.h5s.create_simple((10,), (h5py.h5s.UNLIMITED,)),
            h5py.h5s.create_simple((5,)),
        )
        space.select_hyperslab((0,), (h5py.h5s.UNLIMITED,), (5,), (5,))
        created = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        created.set_virtual(space, b"s%b.h5", b"d", source)
        h5py.h5d.create(file.id, b"x", h5py.h5t.NATIVE_INT64, space, created)

    file = make(root / "a.h5", write)
    assert code(lambda: dataset(file)[...]) == "source-unsupported"


def test_sources_that_lead_on(root: Path) -> None:
    make(root / "s.h5", lambda f: f.create_dataset("d", data=TEN))

    def write(file: h5py.File) -> None:
        file["link"] = h5py.ExternalLink("s.h5", "/d")
        file["soft"] = h5py.SoftLink("/d")
        file["d"] = TEN

    make(root / "t.h5", write)
    assert dataset(make(root / "a.h5", virtual(("t.h5", "soft"))))[0, 3] == 3
    linked = make(root / "a.h5", virtual(("t.h5", "link")))
    assert code(lambda: dataset(linked)[...]) == "source-unsupported"

    make(root / "v.h5", lambda f: virtual(("s.h5", "d"))(f))
    layout = h5py.VirtualLayout((1, 10), "i8")
    layout[...] = h5py.VirtualSource("v.h5", "x", shape=(1, 10))
    nested = make(root / "n.h5", lambda f: f.create_virtual_dataset("x", layout))
    assert dataset(nested)[0, 3] == 3
    (root / "s.h5").unlink()
    assert code(lambda: dataset(nested)[...]) == "source-virtual-missing"

    (root / "raw.bin").write_bytes(b"abcde")
    make(root / "e.h5", external("raw.bin"))
    outer = make(root / "a.h5", virtual(("e.h5", "x"), length=5))
    assert code(lambda: dataset(outer)[...]) == "source-external-storage"


def test_virtual_datasets_in_a_circle(root: Path) -> None:
    layout = h5py.VirtualLayout((10,), "i8")
    layout[...] = h5py.VirtualSource(".", "x", shape=(10,))
    file = make(root / "a.h5", lambda f: f.create_virtual_dataset("x", layout))
    assert code(lambda: dataset(file)[...]) == "source-unsupported"


@pytest.mark.parametrize("variable", ["HDF5_EXTFILE_PREFIX", "HDF5_VDS_PREFIX"])
def test_the_environment_cannot_lead_elsewhere(
    root: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root / "s.h5", lambda f: f.create_dataset("d", data=TEN))
    (root / "raw.bin").write_bytes(b"abcde")
    write = external("raw.bin") if "EXT" in variable else virtual(("s.h5", "d"))
    file = make(root / "a.h5", write)
    monkeypatch.setenv(variable, "/tmp")
    assert code(lambda: dataset(file)[...]) == "source-external-storage"


def test_strace_sees_no_open_elsewhere(root: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    if subprocess.run([strace, "-o", "/dev/null", "true"], check=False).returncode != 0:
        pytest.skip("strace is not permitted here")
    make(root.parent / "outside/target.h5", lambda f: f.create_dataset("d", data=TEN))

    def write(file: h5py.File) -> None:
        virtual(("../outside/target.h5", "d"))(file)
        file.create_dataset("raw", (5,), "u1", external=[("../outside/target.bin", 0, 5)])
        file["link"] = h5py.ExternalLink("../outside/target.h5", "/")
        file["fine"] = 1

    make(root / "a.h5", write)
    script = (
        "import pathlib\nfrom linkdata.arrays.hdf5 import HDF5File\n"
        "from linkdata.errors import LinkdataError\nfrom linkdata.roots import Roots\n"
        f"path = pathlib.Path({str(root / 'a.h5')!r})\n"
        "file = HDF5File(lambda: path, 'a', Roots([path.parent]))\n"
        "for name in ('x', 'raw', 'link/d', 'fine'):\n"
        "    try:\n        print(name, file.item(name)[...])\n"
        "    except LinkdataError as problem:\n        print(name, problem.code)\n"
    )
    done = subprocess.run(
        [strace, "-f", "-e", "trace=open,openat,openat2", sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == [
        *("x", "source-external-storage"),
        *("raw", "source-external-storage"),
        *("link/d", "source-link-refused"),
        *("fine", "1"),
    ]
    assert "target" not in done.stderr
