"""Schemas from a network: URLs, and wheels of distributions that are not installed."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import linkdata
from linkdata.errors import Diagnostic, LinkdataError
from linkdata.schema.imports import Imported, Imports
from linkdata.schema.locking import locked_now

NAMESPACE = "namespaces: [{name: lab, doc: d, version: 1.0.0, schema: [{source: lab.rig.yaml}]}]\n"
RIG = (
    "groups: [{neurodata_type_def: Rig, doc: r, attributes: [{name: room, dtype: text, doc: d}]}]\n"
)


class Server:
    """A server on this machine. `pages` are bytes, or where to go instead; `asked` the paths."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes | str] = {}
        self.asked: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                page = server.pages.get(self.path)
                self.send_response(404 if page is None else 302 if isinstance(page, str) else 200)
                if isinstance(page, str):
                    self.send_header("Location", page)
                self.end_headers()
                if isinstance(page, bytes):
                    self.wfile.write(page)

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.http.server_port}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def wheel(self, name: str, files: dict[str, bytes], *, sha256: str | None = None) -> None:
        """Put a wheel on the page of its distribution."""
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for path, content in files.items():
                archive.writestr(path, content)
        data = made.getvalue()
        self.pages[f"/files/{name}"] = data
        package = name.partition("-")[0].replace("_", "-")
        page = f"/simple/{package}/"
        listed = json.loads(self.pages.get(page, b'{"files": []}'))
        digest = sha256 or hashlib.sha256(data).hexdigest()
        listed["files"].append({"url": f"/files/{name}", "hashes": {"sha256": digest}})
        self.pages[page] = json.dumps(listed).encode()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


Find = Callable[..., Imported]


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    monkeypatch.setenv("LINKDATA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "config.toml"))
    for name in ("LINKDATA_NETWORK", "LINKDATA_INDEX", "PIP_INDEX_URL", "http_proxy"):
        monkeypatch.delenv(name, raising=False)

    def write(source: str, version: str = "") -> Path:
        path = tmp_path / "a.yaml"
        said = f"version: '{version}', " if version else ""
        path.write_text(f"meta: {{imports: {{lab: {{{said}from: [{source}]}}}}}}\ndata: {{}}\n")
        return path

    return write


def imported(path: Path, *network: str) -> Imported:
    graph = linkdata.open(path, network=network).graph
    return Imports(graph, graph.context).all["lab"]


def problem(path: Path, *network: str) -> Diagnostic:
    with pytest.raises(LinkdataError) as found:
        imported(path, *network)
    return found.value.diagnostic


def serve_lab(server: Server) -> str:
    server.pages |= {"/s/lab.namespace.yaml": NAMESPACE.encode(), "/s/lab.rig.yaml": RIG.encode()}
    return f"{{url: '{server.url}/s/lab.namespace.yaml'}}"


# URLs


def test_nothing_is_fetched_from_a_host_that_is_not_allowed(server: Server, document) -> None:
    path = document(serve_lab(server))
    for network in ((), ("example.org",), ("127.0.0.1:1",)):
        found = problem(path, *network)
        assert found.code == "network-refused"
        assert f"--allow-network {server.host}" in str(found.hint)
    assert server.asked == []


def test_a_url(server: Server, document) -> None:
    found = imported(document(serve_lab(server)), "127.0.0.1")
    assert found.schema.classes["Rig"].slots["room"]
    assert server.asked == ["/s/lab.namespace.yaml", "/s/lab.rig.yaml"]


def test_linkml_at_a_url(server: Server, document) -> None:
    schema = "id: http://e/l\nname: lab\nimports: [parts/base]\nclasses: {Rig: {is_a: Part}}\n"
    base = "id: http://e/b\nname: base\nclasses: {Part: {attributes: {x: {}}}}\n"
    server.pages |= {"/lab.yaml": schema.encode(), "/parts/base.yaml": base.encode()}
    found = imported(document(f"{{url: '{server.url}/lab.yaml'}}"), server.host)
    assert found.schema.is_a("Rig", "Part")


def test_a_host_in_the_users_configuration(server: Server, document, tmp_path: Path) -> None:
    path = document(serve_lab(server))
    (tmp_path / "config.toml").write_text(f"network = ['{server.host}']\n")
    assert imported(path).schema.name == "lab"


def test_a_host_in_the_environment(server: Server, document, monkeypatch) -> None:
    monkeypatch.setenv("LINKDATA_NETWORK", f"example.org {server.host}")
    assert imported(document(serve_lab(server))).schema.name == "lab"


def test_a_project_cannot_allow_a_host(server: Server, document, tmp_path: Path) -> None:
    path = document(serve_lab(server))
    (tmp_path / "linkdata.toml").write_text(f"network = ['{server.host}']\n")
    found = problem(path)
    assert found.code == "configuration-invalid"
    assert "your own configuration" in str(found.hint)
    assert server.asked == []


@pytest.mark.parametrize("host", ["http://example.org", "a b", "", "x:y"])
def test_what_is_no_host(document, host: str) -> None:
    assert problem(document("{path: x.yaml}"), host).code == "usage"


def test_a_redirection_to_another_host(server: Server, document) -> None:
    path = document(f"{{url: '{server.url}/a'}}")
    server.pages["/a"] = "http://example.invalid/secret"
    assert problem(path, "127.0.0.1").code == "network-refused"
    server.pages |= {"/a": "/b", "/b": b"id: http://e/l\nname: lab\nclasses: {Rig: {}}\n"}
    assert imported(path, "127.0.0.1").schema.classes


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (None, "resource-missing"), (b"\xff\xfe", "schema-invalid"), (b"[", "schema-invalid"),
        (b"a: 1", "schema-invalid"),
    ],
)  # fmt: skip
def test_what_is_no_schema(server: Server, document, page: bytes | None, code: str) -> None:
    if page is not None:
        server.pages["/a"] = page
    assert problem(document(f"{{url: '{server.url}/a'}}"), "127.0.0.1").code == code


def test_a_server_that_is_not_there(server: Server, document) -> None:
    server.http.server_close()
    found = problem(document(serve_lab(server)), "127.0.0.1")
    assert found.code == "resource-unreadable"


def test_what_is_locked_is_not_fetched_again(server: Server, document) -> None:
    path = document(serve_lab(server))
    locked_now(linkdata.open(path, network=["127.0.0.1"]).graph).write()
    server.asked.clear()
    assert imported(path).schema.name == "lab"  # without a network
    assert server.asked == []


def test_a_page_that_changed_is_another_schema(server: Server, document, tmp_path: Path) -> None:
    path = document(serve_lab(server))
    locked_now(linkdata.open(path, network=["127.0.0.1"]).graph).write()
    server.pages["/s/lab.rig.yaml"] = RIG.replace("room", "floor").encode()
    assert imported(path, "127.0.0.1").schema.classes["Rig"].slots["room"]  # from the cache
    for kept in (tmp_path / "cache" / "fetched").rglob("*"):
        if kept.is_file():
            kept.write_bytes(b"broken")
    assert problem(path, "127.0.0.1").code == "digest-mismatch"


# Wheels

FILES = {
    "lab_schemas/core/lab.namespace.yaml": NAMESPACE.encode(),
    "lab_schemas/core/lab.rig.yaml": RIG.encode(),
    "lab_schemas/__init__.py": b"raise SystemExit('code of the wheel was run')",
}
PYPI = "{pypi: {package: lab-schemas}}"


@pytest.fixture
def index(server: Server, monkeypatch: pytest.MonkeyPatch, document) -> Server:
    monkeypatch.setenv("LINKDATA_INDEX", f"{server.url}/simple")
    server.wheel("lab_schemas-1.0-py3-none-any.whl", FILES)
    return server


def test_a_distribution_that_is_not_installed(index: Server, document, tmp_path: Path) -> None:
    path = document(PYPI)
    found = problem(path)
    assert (found.code, index.asked) == ("schema-not-found", [])
    assert "pip install lab-schemas" in str(found.hint)
    assert imported(path, index.host).schema.classes["Rig"]
    kept = [one.name for one in (tmp_path / "cache" / "wheels").rglob("*") if one.is_file()]
    assert sorted(kept) == ["lab.namespace.yaml", "lab.rig.yaml"]


def test_without_an_index(server: Server, document) -> None:
    found = problem(document(PYPI), server.host)
    assert found.code == "schema-not-found"
    assert "`index`" in str(found.hint)


@pytest.mark.parametrize(
    ("source", "version"),
    [
        (PYPI, "2.0"),  # not the newer pre-release
        ("{pypi: {package: lab-schemas, version: '1.0'}}", "1.0"),
        ("{pypi: {package: Lab_Schemas, version: 3.0a1}}", "3.0a1"),
    ],
)
def test_the_release_that_is_taken(index: Server, document, source: str, version: str) -> None:
    for release in ("2.0", "3.0a1"):
        index.wheel(f"lab_schemas-{release}-py3-none-any.whl", FILES)
    imported(document(source), index.host)
    assert index.asked[-1] == f"/files/lab_schemas-{version}-py3-none-any.whl"


def test_a_release_that_there_is_not(index: Server, document) -> None:
    found = problem(document("{pypi: {package: lab-schemas, version: '1.1'}}"), index.host)
    assert (found.code, found.hint) == ("schema-not-found", "did you mean `1.0`?")


def test_an_installed_distribution_of_another_release(index: Server, document) -> None:
    index.wheel("pynwb-0.0.1-py3-none-any.whl", FILES)
    imported(document("{pypi: {package: pynwb, version: 0.0.1}}"), index.host)
    assert index.asked[-1] == "/files/pynwb-0.0.1-py3-none-any.whl"


def test_a_wheel_of_the_wrong_digest(index: Server, document) -> None:
    index.wheel("lab_schemas-2.0-py3-none-any.whl", FILES, sha256="0" * 64)
    assert problem(document(PYPI), index.host).code == "digest-mismatch"


@pytest.mark.parametrize(
    "files",
    [{"../evil.yaml": b"x"}, {"/evil.yaml": b"x"}, {"a/../../evil.yaml": b"x"}],
)
def test_a_wheel_that_would_write_elsewhere(
    index: Server, document, tmp_path: Path, files: dict[str, bytes]
) -> None:
    index.wheel("lab_schemas-2.0-py3-none-any.whl", {**FILES, **files})
    assert problem(document(PYPI), index.host).code == "schema-invalid"
    assert not list(tmp_path.rglob("evil.yaml"))


def test_what_is_no_wheel(index: Server, document) -> None:
    index.wheel("lab_schemas-2.0-py3-none-any.whl", FILES)
    page = json.loads(index.pages["/simple/lab-schemas/"])
    index.pages["/files/lab_schemas-2.0-py3-none-any.whl"] = b"no zip"
    page["files"][-1]["hashes"]["sha256"] = hashlib.sha256(b"no zip").hexdigest()
    index.pages["/simple/lab-schemas/"] = json.dumps(page).encode()
    assert problem(document(PYPI), index.host).code == "schema-invalid"


def test_a_page_that_is_no_index(index: Server, document) -> None:
    index.pages["/simple/lab-schemas/"] = b"<html>"
    found = problem(document(PYPI), index.host)
    assert (found.code, "PEP 691" in str(found.hint)) == ("schema-invalid", True)


def test_a_locked_wheel_is_not_fetched_again(index: Server, document) -> None:
    path = document(PYPI)
    locked_now(linkdata.open(path, network=[index.host]).graph).write()
    index.wheel("lab_schemas-2.0-py3-none-any.whl", {})
    index.asked.clear()
    assert imported(path).schema.classes["Rig"]
    assert index.asked == []
