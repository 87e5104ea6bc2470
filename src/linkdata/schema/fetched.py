"""Files of schemas from a network: kept by their digest, so that each is fetched once.

Takes: URLs, and the digests that they are to have.
Gives: `Fetched`: their bytes, from the cache where it has them.
Implements: `specs/linkdata-1.0.md`, section "Network".
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from linkdata.errors import SchemaError, error
from linkdata.resolve.network import Network
from linkdata.resolve.verified import cache_folder
from linkdata.spans import Span


class Fetched:
    """What is fetched for one document. `used` has the digest (sha256) of each URL that was."""

    def __init__(self, network: Network, pins: Mapping[str, str], folder: Path | None = None):
        self.network = network
        self.pins = pins
        self.used: dict[str, str] = {}
        self._folder = folder

    def get(self, url: str, span: Span | None, sha256: str | None = None) -> bytes:
        """The bytes at a URL, of the digest that is given or locked if one is.

        Nothing is asked for that the cache has by its digest. Raises `RetrievalError`, and
        `SchemaError` (`digest-mismatch`) for other bytes.
        """
        wanted = self.pins.get(url) or sha256 or self.used.get(url)
        data = None if wanted is None else self._kept(wanted)
        if data is None:
            data = self.network.get(url, span)
            found = hashlib.sha256(data).hexdigest()
            if wanted not in (None, found):
                raise SchemaError(
                    error("digest-mismatch", f"<{url}> has the digest sha256:{found}, it has to"
                          f" have sha256:{wanted}", span, hint="it is another file than it was")
                )  # fmt: skip
            self._keep(found, data)
            wanted = found
        self.used[url] = str(wanted)
        return data

    def path(self, kind: str, sha256: str) -> Path:
        """The place in the cache of what belongs to a digest."""
        return (self._folder or cache_folder()) / kind / sha256[:2] / sha256

    def _kept(self, sha256: str) -> bytes | None:
        try:
            data = self.path("fetched", sha256).read_bytes()
        except (OSError, ValueError):
            return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None

    def _keep(self, sha256: str, data: bytes) -> None:
        """Put bytes into the cache. One that cannot be written to is no error."""
        import tempfile

        path = self.path("fetched", sha256)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("wb", dir=path.parent, delete=False) as file:
                file.write(data)
            os.replace(file.name, path)
