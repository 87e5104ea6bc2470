"""Every row of the threats that concern texts, documents and roots, as a named test."""

from __future__ import annotations

import builtins
import contextlib
import hashlib
import os
import socket
import sys
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import pytest
from rdflib import RDF, URIRef

import linkdata
from linkdata.errors import LinkdataError
from linkdata.resolve.bindings import Binder
from linkdata.resolve.registry import Bound
from linkdata.spans import Source
from linkdata.syntax.nodes import plain
from linkdata.syntax.reader import read
from linkdata.syntax.stream import decode
from linkdata.testing.bounds import deadline

CORPUS = os.environ.get("LINKDATA_CORPUS")


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("LINKDATA_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("LINKDATA_ROOTS", raising=False)
    monkeypatch.delenv("LINKDATA_AUTHORITIES", raising=False)


def codes(text: str) -> set[str]:
    return {found.code for found in read(Source("x", text)).diagnostics}


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


EMITTERS: dict[str, Callable[[linkdata.Dataset], str]] = {
    "text": lambda ds: ds.dumps(),
    "json": lambda ds: ds.dumps("json"),
    "expanded": lambda ds: ds.dumps("yaml", expanded=True),
    "ttl": lambda ds: ds.dumps("ttl"),
    "nt": lambda ds: ds.dumps("nt"),
    "tree": lambda ds: ds._repr_html_(),
    "repr": lambda ds: repr(ds) + repr(ds.data),
    "check": lambda ds: str(ds.check()),
}


# Deep nesting

NESTS = {"flow": "[", "map": "{a: ", "block": "- ", "keys": "? ", "mixed": "[{a: "}


@pytest.mark.parametrize("size", [101, 10**3, 10**4, 10**5, 10**6])
@pytest.mark.parametrize("nest", NESTS)
def test_deep_nesting_is_refused_early_even_on_a_small_stack(nest: str, size: int) -> None:
    found: list[set[str]] = []

    def run() -> None:
        found.append(codes(NESTS[nest] * size))

    before = threading.stack_size(256 * 1024)
    try:
        with deadline():
            thread = threading.Thread(target=run)
            thread.start()
            thread.join()
    finally:
        threading.stack_size(before)
    assert found[0] & {"yaml-too-deep", "yaml-key-not-scalar", "yaml-syntax"}


def test_deep_nesting_by_indentation_is_refused() -> None:
    assert "yaml-too-deep" in codes("".join(" " * level + "a:\n" for level in range(2_000)))


@pytest.mark.parametrize("emitter", EMITTERS)
@pytest.mark.parametrize("nest", ["[", "{a: "])
def test_what_is_as_deep_as_allowed_goes_through_every_emitter(emitter: str, nest: str) -> None:
    close = "]" if nest == "[" else "}"
    ds = linkdata.loads(f"data: {{x: {nest * 98}{close * 98}}}\n")
    problems: list[BaseException] = []

    def run() -> None:
        try:
            assert EMITTERS[emitter](ds)
        except BaseException as problem:
            problems.append(problem)

    before = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert problems == []


# Alias bombs


def bomb(levels: int, leaf: str = "[x, x, x, x, x, x, x, x, x, x]") -> str:
    text = f"data:\n  l0: &l0 {leaf}\n"
    for level in range(1, levels):
        text += f"  l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 10)}]\n"
    return text


def test_an_alias_bomb_is_refused_before_anything_is_expanded() -> None:
    tracemalloc.start()
    try:
        with deadline():
            assert codes(bomb(9)) == {"yaml-alias-weight"}
        assert tracemalloc.get_traced_memory()[1] < 10 * 2**20
    finally:
        tracemalloc.stop()
    with pytest.raises(LinkdataError):
        linkdata.loads(bomb(9))


@pytest.mark.parametrize("emitter", EMITTERS)
def test_the_largest_alias_bomb_that_is_read_goes_through_every_emitter(emitter: str) -> None:
    ds = linkdata.loads(bomb(5))
    with deadline():
        assert EMITTERS[emitter](ds)


@pytest.mark.parametrize("emitter", EMITTERS)
def test_an_alias_bomb_of_objects_is_written_once_each(emitter: str) -> None:
    text = "data:\n  l0: &l0 {x: 1}\n"
    for level in range(1, 6):
        fields = ", ".join(f"k{key}: *l{level - 1}" for key in range(10))
        text += f"  l{level}: &l{level} {{{fields}}}\n"
    with deadline():
        assert len(EMITTERS[emitter](linkdata.loads(text))) < 50_000


@pytest.mark.parametrize("emitter", ["json", "expanded", "ttl", "nt", "tree"])
def test_the_same_bomb_made_of_references(emitter: str) -> None:
    text = "data:\n  l0: [x, x, x, x, x, x, x, x, x, x]\n"
    for level in range(1, 9):
        text += f"  l{level}: [{', '.join([chr(34) + f'#data.l{level - 1}' + chr(34)] * 10)}]\n"
    ds = linkdata.loads(text)
    with deadline(), contextlib.suppress(LinkdataError):
        EMITTERS[emitter](ds)


# Merge bombs


@pytest.mark.parametrize("levels", range(4, 13, 4))
def test_merge_keys_are_refused(levels: int) -> None:
    text = "a0: &a0 {x: 1}\n"
    for level in range(1, levels):
        text += f"a{level}: &a{level} {{<<: [{', '.join([f'*a{level - 1}'] * 9)}]}}\n"
    with deadline():
        assert "yaml-merge-key" in codes(text)


# Algorithmic cost


@pytest.mark.parametrize(
    "value",
    [
        ":".join(["1"] * 300_000),
        "9" * 600_000,
        "-" + "9" * 600_000,
        "0." + "1" * 600_000,
        "1e" + "9" * 600_000,
        "0x" + "f" * 600_000,
        "0o" + "7" * 600_000,
        "+" * 600_000,
        "_".join(["1"] * 300_000),
    ],
    ids=lambda value: f"{value[:6]}...",
)
def test_long_scalars_take_linear_time(value: str) -> None:
    with deadline():
        stream = read(Source("x", f"a: {value}\n"))
        for document in stream.documents:
            plain(document.root)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{number * (2**61 - 1)}: 1\n" for number in range(30_000)),
        "".join(f"k{number}: 1\n" for number in range(100_000)),
        "[" * 100_000,
        "{" * 100_000,
        "a: [" + "b, " * 200_000 + "]",
        "a: &a 1\n" + "".join(f"b{number}: *a\n" for number in range(50_000)),
        "# a#b\n" * 20_000 + "a: 1\n",
        "a: '" + "''" * 200_000 + "'\n",
        "a: |\n" + " \n" * 50_000 + "  b\n",
        "---\na: 1\n" * 10_000,
        "%FOO\n" * 20_000 + "---\na: 1\n",
        "a: " + "!" * 100_000 + "\n",
        "&" * 100_000,
        "a: @x\n" * 20_000,
        "a: #x\n" * 20_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_large_texts_take_linear_time(text: str) -> None:
    with deadline():
        read(Source("x", text))


def test_many_prefixes_take_linear_time() -> None:
    text = "".join(f"  p{number}: urn:x{number}\n" for number in range(60_000))
    with deadline():
        linkdata.loads(f"prefixes:\n{text}data: {{}}\n")


def test_many_dangling_references_take_bounded_time(tmp_path: Path) -> None:
    text = "".join(f'  k{number}: "#data.q{number}x"\n' for number in range(500))
    with deadline():
        assert len(linkdata.check(write(tmp_path / "a.yaml", f"data:\n{text}"))) == 502


def test_two_thousand_documents(tmp_path: Path) -> None:
    for number in range(2_000):
        write(tmp_path / f"d{number}.yaml", f"x: {number}\n")
    text = ", ".join(f'"./d{number}.yaml#x"' for number in range(2_000))
    path = write(tmp_path / "a.yaml", f"data: {{l: [{text}]}}\n")
    with deadline():
        assert list(linkdata.open(path).data.l) == list(range(2_000))


def test_links_that_lead_back_do_not_multiply_documents(tmp_path: Path) -> None:
    (tmp_path / "d").symlink_to(".")
    (tmp_path / "e").symlink_to(".")
    path = write(tmp_path / "a.yaml", 'data: {x: "./d/a.yaml#data", y: "./e/a.yaml#data"}\n')
    with deadline(), contextlib.suppress(LinkdataError):
        linkdata.open(path)


def test_documents_that_are_extended_on_many_ways(tmp_path: Path) -> None:
    for level in range(40):
        write(
            tmp_path / f"e{level}.yaml",
            f"meta: {{extends: [e{level + 1}.yaml, e{level + 1}.yaml]}}\n",
        )
    write(tmp_path / "e40.yaml", "data: {x: 1}\n")
    with deadline():
        assert linkdata.open(tmp_path / "e0.yaml").data.x == 1


@pytest.mark.parametrize("name", ["big.yaml", "raw.h5"])
def test_a_large_file_is_not_read_to_find_that_it_is_large(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x89HDF\r\n\x1a\n" if name == "raw.h5" else b"")
    os.truncate(tmp_path / name, 300 * 2**20)
    path = write(tmp_path / "a.yaml", f'data: {{x: "./{name}#a"}}\n')
    tracemalloc.start()
    try:
        ds = linkdata.open(path)
        assert tracemalloc.get_traced_memory()[1] < 50 * 2**20
    finally:
        tracemalloc.stop()
    with pytest.raises(LinkdataError):
        _ = ds.data.x


# Duplicate keys


@pytest.mark.parametrize("keys", ["a a", "1 '1'", '"a" a', "? a", "~ '~'"])
def test_duplicate_keys_are_refused_and_both_are_shown(keys: str) -> None:
    one, two = keys.split() if keys != "? a" else ("? a\n", "a")
    text = f"{one}: 1\n{two}: 2\n" if keys != "? a" else "? a\n: 1\na: 2\n"
    (found,) = read(Source("x", text)).diagnostics
    assert found.code == "yaml-duplicate-key"
    assert found.span is not None
    assert found.related[0].span is not None
    assert found.related[0].span.start < found.span.start


def test_keys_that_other_readers_confuse_are_different() -> None:
    assert codes("1: a\n1.0: b\ntrue: c\n0x1: d\n'01': e\n") == set()


# Foreign exceptions


@pytest.mark.parametrize(
    "text",
    [
        "2024-13-45", "!!timestamp 2024-13-45", "9" * 5_000, "!!int " + "9" * 5_000, "!!float x",
        "!!float 1" + "0" * 400, "!!bool maybe", "!!null 1", "!!binary x", "!!set {a}", '"\\ud800"',
        '"\\U00110000"', '"\\x"', "1e400", "-.inf", "0x" + "f" * 5_000, "!!float 0x" + "f" * 400,
        '"#a[' + "9" * 5_000 + ']"', "./x#a[" + "9" * 5_000 + "]", "p:#a[" + "9" * 5_000 + "]",
    ],
    ids=lambda text: text[:16],
)  # fmt: skip
def test_no_foreign_exception_leaves(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "a.yaml", f"prefixes: {{p: {{path: b.yaml}}}}\ndata: {{x: {text}}}\n")
    linkdata.check(path)
    for emit in EMITTERS.values():
        with contextlib.suppress(LinkdataError):
            emit(linkdata.open(path))


# Tags


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system",
        "!!python/object/new:os.system",
        "!!python/name:os.system",
        "!!python/module:os",
        "!<tag:yaml.org,2002:python/object/apply:os.system>",
        "!ruby/object:Gem::Installer",
        "!!js/function",
    ],
)
def test_a_tag_runs_nothing(tmp_path: Path, tag: str) -> None:
    canary = tmp_path / "canary"
    path = write(tmp_path / "a.yaml", f"data: {{x: {tag} ['touch {canary}']}}\n")
    with pytest.raises(LinkdataError) as caught:
        linkdata.open(path)
    assert {found.code for found in caught.value.diagnostics} <= {"yaml-tag-unknown", "yaml-syntax"}
    assert linkdata.check(path)
    assert not canary.exists()


@pytest.mark.skipif(not CORPUS, reason="LINKDATA_CORPUS is not set")
def test_what_the_yaml_test_suite_says_must_fail_is_refused() -> None:
    assert CORPUS
    suite = Path(CORPUS) / "suites" / "yaml-test-suite"
    cases = [
        path
        for path in sorted(suite.rglob("in.yaml"))
        if (path.parent / "error").exists() and not {"name", "tags"} & set(path.parts)
    ]
    accepted = [path for path in cases if not read(decode(path.read_bytes(), "x")).diagnostics]
    assert (len(cases) >= 94, accepted) == (True, [])


# Files: path escape, FIFO, links


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    write(tmp_path / "root/a.yaml", "data: {}\n")
    write(tmp_path / "root2/s.yaml", "x: secret\n")
    with h5py.File(tmp_path / "root2/s.h5", "w") as file:
        file["x"] = 7
    (tmp_path / "root/link.yaml").symlink_to("../root2/s.yaml")
    (tmp_path / "root/link.h5").symlink_to("../root2/s.h5")
    (tmp_path / "root/folder").symlink_to("../root2")
    (tmp_path / "root/chain.yaml").symlink_to("link.yaml")
    return tmp_path


WAYS = {
    "root2": "../root2/s.yaml",
    "link": "./link.yaml",
    "chain": "./chain.yaml",
    "link in mid-path": "./folder/s.yaml",
    "dots": "./../root/../root2/s.yaml",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("form", ["reference", "extends", "prefix", "from", "hdf5"])
def test_nothing_outside_the_roots_is_read(tree: Path, way: str, form: str) -> None:
    target = WAYS[way]
    text = {
        "reference": f'data: {{x: "{target}#x"}}\n',
        "extends": f"meta: {{extends: {target}}}\ndata: {{}}\n",
        "prefix": f'prefixes: {{p: {{path: {target}}}}}\ndata: {{x: "p:#x"}}\n',
        "from": f'data: {{x: {{from: "{target}#"}}}}\n',
        "hdf5": f"prefixes: {{p: {{path: {target.replace('yaml', 'h5')}}}}}\n"
        'data: {x: {from: {type: hdf5, source: "p:/"}}}\n',
    }[form]
    if way == "chain" and form == "hdf5":
        (tree / "root/chain.h5").symlink_to("link.h5")
    path = write(tree / "root/a.yaml", text)
    errors = {found.code for found in linkdata.check(path) if found.severity == "error"}
    assert errors == {"resource-outside-roots"}
    with pytest.raises(LinkdataError) as caught:
        list(linkdata.open(path).data.x)
    assert caught.value.code == "resource-outside-roots"


@pytest.mark.parametrize("form", ["reference", "extends", "prefix", "hdf5"])
def test_a_fifo_does_not_hold_us_up(tree: Path, form: str) -> None:
    os.mkfifo(tree / "root/fifo")
    text = {
        "reference": 'data: {x: "./fifo#x"}\n',
        "extends": "meta: {extends: fifo}\n",
        "prefix": 'prefixes: {p: {path: fifo}}\ndata: {x: "p:#x"}\n',
        "hdf5": 'prefixes: {p: {path: fifo}}\ndata: {x: "p:/x"}\n',
    }[form]
    with deadline():
        found = linkdata.check(write(tree / "root/a.yaml", text))
    assert "resource-not-regular" in {one.code for one in found}


@pytest.mark.parametrize("what", [linkdata.open, linkdata.check])
def test_a_fifo_as_the_document_itself(tmp_path: Path, what: Callable[[Path], Any]) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    with deadline(), contextlib.suppress(LinkdataError):
        what(tmp_path / "a.yaml")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/stdin", "/proc/self/environ"])
def test_devices_and_the_like_are_outside(tree: Path, device: str) -> None:
    path = write(
        tree / "root/a.yaml", f'prefixes: {{p: {{path: {device}}}}}\ndata: {{x: "p:#x"}}\n'
    )
    with deadline(), pytest.raises(LinkdataError) as caught:
        _ = linkdata.open(path).data.x
    assert caught.value.code == "resource-outside-roots"


# Swap after check


def test_a_file_that_is_swapped_after_it_was_verified_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("x.h5", 1), ("evil.h5", 666)):
        with h5py.File(tmp_path / name, "w") as file:
            file["v"] = value
    digest = hashlib.sha256((tmp_path / "x.h5").read_bytes()).hexdigest()
    path = write(
        tmp_path / "a.yaml",
        f"prefixes: {{p: {{path: x.h5, hash: 'sha256:{digest}'}}}}\ndata: {{x: 'p:/v'}}\n",
    )
    original = Binder.file

    def swapping(self: Binder, bound: Bound) -> Path:
        found = original(self, bound)
        if (tmp_path / "evil.h5").exists():
            os.replace(tmp_path / "evil.h5", tmp_path / "x.h5")
        return found

    monkeypatch.setattr(Binder, "file", swapping)
    with contextlib.suppress(LinkdataError):
        assert linkdata.open(path).data.x == 1


def test_a_file_that_is_changed_later_is_verified_again(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["v"] = 1
    digest = hashlib.sha256((tmp_path / "x.h5").read_bytes()).hexdigest()
    path = write(
        tmp_path / "a.yaml",
        f"prefixes: {{p: {{path: x.h5, hash: 'sha256:{digest}'}}}}\ndata: {{x: 'p:/v'}}\n",
    )
    ds = linkdata.open(path)
    assert ds.data.x == 1
    with h5py.File(tmp_path / "evil.h5", "w") as file:
        file["v"] = 666
    os.replace(tmp_path / "evil.h5", tmp_path / "x.h5")
    with pytest.raises(linkdata.DigestMismatchError):
        _ = ds["p:/v"]


# Network


def test_no_socket_is_opened_whatever_a_document_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def refuse(*given: object, **_: object) -> None:
        tried.append(str(given))
        raise AssertionError("a socket was opened")

    class Refused(socket.socket):  # a class, as others derive from it
        __init__ = refuse  # type: ignore[assignment]

    monkeypatch.setattr(socket, "socket", Refused)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    url = "http://127.0.0.1:9/x"
    path = write(
        tmp_path / "a.yaml",
        f"meta:\n  base: {url}/\n  imports: {{m: {{from: [{{url: '{url}'}}]}}}}\n"
        f"  prefixes: {{p: {{url: '{url}'}}, q: {{path: '{url}'}}, o: '{url}/'}}\n"
        "data: {is_a: 'o:T', x: 'p:#x', y: 'q:#x', z: {from: {type: hdf5, source: 'p:/x'}}}\n"
        "ok: {is_a: 'o:T'}\n",
    )
    found = {one.code for one in linkdata.check(path) if one.severity == "error"}
    assert found == {"network-refused"}
    ds = linkdata.open(path)
    for emit in EMITTERS.values():
        with contextlib.suppress(LinkdataError):
            emit(ds)
    write(tmp_path / "b.yaml", f"meta: {{base: {url}/}}\ndata: {{is_a: '{url}', x: 1}}\n")
    said = linkdata.open(tmp_path / "b.yaml").to_rdflib()
    subject = URIRef(f"{url}/b#data")
    assert (subject, RDF.type, URIRef(url)) in said
    assert len(list(said.predicate_objects(subject))) == 3  # its class, its field, its place
    assert tried == []


# Imports


def test_nothing_of_a_named_package_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "site/canary_models/__init__.py", "raise SystemExit('imported')\n")
    write(tmp_path / "site/canary_models-1.dist-info/METADATA", "Name: canary-models\nVersion: 1\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    asked: list[str] = []
    original = builtins.__import__

    def watched(name: str, *given: Any, **named: Any) -> Any:
        asked.append(name)
        return original(name, *given, **named)

    monkeypatch.setattr(builtins, "__import__", watched)
    path = write(
        tmp_path / "a.yaml",
        "meta:\n  imports:\n    canary_models:\n      as: c\n"
        "      version: '1'\n      from: [{pypi: {package: canary-models}}]\n"
        "data: {is_a: 'c:Thing', x: 1}\n",
    )
    linkdata.check(path)
    ds = linkdata.open(path)
    for emit in EMITTERS.values():
        with contextlib.suppress(LinkdataError):
            emit(ds)
    assert "canary_models" not in sys.modules
    assert not [name for name in asked if name.startswith("canary")]


# Cycles

CYCLES = {
    "alias": ("a: &a [*a]\n", {"yaml-alias-cycle"}),
    "itself": ('data: {a: "#data.a"}\n', {"reference-cycle"}),
    "mutual": ('data: {a: "#data.b", b: "#data.a"}\n', {"reference-cycle"}),
    "from": ('data: {a: {from: "#data.b"}, b: {from: "#data.a"}}\n', {"from-cycle"}),
    "files": ('data: {a: "./b.yaml#b"}\n', {"reference-cycle"}),
    "files by from": ('data: {a: {from: "./b.yaml#f"}}\n', {"from-cycle"}),
    "extends": ("meta: {extends: c.yaml}\n", {"extends-cycle"}),
    "inside": ('data: {a: {b: {from: "#data.a"}}}\n', set()),
    "objects": ('data: {a: {b: "#data.b"}, b: {a: "#data.a"}}\n', set()),
    "over": ('data: {x: {from: "#data", x: {y: 1}, z: {from: "#data.x"}}}\n', set()),
}


@pytest.mark.parametrize("cycle", CYCLES)
def test_cycles_end(tmp_path: Path, cycle: str) -> None:
    text, expected = CYCLES[cycle]
    write(tmp_path / "b.yaml", 'b: "./a.yaml#data.a"\nf: {from: "./a.yaml#data.a"}\n')
    write(tmp_path / "c.yaml", "meta: {extends: a.yaml}\n")
    path = write(tmp_path / "a.yaml", text)
    with deadline():
        found = {one.code for one in linkdata.check(path) if one.severity == "error"}
        assert found == expected
        for emit in EMITTERS.values():
            with contextlib.suppress(LinkdataError):
                emit(linkdata.open(path))


@pytest.mark.parametrize("emitter", ["json", "expanded", "ttl", "nt", "tree"])
@pytest.mark.parametrize(
    "text", ['data: {a: ["#data.a"]}\n', 'data: {a: ["#data.b"], b: ["#data.a"]}\n']
)
def test_a_list_that_holds_itself(emitter: str, text: str) -> None:
    with deadline(), contextlib.suppress(LinkdataError):
        EMITTERS[emitter](linkdata.loads(text))
