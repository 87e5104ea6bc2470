"""Inputs: what a user names to be opened.

Takes: a path or URL.
Gives: `Input`, where it is: of a bundle, its document; whether it is a document or an HDF5 file,
and the document that stands for the latter.
Implements: `specs/linkdata-1.0.md`, section "Opening and checking".
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from linkdata.dataset.crates import bundles, is_bundle
from linkdata.errors import LinkdataError, RetrievalError, UsageError, did_you_mean, error
from linkdata.resolve.network import Network
from linkdata.resolve.remote import is_remote, open_remote
from linkdata.resolve.retrievers import HDF5_SIGNATURE, file_location
from linkdata.roots import Roots

HDF5_SUFFIXES = (".nwb", ".h5", ".hdf5", ".hdf")
DOCUMENT_SUFFIXES = (".yaml", ".yml")
#: What RDF is written as, by the suffix of its file.
RDF = {
    ".ttl": "ttl", ".nt": "nt", ".nq": "nq", ".trig": "trig", ".rdf": "rdf", ".jsonld": "jsonld",
    ".yamlld": "yamlld",
}  # fmt: skip


class Input(NamedTuple):
    """What is opened: as its user named it, its location, and its path if it is a local file.

    The configuration of `folder` counts: its own, or the working directory for a URL.
    """

    name: str
    location: str
    folder: Path
    path: Path | None = None

    def brought(self, network: Network) -> dict[str, Any] | None:
        """The document that brings an HDF5 file; None for a document. Raises `RetrievalError`."""
        if self.path is not None:
            return bringing(self.path) if is_hdf5(self.path) else None
        suffix = PurePosixPath(urlsplit(self.location).path).suffix.lower()
        if suffix not in HDF5_SUFFIXES:
            if suffix in DOCUMENT_SUFFIXES:
                return None
            file = open_remote(self.location, network)
            if file.read(0, min(len(HDF5_SIGNATURE), file.size)) != HDF5_SIGNATURE:
                return None
        network.check(self.location)
        return _bringing("url", self.location)


def named(path: str | os.PathLike[str]) -> Input:
    """What a path or URL names. Raises `RetrievalError`, `UsageError` for what is not there."""
    text = os.fspath(path)
    if isinstance(path, str) and is_remote(text):
        return Input(text, text, Path.cwd())
    if "://" not in text and is_bundle(Path(text)):
        from linkdata.dataset.unbundling import main_document, unpacked

        folder = Path(text) if os.path.isdir(text) else unpacked(Path(text))
        main = main_document(folder)
        given = folder / main
        return Input(f"{text.rstrip('/')}/{main}", file_location(given), given.parent, given)
    given = local(path)
    return Input(str(path), file_location(given), given.parent, given)


def is_unpacked(path: Path | None) -> bool:
    """Whether a file is one of a bundle in a ZIP file, which lies unpacked in the cache."""
    return path is not None and path.is_relative_to(os.path.realpath(bundles()))


def refuse_unpacked(path: Path | None, what: str) -> None:
    """Raise `UsageError` for a file of a bundle in a ZIP file."""
    if is_unpacked(path):
        raise UsageError(
            error("usage", f"a bundle in a ZIP file cannot be {what}",
                  hint="unpack it, and use the document in its folder")
        )  # fmt: skip


def local(path: str | os.PathLike[str]) -> Path:
    """The path of a local file. Raises `RetrievalError` (`network-refused`), `UsageError`."""
    text = os.fspath(path)
    if "://" in text:
        raise RetrievalError(
            error("network-refused", f"`{text}` is not a local file", place=text,
                  hint="download it first; nothing is fetched from a network")
        )  # fmt: skip
    given = Path(text)
    if given.is_dir():
        raise UsageError(
            error("usage", f"`{text}` is a folder, not a document", place=text,
                  hint="name the document in it")
        )  # fmt: skip
    if not given.exists():
        names = os.listdir(given.parent) if given.parent.is_dir() else []
        raise RetrievalError(
            error("resource-missing", f"there is no file `{text}`", place=text,
                  hint=did_you_mean(given.name, names))
        )  # fmt: skip
    return given


def is_hdf5(path: Path) -> bool:
    """Whether a file is an HDF5 file, by its suffix or its first bytes."""
    if path.suffix.lower() in HDF5_SUFFIXES:
        return True
    real = Path(os.path.realpath(path))
    try:
        # Not just opened: with a FIFO that would wait for somebody to write.
        with Roots([real.parent]).open(real) as file:
            return os.read(file.fd, len(HDF5_SIGNATURE)) == HDF5_SIGNATURE
    except (OSError, LinkdataError):
        return False


def is_rdf(path: str) -> bool:
    """Whether a path is that of RDF, by its suffix."""
    return Path(path).suffix.lower() in RDF and not path.endswith(".yamlld")


def bringing(path: Path) -> dict[str, Any]:
    """The document that brings all of an HDF5 file in the same folder."""
    return _bringing("path", path.name)


def _bringing(kind: str, place: str) -> dict[str, Any]:
    return {
        "meta": {"prefixes": {"file": {kind: place}}},
        "data": {"from": {"type": "hdf5", "source": "file:/"}},
    }
