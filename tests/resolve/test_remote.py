from __future__ import annotations

import hashlib
import io
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import linkdata
from linkdata.arrays.ranged import RangedFile
from linkdata.cli.main import cli
from linkdata.errors import LinkdataError
from linkdata.resolve.network import Network
from linkdata.resolve.remote import is_remote, open_remote


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("LINKDATA_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("LINKDATA_NETWORK", raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


def hdf5(big: int = 0) -> bytes:
    kept = io.BytesIO()
    with h5py.File(kept, "w") as file:
        file["x"] = 7
        file.create_dataset("a", data=numpy.arange(12).reshape(3, 4), chunks=(1, 4))
        file["a"].attrs["unit"] = "V"
        if big:
            values = numpy.random.default_rng(1).integers(0, 1 << 30, big)
            file.create_dataset("big", data=values, chunks=(1 << 16,))
    return kept.getvalue()


DOCUMENT = """\
meta:
  id: s1
  base: https://example.org/
  extends: ../project.yaml
  prefixes: {raw: {path: raw.h5}}
data:
  other: "./other.yaml#data"
  a: "raw:/a"
"""


@pytest.fixture
def site(served: Any) -> Any:
    served.files = {
        "/lab/project.yaml": b"data: {institution: The Lab}\n",
        "/lab/sessions/s1.yaml": DOCUMENT.encode(),
        "/lab/sessions/other.yaml": b"data: {n: 5}\n",
        "/lab/sessions/raw.h5": hdf5(),
        "/lab/plain": hdf5(),
    }
    return served


def codes(found: list[linkdata.Diagnostic]) -> list[str]:
    return [one.code for one in found if one.severity == "error"]


# Documents and HDF5 files of a web server


def test_a_document_with_all_that_it_refers_to(site: Any) -> None:
    ds = linkdata.open(site.url("/lab/sessions/s1.yaml"), network=[site.host])
    assert ds.iri == "https://example.org/s1"
    assert (ds.data.institution, ds.data.other.n, ds.data.a[1, 2]) == ("The Lab", 5, 6)
    assert ds.data.a.unit == "V"
    assert codes(ds.check()) == []


@pytest.mark.parametrize("path", ["/lab/sessions/raw.h5", "/lab/plain"])
def test_an_hdf5_file(site: Any, path: str) -> None:
    ds = linkdata.open(site.url(path), network=[site.host])
    assert ds.data.x == 7
    assert numpy.array_equal(ds.data.a, numpy.arange(12).reshape(3, 4))
    assert site.url(path) in ds.name


def test_only_what_is_needed_is_read(site: Any) -> None:
    site.files["/big.h5"] = hdf5(big=4_000_000)
    size = len(site.files["/big.h5"])
    with linkdata.open(site.url("/big.h5"), network=[site.host]) as ds:
        assert ds.data.a[0, 1] == 1
        ds.data.big[100:110]
    assert size > 30_000_000
    assert site.transferred < 2_500_000


def test_what_was_read_is_not_asked_for_again(site: Any) -> None:
    ds = linkdata.open(site.url("/lab/sessions/raw.h5"), network=[site.host])
    first = ds.data.a[:]
    asked = len(site.asked)
    assert numpy.array_equal(ds.data.a[:], first)
    assert len(site.asked) == asked


def test_the_command(site: Any) -> None:
    args = ["get", site.url("/lab/sessions/s1.yaml"), "#data.other.n", "--allow-network", site.host]
    done = CliRunner().invoke(cli, args)
    assert (done.exit_code, done.stdout) == (0, "5\n")
    done = CliRunner().invoke(cli, ["check", site.url("/lab/sessions/s1.yaml")])
    assert done.exit_code == 1
    assert f"--allow-network {site.host}" in done.stdout


def test_a_collection(site: Any) -> None:
    urls = [site.url(f"/lab/sessions/{name}") for name in ("s1.yaml", "raw.h5")]
    collection = linkdata.open_many(urls, network=[site.host])
    assert collection.names == ["s1", "raw"]
    assert [ds.data.a[0, 1] for ds in collection] == [1, 1]


# Nobody is asked unless the user said so


@pytest.mark.parametrize("network", [[], ["example.org"], ["127.0.0.1:1"]])
def test_a_host_that_was_not_allowed(site: Any, network: list[str]) -> None:
    for path in ("/lab/sessions/s1.yaml", "/lab/sessions/raw.h5", "/lab/plain"):
        with pytest.raises(linkdata.RetrievalError) as caught:
            linkdata.open(site.url(path), network=network)
        assert caught.value.code == "network-refused"
    assert site.asked == []


def test_a_local_document_with_a_url(site: Any) -> None:
    Path("a.yaml").write_text(
        f"meta: {{prefixes: {{raw: {{url: '{site.url('/lab/plain')}'}}}}}}\n"
        f"data: {{a: 'raw:/a', d: 'doc:#data.n'}}\n"
        f"prefixes: {{}}\n".replace("prefixes: {}\n", "")
    )
    text = Path("a.yaml").read_text()
    url = site.url("/lab/sessions/other.yaml")
    Path("a.yaml").write_text(text.replace("{raw:", f"{{doc: {{url: '{url}'}}, raw:"))
    assert set(codes(linkdata.check("a.yaml"))) == {"network-refused"}
    assert site.asked == []
    ds = linkdata.open("a.yaml", network=[site.host])
    assert (ds.data.a[1, 0], ds.data.d) == (4, 5)


def test_a_document_must_not_allow_anything(site: Any) -> None:
    Path("linkdata.toml").write_text(f"network = ['{site.host}']\n")
    Path("a.yaml").write_text("data: 1\n")
    with pytest.raises(linkdata.RetrievalError, match="your own configuration"):
        linkdata.open("a.yaml")


def test_the_users_own_configuration_may(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("c.toml").write_text(f"network = ['{site.host}']\n")
    monkeypatch.setenv("LINKDATA_CONFIG", "c.toml")
    assert linkdata.open(site.url("/lab/sessions/raw.h5")).data.x == 7
    monkeypatch.setenv("LINKDATA_CONFIG", "none.toml")
    monkeypatch.setenv("LINKDATA_NETWORK", site.host)
    assert linkdata.open(site.url("/lab/sessions/raw.h5")).data.x == 7


def test_no_socket_is_opened_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", lambda *args, **given: pytest.fail("a socket"))
    Path("a.yaml").write_text(
        "meta: {prefixes: {raw: {url: 'https://example.org/x.h5'}}}\n"
        "data: {a: 'raw:/a', b: 'raw:#a'}\n"
    )
    assert set(codes(linkdata.check("a.yaml"))) == {"network-refused"}
    for url in ("https://example.org/a.yaml", "s3://bucket/a.nwb", "ftp://x/a.nwb"):
        with pytest.raises(linkdata.RetrievalError):
            linkdata.open(url)


def test_a_redirection_leads_to_allowed_hosts_only(site: Any) -> None:
    other = f"http://localhost:{site.host.partition(':')[2]}"
    site.redirects = {
        "/moved.yaml": site.url("/lab/sessions/other.yaml"),
        "/out.yaml": f"{other}/lab/sessions/other.yaml",
        "/out.h5": f"{other}/lab/sessions/raw.h5",
    }
    assert linkdata.open(site.url("/moved.yaml"), network=[site.host]).data.n == 5
    for name in ("/out.yaml", "/out.h5"):
        with pytest.raises(linkdata.RetrievalError) as caught:
            linkdata.open(site.url(name), network=[site.host]).data.x  # noqa: B018
        assert caught.value.code == "network-refused"


def test_a_remote_document_reaches_no_files_of_this_machine(site: Any) -> None:
    Path("secret.yaml").write_text("data: {n: 1}\n")
    site.files["/a.yaml"] = (
        f"meta: {{prefixes: {{s: {{url: 'file://{os.getcwd()}/secret.yaml'}},"
        f" t: {{path: '{os.getcwd()}/secret.yaml'}}}}}}\n"
        "data: {a: 's:#data.n', b: 't:#data.n', c: '../../../../etc/x.yaml#a'}\n"
    ).encode()
    ds = linkdata.open(site.url("/a.yaml"), network=[site.host])
    assert sorted(codes(ds.check())) == ["network-refused", "resource-missing", "resource-missing"]


def test_links_in_a_remote_file_lead_nowhere(site: Any) -> None:
    with h5py.File("local.h5", "w") as file:
        file["y"] = 1
    with h5py.File("r.h5", "w") as file:
        file["x"] = 7
        file["out"] = h5py.ExternalLink(f"{os.getcwd()}/local.h5", "/y")
        file["near"] = h5py.ExternalLink("local.h5", "/y")
        file.create_dataset("raw", (2,), "i4", external=[(f"{os.getcwd()}/local.h5", 0, 8)])
        layout = h5py.VirtualLayout(shape=(1,), dtype="i8")
        layout[:] = h5py.VirtualSource("local.h5", "y", shape=(1,))
        file.create_virtual_dataset("virtual", layout)
    site.files["/r.h5"] = Path("r.h5").read_bytes()
    ds = linkdata.open(site.url("/r.h5"), network=[site.host], roots=["."])
    assert ds.data.x == 7
    for name in ("out", "near"):
        with pytest.raises(linkdata.SourceError) as caught:
            ds.data[name]
        assert caught.value.code == "source-link-refused"
    for name in ("raw", "virtual"):
        with pytest.raises(linkdata.SourceError) as caught:
            ds.data[name][:]
        assert caught.value.code == "source-external-storage"


# What goes wrong is told


def test_nobody_answers() -> None:
    with socket.socket() as silent:  # its port is taken, and nobody listens there
        silent.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        for path in ("a.yaml", "a.nwb"):
            with pytest.raises(linkdata.RetrievalError, match=r"[Cc]onnection refused") as caught:
                linkdata.open(f"http://{host}/{path}", network=[host]).data.x  # noqa: B018
            assert caught.value.code == "resource-unreadable"


def test_there_is_no_such_file(site: Any) -> None:
    for path in ("/none.yaml", "/none.h5"):
        with pytest.raises(linkdata.RetrievalError) as caught:
            linkdata.open(site.url(path), network=[site.host]).data.x  # noqa: B018
        assert caught.value.code == "resource-missing"


def test_a_server_that_gives_no_parts(site: Any) -> None:
    site.ranges = False
    assert linkdata.open(site.url("/lab/sessions/other.yaml"), network=[site.host]).data.n == 5
    with pytest.raises(linkdata.RetrievalError, match="no parts") as caught:
        linkdata.open(site.url("/lab/sessions/raw.h5"), network=[site.host]).data.x  # noqa: B018
    assert "hash" in (caught.value.diagnostic.hint or "")


def test_a_server_that_gives_too_little(site: Any) -> None:
    site.short = True
    with pytest.raises(linkdata.RetrievalError, match="bytes instead of"):
        linkdata.open(site.url("/lab/sessions/raw.h5"), network=[site.host]).data.x  # noqa: B018


def test_a_file_that_changes_meanwhile(site: Any) -> None:
    site.files["/big.h5"] = hdf5(big=2_000_000)
    ds = linkdata.open(site.url("/big.h5"), network=[site.host])
    ds.data.big[0:5]
    site.files["/big.h5"] = site.files["/big.h5"][:-1] + b"x"
    with pytest.raises(linkdata.RetrievalError, match="changed while"):
        ds.data.big[1_900_000:]


def test_what_is_no_hdf5_file(site: Any) -> None:
    site.files["/x.h5"] = b"something else, and more of it"
    site.files["/empty.h5"] = b""
    for path in ("/x.h5", "/empty.h5"):
        with pytest.raises(LinkdataError) as caught:
            linkdata.open(site.url(path), network=[site.host]).data.x  # noqa: B018
        assert caught.value.code == "source-not-hdf5"


def test_a_remote_file_is_not_written(site: Any) -> None:
    ds = linkdata.open(site.url("/lab/plain"), network=[site.host], writable=True)
    with pytest.raises(linkdata.SourceError) as caught:
        ds.data.a[0, 0] = 1
    assert caught.value.code == "source-read-only"


# The cache


def with_hash(url: str, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    return (
        f"meta: {{prefixes: {{raw: [{{url: '{url}'}}, {{hash: 'sha256:{digest}'}}]}}}}\n"
        "data: {a: 'raw:/a'}\n"
    )


def test_what_has_a_hash_is_fetched_once(site: Any, tmp_path: Path) -> None:
    data = site.files["/lab/plain"]
    Path("a.yaml").write_text(with_hash(site.url("/lab/plain"), data))
    assert linkdata.open("a.yaml", network=[site.host]).data.a[2, 3] == 11
    asked = len(site.asked)
    assert asked
    del site.files["/lab/plain"]
    assert linkdata.open("a.yaml", network=[site.host]).data.a[2, 3] == 11
    assert len(site.asked) == asked
    kept = [path for path in (tmp_path / "cache" / "fetched").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [data]


def test_what_was_spoilt_in_the_cache_is_fetched_again(site: Any, tmp_path: Path) -> None:
    Path("a.yaml").write_text(with_hash(site.url("/lab/plain"), site.files["/lab/plain"]))
    linkdata.open("a.yaml", network=[site.host]).data.a[0, 0]
    (kept,) = [path for path in (tmp_path / "cache" / "fetched").rglob("*") if path.is_file()]
    kept.chmod(0o644)
    kept.write_bytes(b"spoilt")
    assert linkdata.open("a.yaml", network=[site.host]).data.a[2, 3] == 11


def test_another_content_is_not_kept(site: Any, tmp_path: Path) -> None:
    Path("a.yaml").write_text(with_hash(site.url("/lab/plain"), b"other"))
    with pytest.raises(linkdata.DigestMismatchError):
        linkdata.open("a.yaml", network=[site.host]).data.a[0, 0]
    assert not [path for path in (tmp_path / "cache").rglob("*/fetched/**/*") if path.is_file()]


def test_the_next_location_is_used_where_one_is_not_allowed(site: Any) -> None:
    Path("raw.h5").write_bytes(site.files["/lab/plain"])
    Path("a.yaml").write_text(
        f"meta: {{prefixes: {{raw: [{{url: '{site.url('/lab/plain')}'}}, {{path: raw.h5}}]}}}}\n"
        "data: {a: 'raw:/a'}\n"
    )
    assert linkdata.open("a.yaml").data.a[0, 1] == 1
    assert site.asked == []


# Buckets


@pytest.fixture(scope="module")
def bucket() -> Iterator[dict[str, str]]:
    """A server of buckets on this machine, with one bucket; what the environment must say."""
    pytest.importorskip("moto.server")
    boto3 = pytest.importorskip("boto3")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    found = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "us-east-1",
    }  # fmt: skip
    client = boto3.client(
        "s3", endpoint_url=found["AWS_ENDPOINT_URL"], aws_access_key_id="x",
        aws_secret_access_key="x", region_name="us-east-1",
    )  # fmt: skip
    client.create_bucket(Bucket="lab")
    client.put_object(Bucket="lab", Key="sessions/s1.yaml", Body=DOCUMENT.encode())
    client.put_object(Bucket="lab", Key="project.yaml", Body=b"data: {institution: The Lab}\n")
    client.put_object(Bucket="lab", Key="sessions/other.yaml", Body=b"data: {n: 5}\n")
    client.put_object(Bucket="lab", Key="sessions/raw.h5", Body=hdf5())
    yield found
    server.stop()


def test_a_bucket(bucket: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("obstore")
    for name, value in bucket.items():
        monkeypatch.setenv(name, value)
    ds = linkdata.open("s3://lab/sessions/s1.yaml", network=["s3://lab"])
    assert (ds.data.institution, ds.data.other.n, ds.data.a[1, 2]) == ("The Lab", 5, 6)
    assert linkdata.open("s3://lab/sessions/raw.h5", network=["s3://lab"]).data.x == 7
    with pytest.raises(linkdata.RetrievalError) as caught:
        linkdata.open("s3://lab/sessions/none.yaml", network=["s3://lab"])
    assert caught.value.code == "resource-missing"
    with pytest.raises(linkdata.RetrievalError) as caught:
        linkdata.open("s3://lab/sessions/s1.yaml", network=["lab", "s3://other"])
    assert caught.value.code == "network-refused"


def test_any_file_system_of_fsspec() -> None:
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    system.pipe("/lab/raw.h5", hdf5())
    ds = linkdata.open("memory://lab/raw.h5", network=["memory://lab"])
    assert ds.data.a[2, 3] == 11
    with pytest.raises(LinkdataError, match="one for `nosuch`"):
        linkdata.open("nosuch://lab/raw.h5", network=["nosuch://lab"]).data.x  # noqa: B018


# The parts


@pytest.mark.parametrize(
    ("location", "expected"),
    [("https://x/y", True), ("s3://x/y", True), ("file:///x", False), ("text:document", False)],
)
def test_what_is_remote(location: str, expected: bool) -> None:
    assert is_remote(location) == expected


@pytest.mark.parametrize(
    ("hosts", "url", "expected"),
    [
        (["x"], "https://x/y", True),
        (["x:1"], "https://x/y", False),
        (["x:1"], "http://x:1/y", True),
        (["s3://b"], "s3://b/y", True),
        (["b"], "s3://b/y", False),
        (["x"], "s3://x/y", False),
        (["s3://x"], "https://x/y", False),
        (["x"], "https://user@x/y", True),
        (["x"], "https://x@evil/y", False),
    ],
)
def test_what_is_allowed(hosts: list[str], url: str, expected: bool) -> None:
    assert Network(hosts).allows(url) == expected


def test_a_range_of_a_file(site: Any) -> None:
    site.files["/x"] = bytes(range(100))
    file = open_remote(site.url("/x"), Network([site.host]))
    assert (file.size, file.read(3, 7), file.read(5, 5)) == (100, bytes([3, 4, 5, 6]), b"")


class Source:
    name, stamp = "source", None

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.asked: list[tuple[int, int]] = []

    @property
    def size(self) -> int:
        return len(self.data)

    def read(self, start: int, stop: int) -> bytes:
        assert 0 <= start < stop <= self.size
        self.asked.append((start, stop))
        return self.data[start:stop]


@given(
    st.binary(max_size=300),
    st.lists(st.tuples(st.integers(0, 320), st.integers(0, 320)), max_size=12),
    st.integers(1, 64),
    st.integers(1, 5),
)
def test_a_ranged_file_is_a_file(
    data: bytes, reads: list[tuple[int, int]], block: int, kept: int
) -> None:
    file, plain = RangedFile(Source(data), block=block, kept=kept), io.BytesIO(data)
    for at, length in reads:
        assert file.seek(at) == plain.seek(at)
        assert file.read(length) == plain.read(length)
        assert file.tell() == plain.tell()
    assert file.seek(-len(data) // 2, io.SEEK_END) == plain.seek(-len(data) // 2, io.SEEK_END)
    assert file.read() == plain.read()


def test_neighbours_are_fetched_together_and_kept() -> None:
    source = Source(bytes(100))
    file = RangedFile(source, block=10, kept=5)
    file.seek(12)
    file.read(10)
    file.seek(5)
    file.read(30)
    assert source.asked == [(10, 30), (0, 10), (30, 40)]
    file.seek(0)
    file.read(40)
    assert len(source.asked) == 3
    file.seek(0)
    file.read(100)  # more than is kept: not through the blocks
    assert source.asked[3:] == [(0, 100)]


def test_nothing_is_imported_for_it() -> None:
    code = (
        "import sys, linkdata; linkdata.open; linkdata.loads('data: 1').data;"
        "names = ('fsspec', 'obstore', 'urllib.request', 'ssl');"
        "print([one for one in names if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
