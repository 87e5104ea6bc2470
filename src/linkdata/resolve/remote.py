"""Files in a network: their bytes, whole or in ranges, from hosts that the user allowed.

Takes: URLs, and the network with the allowed hosts.
Gives: `open_remote`, a file that is read in ranges; `RemoteRetriever`, which gives documents.
Implements: `specs/linkdata-1.0.md`, section "Remote files".

`http:` and `https:` need nothing but Python. Other schemes (`s3:`, `gs:`, `memory:`...) are those
of fsspec; buckets are read with obstore where it is installed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Hashable
from typing import Any, Protocol
from urllib.parse import urlsplit

from linkdata.errors import Diagnostic, RetrievalError, UsageError, error
from linkdata.resolve.network import SCHEMES, Network
from linkdata.resolve.retrievers import Retrieved, Retriever, Stamped, refuse_hdf5
from linkdata.spans import Span
from linkdata.syntax import stream

#: Schemes of buckets, which obstore knows.
BUCKETS = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss")
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)\Z")


class RemoteFile(Protocol):
    """A file in a network: `linkdata.arrays.protocols.Ranged` is what arrays see of it."""

    @property
    def name(self) -> str:
        """Its URL."""

    @property
    def size(self) -> int:
        """How many bytes it has."""

    @property
    def stamp(self) -> Hashable:
        """What is another value once the bytes are others; None where nothing tells."""

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` up to `stop`. Raises `RetrievalError`."""


def is_remote(location: str) -> bool:
    """Whether a location is a URL of something that is not a local file."""
    return "://" in location and urlsplit(location).scheme != "file"


def open_remote(url: str, network: Network, span: Span | None = None) -> RemoteFile:
    """A file in a network; its size is asked for now.

    Raises `RetrievalError`: `network-refused` for a host that was not allowed, `resource-missing`,
    `resource-unreadable`; `UsageError` for a scheme without a library.
    """
    network.check(url, span)
    if urlsplit(url).scheme in SCHEMES:
        return _HttpFile(url, network, span)
    return _FilesystemFile(url, span)


class _HttpFile:
    """A file on a web server that answers requests for ranges."""

    def __init__(self, url: str, network: Network, span: Span | None) -> None:
        self.name = url
        self.stamp: Hashable = None
        self._network = network
        self._span = span
        self._tag = ""
        first = network.request(url, span, {"Range": "bytes=0-0"}, limit=1)
        found = _RANGE.match(first.headers.get("content-range", ""))
        if first.status != 206 or found is None:
            if first.status == 416 or first.headers.get("content-length") == "0":
                self.size = 0
                return
            raise _failed(url, "the server gives no parts of it", span,
                          hint="declare its `hash`, and it is fetched as a whole")  # fmt: skip
        self.size = int(found[3])
        # A weak one tells of the same meaning, not of the same bytes.
        tag = first.headers.get("etag", "")
        self._tag = "" if tag.startswith("W/") else tag
        self.stamp = (url, self.size, tag or first.headers.get("last-modified"))

    def read(self, start: int, stop: int) -> bytes:
        """The bytes of a range. Raises `RetrievalError`."""
        if start >= stop:
            return b""
        headers = {"Range": f"bytes={start}-{stop - 1}"}
        if self._tag:
            headers["If-Match"] = self._tag
        answer = self._network.request(self.name, self._span, headers, limit=stop - start)
        if answer.status == 412 or (self._tag and answer.headers.get("etag") != self._tag):
            raise _failed(self.name, "it changed while it was read", self._span)
        if answer.status != 206 or len(answer.data) != stop - start:
            reason = f"the server gave {len(answer.data)} bytes instead of {stop - start}"
            raise _failed(self.name, reason, self._span)
        return answer.data


class _FilesystemFile:
    """A file of one of fsspec's file systems."""

    def __init__(self, url: str, span: Span | None) -> None:
        self.name = url
        self._span = span
        self._system, self._path = _filesystem(url, span)
        about = self._asked(lambda: self._system.info(self._path))
        self.size = int(about["size"])
        tag = about.get("ETag") or about.get("e_tag") or about.get("LastModified")
        self.stamp: Hashable = (url, self.size, str(tag)) if tag else None

    def read(self, start: int, stop: int) -> bytes:
        """The bytes of a range. Raises `RetrievalError`."""
        if start >= stop:
            return b""
        data: bytes = self._asked(lambda: self._system.cat_file(self._path, start=start, end=stop))
        if len(data) != stop - start:
            reason = f"there are {len(data)} bytes instead of {stop - start}"
            raise _failed(self.name, reason, self._span)
        return bytes(data)

    def _asked(self, ask: Any) -> Any:
        try:
            return ask()
        except FileNotFoundError as problem:
            raise RetrievalError(
                error("resource-missing", f"there is no file <{self.name}>", self._span,
                      place=None if self._span else self.name)
            ) from problem  # fmt: skip
        except _problems() as problem:
            raise _failed(self.name, str(problem).partition("\n")[0], self._span) from problem


def _filesystem(url: str, span: Span | None) -> tuple[Any, str]:
    """The file system of a URL, and the path of the URL in it."""
    scheme = urlsplit(url).scheme
    extra = error("usage", f"<{url}> needs the library fsspec, and one for `{scheme}`", span,
                  hint="install it: pip install 'linkdata[remote]'")  # fmt: skip
    try:
        import fsspec
    except ImportError:
        raise UsageError(extra) from None
    try:
        if scheme in BUCKETS:
            return _bucket(url)
        return fsspec.core.url_to_fs(url)  # type: ignore[no-any-return]
    except (ImportError, ValueError) as problem:
        said = error(extra.code, f"{extra.message}: {problem}", span, hint=extra.hint)
        raise UsageError(said) from problem


def _bucket(url: str) -> tuple[Any, str]:
    """The file system of a bucket. Credentials and the server's address are in the environment."""
    from obstore.fsspec import FsspecStore

    # A server of one's own without encryption has to be asked for by its address.
    server = os.environ.get("AWS_ENDPOINT_URL", "")
    found = urlsplit(url)
    protocol: Any = {"s3a": "s3", "gcs": "gs"}.get(found.scheme, found.scheme)
    system = FsspecStore(protocol, client_options={"allow_http": server.startswith("http://")})
    return system, f"{found.netloc}{found.path}"


def _problems() -> tuple[type[Exception], ...]:
    """What file systems raise for what cannot be read."""
    try:
        from obstore.exceptions import BaseError
    except ImportError:
        return (OSError, ValueError)
    return (OSError, ValueError, BaseError)


class RemoteRetriever:
    """Reads URLs of allowed hosts, and leaves all other locations to another retriever."""

    def __init__(self, local: Retriever, network: Network) -> None:
        self.local = local
        self.network = network

    def retrieve(self, location: str, span: Span | None = None) -> Retrieved:
        """The bytes at a location. Raises `RetrievalError`, `TextError` (`text-too-large`)."""
        if not is_remote(location):
            return self.local.retrieve(location, span)
        if urlsplit(location).scheme in SCHEMES:  # as a whole: not every server gives parts
            data = self.network.get(location, span)
        else:
            file = open_remote(location, self.network, span)
            stream.check_size(file.size, location)
            refuse_hdf5(file.read(0, min(8, file.size)), location, span)
            data = file.read(0, file.size)
        refuse_hdf5(data, location, span)
        return Retrieved(data, location)

    def stamp(self, location: str) -> Hashable:
        """The state of a file. Of what is in a network nothing is known without asking again."""
        if is_remote(location) or not isinstance(self.local, Stamped):
            return None
        return self.local.stamp(location)


def _failed(url: str, reason: str, span: Span | None, hint: str | None = None) -> RetrievalError:
    found: Diagnostic = error("resource-unreadable", f"<{url}> cannot be had: {reason}", span,
                              place=None if span else url, hint=hint)  # fmt: skip
    return RetrievalError(found)
