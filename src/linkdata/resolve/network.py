"""The network: hosts that the user allowed, and what is fetched from them.

Takes: the hosts that configuration allows, and URLs.
Gives: `Network`: whether a URL may be fetched, and its bytes.
Implements: `specs/linkdata-1.0.md`, section "Network".

Without a host that was allowed nothing here opens a socket.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from linkdata.errors import RetrievalError, error
from linkdata.spans import Span

if TYPE_CHECKING:
    from email.message import Message
    from urllib.request import OpenerDirector

SCHEMES = ("http", "https")
#: A larger answer is no document and no schema.
MAX_BYTES = 64 * 2**20
TIMEOUT = 30.0  # seconds without an answer


#: What a server says of a condition or a range that cannot be met; an answer like others.
_UNMET = (412, 416)


class Answer(NamedTuple):
    """What a server answered. The names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    data: bytes


class Network:
    """The hosts that may be asked. `example.org` allows all its ports, `example.org:8080` one;
    `s3://bucket` allows a bucket.

    `index` is the address of an index of packages (PEP 503), when one is configured.
    """

    def __init__(self, hosts: Iterable[str] = (), index: str | None = None) -> None:
        self.hosts = frozenset(host.lower() for host in hosts)
        self.index = index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and (other.hosts, other.index) == (self.hosts, self.index)

    def __hash__(self) -> int:
        return hash((self.hosts, self.index))

    def allows(self, url: str) -> bool:
        """Whether a URL may be fetched."""
        try:
            found = urlsplit(url)
            port = found.port
        except ValueError:
            return False
        host = (found.hostname or "").lower()
        if found.scheme not in SCHEMES:
            return bool(found.scheme) and f"{found.scheme}://{found.netloc}".lower() in self.hosts
        return bool({host, f"{host}:{port}"} & self.hosts)

    def check(self, url: str, span: Span | None = None) -> None:
        """Raise `RetrievalError` (`network-refused`) for a URL that may not be fetched."""
        if self.allows(url):
            return
        host = urlsplit(url).netloc.rpartition("@")[2] if "://" in url else ""
        if host and urlsplit(url).scheme not in SCHEMES:
            host = f"{urlsplit(url).scheme}://{host}"
        hint = f"allow the host: --allow-network {host}, or `network` in your configuration"
        raise RetrievalError(
            error("network-refused", f"<{url}> is not fetched: its host is not allowed", span,
                  place=None if span else url, hint=hint if host else None)
        )  # fmt: skip

    def get(
        self,
        url: str,
        span: Span | None = None,
        *,
        accept: str | None = None,
        limit: int = MAX_BYTES,
    ) -> bytes:
        """The bytes at a URL. Redirections are followed to allowed hosts only.

        Raises `RetrievalError`: `network-refused`, `resource-missing`, `resource-unreadable` for
        what cannot be had, or is larger than `limit` bytes.
        """
        headers = {} if accept is None else {"Accept": accept}
        data = self.request(url, span, headers, limit=limit).data
        if len(data) > limit:
            raise _failed(url, f"it is larger than {limit} bytes", span)
        return data

    def request(
        self, url: str, span: Span | None, headers: Mapping[str, str], *, limit: int
    ) -> Answer:
        """What the server of a URL answers, with at most one byte more than `limit`.

        Raises what `get` raises, but for conditions and ranges that are not met.
        """
        from http.client import HTTPException
        from urllib.error import HTTPError
        from urllib.request import Request

        self.check(url, span)
        request = Request(url, headers={"User-Agent": "linkdata", **headers})
        try:
            with self._opener(span).open(request, timeout=TIMEOUT) as answer:
                return Answer(answer.status, _lowered(answer.headers), answer.read(limit + 1))
        except HTTPError as problem:
            if problem.code in _UNMET:
                return Answer(problem.code, _lowered(problem.headers), b"")
            code = "resource-missing" if problem.code in (404, 410) else "resource-unreadable"
            said = f"the server says {problem.code} {problem.reason}"
            raise _failed(url, said, span, code) from problem
        except (OSError, HTTPException, ValueError) as problem:
            raise _failed(url, str(getattr(problem, "reason", problem)), span) from problem

    def _opener(self, span: Span | None) -> OpenerDirector:
        from urllib.request import HTTPRedirectHandler, build_opener

        network = self

        class Redirections(HTTPRedirectHandler):
            def redirect_request(
                self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
            ) -> Any:
                network.check(newurl, span)
                return super().redirect_request(req, fp, code, msg, headers, newurl)

        return build_opener(Redirections)


def _lowered(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _failed(
    url: str, reason: str, span: Span | None, code: str = "resource-unreadable"
) -> RetrievalError:
    place = None if span else url
    return RetrievalError(error(code, f"<{url}> cannot be had: {reason}", span, place=place))
