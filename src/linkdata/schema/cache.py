"""The cache of compiled schemas: by the content of what they were made from.

Takes: compiled schemas, and the digest of the texts that they come from.
Gives: the same schemas, in milliseconds, in a later process.
Implements: `specs/linkdata-1.0.md`, section "Schemas and imports".
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkdata.output import write_text
from linkdata.resolve.verified import cache_folder
from linkdata.schema.model import Class, Schema

if TYPE_CHECKING:
    from pydantic import TypeAdapter

#: Raised whenever compiling, or the form of what is kept, changes.
GENERATION = 2


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


class CompiledSchemas:
    """Compiled schemas in a folder, one file each, written whole."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def get(self, digest: str) -> Schema | None:
        """The schema of a digest, if it is there and can be read."""
        try:
            data = self._path(digest).read_bytes()
            found = _adapter().validate_json(data)
        except (OSError, ValueError):
            return None
        return found if found.digest == digest else None

    def put(self, schema: Schema) -> None:
        """Keep a schema. A cache that cannot be written to is no error."""
        path = self._path(schema.digest)
        from linkdata.errors import OutputError

        with contextlib.suppress(OSError, OutputError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(
                path, [_adapter().dump_json(schema, exclude_defaults=True).decode()], force=True
            )

    def _path(self, digest: str) -> Path:
        folder = self._folder or cache_folder() / "schemas"
        return folder / f"{GENERATION}" / f"{digest}.json"


def as_data(found: Class) -> dict[str, Any]:
    """A class as plain data, without what is left at its default."""
    from pydantic import TypeAdapter

    data: dict[str, Any] = TypeAdapter(Class).dump_python(found, mode="json", exclude_defaults=True)
    return data


@cache
def _adapter() -> TypeAdapter[Schema]:
    from pydantic import TypeAdapter

    return TypeAdapter(Schema)
