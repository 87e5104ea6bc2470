"""Stores in buckets, on a real S3 server (moto's) on this machine, and on a web server."""

from __future__ import annotations

import functools
import http.server
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy
import pytest

import linkdata
from linkdata.arrays.adding import add_array
from linkdata.arrays.inline import InlineArray
from linkdata.errors import StoreError, StoreMissingError, UsageError, error
from linkdata.store import layout
from linkdata.store import remote_locks as locks
from linkdata.store.collecting import collect
from linkdata.store.digests import Digest
from linkdata.store.folder import FolderStore
from linkdata.store.memory import MemoryStore
from linkdata.store.opening import open_store
from linkdata.store.protocols import Kind
from linkdata.store.remote import RemoteStore
from linkdata.store.repairing import repair
from linkdata.store.transfer import transfer
from linkdata.store.verifying import State, verify
from linkdata.testing.stores import StoreContract, sample, spoilt


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An S3 server; its URL."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(3000):
            try:
                urllib.request.urlopen(url, timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, "the server ended"
                time.sleep(0.1)
        else:
            pytest.fail("the server does not answer")
        yield url
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def place(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty place in a bucket of the server."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    request = urllib.request.Request(f"{server}/laboratory", method="PUT")
    urllib.request.urlopen(request, timeout=30).close()
    return f"s3://laboratory/{uuid.uuid4().hex}"


@pytest.fixture
def store(place: str) -> Iterator[RemoteStore]:
    with open_store(place, writable=True) as found:
        assert isinstance(found, RemoteStore)
        yield found


class TestRemoteStore(StoreContract):
    pass


def test_a_corrupt_object_is_put_aside_and_repaired(store: RemoteStore) -> None:
    array = sample(1, 2)
    array.put(store)
    digest, data = array.chunks[0]
    store._bucket.replace(layout.object_path("chunks", digest), spoilt(data))
    assert [found.state for found in verify(store)].count(State.CORRUPT) == 1
    store.quarantine("chunks", digest)
    assert not store.has("chunks", digest)
    assert list(store.quarantined("chunks", digest)) == [spoilt(data)]
    source = MemoryStore()
    array.put(source)
    assert repair(store, [source]).repaired == [("chunks", digest)]
    assert store.get("chunks", digest) == data


def test_another_number_of_bytes_is_looked_at_and_replaced(store: RemoteStore) -> None:
    digest, data = sample(1).chunks[0]
    store.put("chunks", digest, data)
    store._bucket.replace(layout.object_path("chunks", digest), data[:-1])
    assert not store.put("chunks", digest, data)
    assert store.get("chunks", digest) == data
    assert list(store.quarantined("chunks", digest)) == [data[:-1]]


def test_only_one_of_two_writers_makes_an_object(place: str) -> None:
    with open_store(place, writable=True) as one, open_store(place, writable=True) as other:
        (chunk,) = sample(1).chunks
        assert [one.put("chunks", *chunk), other.put("chunks", *chunk)] == [True, False]


def test_a_collection_does_not_run_beside_a_writer(place: str) -> None:
    with open_store(place, writable=True) as writer:
        sample(1).put(writer)
        with open_store(place, writable=True) as other, pytest.raises(StoreError) as caught:
            collect(other, [], grace=0)
        assert caught.value.code == "store-locked"
    with open_store(place, writable=True) as other:
        assert collect(other, [], grace=0).manifests == 1


def test_a_writer_does_not_begin_beside_a_collection(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_WAIT", 0.0)
    with (
        open_store(place, writable=True) as one,
        open_store(place, writable=True) as other,
        one.lock(exclusive=True),
        pytest.raises(StoreError) as caught,
    ):
        sample(1).put(other)
    assert caught.value.code == "store-locked"


def test_the_lock_of_a_writer_that_died_ends(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = open_store(place, writable=True)
    sample(1).put(dead)  # and is never closed
    monkeypatch.setattr(locks, "LAPSE", 0.0)
    with open_store(place, writable=True) as other:
        assert collect(other, [], grace=0).chunks == 1


def test_a_writer_that_slept_looks_for_its_chunks_again(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    array = sample(1, 2)
    with open_store(place, writable=True) as writer:
        for digest, data in array.chunks:
            writer.put("chunks", digest, data)
        monkeypatch.setattr(locks, "LAPSE", 0.0)
        with open_store(place, writable=True) as other:
            collect(other, [], grace=0)
        monkeypatch.setattr(locks, "RENEW", -1.0)
        with pytest.raises(StoreMissingError):
            writer.put("manifests", *array.manifest)


def test_reading_writes_nothing(place: str) -> None:
    with open_store(place, writable=True) as writer:
        sample(1).put(writer)
        bucket = writer._bucket  # type: ignore[union-attr]
    before = sorted(found["path"] for found in bucket.list(""))
    with open_store(place) as reader:
        assert len(list(verify(reader))) == 2
        with pytest.raises(StoreError) as caught:
            reader.put("chunks", *sample(1).chunks[0])
        assert caught.value.code == "store-unwritable"
    assert sorted(found["path"] for found in bucket.list("")) == before


def test_there_is_no_store(place: str) -> None:
    with open_store(place) as reader, pytest.raises(StoreError) as caught:
        list(reader.list("chunks"))
    assert caught.value.code == "store-invalid"


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with socket.socket() as silent:  # its port is taken, and nobody listens there
        silent.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with open_store("s3://laboratory/x") as reader, pytest.raises(StoreError) as caught:
            reader.has("chunks", sample(1).digest)
    assert caught.value.code == "store-unreadable"
    assert "\n" not in caught.value.diagnostic.message


def test_a_version_of_the_future_is_refused(store: RemoteStore) -> None:
    store._bucket.replace(layout.RECORD, b'{"linkdata":"store","version":2}\n')
    with pytest.raises(StoreError) as caught:
        list(store.list("chunks"))
    assert caught.value.code == "store-version-unknown"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """The URL of a store in a folder that a web server shows."""
    local = FolderStore(tmp_path / "store")
    sample(1, 2).put(local)
    handler = functools.partial(_Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as found:
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{found.server_address[1]}/store"
        found.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_web_server_is_read(web: str) -> None:
    array = sample(1, 2)
    target = MemoryStore()
    with open_store(web) as reader:
        done = transfer(reader, target, [array.digest])
    assert (done.manifests, done.chunks, done.findings) == (1, 2, [])
    with open_store(web) as reader, pytest.raises(StoreMissingError):
        reader.get("chunks", sample(3).chunks[0][0])


def test_a_web_server_has_no_lists_and_takes_nothing(web: str) -> None:
    with open_store(web) as reader, pytest.raises(StoreError) as caught:
        list(reader.list("chunks"))
    assert caught.value.code == "store-unreadable"
    with pytest.raises(StoreError) as refused:
        open_store(web, writable=True)
    assert refused.value.code == "store-unwritable"


@pytest.mark.parametrize("place", ["ftp://example.org/x", "s3://"])
def test_places_that_are_none(place: str) -> None:
    with pytest.raises(UsageError):
        open_store(place)


def test_what_was_just_made_is_not_of_the_future(store: RemoteStore) -> None:
    """The server's clock has whole seconds: by it a lock may seem younger than it is."""
    store._locks._skew = -0.9
    array = sample(1)
    array.put(store)
    assert store.age("manifests", array.digest) >= 0


def test_an_array_goes_there_in_two_goes_and_is_read_and_comes_back(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = numpy.arange(4000, dtype="int16").reshape(1000, 4)
    home = FolderStore(tmp_path / "home")
    entry = add_array(InlineArray(values.tolist(), "int16"), home, grid=(50, 4))
    put = RemoteStore.put
    left = iter(range(12))

    def breaking(store: RemoteStore, kind: Kind, digest: Digest, data: bytes) -> bool:
        if next(left, None) is None:
            raise StoreError(error("store-unwritable", "the line is down"))
        return put(store, kind, digest, data)

    with open_store(place, writable=True) as there:
        monkeypatch.setattr(RemoteStore, "put", breaking)
        with pytest.raises(StoreError):
            transfer(home, there)
        monkeypatch.setattr(RemoteStore, "put", put)
    with open_store(place, writable=True) as there:
        assert not list(there.list("manifests"))
        done = transfer(home, there)
        assert (done.manifests, done.chunks, done.there) == (1, 8, 12)
        again = transfer(home, there)
        assert (again.size, again.chunk_size, again.there) == (0, 0, 1)
    document = f"meta: {{id: x}}\ndata: {{x: {{chunks: '{entry.digest}'}}}}"
    array = linkdata.loads(document, stores=[place]).data.x
    assert (array[120:130, 1:3] == values[120:130, 1:3]).all()
    with open_store(place) as there:
        back = FolderStore(tmp_path / "back")
        assert transfer(there, back).chunks == 20
    assert all(found.state is State.GOOD for found in verify(back, deep=True))
