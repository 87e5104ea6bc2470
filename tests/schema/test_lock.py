"""The lock file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkdata
from linkdata.errors import SchemaError
from linkdata.schema.imports import Imports
from linkdata.schema.lock import Lock, Locked, differences, outline
from linkdata.schema.locking import locked_now
from linkdata.schema.model import Class, Schema, Slot

NAMESPACE = """\
namespaces:
- {name: lab, doc: d, version: VERSION, schema: [{source: lab.rig}]}
"""
RIG = """\
groups:
- neurodata_type_def: Rig
  doc: a rig
  attributes:
  - {name: room, dtype: text, doc: where}
  - {name: floor, dtype: int, doc: which}
- {neurodata_type_def: Old, doc: gone soon}
"""
NEW = """\
groups:
- neurodata_type_def: Rig
  doc: a rig
  attributes:
  - {name: room, dtype: int, doc: where}
  - {name: house, dtype: text, doc: which}
- {neurodata_type_def: New, doc: here now}
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKDATA_CACHE", str(tmp_path / "cache"))


def write(folder: Path, rig: str = RIG, version: str = "1.0.0", asked: str = "") -> Path:
    (folder / "lab.namespace.yaml").write_text(NAMESPACE.replace("VERSION", version))
    (folder / "lab.rig.yaml").write_text(rig)
    path = folder / "a.yaml"
    path.write_text(
        f"meta:\n  imports:\n    lab: {{{asked}from: [{{path: lab.namespace.yaml}}]}}\ndata: {{}}\n"
    )
    return path


def lock(path: Path) -> Path:
    return locked_now(linkdata.open(path).graph).write()


def schemas(path: Path) -> dict[str, Schema]:
    graph = linkdata.open(path).graph
    return {alias: one.schema for alias, one in Imports(graph, graph.context).all.items()}


def test_the_same_schema_is_taken(tmp_path: Path) -> None:
    path = write(tmp_path)
    assert lock(path) == tmp_path / "linkdata.lock"
    assert schemas(path)["lab"].version == "1.0.0"


def test_a_changed_schema_says_what_changed(tmp_path: Path) -> None:
    lock(write(tmp_path))
    path = write(tmp_path, NEW)
    with pytest.raises(SchemaError) as problem:
        schemas(path)
    found = problem.value.diagnostic
    assert found.code == "schema-changed"
    assert str(found.span).endswith("a.yaml:3:5")
    for words in (
        "the class `Old` is gone", "the class `New` is new", "`Rig` lost `floor`",
        "`Rig` gained `house`", "`Rig` changed `room`", "(version 1.0.0)",
    ):  # fmt: skip
        assert words in found.message
    lock(path)
    assert "New" in schemas(path)["lab"].classes


def test_another_version_is_named(tmp_path: Path) -> None:
    lock(write(tmp_path))
    with pytest.raises(SchemaError, match=re.escape("(version 1.0.0 was locked, found is 2.0.0)")):
        schemas(write(tmp_path, version="2.0.0"))


def test_another_description_is_another_schema(tmp_path: Path) -> None:
    lock(write(tmp_path))
    with pytest.raises(SchemaError, match="only descriptions"):
        schemas(write(tmp_path, RIG.replace("where", "there")))


def test_an_import_without_an_entry_is_not_locked(tmp_path: Path) -> None:
    lock(write(tmp_path))
    path = write(tmp_path, NEW, "1.0.0", 'version: "1.0.0", ')
    assert "New" in schemas(path)["lab"].classes


def test_two_versions_each_have_an_entry(tmp_path: Path) -> None:
    lock(write(tmp_path, asked='version: "1.0.0", '))
    path = lock(write(tmp_path, NEW, "2.0.0", 'version: "2.0.0", '))
    assert {(one.name, one.requested) for one in Lock.read(path).entries.values()} == {
        ("lab", "1.0.0"),
        ("lab", "2.0.0"),
    }


def test_a_project_has_one_lock(tmp_path: Path) -> None:
    (tmp_path / "linkdata.toml").write_text("")
    folder = tmp_path / "sessions"
    folder.mkdir()
    assert lock(write(folder)) == tmp_path / "linkdata.lock"


def test_a_document_without_a_file(tmp_path: Path) -> None:
    path = write(tmp_path)
    dataset = linkdata.loads(path.read_text().replace("imports:", "x: {}\n  nothing:"))
    with pytest.raises(SchemaError, match="without a file"):
        locked_now(dataset.graph).write()


@pytest.mark.parametrize(
    "text",
    [
        "version = 2", "version = 1\nschemas = 3", "version = 1\n[[schemas]]\nname = 'x'", "x",
        "version = 1\n[[schemas]]\nname='a'\nsource='b'\ndigest=3", "[" * 10_000, "\0",
    ],
)  # fmt: skip
def test_a_lock_that_is_none(tmp_path: Path, text: str) -> None:
    path = write(tmp_path)
    (tmp_path / "linkdata.lock").write_text(text)
    with pytest.raises(SchemaError) as problem:
        schemas(path)
    assert problem.value.code == "lock-invalid"
    lock(path)
    assert schemas(path)


texts = st.text(st.characters(codec="utf-8"), max_size=12)


@given(texts, st.none() | texts, texts, st.dictionaries(texts, texts))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    requested: str | None,
    source: str,
    found: dict[str, str],
) -> None:
    path = tmp_path_factory.mktemp("lock") / "linkdata.lock"
    entry = Locked(name, requested, "1", source, "sha256:00", found, found)
    Lock(path, {}).with_entry(entry).write()
    assert Lock.read(path).entries == {(name, requested): entry}


def test_equal_outlines_do_not_differ() -> None:
    found = Class("A", "n", "urn:A", slots={"s": Slot("s", "A", "urn:s", ())})
    schema = Schema("n", "1", "urn:n", "", {"A": found}, {}, {})
    assert list(differences(outline(schema), outline(schema))) == []
