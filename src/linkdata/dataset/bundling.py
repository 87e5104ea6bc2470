"""Bundles: a document with everything it reaches, in a folder or a ZIP file.

Takes: a dataset, and where the bundle goes.
Gives: `bundle`, which writes it; `verify`, which compares a bundle with its hashes.
Implements: `specs/linkdata-1.0.md`, section "Bundles".

The files keep their places relative to each other, so that links inside HDF5 files still lead
where they did. Paths that were absolute, or below an authority, are made relative.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

from linkdata.dataset import crates
from linkdata.dataset.crates import Entry
from linkdata.dataset.dataset import Dataset
from linkdata.dataset.paths import moved, normal
from linkdata.dataset.reaching import Reached, reached
from linkdata.errors import Diagnostic, OutputError, RetrievalError, error
from linkdata.output import check_absent, replacing
from linkdata.resolve.configuration import PROJECT_FILE
from linkdata.resolve.registry import Resource
from linkdata.resolve.retrievers import file_path
from linkdata.syntax import nodes
from linkdata.syntax.document import META
from linkdata.syntax.edits import Edit, applied
from linkdata.syntax.nodes import Mapping

_BLOCK = 1 << 20
#: Where the bundle is thought to be while paths in it are worked out.
_HOME = Path("/bundle")
#: The first moment that a ZIP file can name, so that equal bundles are equal bytes.
_MOMENT = (1980, 1, 1, 0, 0, 0)
#: Its folder is the project of the documents in it, wherever it is put.
_PROJECT = "# The documents below this folder read files below this folder, and no others.\n"

#: Told what is written, how many bytes are, and how many there will be.
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Bundled:
    """What was written: the path of the document in it, its files, and what could not be."""

    path: Path
    document: str
    entries: tuple[Entry, ...]
    findings: tuple[Diagnostic, ...]


class _Sink(Protocol):
    """Takes the files of a bundle."""

    def open(self, path: str) -> Any:
        """A binary file at a path of the bundle, to be written in a `with`."""


class _Folder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, path: str) -> IO[bytes]:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place.open("xb")


class _Zip:
    def __init__(self, file: zipfile.ZipFile) -> None:
        self.file = file

    def open(self, path: str) -> IO[bytes]:
        entry = zipfile.ZipInfo(path, _MOMENT)
        entry.external_attr = 0o644 << 16
        is_text = path.endswith((".yaml", ".yml", ".json", ".toml"))
        entry.compress_type = zipfile.ZIP_DEFLATED if is_text else zipfile.ZIP_STORED
        return self.file.open(entry, "w", force_zip64=True)


def bundle(
    dataset: Dataset,
    target: Path,
    *,
    force: bool = False,
    told: Told = lambda path, done, total: None,
) -> Bundled:
    """Write a bundle: a ZIP file if the name ends in `.zip`, otherwise a folder.

    `told` hears of each part of a file that was written. Raises `RetrievalError` with all that the
    document reaches and cannot be had, `OutputError`.
    """
    found = reached(dataset)
    main = normal(file_path(dataset.graph.context.location))
    places = _places(found, main)
    copied = {path: places[path] for path in found.files if path not in found.documents}
    for store in found.stores:
        for path in _of_store(store):
            copied[path] = f"{places[store]}/{path.relative_to(store).as_posix()}"
    total = sum(path.stat().st_size for path in (*found.documents, *copied))
    with _written(target, force=force) as sink:
        writer = _Writer(sink, lambda path, done: told(path, done, total))
        for path, resource in found.documents.items():
            text = _text(dataset, resource, places)
            writer.text(places[path], text, resource.contexts[0].iri if resource.contexts else None)
        for path, place in copied.items():
            writer.copy(path, place)
        if PROJECT_FILE not in places.values():
            writer.text(PROJECT_FILE, _PROJECT, None)
        crate = crates.metadata(
            places[main], writer.entries, places[main].rpartition("/")[2],
            _about(dataset), _published(),
        )  # fmt: skip
        writer.text(crates.NAME, json.dumps(crate, indent=2, ensure_ascii=False) + "\n", None)
    return Bundled(target, places[main], tuple(writer.entries), tuple(found.findings))


class _Writer:
    """Writes files and remembers their hashes."""

    def __init__(self, sink: _Sink, told: Callable[[str, int], None]) -> None:
        self.sink = sink
        self.told = told
        self.done = 0
        self.entries: list[Entry] = []

    def text(self, path: str, text: str, iri: str | None) -> None:
        self._put(path, iter([text.encode(errors="surrogatepass")]), iri)

    def copy(self, source: Path, path: str) -> None:
        with source.open("rb") as file:
            self._put(path, iter(lambda: file.read(_BLOCK), b""), None)

    def _put(self, path: str, parts: Iterator[bytes], iri: str | None) -> None:
        hasher, size = hashlib.sha256(), 0
        with self.sink.open(path) as file:
            for part in parts:
                file.write(part)
                hasher.update(part)
                size += len(part)
                self.told(path, self.done + size)
        self.done += size
        self.entries.append(Entry(path, size, hasher.hexdigest(), iri))


@contextmanager
def _written(target: Path, *, force: bool) -> Iterator[_Sink]:
    """A bundle under another name, which takes its place once it is whole."""
    if target.suffix.lower() == ".zip":
        with replacing(target, force=force) as temporary, zipfile.ZipFile(temporary, "x") as file:
            yield _Zip(file)
        return
    check_absent(target, force=False)  # what is in a folder is never taken away
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.mkdir()
        yield _Folder(temporary)
        os.rename(temporary, target)
    except OSError as problem:
        raise OutputError(
            error("output-failed", f"cannot write `{target}`: {problem.strerror or problem}",
                  place=str(target))
        ) from problem  # fmt: skip
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _places(found: Reached, main: Path) -> dict[Path, str]:
    """The paths of files and stores in the bundle: as they lie to each other."""
    paths = list(dict.fromkeys([main, *found.files, *found.stores]))
    shared = os.path.commonpath([path.parent for path in paths])
    return {path: PurePosixPath(path.relative_to(shared)).as_posix() for path in paths}


def _text(dataset: Dataset, resource: Resource, places: dict[Path, str]) -> str:
    """The text of a document, its paths made to lead to the files in the bundle."""

    def relocate(path: Path) -> Path | None:
        known = places.get(path) or places.get(normal(Path(os.path.realpath(path))))
        return None if known is None else _HOME / known

    place = relocate(normal(file_path(resource.location)))
    assert place is not None
    authorities = dataset.graph.registry.authorities
    edits: set[Edit] = set()
    for context in resource.contexts:
        edits |= set(
            moved(context.document, resource.location, place, relocate, authorities, portable=True)
        )
    return applied(resource.contexts[0].document.source.text, edits)


def _of_store(store: Path) -> Iterator[Path]:
    """The files of a store that are worth keeping."""
    for at, folders, names in os.walk(store):
        folders[:] = sorted(set(folders) - {"tmp", "locks", "quarantine"})
        yield from (Path(at, name) for name in sorted(names))


def _about(dataset: Dataset) -> dict[str, Any]:
    """What the document says of itself."""
    meta = dataset.graph.context.document.root.entries.get(META)
    found = nodes.plain(meta) if isinstance(meta, Mapping) else None
    return found if isinstance(found, dict) else {}


def _published() -> datetime:
    """Now, or the moment that the environment gives for reproducible output."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given.isdigit():
        return datetime.fromtimestamp(int(given), UTC)
    return datetime.now(UTC)


# Verification


def verify(target: Path) -> list[Diagnostic]:
    """What is not as the metadata of a bundle says: files missing, changed, or not listed.

    Raises `RetrievalError` for what is no bundle.
    """
    try:
        if target.is_dir():
            return list(_compared(_FolderSource(target)))
        with zipfile.ZipFile(target) as file:
            return list(_compared(_ZipSource(file, str(target))))
    except (OSError, zipfile.BadZipFile, ValueError, KeyError, TypeError) as problem:
        raise RetrievalError(
            error("resource-unreadable", f"`{target}` is no bundle: {problem!r}", place=str(target),
                  hint="`linkdata bundle DOC -o OUT` makes one")
        ) from problem  # fmt: skip


class _FolderSource:
    def __init__(self, folder: Path) -> None:
        self.folder, self.name = folder, str(folder)

    def names(self) -> set[str]:
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix() for path in files}

    def open(self, path: str) -> IO[bytes]:
        return (self.folder / path).open("rb")


class _ZipSource:
    def __init__(self, file: zipfile.ZipFile, name: str) -> None:
        self.file, self.name = file, name

    def names(self) -> set[str]:
        return {entry.filename for entry in self.file.infolist() if not entry.is_dir()}

    def open(self, path: str) -> IO[bytes]:
        return self.file.open(path)


def _compared(source: _FolderSource | _ZipSource) -> Iterator[Diagnostic]:
    from urllib.parse import unquote

    with source.open(crates.NAME) as file:
        crate = json.load(file)
    listed = {unquote(one["@id"]): one for one in crate["@graph"] if one.get("@type") == "File"}
    names = source.names() - {crates.NAME}
    for path in sorted(names | listed.keys()):
        place = f"{source.name}:{path}"
        if path not in names:
            yield error("resource-missing", f"`{path}` is not in the bundle", place=place)
        elif path not in listed:
            yield error("digest-mismatch", f"`{path}` is not in the list of files", place=place)
        else:
            with source.open(path) as file:
                found = _sha256(file)
            if found != listed[path]["sha256"]:
                said = f"`{path}` has the digest sha256:{found}, listed is another"
                yield error("digest-mismatch", said, place=place)


def _sha256(file: IO[bytes]) -> str:
    hasher = hashlib.sha256()
    for part in iter(lambda: file.read(_BLOCK), b""):
        hasher.update(part)
    return hasher.hexdigest()
