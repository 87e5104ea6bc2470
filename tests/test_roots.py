from __future__ import annotations

import contextlib
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from linkdata.errors import RetrievalError
from linkdata.roots import MAX_SYMLINKS, Roots
from linkdata.spans import Source


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "root/a/b").mkdir(parents=True)
    (tmp_path / "root2").mkdir()
    (tmp_path / "outside").mkdir()
    for name in ("root/x.yaml", "root/a/y.yaml", "root/a/b/z.yaml", "root2/s", "outside/secret"):
        (tmp_path / name).write_text(name)
    return tmp_path


def content(roots: Roots, path: Path | str) -> str:
    with roots.open(path) as file:
        return os.read(file.fd, 1000).decode()


def code(roots: Roots, path: Path | str) -> str:
    with pytest.raises(RetrievalError) as opened:
        roots.open(path).close()
    with pytest.raises(RetrievalError) as located:
        roots.locate(path)
    assert opened.value.code == located.value.code
    return opened.value.code


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("root/x.yaml", "root/x.yaml"),
        ("root/./a//y.yaml", "root/a/y.yaml"),
        ("root/a/b/../y.yaml", "root/a/y.yaml"),
        ("root/a/../../root/x.yaml", "root/x.yaml"),
        ("outside/../root/x.yaml", "root/x.yaml"),
        ("root2/s", "resource-outside-roots"),
        ("outside/secret", "resource-outside-roots"),
        ("root/../outside/secret", "resource-outside-roots"),
        ("root/a/../../outside/secret", "resource-outside-roots"),
        ("no/such/thing", "resource-outside-roots"),
        ("root", "resource-not-regular"),
        ("root/a", "resource-not-regular"),
        ("root/a/", "resource-not-regular"),
        ("root/none.yaml", "resource-missing"),
        ("root/none/x", "resource-missing"),
        ("root/x.yaml/y", "resource-missing"),
        ("root/nul\0", "resource-unreadable"),
        ("root/" + "n" * 300, "resource-unreadable"),
        ("root/\ud800", "resource-unreadable"),
    ],
)
def test_a_table_of_paths(tree: Path, path: str, expected: str) -> None:
    roots = Roots([tree / "root"])
    if expected.startswith("resource-"):
        assert code(roots, f"{tree}/{path}") == expected
    else:
        assert content(roots, f"{tree}/{path}") == expected
        assert roots.locate(f"{tree}/{path}") == tree / expected


def test_relative_paths_start_at_the_working_directory(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree / "root/a")
    assert content(Roots([tree / "root"]), "../x.yaml") == "root/x.yaml"
    assert content(Roots(["b"]), "b/z.yaml") == "root/a/b/z.yaml"


@pytest.mark.parametrize(
    ("link", "target", "path", "expected"),
    [
        ("root/l", "a/y.yaml", "root/l", "root/a/y.yaml"),
        ("root/l", "a", "root/l/b/z.yaml", "root/a/b/z.yaml"),
        ("root/a/l", "../a/b", "root/a/l/../y.yaml", "root/a/y.yaml"),
        ("root/a/l", "b", "root/a/l/../../x.yaml", "root/x.yaml"),  # `..` is of where a link led
        ("root/l", "{tree}/root/x.yaml", "root/l", "root/x.yaml"),
        ("root/l", "../root/x.yaml", "root/l", "root/x.yaml"),
        ("front", "{tree}/root", "front/x.yaml", "root/x.yaml"),
        ("front", "root", "front/a/y.yaml", "root/a/y.yaml"),
        ("root/l", "{tree}/outside/secret", "root/l", "resource-outside-roots"),
        ("root/l", "../outside", "root/l/secret", "resource-outside-roots"),
        ("root/l", "../root2/s", "root/l", "resource-outside-roots"),
        ("root/l", "/etc/passwd", "root/l", "resource-outside-roots"),
        ("root/l", "none", "root/l", "resource-missing"),
        ("root/l", "l", "root/l", "resource-unreadable"),
        ("front", "front", "front/x", "resource-unreadable"),
        ("root/l", "/dev/null", "root/l", "resource-outside-roots"),
    ],
)
def test_symlinks(tree: Path, link: str, target: str, path: str, expected: str) -> None:
    (tree / link).symlink_to(target.format(tree=tree))
    roots = Roots([tree / "root"])
    if expected.startswith("resource-"):
        assert code(roots, tree / path) == expected
    else:
        assert content(roots, tree / path) == expected
        assert roots.locate(tree / path) == tree / expected


def test_forty_links_are_followed_and_no_more(tree: Path) -> None:
    previous = "x.yaml"
    for number in range(MAX_SYMLINKS + 1):
        (tree / f"root/l{number}").symlink_to(previous)
        previous = f"l{number}"
    roots = Roots([tree / "root"])
    assert content(roots, tree / f"root/l{MAX_SYMLINKS - 1}") == "root/x.yaml"
    assert code(roots, tree / f"root/l{MAX_SYMLINKS}") == "resource-unreadable"


def test_a_link_may_lead_from_one_root_to_another(tree: Path) -> None:
    (tree / "root/l").symlink_to("../root2/s")
    assert content(Roots([tree / "root", tree / "root2"]), tree / "root/l") == "root2/s"
    assert content(Roots([tree / "root"]).plus(tree / "root2"), tree / "root/l") == "root2/s"


def test_a_fifo_and_a_device_are_refused_at_once(tree: Path) -> None:
    os.mkfifo(tree / "root/fifo")
    assert code(Roots([tree / "root"]), tree / "root/fifo") == "resource-not-regular"
    assert code(Roots(["/dev"]), "/dev/zero") == "resource-not-regular"


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
def test_an_unreadable_file(tree: Path) -> None:
    (tree / "root/x.yaml").chmod(0)
    with pytest.raises(RetrievalError) as caught:
        Roots([tree / "root"]).open(tree / "root/x.yaml")
    assert caught.value.code == "resource-unreadable"


def test_the_file_system_as_a_root(tree: Path) -> None:
    assert content(Roots(["/"]), tree / "root/a/../x.yaml") == "root/x.yaml"


def test_a_root_given_through_a_link_is_where_it_led(tree: Path) -> None:
    (tree / "home").symlink_to("root")
    roots = Roots([tree / "home"])
    assert roots.folders == (tree / "root",)
    assert content(roots, tree / "home/x.yaml") == "root/x.yaml"
    (tree / "root/l").symlink_to(tree / "home/a/y.yaml")
    assert content(roots, tree / "root/l") == "root/a/y.yaml"


def test_a_root_that_is_gone(tree: Path) -> None:
    roots = Roots([tree / "root"])
    shutil.rmtree(tree / "root")
    assert code(roots, tree / "root/x.yaml") == "resource-missing"


def test_no_roots_allow_nothing(tree: Path) -> None:
    assert code(Roots(), tree / "root/x.yaml") == "resource-outside-roots"


def test_contains(tree: Path) -> None:
    roots = Roots([tree / "root"])
    assert roots.contains(tree / "root")
    assert roots.contains(tree / "root/none/yet")
    assert not roots.contains(tree / "root2/s")
    assert not roots.contains(tree / "root/../outside")
    assert not roots.contains("a\0b")


def test_messages_carry_place_hint_and_span(tree: Path) -> None:
    span = Source("doc.yaml", "path: x").span(6, 7)
    roots = Roots([tree / "root"])
    with pytest.raises(RetrievalError) as outside:
        roots.open(tree / "outside/secret", span)
    assert outside.value.diagnostic.span == span
    assert outside.value.diagnostic.hint == "allow it with --allow-root FOLDER"
    with pytest.raises(RetrievalError) as missing:
        roots.open(tree / "root/a/yy.yaml")
    assert missing.value.diagnostic.hint == "did you mean `y.yaml`?"
    assert missing.value.diagnostic.place == str(tree / "root/a/yy.yaml")
    assert pickle.loads(pickle.dumps(outside.value)).code == "resource-outside-roots"


def test_value_semantics(tree: Path) -> None:
    one, two = Roots([tree / "root", tree / "root2"]), Roots([tree / "root2", tree / "root"])
    assert one == two
    assert hash(one) == hash(two)
    assert one != Roots()
    assert pickle.loads(pickle.dumps(one)) == one
    assert str(tree / "root") in repr(one)


def test_descriptors_are_not_leaked(tree: Path, descriptors: Callable[[], list[str]]) -> None:
    roots = Roots([tree / "root"])
    before = descriptors()
    for path in ("root/x.yaml", "root/none", "root/a/b/../../../outside/secret", "root/a"):
        for _ in range(20):
            with contextlib.suppress(RetrievalError):
                roots.open(tree / path).close()
    assert descriptors() == before


def test_strace_sees_no_open_beyond(tree: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    (tree / "root/l").symlink_to("../outside")
    script = (
        "import sys\nfrom linkdata.roots import Roots\nfrom linkdata.errors import RetrievalError\n"
        f"roots = Roots([{str(tree / 'root')!r}])\n"
        "for path in sys.argv[1:]:\n"
        "    try:\n        roots.open(path)\n"
        "    except RetrievalError:\n        pass\n"
    )
    paths = ["root/l/secret", "outside/secret", "root/../outside/secret", "root/x.yaml"]
    done = subprocess.run(
        [strace, "-f", "-e", "trace=open,openat,openat2", sys.executable, "-c", script]
        + [str(tree / path) for path in paths],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip("strace is not permitted here")
    assert "x.yaml" in done.stderr
    assert "secret" not in done.stderr
    assert "outside" not in done.stderr


def test_more_files_are_opened_than_may_be_open_at_once(tree: Path) -> None:
    roots = Roots([tree / "root"])
    for _ in range(2_000):
        roots.open(tree / "root/a/b/z.yaml").close()
