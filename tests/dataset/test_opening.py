from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import pytest

import linkdata
from linkdata.dataset.inputs import bringing, is_hdf5, local
from linkdata.errors import DocumentError, LinkdataError, RetrievalError, TextError, UsageError
from linkdata.syntax.composed import composed


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.delenv("LINKDATA_ROOTS", raising=False)
    monkeypatch.delenv("LINKDATA_AUTHORITIES", raising=False)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def errors(path: Path, **given: object) -> list[str]:
    found = linkdata.check(path, **given)  # type: ignore[arg-type]
    return [one.code for one in found if one.severity == "error"]


def test_a_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.yaml", "meta: {id: d, base: http://b/}\ndata: {x: 1}\nn: {}\n")
    monkeypatch.chdir(tmp_path)
    for path in ("a.yaml", Path("a.yaml"), tmp_path / "a.yaml"):
        ds = linkdata.open(path)
        assert (ds.iri, ds.name, ds.keys()) == ("http://b/d", str(path), ["data", "n"])
        assert ds.data.x == ds["#data.x"] == 1


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("a: [", TextError, "yaml-syntax"),
        ("a: @b", TextError, "reference-unquoted"),
        ("- a", DocumentError, "document-not-mapping"),
        ("meta: {id: 7}", DocumentError, "meta-id-invalid"),
        ("prefixes: {a: {path: x, hash: y}}", DocumentError, "digest-malformed"),
        ("meta: {extends: none.yaml}", DocumentError, "resource-missing"),
    ],
)
def test_a_document_with_errors_is_not_opened(
    tmp_path: Path, text: str, kind: type[LinkdataError], code: str
) -> None:
    path = write(tmp_path / "a.yaml", text)
    with pytest.raises(kind) as caught:
        linkdata.open(path)
    assert caught.value.code == code
    with pytest.raises(kind):
        linkdata.loads(text, base=path)
    assert code in errors(path)


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", "meta: {id: 7, base: x}\na: 1\na: 2\n")
    with pytest.raises(LinkdataError) as caught:
        linkdata.open(path)
    assert {one.code for one in caught.value.diagnostics} == {
        "meta-id-invalid", "meta-base-invalid", "yaml-duplicate-key",
    }  # fmt: skip


def test_errors_of_what_is_extended_count(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", "meta: {extends: b.yaml}\n")
    write(tmp_path / "b.yaml", "a: 1\na: 2\n")
    with pytest.raises(TextError) as caught:
        linkdata.open(path)
    assert str(caught.value.diagnostic.span).endswith("b.yaml:2:1")


def test_errors_of_what_is_only_referred_to_do_not_prevent_opening(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", 'data: {x: "./b.yaml#x", y: "#nope", z: 1}\n')
    write(tmp_path / "b.yaml", "a: [")
    assert linkdata.open(path).data.z == 1
    assert {"yaml-syntax", "reference-dangling"} <= set(errors(path))


def test_findings_come_in_the_order_of_their_files_and_places(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", 'data: {a: "#x", b: "./b.yaml#y", c: "#z"}\n')
    write(tmp_path / "b.yaml", 'y: "#nope"\n')
    found = [one.span for one in linkdata.check(path) if one.severity == "error" and one.span]
    assert [f"{Path(span.source.name).name}:{span.position}" for span in found] == [
        "a.yaml:1:11", "a.yaml:1:37", "b.yaml:1:4",
    ]  # fmt: skip


@pytest.mark.parametrize("what", [linkdata.open, linkdata.check])
def test_a_url_is_refused_and_never_opened(what: object) -> None:
    try:
        found = what("http://127.0.0.1:1/x.yaml")  # type: ignore[operator]
    except RetrievalError as problem:
        found = problem.diagnostics
    assert [one.code for one in found] == ["network-refused"]


def test_what_is_not_a_file(tmp_path: Path) -> None:
    write(tmp_path / "session.yaml", "data: {}")
    with pytest.raises(RetrievalError) as missing:
        linkdata.open(tmp_path / "sesion.yaml")
    assert missing.value.diagnostic.hint == "did you mean `session.yaml`?"
    with pytest.raises(UsageError):
        linkdata.open(tmp_path)
    with pytest.raises(RetrievalError):
        local(tmp_path / "none" / "x.yaml")


# Roots and authorities


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    write(tmp_path / "p/a.yaml", 'data: {x: "../lab/b.yaml#x", y: "//lab/b.yaml#x", z: 1}\n')
    write(tmp_path / "lab/b.yaml", "x: found\n")
    write(tmp_path / "p2/b.yaml", "x: secret\n")
    return tmp_path


def followed(path: Path, field: str, **given: object) -> str:
    try:
        return str(linkdata.open(path, **given).data[field])  # type: ignore[arg-type]
    except LinkdataError as problem:
        return problem.code


def test_nothing_is_read_outside_the_folder_of_the_document(tree: Path) -> None:
    assert followed(tree / "p/a.yaml", "x") == "resource-outside-roots"
    assert followed(tree / "p/a.yaml", "y") == "authority-unknown"
    assert followed(tree / "p/a.yaml", "z") == "1"


def test_the_user_may_allow_it(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert followed(tree / "p/a.yaml", "x", roots=[tree / "lab"]) == "found"
    assert followed(tree / "p/a.yaml", "y", authorities={"lab": tree / "lab"}) == "found"
    assert "resource-outside-roots" not in errors(tree / "p/a.yaml", roots=[tree / "lab"])
    monkeypatch.setenv("LINKDATA_ROOTS", str(tree / "lab"))
    monkeypatch.setenv("LINKDATA_AUTHORITIES", f"lab={tree / 'lab'}")
    assert [followed(tree / "p/a.yaml", field) for field in "xy"] == ["found", "found"]


def test_a_project_file_may_allow_what_lies_in_the_project(tree: Path) -> None:
    write(tree / "linkdata.toml", '[authorities]\nlab = "lab"\n')
    assert [followed(tree / "p/a.yaml", field) for field in "xy"] == ["found", "found"]


def test_the_configuration_of_the_user(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tree / "config.toml", f'roots = ["{tree}/lab"]\n[authorities]\nlab = "{tree}/lab"\n')
    monkeypatch.setenv("LINKDATA_CONFIG", str(tree / "config.toml"))
    assert [followed(tree / "p/a.yaml", field) for field in "xy"] == ["found", "found"]


@pytest.mark.parametrize(
    "name", ["../p2/b.yaml", "link.yaml", "folder/b.yaml", "../p/../p2/b.yaml"]
)
def test_no_way_out(tree: Path, name: str) -> None:
    (tree / "p/link.yaml").symlink_to("../p2/b.yaml")
    (tree / "p/folder").symlink_to("../p2")
    write(tree / "p/a.yaml", f'data: {{x: "./{name}#x"}}\n'.replace("./..", ".."))
    assert followed(tree / "p/a.yaml", "x") == "resource-outside-roots"


def test_a_link_inside_the_roots_is_followed(tree: Path) -> None:
    (tree / "p/link.yaml").symlink_to("c.yaml")
    write(tree / "p/c.yaml", "x: inside\n")
    write(tree / "p/a.yaml", 'data: {x: "./link.yaml#x"}\n')
    assert followed(tree / "p/a.yaml", "x") == "inside"


# Texts


def test_a_text_without_a_place() -> None:
    ds = linkdata.loads('data: {x: "#n", y: "./b.yaml#y"}\nn: {z: 1}\n')
    assert (ds.iri, ds.name, ds.data.x.z) == ("urn:linkdata:document", "<text>", 1)
    with pytest.raises(RetrievalError) as caught:
        _ = ds.data.y
    assert "base=" in (caught.value.diagnostic.hint or "")


def test_a_text_with_a_place(tmp_path: Path) -> None:
    write(tmp_path / "b.yaml", "y: 1\n")
    base = write(tmp_path / "a.yaml", "data: {}\n")
    ds = linkdata.loads('data: {y: "./b.yaml#y"}\n', base=base)
    assert (ds.iri, ds.name, ds.data.y) == ("urn:linkdata:a", str(base), 1)


def test_the_place_of_a_text_need_not_exist(tmp_path: Path) -> None:
    write(tmp_path / "b.yaml", "y: 1\n")
    assert linkdata.loads('data: {y: "./b.yaml#y"}\n', base=tmp_path / "new.yaml").data.y == 1


# Streams


STREAM = "meta: {id: one}\ndata: {x: 1}\n---\nmeta: {id: two}\ndata: {x: 2}\n---\ndata: {x: 3}\n"


@pytest.mark.parametrize(("document", "x"), [(0, 1), (2, 3), ("one", 1), ("two", 2), ("2", 3)])
def test_a_document_of_a_stream(tmp_path: Path, document: int | str, x: int) -> None:
    path = write(tmp_path / "s.yaml", STREAM)
    assert linkdata.open(path, document=document).data.x == x
    assert linkdata.loads(STREAM, document=document).data.x == x


@pytest.mark.parametrize("document", [None, 3, -1, "three", ""])
def test_no_such_document_in_the_stream(tmp_path: Path, document: int | str | None) -> None:
    path = write(tmp_path / "s.yaml", STREAM)
    with pytest.raises(DocumentError) as caught:
        linkdata.open(path, document=document)
    assert caught.value.code == "document-not-in-stream"
    assert "`one`, `two`, `2`" in (caught.value.diagnostic.hint or "")


def test_two_documents_of_one_id(tmp_path: Path) -> None:
    path = write(tmp_path / "s.yaml", "meta: {id: a}\n---\nmeta: {id: a}\n")
    with pytest.raises(DocumentError):
        linkdata.open(path, document="a")


def test_a_single_document_may_be_chosen_too() -> None:
    assert linkdata.loads("data: {x: 1}\n", document=0).data.x == 1


def test_every_document_of_a_stream_is_checked(tmp_path: Path) -> None:
    path = write(tmp_path / "s.yaml", 'data: "#a"\n---\ndata: "#b"\n')
    assert errors(path) == ["reference-dangling", "reference-dangling"]


# HDF5 files


def test_a_file_is_known_by_its_first_bytes_too(tmp_path: Path) -> None:
    for name in ("x.nwb", "x.h5", "x.HDF5", "x.dat", "x.yaml"):
        with h5py.File(tmp_path / name, "w") as file:
            file["v"] = 7
        assert is_hdf5(tmp_path / name)
        assert linkdata.open(tmp_path / name).data.v == 7


@pytest.mark.parametrize(
    "name", ["a b.h5", "it's.h5", 'say "x".h5', "é.h5", "a#b.h5", "50%.h5", "{x}.h5"]
)
def test_odd_names_of_files(tmp_path: Path, name: str) -> None:
    with h5py.File(tmp_path / name, "w") as file:
        file["v"] = 7
    assert linkdata.open(tmp_path / name).data.v == 7
    assert (
        linkdata.loads(
            composed(name, bringing(Path(name))).source.text, base=tmp_path / name
        ).data.v
        == 7
    )


def test_a_suffix_does_not_make_an_hdf5_file(tmp_path: Path) -> None:
    write(tmp_path / "x.h5", "not HDF5")
    with pytest.raises(LinkdataError) as caught:
        _ = linkdata.open(tmp_path / "x.h5").data.v
    assert caught.value.code == "source-not-hdf5"


def test_descriptors_are_not_leaked(tree: Path, descriptors: Callable[[], list[str]]) -> None:
    before = descriptors()
    for _ in range(20):
        errors(tree / "p/a.yaml")
        followed(tree / "p/a.yaml", "x")
    assert descriptors() == before
