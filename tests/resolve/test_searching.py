from __future__ import annotations

import hashlib
import os
from itertools import count
from pathlib import Path

import h5py
import pytest
from click.testing import CliRunner

import linkdata
from linkdata.cli.main import cli
from linkdata.resolve import searching
from linkdata.resolve.searching import candidates
from linkdata.roots import Roots


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("LINKDATA_CACHE", str(tmp_path / ".cache"))
    monkeypatch.chdir(tmp_path)


TIMES = count(1_700_000_000)


def hdf5(path: str, value: int) -> str:
    """Write a file, at another time than any before, however quick this is; gives its SHA-256."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file["x"] = value
    now = next(TIMES)
    os.utime(path, (now, now))
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def document(digest: str, *paths: str) -> None:
    places = ", ".join(f"{{path: {path}}}" for path in paths)
    Path("a.yaml").write_text(
        f"meta:\n  prefixes:\n    raw: [{places}, {{hash: 'sha256:{digest}'}}]\n"
        "data: {x: 'raw:/x'}\n"
    )


def findings() -> list[str]:
    return [str(one) for one in linkdata.check("a.yaml") if one.severity != "note"]


def test_a_source_that_was_replaced_is_named() -> None:
    digest = hdf5("raw/r.h5", 7)
    document(digest, "raw/r.h5")
    assert linkdata.open("a.yaml").data.x == 7
    other = hdf5("raw/r.h5", 8)
    with pytest.raises(linkdata.DigestMismatchError) as caught:
        linkdata.open("a.yaml").data.x  # noqa: B018
    said = str(caught.value)
    assert "raw/r.h5" in said
    assert digest in said
    assert other in said


def test_the_right_content_at_another_location_is_used() -> None:
    digest = hdf5("backup/r.h5", 7)
    hdf5("raw/r.h5", 8)
    document(digest, "raw/r.h5", "backup/r.h5")
    assert linkdata.open("a.yaml").data.x == 7
    assert findings() == []


def test_by_the_commands() -> None:
    digest = hdf5("raw/r.h5", 7)
    document(digest, "raw/r.h5", "backup/r.h5")
    Path("backup").mkdir()
    os.rename("raw/r.h5", "backup/kept")
    other = hdf5("raw/r.h5", 8)  # of the same name
    os.rename("backup/kept", "backup/r.txt")  # which is not looked at
    for args in (["check", "a.yaml"], ["get", "a.yaml", "#data.x"], ["convert", "a.yaml", "o.h5"]):
        done = CliRunner().invoke(cli, args)
        assert done.exit_code == 1
        assert "error[digest-mismatch]" in done.output
        assert (
            f"raw/r.h5` has the digest sha256:{other}, declared is sha256:{digest}" in done.output
        )
    os.rename("backup/r.txt", "backup/r.h5")
    done = CliRunner().invoke(cli, ["get", "a.yaml", "#data.x"])
    assert (done.exit_code, done.stdout) == (0, "7\n")
    assert CliRunner().invoke(cli, ["check", "a.yaml"]).exit_code == 0


@pytest.mark.parametrize("name", ["elsewhere/r.h5", "elsewhere/renamed.h5"])
def test_a_source_is_found_by_its_hash(name: str) -> None:
    digest = hdf5(name, 7)
    hdf5("other/r.h5", 8)
    document(digest, "raw/r.h5")
    assert linkdata.open("a.yaml").data.x == 7
    (found,) = findings()
    assert found.startswith("a.yaml:3:5: warning[resource-moved]")
    assert name in found


def test_a_source_that_was_replaced_is_found_elsewhere() -> None:
    digest = hdf5("raw/r.h5", 7)
    document(digest, "raw/r.h5")
    Path("old").mkdir()
    os.rename("raw/r.h5", "old/r.h5")
    hdf5("raw/r.h5", 8)
    assert linkdata.open("a.yaml").data.x == 7
    assert "resource-moved" in findings()[0]


def test_nothing_is_looked_for_outside_the_roots(tmp_path: Path) -> None:
    Path("project").mkdir()
    digest = hdf5("r.h5", 7)
    document(digest, "raw/r.h5")
    os.rename("a.yaml", "project/a.yaml")
    with pytest.raises(linkdata.RetrievalError) as caught:
        linkdata.open("project/a.yaml").data.x  # noqa: B018
    assert caught.value.code == "resource-missing"
    assert linkdata.open("project/a.yaml", roots=[tmp_path]).data.x == 7


def test_without_a_hash_nothing_is_looked_for() -> None:
    hdf5("elsewhere/r.h5", 7)
    Path("a.yaml").write_text("meta: {prefixes: {raw: {path: r.h5}}}\ndata: {x: 'raw:/x'}\n")
    with pytest.raises(linkdata.RetrievalError):
        linkdata.open("a.yaml").data.x  # noqa: B018


def test_the_likely_ones_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a/other.h5", "b/r.h5", "c/x.txt", ".hidden/r.h5", "r.nwb"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
    roots = Roots(["."])
    here = Path.cwd()
    assert list(candidates(roots, {"r.h5"})) == [here / "b/r.h5", here / "a/other.h5"]
    monkeypatch.setattr(searching, "MAX_SEEN", 2)
    assert len(list(candidates(roots, {"r.h5"}))) <= 2
