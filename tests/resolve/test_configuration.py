from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from linkdata.errors import LinkdataError, RetrievalError, UsageError
from linkdata.resolve import configuration
from linkdata.resolve.configuration import configure, parse_binding


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.delenv("LINKDATA_ROOTS", raising=False)
    monkeypatch.delenv("LINKDATA_AUTHORITIES", raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    found = tmp_path / "home"
    (found / "a/b").mkdir(parents=True)
    (tmp_path / "lab").mkdir()
    return found


def folders(folder: Path, **given: object) -> set[Path]:
    return set(configure(folder, **given).roots.folders)  # type: ignore[arg-type]


def test_alone_a_document_may_read_its_own_folder(home: Path) -> None:
    assert folders(home / "a") == {home / "a"}
    assert configure(home / "a").authorities == {}


def test_the_nearest_project_file_upward_sets_the_root(home: Path) -> None:
    (home / "linkdata.toml").touch()
    assert folders(home / "a/b") == {home}
    (home / "a/linkdata.toml").touch()
    assert folders(home / "a/b") == {home / "a"}


def test_authorities_of_a_project_lie_inside_it(home: Path) -> None:
    (home / "linkdata.toml").write_text('[authorities]\nlab = "a"\n')
    found = configure(home / "a/b")
    assert found.authorities == {"lab": f"file://{home}/a/"}


@pytest.mark.parametrize("path", ["../lab", "/etc", "a/../../lab", "link"])
def test_authorities_of_a_project_do_not_lead_out_of_it(home: Path, path: str) -> None:
    (home / "link").symlink_to("../lab")
    (home / "linkdata.toml").write_text(f'[authorities]\nlab = "{path}"\n')
    with pytest.raises(RetrievalError) as caught:
        configure(home)
    assert caught.value.code == "authority-invalid"


@pytest.mark.parametrize(
    "text",
    [
        "roots = ['/']",
        "authority = {}",
        "authorities = 1",
        "[authorities]\nlab = 1",
        "[authorities]\n'a b' = 'x'",
        "not toml",
        "x = " + "9" * 5000,
    ],
)
def test_a_project_file_that_is_not_valid(home: Path, text: str) -> None:
    (home / "linkdata.toml").write_text(text)
    with pytest.raises(RetrievalError) as caught:
        configure(home)
    assert caught.value.code == "configuration-invalid"
    assert str(home / "linkdata.toml") in str(caught.value)


def test_a_project_file_that_is_not_utf8(home: Path) -> None:
    (home / "linkdata.toml").write_bytes(b"# \xff")
    with pytest.raises(RetrievalError) as caught:
        configure(home)
    assert caught.value.code == "configuration-invalid"


@pytest.mark.parametrize("text", ["x = " + "[" * 100_000, '[authorities]\nx = "a\\u0000b"'])
def test_a_project_file_raises_nothing_foreign(home: Path, text: str) -> None:
    (home / "linkdata.toml").write_text(text)
    with pytest.raises(LinkdataError):
        configure(home)


def test_the_users_configuration(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text('roots = ["home/a"]\n[authorities]\nlab = "lab"\n')
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "config.toml"))
    found = configure(home / "a/b")
    assert set(found.roots.folders) == {home / "a/b", home / "a", tmp_path / "lab"}
    assert found.authorities == {"lab": f"file://{tmp_path}/lab/"}


@pytest.mark.parametrize("text", ["roots = 'x'", "roots = [1]", "root = []"])
def test_a_user_configuration_that_is_not_valid(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "config.toml").write_text(text)
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "config.toml"))
    with pytest.raises(RetrievalError) as caught:
        configure(home)
    assert caught.value.code == "configuration-invalid"


def test_variables(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKDATA_ROOTS", f"{home}:{tmp_path / 'lab'}:")
    monkeypatch.setenv("LINKDATA_AUTHORITIES", f"one={home}/a:two={home}/a=b")
    found = configure(home / "a")
    assert {home, tmp_path / "lab"} <= set(found.roots.folders)
    assert found.authorities == {"one": f"file://{home}/a/", "two": f"file://{home}/a=b/"}


def test_what_is_nearer_to_the_caller_wins(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound = []
    (home / "linkdata.toml").write_text('[authorities]\nlab = "a"\n')
    bound.append(configure(home).authorities["lab"])
    (tmp_path / "config.toml").write_text('[authorities]\nlab = "home"\n')
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "config.toml"))
    bound.append(configure(home).authorities["lab"])
    monkeypatch.setenv("LINKDATA_AUTHORITIES", f"lab={tmp_path}")
    bound.append(configure(home).authorities["lab"])
    bound.append(configure(home, authorities={"lab": tmp_path / "lab"}).authorities["lab"])
    expected = [home / "a", home, tmp_path, tmp_path / "lab"]
    assert bound == [f"file://{path}/" for path in expected]


def test_who_binds_an_authority_lets_it_be_read(home: Path, tmp_path: Path) -> None:
    assert folders(home, authorities={"lab": tmp_path / "lab"}) == {home, tmp_path / "lab"}


def test_roots_of_the_caller_are_added(home: Path, tmp_path: Path) -> None:
    assert folders(home, roots=[tmp_path / "lab"]) == {home, tmp_path / "lab"}


def test_bindings() -> None:
    assert parse_binding("lab=/a=b") == ("lab", "/a=b")


@pytest.mark.parametrize("text", ["", "lab", "lab=", "=x", "a b=x", "a/b=x", "é=x"])
def test_what_is_no_binding(text: str) -> None:
    with pytest.raises(UsageError):
        parse_binding(text)


@pytest.mark.parametrize("path", ["~nobody-of-this-name/x", "loop", "loop/x"])
def test_paths_of_the_user_that_lead_nowhere(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "config.toml").write_text(f'roots = ["{path}"]\n[authorities]\nlab = "{path}"\n')
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "config.toml"))
    assert "lab" in configure(home).authorities


def test_a_project_authority_that_is_a_circle_of_links(home: Path) -> None:
    (home / "loop").symlink_to("loop")
    (home / "linkdata.toml").write_text('[authorities]\nlab = "loop"\n')
    assert "lab" in configure(home).authorities


def test_what_is_no_path(home: Path) -> None:
    for wrong in ({"roots": ["a\0b"]}, {"authorities": {"lab": "a\0b"}}):
        with pytest.raises(RetrievalError) as caught:
            configure(home, **wrong)  # type: ignore[arg-type]
        assert caught.value.code == "configuration-invalid"
    with pytest.raises(RetrievalError):
        configure(Path("a\0b"))


@pytest.mark.parametrize("home", [None, "", " ", "/somewhere", "relative"])
def test_the_users_folder_is_the_one_that_platformdirs_names(
    monkeypatch: pytest.MonkeyPatch, home: str | None
) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    if home is not None:
        monkeypatch.setenv("XDG_CONFIG_HOME", home)
    expected = platformdirs.user_config_path("linkdata", appauthor=False)
    assert configuration._user_folder() == expected
