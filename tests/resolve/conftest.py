"""A web server on this machine that answers requests for ranges, for tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote

import pytest


@dataclass
class Served:
    """The files of a server by their paths, and what was asked of it: path and range."""

    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    host: str = ""
    ranges: bool = True
    #: Give fewer bytes than were asked for.
    short: bool = False

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    @property
    def transferred(self) -> int:
        """How many bytes were asked for in ranges."""
        spans = [re.match(r"bytes=(\d+)-(\d+)", asked) for _, asked in self.asked]
        return sum(int(one[2]) - int(one[1]) + 1 for one in spans if one)


@contextmanager
def serving() -> Iterator[Served]:
    """A server, while the context lasts."""
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            path = unquote(self.path)
            wanted = self.headers.get("Range", "")
            served.asked.append((path, wanted))
            if path in served.redirects:
                self.send_response(302)
                self.send_header("Location", served.redirects[path])
                self.end_headers()
                return
            data = served.files.get(path)
            if data is None:
                self.send_error(404)
                return
            tag = f'"{md5(data).hexdigest()}"'
            if self.headers.get("If-Match", tag) != tag:
                self.send_error(412)
                return
            found = re.match(r"bytes=(\d+)-(\d+)", wanted)
            if found and served.ranges:
                start, stop = int(found[1]), min(int(found[2]) + 1, len(data))
                if start >= len(data):
                    self.send_error(416)
                    return
                self.send_response(206)
                self.send_header("content-range", f"bytes {start}-{stop - 1}/{len(data)}")
                data = data[start : stop - 1 if served.short and stop - start > 1 else stop]
            else:
                self.send_response(200)
            self.send_header("ETag", tag)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.host = f"127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as found:
        yield found
