from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy
import pytest

from linkdata.store import layout
from linkdata.store.digests import Digest

DOCUMENT = """\
meta:
  id: session
  base: https://example.org/lab/
  prefixes:
    raw: {path: raw.h5}
data:
  voltage: {from: {type: hdf5, source: "raw:/voltage"}}
"""


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    path = tmp_path / "raw.h5"
    with h5py.File(path, "w") as file:
        values = numpy.arange(4000, dtype="int16").reshape(1000, 4)
        file.create_dataset("voltage", data=values, chunks=(250, 4), compression=4)
        file["names"] = ["CA1", "CA3"]
        file["number"] = 5
        file["pointers"] = numpy.array([file["names"].ref], dtype=h5py.ref_dtype)
    return path


@pytest.fixture
def filled(run, raw: Path, tmp_path: Path) -> Path:
    assert run("store", "add", "raw.h5", "--store", "kept").exit_code == 0
    return tmp_path / "kept"


def digests(run, store: str = "kept") -> list[str]:
    return [
        entry["digest"]
        for entry in json.loads(run("store", "ls", "--store", store, "--json").stdout)
    ]


def spoil(path: Path) -> None:
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def chunk_files(store: Path) -> list[Path]:
    return sorted(path for path in (store / "chunks").rglob("*") if path.is_file())


# add


def test_add_prints_the_digest_of_each_array(run, raw: Path) -> None:
    result = run("store", "add", "raw.h5", "--store", "kept")
    assert result.exit_code == 0
    lines = [line.split("  ") for line in result.stdout.splitlines()]
    assert {line[2]: line[1] for line in lines} == {
        "raw:/voltage": "int16 1000×4",
        "raw:/names": "text 2",
    } or {line[2].partition(":")[2]: line[1] for line in lines} == {
        "/voltage": "int16 1000×4",
        "/names": "text 2",
    }
    for line in lines:
        Digest.parse(line[0])
    assert result.stderr.startswith("5 new chunks, ")


def test_add_again_adds_nothing(run, filled: Path) -> None:
    result = run("store", "add", "raw.h5", "--store", "kept")
    assert result.stderr == "0 new chunks, 0 B, in kept\n"


def test_add_of_a_document_goes_beside_it(run, raw: Path, tmp_path: Path) -> None:
    (tmp_path / "session.yaml").write_text(DOCUMENT)
    result = run("store", "add", "session.yaml", "-q")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.endswith("  int16 1000×4  raw:/voltage\n")
    assert len(chunk_files(tmp_path / "session.yaml.chunks")) == 4


def test_add_takes_the_configured_store(run, raw: Path, tmp_path: Path) -> None:
    (tmp_path / "linkdata.toml").write_text('store = "configured"\n')
    assert run("store", "add", "raw.h5").exit_code == 0
    assert len(chunk_files(tmp_path / "configured")) == 5
    assert len(digests(run, "configured")) == 2
    assert run("store", "verify").exit_code == 0


def test_add_of_stored_digests_keeps_no_chunks_that_the_file_has(run, raw: Path) -> None:
    result = run("store", "add", "raw.h5", "--store", "kept", "--digest", "stored", "--json")
    assert result.exit_code == 0
    added = {entry["array"].partition(":")[2]: entry for entry in json.loads(result.stdout)}
    assert added["/voltage"]["new_chunks"] == 0
    assert added["/voltage"]["chunks"] == 4
    assert run("store", "verify", "--store", "kept").exit_code == 0


def test_add_tells_what_cannot_be_added_and_goes_on(run, tmp_path: Path, raw: Path) -> None:
    with h5py.File(raw, "a") as file:
        del file["voltage"]
        file.create_dataset("voltage", (4,), "int16", external=[("/nowhere/x", 0, 8)])
    result = run("store", "add", "raw.h5", "--store", "kept")
    assert result.exit_code == 1
    assert "error[source-" in result.stderr
    assert "/names" in result.stdout


def test_add_of_what_is_not_there(run) -> None:
    result = run("store", "add", "nothing.nwb", "--store", "kept")
    assert result.exit_code == 1
    assert "resource-missing" in result.stderr


def test_add_does_not_write_into_a_folder_that_is_no_store(run, raw: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("")
    result = run("store", "add", "raw.h5", "--store", "thesis")
    assert result.exit_code == 1
    assert "store-invalid" in result.stderr
    assert len(list((tmp_path / "thesis").iterdir())) == 1


# ls


def test_ls_lists_arrays(run, filled: Path) -> None:
    lines = run("store", "ls", "--store", "kept").stdout.splitlines()
    assert any(line.endswith("  int16 1000×4  4 chunks of 250×4") for line in lines)
    data = json.loads(run("store", "ls", "--store", "kept", "--json").stdout)
    assert sorted(entry["shape"] for entry in data) == [[2], [1000, 4]]


def test_ls_lists_chunks_with_their_cids(run, filled: Path) -> None:
    lines = run("store", "ls", "--store", "kept", "--cid").stdout.splitlines()
    assert len(lines) == 5
    for line in lines:
        digest, size, cid = line.split("  ")
        assert (filled / layout.object_path("chunks", Digest.parse(digest))).stat().st_size == int(
            size
        )
        assert cid.startswith("bafkr4i")
    chunks = run("store", "ls", "--store", "kept", "--chunks").stdout.splitlines()
    assert [line.rpartition("  ")[0] for line in lines] == chunks


def test_ls_of_what_is_no_store(run) -> None:
    result = run("store", "ls", "--store", "nothing")
    assert result.exit_code == 1
    assert "error[store-invalid]: there is no store at" in result.stderr


def test_a_store_has_to_be_named(run) -> None:
    result = run("store", "ls")
    assert result.exit_code == 2
    assert "--store" in result.stderr


# verify


def test_verify_says_that_all_is_good(run, filled: Path) -> None:
    result = run("store", "verify", "--store", "kept", "--deep")
    assert result.exit_code == 0
    assert result.stderr.startswith("7 good; ")


def test_verify_of_corruption_exits_with_1(run, filled: Path) -> None:
    spoil(chunk_files(filled)[0])
    chunk_files(filled)[1].unlink()
    result = run("store", "verify", "--store", "kept")
    assert result.exit_code == 1
    assert "error[store-chunk-corrupt]" in result.stderr
    assert "error[store-chunk-missing]" in result.stderr


def test_verify_of_a_lack_exits_with_3(run, filled: Path) -> None:
    chunk_files(filled)[0].unlink()
    result = run("store", "verify", "--store", "kept", "--json")
    assert result.exit_code == 3
    data = json.loads(result.stdout)
    assert (data["good"], data["missing"], data["corrupt"]) == (6, 1, 0)
    assert data["findings"][0]["code"] == "store-chunk-missing"


def test_verify_in_parts(run, filled: Path) -> None:
    spoil(chunk_files(filled)[0])
    codes = [
        run("store", "verify", "--store", "kept", "--subset", f"{part}/3").exit_code
        for part in (1, 2, 3)
    ]
    assert sorted(codes) == [0, 0, 1]
    for wrong in ("0/3", "4/3", "1", "a/b"):
        assert run("store", "verify", "--store", "kept", "--subset", wrong).exit_code == 2


# gc


def test_gc_keeps_what_documents_name(run, filled: Path, tmp_path: Path) -> None:
    voltage = next(
        entry["digest"]
        for entry in json.loads(run("store", "ls", "--store", "kept", "--json").stdout)
        if entry["shape"] == [1000, 4]
    )
    sessions = tmp_path / "sessions" / "deep"
    sessions.mkdir(parents=True)
    (sessions / "one.yaml").write_text(f'data:\n  v: {{chunks: "{voltage}"}}\n')
    command = ["store", "gc", "--store", "kept", "--root", "sessions"]
    assert "removed 0 arrays" in run(*command).stderr  # all is within the grace
    tried = run(*command, "--grace", "0", "--dry-run")
    assert tried.stderr.startswith("would remove 1 array, 1 chunk, ")
    assert len(digests(run)) == 2
    assert run(*command, "--grace", "0s").stderr.startswith("removed 1 array, 1 chunk, ")
    assert digests(run) == [voltage]
    assert run("store", "verify", "--store", "kept").exit_code == 0


def test_gc_has_to_be_told_what_to_keep(run, filled: Path) -> None:
    result = run("store", "gc", "--store", "kept", "--grace", "0")
    assert result.exit_code == 2
    assert "--root" in result.stderr
    assert run("store", "gc", "--store", "kept", "--root", "no.yaml", "--grace", "0").exit_code == 1
    assert run("store", "gc", "--store", "kept", "--root", ".", "--grace", "soon").exit_code == 2
    assert len(digests(run)) == 2


def test_gc_of_the_store_beside_a_document(run, raw: Path, tmp_path: Path) -> None:
    document = tmp_path / "session.yaml"
    document.write_text(DOCUMENT)
    run("store", "add", "session.yaml", "-q")
    (digest,) = digests(run, "session.yaml.chunks")
    document.write_text(f'data: {{v: {{chunks: "{digest}"}}}}\n')
    run("store", "add", "raw.h5", "--store", "session.yaml.chunks", "-q")
    result = run("store", "gc", "--store", "session.yaml.chunks", "--grace", "0", "--json")
    data = json.loads(result.stdout)
    assert (data["manifests"], data["kept_manifests"]) == (1, 1)
    assert digests(run, "session.yaml.chunks") == [digest]


# push, pull, repair


def test_push_moves_only_what_is_missing(run, filled: Path) -> None:
    first = json.loads(run("store", "push", "other", "--store", "kept", "--json").stdout)
    assert (first["manifests"], first["chunks"]) == (2, 5)
    again = json.loads(run("store", "push", "other", "--store", "kept", "--json").stdout)
    assert (again["manifests"], again["chunks"], again["chunk_bytes"]) == (0, 0, 0)
    assert digests(run, "other") == digests(run)


def test_pull_of_what_a_document_names(run, filled: Path, tmp_path: Path) -> None:
    one = digests(run)[0]
    (tmp_path / "session.yaml").write_text(f'data: {{v: {{chunks: "{one}"}}}}\n')
    result = run("store", "pull", "kept", "session.yaml", "--store", "mine")
    assert result.exit_code == 0
    assert digests(run, "mine") == [one]
    other = digests(run)[1]
    assert run("store", "pull", "kept", other, "--store", "mine", "-q").stderr == ""
    assert digests(run, "mine") == digests(run)


def test_push_of_a_broken_store_tells_it(run, filled: Path) -> None:
    spoil(chunk_files(filled)[0])
    result = run("store", "push", "other", "--store", "kept")
    assert result.exit_code == 1
    assert "store-chunk-corrupt" in result.stderr
    assert run("store", "verify", "--store", "other").exit_code == 0


@pytest.mark.parametrize("source", ["other", "raw.h5"])
def test_repair(run, filled: Path, source: str) -> None:
    run("store", "push", "other", "--store", "kept")
    spoil(chunk_files(filled)[0])
    chunk_files(filled)[1].unlink()
    for path in (filled / "manifests").rglob("*"):
        if path.is_file():
            spoil(path)
    failed = run("store", "repair", "--store", "kept")
    assert failed.exit_code == 1
    assert "store-chunk-corrupt" in failed.stderr
    result = run("store", "repair", "--store", "kept", "--from", source)
    assert result.exit_code == 0
    # With its manifest lost, nobody knew of its chunks before the file was put again.
    known = {"other": 4, "raw.h5": 2}[source]
    assert result.stderr == f"{known} objects repaired, 0 not\n"
    assert run("store", "verify", "--store", "kept", "--deep").exit_code == 0


def test_places_that_are_none(run) -> None:
    assert run("store", "ls", "--store", "ftp://example.org/x").exit_code == 2
    assert run("store", "push", "https://example.org/x", "--store", "kept").exit_code == 1


def test_help_has_all_commands(run) -> None:
    text = run("store", "--help").stdout
    for command in ("add", "ls", "verify", "gc", "push", "pull", "repair"):
        assert f"\n  {command} " in text


# Other commands, on documents whose arrays are in a store


@pytest.fixture
def elsewhere(run, raw: Path, tmp_path: Path) -> Path:
    """A document whose store nobody would find."""
    assert run("convert", "raw.h5", "session.yaml", "--arrays", "store").exit_code == 0
    (tmp_path / "session.yaml.chunks").rename(tmp_path / "kept")
    return tmp_path / "session.yaml"


@pytest.mark.parametrize(
    "command",
    [
        ("get", "session.yaml", "#data.voltage", "--all"),
        ("get", "session.yaml", "#data.voltage", "--slice", "999,3"),
        ("check", "session.yaml", "--verify", "--no-notes"),
        ("convert", "session.yaml", "again.h5"),
        ("diff", "raw.h5", "session.yaml"),
    ],
    ids=lambda command: command[0],
)
def test_commands_look_in_the_store_that_is_named(run, elsewhere: Path, command) -> None:
    without = run(*command)
    assert without.exit_code == 1
    assert "store-manifest-missing" in without.output
    found = run(*command, "--store", "kept")
    assert found.exit_code == 0, found.output


def test_a_bundle_takes_the_store_along(run, elsewhere: Path) -> None:
    made = run("bundle", "session.yaml", "-o", "all", "--store", "kept")
    assert made.exit_code == 0, made.output
    assert chunk_files(elsewhere.with_name("all") / "kept")


def test_tree_and_query_take_a_store_too(run, elsewhere: Path) -> None:
    assert "voltage" in run("tree", "session.yaml", "--store", "kept").stdout
    asked = run("query", "session.yaml", "ASK { ?s ?p ?o }", "--store", "kept")
    assert asked.exit_code == 0, asked.output


def test_a_chunk_that_was_put_aside_comes_from_the_next_store(run, elsewhere: Path) -> None:
    assert run("store", "push", "other", "--store", "kept").exit_code == 0
    spoil(chunk_files(elsewhere.with_name("kept"))[0])
    check = ("check", "session.yaml", "--verify", "--no-notes", "--store", "kept")
    first = run(*check)
    assert first.exit_code == 1
    assert "store-chunk-corrupt" in first.stdout
    assert list(elsewhere.with_name("kept").glob("quarantine/chunks/*"))
    second = run(*check)
    assert "store-chunk-missing" in second.stdout
    assert "store repair --from" in second.stdout
    assert run(*check, "--store", "other").exit_code == 0
    assert run("store", "repair", "--store", "kept", "--from", "other").exit_code == 0
    assert run(*check).exit_code == 0


# Digests of arrays that stay in their file


@pytest.mark.parametrize("digest", ["stored", "content"])
def test_convert_writes_digests_and_changes_are_noticed(
    run, raw: Path, tmp_path: Path, digest: str
) -> None:
    assert run("convert", "raw.h5", "session.yaml", "--digest", digest).exit_code == 0
    assert "digest: blake3:" in (tmp_path / "session.yaml").read_text()
    store = tmp_path / "session.yaml.chunks"
    assert store.exists() == (digest == "stored")
    assert not chunk_files(store)
    assert run("convert", "session.yaml", "again.h5").exit_code == 0
    assert run("diff", "raw.h5", "again.h5").stdout == ""
    check = ("check", "session.yaml", "--verify", "--no-notes")
    assert run(*check).exit_code == 0
    with h5py.File(raw, "r+") as file:
        file["voltage"][600, 0] = -1
    changed = run(*check)
    assert changed.exit_code == 1
    assert "digest-mismatch" in changed.stdout
    get = ("get", "session.yaml", "#data.voltage", "--slice")
    assert run(*get, "0:2,0").exit_code == (0 if digest == "stored" else 1)  # chunk by chunk
    assert "digest-mismatch" in run(*get, "600,0").output


def test_a_digest_is_for_what_stays_in_its_file(run, raw: Path) -> None:
    result = run("convert", "raw.h5", "x.yaml", "--digest", "stored", "--arrays", "store")
    assert result.exit_code == 2
    assert "stay in their file" in result.output
    assert run("convert", "raw.h5", "x.yaml", "--digest", "none").exit_code == 0
