from __future__ import annotations

import json
from pathlib import Path

import h5py
import pytest
from click.testing import CliRunner

import linkdata
from linkdata.cli.main import cli
from linkdata.dataset.moving import plan_move
from linkdata.errors import LinkdataError

PROJECT = "meta: {base: 'https://example.org/'}\ndata: {rig: {rate: 3}}\n"
SESSION = """\
meta:
  id: s1
  extends: ../project.yaml   # shared
  prefixes:
    raw: [{path: ../raw/r.h5}, {url: "https://example.org/r.h5"}]
data:
  other: "./other.yaml#data.'x'"
  n: "./other.yaml#data.n"
  x: "raw:/x"
  rig: "//lab/project.yaml#data.rig"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "linkdata.toml": "[authorities]\nlab = '.'\n",
        "project.yaml": PROJECT,
        "sessions/s1.yaml": SESSION,
        "sessions/other.yaml": "meta: {id: other}\ndata: {n: 5, back: './s1.yaml#data.n'}\n",
        "notes.txt": "not a document: ./sessions/s1.yaml#x",
        "elsewhere.yaml": "data: {s: './sessions/s1.yaml#data.n', t: '//lab/sessions/s1.yaml#'}\n",
    }.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text)
    Path("raw").mkdir()
    with h5py.File("raw/r.h5", "w") as file:
        file["x"] = 7
    return tmp_path


def values(path: str) -> list[object]:
    ds = linkdata.open(path)
    return [ds.data.n, ds.data.x, ds.data.rig.rate]


def errors(*paths: str) -> list[str]:
    found = [one for path in paths for one in linkdata.check(path)]
    return [str(one) for one in found if one.severity != "note"]


def run(*args: str) -> str:
    done = CliRunner().invoke(cli, ["mv", *args])
    assert done.exit_code == 0, done.output
    return done.stderr


def test_a_document_into_another_folder(folder: Path) -> None:
    Path("2024/january").mkdir(parents=True)
    said = run("sessions/s1.yaml", "2024/january")
    assert said.splitlines() == [
        "moved sessions/s1.yaml to 2024/january",
        "  elsewhere.yaml: 2 paths",
        "  sessions/other.yaml: 1 path",
        "  sessions/s1.yaml: 3 paths",
    ]
    assert not Path("sessions/s1.yaml").exists()
    assert values("2024/january/s1.yaml") == [5, 7, 3]
    assert linkdata.open("elsewhere.yaml").data.s == 5
    assert linkdata.open("elsewhere.yaml")["#data.t"].data.n == 5
    assert linkdata.open("sessions/other.yaml").data.back == 5
    text = Path("2024/january/s1.yaml").read_text()
    assert '  extends: "../../project.yaml"   # shared\n' in text
    assert "//lab/project.yaml#data.rig" in text  # leads there from everywhere


def test_only_what_has_to_is_rewritten(folder: Path) -> None:
    before = Path("sessions/s1.yaml").read_text()
    Path("later").mkdir()
    run("sessions/s1.yaml", "later/s1.yaml")
    after = Path("later/s1.yaml").read_text()
    assert after == before.replace('"./other.yaml#data.n"', '"../sessions/other.yaml#data.n"')


def test_a_source_file(folder: Path) -> None:
    run("raw/r.h5", "r.h5")
    assert values("sessions/s1.yaml") == [5, 7, 3]
    assert 'path: "../r.h5"' in Path("sessions/s1.yaml").read_text()


def test_a_whole_folder(folder: Path) -> None:
    said = run("sessions", "archive")
    assert "  elsewhere.yaml: 2 paths" in said
    assert "s1.yaml" not in said.replace("archive", "")  # what moves together stays as it is
    assert values("archive/s1.yaml") == [5, 7, 3]
    assert linkdata.open("elsewhere.yaml").data.s == 5


def test_there_and_back(folder: Path) -> None:
    before = {path: path.read_text() for path in folder.rglob("*.yaml")}
    run("sessions/other.yaml", "x.yaml")
    run("x.yaml", "sessions/other.yaml")
    assert linkdata.open("sessions/s1.yaml").data.n == 5
    for path, text in before.items():
        assert path.read_text().replace('"', "'") == text.replace('"', "'")


def test_a_documents_own_store_moves_along(folder: Path) -> None:
    Path("sessions/s1.yaml.chunks").mkdir()
    Path("sessions/s1.yaml.chunks/linkdata-store.json").write_text("{}")
    run("sessions/s1.yaml", "s.yaml")
    assert Path("s.yaml.chunks/linkdata-store.json").exists()


def test_nothing_is_done(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert "would move" in run("--dry-run", "sessions/s1.yaml", "s.yaml")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_as_json(folder: Path) -> None:
    done = CliRunner().invoke(cli, ["mv", "--json", "-q", "raw/r.h5", "q.h5"])
    found = json.loads(done.stdout)
    assert found["rewritten"] == [{"document": "sessions/s1.yaml", "paths": 1}]
    assert found["moved"][0]["to"] == str(folder / "q.h5")


def test_an_identity_that_changes_is_told(folder: Path) -> None:
    assert "another identity under the name `q`" in run("raw/r.h5", "q.h5")
    assert "from `project` to `p`" in run("project.yaml", "p.yaml")
    assert "identity" not in run("sessions/s1.yaml", "s2.yaml")
    assert errors("sessions/other.yaml", "elsewhere.yaml", "s2.yaml") == []


def test_imports_and_stores_are_paths_too(folder: Path) -> None:
    Path("schema.yaml").write_text("id: https://example.org/s\nname: s\nclasses: {A: {}}\n")
    Path("a.yaml").write_text(
        "meta: {store: chunks, imports: {s: {from: [{path: schema.yaml}]}}}\ndata: {is_a: s:A}\n"
    )
    Path("deep").mkdir()
    run("a.yaml", "deep/a.yaml")
    assert Path("deep/a.yaml").read_text() == (
        'meta: {store: "../chunks", imports: {s: {from: [{path: "../schema.yaml"}]}}}\n'
        "data: {is_a: s:A}\n"
    )
    run("schema.yaml", "deep/schema.yaml")
    assert errors("deep/a.yaml") == []


def test_an_absolute_path_stays_one(folder: Path) -> None:
    Path("a.yaml").write_text(f"meta: {{prefixes: {{r: {{path: {folder}/raw/r.h5}}}}}}\nx: 1\n")
    run("raw/r.h5", "q.h5")
    assert f'path: "{folder}/q.h5"' in Path("a.yaml").read_text()


def test_documents_of_other_folders(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    document = other / "a.yaml"
    document.write_text(f"meta: {{extends: '{Path('..')}/{folder.name}/project.yaml'}}\nx: 1\n")
    run("--in", str(other), "project.yaml", "p.yaml")
    assert f"/{folder.name}/p.yaml" in document.read_text()


def test_what_cannot_be_read_is_told(folder: Path) -> None:
    Path("broken.yaml").write_text("a: [./sessions/s1.yaml#x\n")
    assert "broken.yaml: warning[yaml-syntax]" in run("sessions/s1.yaml", "s2.yaml")


def test_an_authority_of_the_folder_is_told(folder: Path) -> None:
    Path("linkdata.toml").write_text("[authorities]\nold = 'sessions'\n")
    assert "the authority `old` is bound to the folder that moves" in run("sessions", "new")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("none.yaml", "x.yaml", "resource-missing"),
        ("project.yaml", "elsewhere.yaml", "output-exists"),
        ("project.yaml", "none/x.yaml", "output-failed"),
        ("project.yaml", "project.yaml", "usage"),
        ("sessions", "sessions/inner", "usage"),
        ("project.yaml", "a#b.yaml", "output-failed"),
    ],
)
def test_refusals(folder: Path, old: str, new: str, code: str) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(LinkdataError) as caught:
        plan_move(Path(old), Path(new)).carry_out()
    assert caught.value.code == code
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_over_another_file(folder: Path) -> None:
    run("--force", "raw/r.h5", "notes.txt")
    assert values("sessions/s1.yaml") == [5, 7, 3]
