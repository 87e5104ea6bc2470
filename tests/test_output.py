from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from linkdata import output
from linkdata.errors import OutputError
from linkdata.output import check_absent, write_text


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_a_new_file(tmp_path: Path) -> None:
    write_text(tmp_path / "x", ["é\r\n", "b\n"])
    assert (tmp_path / "x").read_bytes() == b"\xc3\xa9\r\nb\n"
    assert names(tmp_path) == ["x"]


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("old")
    with pytest.raises(OutputError) as caught:
        write_text(path, ["new"])
    assert (caught.value.code, path.read_text()) == ("output-exists", "old")
    write_text(path, ["new"], force=True)
    assert path.read_text() == "new"
    assert names(tmp_path) == ["x"]


@pytest.mark.parametrize("force", [False, True])
def test_when_the_parts_fail_nothing_has_changed(tmp_path: Path, force: bool) -> None:
    if force:
        (tmp_path / "x").write_text("old")

    def parts() -> Iterator[str]:
        yield "new"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_text(tmp_path / "x", parts(), force=force)
    assert names(tmp_path) == (["x"] if force else [])
    assert not force or (tmp_path / "x").read_text() == "old"


def test_parts_are_not_asked_for_when_the_file_exists(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    parts = iter(["new"])
    with pytest.raises(OutputError):
        write_text(tmp_path / "x", parts)
    assert next(parts) == "new"


def test_somebody_else_makes_the_file_meanwhile(tmp_path: Path) -> None:
    def parts() -> Iterator[str]:
        (tmp_path / "x").write_text("theirs")
        yield "ours"

    with pytest.raises(OutputError) as caught:
        write_text(tmp_path / "x", parts())
    assert caught.value.code == "output-exists"
    assert ((tmp_path / "x").read_text(), names(tmp_path)) == ("theirs", ["x"])


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught:
        write_text(tmp_path / "none" / "x", ["new"])
    assert caught.value.code == "output-failed"
    assert caught.value.diagnostic.place == str(tmp_path / "none" / "x")


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(OutputError) as caught:
        write_text(tmp_path / "x", ["new"], force=True)
    assert (caught.value.code, names(tmp_path)) == ("output-failed", ["x"])


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")
    write_text(tmp_path / "link", ["new"], force=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_permissions_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("old")
    path.chmod(0o640)
    write_text(path, ["new"], force=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_dangling_link_counts_as_existing(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("none")
    with pytest.raises(OutputError) as caught:
        check_absent(tmp_path / "link", force=False)
    assert caught.value.code == "output-exists"
    check_absent(tmp_path / "link", force=True)


def test_content_is_on_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, link = os.fsync, os.link

    def watched_fsync(fd: int) -> None:
        done.append("fsync")
        fsync(fd)

    def watched_link(*args: object) -> None:
        done.append("link")
        link(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(os, "link", watched_link)
    write_text(tmp_path / "x", ["new"])
    assert done[:2] == ["fsync", "link"]


def test_the_longest_name(tmp_path: Path) -> None:
    write_text(tmp_path / ("n" * 255), ["new"])


def test_what_is_no_utf8_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        write_text(tmp_path / "x", ["\udcff"])


def test_a_path_with_nul_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        write_text(tmp_path / "a\0b", ["x"])


def test_what_is_written_settles_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (path := tmp_path / "x").write_bytes(b"")
    settled = Event()
    monkeypatch.setattr(output, "_INTERVAL", 0)
    monkeypatch.setattr(os, "fsync", lambda fd: settled.set())
    with output.settling(path):
        assert settled.wait(60)


def test_what_does_not_settle_meanwhile_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path := tmp_path / "x").write_bytes(b"")
    tried = Event()

    def failing(fd: int) -> None:
        tried.set()
        raise OSError(errno.EIO, "it is broken")

    monkeypatch.setattr(output, "_INTERVAL", 0)
    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="it is broken"), output.settling(path):
        assert tried.wait(60)


def test_what_the_body_raises_goes_before_what_did_not_settle(tmp_path: Path) -> None:
    (path := tmp_path / "x").write_bytes(b"")
    with pytest.raises(KeyError), output.settling(path):
        raise KeyError
