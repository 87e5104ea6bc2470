"""Distributions that are not installed: the schema files in their wheels.

Takes: the name of a distribution, and an index of packages that the user allowed.
Gives: `unpacked`: the folder of the cache that has the schema files of its wheel.
Implements: `specs/linkdata-1.0.md`, section "Network"; PEP 503, 691 and 427.

Of a wheel only files that may be schemas are kept. No code of it runs, and nothing is installed.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit

from linkdata.errors import OutputError, SchemaError, did_you_mean, error
from linkdata.schema.distributions import MAX_BYTES, SUFFIXES, order
from linkdata.schema.fetched import Fetched
from linkdata.spans import Span

ACCEPT = "application/vnd.pypi.simple.v1+json"
#: How many schema files one distribution may have, and how large they are together.
_MOST_FILES, _MOST_BYTES = 20_000, 256 * 2**20
_FINAL = re.compile(r"[0-9.]+(?:\.post[0-9]+)?\Z")


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel of an index."""

    url: str
    version: str
    sha256: str

    @property
    def is_pure(self) -> bool:
        """Whether it is for every platform."""
        return self.url.endswith("-none-any.whl")


def unpacked(package: str, version: str | None, fetched: Fetched, span: Span) -> Path:
    """The folder with the schema files of a distribution's wheel.

    Raises `RetrievalError` (`network-refused` without a network), `SchemaError`
    (`schema-not-found`, `schema-invalid`, `digest-mismatch`), `OutputError` without a cache.
    """
    wheel = _locked(package, version, fetched) or _listed(package, version, fetched, span)
    folder = fetched.path("wheels", wheel.sha256)
    if folder.is_dir() and wheel.url in fetched.used:
        return folder
    data = fetched.get(wheel.url, span, wheel.sha256)
    if not folder.is_dir():
        _unpack(data, folder, wheel.url, span)
    return folder


def _locked(package: str, version: str | None, fetched: Fetched) -> Wheel | None:
    """The wheel that the lock names."""
    for url, sha256 in fetched.pins.items():
        named = _named(url)
        if named is not None and named[0] == normal(package) and version in (None, named[1]):
            return Wheel(url, named[1], sha256)
    return None


def _listed(package: str, version: str | None, fetched: Fetched, span: Span) -> Wheel:
    """The wheel that the index lists, the newest if no version is asked for."""
    index = fetched.network.index
    if index is None:
        raise SchemaError(
            error("network-refused", f"the distribution `{package}` is not installed, and no index"
                  " of packages is configured", span,
                  hint=f"pip install {package}, or set `index` and `network` in your configuration")
        )  # fmt: skip
    page = f"{index.rstrip('/')}/{normal(package)}/"
    wheels = list(_wheels(page, fetched.network.get(page, span, accept=ACCEPT), span))
    found = [wheel for wheel in wheels if version is None or wheel.version == version]
    finals = [wheel for wheel in found if version or _FINAL.match(wheel.version)]
    if not found:
        versions = sorted({wheel.version for wheel in wheels}, key=order)
        hint = did_you_mean(version or "", versions)
        what = f"no wheel of version {version}" if version else "no wheel"
        raise SchemaError(
            error("schema-not-found", f"the index has {what} of `{package}`", span, hint=hint)
        )
    return max(finals or found, key=lambda wheel: (order(wheel.version), wheel.is_pure))


def _wheels(page: str, data: bytes, span: Span) -> Iterator[Wheel]:
    try:
        files = json.loads(data)["files"]
        for file in files:
            named = _named(file["url"])
            sha256 = file.get("hashes", {}).get("sha256")
            if named is not None and sha256 is not None and not file.get("yanked"):
                yield Wheel(urljoin(page, file["url"]).partition("#")[0], named[1], str(sha256))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise SchemaError(
            error("schema-invalid", f"<{page}> is no page of an index of packages: {problem}", span,
                  hint="the index has to answer in JSON, see PEP 691")
        ) from problem  # fmt: skip


def _named(url: str) -> tuple[str, str] | None:
    """The name and the version of a wheel, from the name of its file."""
    file = PurePosixPath(urlsplit(url).path).name
    parts = file.removesuffix(".whl").split("-")
    return (normal(parts[0]), parts[1]) if file.endswith(".whl") and len(parts) >= 5 else None


def normal(package: str) -> str:
    """The name of a distribution as an index has it."""
    return re.sub(r"[-_.]+", "-", package).lower()


def _unpack(data: bytes, folder: Path, url: str, span: Span) -> None:
    """Write the files of a wheel that may be schemas into a folder, whole or not at all."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder.parent))
        try:
            for name, content in _schema_files(data, url, span).items():
                path = made / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            os.rename(made, folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as problem:
        if folder.is_dir():  # somebody else was quicker
            return
        raise OutputError(
            error("output-failed", f"the cache `{folder}` cannot be written: {problem.strerror}")
        ) from problem


def _schema_files(data: bytes, url: str, span: Span) -> Mapping[str, bytes]:
    """The files of a wheel that may be schemas, by their paths."""
    found: dict[str, bytes] = {}
    size = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                if not info.filename.endswith(SUFFIXES) or info.file_size > MAX_BYTES:
                    continue
                path = PurePosixPath(info.filename)
                size += info.file_size
                if path.is_absolute() or ".." in path.parts or "\\" in info.filename:
                    raise SchemaError(_no_wheel(url, f"it holds `{info.filename}`", span))
                if size > _MOST_BYTES or len(found) >= _MOST_FILES:
                    raise SchemaError(_no_wheel(url, "its schemas are too large", span))
                with archive.open(info) as file:
                    found[info.filename] = file.read(MAX_BYTES)
    # zipfile raises a RuntimeError for what is encrypted, or packed in a way that it does not know.
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError) as problem:
        raise SchemaError(_no_wheel(url, str(problem), span)) from problem
    return found


def _no_wheel(url: str, reason: str, span: Span) -> Any:
    return error("schema-invalid", f"<{url}> is no wheel that can be used: {reason}", span)
