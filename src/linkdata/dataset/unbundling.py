"""Unbundling: where the document of a bundle can be read.

Takes: the path of a folder or a ZIP file.
Gives: `main_document`, the document's path in a bundle; `unpacked`, the folder with the files of a
ZIP file.
Implements: `specs/linkdata-1.0.md`, section "Bundles".

A ZIP file is unpacked once, into the user's cache, under the hash of its metadata. That names the
hash of every file, so what is there under it is what any bundle with this metadata holds.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from linkdata.dataset import crates
from linkdata.errors import DigestMismatchError, RetrievalError, error
from linkdata.resolve.configuration import PROJECT_FILE

#: How many bytes a bundle may have at least, and at most for each byte of the ZIP file.
_ENOUGH, _RATIO = 1 << 30, 100
#: Bytes of metadata: of ten thousands of files.
_MAX_METADATA = 64 << 20
_BLOCK = 1 << 20
#: What is raised for what is no ZIP file, or a damaged one, or one that we cannot read.
_DAMAGED = (
    OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, RuntimeError
)  # fmt: skip
#: The time of every unpacked file (seconds); one with another time was changed since.
_MOMENT = 315_532_800


@dataclass(frozen=True, slots=True)
class _Listed:
    """A file as the metadata lists it."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Crate:
    """What metadata say: the document, and the files."""

    main: str
    files: tuple[_Listed, ...]


def main_document(folder: Path) -> str:
    """The path of the document in the folder of a bundle. Raises `RetrievalError`."""
    with _readable(folder):
        return _crate((folder / crates.NAME).read_bytes()).main


def unpacked(path: Path) -> Path:
    """The folder with the files of a bundle in a ZIP file, unpacked now unless they are kept.

    Raises `RetrievalError` (`resource-unreadable`) for what is no bundle, `DigestMismatchError`
    for a file that is not as its hash says.
    """
    with _readable(path), zipfile.ZipFile(path) as file:
        if file.getinfo(crates.NAME).file_size > _MAX_METADATA:
            raise ValueError("its metadata are too large")
        metadata = file.read(crates.NAME)
        crate = _crate(metadata)
        folder = crates.bundles() / hashlib.sha256(metadata).hexdigest()
        if not _is_whole(folder, crate):
            _check_size(path, crate)
            _unpack(file, path, crate, metadata, folder)
        return folder


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Tell what is no bundle, in whatever way."""
    try:
        yield
    except _DAMAGED as problem:
        reason = next(iter(problem.args), problem) if isinstance(problem, KeyError) else problem
        raise RetrievalError(
            error("resource-unreadable", f"`{path}` is no bundle: {reason}", place=str(path),
                  hint="`linkdata bundle DOC -o OUT` makes one")
        ) from problem  # fmt: skip


def _crate(metadata: bytes) -> _Crate:
    """What metadata say. Raises `ValueError` for what are none of a bundle."""
    try:
        return _said(json.loads(metadata)["@graph"])
    except (KeyError, TypeError, RecursionError) as problem:
        raise ValueError(f"its metadata are not those of a bundle ({problem})") from problem


def _said(graph: Any) -> _Crate:
    root = next((one for one in graph if one["@id"] == "./"), None)
    if root is None or "mainEntity" not in root:
        raise ValueError("its metadata name no document")
    listed = tuple(_listed(one) for one in graph if one["@type"] == "File")
    main = _inside(root["mainEntity"]["@id"])
    if all(one.path != main for one in listed):
        raise ValueError(f"it does not have its document `{main}`")
    return _Crate(main, listed)


def _listed(said: Any) -> _Listed:
    return _Listed(_inside(said["@id"]), int(said["contentSize"]), str(said["sha256"]))


def _inside(written: str) -> str:
    """A path in the bundle that leads nowhere else. Raises `ValueError`."""
    path = unquote(written)
    if "\0" in path or "\\" in path or str(PurePosixPath(path)) != path or path.startswith("/"):
        raise ValueError(f"`{path}` is no path in a bundle")
    if ".." in PurePosixPath(path).parts or path in (".", crates.NAME):
        raise ValueError(f"`{path}` is no path in a bundle")
    return path


def _check_size(path: Path, crate: _Crate) -> None:
    """Refuse a small file that fills the disk."""
    size = sum(one.size for one in crate.files)
    if size > max(_ENOUGH, _RATIO * path.stat().st_size):
        raise ValueError(f"its files are said to have {size:,} bytes, far more than it has")


def _is_whole(folder: Path, crate: _Crate) -> bool:
    """Whether all files are there, and nobody has changed them."""
    try:
        for one in crate.files:
            found = (folder / one.path).stat()
            if (found.st_size, int(found.st_mtime)) != (one.size, _MOMENT):
                return False
    except OSError:
        return False
    return True


def _unpack(
    file: zipfile.ZipFile, path: Path, crate: _Crate, metadata: bytes, folder: Path
) -> None:
    """Put the files of a bundle into a folder, all or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix="."))
    spoilt = Path(tempfile.mkdtemp(dir=folder.parent, prefix="."))
    try:
        for one in crate.files:
            _take(file, path, one, temporary / one.path)
        project = temporary / PROJECT_FILE  # which bounds what the documents may read
        if not project.exists():
            project.touch()
        (temporary / crates.NAME).write_bytes(metadata)
        if folder.exists():  # and is not whole
            os.rename(folder, spoilt)
        try:
            os.rename(temporary, folder)
        except OSError:
            if not _is_whole(folder, crate):
                raise
            # Somebody else was as quick.
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(spoilt, ignore_errors=True)


def _take(file: zipfile.ZipFile, path: Path, listed: _Listed, target: Path) -> None:
    """Unpack one file. Raises `DigestMismatchError` when it is not as listed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    hasher, left = hashlib.sha256(), listed.size
    with file.open(listed.path) as source, target.open("xb") as out:
        while block := source.read(min(_BLOCK, left + 1)):
            left -= len(block)
            if left < 0:
                break
            hasher.update(block)
            out.write(block)
    if left or hasher.hexdigest() != listed.sha256:
        raise DigestMismatchError(
            error("digest-mismatch", f"`{listed.path}` is not as the bundle lists it",
                  place=f"{path}:{listed.path}",
                  hint="`linkdata bundle --verify` tells all that was changed")
        )  # fmt: skip
    target.chmod(0o444)
    os.utime(target, (_MOMENT, _MOMENT))
