"""RO-Crate metadata: what is in a bundle, for people and programs that know nothing of linkdata.

Takes: the files of a bundle with their hashes, and the document that it is of.
Gives: `metadata`, the content of `ro-crate-metadata.json` (RO-Crate 1.1); `is_bundle`; `bundles`,
the folder for what was unpacked.
Implements: `specs/linkdata-1.0.md`, section "Bundles".
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from linkdata.resolve.verified import cache_folder

if TYPE_CHECKING:
    from datetime import datetime

NAME = "ro-crate-metadata.json"
#: Of a bundle that is one file.
SUFFIX = ".zip"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILE = "https://w3id.org/ro/crate/1.1"
#: Media types by suffix; others have none.
FORMATS = {
    ".yaml": "application/yaml", ".yml": "application/yaml", ".nwb": "application/x-hdf5",
    ".h5": "application/x-hdf5", ".hdf5": "application/x-hdf5", ".hdf": "application/x-hdf5",
    ".toml": "application/toml", ".json": "application/json",
}  # fmt: skip


class Entry(NamedTuple):
    """One file: its path in the bundle, bytes, SHA-256, and the identity of what is in it."""

    path: str
    size: int
    sha256: str
    iri: str | None = None


def is_bundle(path: Path) -> bool:
    """Whether a path is that of a bundle: of a ZIP file, or of a folder with metadata."""
    if path.is_dir():
        return (path / NAME).is_file()
    return path.suffix.lower() == SUFFIX and path.is_file()


def bundles() -> Path:
    """The folder of the user's cache in which the files of ZIP files lie unpacked."""
    return cache_folder() / "bundles"


def metadata(
    main: str, entries: Sequence[Entry], name: str, about: dict[str, Any], published: datetime
) -> dict[str, Any]:
    """The metadata of a bundle; `about` is what the document says of itself under `meta`."""
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": str(about.get("title") or about.get("name") or name),
        "description": str(about.get("description") or f"{name} and all files that it needs"),
        "datePublished": published.isoformat(timespec="seconds"),
        "hasPart": [{"@id": quote(entry.path)} for entry in entries],
        "mainEntity": {"@id": quote(main)},
    }
    if isinstance(about.get("license"), str):
        root["license"] = {"@id": about["license"]}
    descriptor = {
        "@id": NAME,
        "@type": "CreativeWork",
        "conformsTo": {"@id": PROFILE},
        "about": {"@id": "./"},
    }
    return {"@context": CONTEXT, "@graph": [descriptor, root, *map(_file, entries)]}


def _file(entry: Entry) -> dict[str, Any]:
    path = entry.path
    found: dict[str, Any] = {
        "@id": quote(path),
        "@type": "File",
        "name": path.rpartition("/")[2],
        "contentSize": str(entry.size),
        "sha256": entry.sha256,
    }
    suffix = path[path.rfind(".") :] if "." in path else ""
    if suffix in FORMATS:
        found["encodingFormat"] = FORMATS[suffix]
    if entry.iri is not None:
        found["identifier"] = entry.iri
    return found
