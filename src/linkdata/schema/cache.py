"""The cache of compiled schemas: by the content of what they were made from.

Takes: compiled schemas, and the digest of the texts that they come from.
Gives: the same schemas, in milliseconds, in a later process.
Implements: `specs/linkdata-1.0.md`, section "Schemas and imports".
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from weakref import WeakValueDictionary

from linkdata.output import write_text
from linkdata.resolve.verified import cache_folder
from linkdata.schema.model import Schema
from linkdata.schema.plain import as_data, schema_of

#: Raised whenever compiling, or the form of what is kept, changes.
GENERATION = 3


def digest_of(texts: Mapping[str, str], *others: str) -> str:
    """The digest of texts by their names, and of what else decides about the result."""
    hasher = hashlib.blake2b(digest_size=32)
    for part in (str(GENERATION), *others):
        _update(hasher, part)
    for name in sorted(texts):
        _update(hasher, name)
        _update(hasher, texts[name])
    return hasher.hexdigest()


def _update(hasher: hashlib.blake2b, text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    hasher.update(len(data).to_bytes(8, "little") + data)


#: Those that are in use, by their files: documents with the same imports have the same ones.
_used: WeakValueDictionary[Path, Schema] = WeakValueDictionary()


class CompiledSchemas:
    """Compiled schemas in a folder, one file each, written whole."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def get(self, digest: str) -> Schema | None:
        """The schema of a digest, if it is there and can be read."""
        path = self._path(digest)
        found = _used.get(path)
        if found is not None:
            return found
        try:
            found = schema_of(json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None  # not there, or not what was once written there
        if found.digest != digest:
            return None
        _used[path] = found
        return found

    def put(self, schema: Schema) -> None:
        """Keep a schema. A cache that cannot be written to is no error."""
        path = self._path(schema.digest)
        from linkdata.errors import OutputError

        with contextlib.suppress(OSError, OutputError):
            path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(as_data(schema), ensure_ascii=False, separators=(",", ":"))
            write_text(path, [text], force=True)

    def _path(self, digest: str) -> Path:
        folder = self._folder or cache_folder() / "schemas"
        return folder / f"{GENERATION}" / f"{digest}.json"
