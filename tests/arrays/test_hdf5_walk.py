from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy
import pytest

from linkdata.arrays.hdf5 import HDF5File, HDF5Group
from linkdata.arrays.hdf5.walk import MAX_HOPS, Link
from linkdata.arrays.protocols import Group, Pointer, SourceFile
from linkdata.errors import SourceError
from linkdata.roots import Roots

Make = Callable[..., HDF5File]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    (tmp_path / "root").mkdir()

    def made(write: Callable[[h5py.File], object], name: str = "root/a.h5") -> HDF5File:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        with h5py.File(path, "w") as file:
            write(file)
        return HDF5File(lambda: path, name, Roots([tmp_path / "root"]))

    return made


def refused(call: Callable[[], object]) -> SourceError:
    with pytest.raises(SourceError) as caught:
        call()
    assert caught.value.diagnostic.place
    return caught.value


def test_groups(make: Make) -> None:
    def write(file: h5py.File) -> None:
        ordered = file.create_group("ordered", track_order=True)
        for name in ("z", "a", "m"):
            ordered.create_group(name)
        file["b/d"] = 1

    file = make(write)
    as_source: SourceFile = file
    group = file.item("/")
    as_group: Group = file.root
    assert as_source.name == "root/a.h5"
    assert as_group == group == file.item("") == file.item("/./")
    assert isinstance(group, HDF5Group)
    assert (group.name, group.kind, group.place) == ("/", "group", "root/a.h5:/")
    assert group.keys() == ["b", "ordered"]
    ordered = group["ordered"]
    assert isinstance(ordered, HDF5Group)
    assert list(ordered) == ["z", "a", "m"]
    assert (len(ordered), "z" in ordered, "q" in ordered, bool(group["b"])) == (
        3,
        True,
        False,
        True,
    )
    assert group.get("b") == file.item("b") == ordered.item("/b")
    assert file.item("b").item("d").name == "/b/d"  # type: ignore[union-attr]
    assert group.get("b") != group.get("ordered")
    assert len({group.get("b"), file.item("/b")}) == 1
    assert repr(ordered) == "HDF5Group(root/a.h5:/ordered)"


def test_what_is_missing_is_named(make: Make) -> None:
    file = make(lambda f: f.create_dataset("acquisition/series/data", data=[1]))
    first = refused(lambda: file.item("/acquisiton/series/data"))
    assert first.code == "source-path-missing"
    assert first.diagnostic.message == "`acquisiton` is not in `/`"
    assert first.diagnostic.hint == "did you mean `acquisition`?"
    assert first.diagnostic.place == "root/a.h5:/acquisiton"
    below = refused(lambda: file.item("acquisition/series/data/more"))
    assert below.code == "source-path-missing"
    assert "is not a group" in below.diagnostic.message
    assert refused(lambda: file.root.get("none")).code == "source-path-missing"


def test_soft_links_lead_to_one_identity(make: Make) -> None:
    def write(file: h5py.File) -> None:
        file["g/h/d"] = [1, 2]
        file["absolute"] = h5py.SoftLink("/g/h/d")
        file["group"] = h5py.SoftLink("g")
        file["g/relative"] = h5py.SoftLink("h/d")
        file["chain"] = h5py.SoftLink("/group/relative")

    file = make(write)
    data = file.item("g/h/d")
    for path in ("absolute", "group/h/d", "group/relative", "chain", "/g/./relative"):
        assert file.item(path) == data
        assert file.item(path).name == "/g/h/d"
    assert file.root.get("chain") == Pointer(file, "/g/h/d")
    assert file.root.link("chain") == Link("soft", "/group/relative")
    assert file.root.link("g") == Link("hard", "/g")


def test_hard_links_lead_to_one_identity(make: Make) -> None:
    def write(file: h5py.File) -> None:
        file["z/d"] = [1]
        file["b/also"] = file["z/d"]
        file["a/group"] = file["z"]
        file["a/loop"] = file["a"]
        file["a/top"] = file["/"]

    file = make(write)
    # The first path on a walk in depth, by name.
    assert file.item("z/d").name == "/a/group/d"
    assert file.item("b/also") == file.item("z/d") == file.item("a/loop/loop/group/d")
    assert file.item("z").name == "/a/group"
    assert file.item("a/top").name == "/"
    root = file.root
    assert root.get("z") == Pointer(file, "/a/group")
    assert file.item("b").get("also") == Pointer(file, "/a/group/d")  # type: ignore[union-attr]
    assert root.link("z") == Link("hard", "/a/group")
    a = root.get("a")
    assert isinstance(a, HDF5Group)
    assert a.get("loop") == Pointer(file, "/a")
    assert a.get("top") == Pointer(file, "/")
    assert a.get("group") == file.item("z")
    assert file.item("a/group/d")[...].tolist() == [1]  # type: ignore[index]


def test_broken_and_endless_links(make: Make) -> None:
    def write(file: h5py.File) -> None:
        file["g/there"] = 1
        file["broken"] = h5py.SoftLink("/g/ther")
        file["self"] = h5py.SoftLink("/self")
        file["one"] = h5py.SoftLink("two")
        file["two"] = h5py.SoftLink("one")
        file["grow"] = h5py.SoftLink("grow/grow")
        file["fine"] = h5py.SoftLink("g")
        for number in range(MAX_HOPS + 1):
            file[f"l{number}"] = h5py.SoftLink(f"l{number - 1}" if number else "g")

    file = make(write)
    broken = refused(lambda: file.item("broken"))
    assert broken.code == "source-link-broken"
    assert broken.diagnostic.place == "root/a.h5:/broken"
    assert broken.diagnostic.hint == "did you mean `there`?"
    assert refused(lambda: file.item("broken/more")).code == "source-link-broken"
    assert refused(lambda: file.root.get("broken")).code == "source-link-broken"
    assert file.root.link("broken") == Link("soft", "/g/ther")
    for path in ("self", "one", "grow", f"l{MAX_HOPS}"):
        assert refused(lambda path=path: file.item(path)).code == "source-link-broken"
    assert file.item(f"l{MAX_HOPS - 1}").name == "/g"
    # The link is fine, the path behind it is not.
    assert refused(lambda: file.item("fine/none")).code == "source-path-missing"


def test_external_links_below_the_roots(make: Make, tmp_path: Path) -> None:
    def other(file: h5py.File) -> None:
        file["g/d"] = [1, 2]
        file["back"] = h5py.ExternalLink("../a.h5", "/here")
        file["soft"] = h5py.SoftLink("g/d")

    make(other, "root/sub/b.h5")

    def write(file: h5py.File) -> None:
        file["here"] = 5
        file["d"] = h5py.ExternalLink("sub/b.h5", "/soft")
        file["g"] = h5py.ExternalLink(str(tmp_path / "root/sub/b.h5"), "g")
        file["there-and-back"] = h5py.ExternalLink("sub/b.h5", "/back")
        file["own"] = h5py.ExternalLink("a.h5", "/here")
        file["endless"] = h5py.ExternalLink("a.h5", "/endless")
        file["moved"] = h5py.ExternalLink(str(tmp_path / "root/gone/a.h5"), "/here")

    file = make(write)
    data = file.item("d")
    assert data.name == "/g/d"
    assert data.file is not file
    assert data[...].tolist() == [1, 2]  # type: ignore[index]
    assert data == file.item("g/d")
    assert file.item("there-and-back") == file.item("here") == file.item("own")
    assert file.item("there-and-back").file is file
    assert file.item("moved") == file.item("here")
    assert file.root.get("d") == Pointer(data.file, "/g/d")
    assert file.root.link("d") == Link("external", "/soft", "sub/b.h5")
    assert refused(lambda: file.item("endless")).code == "source-link-broken"


def test_external_links_out_of_the_roots(make: Make, tmp_path: Path) -> None:
    make(lambda f: f.create_group("g").create_dataset("d", data=1), "outside/secret.h5")
    (tmp_path / "root/door").symlink_to("../outside")
    (tmp_path / "root/text.h5").write_text("no HDF5")

    def write(file: h5py.File) -> None:
        file["up"] = h5py.ExternalLink("../outside/secret.h5", "/g")
        file["absolute"] = h5py.ExternalLink(str(tmp_path / "outside/secret.h5"), "/g")
        file["door"] = h5py.ExternalLink("door/secret.h5", "/g")
        file["device"] = h5py.ExternalLink("/dev/zero", "/")
        file["folder"] = h5py.ExternalLink("../root", "/")
        file["missing"] = h5py.ExternalLink("none.h5", "/")
        file["text"] = h5py.ExternalLink("text.h5", "/")
        file["no-path"] = h5py.ExternalLink("a.h5", "/none")
        file["soft"] = h5py.SoftLink("/up/d")

    file = make(write)
    for path in ("up", "up/d", "absolute", "door", "device", "folder", "soft"):
        assert refused(lambda path=path: file.item(path)).code == "source-link-refused", path
    for path in ("missing", "no-path"):
        assert refused(lambda path=path: file.item(path)).code == "source-link-broken", path
    assert refused(lambda: file.item("text")).code == "source-not-hdf5"
    assert refused(lambda: file.root.get("up")).code == "source-link-refused"
    assert file.root.keys() == sorted(file.root.keys())


def test_links_in_mid_path_are_followed_by_nobody_else(make: Make) -> None:
    """A reference into the file stays in the file, whatever links its canonical path meets."""
    make(lambda f: f.create_dataset("d", data=1), "outside/secret.h5")

    def write(file: h5py.File) -> None:
        file["g/d"] = [1]
        file["r"] = numpy.array([file["g/d"].ref], h5py.ref_dtype)
        file["a"] = h5py.ExternalLink("../outside/secret.h5", "/")

    file = make(write)
    assert file.item("r")[0].item() == file.item("g/d")  # type: ignore[index]
    assert refused(lambda: file.item("a/d")).code == "source-link-refused"
    for name in ("a/d", "g/d", "", ".", "/", "a\0b"):
        assert refused(lambda name=name: file.root.get(name)).code == "source-path-missing"
        assert refused(lambda name=name: file.root.link(name)).code == "source-path-missing"


def test_names_that_are_not_utf8(make: Make) -> None:
    def write(file: h5py.File) -> None:
        group = h5py.h5g.create(file.id, b"caf\xe9")
        h5py.h5g.create(group, "ü.".encode())
        file.id.links.create_soft(b"s", b"/caf\xe9")

    file = make(write)
    assert file.root.keys() == ["caf\udce9", "s"]
    group = file.root.get("caf\udce9")
    assert isinstance(group, HDF5Group)
    assert group.keys() == ["ü."]
    assert file.item("s/ü.").name == "/caf\udce9/ü."
    assert group.attributes.get("x") is None
    assert refused(lambda: file.item("caf\ud800")).diagnostic


def test_an_old_path_is_never_followed_into_a_new_link(make: Make, tmp_path: Path) -> None:
    make(lambda f: f.create_dataset("d", data=1), "outside/secret.h5")
    file = make(lambda f: f.create_dataset("g/d", data=[1]))
    data = file.item("g/d")

    def write(new: h5py.File) -> None:
        new["g"] = h5py.ExternalLink("../outside/secret.h5", "/")
        new["more"] = 1

    make(write)
    assert refused(lambda: data[...]).code == "source-path-missing"  # type: ignore[index]


def test_deep_nesting(make: Make) -> None:
    def write(file: h5py.File) -> None:
        group = file.id
        for _ in range(3000):
            group = h5py.h5g.create(group, b"g")
        file["r"] = numpy.array([file.ref], h5py.ref_dtype)
        file["x"] = file["g"]

    file = make(write)
    assert file.item("/" + "g/" * 3000).name == "/" + "/".join(["g"] * 3000)
    assert file.item("x").name == "/g"
