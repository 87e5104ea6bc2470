"""A small client of YAML's language server, as an editor has one."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WAIT = 300.0  # seconds for an answer: only a server that hangs comes near to it


class ServerEndedError(Exception):
    """The server has ended by itself."""


class LanguageServer:
    """Talks to a server over its standard input and output."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self.folder = folder
        self._process = process
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._number = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def initialize(self) -> None:
        self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": self.folder.as_uri(),
                "capabilities": {"workspace": {"configuration": False}},
            },
        )
        self.notify("initialized", {})
        settings = {
            "yaml": {"validate": True, "completion": True, "schemaStore": {"enable": False}}
        }
        self.notify("workspace/didChangeConfiguration", {"settings": settings})

    def open(self, path: Path) -> list[dict[str, Any]]:
        """Open a file as it is on disk; what the server finds in it."""
        item = {
            "uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": path.read_text(),
        }  # fmt: skip
        self.notify("textDocument/didOpen", {"textDocument": item})
        while True:
            message = self._next()
            found = message.get("params", {})
            if message.get("method") == "textDocument/publishDiagnostics" and (
                found["uri"] == path.as_uri()
            ):
                diagnostics: list[dict[str, Any]] = found["diagnostics"]
                return diagnostics

    def complete(self, path: Path, line: int, column: int) -> list[str]:
        """The keys or values that the server offers at a place, counted from 0."""
        found = self.request(
            "textDocument/completion",
            {
                "textDocument": {"uri": path.as_uri()},
                "position": {"line": line, "character": column},
            },
        )
        items = found["items"] if isinstance(found, dict) else found or []
        return [item["label"] for item in items]

    def request(self, method: str, parameters: Any) -> Any:
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": parameters})
        while True:
            message = self._next()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message.get("result")

    def notify(self, method: str, parameters: Any) -> None:
        self._send({"method": method, "params": parameters})

    def _next(self) -> dict[str, Any]:
        message = self._messages.get(timeout=WAIT)
        if message is None:
            raise ServerEndedError(self._process.wait())
        if "method" in message and "id" in message:  # what the server asks of an editor
            self._send({"id": message["id"], "result": None})
        return message

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # then there is no answer either
            self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
            self._process.stdin.flush()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while header := stream.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                header = stream.readline()
            self._messages.put(json.loads(stream.read(length)))
        self._messages.put(None)


@contextlib.contextmanager
def running(program: Path, folder: Path) -> Iterator[LanguageServer]:
    """A server of its own for a folder."""
    process = subprocess.Popen(
        [str(program), "--stdio"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        server = LanguageServer(process, folder)
        server.initialize()
        yield server
    finally:
        process.kill()
        process.wait()
